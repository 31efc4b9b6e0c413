"""Followers and me-toos of a duplicate go to the original, and come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.errors import Conflict
from community.core.unit import unit
from community.extensions import db
from community.follows.actions import add_me_too, follow_topic, undo_me_too
from community.follows.actions.visitors import withdraw_visitor
from community.follows.counting import recount_me_toos
from community.follows.keeping import FollowKeeper
from community.follows.models import Move, VisitorMeToo
from community.follows.moving import move_to_original
from community.follows.queries import level_of, standing_in
from community.posts.actions import remove_post
from community.topics.actions import mark_duplicate, move_topic, undo_duplicate
from community.topics.events import DuplicateMarked
from community.topics.models import Topic
from tests.forum import Forum, small_forum, take_all


@dataclass
class Pair:
    """A question and the one that it repeats."""

    forum: Forum
    duplicate: int
    original: int

    def mark(self) -> None:
        mark_duplicate(by=self.forum["worker"], topic_id=self.duplicate, original_id=self.original)
        take_all(FollowKeeper())

    def undo(self) -> None:
        undo_duplicate(by=self.forum["worker"], topic_id=self.duplicate)
        take_all(FollowKeeper())

    def counts(self) -> tuple[int, int]:
        """Of the duplicate and of the original."""
        db.session.rollback()
        found = dict(db.session.execute(select(Topic.id, Topic.me_too_count)).all())
        return found[self.duplicate], found[self.original]

    def level(self, handle: str) -> tuple[str, str]:
        """How somebody follows the duplicate and the original."""
        db.session.rollback()
        return tuple(level_of(self.forum[handle], "topic", each) for each in (self.duplicate, self.original))  # type: ignore[return-value]

    def visitors(self) -> list[tuple[int, str]]:
        db.session.rollback()
        rows = db.session.execute(select(VisitorMeToo.topic_id, VisitorMeToo.address).order_by(VisitorMeToo.id))
        return [(topic_id, address or "") for topic_id, address in rows]


def pair(app: Flask) -> Pair:
    forum = small_forum(app)
    for handle in ("anna", "ben", "cleo"):
        forum.person(handle)
    original = forum.question("friend", title="Why does it hum?").topic_id
    duplicate = forum.question("asker", title="Why does it buzz?").topic_id
    take_all(FollowKeeper())
    return Pair(forum, duplicate, original)


def visitor(topic_id: int, address: str, *, confirmed: bool = True) -> None:
    with unit() as u:
        u.add(
            VisitorMeToo(
                topic_id=topic_id, address=address, language="en", created_at=u.now, confirmed_at=u.now if confirmed else None
            )
        )
        recount_me_toos(u, [topic_id])


def test_who_waits_moves_and_is_counted_once(app: Flask) -> None:
    with app.test_request_context():
        p = pair(app)
        for handle in ("anna", "ben", "friend"):
            add_me_too(by=p.forum[handle], topic_id=p.duplicate)
        add_me_too(by=p.forum["ben"], topic_id=p.original)
        follow_topic(by=p.forum["cleo"], topic_id=p.duplicate)
        follow_topic(by=p.forum["keeper"], topic_id=p.duplicate, level="muted")
        follow_topic(by=p.forum["speaker"], topic_id=p.duplicate)
        follow_topic(by=p.forum["speaker"], topic_id=p.original, level="muted")
        visitor(p.duplicate, "one@example.com")
        visitor(p.duplicate, "two@example.com")
        visitor(p.original, "two@example.com")
        visitor(p.duplicate, "late@example.com", confirmed=False)
        assert p.counts() == (5, 2)
        p.mark()
        # At the original: ben, anna, the asker of the duplicate, and two visitors; its own author has asked it.
        assert p.counts() == (0, 5)
        assert p.level("cleo") == ("", "everything")
        assert p.level("anna") == ("", "answers")
        assert p.level("asker") == ("", "everything")
        assert p.level("keeper") == ("muted", "")
        assert p.level("speaker") == ("", "muted")
        assert p.visitors() == [
            (p.original, "one@example.com"),
            (p.original, "two@example.com"),
            (p.duplicate, "late@example.com"),
        ]
        assert standing_in(p.forum["anna"], p.original).has_too
        assert not standing_in(p.forum["friend"], p.original).has_too


def test_undoing_brings_everything_back_where_nothing_else_happened(app: Flask) -> None:
    with app.test_request_context():
        p = pair(app)
        for handle in ("anna", "ben"):
            add_me_too(by=p.forum[handle], topic_id=p.duplicate)
        add_me_too(by=p.forum["ben"], topic_id=p.original)
        follow_topic(by=p.forum["cleo"], topic_id=p.duplicate, level="answers")
        visitor(p.duplicate, "one@example.com")
        visitor(p.duplicate, "two@example.com")
        visitor(p.original, "two@example.com")
        before = (p.counts(), {handle: p.level(handle) for handle in p.forum.people}, p.visitors())
        p.mark()
        p.undo()
        assert (p.counts(), {handle: p.level(handle) for handle in p.forum.people}, p.visitors()) == before
        assert db.session.scalars(select(Move.id)).all() == []
        p.mark()
        p.undo()
        assert (p.counts(), {handle: p.level(handle) for handle in p.forum.people}, p.visitors()) == before


def test_a_visitor_who_stood_at_both_stands_by_the_row_that_the_mailed_link_names(app: Flask) -> None:
    with app.test_request_context():
        p = pair(app)
        for topic_id in (p.duplicate, p.original):
            visitor(topic_id, "two@example.com")
        first, second = db.session.scalars(select(VisitorMeToo.id).order_by(VisitorMeToo.id)).all()
        p.mark()
        p.undo()
        assert p.counts() == (1, 1)
        withdraw_visitor(visitor_id=first)
        assert p.counts() == (0, 1)
        visitor(p.duplicate, "two@example.com")
        p.mark()
        withdraw_visitor(visitor_id=second)
        p.undo()
        assert p.counts() == (0, 0), "who withdrew at the original does not come back elsewhere"


def test_undoing_a_step_of_a_chain_brings_back_what_went_on_from_there(app: Flask) -> None:
    with app.test_request_context():
        p = pair(app)
        last = p.forum.question("speaker", title="Why does it whirr?").topic_id
        for handle in ("anna", "ben", "cleo"):
            add_me_too(by=p.forum[handle], topic_id=p.duplicate)
        add_me_too(by=p.forum["keeper"], topic_id=p.original)
        follow_topic(by=p.forum["worker"], topic_id=p.duplicate)
        visitor(p.duplicate, "one@example.com")
        for topic_id in (p.duplicate, p.original, last):
            visitor(topic_id, "all@example.com")
        before = (p.counts(), count(last), {handle: p.level(handle) for handle in p.forum.people}, sorted(p.visitors()))
        p.mark()
        onward = Pair(p.forum, p.original, last)
        onward.mark()
        # anna, ben, cleo, keeper, both askers and two visitors
        assert (p.counts(), count(last)) == ((0, 0), 8)
        undo_me_too(by=p.forum["ben"], topic_id=last)
        undo_me_too(by=p.forum["friend"], topic_id=last)
        p.undo()
        assert (p.counts(), count(last)) == ((4, 0), 2), (
            "anna, cleo and two visitors are back; keeper and a visitor stay at the last"
        )
        assert level_of(p.forum["worker"], "topic", p.duplicate) == "everything"
        assert level_of(p.forum["worker"], "topic", last) == ""
        assert (p.duplicate, "one@example.com") in p.visitors()
        onward.undo()
        assert (p.counts(), count(last)) == ((4, 2), 1)
        add_me_too(by=p.forum["ben"], topic_id=p.duplicate)
        after = (p.counts(), count(last), {handle: p.level(handle) for handle in p.forum.people}, sorted(p.visitors()))
        assert after == before
        assert db.session.scalars(select(Move.id)).all() == []


def count(topic_id: int) -> int:
    db.session.rollback()
    return db.session.execute(select(Topic.me_too_count).where(Topic.id == topic_id)).scalar_one()


def test_what_happened_since_stays(app: Flask) -> None:
    with app.test_request_context():
        p = pair(app)
        for handle in ("anna", "ben"):
            add_me_too(by=p.forum[handle], topic_id=p.duplicate)
        follow_topic(by=p.forum["cleo"], topic_id=p.duplicate)
        p.mark()
        undo_me_too(by=p.forum["anna"], topic_id=p.original)
        follow_topic(by=p.forum["cleo"], topic_id=p.original, level="answers")
        written = p.forum.post("ben", p.forum.question("ben", title="Elsewhere"))
        assert written
        from community.posts.actions import write_post

        write_post(by=p.forum["ben"], topic_id=p.original, body="Mine hums too.")
        p.undo()
        assert p.counts() == (1, 0), "anna took it back, ben has it at his own question again"
        assert p.level("cleo") == ("everything", "answers")
        assert p.level("ben") == ("answers", "answers"), "who wrote at the original goes on following it"


def test_taking_an_event_twice_changes_nothing(app: Flask) -> None:
    with app.test_request_context():
        p = pair(app)
        add_me_too(by=p.forum["anna"], topic_id=p.duplicate)
        p.mark()
        event = DuplicateMarked(topic_id=p.duplicate, category_id=1, original_id=p.original)
        with unit() as u:
            move_to_original(u, event)
        assert p.counts() == (0, 2)
        undo_duplicate(by=p.forum["worker"], topic_id=p.duplicate)
        with unit() as u:
            move_to_original(u, event)
        take_all(FollowKeeper())
        assert p.counts() == (1, 0), "an event of what was undone by its turn moves nobody"


def test_only_who_may_read_the_original_moves(app: Flask) -> None:
    with app.test_request_context():
        p = pair(app)
        add_me_too(by=p.forum["anna"], topic_id=p.duplicate)
        add_me_too(by=p.forum["keeper"], topic_id=p.duplicate)
        visitor(p.duplicate, "one@example.com")
        mark_duplicate(by=p.forum["worker"], topic_id=p.duplicate, original_id=p.original)
        with unit() as u:  # between the mark and its turn, the original went where not everybody reads
            u.fetch(Topic, p.original).category_id = p.forum.categories["inside"]
        take_all(FollowKeeper())
        assert p.counts() == (2, 1)
        assert p.level("anna") == ("answers", "")
        assert p.level("keeper") == ("", "answers")
        assert p.visitors() == [(p.duplicate, "one@example.com")]


@pytest.mark.parametrize(
    "act",
    [
        lambda p: remove_post(by=p.forum["keeper"], post_id=_first(p.original), rule="spam", reason="An advertisement"),
        lambda p: move_topic(by=p.forum["keeper"], topic_id=p.original, category_id=p.forum.categories["members"]),
    ],
    ids=["removed", "hidden from those who read the duplicate"],
)
def test_the_original_stays_where_its_duplicates_lead(app: Flask, act: Callable[[Pair], None]) -> None:
    with app.test_request_context():
        p = pair(app)
        p.mark()
        with pytest.raises(Conflict, match="duplicate of this one"):
            act(p)
        p.undo()
        act(p)


def test_a_duplicate_cannot_go_where_more_people_read_than_its_original(app: Flask) -> None:
    with app.test_request_context():
        p = pair(app)
        for topic_id in (p.duplicate, p.original):
            move_topic(by=p.forum["keeper"], topic_id=topic_id, category_id=p.forum.categories["members"])
        p.mark()
        with pytest.raises(Conflict, match="the question that it repeats"):
            move_topic(by=p.forum["keeper"], topic_id=p.duplicate, category_id=p.forum.categories["parts"])
        move_topic(by=p.forum["keeper"], topic_id=p.original, category_id=p.forum.categories["parts"])
        move_topic(by=p.forum["keeper"], topic_id=p.duplicate, category_id=p.forum.categories["parts"])


def test_the_page_of_a_duplicate_leads_to_the_original_with_one_click(app: Flask) -> None:
    with app.app_context():
        p = pair(app)
        mark_duplicate(by=p.forum["worker"], topic_id=p.duplicate, original_id=p.original)
    page = p.forum.browser().get(f"/t/{p.duplicate}", follow_redirects=True).text
    assert f'<a class="button" href="/t/{p.original}/why-does-it-hum">' in page
    assert f'<link rel="canonical" href="http://localhost/t/{p.original}/why-does-it-hum">' in page
    assert "I have this problem too" not in page
    assert "Why does it buzz?" in p.forum.browser().get(f"/t/{p.original}", follow_redirects=True).text
    assert p.forum.browser("friend").post(f"/t/{p.duplicate}/me-too").status_code == 409


def _first(topic_id: int) -> int:
    from community.posts.models import Post

    return db.session.execute(select(Post.id).where(Post.topic_id == topic_id, Post.number == 1)).scalar_one()
