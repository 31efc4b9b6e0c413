"""The FAQ builds itself, and nothing stands in it that is not an answer everybody may read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from community.answers.actions import (
    accept_answer,
    check_answer,
    make_official,
    mark_outdated,
    reject_answer,
    undo_acceptance,
    undo_check,
)
from community.categories.actions import change_category
from community.core.errors import Conflict, Forbidden, Invalid, NotFound
from community.extensions import db
from community.faq.actions import (
    add_topic,
    drop_entry,
    enter_wanted,
    merge_entry,
    pin_entry,
    restore_entry,
    unmerge_entry,
    unpin_entry,
    word_entry,
)
from community.faq.follow import FaqFollower
from community.faq.models import FaqEntry, FaqWording
from community.faq.queries import entries_to_check, faq_page, latest_entries, place_of
from community.faq.views import Chosen, EntryView
from community.follows.actions import add_me_too
from community.insights.actions import count_found, count_successful
from community.posts.actions import Written, edit_post, remove_post, restore_post
from community.settings.actions import change_setting
from community.topics.actions import mark_duplicate, move_topic, undo_duplicate
from community.votes.actions import rate_answer
from tests.forum import VISITOR, Forum, events, small_forum, take_all


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with app.app_context():
        made = small_forum(app)
        for number in range(6):
            made.person(f"member{number}")
        made.person("admin", role="admin", title="Founder")
        yield made


def solved(forum: Forum, title: str = "Why does it rattle?", **fields: str) -> tuple[Written, Written]:
    """A question that its asker accepted the team's answer of."""
    asked = forum.question(title=title, **fields)
    answer = forum.post("speaker", asked, f"Tighten the screw of: {title}")
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    return asked, answer


def entry(forum: Forum, title: str = "Why does it rattle?", **fields: str) -> tuple[int, Written, Written]:
    asked, answer = solved(forum, title, **fields)
    return add_topic(by=forum["speaker"], topic_id=asked.topic_id), asked, answer


def shown(chosen: Chosen | None = None) -> list[EntryView]:
    db.session.rollback()
    found = [each for section in faq_page(chosen or Chosen()).sections for each in section.entries]
    db.session.rollback()
    return found


def follow() -> None:
    db.session.rollback()
    take_all(FaqFollower())
    db.session.rollback()


def grow() -> None:
    db.session.rollback()
    enter_wanted()
    db.session.rollback()


def test_an_answer_enters_when_enough_people_looked_for_it(forum: Forum) -> None:
    asked, answer = solved(forum)
    for number in range(3):
        rate_answer(by=forum[f"member{number}"], post_id=answer.post_id, helpful=True)
        add_me_too(by=forum[f"member{number + 3}"], topic_id=asked.topic_id)
        grow()
        assert [each.question for each in shown()] == (["Why does it rattle?"] if number == 2 else [])
    (found,) = shown()
    assert found.helped == 4  # the asker, and three to whom it was helpful
    assert [source.title for source in found.sources] == ["Why does it rattle?"]
    assert found.author.name == "Speaker"
    assert events().count("faq_entry.entered") == 1
    grow()
    assert events().count("faq_entry.entered") == 1
    rate_answer(by=forum["friend"], post_id=answer.post_id, helpful=True)
    grow()
    assert shown()[0].helped == 5
    assert events()[-1] == "faq_entry.changed"


def test_visitors_alone_are_never_enough(forum: Forum) -> None:
    asked, _answer = solved(forum)
    for _ in range(50):
        count_successful(by=VISITOR, topic_id=asked.topic_id, opened=False)
        count_found(by=VISITOR, topic_id=asked.topic_id, searched=[])
    grow()
    assert shown() == []
    for number in range(3):  # three members, and as many of the visitors
        count_successful(by=forum[f"member{number}"], topic_id=asked.topic_id, opened=False)
    grow()
    assert len(shown()) == 1
    assert shown()[0].helped == 54


