"""Search: a reader of the log that keeps the index, and the page that asks it."""
