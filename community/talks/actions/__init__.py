"""Changes of talks: speaking, working on them at the desk, duty, and making them public."""

from community.talks.actions.duty import begin_duty, end_duty, end_forgotten, see_duty
from community.talks.actions.publishing import agree, decline, propose, publish_agreed, withdraw
from community.talks.actions.speaking import end_talk, mark_read, open_talk, say
from community.talks.actions.working import hand_over, take_talk

__all__ = [
    "agree",
    "begin_duty",
    "decline",
    "end_duty",
    "end_forgotten",
    "end_talk",
    "hand_over",
    "mark_read",
    "open_talk",
    "propose",
    "publish_agreed",
    "say",
    "see_duty",
    "take_talk",
    "withdraw",
]
