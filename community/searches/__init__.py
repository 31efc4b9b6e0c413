"""Saved searches: somebody keeps a search and is told when something new matches it, or when a match is answered.

Nouns: SavedSearch, SearchMatch (a topic that a saved search told of). Events: search.saved, search.changed, search.dropped,
search.matched. What matches is found by the reader in `community/search/saved_follow.py`; these rows only keep it.
"""