def test_the_threshold_is_a_setting_and_unaccepted_answers_stay_out(forum: Forum) -> None:
    change_setting(by=forum["admin"], name="faq_people", value="1")
    asked = forum.question()
    answer = forum.post("friend", asked)
    rate_answer(by=forum["member0"], post_id=answer.post_id, helpful=True)
    add_me_too(by=forum["member1"], topic_id=asked.topic_id)
    grow()
    assert shown() == []
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    grow()
    assert len(shown()) == 1


LEAVING: tuple[tuple[str, Callable[[Forum, Written, Written], object], str], ...] = (
    ("answer removed", lambda f, _q, a: remove_post(by=f["keeper"], post_id=a.post_id, rule="other", reason="Wrong"), "unmarked"),
    ("question removed", lambda f, q, _a: remove_post(by=f["keeper"], post_id=q.post_id, rule="other", reason="Wrong"), "gone"),
    ("no longer accepted", lambda f, _q, a: undo_acceptance(by=f["asker"], post_id=a.post_id), "unmarked"),
    ("rejected", lambda f, _q, a: reject_answer(by=f["asker"], post_id=a.post_id), "unmarked"),
    ("moved", lambda f, q, _a: move_topic(by=f["keeper"], topic_id=q.topic_id, category_id=f.categories["inside"]), "not_public"),
    (
        "closed to the public",
        lambda f, _q, _a: change_category(by=None, category_id=f.categories["parts"], visibility="staff"),
        "not_public",
    ),
)


@pytest.mark.parametrize(("name", "happen", "because"), LEAVING, ids=[each[0] for each in LEAVING])
def test_what_is_no_answer_for_all_is_out_at_once(
    forum: Forum, name: str, happen: Callable[[Forum, Written, Written], object], because: str
) -> None:
    entry_id, asked, answer = entry(forum)
    word_entry(by=forum["speaker"], entry_id=entry_id, question="Rattling?", body="Screw it **down**.", reason="Shorter")
    follow()
    assert len(shown()) == 1
    db.session.rollback()
    happen(forum, asked, answer)
    assert shown() == [], name  # before any reader has followed
    assert latest_entries(10) == []
    with pytest.raises(NotFound):
        place_of(entry_id)
    follow()
    assert events()[-1] == "faq_entry.left"
    row = db.session.get_one(FaqEntry, entry_id)
    assert row.left_because == because
    waiting = entries_to_check(forum["worker"])
    assert [each.because for each in waiting] == ([] if name == "question removed" else [because])
    assert entries_to_check(forum["asker"]) == []


def test_an_entry_comes_back_with_its_answer(forum: Forum) -> None:
    entry_id, _asked, answer = entry(forum)
    remove_post(by=forum["keeper"], post_id=answer.post_id, rule="other", reason="Wrong")
    follow()
    restore_post(by=forum["keeper"], post_id=answer.post_id)
    follow()
    assert [each.id for each in shown()] == [entry_id]
    assert events().count("faq_entry.entered") == 2


def test_a_duplicate_leaves_and_comes_back(forum: Forum) -> None:
    entry_id, asked, _answer = entry(forum)
    other = forum.question(title="The bell is quiet?")
    mark_duplicate(by=forum["worker"], topic_id=asked.topic_id, original_id=other.topic_id)
    follow()
    assert shown() == []
    undo_duplicate(by=forum["worker"], topic_id=asked.topic_id)
    follow()
    assert [each.id for each in shown()] == [entry_id]


def test_a_doubted_answer_is_marked_until_it_was_checked(forum: Forum) -> None:
    _entry, _asked, answer = entry(forum)
    mark_outdated(by=forum["worker"], post_id=answer.post_id)
    follow()
    assert shown()[0].doubted == "outdated"
    assert [each.because for each in entries_to_check(forum["worker"])] == ["outdated"]
    check_answer(by=forum["worker"], post_id=answer.post_id, version="2026.3")
    follow()
    (found,) = shown()
    assert found.doubted == ""
    assert found.check is not None
    assert (found.check.by_name, found.check.version) == ("Worker", "2026.3")
    assert entries_to_check(forum["worker"]) == []
    undo_check(by=forum["worker"], post_id=answer.post_id)
    follow()
    assert shown()[0].doubted == "outdated"


