"""Roles with dates: what they grant, when they end, and what stays of them on posts and pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from community.accounts.models import Account
from community.core import clock
from community.core.errors import Conflict, Invalid, NotFound
from community.core.unit import unit
from community.extensions import db
from community.settings.actions import change_settings
from community.staff.actions import announce_roles, change_staff_profile, end_role, grant_role
from community.staff.badges import badge_of_post
from community.staff.queries import alumni_unchecked, badge_now, badges_unchecked, grants_for, team
from tests.forum import Forum, events, small_forum

DAY = timedelta(days=1)


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        change_settings(by=None, values={"brand_name": "Volt"})
        made = small_forum(app)
        made.person("boss", role="admin", title="Founder")
    return made


def badge(forum: Forum, handle: str) -> tuple[str | None, str]:
    account_id = forum.people[handle]
    found = badges_unchecked([account_id])[account_id]
    db.session.rollback()
    return found.kind, found.text


def test_a_role_is_granted_seen_and_ended_at_once(app: Flask, forum: Forum) -> None:
    with app.app_context():
        boss, friend = forum["boss"], forum.people["friend"]
        assert badge(forum, "friend") == (None, "")
        grant = grant_role(by=boss, account_id=friend, role="official", title="Battery engineer", team="Batteries")
        assert badge(forum, "friend") == ("staff", "Battery engineer at Volt")
        assert badge_now(forum["friend"]) == ("staff", "Battery engineer")
        assert badge_now(forum["friend"], personal=True) == ("own", "Battery engineer")
        assert (forum["friend"].is_official, forum["friend"].is_moderator) == (True, False)
        assert ("friend", "Batteries") in {(one.handle, one.team) for one in team()}
        with pytest.raises(Conflict):
            grant_role(by=boss, account_id=friend, role="official")
        end_role(by=boss, grant_id=grant)
        assert not forum["friend"].is_staff
        assert badge_now(forum["friend"]) == (None, "")
        assert "friend" not in {one.handle for one in team()}
        with pytest.raises(Conflict):
            end_role(by=boss, grant_id=grant)
        assert events()[-2:] == ["role.granted", "role.ended"]
        assert [one.role for one in grants_for(boss, friend)] == ["official"]
        assert grants_for(forum["worker"], friend) == []


def test_only_admins_grant_and_only_what_makes_sense(app: Flask, forum: Forum) -> None:
    with app.app_context():
        friend, before = forum.people["friend"], len(events())
        for handle in ("asker", "worker", "speaker", "keeper"):
            with pytest.raises(NotFound):
                grant_role(by=forum[handle], account_id=forum.people[handle], role="admin")
        boss = forum["boss"]
        for fields in ({"role": "king"}, {"title": "x" * 81}, {"title": "a\x00b"}, {"ends_at": clock.now() - DAY}):
            with pytest.raises(Invalid):
                grant_role(by=boss, account_id=friend, **({"role": "employee"} | fields))
        with pytest.raises(NotFound):
            grant_role(by=boss, account_id=999, role="employee")
        assert len(events()) == before


def test_dates_ahead_are_told_when_they_come(app: Flask, forum: Forum) -> None:
    with app.app_context(), time_machine.travel(datetime(2027, 3, 1, 12, tzinfo=UTC), tick=False) as travel:
        start, end = clock.now() + DAY, clock.now() + 90 * DAY
        grant_role(
            by=None,
            account_id=forum.people["friend"],
            role="employee",
            title="Tester",
            starts_at=start,
            ends_at=end,
            source="command",
        )
        told = len(events())
        announce_roles()
        assert (len(events()), forum["friend"].is_staff, badge(forum, "friend")[0]) == (told, False, None)
        travel.shift(DAY)
        announce_roles()
        announce_roles()
        assert (events()[told:], badge(forum, "friend")) == (["role.granted"], ("staff", "Tester at Volt"))
        travel.shift(89 * DAY)
        assert not forum["friend"].is_staff, "the date alone ends it, whether or not anybody was told"
        announce_roles()
        announce_roles()
        assert events()[told:] == ["role.granted", "role.ended"]
        assert badge(forum, "friend") == ("alum", "was at Volt until May 2027")
        travel.shift(DAY)
        grant_role(by=None, account_id=forum.people["friend"], role="employee", source="command")
        assert badge(forum, "friend") == ("staff", "Tester at Volt"), "who comes back is here"
        assert alumni_unchecked(list(forum.people.values())) == {}


def test_a_post_keeps_what_its_author_was(app: Flask) -> None:
    left = datetime(2027, 5, 30, tzinfo=UTC)
    with app.app_context():
        change_settings(by=None, values={"brand_name": "Volt"})
        drawn = {
            (kind, moment): badge_of_post(kind, "Battery engineer", moment).text
            for kind in ("staff", "own", None)
            for moment in (None, left)
        }
    assert drawn == {
        ("staff", None): "Battery engineer at Volt",
        ("staff", left): "Battery engineer at Volt until May 2027",
        ("own", None): "works at Volt, own opinion",
        ("own", left): "was at Volt until May 2027",
        (None, None): "",
        (None, left): "",
    }


def test_the_last_admin_stays(app: Flask, forum: Forum) -> None:
    with app.app_context():
        boss, (grant,) = forum["boss"], grants_for(forum["boss"], forum.people["boss"])
        for ends_at in (None, clock.now() + DAY):
            with pytest.raises(Conflict):
                end_role(by=boss, grant_id=grant.id, ends_at=ends_at)
        grant_role(by=boss, account_id=forum.people["friend"], role="admin", ends_at=clock.now() + DAY)
        with pytest.raises(Conflict):
            end_role(by=boss, grant_id=grant.id)
        grant_role(by=boss, account_id=forum.people["asker"], role="admin")
        with unit() as u:
            u.fetch(Account, forum.people["asker"]).erased_at = u.now
        with pytest.raises(Conflict):
            end_role(by=boss, grant_id=grant.id)
        grant_role(by=boss, account_id=forum.people["worker"], role="admin")
        end_role(by=boss, grant_id=grant.id)
        with pytest.raises(NotFound):
            end_role(by=boss, grant_id=grant.id)


def test_employees_write_of_their_work_and_admins_their_titles(app: Flask, forum: Forum) -> None:
    with app.app_context():
        worker = forum.people["worker"]
        change_staff_profile(by=forum["worker"], account_id=worker, title="King", team="Throne", works_on="Brakes")
        (one,) = (member for member in team() if member.handle == "worker")
        assert (one.title, one.team, one.works_on) == ("Mechanic", "", "Brakes")
        change_staff_profile(by=forum["boss"], account_id=worker, title="Chief mechanic")
        assert badge(forum, "worker") == ("staff", "Chief mechanic at Volt")
        for by in ("asker", "speaker"):
            with pytest.raises(NotFound):
                change_staff_profile(by=forum[by], account_id=worker, works_on="x")


def test_losing_a_role_closes_its_pages_at_once(app: Flask, forum: Forum) -> None:
    second = forum.browser("boss")
    with app.app_context():
        grant_role(by=forum["boss"], account_id=forum.people["worker"], role="admin")
        (grant,) = (one for one in grants_for(forum["boss"], forum.people["boss"]) if one.role == "admin")
        assert second.get("/admin").status_code == 200
    version = second.get("/team").text.split("viewer.css?v=")[1][:12]
    with app.app_context():
        end_role(by=forum["worker"], grant_id=grant.id)
    assert second.get("/admin").status_code == second.post("/admin/settings", {"hue": "1"}).status_code == 404
    assert second.get("/settings").status_code == 200, "they stay signed in"
    assert second.get("/team").text.split("viewer.css?v=")[1][:12] != version
