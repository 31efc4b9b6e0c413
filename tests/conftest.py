"""Fixtures: a fresh copy of a migrated database a test, real processes, real browsers.

Tests run on SQLite; with BOTHWAYS_TEST_DATABASE (a PostgreSQL server that may make databases) on
PostgreSQL instead; with --both-databases as well, each that needs a database on both.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from community.app import create_app
from community.config import Config
from community.core import database
from community.extensions import db
from community.migrating import migrate
from tests.running_site import RunningSite, free_port, until

pytest_plugins = ("tests.strictness", "tests.world")

POSTGRES = os.environ.get("BOTHWAYS_TEST_DATABASE", "")
"""An address of a PostgreSQL server that may make databases; empty: SQLite."""

CI = bool(os.environ.get("BOTHWAYS_CI"))
"""Set by .ci/run, which installs every outside program: a skip for want of one is then a failure."""

SHARED_DATA = Path(os.environ.get("BOTHWAYS_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


CHROMIUM_FLAGS = [
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; tests that read it skip where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real data at {SHARED_DATA}; set BOTHWAYS_SHARED_DATA to its folder")
    return SHARED_DATA


@pytest.fixture(scope="session")
def database_kind() -> str:
    """`sqlite` or `postgresql`: which one the test runs on."""
    return "postgresql" if POSTGRES else "sqlite"


@pytest.fixture(scope="session")
def template_database(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty migrated database, copied for each test: a file's path, or a database's name on PostgreSQL."""
    if database_kind == "postgresql":
        name = f"bothways_template_{uuid4().hex[:8]}"
        administer(f"CREATE DATABASE {name}")
        address = postgres_address(name)
    else:
        name = str(tmp_path_factory.mktemp("template") / "empty.sqlite3")
        address = f"sqlite:///{name}"
    engine = create_engine(address, poolclass=NullPool)
    database.prepare(engine, durable=False)
    migrate(engine)
    engine.dispose()
    yield name
    if database_kind == "postgresql":
        administer(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def empty_site(folder: Path, database_kind: str, template_database: str, **environ: str) -> Iterator[Config]:
    """One installation in `folder` with an empty migrated database of its own."""
    made = Config.from_environment(
        {
            "BOTHWAYS_DATA": str(folder),
            "BOTHWAYS_ENV": "test",
            "BOTHWAYS_SECRET_KEY": "test" * 8,
            "BOTHWAYS_MEANING": "off",  # so that tests rank the same with and without the extra; those of meaning have it on
            **environ,
        }
    )
    if database_kind == "sqlite":
        shutil.copyfile(template_database, made.data / "bothways.sqlite3")
        yield made
        return
    name = f"bothways_test_{uuid4().hex[:12]}"
    administer(f"CREATE DATABASE {name} TEMPLATE {template_database}")
    yield replace(made, database_url=postgres_address(name))
    administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def config(tmp_path: Path, database_kind: str, template_database: str) -> Iterator[Config]:
    """One installation with an empty database of its own."""
    with empty_site(tmp_path / "data", database_kind, template_database, BOTHWAYS_BASE_URL="http://localhost") as made:
        yield made


@pytest.fixture(scope="session")
def template_code(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Compiled templates, so that not every test's application compiles them again."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(config: Config, template_code: FileSystemBytecodeCache) -> Iterator[Callable[..., Flask]]:
    """Build the application, with changes of the configuration by name."""
    built: list[Flask] = []

    def build(**changes: object) -> Flask:
        app = create_app(replace(config, limits=False, **changes), durable=False)  # type: ignore[arg-type]
        app.testing = True
        app.jinja_env.bytecode_cache = template_code
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


@contextmanager
def count_queries(app: Flask) -> Iterator[list[str]]:
    """Collects the SQL statements of this thread's work inside the block, without BEGIN and the like."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, database_kind: str, template_database: str) -> Iterator[RunningSite]:
    """Real web and worker processes on a port and in a data folder of their own, shared by the tests of a file."""
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    with empty_site(folder / "data", database_kind, template_database, BOTHWAYS_PORT=str(port), BOTHWAYS_LIMITS="off") as made:
        running = RunningSite(made, folder / "processes.log")
        running.start("web", "worker")
        yield running
        running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium was not found; install it by: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser, site: RunningSite) -> Iterator[Callable[..., Page]]:
    """Opens pages of `site`, each in a browser profile of its own: `window()`, `window(java_script_enabled=False)`."""
    contexts: list[BrowserContext] = []

    def open_window(**options: Any) -> Page:
        contexts.append(chromium.new_context(base_url=site.base_url, **options))
        return contexts[-1].new_page()

    yield open_window
    for context in contexts:
        context.close()


def redis_program() -> str:
    """Where the Redis server is; the test is skipped where there is none."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis was not found; install it by: apt-get install redis-server")
    return program


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis server of the tests' own."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen([redis_program(), *options], cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL) as server:
        until(lambda: _listens(port), "Redis listens")
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


def postgres_address(name: str) -> str:
    """SQLAlchemy's address of a database on the test server."""
    return make_url(_psycopg(POSTGRES)).set(database=name).render_as_string(hide_password=False)


def administer(statement: str) -> None:
    """Run one statement on the test server outside a transaction."""
    engine = create_engine(_psycopg(POSTGRES), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _psycopg(address: str) -> str:
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


def _listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
