"""Every view wears a guard or is listed here; every reader of the log answers for every event."""

from __future__ import annotations

import importlib
import pkgutil
from typing import ClassVar

from flask import Flask
from werkzeug.utils import import_string

import community
from community.app import JOBS, READERS
from community.core.follow import Follower
from community.core.log import REGISTRY, Event
from community.core.schedule import Job
from community.live.changes import EVENTS, IGNORED

GUARDS = {"public", "members", "staff", "moderators", "admins", "key"}

OPEN_WITHOUT_GUARD = {
    # endpoint: why it needs none
    "static": "files of the release",
    "branding.stylesheet": "one hue, named by its address",
    "branding.patterns": "developers' page; not there in production",
}

PUBLIC_WRITES = {
    # What somebody without an account may send.
    *("accounts.start_session", "accounts.end_session", "accounts.open_account", "accounts.create_first_admin"),
    *("accounts.confirm", "accounts.ask_reset", "accounts.set_password"),
    # The asker's word by a mailed link, which is proof of the mailbox and good once.
    *("answers.say_solved", "answers.say_unsolved"),
    # An objection by the link that was mailed to who may not sign in, good once.
    "appeals.object_to_suspension",
    # That an answer no longer works, once a day, network and browser.
    *("answers.mark_outdated", "answers.undo_outdated"),
    # A question that waits in the visitor's own browser, and what a text will look like; neither stores anything.
    # Whether an answer helped: visitors are counted apart, once a day each, without a session (rulings 7).
    *("votes.mark_helpful", "votes.mark_unhelpful", "votes.undo_helpful", "votes.undo_unhelpful"),
    *("asking.open_a_topic", "posts.preview"),
    # Looking for answers before asking, and what came of it: counted without who. Taking it back needs the cookie that it left.
    *("asking.look", "asking.note_opened", "asking.end_answered", "asking.go_on", "asking.note_found"),
    # An address to hear of a solution, and the button of the page that is mailed there to confirm it.
    *("follows.leave_address", "follows.confirm"),
    # The link of a mail that stops mails like it, for its reader or their mail program (RFC 8058).
    "notifications.stop",
}


def unguarded(app: Flask) -> list[str]:
    """Endpoints that wear no guard and are not listed."""
    found = []
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "guard", None)
        if guard not in GUARDS and rule.endpoint not in OPEN_WITHOUT_GUARD:
            found.append(f"{rule.rule} ({rule.endpoint})")
    return found


def public_writes(app: Flask) -> set[str]:
    """Endpoints that change something and let everybody in."""
    rules = (rule for rule in app.url_map.iter_rules() if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"})
    return {rule.endpoint for rule in rules if getattr(app.view_functions[rule.endpoint], "guard", None) == "public"}


def our_events() -> set[type[Event]]:
    """Every event class of the package."""
    for module in pkgutil.walk_packages(community.__path__, "community."):
        if module.name.endswith(".events"):
            importlib.import_module(module.name)
    return {kind for kind in REGISTRY.values() if kind.__module__.startswith("community.")}


def unanswered(reader: type[Follower], events: set[type[Event]]) -> list[str]:
    """Events that this reader neither reads nor ignores in writing, and those it says both of."""
    reads, ignores = set(reader().reads), set(reader.ignores)
    if reader.ignores_the_rest:
        # Readers in the ring of readers know every event, and answer for each in writing.
        assert not reader.__module__.startswith(
            ("community.live.", "community.search.", "community.mail.", "community.notifications.")
        )
        return [] if reads and not ignores else ["nothing is read"]
    return sorted(kind.name for kind in (events - reads - ignores) | (reads & ignores))


def test_every_view_has_a_guard(app: Flask) -> None:
    assert len(list(app.url_map.iter_rules())) > 20
    assert unguarded(app) == []


def test_what_strangers_may_send_is_listed(app: Flask) -> None:
    assert public_writes(app) == PUBLIC_WRITES


def test_every_reader_answers_for_every_event(app: Flask) -> None:
    assert READERS
    with app.app_context():
        found = {name: missing for name in READERS if (missing := unanswered(import_string(name), our_events()))}
    assert found == {}


def test_live_answers_for_every_event() -> None:
    assert our_events() == EVENTS.keys() | IGNORED.keys()
    assert not EVENTS.keys() & IGNORED.keys()


def test_readers_and_jobs_have_names_of_their_own(app: Flask) -> None:
    with app.app_context():
        names = [import_string(name).name for name in READERS]
    assert len(set(names)) == len(names)
    jobs: list[Job] = [job for name in JOBS for job in import_string(name)]
    assert len({job.name for job in jobs}) == len(jobs)


def test_the_rules_find_what_they_forbid(app: Flask) -> None:
    app.add_url_rule("/unguarded", "unguarded", lambda: "", methods=["GET"])
    assert unguarded(app) == ["/unguarded (unguarded)"]

    class Half(Follower):
        name = "half"
        reads: ClassVar = {}
        ignores = frozenset(list(our_events())[1:])

    assert len(unanswered(Half, our_events())) == 1
