"""Branding: the frame, tokens and pattern page of the site."""
