"""Open pages of results: told of what matches now and of what no longer does, with the rights of this moment, at little cost."""

from __future__ import annotations

import json
import re
from typing import Any

import gevent
import pytest
from flask import Flask
from gevent.event import Event as Gate
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from community.categories.actions import change_category
from community.core.native import TooBusy
from community.core.position import position_now
from community.extensions import db
from community.live.channels import Channel, parse
from community.live.listeners import Listener
from community.posts.actions import edit_post, remove_post, write_post
from community.posts.models import Post
from community.search import channel as searching
from community.search import comparing
from community.search.follow import SearchFollower
from community.search.indexes import indexes
from community.search.normal import key_of, normal
from community.topics.actions import close_topic, move_topic
from tests.forum import Browser, Forum, small_forum, take_all
from tests.live.conftest import number
from tests.live.test_tail import Following

PUMP = {"q": "pump"}

Sent = list[tuple[str, dict[str, Any], list[str]]]


@pytest.fixture
def following(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Following:
    return Following(app, monkeypatch)


def open_page(
    following: Following, sid: str, arguments: dict[str, str], who: str | None = None, shown: tuple[int, ...] = ()
) -> str:
    """Somebody has a page of results open; the name of its channel."""
    with following.app.app_context():
        name = f"search:{key_of(arguments)}"
        channel = parse(name)
    assert channel is not None
    listener = Listener(sid, following.forum.people[who] if who else None, None, "en")
    following.listeners.add(listener)
    following.listeners.join(listener, channel)
    following.listeners.show(listener, frozenset(shown))
    return name


def told(following: Following) -> Sent:
    """What is sent after what happened was read, and then pushed."""
    following.now.seconds += 1
    return following.step() + following.step()


def marks(html: str) -> list[tuple[str, int]]:
    """The topics that a stream tells of, in its order."""
    found = re.findall(r'action="(found|lost|gone)" targets="\[data-live-results\]" data-topic="(\d+)"', html)
    return [(action, int(topic_id)) for action, topic_id in found]


def ask(following: Following, title: str, **fields: Any) -> int:
    with following.app.app_context():
        return following.forum.question(title=title, **fields).topic_id


def test_a_new_match_is_told_once_to_every_page_of_that_search(following: Following) -> None:
    name = open_page(following, "a", PUMP)
    assert open_page(following, "b", {"q": "  PUMP "}) == name, "one search, however it is typed"
    open_page(following, "c", {"q": "garden"})
    topic_id = ask(following, "My pump drips")
    ((kind, push, sids),) = told(following)
    assert (kind, push["channel"], sorted(sids)) == ("stream", name, ["a", "b"])
    assert marks(push["html"]) == [("found", topic_id)]
    assert " data-fresh" in push["html"]
    assert "My pump drips" not in push["html"], "no text is sent"
    ask(following, "Something else")
    assert told(following) == []


def test_an_answer_makes_a_topic_match_and_its_removal_unmakes_it(following: Following) -> None:
    topic_id = ask(following, "It drips")
    name = open_page(following, "a", PUMP)
    told(following)
    with following.app.app_context():
        post = following.forum.post("friend", following.forum.question(title="Other"), "Look at the pump.")
        edit_post(by=following.forum["asker"], post_id=first_post(topic_id), body="The pump does.", version=None)
    found = [mark for _kind, push, _sids in told(following) for mark in marks(push["html"])]
    assert found == [("found", post.topic_id), ("found", topic_id)]
    open_page(following, "b", PUMP, shown=(post.topic_id,))
    with following.app.app_context():
        remove_post(by=following.forum["keeper"], post_id=post.post_id, rule="other", reason="For the test")
    ((_kind, push, sids),) = told(following)
    assert (push["channel"], marks(push["html"]), sorted(sids)) == (name, [("lost", post.topic_id)], ["a", "b"])


def test_what_was_offered_and_is_taken_back_is_told_too(following: Following) -> None:
    open_page(following, "a", PUMP)
    topic_id = ask(following, "My pump drips")
    told(following)
    with following.app.app_context():
        remove_post(by=following.forum["asker"], post_id=first_post(topic_id), rule="", reason="")
    ((_kind, push, _sids),) = told(following)
    assert marks(push["html"]) == [("gone", topic_id)]
    with following.app.app_context():
        following.forum.question(title="Something else")
    assert told(following) == []


def test_filters_count_and_what_is_shown_says_what_it_is_now(following: Following) -> None:
    topic_id = ask(following, "My pump drips")
    open_page(following, "a", {"q": "pump", "state": "waiting"}, shown=(topic_id,))
    open_page(following, "b", {"q": "pump is:answered"})
    told(following)
    with following.app.app_context():
        write_post(by=following.forum["friend"], topic_id=topic_id, body="Close the valve.")
    sent = {sids[0]: push["html"] for _kind, push, sids in told(following)}
    assert (marks(sent["a"]), marks(sent["b"])) == ([("lost", topic_id)], [("found", topic_id)])
    assert f'targets="[data-live-results] [data-topic=&#34;{topic_id}&#34;] .result__state"' in sent["a"]
    assert "1 reply" in sent["a"]
    with following.app.app_context():
        close_topic(by=following.forum["keeper"], topic_id=topic_id, reason="For the test")
    assert {sids[0]: marks(push["html"]) for _kind, push, sids in told(following)} == {
        "a": [("lost", topic_id)],
        "b": [("found", topic_id)],
    }


def test_a_result_that_always_lacked_a_word_is_told_apart_from_one_that_no_longer_fits(following: Following) -> None:
    topic_id = ask(following, "My pump drips")
    with following.app.app_context():
        following.forum.question(title="The pump of a heater")
        take_all(SearchFollower())
        db.session.remove()
    page = following.forum.browser().get("/search?q=pump+heater").text
    assert re.findall(r'<article class="result" id="result_(\d+)" data-topic="\d+"( data-loose)?>', page) == [
        (str(topic_id + 1), ""),
        (str(topic_id), " data-loose"),
    ]
    open_page(following, "a", {"q": "pump heater", "state": "new"}, shown=(topic_id,))
    told(following)
    with following.app.app_context():
        edit_post(by=following.forum["asker"], post_id=first_post(topic_id), body="It does.", version=None)
    ((_kind, push, _sids),) = told(following)
    assert (marks(push["html"]), "data-fits" in push["html"]) == ([("lost", topic_id)], True)
    with following.app.app_context():
        write_post(by=following.forum["friend"], topic_id=topic_id, body="Close the valve.")
    ((_kind, push, _sids),) = told(following)
    assert (marks(push["html"]), "data-fits" in push["html"]) == ([("lost", topic_id)], False)


def test_a_page_is_read_anew_where_texts_are_too_long_to_compare(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    open_page(following, "a", PUMP)
    monkeypatch.setattr(comparing, "MOST_CHARACTERS", 1)
    ask(following, "My pump drips", body="It does.")
    ask(following, "My pump is loud", body="It is.")
    ((_kind, push, _sids),) = told(following)
    assert "refresh" in push["html"]


def test_names_that_nobody_had_are_known_once_somebody_has_them(following: Following) -> None:
    open_page(following, "a", {"q": "in:spares"})
    open_page(following, "b", {"q": "from:@latecomer"})
    ask(following, "Anything")
    assert told(following) == []
    with following.app.app_context():
        following.forum.category("spares")
        following.forum.person("latecomer")
    told(following)
    first, second = ask(following, "A spare thing", category="spares"), ask(following, "Anything else", handle="latecomer")
    assert {sids[0]: marks(push["html"]) for _kind, push, sids in told(following)} == {
        "a": [("found", first)],
        "b": [("found", second)],
    }


def test_what_is_not_for_everybody_reaches_only_who_may_read_it(following: Following) -> None:
    for sid, who in (("visitor", None), ("newcomer", "newcomer"), ("friend", "friend"), ("worker", "worker")):
        open_page(following, sid, PUMP, who)
    inside = ask(following, "The pump of the staff", handle="worker", category="inside")
    ((kind, hint, sids),) = told(following)
    assert (kind, sids, set(hint)) == ("nudge", ["worker"], {"channel", "position", "prev", "url"})
    ask(following, "A members' pump", category="members")
    ((kind, _hint, sids),) = told(following)
    assert (kind, sorted(sids)) == ("nudge", ["friend", "worker"])
    public = ask(following, "A pump for all")
    ((kind, push, sids),) = told(following)
    assert (kind, sorted(sids)) == ("stream", ["friend", "newcomer", "visitor", "worker"])
    assert number(push["prev"]) < number(hint["position"]), "nobody sees that something lies between"
    assert marks(push["html"]) == [("found", public)]
    for handle, seen in ((None, [public]), ("friend", [public - 1, public]), ("worker", [inside, public - 1, public])):
        browser = following.forum.browser(handle)
        answer = browser.get(f"/live?channels={hint['channel']}&position={hint['prev']}").get_json()
        found = [mark for each in answer["streams"] for mark in marks(each["html"])]
        # The question that every forum here begins with has no pump in it.
        assert [topic_id for action, topic_id in found if action == "found"] == seen, handle


def test_what_leaves_the_public_is_gone_and_a_category_that_closes_is_read_anew(following: Following) -> None:
    topic_id = ask(following, "My pump drips")
    open_page(following, "a", PUMP, shown=(topic_id,))
    told(following)
    with following.app.app_context():
        move_topic(by=following.forum["keeper"], topic_id=topic_id, category_id=following.forum.categories["inside"])
    ((kind, push, _sids),) = told(following)
    assert (kind, marks(push["html"])) == ("stream", [("gone", topic_id)])
    with following.app.app_context():
        edit_post(by=following.forum["keeper"], post_id=first_post(topic_id), body="More of the pump.", version=None)
    assert told(following) == [], "and of what becomes of it inside nothing is heard"
    with following.app.app_context():
        change_category(by=None, category_id=following.forum.categories["members"], visibility="staff")
    ((kind, push, _sids),) = told(following)
    assert (kind, "refresh" in push["html"]) == ("stream", True)


def test_what_is_held_is_told_when_it_is_released(following: Following) -> None:
    open_page(following, "a", PUMP)
    open_page(following, "b", PUMP, "newcomer")
    ask(following, "My pump drips", handle="newcomer")
    assert told(following) == []


def test_a_key_is_ours_or_there_is_no_such_channel(app: Flask) -> None:
    with app.test_request_context():
        key = key_of({"q": "pump", "state": "solved", "kind": "nonsense", "strange": "x"})
        assert key is not None
        assert parse(f"search:{key}") == Channel("search", key=key)
        forged = URLSafeSerializer("guessed", salt="search channel").dumps([["q", "pump"]])
        for name in (f"search:{forged}", f"search:{key[:-1]}", "search:", "search:" + "A" * 5_000, f"other:{key}", "search:a b"):
            assert parse(name) is None, name
        assert key_of({"q": "  "}) is None
        long = key_of({"q": "水" * 200, **dict.fromkeys(("category", "tag"), "é" * 60), "state": "solved", "by": "staff"})
        assert long is not None, "the longest search has a key, and its name fits into an address"
        assert len(long) < 2_500
        assert key_of({"state": "solved", "q": "Pump", "sort": "newest"}) == key, "an order is no other search"
        assert normal({"q": "Pump  IS:solved", "by": "nobody", "tag": " Motor "}) == {"q": "pump is:solved", "tag": "motor"}


def test_a_return_counts_what_was_missed_once(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        forum.question(title="The first pump")
        take_all(SearchFollower())
        db.session.remove()
    page = forum.browser().get("/search?q=pump").text
    (name, position, known) = (re.search(f'{part}="([^"]*)"', page).group(1) for part in ("channels", "position", "data-known"))  # type: ignore[union-attr]
    assert known == "1"
    with app.app_context():
        second = forum.question(title="The second pump")
        forum.post("friend", second, "This pump is loud.")
        for n in range(3):
            forum.question(title=f"Something else {n}")
        db.session.remove()
    answer = ask_live(forum.browser(), name, position)
    (stream,) = answer["streams"]
    assert [mark for mark in marks(stream["html"]) if mark[0] == "found"] == [("found", second.topic_id)]
    assert ask_live(forum.browser(), name, answer["position"])["streams"] == []
    assert ask_live(forum.browser(), name, "unknown:1")["reload"] == [name]


def ask_live(browser: Browser, name: str, position: str) -> dict[str, Any]:
    return json.loads(browser.get("/live", query_string={"channels": name, "position": position}).text)


def test_new_results_stand_on_the_page_that_asks_for_them(app: Flask) -> None:
    with app.app_context():
        forum: Forum = small_forum(app)
        for n in range(25):
            forum.question(title=f"Pump pump pump {n}")
        take_all(SearchFollower())
        late = forum.question(title="Something else", body="With a long text in which a pump is named once, and no more.")
        hidden = forum.question("worker", title="A pump inside", category="inside")
        other = forum.question(title="No such thing")
        take_all(SearchFollower())
        db.session.remove()
        browser = forum.browser()
        shown = re.findall(r'<article class="result" id="result_(\d+)"', browser.get("/search?q=pump").text)
        assert len(shown) == 20
        assert str(late.topic_id) not in shown
        asked = ",".join(map(str, (late.topic_id, hidden.topic_id, other.topic_id, 10**9, int(shown[3]))))
        page = browser.get(f"/search?q=pump&fresh={asked},x,-1").text
        assert re.findall(r'<article class="result" id="result_(\d+)"', page) == [*shown, str(late.topic_id)]
        indexes().close()


def test_what_is_new_is_left_out_when_there_is_no_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("community.search.freshness.PATIENCE", 0.1)

    class Busy:
        """Every turn is taken."""

        def run(self, *_: Any) -> None:
            raise TooBusy

    with app.app_context():
        forum = small_forum(app)
        forum.question(title="The first pump")
        take_all(SearchFollower())
        long = forum.question(title="A long pump", body="It drips.")
        late = forum.question(title="The second pump", body="It is loud.")
        db.session.remove()
        address = f"/search?q=pump&fresh={long.topic_id},{late.topic_id}"
        with monkeypatch.context() as short:
            short.setattr(comparing, "MOST_CHARACTERS", 5)
            page = forum.browser().get(address).text
            assert re.findall(r'id="result_(\d+)"', page) == ["1", str(long.topic_id)], "so many characters for all of them"
        monkeypatch.setattr(comparing, "_threads", Busy())
        answer = forum.browser().get(address)
        assert (answer.status_code, re.findall(r'id="result_(\d+)"', answer.text)) == (200, ["1"])
        indexes().close()


def test_a_page_does_not_wait_for_an_index_that_stands_still(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("community.search.freshness.PATIENCE", 0.1)
    with app.app_context():
        forum = small_forum(app)
        forum.question(title="The first pump")
        take_all(SearchFollower())
        second = forum.question(title="The second pump")
        db.session.remove()
        page = forum.browser().get(f"/search?q=pump&fresh={second.topic_id}").text
        assert re.findall(r'id="result_(\d+)"', page) == ["1", str(second.topic_id)], "the database knows it already"
        assert str(position_now())
        indexes().close()


def test_when_nobody_knows_whom_it_concerns_everybody_asks(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    name = open_page(following, "a", PUMP)

    def broken(*_arguments: object) -> None:
        raise ValueError("no")

    with monkeypatch.context() as breaking:
        breaking.setattr(searching, "documents_unchecked", broken)
        ask(following, "My pump drips")
        ((kind, hint, sids),) = told(following)
    assert (kind, hint["channel"], sids) == ("nudge", name, ["a"])
    ask(following, "My pump drips again")
    ((kind, push, _sids),) = told(following)
    assert (kind, push["prev"]) == ("stream", hint["position"])


def test_other_channels_are_pushed_while_open_searches_are_compared(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    name = open_page(following, "a", PUMP)
    topic_id = ask(following, "Something else")
    told(following)
    following.listen("b", channel=Channel("topic", topic_id))
    gate, asked = Gate(), []
    whole = searching.SearchChannel.concerned

    def slow(channel: searching.SearchChannel, recorded: Any, *arguments: Any) -> Any:
        asked.append([each.position for each in recorded])
        gate.wait()
        return whole(channel, recorded, *arguments)

    monkeypatch.setattr(searching.SearchChannel, "concerned", slow)
    sent: list[list[str]] = []
    for body in ("The pump does.", "The pump, I mean."):
        with following.app.app_context():
            edit_post(by=following.forum["asker"], post_id=first_post(topic_id), body=body, version=None)
        following.now.seconds += 1
        following.tail.step(following.now)  # type: ignore[arg-type]
        gevent.sleep(0)
        sent += [sids for _kind, _push, sids in following.outbox.take()]
    assert (sent, len(asked)) == ([["b"], ["b"]], 1), "one asks at a time, and nobody else waits for it"
    gate.set()
    pushed = [push for _ in range(3) for _kind, push, sids in (*told(following),) if sids == ["a"]]
    assert len(asked) == 2
    assert {push["channel"] for push in pushed} == {name}
    assert marks(pushed[0]["html"]) == [("found", topic_id)]
    assert sorted(asked) == asked


def test_a_comparison_that_takes_too_long_keeps_what_it_compares_to_itself(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Any] = []

    class Late:
        """Begins and does not come back in time."""

        def run(self, look: Any) -> None:
            compared.append(look.args)
            raise TooBusy

    name = open_page(following, "a", PUMP)
    channel = following.app.extensions["other_channels"]["search"]
    assert isinstance(channel, searching.SearchChannel)
    with monkeypatch.context() as late:
        late.setattr(searching, "_threads", Late())
        ask(following, "My pump drips")
        ((kind, hint, _sids),) = told(following)
    assert (kind, hint["channel"]) == ("nudge", name)
    assert channel._open not in compared[0]
    topic_id = ask(following, "My pump drips again")
    ((_kind, push, _sids),) = told(following)
    assert marks(push["html"]) == [("found", topic_id)]


def first_post(topic_id: int) -> int:
    return int(db.session.execute(select(Post.id).where(Post.topic_id == topic_id, Post.number == 1)).scalar_one())
