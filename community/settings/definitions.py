"""Every setting of the site: its name, type, default and sentence. `Site` is what the rest of the code reads.

Add a field here and it is on the admin page, searchable, checked and logged.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, time
from typing import Any, Final

from babel import Locale
from flask_babel import lazy_gettext as _l

from community.core.languages import AVAILABLE
from community.settings.kinds import Choice, Days, Hours, Kind, Line, Lines, Number, WeekHours, Zone

LANGUAGES: Final = tuple((code, Locale.parse(code).get_display_name() or code) for code in AVAILABLE)
"""The languages of the interface, each by its own name."""

GROUPS: Final = (
    ("brand", _l("Brand")),
    ("desk", _l("Desk and promise")),
    ("answers", _l("Questions and answers")),
    ("openness", _l("Openness")),
    ("people", _l("People")),
    ("faq", _l("FAQ and insights")),
    ("place", _l("Language and products")),
)

_OFFICE: Final[tuple[Hours, ...]] = (*[(time(9), time(17))] * 5, None, None)

_RESERVED: Final = (
    "admin administrator support help helpdesk service official team staff moderator mod owner root system "
    "security abuse postmaster webmaster hostmaster noreply product products info contact sales press legal "
    "everyone anybody all me you settings search api forum community news bot"
)


@dataclass(frozen=True)
class Definition:
    """What the admin page knows of a setting."""

    name: str
    kind: Kind
    group: str
    label: Any
    about: Any
    default: Any


def setting(default: Any, kind: Kind, group: str, label: Any, about: Any) -> Any:
    """A field of `Site` with its type, group, label and sentence."""
    return field(default=default, metadata={"kind": kind, "group": group, "label": label, "about": about})


@dataclass(frozen=True)
class Site:
    """All settings as typed values; the defaults are those of a site that nobody has set up."""

    brand_name: str = setting(
        "Community", Line(40), "brand", _l("Name"), _l("The brand whose community this is; every badge of the staff carries it.")
    )
    tagline: str = setting(
        "Questions, answers and the people behind them", Line(120), "brand", _l("Tagline"), _l("One sentence under the name.")
    )
    hue: int = setting(
        192,
        Number(0, 359, "hue"),
        "brand",
        _l("Colour"),
        _l("Buttons, badges and frames take it, by day and by night. The number is its hue in degrees."),
    )
    desk_time_zone: str = setting(
        "UTC", Zone(), "desk", _l("Time zone of the desk"), _l("Desk hours and holidays are meant in this zone.")
    )
    desk_hours: tuple[Hours, ...] = setting(
        _OFFICE, WeekHours(), "desk", _l("Desk hours"), _l("When the team answers. The clock of the promise runs only then.")
    )
    holidays: tuple[date, ...] = setting(
        (), Days(), "desk", _l("Holidays"), _l("Dates on which the desk stays closed, one a line.")
    )
    promise_hours: int = setting(
        4, Number(1, 200), "desk", _l("Promised first answer"), _l("Desk hours within which an employee answers a question.")
    )
    promise_share: int = setting(
        90, Number(1, 100), "desk", _l("Promised share"), _l("Percent of questions for which the promise has to be kept.")
    )
    close_after_hours: int = setting(
        48,
        Number(0, 8760),
        "answers",
        _l("Close solved questions"),
        _l("Hours after which a solved question closes itself; its asker may open it again. 0: never."),
    )
    appeal_days: int = setting(
        30,
        Number(0, 90),
        "openness",
        _l("Time to object"),
        _l("Days in which a removal or a suspension can be objected to, once. 0: not at all."),
    )
    public_dumps: int = setting(
        7,
        Number(0, 365),
        "openness",
        _l("Public files kept"),
        _l("How many nightly files of everything public stay on /openness. 0: none is made."),
    )
    nudge_after_days: int = setting(
        3,
        Number(0, 365),
        "answers",
        _l("Ask whether it solved the problem"),
        _l("Days after an answer on which an asker who has not reacted is asked by mail. 0: never."),
    )
    nudge_again_after_days: int = setting(
        7,
        Number(0, 365),
        "answers",
        _l("Ask a second and last time"),
        _l("Days after the answer. 0: they are asked once only."),
    )
    quiet_from: int = setting(
        21, Number(0, 23), "answers", _l("Quiet hours begin"), _l("From this hour in the asker's own time zone they are not asked.")
    )
    quiet_until: int = setting(
        8, Number(0, 23), "answers", _l("Quiet hours end"), _l("Until this hour. The same hour twice: there are no quiet hours.")
    )
    check_after_months: int = setting(
        12,
        Number(0, 240),
        "answers",
        _l("Look at answers again"),
        _l("Months after which an accepted or official answer that nobody has checked returns to the desk. 0: never."),
    )
    doubts: int = setting(
        2,
        Number(1, 1000),
        "answers",
        _l("Doubts that count"),
        _l("Members who have to say that an answer no longer works before it returns to the desk; an employee is enough alone."),
    )
    reserved_names: tuple[str, ...] = setting(
        tuple(_RESERVED.split()),
        Lines(lower=True),
        "people",
        _l("Reserved names"),
        _l("Nobody can sign up under these names or names that look like them; one a line. The brand is always among them."),
    )
    faq_people: int = setting(
        6,
        Number(1, 10_000),
        "faq",
        _l("People until an answer is in the FAQ"),
        _l(
            "An accepted or official answer becomes an entry when so many people have looked for it. "
            "Visitors count at most as much as members and customers who are known."
        ),
    )
    gap_floor: int = setting(
        5,
        Number(3, 1000),
        "faq",
        _l("People until a search in vain is shown"),
        _l(
            "The words of a search that found nothing are kept and shown to the team only once so many people "
            "have used them in one week."
        ),
    )
    default_language: str = setting(
        "en", Choice(LANGUAGES), "place", _l("Language"), _l("The language of visitors who ask for none of ours.")
    )
    products: tuple[str, ...] = setting((), Lines(), "place", _l("Products"), _l("What a question can be about, one a line."))


DEFINITIONS: Final[dict[str, Definition]] = {f.name: Definition(name=f.name, default=f.default, **f.metadata) for f in fields(Site)}
