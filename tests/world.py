"""The demo world, small, for tests: `bothways demo` in a minute version (community/demo).

    def test_something(world: SmallWorld) -> None:
        with world.app.test_request_context():
            accept_answer(by=world["lena"], post_id=world.topics["lights-flicker"].posts[1])
        assert world.browser("gustav").get(world.topics["winter-range"].url).status_code == 200

People by handle: `lena`, `gustav`, `amina` and more are customers, `juno` has not confirmed her address,
`dealfinder` is suspended; `sofie` is an employee, `mara` official, `emeka` moderator, `johanna` admin, and
`henrik` has left. Topics by key, with the ids of their posts (0 is the first one):

    winter-range            solved, by an official answer that was edited since    winter-range-again  its duplicate
    e07                     solved, by an official answer of who has left since    which-bike          with an own opinion
    henrik-buttons          answered, not confirmed                                lights-flicker      answered
    app-percent-vs-display  waiting; its last post is held                         notif-charged       needs info
    new-charger-noise       new                                                    first-ride          held
    hello, small-repairs    discussions, the second with a removed post            political           closed
    meetup-hamburg          in the members' garage                                 top-questions       in the staff room

It is built once a test process and copied for each test.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from community.app import create_app
from community.config import Config
from community.demo.world import Thread, World, build
from community.extensions import db
from community.staff.viewer import VISITOR, Viewer, viewer_unchecked
from tests.forum import Browser

VISITORS = "visitor"
"""The name by which `world[...]` gives who has no account."""

WITH_PASSWORD = ("lena", "mara")
"""Who can sign in by the form, with PASSWORD."""

PASSWORD = "seven small hills"


@dataclass(frozen=True)
class SmallWorld:
    """What was made, and its application. Push a context where actions are called."""

    app: Flask
    people: dict[str, int]
    categories: dict[str, int]
    topics: dict[str, Thread]

    def __getitem__(self, handle: str) -> Viewer:
        """Somebody as they are now; needs a context."""
        if handle == VISITORS:
            return VISITOR
        viewer = viewer_unchecked(self.people[handle])
        db.session.rollback()
        return viewer

    def browser(self, handle: str | None = None) -> Browser:
        """A browser, signed in when a handle is given."""
        return Browser(self.app, self.people[handle] if handle else None)


@dataclass(frozen=True)
class Template:
    """The built world: where it lies, and what is in it."""

    config: Config
    world: World


@pytest.fixture(scope="session")
def world_template(tmp_path_factory: pytest.TempPathFactory, database_kind: str, template_database: str) -> Iterator[Template]:
    """The small world, built once."""
    from tests.conftest import empty_site

    with ExitStack() as stack:
        config = stack.enter_context(empty_site(tmp_path_factory.mktemp("world") / "data", database_kind, template_database))
        app = create_app(config, durable=False)
        with app.app_context():
            world = build(size="small", passwords=dict.fromkeys(WITH_PASSWORD, PASSWORD))
            db.session.remove()
            db.engine.dispose()
        if database_kind == "sqlite":
            _fold_log(config)
        yield Template(config, world)


@pytest.fixture
def world(config: Config, world_template: Template, app: Flask) -> SmallWorld:
    """A copy of the small world in the test's own site."""
    copy_world(world_template.config, config)
    made = world_template.world
    return SmallWorld(app, dict(made.people), dict(made.categories), dict(made.topics))


def _fold_log(config: Config) -> None:
    """Bring SQLite's write-ahead log into the file, as only the file is copied."""
    engine = create_engine(config.database_url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()


def copy_world(template: Config, config: Config) -> None:
    """Put the built world into the place of an empty site's database."""
    shutil.copytree(template.data / "uploads", config.data / "uploads", dirs_exist_ok=True)
    if config.sqlite:
        for old in config.data.glob("bothways.sqlite3*"):
            old.unlink()
        shutil.copyfile(Path(str(make_url(template.database_url).database)), config.data / "bothways.sqlite3")
        return
    from tests.conftest import administer

    name, source = make_url(config.database_url).database, make_url(template.database_url).database
    administer(f"DROP DATABASE {name} WITH (FORCE)")
    administer(f"CREATE DATABASE {name} TEMPLATE {source}")
