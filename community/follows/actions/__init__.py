"""Every change of follows and me-toos."""

from community.follows.actions.follow import follow_category, follow_person, follow_tag, follow_topic, follow_updates, unfollow
from community.follows.actions.me_too import add_me_too, undo_me_too
from community.follows.actions.visitors import confirm_visitor, leave_address, withdraw_visitor

__all__ = [
    "add_me_too",
    "confirm_visitor",
    "follow_category",
    "follow_person",
    "follow_tag",
    "follow_topic",
    "follow_updates",
    "leave_address",
    "undo_me_too",
    "unfollow",
    "withdraw_visitor",
]
