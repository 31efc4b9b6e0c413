"""The blueprint that every endpoint of the API is declared on."""

from __future__ import annotations

from flask import Blueprint

from community.api.layer import PREFIX

bp = Blueprint("api", __name__, url_prefix=PREFIX)
