"""Live: a reader of the log that pushes fragments of the pages to open sockets."""
