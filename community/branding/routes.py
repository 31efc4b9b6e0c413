"""The brand in the frame of every page, its tokens as a stylesheet, and the page that shows every component."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, render_template
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError

from community.accounts.gate import public
from community.branding.patterns import examples
from community.config import Config
from community.core.assets import FOR_EVER
from community.core.errors import NotFound
from community.settings.queries import site, site_last_known

bp = Blueprint("branding", __name__)

COLOURS = 360
"""Hues are whole degrees."""


@dataclass(frozen=True)
class Brand:
    """What the frame says of whose community this is. The stylesheet of the house has hue 192 already."""

    name: str
    tagline: str
    hue: int

    @property
    def title(self) -> str:
        """The name of the site: "Volt Community", unless the name says community itself."""
        if "community" in self.name.casefold():
            return self.name
        return str(gettext("%(brand)s Community", brand=self.name))


@bp.app_context_processor
def frame() -> dict[str, Any]:
    """Give templates `brand`; as last known where the database is lost, so that a page can still say so."""
    try:
        known = site()
    except SQLAlchemyError:
        known = site_last_known()
    return {"brand": Brand(known.brand_name, known.tagline, known.hue)}


@bp.get("/brand/<int:hue>.css")
@public
def stylesheet(hue: int) -> Response:
    """The layer `brand` for one hue (0 to 359). Its address says all it holds, so it may be kept for ever."""
    if hue >= COLOURS:
        raise NotFound
    response = Response(f"@layer brand {{ :root {{ --hue: {hue}; }} }}\n", mimetype="text/css")
    response.headers["Cache-Control"] = FOR_EVER
    return response


@bp.get("/patterns")
@public
def patterns() -> str:
    """Every component in every state; only where the site is being developed or tested."""
    config: Config = current_app.config["BOTHWAYS"]
    if config.production:
        raise NotFound
    return render_template("patterns.html", **examples())
