"""People: the team page and the page of a person. Written to by accounts and staff."""
