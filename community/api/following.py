"""The endpoints of following, of having a problem too, and of what one was told."""

from __future__ import annotations

from typing import cast

from community.api import following_models as m
from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.api.models import TopicOut
from community.api.queries import link, number_after, topic_out
from community.core.errors import Invalid
from community.core.fragments import base_url
from community.follows import actions
from community.follows.queries import Followed, follows_of
from community.notifications.actions import mark_read
from community.notifications.queries import Told, bell, told_page


@endpoint(bp, "POST", "/topics/<int:topic_id>/me-too", scope="write", answer=TopicOut)
def post_me_too(call: Call[Nothing, Nothing], topic_id: int) -> TopicOut:
    """Say that you have the problem of a question too; you hear when it is solved."""
    actions.add_me_too(by=call.viewer, topic_id=topic_id)
    return topic_out(call.viewer, topic_id)


@endpoint(bp, "DELETE", "/topics/<int:topic_id>/me-too", scope="write", answer=TopicOut)
def delete_me_too(call: Call[Nothing, Nothing], topic_id: int) -> TopicOut:
    """Take that back."""
    actions.undo_me_too(by=call.viewer, topic_id=topic_id)
    return topic_out(call.viewer, topic_id)


@endpoint(bp, "GET", "/follows", scope="read", answer=m.FollowList)
def list_follows(call: Call[Nothing, Nothing]) -> m.FollowList:
    """List what you follow or muted."""
    return _follows(call)


@endpoint(bp, "POST", "/follows", scope="write", body=m.NewFollow, answer=m.FollowList)
def post_follow(call: Call[m.NewFollow, Nothing]) -> m.FollowList:
    """Follow a topic (by its id), a category (slug), a tag (name) or a person (handle), or mute it."""
    sent = call.body
    level = {"level": sent.level} if sent.level is not None else {}
    match sent.kind:
        case "topic":
            actions.follow_topic(by=call.viewer, topic_id=_topic_id(sent.target), **level)
        case "category":
            actions.follow_category(by=call.viewer, slug=sent.target, **level)
        case "tag":
            actions.follow_tag(by=call.viewer, name=sent.target, **level)
        case "person":
            actions.follow_person(by=call.viewer, handle=sent.target, **level)
    return _follows(call)


@endpoint(bp, "DELETE", "/follows", scope="write", query=m.FollowQuery, answer=m.FollowList)
def delete_follow(call: Call[Nothing, m.FollowQuery]) -> m.FollowList:
    """Follow something no longer; `kind` and `target` as in the list."""
    q = call.query
    known = next((one for one in follows_of(call.viewer) if one.kind == q.kind and _target(one) == q.target), None)
    if known is not None:
        actions.unfollow(by=call.viewer, kind=known.kind, target_id=known.target_id)
    return _follows(call)


@endpoint(bp, "GET", "/notifications", scope="read", query=m.NotificationQuery, answer=m.NotificationPage)
def list_notifications(call: Call[Nothing, m.NotificationQuery]) -> m.NotificationPage:
    """List what you were told, newest first; of what you may not read any more nothing is left."""
    q = call.query
    told = told_page(call.viewer, before=number_after(q.after) or None, limit=q.limit + 1, unread=q.unread)
    after = told[q.limit - 1].id if len(told) > q.limit else None
    unread = "true" if q.unread else None
    return m.NotificationPage(
        notifications=[_told(one) for one in told[: q.limit]],
        unread=bell(call.viewer).unread,
        next=link("/notifications", limit=q.limit, unread=unread, after=after) if after is not None else None,
    )


@endpoint(bp, "POST", "/notifications/read", scope="write", body=m.ReadNotifications, answer=m.Unread)
def post_notifications_read(call: Call[m.ReadNotifications, Nothing]) -> m.Unread:
    """Mark as read: notifications by id, those of a topic, or all."""
    mark_read(by=call.viewer, topic_id=call.body.topic_id, ids=call.body.ids)
    return m.Unread(unread=bell(call.viewer).unread)


def _topic_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(fields={"target": "A topic is followed by its id."})
    return int(text)


def _target(one: Followed) -> str:
    """What names it in the API: a topic's id, a category's slug, a tag's name, a person's handle."""
    return str(one.target_id) if one.kind == "topic" else one.url.rpartition("/")[2]


def _follows(call: Call[m.NewFollow, Nothing] | Call[Nothing, Nothing] | Call[Nothing, m.FollowQuery]) -> m.FollowList:
    return m.FollowList(
        follows=[
            m.FollowOut(
                kind=cast("m.FollowKind", one.kind),
                target=_target(one),
                name=one.name,
                url=f"{base_url()}{one.url}",
                level=cast("m.FollowLevel", one.level),
                chosen=one.chosen,
                at=one.at,
            )
            for one in follows_of(call.viewer)
        ]
    )


def _told(one: Told) -> m.NotificationOut:
    return m.NotificationOut(
        id=one.id,
        kind=one.kind,
        at=one.at,
        read=one.read,
        topic_id=one.topic_id,
        title=one.title,
        post_id=one.post_id,
        url=f"{base_url()}{one.url}",
        by=one.actor.url.rpartition("/")[2] if one.actor else None,
        beginning=one.beginning,
    )
