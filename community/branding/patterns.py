"""Made-up people, posts and topics for the pattern page and for tests of the macros. Nothing here is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from wtforms import BooleanField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from community.branding.pattern_answers import answer_examples
from community.branding.told_patterns import told_group
from community.core import clock
from community.core.markup import render

HUES = range(12)
STATES = ("new", "waiting", "answered", "needs_info", "solved", "answered_unconfirmed", "duplicate")


class ExampleForm(Form):  # type: ignore[misc]
    """One field of each type; two of them come with an error."""

    title = StringField("Your question", description="One sentence, the way you would say it to a person.")
    place = SelectField(
        "Category", choices=[SelectChoice("motors", "Motors and displays"), SelectChoice("batteries", "Batteries and charging")]
    )
    body = TextAreaField("What happened, and what have you tried?")
    kind = RadioField(
        "Kind", choices=[SelectChoice("question", "Question"), SelectChoice("discussion", "Discussion")], default="question"
    )
    follow = BooleanField("Tell me when somebody answers", description="By mail, after a minute, unless you have read it here.")


def examples() -> dict[str, Any]:
    """All that the pattern page draws, by the name its template uses."""
    asker = person(1, "Tomm Ives", 3)
    staff = person(2, "Alma Keller", 0, "staff", "Battery engineer at Volt")
    own = person(3, "Jonas Saar", 8, "own", "works at Volt · own opinion")
    alum = person(4, "Rita Orlov", 9, "alum", "was at Volt until May 2026")
    question = topic(12, "Display shows E07 after riding in heavy rain", asker, state="solved", answered_by=staff, official=True)
    form = ExampleForm(data={"title": "E07", "body": "", "kind": "question", "follow": True})
    form.title.errors = ["Please write at least 8 characters."]
    solved = post(75, "answer", staff, ANSWER, helpful=188, accepted=True, official=True, checked=_checked(staff))
    aged = post(76, "answer", own, ANSWER, aged=True)
    listed = topics(question, asker, own)
    return answer_examples(listed, solved, aged) | {
        "asker": asker,
        "staff": staff,
        "own": own,
        "alum": alum,
        "team": [
            staff,
            person(5, "Jun Sato", 7, "staff", "Firmware at Volt"),
            person(6, "Rosa Ortiz", 9, "staff", "Service lead at Volt"),
        ],
        "topic": question,
        "topics": listed,
        "posts": posts(asker, staff, own, alum),
        "answer": post(
            73,
            "answer",
            staff,
            ANSWER,
            helpful=188,
            accepted=True,
            accepted_by_asker=True,
            official=True,
            edited=2,
            checked=_checked(staff),
        ),
        "official": post(74, "answer", staff, ANSWER, helpful=12, official=True, aged=True),
        "told": told_group(question, staff, EXCERPT, (moment(hours=1), moment(hours=30))),
        "form": form,
        "page": SimpleNamespace(number=5, count=11, url=lambda n: f"?page={n}"),
        "states": STATES,
        "hues": HUES,
        "changes": CHANGES,
        "prose": render(EVERYTHING).html,
    }


def _checked(by: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(at=moment(hours=60), version="2026.1", by_name=by.name, by_url=by.url)


def person(number: int, name: str, hue: int, badge: str | None = None, badge_text: str = "") -> SimpleNamespace:
    """Somebody who writes, with the fields that macros ask of an author."""
    handle = name.partition(" ")[0].lower()
    title = badge_text.partition(" at ")[0] if badge == "staff" else ""
    return SimpleNamespace(
        id=number,
        handle=handle,
        name=name,
        url=f"/u/{handle}",
        hue=hue,
        photo_url=None,
        badge=badge,
        badge_text=badge_text,
        title=title,
    )


def post(number: int, role: str, author: SimpleNamespace, text: str, **more: Any) -> SimpleNamespace:
    """A post; `more` sets what posts/views.py says of a PostView; `edited` is how often it was."""
    written = moment(hours=80 - number)
    edited = more.pop("edited", 0)
    fields = {
        "accepted": False,
        "accepted_by_asker": False,
        "official": False,
        "helpful": 0,
        "unhelpful": 0,
        "removed": None,
        "reply_to": None,
        "source": None,
        "held": False,
        "rejected": False,
        "checked": None,
        "outdated": 0,
        "doubted": False,
        "aged": False,
    }
    return SimpleNamespace(
        id=number,
        number=number - 70,
        url=f"#post_{number}",
        role=role,
        author=author,
        html=render(text).html,
        created_at=written,
        edited_at=written + timedelta(minutes=9) if edited else None,
        edit_count=edited,
        **(fields | more),
    )


def topic(number: int, title: str, author: SimpleNamespace, **more: Any) -> SimpleNamespace:
    """A topic as lists and posts need it; `more` sets kind, state, closed, answered_by, official, reply_count, helpful, tags."""
    answered_by = more.get("answered_by")
    fields = {
        "kind": "question",
        "state": None,
        "closed": False,
        "answered_by": None,
        "held": False,
        "accepts_posts": True,
        "official": False,
        "reply_count": 3,
        "me_too_count": 0,
        "helpful": 0,
        "tags": (),
        "promise": None,
        "due_at": None,
        "first_staff_answer_at": None,
        "section": "",
        "beginning": "",
    }
    return SimpleNamespace(
        id=number,
        url=f"#topic_{number}",
        title=title,
        author=author,
        category=SimpleNamespace(name="Motors and displays", url="/c/motors", hue=5),
        active_at=moment(hours=number),
        answer_excerpt=EXCERPT if answered_by else None,
        **(fields | more),
    )


def topics(question: SimpleNamespace, asker: SimpleNamespace, own: SimpleNamespace) -> list[SimpleNamespace]:
    """Tiles in their states."""
    return [
        question,
        topic(
            13,
            "Can I use the 720 Wh battery on a 2023 City frame?",
            own,
            state="answered_unconfirmed",
            answered_by=asker,
            helpful=214,
            me_too_count=12,
        ),
        topic(
            14,
            "Rattle from the rear rack on cobbles, at the speed at which one rides home on a quiet evening",
            asker,
            state="waiting",
            reply_count=0,
        ),
        topic(16, "Refunds: what took so long", own, kind="update", section="numbers", beginning="All of it, week by week. " * 9),
        topic(15, "Which lights do you ride with in winter?", asker, kind="discussion", closed=True, reply_count=41),
    ]


def posts(asker: SimpleNamespace, staff: SimpleNamespace, own: SimpleNamespace, alum: SimpleNamespace) -> list[SimpleNamespace]:
    """A conversation with a post of every look."""
    first = SimpleNamespace(id=72, url="#post_72", name=own.name)
    removed = SimpleNamespace(rule="Personal data", reason="It showed a home address.", at=moment(hours=3), by_name=staff.name)
    source = SimpleNamespace(
        author="rider42",
        author_url="https://example.org/u/42",
        url="https://example.org/q/1",
        licence="CC BY-SA 4.0",
        licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
        score=12,
    )
    return [
        post(71, "question", asker, QUESTION),
        post(72, "answer", own, "A smear of silicone grease on the new seal does no harm. I do it on *my own* bike.", helpful=9),
        post(75, "reply", asker, "Which grease did you take?", reply_to=first),
        post(73, "answer", staff, ANSWER, helpful=188, accepted=True, accepted_by_asker=True, official=True, edited=2),
        post(76, "reply", staff, "The one in the service kit: it is free, ask here."),
        post(77, "answer", alum, "We saw this on the first series too. The cable of 2025 has the better plug.", source=source),
        post(78, "answer", asker, "", removed=removed),
        post(79, "answer", asker, "It worked, thank you!", held=True),
        post(80, "answer", own, "Have you tried to turn the bike round?", rejected=True),
        post(81, "answer", staff, "Hold the lower button for ten seconds.", official=True, outdated=3, doubted=True),
    ]


def moment(hours: int) -> datetime:
    """That many hours ago, to the minute."""
    return (clock.now() - timedelta(hours=hours)).replace(second=0, microsecond=0).astimezone(UTC)


QUESTION = (
    "Rode home in a proper downpour yesterday. This morning the display shows `E07` and the motor does nothing. "
    "I have switched it off and on, taken the battery out, and charged it.\n\n"
    "Is this something I can fix myself, or does it have to go in?"
)
EXCERPT = (
    "Water in the motor plug, most likely. Pull the plug straight out, let both halves dry for an hour, "
    "then press until it clicks twice. If E07 stays, we replace the cable."
)
ANSWER = (
    "E07 after rain is nearly always water in the motor plug, and you can fix it at home:\n\n"
    "1. Pull the plug by the left crank straight out.\n2. Let both halves dry for an hour.\n3. Press until it clicks **twice**.\n\n"
    "If E07 stays, tell me here and I send you a new cable today, free of charge."
)
EVERYTHING = """# A heading

Plain words with **strong**, *emphasis*, ~~struck~~, `code`, a [link](https://example.org/) and a list:

- one
- two
  1. inner
- [ ] open
- [x] done

> Somebody said this.
>
> In two paragraphs.

```python
def range_left(charge: float, use: float = 0.6) -> int:
    # Wh by Wh/km
    return int(charge / use)  # km
```

| part | share |
| --- | ---: |
| cells | 151 |
| case | 38 |

---

The end.
"""
CHANGES = [
    SimpleNamespace(kind="folded", count=4),
    SimpleNamespace(kind="same", parts=(("same", "Pull the plug straight out."),)),
    SimpleNamespace(
        kind="changed", parts=(("same", "Let it dry for "), ("removed", "a night"), ("added", "an hour"), ("same", "."))
    ),
    SimpleNamespace(kind="removed", parts=(("removed", "Then hope for the best."),)),
    SimpleNamespace(kind="added", parts=(("added", "Press until it clicks twice."),)),
]
