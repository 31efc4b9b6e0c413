"""The stylesheet that shows one viewer, on pages drawn for all, the buttons that are theirs (rulings 3).

It only shows and hides: every action asks its policy again.
"""

from __future__ import annotations

from community.answers.policy import may_settle, may_undo_acceptance
from community.core import clock
from community.staff.viewer import Viewer
from community.topics.models import Topic

SHOWN = " { display: contents; }\n"


def viewer_style(viewer: Viewer) -> str:
    """The rules that hold on every page."""
    if not viewer.signed_in:
        return ""
    shown = [f'.own-actions[data-author="{viewer.id}"]']
    roles = {
        "member": viewer.signed_in,
        "staff": viewer.is_staff,
        "official": viewer.is_official,
        "moderator": viewer.is_moderator,
        "admin": viewer.is_admin,
    }
    shown += [f'[data-only="{role}"]' for role, held in roles.items() if held]
    return ", ".join(shown) + SHOWN


def topic_style(viewer: Viewer, topic: Topic) -> str:
    """The rules that hold on the page of one topic."""
    if may_settle(viewer, topic, clock.now()):
        return '[data-only="asker"]' + SHOWN
    if may_undo_acceptance(viewer, topic):
        return '[data-only="asker"]:has([formaction$="/undo"])' + SHOWN
    return ""
