"""Topics that are here already and changed there since: what is new is added, what was edited there is edited here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from community.answers.models import Acceptance
from community.core.unit import Unit
from community.imports.incoming import IncomingPost, IncomingTopic
from community.imports.known import Known
from community.imports.models import ImportedThing
from community.imports.rendering import Text
from community.imports.rows import insert_rows
from community.imports.writing import Numbered, acceptance_row, closure_row, former_rows, source_row, write_posts
from community.posts.models import Edit, Post, Source
from community.posts.writing import next_number, recount
from community.tags.tagging import set_tags
from community.topics.events import TopicImported
from community.topics.models import Closure, Topic
from community.topics.state import recompute
from community.topics.titles import slug_of


class Update:
    """Brings one known topic up to date inside a unit.

    `added` are the posts that were new, `kept` counts those changed there and here: ours stay.
    """

    def __init__(self, u: Unit, site: str, incoming: IncomingTopic, thing: Known, posts: Mapping[str, Known]) -> None:
        self.u, self.site, self.incoming, self.thing = u, site, incoming, thing
        self.topic = u.fetch(Topic, thing.local_id)
        here = select(Post).where(Post.topic_id == self.topic.id)
        self.rows = {post.id: post for post in u.session.scalars(here)}
        # A post that is known from another topic was moved there, or here: it stays where it is.
        self.known = {key: known for key, known in posts.items() if known.local_id in self.rows}
        self.elsewhere = posts.keys() - self.known.keys()
        self.kept = 0
        self.added: list[IncomingPost] = []

    def write(self, texts: Mapping[str, Text], people: Mapping[str, int]) -> None:
        """Make the topic what it is there now, without losing what happened here."""
        for post in self.incoming.posts:
            if post.key in self.known:
                self._edit(post, self.known[post.key], texts, people)
        self._add_posts(texts, people)
        self._credit()
        self._accept(people)
        self._close()
        recount(self.u, self.topic)
        recompute(self.u, self.topic)
        self._remember(self.thing, self.incoming.digest())
        self.u.record(TopicImported(topic_id=self.topic.id, category_id=self.topic.category_id))

    def _edit(self, post: IncomingPost, known: Known, texts: Mapping[str, Text], people: Mapping[str, int]) -> None:
        digest, row = self.incoming.digest_of(post), self.rows[known.local_id]
        if digest == known.digest:
            return
        ours = row.version != known.version or row.removed_at is not None or row.author_id != people[post.author.key]
        if ours:
            self.kept += 1
            self._remember(known, digest)
            return
        text, retitled = texts[post.key], row.number == 1 and self.topic.title != self.incoming.title
        if row.body != text.body or retitled:
            self._keep_former(post, row, retitled=retitled, people=people)
            row.body, row.html, row.text = text.body, text.html, text.text
            row.edited_at = post.edited_at or self.u.now
        if row.number == 1:
            self.topic.title, self.topic.slug = self.incoming.title, slug_of(self.incoming.title)
            set_tags(self.u, self.topic.id, self.incoming.tags)
        self._remember(known, digest, version=row.version)

    def _keep_former(self, post: IncomingPost, row: Post, *, retitled: bool, people: Mapping[str, int]) -> None:
        formers = former_rows(row.id, post, people, after=row.version - 1)
        if not formers:
            by = people[(post.editor or post.author).key]
            former_title = self.topic.title if retitled else None
            formers = [
                {
                    "post_id": row.id,
                    "version": row.version,
                    "body": row.body,
                    "title": former_title,
                    "by_id": by,
                    "at": post.edited_at or self.u.now,
                }
            ]
        insert_rows(self.u, Edit, formers)
        row.version += len(formers)

    def _add_posts(self, texts: Mapping[str, Text], people: Mapping[str, int]) -> None:
        self.added = [post for post in self.incoming.posts if post.key not in self.known and post.key not in self.elsewhere]
        number = next_number(self.u, self.topic.id, held=False)
        numbered = [Numbered(self.incoming, self.topic.id, post, place) for place, post in enumerate(self.added, number)]
        write_posts(self.u, self.site, numbered, texts, people, self.known)

    def _credit(self) -> None:
        """Scores and licences as they are there now."""
        sources = {row.post_id: row for row in self.u.session.scalars(select(Source).where(Source.post_id.in_(list(self.rows))))}
        for post in self.incoming.posts:
            source = sources.get(self.known[post.key].local_id) if post.key in self.known else None
            for name, value in source_row(post).items() if source else ():
                setattr(source, name, value)

    def _accept(self, people: Mapping[str, int]) -> None:
        """What the asker accepted there counts here; what was decided here, by staff or by undoing it, stays."""
        asker = people[self.incoming.posts[0].author.key]
        marks = list(self.u.session.scalars(select(Acceptance).where(Acceptance.topic_id == self.topic.id)))
        for post in self.incoming.posts:
            known = self.known.get(post.key)
            if known is None or known.local_id not in self.rows:
                continue
            row, ours = self.rows[known.local_id], [mark for mark in marks if mark.post_id == known.local_id]
            if post.accepted_at and not ours:
                insert_rows(
                    self.u, Acceptance, [acceptance_row(Numbered(self.incoming, self.topic.id, post, row.number), row.id, asker)]
                )
                row.accepted, row.accepted_at, row.accepted_by_asker = True, post.accepted_at, True
            elif not post.accepted_at:
                for mark in ours:
                    if mark.undone_at is None and mark.by_asker and mark.by_id == asker:
                        mark.undone_at, row.accepted, row.accepted_at, row.accepted_by_asker = self.u.now, False, None, False

    def _close(self) -> None:
        closures = list(self.u.session.scalars(select(Closure).where(Closure.topic_id == self.topic.id)))
        if self.incoming.closed_at and not closures:
            insert_rows(self.u, Closure, [closure_row(self.topic.id, self.incoming)])
            self.topic.closed = True
        elif not self.incoming.closed_at:
            for closure in closures:
                if closure.by_id is None and closure.undone_at is None:
                    closure.undone_at, self.topic.closed = self.u.now, False

    def _remember(self, known: Known, digest: str, **changed: Any) -> None:
        self.u.session.execute(update(ImportedThing).where(ImportedThing.id == known.id).values(digest=digest, **changed))
