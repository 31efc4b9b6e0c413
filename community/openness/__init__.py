"""One front door to everything that the company opens, and a public copy of everything public, made each night.

Nouns: Dump. Events: none of its own.
"""
