"""The stylesheet that shows one viewer, on pages drawn for all, the buttons that are theirs (rulings 3).

It only shows and hides: every action asks its policy again.
"""

from __future__ import annotations

from community.answers.policy import may_settle, may_undo_acceptance
from community.answers.queries import called_outdated
from community.core import clock
from community.follows.queries import standing_in
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.votes.queries import own_marks

SHOWN = " { display: contents; }\n"
HIDDEN = " { display: none; }\n"


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
    own = f'[data-author="{viewer.id}"]'
    hidden = f"{own} [data-part='votes'], {own} .answer__ask" + HIDDEN
    shown += [f'[data-only="{role}"]' for role, held in roles.items() if held]
    return ", ".join(shown) + SHOWN + hidden + '[data-only="visitor"]' + HIDDEN


def topic_style(viewer: Viewer, topic: Topic) -> str:
    """The rules that hold on the page of one topic."""
    return _acceptance_style(viewer, topic) + _said_style(viewer, topic) + _follows_style(viewer, topic)


def _said_style(viewer: Viewer, topic: Topic) -> str:
    """What the viewer said of each answer: the button that takes it back in the place of the one that says it."""
    marks = [(post_id, "helpful" if helpful else "unhelpful") for post_id, helpful in own_marks(viewer, topic.id).items()]
    marks += [(post_id, "outdated") for post_id in called_outdated(viewer, topic.id)]
    if not marks:
        return ""
    said = ", ".join(f'[data-post="{post_id}"] [data-undo="{word}"]' for post_id, word in marks)
    unsaid = ", ".join(f'[data-post="{post_id}"] [data-do="{word}"]' for post_id, word in marks)
    return said + SHOWN + unsaid + HIDDEN


def _follows_style(viewer: Viewer, topic: Topic) -> str:
    """How the viewer follows, and whether they have the problem too."""
    mine = standing_in(viewer, topic.id)
    rules = ""
    if viewer.id == topic.author_id:
        rules += '[data-do="me-too"]' + HIDDEN
    elif mine.has_too:
        rules += '[data-do="me-too"]' + HIDDEN + '[data-undo="me-too"]' + SHOWN
    if mine.level:
        rules += '[data-do="follow"]' + HIDDEN + f'[data-undo="follow"], [data-level="{mine.level}"]' + SHOWN
    return rules


def _acceptance_style(viewer: Viewer, topic: Topic) -> str:
    if may_settle(viewer, topic, clock.now()):
        return '[data-only="asker"]' + SHOWN
    if may_undo_acceptance(viewer, topic):
        return '[data-only="asker"]:has([formaction$="/undo"])' + SHOWN
    return ""
