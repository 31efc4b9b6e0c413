"""Whatever happens to a question, its state is what a slow and obvious reading of all that happened says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from community.answers.actions import (
    accept_answer,
    make_official,
    reject_answer,
    reopen,
    undo_acceptance,
    undo_official,
    undo_rejection,
)
from community.answers.jobs import close_solved
from community.core import clock
from community.core.errors import Refused
from community.doctor.counters import examine_topics
from community.extensions import db
from community.posts.actions import Written, remove_post, restore_post
from community.topics.actions import ask_info, clear_info, mark_duplicate, undo_duplicate
from community.topics.jobs import settle_quiet_questions
from community.topics.models import STATES, Topic
from tests.forum import Forum, small_forum

BEGIN = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)

PHASES = (Phase.explicit, Phase.generate)
"""A failing play is told as it is: making it shorter takes minutes."""

ACTS = (
    *("asker writes", "friend answers", "speaker answers", "worker asks for information"),
    *("asker accepts", "asker takes acceptance back", "asker rejects", "asker takes rejection back"),
    *("speaker makes official", "speaker takes official back", "worker accepts"),
    *("keeper removes", "keeper restores", "worker asks", "worker clears"),
    *("worker marks duplicate", "worker undoes duplicate", "asker opens again", "keeper opens again", "time passes", "time rests"),
)


@dataclass
class Said:
    """A post of the model, as obvious as can be."""

    id: int
    by: str
    at: datetime
    answer: bool
    removed: bool = False
    accepted: bool = False
    official: bool = False
    rejected_at: datetime | None = None


@dataclass
class Model:
    """Everything that happened, and nothing computed."""

    posts: list[Said] = field(default_factory=list)
    duplicate: bool = False
    info: bool = False
    closed_itself: bool = False
    reopened_at: datetime | None = None
    """When the asker last ended a closure that came by itself."""

    def state(self, now: datetime) -> str:
        seen = [post for post in self.posts if not post.removed]
        others = [post for post in seen if post.by != "asker"]
        if self.duplicate:
            return "duplicate"
        if any(post.accepted for post in seen):
            return "solved"
        if self.info:
            return "needs_info"
        words = [post.rejected_at for post in seen if post.rejected_at] + ([self.reopened_at] if self.reopened_at else [])
        last = max(post.at for post in seen)
        if words and max(words) >= last:
            return "waiting" if others else "new"
        official = any(post.official and not post.rejected_at for post in seen)
        if official and last + WEEK <= now:
            return "answered_unconfirmed"
        if not others:
            return "new"
        return "waiting" if seen[-1].by == "asker" else "answered"


@dataclass
class Play:
    """One question, acted on and modelled side by side."""

    forum: Forum
    topic: Written
    other: Written
    now: datetime
    model: Model
    visited: set[str]

    def act(self, name: str, which: int) -> None:
        """Try an act; the model follows where it was not refused."""
        post = self.model.posts[which % len(self.model.posts)]
        try:
            with clock.at(self.now):
                self._act(name, post)
        except Refused:
            db.session.rollback()

    def _act(self, name: str, post: Said) -> None:  # noqa: C901 - a case an act
        who, _, rest = name.partition(" ")
        by, model, topic_id = self.forum[who] if who != "time" else None, self.model, self.topic.topic_id
        match rest:
            case "passes":
                self.now += timedelta(days=post.id % 4 + 1)
            case "rests":
                self.now += timedelta(days=8)
            case "writes" | "answers":
                made = self.forum.post(who, self.topic)
                model.posts.append(Said(made.post_id, who, self.now, answer=rest == "answers"))
                model.info = model.info and who != "asker"
            case "asks for information":
                made = self.forum.post(who, self.topic, "Which year?", asks_info=True)
                model.posts.append(Said(made.post_id, who, self.now, answer=False))
                model.info = True
            case "accepts":
                accept_answer(by=by, post_id=post.id)
                post.accepted, post.rejected_at = True, None
            case "takes acceptance back":
                undo_acceptance(by=by, post_id=post.id)
                post.accepted = False
                self._open_unsolved(who)
            case "rejects":
                reject_answer(by=by, post_id=post.id)
                post.accepted, post.rejected_at = False, post.rejected_at or self.now
                self._open_unsolved(who)
            case "takes rejection back":
                undo_rejection(by=by, post_id=post.id)
                post.rejected_at = None
            case "makes official":
                make_official(by=by, post_id=post.id)
                post.official = True
            case "takes official back":
                undo_official(by=by, post_id=post.id)
                post.official = False
            case "removes":
                if post is not model.posts[0]:
                    remove_post(by=by, post_id=post.id, rule="other", reason="By chance")
                    post.removed = True
                    self._open_unsolved(who)
            case "restores":
                restore_post(by=by, post_id=post.id)
                post.removed = False
            case "asks":
                ask_info(by=by, topic_id=topic_id)
                model.info = True
            case "clears":
                clear_info(by=by, topic_id=topic_id)
                model.info = False
            case "marks duplicate":
                mark_duplicate(by=by, topic_id=topic_id, original_id=self.other.topic_id)
                model.duplicate = True
            case "undoes duplicate":
                undo_duplicate(by=by, topic_id=topic_id)
                model.duplicate = False
            case "opens again":
                reopen(by=by, topic_id=topic_id)
                if model.closed_itself:
                    model.closed_itself = False
                    if who == "asker":
                        model.reopened_at = self.now
                        for each in model.posts:
                            each.accepted = False
            case _:
                raise AssertionError(rest)

    def _open_unsolved(self, who: str) -> None:
        if self.model.closed_itself and not any(post.accepted and not post.removed for post in self.model.posts):
            self.model.closed_itself = False
            if who == "asker":
                self.model.reopened_at = self.now

    def settle(self) -> None:
        """Let time do what it does, and compare."""
        with clock.at(self.now):
            settle_quiet_questions()
            close_solved()
        db.session.rollback()
        db.session.expire_all()
        topic = db.session.get_one(Topic, self.topic.topic_id)
        self.model.closed_itself = topic.closed  # when it closes has tests of its own
        assert topic.state == self.model.state(self.now)
        self.visited.add(str(topic.state))
        db.session.rollback()


@contextmanager
def playing(app: Flask) -> Iterator[Forum]:
    with app.app_context(), clock.at(BEGIN):
        yield small_forum(app)


@pytest.mark.timeout(300)
def test_the_state_is_what_happened(app: Flask) -> None:
    visited: set[str] = set()
    with playing(app) as forum:

        @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=PHASES)
        @given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5)), min_size=4, max_size=22))
        @example([("speaker makes official", 1), ("time passes", 0), ("time passes", 0), ("time passes", 0), ("time passes", 0)])
        def play(acts: list[tuple[str, int]]) -> None:
            with clock.at(BEGIN):
                topic, other = forum.question(), forum.question("friend")
            first = Said(topic.post_id, "asker", BEGIN, answer=False)
            run = Play(forum, topic, other, BEGIN, Model([first]), visited)
            for name in ("speaker answers", "friend answers")[: acts[0][1] % 3]:
                run.act(name, 0)
            for name, which in acts:
                run.now += timedelta(minutes=7)
                run.act(name, which)
                run.settle()

        play()
        assert visited == set(STATES), "every state was reached"
        with clock.at(BEGIN + timedelta(days=3000)):
            assert [finding.sentence for finding in examine_topics(fix=False) if finding.level == "wrong"] == []
