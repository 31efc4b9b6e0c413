"""Every table of the site, imported once: for migrations and for relationships by name."""

from __future__ import annotations

from community.accounts import models as accounts
from community.answers import models as answers
from community.appeals import models as appeals
from community.categories import models as categories
from community.commitments import models as commitments
from community.core import follow, log, schedule, strangers
from community.drafts import models as drafts
from community.faq import models as faq
from community.follows import models as follows
from community.imports import models as imports
from community.insights import models as insights
from community.mail import models as mail
from community.notifications import models as notifications
from community.posts import models as posts
from community.promise import models as promise
from community.record import models as record
from community.search.meaning import models as meaning
from community.searches import models as searches
from community.settings import models as settings
from community.staff import models as staff
from community.tags import models as tags
from community.talks import models as talks
from community.topics import models as topics
from community.updates import models as updates
from community.votes import models as votes

MODULES = (
    accounts,
    answers,
    appeals,
    categories,
    commitments,
    follow,
    log,
    schedule,
    strangers,
    drafts,
    faq,
    follows,
    imports,
    insights,
    mail,
    notifications,
    posts,
    promise,
    record,
    meaning,
    searches,
    settings,
    staff,
    tags,
    talks,
    topics,
    updates,
    votes,
)
