"""Fixtures: a fresh copy of a migrated database a test, on SQLite or (BOTHWAYS_TEST_DATABASE) PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from community.app import create_app
from community.config import Config
from community.core import database
from community.extensions import db
from community.migrating import migrate

POSTGRES = os.environ.get("BOTHWAYS_TEST_DATABASE", "")
"""An address of a PostgreSQL server that may make databases; empty: SQLite."""

SHARED_DATA = Path(os.environ.get("BOTHWAYS_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; tests that read it skip where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real data at {SHARED_DATA}; set BOTHWAYS_SHARED_DATA to its folder")
    return SHARED_DATA


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty migrated database, copied for each test: a file's path, or a database's name on PostgreSQL."""
    if POSTGRES:
        name = f"bothways_template_{uuid4().hex[:8]}"
        _administer(f"CREATE DATABASE {name}")
        address = make_url(_psycopg(POSTGRES)).set(database=name).render_as_string(hide_password=False)
    else:
        name = str(tmp_path_factory.mktemp("template") / "empty.sqlite3")
        address = f"sqlite:///{name}"
    engine = create_engine(address, poolclass=NullPool)
    database.prepare(engine, durable=False)
    migrate(engine)
    engine.dispose()
    yield name
    if POSTGRES:
        _administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def config(tmp_path: Path, template_database: str) -> Iterator[Config]:
    """One installation with an empty database of its own."""
    environ = {
        "BOTHWAYS_DATA": str(tmp_path / "data"),
        "BOTHWAYS_ENV": "test",
        "BOTHWAYS_SECRET_KEY": "test" * 8,
        "BOTHWAYS_BASE_URL": "http://localhost",
    }
    if POSTGRES:
        name = f"bothways_test_{uuid4().hex[:12]}"
        _administer(f"CREATE DATABASE {name} TEMPLATE {template_database}")
        url = make_url(_psycopg(POSTGRES)).set(database=name).render_as_string(hide_password=False)
        made = replace(Config.from_environment(environ), database_url=url)
        yield made
        _administer(f"DROP DATABASE {name} WITH (FORCE)")
    else:
        made = Config.from_environment(environ)
        shutil.copyfile(template_database, made.data / "bothways.sqlite3")
        yield made


@pytest.fixture
def make_app(config: Config) -> Iterator[Callable[..., Flask]]:
    """Build the application, with changes of the configuration by name."""
    built: list[Flask] = []

    def build(**changes: object) -> Flask:
        app = create_app(replace(config, limits=False, **changes), durable=False)  # type: ignore[arg-type]
        app.testing = True
        built.append(app)
        return app

    yield build
    for app in built:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application with rate limits lifted. No context is pushed: push one where actions are called."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser without cookies yet; sends what a same-origin form would."""
    return browser(app)


def browser(app: Flask) -> FlaskClient:
    """Another browser with a cookie jar of its own."""
    made = app.test_client()
    made.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return made


def _psycopg(address: str) -> str:
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


def _administer(statement: str) -> None:
    engine = create_engine(_psycopg(POSTGRES), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
