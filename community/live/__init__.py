"""Live: a reader of the log that pushes fragments of the pages to open sockets.

Nouns: Channel (what can be subscribed), Listener (an open socket), Changes (what events touch on the
pages that show it), Push (one message). It records no events. `streams.EVENTS` says for every event of
the house what it redraws; `streams.IGNORED` says which events redraw nothing, and why.
"""
