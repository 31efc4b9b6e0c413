"""Reading what is not published yet, always one's own, and figures, for who may read their update."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from community.accounts.models import Account
from community.categories.models import Category
from community.categories.queries import categories_visible_to
from community.core.errors import NotFound
from community.extensions import db
from community.posts.models import Post
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topic_for
from community.updates.models import Figure, FigureVersion, Update
from community.updates.tables import loaded
from community.updates.views import FigureView, Shown

MOST = 100
"""Unpublished updates that their author sees, those of the nearest time first."""


def unpublished(viewer: Viewer) -> list[Update]:
    """What this viewer has written and not published: scheduled ones by their time, then the rest, the latest first."""
    if not viewer.is_official:
        return []
    mine = select(Update).where(Update.author_id == viewer.id, Update.topic_id.is_(None))
    found = list(db.session.scalars(mine.order_by(Update.id.desc()).limit(MOST)))
    return sorted(found, key=lambda each: (each.publish_at is None, each.publish_at or each.saved_at))


def update_for(viewer: Viewer, update_id: int) -> Update:
    """One's own update, published or not. Raises NotFound."""
    found = db.session.get(Update, update_id)
    if found is None or found.author_id != viewer.id:
        raise NotFound
    return found


def places(viewer: Viewer) -> list[Category]:
    """Where updates are published: what they say is for everybody."""
    return [category for category in categories_visible_to(viewer) if category.is_public]


def figure_for(viewer: Viewer, figure_id: int) -> tuple[Figure, Update]:
    """A figure that the viewer may see: in a published update that they may read, or in their own. Raises NotFound."""
    figure = db.session.get(Figure, figure_id)
    if figure is None:
        raise NotFound
    update = db.session.get_one(Update, figure.update_id)
    if update.topic_id is None:
        update_for(viewer, update.id)
    elif topic_for(viewer, update.topic_id).removed_at is not None:
        raise NotFound
    return figure, update


def first_post_of(topic_id: int) -> int:
    """The post that an update's topic begins with."""
    return db.session.execute(select(Post.id).where(Post.topic_id == topic_id, Post.number == 1)).scalar_one()


def figures_of(update_id: int) -> tuple[FigureView, ...]:
    """The figures of an update whose reader was checked, in their order."""
    return _views(Figure.update_id == update_id)


def figures_in(topic_id: int) -> tuple[FigureView, ...]:
    """Those of a topic that whoever asks may read already; none of a removed one."""
    return _views(
        Figure.update_id.in_(
            select(Update.id).join(Topic, Topic.id == Update.topic_id).where(Topic.id == topic_id, Topic.removed_at.is_(None))
        )
    )


def figure_view(viewer: Viewer, figure_id: int) -> FigureView:
    """One figure as pages show it. Raises NotFound."""
    figure, _update = figure_for(viewer, figure_id)
    return _views(Figure.id == figure.id)[0]


def _views(*conditions: ColumnElement[bool]) -> tuple[FigureView, ...]:
    query = (
        select(Figure, FigureVersion, Account.name, Account.handle)
        .join(FigureVersion, FigureVersion.figure_id == Figure.id)
        .join(Account, Account.id == FigureVersion.by_id)
        .where(*conditions)
        .order_by(Figure.number, FigureVersion.version.desc())
    )
    found: dict[int, tuple[Figure, list[Shown]]] = {}
    for figure, version, name, handle in db.session.execute(query):
        found.setdefault(figure.id, (figure, []))[1].append(_shown(figure, version, name, handle))
    return tuple(FigureView(figure.id, figure.measure, versions[0], tuple(versions[1:])) for figure, versions in found.values())


def _shown(figure: Figure, version: FigureVersion, name: str, handle: str) -> Shown:
    return Shown(
        figure_id=figure.id,
        version=version.version,
        caption=version.caption,
        unit=version.unit,
        chart=version.chart,
        table=loaded(version.data),
        at=version.at,
        as_of=version.as_of,
        note=version.note,
        by_name=name,
        by_url=f"/u/{handle}",
    )