def test_an_editor_words_it_and_every_wording_is_kept(forum: Forum) -> None:
    entry_id, _asked, answer = entry(forum)
    word_entry(by=forum["speaker"], entry_id=entry_id, question="It rattles", body="Use **glue**.", reason="Plain", version=1)
    (found,) = shown()
    assert (found.question, str(found.html).strip(), found.text) == ("It rattles", "<p>Use <strong>glue</strong>.</p>", "Use glue.")
    assert found.worded
    with pytest.raises(Conflict):
        word_entry(by=forum["speaker"], entry_id=entry_id, question="", body="", reason="Late", version=1)
    with pytest.raises(Invalid):
        word_entry(by=forum["speaker"], entry_id=entry_id, question="It rattles", body="", reason="  ")
    edit_post(by=forum["speaker"], post_id=answer.post_id, body="Never use glue.", version=None)
    follow()
    assert shown()[0].doubted == "edited"  # what it was worded from says something else now
    word_entry(by=forum["speaker"], entry_id=entry_id, question="", body="", reason="The answer says it better")
    (found,) = shown()
    assert (found.question, found.text, found.doubted) == ("Why does it rattle?", "Never use glue.", "")
    rows = db.session.scalars(select(FaqWording).order_by(FaqWording.version)).all()
    assert [(row.version, row.question, row.reason) for row in rows] == [
        (2, "It rattles", "Plain"),
        (3, "", "The answer says it better"),
    ]


def test_words_for_one_answer_are_not_put_in_the_mouth_of_another(forum: Forum) -> None:
    entry_id, asked, answer = entry(forum)
    word_entry(by=forum["speaker"], entry_id=entry_id, question="", body="Use **glue**.", reason="Plain")
    better = forum.post("worker", asked, "Do not touch it.")
    undo_acceptance(by=forum["asker"], post_id=answer.post_id)
    accept_answer(by=forum["asker"], post_id=better.post_id)
    follow()
    (found,) = shown()
    assert (found.text, found.author.name, found.doubted) == ("Do not touch it.", "Worker", "edited")


def test_merged_entries_are_one_answer_with_both_questions(forum: Forum) -> None:
    first, asked, _answer = entry(forum)
    second, _other, answer = entry(forum, "It makes a noise?")
    merge_entry(by=forum["speaker"], entry_id=second, into_id=first)
    (found,) = shown()
    assert [source.title for source in found.sources] == ["Why does it rattle?", "It makes a noise?"]
    grow()
    assert shown()[0].helped == 2
    assert place_of(second) == f"/faq#faq_{first}"
    for wrong in ((first, first), (second, first + 100), (first, second)):
        with pytest.raises((Conflict, NotFound)):
            merge_entry(by=forum["speaker"], entry_id=wrong[0], into_id=wrong[1])
    undo_acceptance(by=forum["asker"], post_id=answer.post_id)
    follow()
    assert [source.title for source in shown()[0].sources] == ["Why does it rattle?"]
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    follow()
    assert len(shown()[0].sources) == 2
    remove_post(by=forum["keeper"], post_id=asked.post_id, rule="other", reason="Wrong")
    follow()
    assert [each.question for each in shown()] == ["It makes a noise?"]  # it stands for itself again
    unmerge_entry(by=forum["speaker"], entry_id=second)
    assert len(shown()) == 1


