"""Imports: topics from other forums, resumable and repeatable. Nouns: ImportedThing."""
