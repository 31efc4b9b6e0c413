"""The brand's own tokens as a stylesheet, and the page that shows every component in every state."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template

from community.branding.patterns import examples
from community.config import Config
from community.core.assets import FOR_EVER
from community.core.errors import NotFound

bp = Blueprint("branding", __name__)


@bp.get("/brand/<int:hue>.css")
def stylesheet(hue: int) -> Response:
    """The layer `brand` for one hue (0 to 359). Its address says all it holds, so it may be kept for ever."""
    if hue >= 360:
        raise NotFound
    response = Response(f"@layer brand {{ :root {{ --hue: {hue}; }} }}\n", mimetype="text/css")
    response.headers["Cache-Control"] = FOR_EVER
    return response


@bp.get("/patterns")
def patterns() -> str:
    """Every component in every state; only where the site is being developed or tested."""
    config: Config = current_app.config["BOTHWAYS"]
    if config.production:
        raise NotFound
    return render_template("patterns.html", **examples())
