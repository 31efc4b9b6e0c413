"""Names that can be mistaken for the brand or its people."""

from __future__ import annotations

import pytest
from flask import Flask

from community.accounts import actions
from community.accounts.names import HANDLE, handle_from, poses_as, skeleton
from community.core.errors import Invalid
from community.settings.actions import change_settings
from tests.accounts.browsing import PASSWORD
from tests.forum import Forum

RESERVED = ("support", "team", "official", "moderator")

POSING = [
    "Volt",
    "VOLT",
    "Vоlt",
    "V0lt",
    "ＶＯＬＴ",
    "𝐕𝐨𝐥𝐭",
    "ⓥⓞⓛⓣ",
    "ᴠᴏʟᴛ",
    "🅥🅞🅛🅣",
    "VoIt",
    "Vo1t",
    "Vólt",
    "v_o_l_t",
    "V.O.L.T",
    "Vøłt",
    "ѵοӏт",
    "Volt-Support",
    "volt_team",
    "voltsupport",
    "team-volt",
    "Supp0rt",
    "Ｓｕｐｐｏｒｔ",
    "suρρort",
    "Μοdеrаtοr",
    "rnoderator",
    "0fficia1",
    "Anna (Volt)",
    "Volt Customer Care",
    "v\u200bolt",
    "vo\xadlt",
    "Volt️",
    "Anna · Vоlt",
    "The  Official"[5:],
]

HONEST = ["revolt", "voltage", "Anna Volta", "Volterra", "teamwork", "supportive", "Archibald", "anna-b", "李雷", "Vol", "Alt"]


def test_look_alikes_of_the_brand_are_found_and_honest_names_are_not() -> None:
    assert [name for name in POSING if not poses_as(name, "Volt", RESERVED)] == []
    assert [name for name in HONEST if poses_as(name, "Volt", RESERVED)] == []
    assert poses_as("Acme Corp. Team", "Acme Corp", RESERVED)
    assert not poses_as("Acme Fan", "Acme Corp", RESERVED)
    assert skeleton("Jun Sato") == skeleton("Jun  Satо") != skeleton("Jun Sata")


def test_handles_made_of_names_are_handles() -> None:
    for name in ("José Łukasz Ünlü", "李雷", "x", "  ", "Ω", "a" * 60, "Mary-Jane O'Neill", "-_-", "Ⅻ", "\U0001f600"):
        assert HANDLE.fullmatch(handle_from(name)), name


def test_nobody_joins_or_renames_to_look_like_staff(app: Flask) -> None:
    with app.app_context():
        change_settings(by=None, values={"brand_name": "Volt"})
        forum = Forum(app)
        forum.person("jun-sato", role="employee")
        forum.person("rita", role="employee")
        forum.person("anna")
        for fields in (
            {"handle": "jun-satO"},
            {"handle": "junsato"},
            {"name": "Jun-Satо"},
            {"name": "R1TA"},
            {"handle": "rlta"},
            {"name": "Vоlt Team"},
        ):
            with pytest.raises(Invalid) as refused:
                actions.sign_up(
                    **({"handle": "harmless", "name": "Harm Less", "email": "a@example.com", "password": PASSWORD} | fields)
                )
            assert set(refused.value.fields) == set(fields), fields
        tower = "A" + "\u0335" * 9 + "nna"
        for name in ("Anna \u2713", "Anna \u2611\ufe0f", tower):
            with pytest.raises(Invalid):
                actions.sign_up(handle="harmless", name=name, email="a@example.com", password=PASSWORD)
        settings = {"about": "", "time_zone": "UTC", "language": "en", "theme": "system"}
        with pytest.raises(Invalid):
            actions.change_profile(by=forum["anna"], name="Rita", **settings)
        actions.change_profile(by=forum["anna"], name="Anna\u202e Ri\u200bta", **settings)
        assert forum["anna"].name == "Anna Rita", "nothing in a name turns the line around it"
        actions.change_profile(by=forum["rita"], name="Rita of Volt", **settings)
        assert forum["rita"].name == "Rita of Volt"
        actions.open_account(handle="volt", name="Volt", confirmed=True)
