"""An editor's wording of an entry. The former ones are kept, and the question that it comes from stays as it was written."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import Conflict, Invalid, require
from community.core.unit import unit
from community.faq.actions.growing import look_again
from community.faq.actions.reasons import checked_reason
from community.faq.models import FaqEntry, FaqWording
from community.faq.policy import may_edit_faq
from community.posts.models import Post
from community.posts.writing import prepared
from community.staff.viewer import Viewer, refreshed
from community.topics.titles import checked_title


def word_entry(*, by: Viewer, entry_id: int, question: str, body: str, reason: str, version: int | None = None) -> None:
    """Give an entry words of its own; blank ones leave the word to its source again.

    `version` is the wording that was changed; None overwrites. Raises Conflict where somebody else worded it in between,
    Invalid for words that do not fit and without a reason.
    """
    question = checked_title(question) if question.strip() else ""
    text = prepared(body) if body.strip() else None
    reason = checked_reason(reason)
    with unit() as u:
        by = refreshed(by)
        require(may_edit_faq(by))
        assert by.id is not None
        entry = u.fetch(FaqEntry, entry_id)
        if version is not None and version != entry.version:
            raise Conflict(_("Somebody else has worded this in the meantime. Please look at it again."))
        if text is not None and not text.html:
            raise Invalid(fields={"body": _("Please write something that can be seen.")})
        entry.question, entry.body, entry.html = question, text.body if text else "", str(text.html) if text else ""
        entry.version += 1
        post = u.fetch(Post, entry.post_id)
        entry.worded_post_id, entry.worded_version = (post.id, post.version) if text else (None, None)
        row = FaqWording(
            entry_id=entry.id, post_id=post.id, version=entry.version, question=question, body=entry.body, reason=reason
        )
        row.by_id, row.at = by.id, u.now
        u.add(row)
        look_again(u, entry.topic_id)
