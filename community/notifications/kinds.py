"""The kinds of notifications: of which there is mail unless somebody chose otherwise, and their names where they choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Kind:
    """`label` stands at its switch. `mailed` is the usual choice; None where there is no switch.

    `own_letter`: a letter of its own tells of it, which asks the switch itself.
    """

    name: str
    label: Any
    mailed: bool | None = True
    own_letter: bool = False


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("answer", _l("Somebody answers my question")),
        Kind("reply", _l("Somebody replies to me")),
        Kind("mention", _l("Somebody names me")),
        Kind("info_asked", _l("The team asks me for something")),
        Kind("solved", _l("A question that I follow or have too is solved")),
        Kind("official", _l("A question that I follow or have too gets an official answer")),
        Kind("accepted", _l("My answer solved a question")),
        Kind("rejected", _l("My answer did not solve a question")),
        Kind("thanked", _l("My answer helped somebody"), mailed=False),
        Kind("duplicate", _l("My question was asked before")),
        Kind("closed", _l("My question is closed"), mailed=False),
        Kind("reopened", _l("My question is opened again"), mailed=False),
        Kind("post", _l("A new post in a topic that I follow")),
        Kind("topic", _l("A new topic where I follow")),
        Kind("update", _l("The company publishes an update, where I follow them")),
        Kind("corrected", _l("An update that I follow is corrected")),
        Kind("search", _l("A saved search finds something")),
        Kind("commitment", _l("The team commits to something where I asked or follow, and what becomes of it")),
        Kind("talk", _l("The desk answers me in a talk"), own_letter=True),
        Kind("nudge", _l("I am asked whether an answer solved my question"), own_letter=True),
    )
}
