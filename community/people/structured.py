"""What somebody's page says of itself to search engines."""

from __future__ import annotations

from community.core.jsonld import Person as Someone
from community.core.jsonld import Profile, Thing, article, breadcrumbs, profile_page
from community.people.queries import Person


def person_things(person: Person, brand: str) -> list[Thing]:
    """A profile with what they wrote last, as a visitor sees it."""
    if not person.shows_anything:
        return []
    who = Someone(
        name=person.name,
        url=person.url,
        handle=person.handle,
        image=person.photo_url or "",
        job_title=person.member.title if person.member else "",
        works_for=brand if person.badge == "staff" else "",
        about=person.about,
    )
    posts = [article(each.title, each.url, each.created_at) for each in person.latest_answers]
    profile = Profile(who=who, joined=person.joined_at, written=person.answers + person.topics.total, posts=posts)
    return [profile_page(profile), breadcrumbs([(brand, "/"), (person.name, person.url)])]
