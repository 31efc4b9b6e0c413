"""Categories: the places that topics live in, a tree two deep.

Nouns: Category. Events: category.made, category.changed.
"""
