"""Stack Exchange dumps: a folder with Posts.xml and, where present, Users, Comments, Votes, PostLinks and PostHistory."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Final, Literal, Self

from flask_babel import gettext as _

from community.core import clock
from community.core.markup import plain_text
from community.imports.incoming import (
    NAME_CHARS,
    Author,
    IncomingDuplicate,
    IncomingPost,
    IncomingTopic,
    digest_of,
    line,
    moment,
    score_of,
    tags_of,
    title_and_rest,
    whole,
)
from community.imports.licences import licence_of
from community.imports.revisions import closed_reason, former_texts
from community.imports.scratch import Scratch
from community.imports.xmlrows import Row

_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_TAG: Final = re.compile(r"[^<>|]+")
_NAMELESS: Final = "stackexchange-"
_EVIDENCE: Final = 1000
"""Links between posts that are looked at to learn the address of the site."""


class StackExchange:
    """A dump, read into a scratch file; `site` names where it comes from, `host` is its address where that is known."""

    def __init__(self, folder: Path, site: str = "") -> None:
        self.left_out: Counter[str] = Counter()
        self._folder, self._asked = folder, site
        self._scratch = Scratch(folder, self.left_out)
        self.site = self.host = self.fingerprint = ""
        self.total = 0
        self.read_at = clock.now()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._scratch.close()

    def bytes_to_read(self) -> int:
        """What `load` will tell `passed` in total. Raises Invalid where the folder holds no dump."""
        return self._scratch.bytes_to_read()

    def load(self, passed: Callable[[int], None]) -> None:
        """Read the files. Raises Invalid where they cannot be a dump."""
        self._scratch.load(passed)
        self.total = self._scratch.question_count()
        first = self._scratch.first_post()
        if first is not None:
            self.fingerprint = digest_of([first[0], first[1].get("CreationDate", "")])
        self.host = self._asked or self._host_of_folder() or self._host_of_links()
        self.site = self.host or f"{_NAMELESS}{self.fingerprint[:12]}"

    def know_as(self, site: str) -> None:
        """Go by the name under which this dump was imported before; its address too, if it is one."""
        self.site = site
        if not site.startswith(_NAMELESS):
            self.host = site

    @property
    def is_empty(self) -> bool:
        """Whether there is not one question."""
        return self.total == 0

    def topics(self) -> Iterator[tuple[IncomingTopic | None, int]]:
        """Each question with its answers and comments, by its id there."""
        for key, row in self._scratch.questions():
            yield self._topic(key, row), 1

    def duplicates(self) -> Iterator[IncomingDuplicate]:
        """Questions closed as duplicates."""
        for post, original, at in self._scratch.duplicates():
            yield IncomingDuplicate(str(post), str(original), moment(at))

    def _host_of_folder(self) -> str:
        # Dumps are published as archives named after the site.
        name = self._folder.resolve().name.lower()
        return name if _HOST.fullmatch(name) and name.endswith((".com", ".net", ".org")) else ""

    def _host_of_links(self) -> str:
        """The host that posts use when they link to other posts which PostLinks says are of this site."""
        seen: Counter[str] = Counter()
        for related, row in self._scratch.mentions(_EVIDENCE):
            link = re.compile(rf"https?://([a-z0-9.-]+)/(?:questions|q|a)/{related}\b")
            seen.update(set(link.findall(row.get("Body", ""))))
        return seen.most_common(1)[0][0] if seen else ""

    def _topic(self, key: int, row: Row) -> IncomingTopic | None:
        title, rest = title_and_rest(row.get("Title", ""))
        if not title:
            title, _whole = title_and_rest(plain_text(row.get("Body", "")))
        if not title:
            self.left_out[_("questions without a title and a text")] += 1
            return None
        at = moment(row.get("CreationDate")) or self._made_up(moment(row.get("LastActivityDate")))
        question = self._post(key, row, "question", at, lead=rest)
        answers = [self._post(number, answer, "answer", at) for number, answer in self._scratch.answers(key)]
        answers = self._accepted(row.get("AcceptedAnswerId"), answers)
        commented = [question, *answers]
        comments = [self._comment(*found, key, post) for post in commented for found in self._scratch.comments(int(post.key))]
        closed_at = self._closed_at(row, at)
        return IncomingTopic(
            key=str(key),
            title=title,
            tags=tags_of(_TAG.findall(row.get("Tags", "")), self.left_out),
            posts=(question, *_in_order(answers, comments)),
            closed_at=closed_at,
            closed_reason=closed_reason(self._scratch.history(key), self.host) if closed_at else "",
        )

    def _post(self, key: int, row: Row, role: Literal["question", "answer"], asked_at: datetime, lead: str = "") -> IncomingPost:
        source = row.get("Body", "")
        at = asked_at if role == "question" else moment(row.get("CreationDate")) or self._made_up(asked_at)
        licence, licence_url = licence_of(row.get("ContentLicense", ""), at)
        edited_at = moment(row.get("LastEditDate"))
        return IncomingPost(
            key=str(key),
            role=role,
            author=self._author(row.get("OwnerUserId"), row.get("OwnerDisplayName")),
            created_at=at,
            source=f"<p><strong>{escape(lead)}</strong></p>\n{source}" if lead else source,
            edited_at=edited_at,
            editor=self._author(row.get("LastEditorUserId"), row.get("LastEditorDisplayName")) if edited_at else None,
            score=score_of(row.get("Score")),
            url=self._url(f"questions/{key}" if role == "question" else f"a/{key}"),
            licence=licence,
            licence_url=licence_url,
            formers=former_texts(self._scratch.history(key), self._author),
        )

    def _comment(self, key: int, row: Row, question: int, post: IncomingPost) -> IncomingPost:
        at = moment(row.get("CreationDate")) or self._made_up(post.created_at)
        licence, licence_url = licence_of(row.get("ContentLicense", ""), at)
        return IncomingPost(
            key=f"comment-{key}",
            role="reply",
            parent=post.key,
            author=self._author(row.get("UserId"), row.get("UserDisplayName")),
            created_at=at,
            source=row["Text"],
            markup="comment",
            score=score_of(row.get("Score")),
            url=self._url(f"questions/{question}#comment{key}_{post.key}"),
            licence=licence,
            licence_url=licence_url,
        )

    def _accepted(self, wanted: str | None, answers: list[IncomingPost]) -> list[IncomingPost]:
        """The answers, with the accepted one dated by the day of its vote where the dump has it."""
        if not wanted:
            return answers
        answer = next((each for each in answers if each.key == wanted), None)
        if answer is None:
            self.left_out[_("acceptances of answers that are not in the dump")] += 1
            return answers
        voted = moment(self._scratch.accepted_at(int(answer.key)))
        at = max(voted, answer.created_at) if voted else answer.created_at
        return [replace(each, accepted_at=at) if each is answer else each for each in answers]

    def _closed_at(self, row: Row, asked_at: datetime) -> datetime | None:
        return moment(row["ClosedDate"]) or asked_at if "ClosedDate" in row else None

    def _made_up(self, nearest: datetime | None) -> datetime:
        self.left_out[_("dates that cannot be right")] += 1
        return nearest or self.read_at

    def _author(self, user: str | None, name: str | None) -> Author:
        """Who wrote: a user of the dump, a name where the account was deleted there, or nobody known."""
        key = whole(user)
        said = line(name or "", NAME_CHARS)
        if key is None:
            return Author(f"name:{said}", said or _("Unknown author"))
        found = self._scratch.user(key) or {}
        shown = line(found.get("DisplayName", ""), NAME_CHARS) or said or f"user{key}"
        return Author(str(key), shown, self._url(f"users/{key}"), moment(found.get("CreationDate")))

    def _url(self, path: str) -> str:
        return f"https://{self.host}/{path}" if self.host else ""


def _in_order(answers: list[IncomingPost], comments: list[IncomingPost]) -> list[IncomingPost]:
    """As they were written; a comment never before the answer that it comments on, whatever its date says."""
    written = {post.key: post.created_at for post in answers}

    def place(post: IncomingPost) -> tuple[datetime, bool, datetime]:
        return max(post.created_at, written.get(post.parent or "", post.created_at)), post.role == "reply", post.created_at

    return sorted([*answers, *comments], key=place)
