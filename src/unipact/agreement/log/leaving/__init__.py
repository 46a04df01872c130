"""What a party leaves with, out of the records and into them again."""
