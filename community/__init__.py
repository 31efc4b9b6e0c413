"""Bothways: a forum for one brand, open from both sides."""

__version__ = "0.1.0"
