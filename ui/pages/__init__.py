"""One module per page: read, then build."""
