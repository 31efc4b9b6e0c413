"""Making the topics of the world and what happens in them."""

from __future__ import annotations

import re
from typing import Final

from community.answers.actions import accept_answer, check_answer, make_official, mark_outdated, reject_answer
from community.answers.jobs import close_unchecked
from community.demo.content import Check, Closing, Duplicate, Edit, Post, Removal, Topic
from community.demo.made import Thread, World
from community.follows.actions import add_me_too
from community.posts.actions import edit_post, open_topic, remove_post, write_post
from community.staff.viewer import Viewer, viewer_unchecked
from community.topics.actions import close_topic, mark_duplicate

CLOSES_AFTER: Final = 48
"""Hours after which a solved question closes itself: the default of the setting."""

_REFERENCE: Final = re.compile(r"\{#([a-z0-9-]+)\}")


class ThreadMaker:
    """Makes topics and posts; their ids are in the world. Posts of a topic are numbered from 0, its first post."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._bodies: dict[tuple[str, int], str] = {}

    def open(self, topic: Topic) -> None:
        """Open a topic."""
        made = open_topic(
            by=self._viewer(topic.by),
            kind=topic.kind,
            title=topic.title,
            body=self._text(topic.body),
            category_id=self.world.categories[topic.category],
            tags=topic.tags,
            product=topic.product,
            product_version=topic.version,
            personal=topic.personal,
        )
        self.world.topics[topic.key] = Thread(made.topic_id, made.url.partition("#")[0], [made.post_id])
        self._bodies[topic.key, 0] = topic.body

    def write(self, topic: Topic, number: int, post: Post) -> None:
        """Write the next post of a topic."""
        thread = self.world.topics[topic.key]
        made = write_post(
            by=self._viewer(post.by),
            topic_id=thread.id,
            body=self._text(post.body),
            role=post.role,
            reply_to_id=None if post.reply_to is None else thread.posts[post.reply_to],
            personal=post.personal,
            asks_info=post.asks_info,
        )
        thread.posts.append(made.post_id)
        self._bodies[topic.key, number] = post.body

    def edit(self, topic: Topic, number: int, edit: Edit, by: str) -> None:
        """Change a piece of a post. Raises ValueError where the piece is not in it."""
        before = self._bodies[topic.key, number]
        if edit.old not in before:
            raise ValueError(f"{topic.key}: no such text to edit: {edit.old!r}")
        body = before.replace(edit.old, edit.new, 1)
        edit_post(by=self._viewer(by), post_id=self._post(topic, number), body=self._text(body), version=None)
        self._bodies[topic.key, number] = body

    def make_official(self, topic: Topic, number: int, by: str) -> None:
        """Let a post speak for the company."""
        make_official(by=self._viewer(by), post_id=self._post(topic, number))

    def accept(self, topic: Topic, number: int, by: str) -> None:
        """Say that a post solved the question."""
        accept_answer(by=self._viewer(by), post_id=self._post(topic, number))

    def reject(self, topic: Topic, number: int, by: str) -> None:
        """Say that a post did not solve the question."""
        reject_answer(by=self._viewer(by), post_id=self._post(topic, number))

    def check(self, topic: Topic, number: int, check: Check) -> None:
        """Say that a post still is true."""
        check_answer(by=self._viewer(check.by), post_id=self._post(topic, number), version=check.version)

    def mark_outdated(self, topic: Topic, number: int, by: str) -> None:
        """Say that a post no longer works."""
        mark_outdated(by=self._viewer(by), post_id=self._post(topic, number))

    def close_solved(self, topic: Topic) -> None:
        """Let a question that has been solved for long close itself."""
        close_unchecked([self.world.topics[topic.key].id], CLOSES_AFTER)

    def have_too(self, topic: Topic, handle: str) -> None:
        """Say that somebody has the problem too."""
        add_me_too(by=self._viewer(handle), topic_id=self.world.topics[topic.key].id)

    def remove(self, topic: Topic, number: int, removal: Removal) -> None:
        """Take a post away."""
        remove_post(by=self._viewer(removal.by), post_id=self._post(topic, number), rule=removal.rule, reason=removal.reason)

    def close(self, topic: Topic, closing: Closing) -> None:
        """Close a topic."""
        close_topic(by=self._viewer(closing.by), topic_id=self.world.topics[topic.key].id, reason=closing.reason)

    def mark_duplicate(self, topic: Topic, duplicate: Duplicate) -> None:
        """Say that a question was asked before."""
        topics = self.world.topics
        mark_duplicate(by=self._viewer(duplicate.by), topic_id=topics[topic.key].id, original_id=topics[duplicate.of].id)

    def _viewer(self, handle: str) -> Viewer:
        return viewer_unchecked(self.world.people[handle])

    def _post(self, topic: Topic, number: int) -> int:
        return self.world.topics[topic.key].posts[number]

    def _text(self, text: str) -> str:
        """The text with `{#key}` replaced by the number of that topic, which has to be older."""
        return _REFERENCE.sub(lambda found: f"#{self.world.topics[found[1]].id}", text).strip()
