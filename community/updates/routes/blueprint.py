"""The blueprint that the routes of updates share."""

from flask import Blueprint

bp = Blueprint("updates", __name__)
