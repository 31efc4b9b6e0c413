"""A database that is too busy is no error of ours: whoever asks is told to come back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import TimeoutError as PoolTimeout

from community.core.database import Busy


@pytest.mark.parametrize("error", [Busy("the database is busy"), PoolTimeout("no connection in 30 s")])
def test_a_busy_database_asks_for_patience(app: Flask, error: Exception) -> None:
    def view() -> str:
        raise error

    app.add_url_rule("/busy", "busy", view)
    app.add_url_rule("/api/v1/busy", "api_busy", view)
    client = app.test_client()
    page, problem = client.get("/busy"), client.get("/api/v1/busy")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "We are busy just now." in page.text
    assert (problem.status_code, problem.mimetype) == (503, "application/problem+json")
