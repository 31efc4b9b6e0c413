"""Topics that were not here yet, a batch at a time: few statements, inside one unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from community.answers.models import Acceptance
from community.core.unit import Unit
from community.imports.incoming import Author, IncomingPost, IncomingTopic
from community.imports.known import Known
from community.imports.models import ImportedThing
from community.imports.rendering import Text
from community.imports.rows import insert_rows
from community.posts.models import Edit, Post, Source
from community.tags.models import Tag, TopicTag
from community.topics.events import TopicImported
from community.topics.models import Closure, Topic
from community.topics.state import state_of
from community.topics.titles import slug_of

Row = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where an import goes: which forum it is known by, and the category of its topics."""

    site: str
    category_id: int
    language: str


@dataclass(frozen=True)
class Numbered:
    """A post with its place here."""

    topic: IncomingTopic
    topic_id: int
    post: IncomingPost
    number: int


def authors_of(post: IncomingPost) -> Iterator[tuple[Author, datetime]]:
    """Everybody who wrote or changed a post, and when."""
    yield post.author, post.created_at
    for former in post.formers:
        yield former.by, former.at


def write_topics(
    u: Unit, place: Place, topics: Sequence[IncomingTopic], texts: Mapping[str, Text], people: Mapping[str, int]
) -> None:
    """Inside a unit: insert topics with all that belongs to them. `people` maps authors' keys to accounts."""
    ids = insert_rows(u, Topic, [_topic_row(u, place, topic, people) for topic in topics])
    things = []
    for topic, topic_id in zip(topics, ids, strict=True):
        things.append(
            {"site": place.site, "kind": "topic", "external_id": topic.key, "local_id": topic_id, "digest": topic.digest()}
        )
        u.record(TopicImported(topic_id=topic_id, category_id=place.category_id))
    insert_rows(u, ImportedThing, things)
    numbered = [
        Numbered(topic, topic_id, post, number)
        for topic, topic_id in zip(topics, ids, strict=True)
        for number, post in enumerate(topic.posts, 1)
    ]
    write_posts(u, place.site, numbered, texts, people, {})
    _write_tags(u, dict(zip(ids, topics, strict=True)))
    insert_rows(u, Closure, [closure_row(topic_id, topic) for topic, topic_id in zip(topics, ids, strict=True) if topic.closed_at])


def write_posts(
    u: Unit, site: str, posts: Sequence[Numbered], texts: Mapping[str, Text], people: Mapping[str, int], known: Mapping[str, Known]
) -> None:
    """Inside a unit: insert posts with sources, former texts and acceptances. `known` are posts that are here."""
    ids = {key: thing.local_id for key, thing in known.items()}
    # Replies last: they point at the rows of what they reply to.
    groups = [each for each in posts if each.post.parent is None], [each for each in posts if each.post.parent is not None]
    for group in groups:
        made = insert_rows(u, Post, [_post_row(each, texts[each.post.key], people, ids) for each in group])
        ids |= {each.post.key: post_id for each, post_id in zip(group, made, strict=True)}
    ordered = [*groups[0], *groups[1]]
    insert_rows(u, ImportedThing, [_thing_row(site, each, ids) for each in ordered])
    insert_rows(u, Source, [{"post_id": ids[each.post.key], **source_row(each.post)} for each in ordered])
    insert_rows(u, Edit, [row for each in ordered for row in former_rows(ids[each.post.key], each.post, people)])
    asker = {each.topic_id: people[each.topic.posts[0].author.key] for each in ordered}
    accepted = [each for each in ordered if each.post.accepted_at]
    insert_rows(u, Acceptance, [acceptance_row(each, ids[each.post.key], asker[each.topic_id]) for each in accepted])


def source_row(post: IncomingPost) -> Row:
    """What a post owes its author: name, address, licence."""
    return {
        "author_name": post.author.name,
        "author_url": post.author.url,
        "url": post.url,
        "licence": post.licence,
        "licence_url": post.licence_url,
        "score": post.score,
    }


def former_rows(post_id: int, post: IncomingPost, people: Mapping[str, int], after: int = 0) -> list[Row]:
    """The former texts of a post as edits, those of versions after `after`."""
    return [
        {
            "post_id": post_id,
            "version": version,
            "body": former.body,
            "title": former.title,
            "by_id": people[former.by.key],
            "at": former.at,
        }
        for version, former in enumerate(post.formers, 1)
        if version > after
    ]


def acceptance_row(each: Numbered, post_id: int, asker_id: int) -> Row:
    """That the asker accepted an answer there."""
    return {"topic_id": each.topic_id, "post_id": post_id, "by_id": asker_id, "at": each.post.accepted_at, "by_asker": True}


def closure_row(topic_id: int, topic: IncomingTopic) -> Row:
    """That a question was closed there, by whom it does not matter here."""
    return {"topic_id": topic_id, "by_id": None, "at": topic.closed_at, "reason": topic.closed_reason}


def _topic_row(u: Unit, place: Place, topic: IncomingTopic, people: Mapping[str, int]) -> Row:
    question, last = topic.posts[0], topic.posts[-1]
    author_id = people[question.author.key]
    row: Row = {
        "kind": "question",
        "title": topic.title,
        "slug": slug_of(topic.title),
        "category_id": place.category_id,
        "author_id": author_id,
        "created_at": question.created_at,
        "active_at": last.created_at,
        "closed": topic.closed_at is not None,
        "post_count": len(topic.posts),
        "others_count": sum(people[post.author.key] != author_id for post in topic.posts),
        "official_count": 0,
        "accepted_count": sum(post.accepted_at is not None for post in topic.posts),
        "last_post_at": last.created_at,
        "last_by_id": people[last.author.key],
        "language": place.language,
        "imported": True,
    }
    return row | {"state": state_of(Topic(**row), duplicate=False, info_asked=False, moment=u.now)}


def _post_row(each: Numbered, text: Text, people: Mapping[str, int], ids: Mapping[str, int]) -> Row:
    post = each.post
    return {
        "topic_id": each.topic_id,
        "number": each.number,
        "author_id": people[post.author.key],
        "role": post.role,
        "reply_to_id": ids.get(post.parent) if post.parent else None,
        "body": text.body,
        "html": text.html,
        "text": text.text,
        "created_at": post.created_at,
        "edited_at": post.edited_at,
        "version": len(post.formers) + 1,
        "accepted": post.accepted_at is not None,
        "accepted_at": post.accepted_at,
        "accepted_by_asker": post.accepted_at is not None,
    }


def _thing_row(site: str, each: Numbered, ids: Mapping[str, int]) -> Row:
    return {
        "site": site,
        "kind": "post",
        "external_id": each.post.key,
        "local_id": ids[each.post.key],
        "digest": each.topic.digest_of(each.post),
        "version": len(each.post.formers) + 1,
    }


def _write_tags(u: Unit, topics: Mapping[int, IncomingTopic]) -> None:
    wanted = dict.fromkeys(name for topic in topics.values() for name in topic.tags)
    ids = {row.name: row.id for row in u.session.execute(select(Tag.name, Tag.id).where(Tag.name.in_(list(wanted))))}
    missing = [name for name in wanted if name not in ids]
    ids |= dict(zip(missing, insert_rows(u, Tag, [{"name": name} for name in missing]), strict=True))
    insert_rows(
        u,
        TopicTag,
        [
            {"topic_id": topic_id, "tag_id": ids[name], "sort": sort}
            for topic_id, topic in topics.items()
            for sort, name in enumerate(topic.tags)
        ],
    )
