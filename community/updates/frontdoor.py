"""What updates say of themselves on `/openness`."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from community.core import clock
from community.core.frontdoor import Figure, Opened
from community.extensions import db
from community.posts.models import Edit, Post
from community.staff.viewer import VISITOR
from community.topics.models import Topic
from community.topics.queries import count_visible, topics_visible_to

YEAR = timedelta(days=365)


def opened() -> Opened:
    """How many were published in a year, how many of them say that we were wrong, and how often one was corrected."""
    lately = (Topic.kind == "update", Topic.created_at > clock.now() - YEAR)
    corrections = (
        select(func.count(Edit.id))
        .join(Post, Post.id == Edit.post_id)
        .join(Topic, Topic.id == Post.topic_id)
        .join(Topic.category)
        .where(topics_visible_to(VISITOR), Topic.kind == "update", Edit.note != "", Edit.at > clock.now() - YEAR)
    )
    return Opened(
        title=_l("Updates"),
        url="/updates",
        words=_l("Numbers, how things are made, decisions and mistakes, told by people with a name and corrected in the open."),
        figures=(
            Figure(_l("Updates in a year"), str(count_visible(VISITOR, *lately)), "/updates"),
            Figure(_l("“We were wrong”"), str(count_visible(VISITOR, *lately, Topic.section == "wrong")), "/updates?section=wrong"),
            Figure(_l("Corrections in a year"), str(db.session.execute(corrections).scalar_one()), "/record?kind=update.corrected"),
        ),
    )
