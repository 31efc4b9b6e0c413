"""Building the demo world: through actions only, each at the moment it is said to have happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import exists, select

from community.accounts.models import Account
from community.answers.jobs import age_answers
from community.categories.models import Category
from community.core import clock
from community.core.errors import Conflict
from community.demo.acts import acts_of
from community.demo.committing import commit_in_public
from community.demo.content import Content, Size, load
from community.demo.interest import show_interest
from community.demo.made import Thread, World
from community.demo.objecting import object_to_decisions
from community.demo.publishing import tell_of_the_company
from community.demo.talking import talk_at_the_desk
from community.demo.timing import holidays_around
from community.extensions import db
from community.promise.settling import settle_all
from community.settings.actions import change_settings
from community.topics.jobs import settle_quiet_questions
from community.topics.models import Topic
from community.votes.actions import count_visitors

__all__ = ["Thread", "World", "build"]

UNFINISHED = "demo-unfinished"
"""The file in the data folder that stands there while a demo is made, and stays when that was stopped."""


Shows = Callable[[int, int], None]
"""Told while it is built: how many deeds are done, of how many."""


def build(
    *, size: Size = "full", passwords: Mapping[str, str] | None = None, now: datetime | None = None, shows: Shows | None = None
) -> World:
    """Fill an empty site with Volt's community, its last deed a few minutes before `now`; needs an application context.

    The same content, `now` and size make the same world, ids included. `passwords` by handle lets
    people sign in. Raises Conflict on a site that is in production or not empty.
    """
    _check_empty()
    content = load(size)
    moment = now or clock.now()
    world = World()
    acts = acts_of(content, world, passwords or {}, moment, closing=size == "full")
    mark = data_folder() / UNFINISHED
    mark.touch()
    _set_up(content, acts[0].at, moment)
    for number, act in enumerate(acts, 1):
        with clock.at(act.at):
            act.perform()
        if shows is not None:
            shows(number, len(acts))
    with clock.at(moment):
        settle_quiet_questions()
        age_answers()
        settle_all()
        count_visitors()
    show_interest(world, moment)
    talk_at_the_desk(world, moment)
    commit_in_public(world, moment)
    tell_of_the_company(content, world, moment)
    object_to_decisions(world, moment)
    mark.unlink()
    return world


def data_folder() -> Path:
    """The data folder of the site."""
    folder: Path = current_app.config["BOTHWAYS"].data
    return folder


def _check_empty() -> None:
    config = current_app.config["BOTHWAYS"]
    if config.production:
        raise Conflict("The demo has people whose passwords lie in a file; it is refused when BOTHWAYS_ENV=production.")
    if (config.data / UNFINISHED).exists():
        raise Conflict(f"Making the demo was stopped before its end. Empty the database, delete {config.data} and make it again.")
    if any(db.session.scalar(select(exists().select_from(model))) for model in (Account, Category, Topic)):
        raise Conflict("This site is not empty; the demo is only made in an empty one.")
    db.session.rollback()


def _set_up(content: Content, founded: datetime, now: datetime) -> None:
    closed = "\n".join(day.isoformat() for day in holidays_around(now.date()))
    with clock.at(founded):
        change_settings(by=None, values={**content.settings, "holidays": closed})