def test_a_dropped_entry_never_comes_back_by_itself(forum: Forum) -> None:
    entry_id, asked, answer = entry(forum)
    for number in range(6):
        rate_answer(by=forum[f"member{number}"], post_id=answer.post_id, helpful=True)
    drop_entry(by=forum["speaker"], entry_id=entry_id, reason="Too special")
    drop_entry(by=forum["speaker"], entry_id=entry_id, reason="Twice")
    assert events().count("faq_entry.left") == 1
    grow()
    undo_acceptance(by=forum["asker"], post_id=answer.post_id)
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    follow()
    assert shown() == []
    assert entries_to_check(forum["worker"]) == []
    restore_entry(by=forum["speaker"], entry_id=entry_id)
    assert len(shown()) == 1
    assert db.session.get_one(FaqEntry, entry_id).topic_id == asked.topic_id


def test_pinned_entries_stand_first_then_those_that_helped_most(forum: Forum) -> None:
    ids = [entry(forum, f"Question number {number}?")[0] for number in range(3)]
    answer = db.session.get_one(FaqEntry, ids[1]).post_id
    for number in range(2):
        rate_answer(by=forum[f"member{number}"], post_id=answer, helpful=True)
    grow()
    assert [each.id for each in shown()] == [ids[1], ids[0], ids[2]]
    pin_entry(by=forum["speaker"], entry_id=ids[2])
    pin_entry(by=forum["speaker"], entry_id=ids[0])
    assert [each.id for each in shown()] == [ids[0], ids[2], ids[1]]
    unpin_entry(by=forum["speaker"], entry_id=ids[0])
    assert [each.id for each in shown()] == [ids[2], ids[1], ids[0]]


def test_only_who_may_speak_for_the_company_edits(forum: Forum) -> None:
    entry_id, asked, _answer = entry(forum)
    acts: list[Callable[[str], object]] = [
        lambda who: word_entry(by=forum[who], entry_id=entry_id, question="Hm?", body="", reason="Why not"),
        lambda who: drop_entry(by=forum[who], entry_id=entry_id, reason="Why not"),
        lambda who: restore_entry(by=forum[who], entry_id=entry_id),
        lambda who: pin_entry(by=forum[who], entry_id=entry_id),
        lambda who: unpin_entry(by=forum[who], entry_id=entry_id),
        lambda who: merge_entry(by=forum[who], entry_id=entry_id, into_id=entry_id),
        lambda who: unmerge_entry(by=forum[who], entry_id=entry_id),
        lambda who: add_topic(by=forum[who], topic_id=asked.topic_id),
    ]
    for act in acts:
        for who in ("worker", "asker", "keeper"):
            with pytest.raises(Forbidden):
                act(who)
    assert shown()[0].question == "Why does it rattle?"


def test_only_answered_public_questions_can_be_put_in_by_hand(forum: Forum) -> None:
    asked = forum.question()
    with pytest.raises(Conflict):
        add_topic(by=forum["speaker"], topic_id=asked.topic_id)
    hidden = forum.question("keeper", "Secret drawer?", category="inside")
    answer = forum.post("speaker", hidden, "Under the mat.")
    make_official(by=forum["speaker"], post_id=answer.post_id)
    with pytest.raises(Conflict):
        add_topic(by=forum["speaker"], topic_id=hidden.topic_id)
    assert shown() == []
    with pytest.raises(NotFound):
        place_of(1)


def test_places_and_products_have_pages_of_their_own(forum: Forum) -> None:
    forum.category("bikes")
    entry(forum, "Why does it rattle?", product="Ridge")
    entry(forum, "Is the bell loud?", category="bikes")
    page = faq_page(Chosen())
    assert [(place.slug, count) for place, count in page.places] == [("bikes", 1), ("parts", 1)]
    assert page.products == (("Ridge", 1),)
    assert [each.question for each in shown(Chosen(category="bikes"))] == ["Is the bell loud?"]
    assert [each.question for each in shown(Chosen(product="Ridge"))] == ["Why does it rattle?"]
    for nowhere in (Chosen(category="inside"), Chosen(product="Volt"), Chosen(category="bikes", product="Ridge")):
        with pytest.raises(NotFound):
            shown(nowhere)
