"""The blueprint that the views of answers share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("answers", __name__)
