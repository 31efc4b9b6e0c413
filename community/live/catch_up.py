"""What a page that shows an older position has missed: the answer to `subscribe`, and to `GET /live` (rulings 10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import structlog

from community.core.log import Recorded, read_channels_after
from community.core.position import Position, parse_position, position_now
from community.extensions import db
from community.live.channels import MAX_CHANNELS, Channel, logged_as, parse, readable
from community.live.streams import streams_for
from community.staff.viewer import Viewer

MOST = 200
"""Events of the channels asked for; who missed more reloads the part (architecture.md, How one change travels)."""

logger = structlog.get_logger()


def catch_up(viewer: Viewer, names: Sequence[str], position: str) -> dict[str, Any]:
    """What this viewer missed on these channels since a position, drawn in the language of the running request.

    Answers `granted` and `refused` names, `streams` in the form of the message `stream`, the names to
    `reload` as a whole, and the new `position`. An unknown position or epoch leads to `reload`.
    """
    now = position_now()  # before everything else: what is read later may be newer, never older
    asked = list(dict.fromkeys(names[:MAX_CHANNELS]))
    channels = {name: channel for name in asked if (channel := parse(name)) is not None}
    open_now = readable(viewer, channels.values())
    granted = {name: channel for name, channel in channels.items() if channel in open_now}
    own = {name: channel for name, channel in granted.items() if channel.kind == "user"}
    since = _since(position, now)
    streams, reload = _missed(viewer, {name: channel for name, channel in granted.items() if name not in own}, since, now)
    # What is somebody's own holds its whole state, so nothing of it is missed and nothing has to be loaded again for it.
    streams += [_stream(name, now, since, html) for name, channel in own.items() if (html := streams_for(viewer, channel, ()))]
    return {
        "granted": list(granted),
        "refused": [name for name in asked if name not in granted],
        "streams": streams,
        "reload": reload,
        "position": str(now),
    }


def _since(position: str, now: Position) -> int | None:
    since = parse_position(position)
    if since is None or since.epoch != now.epoch or since.number > now.number:
        return None
    return since.number


def _missed(
    viewer: Viewer, granted: dict[str, Channel], since: int | None, now: Position
) -> tuple[list[dict[str, str]], list[str]]:
    if not granted:
        return [], []
    if since is None:
        return [], list(granted)
    missed = read_channels_after(db.session(), {logged_as(name) for name in granted}, since, MOST + 1)
    if len(missed) > MOST:
        return [], list(granted)
    streams, reload = [], []
    for name, channel in granted.items():
        try:
            html = streams_for(viewer, channel, on(name, missed))
        except Exception:
            # One part that cannot be drawn must not keep the others from catching up.
            logger.exception("catch-up failed", channel=name)
            db.session.rollback()
            reload.append(name)
            continue
        if html:
            streams.append(_stream(name, now, since, html))
    return streams, reload


def _stream(name: str, now: Position, since: int | None, html: str) -> dict[str, str]:
    return {"channel": name, "position": str(now), "prev": str(Position(now.epoch, since or 0)), "html": html}


def on(name: str, recorded: Iterable[Recorded]) -> list[Recorded]:
    """Those of the events that touch the channel of this name."""
    logged = logged_as(name)
    return [each for each in recorded if each.event is not None and logged in each.event.channels()]
