"""The look asks little of a database: one application on an empty SQLite file serves all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from community.app import create_app
from community.config import Config
from community.extensions import db
from community.migrating import migrate


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An empty site; not run a second time on PostgreSQL, which would show the same pictures."""
    folder = tmp_path_factory.mktemp("look")
    environ = {"BOTHWAYS_DATA": str(folder), "BOTHWAYS_ENV": "test", "BOTHWAYS_SECRET_KEY": "test" * 8, "BOTHWAYS_LIMITS": "off"}
    made = create_app(Config.from_environment(environ), durable=False)
    made.testing = True
    with made.app_context():
        migrate(db.engine)
    yield made
    with made.app_context():
        db.engine.dispose()
