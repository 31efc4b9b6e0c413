"""Home: the first page."""
