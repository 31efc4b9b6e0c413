"""Every change of what is said of answers."""

from community.answers.actions.checking import check_answer, undo_check
from community.answers.actions.doubting import mark_outdated, undo_outdated
from community.answers.actions.marking import accept_answer, make_official, undo_acceptance, undo_official
from community.answers.actions.rejecting import reject_answer, undo_rejection
from community.answers.actions.reopening import reopen
from community.answers.actions.verdicts import Verdict, accept_by_link, reject_by_link, verdict_of
from community.answers.actions.visiting import mark_outdated_as_visitor, undo_outdated_as_visitor

__all__ = [
    "Verdict",
    "accept_answer",
    "accept_by_link",
    "check_answer",
    "make_official",
    "mark_outdated",
    "mark_outdated_as_visitor",
    "reject_answer",
    "reject_by_link",
    "reopen",
    "undo_acceptance",
    "undo_check",
    "undo_official",
    "undo_outdated",
    "undo_outdated_as_visitor",
    "undo_rejection",
    "verdict_of",
]
