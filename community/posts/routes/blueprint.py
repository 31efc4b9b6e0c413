"""The blueprint that the routes of posts share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("posts", __name__)
