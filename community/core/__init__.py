"""The spine: write units, the change log and its followers, markup, limits and clock.

It knows no noun of a forum; everything else may import it and it imports nothing of theirs.
"""
