"""Related questions beside a topic: fetched by themselves, kept while they stay the same, without anything restricted."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from community.posts.actions import Written, edit_post, remove_post
from community.search import related, whoosh_snapshots
from community.search.follow import SearchFollower
from community.search.indexes import indexes
from community.topics.actions import move_topic
from tests.forum import Forum, small_forum, statements, take_all


@pytest.fixture
def forum(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    with app.app_context():
        made = small_forum(app)
        made.person("admin", role="admin", title="Founder")
    yield made  # without a context: what is asked over HTTP makes its own
    with app.app_context():
        indexes().close()


def follow_up(forum: Forum) -> None:
    with forum.app.app_context():
        take_all(SearchFollower())


def beside(forum: Forum, topic: Written, who: str | None = None) -> list[str]:
    """The titles that the frame of a topic's page shows to somebody."""
    page = forum.browser(who).get(f"/t/{topic.topic_id}/related?part")
    assert page.status_code == 200
    return re.findall(r'<li><a href="[^"]+">([^<]+)</a>', page.text)


def squeals(forum: Forum, *hows: str, handle: str = "asker", **fields: str) -> list[Written]:
    with forum.app.app_context():
        return [forum.question(handle, f"Brake squeals {how}", "The disc squeals.", **fields) for how in hows]


def three_squeals(forum: Forum) -> list[Written]:
    return squeals(forum, "in rain", "in snow", "uphill")


def test_a_topic_leaves_room_for_what_is_fetched_with_the_viewers_own_rights(forum: Forum) -> None:
    rain, *_ = three_squeals(forum)
    (secret,) = squeals(forum, "and the recall", handle="worker", category="inside")
    follow_up(forum)
    page = forum.browser().get(rain.url.partition("#")[0]).text
    assert f'src="/t/{rain.topic_id}/related?part" loading="lazy"' in page
    assert f'<a href="/t/{rain.topic_id}/related" rel="nofollow">' in page, "without scripts it is a link"
    assert "Brake squeals in snow" not in page
    assert set(beside(forum, rain)) == {"Brake squeals in snow", "Brake squeals uphill"} == set(beside(forum, rain, "asker"))
    assert "Brake squeals and the recall" in beside(forum, rain, "worker")
    assert forum.browser().get(f"/t/{secret.topic_id}/related?part").status_code == 404
    assert "recall" not in forum.browser().get(f"/t/{rain.topic_id}/related").text


def test_the_page_by_itself_is_whole(forum: Forum) -> None:
    rain, *_ = three_squeals(forum)
    with forum.app.app_context():
        alone = forum.question(title="Where is my parcel?", body="I paid.")
    follow_up(forum)
    page = forum.browser().get(f"/t/{rain.topic_id}/related").text
    assert page.count("<h1>") == 1
    assert "Brake squeals in snow" in page
    assert 'content="noindex"' in page
    assert "Nothing is like this one yet" in forum.browser().get(f"/t/{alone.topic_id}/related").text


def test_held_and_removed_topics_have_none(forum: Forum) -> None:
    rain, snow, _ = three_squeals(forum)
    (held,) = squeals(forum, "at night", handle="newcomer")
    follow_up(forum)
    assert forum.browser("newcomer").get(f"/t/{held.topic_id}/related").status_code == 404
    assert "Brake squeals at night" not in beside(forum, rain, "newcomer")
    with forum.app.app_context():
        remove_post(by=forum["keeper"], post_id=snow.post_id, rule="spam", reason="An advertisement.")
    assert forum.browser().get(f"/t/{snow.topic_id}/related").status_code == 404
    assert "related?part" not in forum.browser().get(snow.url.partition("#")[0], follow_redirects=True).text
    assert beside(forum, rain) == ["Brake squeals uphill"]


def test_what_a_visitor_is_shown_is_kept_until_something_in_it_changes(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    rain, snow, uphill = three_squeals(forum)
    follow_up(forum)
    looked: list[int] = []
    whole = related.related_as_of

    def counted(*arguments: object, **named: object) -> object:
        looked.append(1)
        return whole(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(related, "related_as_of", counted)
    assert len(beside(forum, rain)) == 2
    assert len(beside(forum, rain)) == 2
    assert len(looked) == 1, "the second was kept"
    with forum.app.app_context():
        move_topic(by=forum["admin"], topic_id=snow.topic_id, category_id=forum.categories["inside"])
    assert beside(forum, rain) == ["Brake squeals uphill"], "at once, though the index does not know"
    with forum.app.app_context():
        edit_post(by=forum["asker"], post_id=uphill.post_id, title="Brake squeals uphill only", body="The disc squeals.", version=1)
    follow_up(forum)
    assert beside(forum, rain) == ["Brake squeals uphill only"]
    squeals(forum, "downhill")
    follow_up(forum)
    assert "Brake squeals downhill" in beside(forum, rain), "what is new in the category may be related"


def test_what_the_index_had_not_read_yet_is_not_kept(forum: Forum) -> None:
    rain, *_ = three_squeals(forum)
    follow_up(forum)
    squeals(forum, "downhill")
    assert len(beside(forum, rain)) == 2, "the index is a moment behind"
    follow_up(forum)
    assert len(beside(forum, rain)) == 3


def test_nearer_questions_elsewhere_are_shown(forum: Forum) -> None:
    rain, *_ = three_squeals(forum)
    follow_up(forum)
    assert len(beside(forum, rain)) == 2
    with forum.app.app_context():
        forum.category("workshop")
    squeals(forum, "on a ramp", category="workshop")
    follow_up(forum)
    assert "Brake squeals on a ramp" in beside(forum, rain)


def test_it_costs_the_same_number_of_queries_for_three_and_five(forum: Forum) -> None:
    rain, *_ = three_squeals(forum)
    follow_up(forum)
    beside(forum, rain)  # kept from now on, so each of the others asks first whether it still is true
    counts = []
    for more in (("at noon",), ("downhill", "at dawn")):
        squeals(forum, *more)
        follow_up(forum)
        with forum.app.app_context(), statements() as seen:
            found = beside(forum, rain, "asker")  # a visitor's is kept, and asked about
        counts.append((len(found), len(seen)))
    assert [shown for shown, _ in counts] == [3, 5]
    assert counts[0][1] == counts[1][1] <= 14, counts
