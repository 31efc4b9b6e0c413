"""What may go wrong in a way that a person should be told of, and decisions about rights.

Actions and queries raise these; `app.py` turns them into pages or `application/problem+json`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class Refused(Exception):
    """Base of all refusals: `status` is the HTTP status, `sentence` is for the person."""

    status = 400

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFound(Refused):
    """It is not there, or this viewer may not know that it is."""

    status = 404


class Forbidden(Refused):
    """The viewer may see the thing but not do this with it."""

    status = 403


class Unauthorized(Refused):
    """Nobody is signed in, or the key is not valid."""

    status = 401


class Conflict(Refused):
    """The thing changed in between."""

    status = 409


class Invalid(Refused):
    """Input that does not fit; `fields` maps a field's name to its sentence."""

    status = 422

    def __init__(self, sentence: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence or next(iter((fields or {}).values()), ""))
        self.fields = dict(fields or {})


class TooMany(Refused):
    """Too often; `retry_after` is in seconds."""

    status = 429

    def __init__(self, sentence: str = "", retry_after: int = 60) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


def all_of(*checks: Callable[[], object]) -> None:
    """Run every check and raise one Invalid with the fields of all that did not fit, the first sentence of each."""
    wrong: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except Invalid as error:
            wrong = {**error.fields, **wrong}
    if wrong:
        raise Invalid(fields=wrong)


@dataclass(frozen=True)
class Decision:
    """The answer of a policy: truthy when allowed, otherwise `reason` is a sentence for the person."""

    allowed: bool
    reason: str = ""
    error: type[Refused] = field(default=Forbidden)

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Decision(True)


def refused(reason: str, error: type[Refused] = Forbidden) -> Decision:
    """A decision against, with its reason."""
    return Decision(False, reason, error)


def require(decision: Decision) -> None:
    """Raise the decision's error unless it allows."""
    if not decision:
        raise decision.error(decision.reason)
