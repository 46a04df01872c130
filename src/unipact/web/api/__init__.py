"""The API: the doors that a program goes through, and what every answer has in common."""
