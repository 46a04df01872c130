"""The annual report of an agreement: what it says, and its forms (page, PDF, JSON)."""
