"""What the frame of every page says of the brand."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from community.settings.definitions import Site
from community.settings.queries import site, site_last_known


class Brand:
    """The global `brand` of all templates. It survives the loss of the database, for the pages that tell of it."""

    @property
    def name(self) -> str:
        """The brand's name."""
        return _site().brand_name

    @property
    def tagline(self) -> str:
        """One sentence under it."""
        return _site().tagline

    @property
    def hue(self) -> int:
        """The hue of its colour in degrees."""
        return _site().hue

    @property
    def mark_url(self) -> str | None:
        """The address of its own mark; None draws the window."""
        return None


def install(app: Flask) -> None:
    """Give all templates `brand`."""
    app.jinja_env.globals["brand"] = Brand()


def _site() -> Site:
    try:
        return site()
    except SQLAlchemyError:
        return site_last_known()
