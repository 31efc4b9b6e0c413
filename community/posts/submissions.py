"""Sent once, stored once: the same submission id with the same content leads to what it made before (rulings 5)."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from community.core.errors import Invalid
from community.core.unit import Unit
from community.posts.models import Post, Submission
from community.staff.viewer import Viewer

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class Sending:
    """One attempt to send something. `key` None sends without protection; `strict` refuses other content under a key."""

    key: str | None
    digest: str
    strict: bool = False

    def earlier(self, u: Unit, by: Viewer) -> Post | None:
        """What this very sending made before. Raises Invalid where the key is strict and was used for something else."""
        if self.key is None:
            return None
        sent = u.session.scalars(select(Submission).where(Submission.account_id == by.id, Submission.key == self.key)).all()
        same = next((each for each in sent if each.digest == self.digest), None)
        if same is not None:
            return u.fetch(Post, same.post_id)
        if sent and self.strict:
            raise Invalid(_("This key was used for something else."))
        return None

    def keep(self, u: Unit, by: Viewer, post: Post) -> None:
        """Remember what this sending made."""
        if self.key is not None:
            u.add(Submission(account_id=by.id, key=self.key, digest=self.digest, post_id=post.id, at=u.now))


def sending(key: str | None, *content: Any, strict: bool = False) -> Sending:
    """A sending of this content. Raises Invalid for a key that is not 1 to 200 printable ASCII characters."""
    key = key or None
    if key is not None and not _KEY.fullmatch(key):
        raise Invalid(_("The submission id is malformed."))
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return Sending(key, digest, strict)


def new_submission_id() -> str:
    """A fresh id for a form."""
    return secrets.token_urlsafe(16)
