"""The archive that a party leaves with: ``unipact-leaving/1``, docs/guide/leaving.md."""
