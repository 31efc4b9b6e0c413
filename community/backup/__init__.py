"""Backup, restore and export: a whole copy of a site in one file, back into place, and what is public as JSON lines.

Nouns: an archive and its manifest. Records `site.restored` of settings.
"""
