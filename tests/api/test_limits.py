"""What searches is limited in the API as it is on the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from community.app import create_app
from community.config import Config
from community.extensions import db, limiter

V1 = "/api/v1"


@pytest.fixture
def limited(config: Config) -> Iterator[Flask]:
    """The application with limits on."""
    app = create_app(replace(config, limits=True), durable=False)
    app.testing = True
    yield app
    limiter.enabled = False
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/search?unknown=1", 60),
        ("GET", "/similar?unknown=1", 120),
        ("GET", "/topics/999/related", 120),
        ("POST", "/saved-searches", 20),
    ],
)
def test_searching_by_api_has_the_limit_of_its_page(limited: Flask, method: str, path: str, allowed: int) -> None:
    client = limited.test_client()
    answers = [client.open(V1 + path, method=method) for _ in range(allowed + 1)]
    assert 429 not in {answer.status_code for answer in answers[:-1]}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert client.get(f"{V1}/topics").status_code == 200, "other reading goes on"
