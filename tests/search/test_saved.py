"""Saved searches tell of what is new to their owner, once, by the rights of the moment; kept, listed and given up on pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.actions import suspend
from community.answers.actions import accept_answer, make_official
from community.core.log import LoggedEvent, read_after
from community.extensions import db
from community.follows.keeping import FollowKeeper
from community.notifications.follow import NotificationFollower
from community.notifications.models import Notification
from community.posts.actions import edit_post
from community.search import saved_follow
from community.search.follow import SearchFollower
from community.search.indexes import indexes
from community.search.saved_follow import SavedSearchFollower
from community.searches.actions import change_search, drop_search, save_search
from community.searches.events import SearchMatched
from community.searches.queries import saved_searches_of
from community.staff.actions import end_role, grant_role
from community.topics.actions import move_topic
from tests.api.test_api import program
from tests.forum import Forum, events, small_forum, statements, take_all
from tests.mail.test_outbox import Box
from tests.notifications.test_mail import box, plain, post

__all__ = ["box"]

PUMP = {"q": "pump"}


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with app.test_request_context():
        yield small_forum(app)
        indexes().close()


@pytest.fixture
def told(forum: Forum) -> Callable[[], list[tuple[str, int, str]]]:
    """What is told since the last call: to whom, of which topic, and as what."""
    follower = SavedSearchFollower()
    names = {account_id: handle for handle, account_id in forum.people.items()}
    seen = 0

    def read() -> list[tuple[str, int, str]]:
        nonlocal seen
        take_all(follower)
        recorded = read_after(db.session(), seen, 10_000)
        db.session.rollback()
        seen = recorded[-1].position if recorded else seen
        found = [each.event for each in recorded if isinstance(each.event, SearchMatched)]
        return [(names[each.account_id], each.topic_id, each.tells) for each in found]

    return read


@pytest.fixture
def outside(app: Flask) -> Iterator[Forum]:
    """The same forum for tests over HTTP, with no context pushed."""
    with app.app_context():
        made = small_forum(app)
        made.question(title="A pump")
        take_all(SearchFollower())
    yield made
    with app.app_context():
        indexes().close()


def keep(forum: Forum, handle: str, arguments: dict[str, str] = PUMP, tells: str = "matches", **fields: Any) -> int:
    return save_search(by=forum[handle], arguments=arguments, tells=tells, **fields).id


Told = Callable[[], list[tuple[str, int, str]]]


def test_a_new_match_is_told_once_to_everybody_who_keeps_the_search(forum: Forum, told: Told) -> None:
    before = forum.question(title="An old pump")
    keep(forum, "asker", known=[before.topic_id])
    keep(forum, "friend")
    keep(forum, "worker", {"q": "garden"})
    assert told() == []
    new = forum.question("speaker", title="A new pump")
    forum.post("keeper", new, "A pump it is.")
    assert told() == [("asker", new.topic_id, "matches"), ("friend", new.topic_id, "matches")]
    forum.post("keeper", new, "The pump once more.")
    forum.post("keeper", before, "This pump as well.")
    assert told() == [("friend", before.topic_id, "matches")], "the asker's search knew it when it was saved"


def test_what_nobody_keeps_any_more_waits_for_nothing(forum: Forum) -> None:
    follower = SavedSearchFollower()

    def waiting() -> set[str]:
        take_all(follower)
        assert follower._searches is not None
        return {words[digest] for digest, _ in follower._searches.queries}

    words: dict[str, str] = {}
    ids: dict[tuple[str, str], int] = {}
    for handle, word in (("asker", "pump"), ("friend", "pump"), ("asker", "valve"), ("asker", "chain")):
        kept = save_search(by=forum[handle], arguments={"q": word}, tells="matches")
        ids[handle, word], words[kept.digest] = kept.id, word
        assert word in waiting()
    drop_search(by=forum["asker"], saved_search_id=ids["asker", "pump"])
    assert waiting() == {"pump", "valve", "chain"}, "the friend keeps it too"
    drop_search(by=forum["friend"], saved_search_id=ids["friend", "pump"])
    change_search(by=forum["asker"], saved_search_id=ids["asker", "chain"], paused=True)
    assert waiting() == {"valve"}
    change_search(by=forum["asker"], saved_search_id=ids["asker", "chain"], paused=False)
    change_search(by=forum["asker"], saved_search_id=ids["asker", "valve"], name="Valves")
    assert waiting() == {"valve", "chain"}
    for word in ("gear", "wheel"):  # kept and given up before the follower looks
        short = save_search(by=forum["asker"], arguments={"q": word}, tells="matches")
        words[short.digest] = word
        drop_search(by=forum["asker"], saved_search_id=short.id)
    assert waiting() == {"valve", "chain"}


def test_nobody_is_told_of_their_own_doing(forum: Forum, told: Told) -> None:
    keep(forum, "asker")
    keep(forum, "friend")
    mine = forum.question(title="My pump")
    assert told() == [("friend", mine.topic_id, "matches")]
    forum.post("speaker", mine, "A pump.")
    other = forum.question("speaker", title="It drips")
    forum.post("asker", other, "Your pump, I should say.")
    assert told() == [("friend", other.topic_id, "matches")]
    forum.post("worker", other, "The pump, indeed.")
    assert told() == [("asker", other.topic_id, "matches")]


def test_answers_are_told_when_they_count(forum: Forum, told: Told) -> None:
    keep(forum, "friend", {"q": "pump", "state": "waiting"}, "answers")
    asked, other = forum.question(title="My pump drips"), forum.question(title="It rattles")
    tried = forum.post("worker", asked, "Close the valve.")
    assert told() == [], "an answer alone is none yet"
    accept_answer(by=forum["asker"], post_id=tried.post_id)
    make_official(by=forum["speaker"], post_id=tried.post_id)
    make_official(by=forum["speaker"], post_id=forum.post("speaker", other, "Tighten it.").post_id)
    assert told() == [("friend", asked.topic_id, "answers")]
    recorded = next(each.event for each in read_after(db.session(), 0, 1000) if isinstance(each.event, SearchMatched))
    assert recorded.post_id == tried.post_id
    db.session.rollback()


def test_rights_are_those_of_the_moment(forum: Forum, told: Told) -> None:
    grant = grant_role(by=None, account_id=forum.people["friend"], role="employee", title="Trial", source="command")
    for handle in ("asker", "friend", "newcomer", "worker"):
        keep(forum, handle)
    inside = forum.question("keeper", title="The pump of the staff", category="inside")
    assert told() == [("friend", inside.topic_id, "matches"), ("worker", inside.topic_id, "matches")]
    end_role(by=None, grant_id=grant)
    second = forum.question("keeper", title="Another pump", category="inside")
    suspend(by=forum["keeper"], account_id=forum.people["asker"], rule="abuse", reason="For the test")
    among = forum.question("keeper", title="A members' pump", category="members")
    assert told() == [
        ("worker", second.topic_id, "matches"),
        ("friend", among.topic_id, "matches"),
        ("worker", among.topic_id, "matches"),
    ]
    move_topic(by=forum["keeper"], topic_id=inside.topic_id, category_id=forum.categories["parts"])
    assert [who for who, topic_id, _ in told() if topic_id == inside.topic_id] == ["newcomer"]


def test_what_was_out_of_sight_when_it_was_to_be_told_is_told_later(
    forum: Forum, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(forum, "asker")
    topic = forum.question("keeper", title="A pump")
    whole = saved_follow._portions
    with monkeypatch.context() as meanwhile:

        def moved(found: Any) -> Any:
            if found:
                move_topic(by=forum["keeper"], topic_id=topic.topic_id, category_id=forum.categories["inside"])
                meanwhile.undo()
            return whole(found)

        meanwhile.setattr(saved_follow, "_portions", moved)
        assert told() == []
    move_topic(by=forum["keeper"], topic_id=topic.topic_id, category_id=forum.categories["parts"])
    assert told() == [("asker", topic.topic_id, "matches")]


def test_what_pauses_or_was_given_up_tells_nothing(forum: Forum, told: Told) -> None:
    pausing, dropped = keep(forum, "asker"), keep(forum, "friend")
    forum.question("speaker", title="A pump")
    assert len(told()) == 2
    change_search(by=forum["asker"], saved_search_id=pausing, paused=True)
    drop_search(by=forum["friend"], saved_search_id=dropped)
    forum.question("speaker", title="Another pump")
    assert told() == []
    change_search(by=forum["asker"], saved_search_id=pausing, paused=False)
    third = forum.question("speaker", title="A third pump")
    assert told() == [("asker", third.topic_id, "matches")]
    again = keep(forum, "friend")
    assert again != dropped
    fourth = forum.question("speaker", title="A fourth pump")
    assert told() == [("asker", fourth.topic_id, "matches"), ("friend", fourth.topic_id, "matches")]


def test_names_mean_what_they_mean_now(forum: Forum, told: Told) -> None:
    keep(forum, "friend", {"q": "in:parts from:asker"})
    keep(forum, "worker", {"category": "spares"})
    first = forum.question(title="Anything")
    assert told() == [("friend", first.topic_id, "matches")]
    forum.category("spares")
    second = forum.question("keeper", title="Anything else", category="spares")
    assert told() == [("worker", second.topic_id, "matches")]
    keep(forum, "friend", {"q": "from:@latecomer"})
    assert told() == []
    forum.person("latecomer")
    third = forum.question("latecomer", title="Anything at last")
    assert [each for each in told() if each[0] == "friend"] == [("friend", third.topic_id, "matches")]


def test_edits_make_matches_and_held_questions_wait(forum: Forum, told: Told) -> None:
    keep(forum, "friend")
    topic = forum.question(title="It drips")
    forum.question("newcomer", title="A held pump")
    assert told() == []
    edit_post(by=forum["asker"], post_id=topic.post_id, body="The pump drips.", version=None)
    assert told() == [("friend", topic.topic_id, "matches")]


def test_what_thousands_keep_is_told_in_portions_exactly_once(forum: Forum, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_follow, "PORTION", 2)
    for handle in ("asker", "friend", "worker", "speaker", "newcomer"):
        keep(forum, handle)
    told()
    topic = forum.question("keeper", title="A pump")
    tell, calls = saved_follow._tell, []

    def breaking(u: Any, portion: Any) -> None:
        calls.append(len(portion))
        if len(calls) == 2:
            raise OSError("the machine is switched off")
        tell(u, portion)

    with monkeypatch.context() as broken:
        broken.setattr(saved_follow, "_tell", breaking)
        with pytest.raises(OSError, match="switched off"):
            SavedSearchFollower().catch_up()
    assert events().count("search.matched") == 2
    assert sorted(who for who, topic_id, _ in told() if topic_id == topic.topic_id) == sorted(
        ["asker", "friend", "worker", "speaker", "newcomer"]
    )
    assert events().count("search.matched") == 5


def test_its_statements_do_not_grow_with_those_who_keep_it(forum: Forum) -> None:
    counts = []
    follower = SavedSearchFollower()
    for handles in (("asker",), ("friend", "worker", "keeper", "newcomer")):
        for handle in handles:
            keep(forum, handle)
        take_all(follower)
        forum.question("speaker", title="A pump")
        with statements() as asked:
            follower.catch_up()
        counts.append(len([each for each in asked if not each.startswith("INSERT")]))
    assert counts[0] == counts[1]


def test_a_search_is_kept_from_its_page_and_given_up_in_the_list(app: Flask, outside: Forum) -> None:
    browser = outside.browser("asker")
    page = browser.get("/search?q=Pump&state=new").text
    action = re.search(r'formaction="(/saved-searches\?[^"]*)" name="tells" value="matches"', page)
    assert action is not None
    answer = browser.post(action[1].replace("&amp;", "&"), {"tells": "matches"})
    assert (answer.status_code, answer.location) == (303, "/search?q=pump&state=new")
    with app.app_context():
        (kept,) = saved_searches_of(outside["asker"])
        assert (kept.arguments, kept.known, kept.tells) == ({"q": "pump", "state": "new"}, [1], "matches")
        kept_id = kept.id
    page = browser.get("/search?q=pump&state=new").text
    assert "You hear of new results" in page
    assert f'formaction="/saved-searches/{kept_id}/removal"' in page
    assert browser.post(f"/saved-searches/{kept_id}/name", {"name": "Pumps"}).status_code == 303
    assert browser.post(f"/saved-searches/{kept_id}/pause").status_code == 303
    page = browser.get("/saved-searches").text
    assert '<a href="/search?q=pump&amp;state=new">Pumps</a>' in page
    assert "pauses since" in page
    assert browser.post(f"/saved-searches/{kept_id}/pause/undo").status_code == 303
    for address in ("name", "pause", "pause/undo", "removal"):
        assert outside.browser("friend").post(f"/saved-searches/{kept_id}/{address}", {"name": "x"}).status_code == 404
    assert browser.post(f"/saved-searches/{kept_id}/removal").location == "/saved-searches"
    assert "No saved searches" in browser.get("/saved-searches").text


def test_visitors_keep_nothing_and_nonsense_is_refused(outside: Forum) -> None:
    visitor, browser = outside.browser(), outside.browser("asker")
    assert visitor.get("/saved-searches").status_code == 303
    assert visitor.post("/saved-searches?q=pump", {"tells": "matches"}).status_code in (400, 401)
    assert 'class="actions saving"' not in visitor.get("/search?q=pump").text
    assert browser.post("/saved-searches?q=pump", {"tells": "everything"}).status_code == 422
    assert browser.post("/saved-searches?strange=1", {"tells": "matches"}).status_code == 422
    assert browser.post("/saved-searches?q=pump").status_code == 422


def test_programs_keep_list_change_and_give_up(outside: Forum) -> None:
    mine, other = program(outside, "asker"), program(outside, "friend")
    assert program(outside)("GET", "/saved-searches")[0] == 401
    status, made = mine("POST", "/saved-searches", {"q": "Pump", "state": "solved", "tells": "answers"})
    assert (status, made["name"], made["tells"]) == (201, "pump is:solved", "answers")
    address = f"/saved-searches/{made['id']}"
    _, changed = mine("PATCH", address, {"name": "Pumps", "paused": True})
    assert (changed["name"], changed["paused"]) == ("Pumps", True)
    assert mine("GET", "/saved-searches") == (200, {"saved_searches": [changed]})
    assert mine("POST", "/saved-searches", {"q": "", "tells": "answers"})[0] == 422
    assert mine("POST", "/saved-searches", {"q": "pump", "tells": "nothing"})[0] == 422
    assert other("DELETE", address)[0] == 404
    assert mine("DELETE", address) == (200, {"saved_searches": []})


def test_nothing_of_it_is_in_the_log_of_others(forum: Forum, told: Told) -> None:
    keep(forum, "friend")
    forum.question(title="A pump")
    told()
    payloads = db.session.scalars(select(LoggedEvent.payload).where(LoggedEvent.name.startswith("search.")))
    assert not any("pump" in payload for payload in payloads)


def test_what_a_saved_search_finds_stands_in_the_inbox(outside: Forum) -> None:
    with outside.app.app_context():
        keep(outside, "friend")
        new = outside.question(title="A second pump")
        for reader in (SavedSearchFollower(), FollowKeeper(), NotificationFollower()):
            take_all(reader)
        rows = db.session.execute(select(Notification.account_id, Notification.kind, Notification.topic_id)).all()
        assert (outside.people["friend"], "search", new.topic_id) in [tuple(row) for row in rows]
    assert "A second pump" in outside.browser("friend").get("/inbox").text
    with outside.app.app_context():
        move_topic(by=outside["keeper"], topic_id=new.topic_id, category_id=outside.categories["inside"])
    assert "A second pump" not in outside.browser("friend").get("/inbox").text, "rights are asked again when it is shown"


def test_what_it_finds_comes_by_mail(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        keep(p.forum, "friend")
        p.travel.shift(timedelta(seconds=1))
        topic = p.forum.question(title="A pump drips")
        take_all(SavedSearchFollower())
        (mail,) = p.settle(61)
        assert mail["To"] == "friend@example.com"
        assert "A pump drips" in mail["Subject"]
        assert f"http://localhost/t/{topic.topic_id}" in plain(mail)
