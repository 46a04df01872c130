"""The log of an agreement as people and programs read it."""
