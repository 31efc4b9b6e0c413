"""Who is told of what not everybody may read, and what finding that out costs."""

from __future__ import annotations

from typing import Any

from flask import Flask

from community.live.listeners import Listener, Listeners
from community.live.push import Pusher
from community.staff.viewer import viewer_unchecked, viewers_unchecked
from tests.forum import small_forum, statements


def test_rights_of_many_members_are_read_by_one_query(app: Flask) -> None:
    nobody: Any = None
    pusher = Pusher(app, Listeners(), nobody)
    with app.app_context():
        people = small_forum(app).people
        members = [Listener(f"{handle} {tab}", account_id, 1, "en") for handle, account_id in people.items() for tab in (1, 2)]
        members.append(Listener("unknown", 10**9, 1, "en"))
        with statements() as asked:
            inside = pusher._who_may_read(members, {"staff"})
        assert len(asked) == 1
        assert {member.sid.split()[0] for member in inside} == {"worker", "speaker", "keeper"}
        assert {member.sid.split()[0] for member in pusher._who_may_read(members, {"members"})} == people.keys() - {"newcomer"}
        ids = list(people.values())
        assert viewers_unchecked(ids) == {account_id: viewer_unchecked(account_id) for account_id in ids}
