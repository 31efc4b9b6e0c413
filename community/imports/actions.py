"""Importing another forum: in batches, each stored whole or not at all, so that a killed import goes on where it stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, Protocol

from flask_babel import gettext as _
from sqlalchemy import select

from community.categories.actions import make_category
from community.categories.models import Category
from community.core.errors import Conflict, Invalid
from community.core.unit import unit
from community.extensions import db
from community.imports.authors import Names, account_ids
from community.imports.forumjson import ForumJson
from community.imports.incoming import IncomingTopic, Reader, line
from community.imports.known import Known, known_things, remember_dump, site_known_by
from community.imports.linking import link_duplicates
from community.imports.renderers import Renderers
from community.imports.rendering import Phrases, Raw, Text
from community.imports.stackexchange import StackExchange
from community.imports.updating import Update
from community.imports.writing import Place, authors_of, write_topics
from community.topics.titles import slug_of

TOPICS_AT_ONCE: Final = 50
POSTS_AT_ONCE: Final = 1000
"""A batch ends at either: other writers wait for its unit, some tenths of a second."""

Format = Literal["stackexchange", "json"]


class Progress(Protocol):
    """Shows how far a long work is."""

    def begin(self, what: str, total: int) -> None:
        """Something of `total` steps begins."""

    def advance(self, steps: int) -> None:
        """It came this much further."""


class Quiet:
    """Shows nothing."""

    def begin(self, what: str, total: int) -> None:
        """Show nothing."""

    def advance(self, steps: int) -> None:
        """Show nothing."""


@dataclass
class Outcome:
    """What an import did. `left_out` counts, in words, what it could not use; `unchanged` topics were here as they are there."""

    site: str = ""
    category: str = ""
    topics: int = 0
    answers: int = 0
    replies: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def posts(self) -> int:
        """Posts that were added, questions included."""
        return self.topics + self.answers + self.replies


def run_import(
    kind: Format, path: Path, *, category: str = "", site: str = "", licence: str = "", progress: Progress | None = None
) -> Outcome:
    """Import a Stack Exchange dump or a JSON file into this site; again changes nothing, a newer one brings what is new.

    `category` is a name, `site` the address of the forum it comes from where the files do not tell,
    `licence` the licence of posts that name none. Needs an application context; many units are
    opened, one after another. Raises Invalid where the files cannot be used, Conflict where another
    import of the same forum is at work.
    """
    progress = progress or Quiet()
    if kind == "json":
        with ForumJson(path, site, licence) as forum:
            return _import(forum, category, progress)
    with StackExchange(path, site) as dump:
        progress.begin(_("Reading"), dump.bytes_to_read())
        dump.load(progress.advance)
        if not site and (before := site_known_by(dump.fingerprint)):
            dump.know_as(before)
        return _import(dump, category, progress)


def _import(reader: Reader, category: str, progress: Progress) -> Outcome:
    place, name = _place(reader, category)
    outcome = Outcome(site=reader.site, category=name, left_out=reader.left_out)
    progress.begin(_("Importing"), reader.total)
    with Renderers(_phrases()) as renderers:
        for batch, steps in _batches(reader):
            _import_batch(place, batch, renderers, outcome)
            progress.advance(steps)
    outcome.duplicates, circles = link_duplicates(reader.site, reader.duplicates())
    if circles:
        outcome.left_out[_("duplicate links that lead in a circle")] += circles
    return outcome


def _place(reader: Reader, category: str) -> tuple[Place, str]:
    """The category to import into, made where it is missing, and its name."""
    if reader.is_empty:
        raise Invalid(_("There are no questions in it."))
    name = line(category or reader.site, 60)
    slug = slug_of(name)
    found = select(Category.id, Category.language, Category.name).where(Category.slug == slug)
    row = db.session.execute(found).first()
    if row is None:
        db.session.rollback()
        make_category(by=None, slug=slug, name=name, description=_("Questions and answers from %(site)s.", site=reader.site))
        row = db.session.execute(found).one()
    if reader.fingerprint and reader.fingerprint not in known_things(reader.site, "dump", [reader.fingerprint]):
        with unit() as u:
            remember_dump(u, reader.site, reader.fingerprint)
    return Place(reader.site, row.id, row.language), row.name


def _batches(reader: Reader) -> Iterator[tuple[list[IncomingTopic], int]]:
    batch: list[IncomingTopic] = []
    steps = posts = 0
    for topic, step in reader.topics():
        steps += step
        if topic is not None:
            batch.append(topic)
            posts += len(topic.posts)
        if len(batch) >= TOPICS_AT_ONCE or posts >= POSTS_AT_ONCE:
            yield batch, steps
            batch, steps, posts = [], 0, 0
    yield batch, steps


def _import_batch(place: Place, topics: list[IncomingTopic], renderers: Renderers, outcome: Outcome) -> None:
    before = known_things(place.site, "topic", [topic.key for topic in topics])
    wanted = [topic for topic in topics if topic.key not in before or before[topic.key].digest != topic.digest()]
    outcome.unchanged += len(topics) - len(wanted)
    if not wanted:
        db.session.rollback()
        return
    posts = known_things(place.site, "post", [post.key for topic in wanted for post in topic.posts])
    fresh = [_without_known(topic, posts) for topic in wanted if topic.key not in before]
    known = [topic for topic in wanted if topic.key in before]
    texts = _texts([*fresh, *known], posts, renderers, outcome)
    names = Names()
    db.session.rollback()
    with unit() as u:
        _require_same(place.site, topics, before)
        authors = [found for topic in (*fresh, *known) for post in topic.posts for found in authors_of(post)]
        people = account_ids(u, place.site, authors, names)
        write_topics(u, place, fresh, texts, people)
        updates = [Update(u, place.site, topic, before[topic.key], _posts_of(topic, posts)) for topic in known]
        for update in updates:
            update.write(texts, people)
    _count(outcome, fresh, updates)


def _without_known(topic: IncomingTopic, posts: dict[str, Known]) -> IncomingTopic:
    """A new topic without posts that are here in another one: they were moved there, and stay where they are here."""
    kept = tuple(post for post in topic.posts if post is topic.posts[0] or post.key not in posts)
    return replace(topic, posts=kept)


def _texts(topics: list[IncomingTopic], posts: dict[str, Known], renderers: Renderers, outcome: Outcome) -> dict[str, Text]:
    """Render what is new or was changed."""
    wanted = [
        post for topic in topics for post in topic.posts if post.key not in posts or posts[post.key].digest != topic.digest_of(post)
    ]
    texts = renderers.render([Raw(post.markup, post.source, post.url) for post in wanted])
    cut = sum(text.cut for text in texts)
    if cut:
        outcome.left_out[_("ends of posts that were too long")] += cut
    return {post.key: text for post, text in zip(wanted, texts, strict=True)}


def _phrases() -> Phrases:
    return Phrases(
        no_text=_("(This post has no text.)"),
        cut_see_original=_("(Cut here; the whole text is in the original.)"),
        cut=_("(Cut here.)"),
    )


def _require_same(site: str, topics: list[IncomingTopic], before: dict[str, Known]) -> None:
    """What the batch was made ready for is still so."""
    if known_things(site, "topic", [topic.key for topic in topics]) != before:
        raise Conflict(_("Another import of %(site)s is at work; run this one again when it has ended.", site=site))


def _posts_of(topic: IncomingTopic, posts: dict[str, Known]) -> dict[str, Known]:
    return {post.key: posts[post.key] for post in topic.posts if post.key in posts}


def _count(outcome: Outcome, fresh: list[IncomingTopic], updates: list[Update]) -> None:
    outcome.topics += len(fresh)
    outcome.updated += len(updates)
    added = [post for topic in fresh for post in topic.posts[1:]]
    for update in updates:
        added += update.added
        if update.kept:
            outcome.left_out[_("changes of posts that were edited here too")] += update.kept
    outcome.answers += sum(post.role == "answer" for post in added)
    outcome.replies += sum(post.role == "reply" for post in added)
