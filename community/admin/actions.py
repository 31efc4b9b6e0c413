"""What only admins do to the machinery: parked events."""

from __future__ import annotations

from flask_babel import gettext

from community.core.errors import Conflict, NotFound
from community.core.follow import Parked
from community.core.log import read_after
from community.core.unit import Unit, unit
from community.health.checks import followers
from community.staff.viewer import Viewer, refreshed


def settle_parked(*, by: Viewer, parked_id: int) -> None:
    """Let a parked event be, because nothing is to be done about it. Raises NotFound for who is no admin."""
    with unit() as u:
        _parked(u, by, parked_id).settled_at = u.now


def retry_parked(*, by: Viewer, parked_id: int) -> None:
    """Let its follower take a parked event once more, now; on success it is settled.

    Raises Conflict when the follower cannot, and whatever it raises itself: then nothing has changed.
    """
    readings = {follower.name: getattr(follower, "reads", {}) for follower in followers()}
    with unit() as u:
        row = _parked(u, by, parked_id)
        recorded = next(iter(read_after(u.session, row.position - 1, 1)), None)
        reading = readings.get(row.follower, {}).get(type(recorded.event)) if recorded else None
        if recorded is None or recorded.position != row.position or reading is None:
            raise Conflict(gettext("This cannot be taken again. Settle it once its cause is gone."))
        reading(u, recorded, recorded.event)
        row.settled_at = u.now


def _parked(u: Unit, by: Viewer, parked_id: int) -> Parked:
    if not refreshed(by).is_admin:
        raise NotFound
    row = u.fetch(Parked, parked_id)
    if row.settled_at is not None:
        raise Conflict(gettext("Somebody has settled this already."))
    return row
