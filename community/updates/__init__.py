"""What the company publishes of itself: transparency posts by named employees, written beforehand and published now or at a time.

Nouns: Update. Published, an update is a topic of the kind `update`: comments, follows, search and live pages are those of
every topic. It is corrected by an edit with a note (posts/actions/edit.py). Events: none of its own; topic.opened tells.
"""
