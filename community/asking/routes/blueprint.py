"""The blueprint that the routes of asking share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("asking", __name__)
