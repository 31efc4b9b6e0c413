"""The small world is what its table in tests/world.py says, and counts right."""

from __future__ import annotations

import pytest

from community.core.errors import Conflict, Forbidden, NotFound
from community.demo.world import UNFINISHED, build
from community.doctor.counters import examine_topics
from community.extensions import db
from community.posts.actions import write_post
from community.posts.models import Post
from community.posts.queries.posts import post_for
from community.staff.queries import badges_unchecked
from community.topics.models import Topic
from community.topics.queries import topic_for
from tests.world import VISITORS, SmallWorld

STATES = {
    "winter-range": "solved",
    "winter-range-again": "duplicate",
    "e07": "solved",
    "which-bike": "solved",
    "henrik-buttons": "answered_unconfirmed",
    "lights-flicker": "answered",
    "app-percent-vs-display": "waiting",
    "notif-charged": "needs_info",
    "new-charger-noise": "new",
    "hello": None,
    "small-repairs": None,
    "political": None,
}


def test_topics_are_in_the_states_that_they_are_known_for(world: SmallWorld) -> None:
    with world.app.app_context():
        found = {key: db.session.get_one(Topic, world.topics[key].id).state for key in STATES}
        assert found == STATES
        assert db.session.get_one(Topic, world.topics["political"].id).closed
        assert [finding.sentence for finding in examine_topics(fix=False) if finding.level == "wrong"] == []


def test_people_are_who_they_are_known_for(world: SmallWorld) -> None:
    with world.app.test_request_context():
        staff = {handle for handle in world.people if world[handle].is_staff}
        assert staff == {"johanna", "priya", "emeka", "mara", "yuki", "sofie", "daniel"}
        assert world["johanna"].is_admin
        assert world["emeka"].is_moderator
        assert not world["emeka"].is_admin
        assert world["mara"].is_official
        assert not world["sofie"].is_official
        assert not world["juno"].confirmed
        assert world["dealfinder"].suspended
        badges = badges_unchecked(world.people.values())
        assert badges[world.people["mara"]].text == "Battery engineer at Volt"
        assert badges[world.people["henrik"]].kind == "alum"
        assert badges[world.people["lena"]].kind is None


def test_posts_keep_what_their_authors_were(world: SmallWorld) -> None:
    with world.app.app_context():
        assert _post(world, "e07", 1).badge_title == "Display engineer"
        assert (_post(world, "winter-range", 1).official, _post(world, "winter-range", 1).accepted) == (True, True)
        assert _post(world, "winter-range", 1).version == 2
        assert _post(world, "which-bike", 3).badge == "own"
        assert _post(world, "small-repairs", 3).removed_at is not None
        assert f"#{world.topics['winter-range'].id}." in _post(world, "winter-range-again", 1).body


def test_what_is_held_or_inside_is_not_for_everybody(world: SmallWorld) -> None:
    with world.app.test_request_context():
        for key, readers in {
            "first-ride": {"juno"},
            "meetup-hamburg": {"lena", "sofie", "johanna"},
            "top-questions": {"sofie", "johanna"},
        }.items():
            for handle in ("visitor", "juno", "lena", "sofie", "johanna"):
                assert _may_read(world, handle, key) == (handle in readers), (key, handle)
        held = world.topics["app-percent-vs-display"].posts[3]
        assert post_for(world["juno"], held).number < 0
        with pytest.raises(NotFound):
            post_for(world[VISITORS], held)


def test_it_can_be_written_on(world: SmallWorld) -> None:
    topic_id = world.topics["new-charger-noise"].id
    with world.app.test_request_context():
        made = write_post(by=world["mara"], topic_id=topic_id, body="A relay that senses the current. It is meant to tick.")
        assert (made.number, topic_for(world["lena"], topic_id).state) == (2, "answered")
        with pytest.raises(Forbidden):
            write_post(by=world["dealfinder"], topic_id=topic_id, body="Cheap!")
    assert "Battery engineer at Volt" in world.browser().get(world.topics["winter-range"].url).text


def test_it_is_made_in_an_empty_site_only(world: SmallWorld) -> None:
    with world.app.app_context():
        with pytest.raises(Conflict, match="not empty"):
            build(size="small")
        (world.app.config["BOTHWAYS"].data / UNFINISHED).touch()
        with pytest.raises(Conflict, match="stopped before its end"):
            build(size="small")


def _post(world: SmallWorld, key: str, number: int) -> Post:
    return db.session.get_one(Post, world.topics[key].posts[number])


def _may_read(world: SmallWorld, handle: str, key: str) -> bool:
    try:
        topic_for(world[handle], world.topics[key].id)
    except NotFound:
        return False
    return True
