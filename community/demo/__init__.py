"""The demo world: Volt, a small maker of e-bikes, its people and some months of their forum.

Nouns: World, Thread. Events: none of its own; everything is made by the actions of the others.
"""
