"""Settings: typed, checked, told, and in force at once."""

from __future__ import annotations

from datetime import date, time

import pytest
from flask import Flask

from community.core.errors import Invalid, NotFound
from community.core.unit import unit
from community.settings.actions import change_setting, change_settings
from community.settings.definitions import DEFINITIONS, GROUPS, Site
from community.settings.models import Setting
from community.settings.queries import settings_matching, site
from tests.forum import Forum, events, statements

GOOD = {
    "brand_name": ("  Volt   Bikes ", "Volt Bikes"),
    "hue": ("0", 0),
    "desk_time_zone": ("Europe/Berlin", "Europe/Berlin"),
    "desk_hours": (
        "09:00-12:30\n\n08:15 – 23:59\n",
        ((time(9), time(12, 30)), None, (time(8, 15), time(23, 59)), None, None, None, None),
    ),
    "holidays": ("2026-12-25\n2026-12-24\n\n2026-12-25", (date(2026, 12, 24), date(2026, 12, 25))),
    "reserved_names": ("Support\nsupport\n Help  Desk ", ("support", "help desk")),
    "products": ("City 2024\nTour", ("City 2024", "Tour")),
    "default_language": ("en", "en"),
}

BAD = {
    "brand_name": ("", " \n ", "x" * 41, "a\x00b", "\ud800"),
    "hue": ("", "-1", "360", "1.5", "٣", "9" * 5000, "0x10"),
    "desk_time_zone": ("", "Mars/Base", "../etc/passwd"),
    "desk_hours": ("9-17", "17:00-09:00", "09:00-09:00", "24:00-25:00", "0٩:00-17:00", "\n" * 8, "closed"),
    "holidays": ("25.12.2026", "2026-02-30", "tomorrow", "2026-13-01", "٢٠٢٦-12-25"),
    "products": ("x" * 81, "\n".join(str(n) for n in range(501))),
    "default_language": ("xx", "", "EN"),
}


def test_good_values_are_read_and_bad_ones_told(app: Flask) -> None:
    with app.app_context():
        change_settings(by=None, values={name: sent for name, (sent, _) in GOOD.items()})
        assert {name: getattr(site(), name) for name in GOOD} == {name: value for name, (_, value) in GOOD.items()}
        before = len(events())
        for name, values in BAD.items():
            for value in values:
                with pytest.raises(Invalid) as refused:
                    change_settings(by=None, values={"tagline": "never", name: value})
                assert list(refused.value.fields) == [name], (name, value)
        assert site().tagline != "never", "all or none"
        with pytest.raises(NotFound):
            change_settings(by=None, values={"secret_key": "x"})
        assert len(events()) == before
        for name, definition in DEFINITIONS.items():
            kept = definition.kind.load(definition.kind.parse(definition.kind.write(definition.default)))
            assert kept == definition.default, name
            assert definition.group in dict(GROUPS)


def test_a_change_is_told_once_and_in_force_everywhere_at_once(app: Flask) -> None:
    with app.app_context():
        forum = Forum(app)
        forum.person("boss", role="admin")
        forum.person("worker", role="moderator")
        with pytest.raises(NotFound):
            change_setting(by=forum["worker"], name="hue", value="20")
        assert change_setting(by=forum["boss"], name="hue", value="20")
        assert not change_setting(by=forum["boss"], name="hue", value=" 20 ")
        assert events().count("setting.changed") == 1
    assert "/brand/20.css" in forum.browser().get("/team").text
    with app.app_context():
        change_setting(by=None or forum["boss"], name="brand_name", value="<b>Volt")
        with unit() as u:
            u.add(Setting(name="of_another_release", value=1, changed_at=u.now))
    page = forum.browser().get("/team").text
    assert "&lt;b&gt;Volt" in page
    assert "<b>Volt" not in page


def test_reading_settings_costs_one_small_query_a_request(app: Flask) -> None:
    with app.app_context():
        assert site() == Site()
    with app.app_context(), statements() as asked:
        for _ in range(3):
            site()
    assert len(asked) == 1
    assert "event_channels" in asked[0]


def test_settings_are_found_by_words_and_saved_from_their_page(app: Flask) -> None:
    with app.app_context():
        assert [row.definition.name for row in settings_matching("colour HUE")] == ["hue"]
        assert len(settings_matching("")) == len(DEFINITIONS)
        forum = Forum(app)
        forum.person("boss", role="admin")
    boss = forum.browser("boss")
    page = boss.get("/admin/settings").text
    assert all(f'name="{name}"' in page for name in DEFINITIONS)
    assert boss.post("/admin/settings", {"hue": "999", "tagline": "Kept <i>so far"}).status_code == 422
    refused = boss.post("/admin/settings", {"hue": "999", "tagline": "Kept <i>so far"}).text
    assert "Kept &lt;i&gt;so far" in refused
    assert 'id="set-hue-error"' in refused
    assert boss.post("/admin/settings", {"hue": "30", "unknown": "x"}).status_code == 303
    with app.app_context():
        assert site().hue == 30
