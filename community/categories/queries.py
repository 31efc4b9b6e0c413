"""Reading categories, always for somebody."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from community.categories.models import Category
from community.categories.policy import may_open_topic, visibilities_open_to
from community.core.errors import NotFound
from community.core.text import is_clean
from community.extensions import db
from community.staff.viewer import Viewer


def may_read(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on Category that this viewer may read it."""
    return Category.visibility.in_(visibilities_open_to(viewer))


def categories_visible_to(viewer: Viewer) -> list[Category]:
    """What this viewer may read, each category followed by those below it."""
    found = db.session.scalars(select(Category).where(may_read(viewer)).order_by(Category.sort, Category.name, Category.id)).all()
    ids = {category.id for category in found}
    tops = [category for category in found if category.parent_id not in ids]
    return [each for top in tops for each in (top, *(below for below in found if below.parent_id == top.id))]


def category_for(viewer: Viewer, slug: str) -> Category:
    """The category at this address. Raises NotFound where there is none that the viewer may read."""
    found = (
        db.session.scalars(select(Category).where(Category.slug == slug, may_read(viewer))).one_or_none()
        if is_clean(slug)
        else None
    )
    if found is None:
        raise NotFound
    return found


def category_by_id(viewer: Viewer, category_id: int) -> Category:
    """The category with this id. Raises NotFound where there is none that the viewer may read."""
    found = db.session.scalars(select(Category).where(Category.id == category_id, may_read(viewer))).one_or_none()
    if found is None:
        raise NotFound
    return found


def categories_to_write_in(viewer: Viewer, kind: str) -> list[Category]:
    """Where this viewer may open a topic of this kind; for a visitor, where they could once signed in."""
    asking = viewer if viewer.signed_in else Viewer(id=0)
    return [category for category in categories_visible_to(viewer) if may_open_topic(asking, category, kind)]
