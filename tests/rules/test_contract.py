"""The names that other people rely on: commands, settings of the environment, addresses, channels. As written, no fewer."""

from __future__ import annotations

from dataclasses import fields

import click
import pytest
from flask import Flask

from community.cli import commands
from community.config import Config
from community.live.channels import parse
from community.search.normal import key_of
from tests.forum import small_forum

COMMANDS = {
    *("run", "web", "worker", "migrate", "demo", "import", "export", "backup", "restore", "reindex", "doctor"),
    *("user create", "staff grant", "token create"),
}

OPTIONS = {
    "import": {"kind", "path"},
    "export": {"folder"},
    "backup": {"file"},
    "restore": {"file"},
    "doctor": {"--fix"},
    "user create": {"--handle", "--email", "--name", "--admin"},
    "staff grant": {"handle", "--role", "--title"},
    "token create": {"--user", "--scope"},
}

ENVIRONMENT = {
    *("BOTHWAYS_DATA", "BOTHWAYS_HOST", "BOTHWAYS_PORT", "BOTHWAYS_BASE_URL", "BOTHWAYS_SECRET_KEY", "BOTHWAYS_ENV"),
    *("DATABASE_URL", "REDIS_URL", "BOTHWAYS_SEARCH", "BOTHWAYS_MAIL_URL", "BOTHWAYS_TRUSTED_PROXIES", "BOTHWAYS_LIMITS"),
    "BOTHWAYS_METRICS_TOKEN",
}

ADDRESSES = {
    # address: status for a visitor, for an admin
    "/": (200, 200),
    "/ask": (200, 200),
    "/t/1/why-does-it-rattle": (200, 200),
    "/t/1/why-does-it-rattle?page=1": (200, 200),
    "/t/1/another-slug": (302, 302),
    "/t/1": (302, 302),
    "/p/1": (302, 302),
    "/p/2": (302, 302),
    "/c/parts": (200, 200),
    "/tags/noise": (200, 200),
    "/search?q=rattle": (200, 200),
    "/questions": (200, 200),
    "/team": (200, 200),
    "/faq": (200, 200),
    "/faq.atom": (200, 200),
    "/insights": (404, 200),
    "/api/v1/faq": (200, 200),
    "/u/asker": (200, 200),
    "/u/worker": (200, 200),
    "/sign-in": (200, 303),
    "/sign-up": (200, 303),
    "/settings": (303, 200),
    "/admin": (404, 200),
    "/live?channels=home": (200, 200),
    "/viewer.css": (200, 200),
    "/api/v1/openapi.json": (200, 200),
    "/api/v1/docs": (200, 200),
    "/api/v1/topics": (200, 200),
    "/api/v1/topics/1": (200, 200),
    "/api/v1/topics/1/posts?limit=100": (200, 200),
    "/api/v1/categories": (200, 200),
    "/api/v1/search?q=rattle": (200, 200),
    "/api/v1/similar?title=Why+does+it+rattle": (200, 200),
    "/api/v1/topics/1/related": (200, 200),
    "/t/1/related": (200, 200),
    "/api/v1/people/worker": (200, 200),
    "/api/v1/events": (200, 200),
    "/healthz": (200, 200),
    "/metrics": (200, 200),
}

CHANGES = {
    # Sent by the asker with the session's token: the form's fields, and where the browser is led (or the status).
    "/t/1/posts": ({"body": "It still rattles."}, 303),
    "/posts/2/acceptance": ({}, 303),
    "/posts/2/acceptance/undo": ({}, 303),
    "/posts/2/official-mark": ({}, 403),
    "/t/1/closure": ({"reason": "Settled."}, 403),
    "/sign-out": ({}, 303),
}

CHANNELS = ("home", "category:1", "topic:1", "user:1", "desk", "faq")


def test_commands_are_there_with_their_arguments() -> None:
    found = {}
    for name, command in commands.commands.items():
        below = command.commands.items() if isinstance(command, click.Group) else [("", command)]
        found |= {f"{name} {word}".strip(): each for word, each in below}
    assert COMMANDS - found.keys() == set()
    for name, wanted in OPTIONS.items():
        names = {option for parameter in found[name].params for option in (*parameter.opts, parameter.name)}
        assert wanted - names == set(), name


def test_the_environment_is_read_under_its_names() -> None:
    assert {field.metadata["name"] for field in fields(Config)} >= ENVIRONMENT
    defaults = {field.metadata["name"]: field.metadata["default"] for field in fields(Config)}
    assert defaults["BOTHWAYS_DATA"] == "var"
    assert defaults["BOTHWAYS_PORT"] == "8000"
    assert defaults["BOTHWAYS_TRUSTED_PROXIES"] == "0"
    assert defaults["BOTHWAYS_LIMITS"] == "on"


def test_addresses_answer(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        forum.person("boss", role="admin", title="Head")
        asked = forum.question(tags=("noise",))
        forum.post("worker", asked)
    visitor, admin, asker = forum.browser(), forum.browser("boss"), forum.browser("asker")
    found = {address: (visitor.get(address).status_code, admin.get(address).status_code) for address in ADDRESSES}
    assert found == ADDRESSES
    assert {address: asker.post(address, dict(sent)).status_code for address, (sent, _) in CHANGES.items()} == {
        address: status for address, (_, status) in CHANGES.items()
    }
    unready = visitor.get("/readyz")
    assert unready.status_code == 503, "there is no index yet"
    assert unready.json == {"status": "not ready", "database": True, "log": True, "index": False}


def test_an_address_that_nobody_promised_is_not_there(app: Flask) -> None:
    assert app.test_client().get("/wp-admin").status_code == 404


@pytest.mark.parametrize("name", CHANNELS)
def test_channels_are_known(name: str, app: Flask) -> None:
    with app.app_context():
        assert str(parse(name)) == name
        assert parse(f"x{name}") is None


def test_an_open_search_has_a_channel(app: Flask) -> None:
    with app.app_context():
        name = f"search:{key_of({'q': 'pump'})}"
        assert str(parse(name)) == name
        assert parse(f"x{name}") is None
