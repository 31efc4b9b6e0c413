"""The JSON API: same actions and permissions as the pages."""
