"""Structured data for search engines (schema.org as JSON-LD): typed things in, one graph for a page out.

Templates draw it by `_jsonld.html`. It goes through Jinja's `tojson`, which escapes what could end a script
element (`<`, `>`, `&`, `'`) and all that is not ASCII, so no title can break out, whatever it holds. Nothing here
is a script: browsers never run it, and the Content-Security-Policy allows it as data.

Which fields there must be follows the search engines' published rules for QAPage, FAQPage, DiscussionForumPosting,
ProfilePage, BreadcrumbList and sitelinks search boxes; `tests/structured` checks pages against them. Addresses are paths of
this site and become absolute here; fields that are empty are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from community.core.fragments import base_url

Thing = dict[str, Any]

CONTEXT = "https://schema.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody. `works_for` is the brand where they speak for it."""

    name: str
    url: str
    handle: str = ""
    image: str = ""
    job_title: str = ""
    works_for: str = ""
    about: str = ""

    def thing(self) -> Thing:
        """As schema.org says it."""
        return _thing(
            "Person",
            name=self.name,
            alternateName=self.handle,
            url=absolute(self.url),
            image=absolute(self.image),
            jobTitle=self.job_title,
            worksFor=_thing("Organization", name=self.works_for, url=absolute("/")) if self.works_for else None,
            description=self.about,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Something that somebody wrote: its plain text, its author and its moments. `votes` is what readers think of it, summed."""

    url: str
    text: str
    author: Person
    created: datetime
    edited: datetime | None = None
    votes: int | None = None
    comments: Sequence[Words] = ()

    def thing(self, kind: str) -> Thing:
        """As schema.org says it; `kind` is Answer, Comment or another of its types."""
        return _thing(
            kind,
            text=self.text,
            url=absolute(self.url),
            author=self.author.thing(),
            dateCreated=_moment(self.created),
            datePublished=_moment(self.created),
            dateModified=_moment(self.edited),
            upvoteCount=self.votes,
            comment=[each.thing("Comment") for each in self.comments],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with its answers. `answer_count` counts all of them, also those that stand on other pages."""

    name: str
    asked: Words
    answer_count: int
    accepted: Sequence[Words] = ()
    suggested: Sequence[Words] = ()

    def thing(self) -> Thing:
        """As schema.org says it."""
        return {
            **self.asked.thing("Question"),
            "name": self.name,
            # Engines want some text of a question; one that is all said in its title says it again.
            "text": self.asked.text or self.name,
            "answerCount": self.answer_count,
            **({"acceptedAnswer": [each.thing("Answer") for each in self.accepted]} if self.accepted else {}),
            **({"suggestedAnswer": [each.thing("Answer") for each in self.suggested]} if self.suggested else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question of the FAQ and its one answer, both plain text; `url` leads to where it stands."""

    question: str
    answer: str
    url: str = ""


def qa_page(question: Question) -> Thing:
    """The page of a question."""
    return _thing("QAPage", mainEntity=question.thing())


def faq_page(entries: Iterable[Entry]) -> Thing:
    """The page of many questions with one answer each; None of it where there are no entries."""
    return _thing(
        "FAQPage",
        mainEntity=[
            _thing(
                "Question",
                name=each.question,
                url=absolute(each.url),
                acceptedAnswer=_thing("Answer", text=each.answer, url=absolute(each.url)),
            )
            for each in entries
        ],
    )


def discussion(headline: str, begun: Words, *, page: str, comment_count: int) -> Thing:
    """A conversation; `begun.comments` are what this page shows of it, and `page` is the address of the page."""
    return {
        **begun.thing("DiscussionForumPosting"),
        "headline": headline,
        "text": begun.text or headline,
        "mainEntityOfPage": absolute(page),
        "commentCount": comment_count,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Somebody's page: since when they are here, and what they did."""

    who: Person
    joined: datetime
    written: int = 0
    thanks: int = 0
    posts: Sequence[Thing] = field(default_factory=tuple)


def profile_page(profile: Profile) -> Thing:
    """Somebody's page."""
    person = profile.who.thing()
    person["agentInteractionStatistic"] = _counter("WriteAction", profile.written)
    if profile.thanks:
        person["interactionStatistic"] = _counter("LikeAction", profile.thanks)
    return _thing("ProfilePage", dateCreated=_moment(profile.joined), mainEntity=person, hasPart=list(profile.posts))


def article(headline: str, url: str, published: datetime) -> Thing:
    """Something that somebody wrote, named on their page."""
    return _thing("Comment", headline=headline, url=absolute(url), datePublished=_moment(published))


def breadcrumbs(places: Sequence[tuple[str, str]]) -> Thing:
    """Where a page stands: names and addresses, from the first page inwards."""
    items = [
        _thing("ListItem", position=number, name=name, item=absolute(url)) for number, (name, url) in enumerate(places, start=1)
    ]
    return _thing("BreadcrumbList", itemListElement=items)


def website(name: str, about: str) -> Thing:
    """The site, with the address of its search."""
    target = _thing("EntryPoint", urlTemplate=f"{base_url()}/search?q={{search_term_string}}")
    action = _thing("SearchAction", target=target)
    action["query-input"] = "required name=search_term_string"
    return _thing("WebSite", name=name, description=about, url=absolute("/"), potentialAction=action)


def organization(name: str, logo: str) -> Thing:
    """Whose site it is."""
    return _thing("Organization", name=name, url=absolute("/"), logo=absolute(logo))


def graph(things: Iterable[Thing]) -> Thing:
    """What a page says of itself, as one JSON-LD document."""
    return {"@context": CONTEXT, "@graph": list(things)}


def absolute(path: str) -> str:
    """The full address of a path of this site; empty stays empty."""
    return f"{base_url()}{path}" if path.startswith("/") else path


def _counter(action: str, count: int) -> Thing:
    return _thing("InteractionCounter", interactionType=f"{CONTEXT}/{action}", userInteractionCount=count)


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _thing(kind: str, **fields: Any) -> Thing:
    """A thing of a type, without the fields that are empty (0 is not)."""
    return {"@type": kind, **{name: value for name, value in fields.items() if value not in (None, "", [])}}
