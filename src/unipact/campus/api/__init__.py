"""The campus's part of the API: parse, ask a query, answer."""
