"""Meaning: sentence vectors of topics, by an optional model, that rank beside the words.

Nouns: model, vector, nearness. Follows the log to keep a vector for each topic; records no event of its own.
Without the extra `semantic` nothing here is loaded and search goes by words alone.
"""
