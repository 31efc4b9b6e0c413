"""The blueprint of the first page, the lists, and what machines read of them."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("home", __name__)
