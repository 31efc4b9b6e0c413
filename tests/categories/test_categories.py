"""Categories: a tree two deep, never wider below than above; their admin pages."""

from __future__ import annotations

import pytest
from flask import Flask

from community.categories.actions import change_category, make_category
from community.categories.queries import categories_visible_to
from community.core.errors import Forbidden, Invalid
from community.extensions import db
from community.staff.viewer import VISITOR
from tests.forum import Forum, events, small_forum


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.test_request_context():
        made = small_forum(app)
        made.person("boss", role="admin")
        return made


def test_the_tree_and_its_rights(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        top = forum.category("bikes")
        below = forum.category("brakes", parent_id=top)
        for wrong in (
            {"slug": "bikes"},
            {"slug": "Upper"},
            {"slug": "a--b"},
            {"slug": ""},
            {"slug": "x" * 61},
            {"slug": "deep", "parent_id": below},
            {"slug": "wide", "parent_id": forum.categories["inside"]},
            {"slug": "new", "name": " "},
            {"slug": "new", "name": "x" * 61},
            {"slug": "new", "visibility": "all"},
            {"slug": "new", "hue": 12},
            {"slug": "new", "opens": {"question": "guests"}},
        ):
            with pytest.raises(Invalid):
                make_category(by=None, **({"name": "Name"} | wrong))
        for who in ("friend", "worker", "keeper"):
            with pytest.raises(Forbidden):
                make_category(by=forum[who], slug="mine", name="Mine")
        change_category(by=forum["boss"], category_id=top, visibility="members", name="All bikes")
        db.session.rollback()
        assert [each.slug for each in categories_visible_to(VISITOR)] == ["parts"]
        assert [each.slug for each in categories_visible_to(forum["friend"])] == ["bikes", "brakes", "members", "parts"]
        with pytest.raises(Invalid):
            change_category(by=None, category_id=below, visibility="public")
        with pytest.raises(TypeError):
            change_category(by=None, category_id=below, slug="other")
        assert events().count("category.changed") == 2


def test_admins_open_and_change_categories(forum: Forum) -> None:
    boss = forum.browser("boss")
    for who in (None, "friend", "keeper"):
        assert forum.browser(who).get("/admin/categories").status_code == 404
        assert forum.browser(who).post("/admin/categories", {"name": "x"}).status_code in {404, 401}
    assert boss.get("/admin/categories").status_code == 200
    fields = {
        "name": "Brakes",
        "slug": "brakes",
        "hue": "3",
        "sort": "1",
        "visibility": "public",
        "question": "members",
        "parent": "parts",
    }
    assert boss.post("/admin/categories", fields | {"hue": "x"}).status_code == 422
    assert boss.post("/admin/categories", fields | {"visibility": "\x00"}).status_code == 422
    assert boss.post("/admin/categories", fields).location == "/admin/categories"
    assert boss.post("/admin/categories", fields).status_code == 422
    assert "Brakes" in forum.browser().get("/c/parts").text
    assert "Brakes" in boss.get("/admin/categories/brakes").text
    assert boss.post("/admin/categories/brakes", fields | {"visibility": "staff", "description": "Stop!"}).status_code == 303
    assert forum.browser().get("/c/brakes").status_code == 404
    assert "Stop!" in forum.browser("worker").get("/c/brakes").text
    assert boss.post("/admin/categories/nowhere", fields).status_code == 404
