"""What search engines require of structured data, written down from their published rules, and what they find wrong in a page.

A rule names for each type the fields without which there is no result (`needed`), and of which type a field must be. Whatever a
type says beyond the rules is fine as long as it is not empty.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

NEEDED: dict[str, tuple[str, ...]] = {
    "QAPage": ("mainEntity",),
    "FAQPage": ("mainEntity",),
    "ProfilePage": ("mainEntity",),
    "DiscussionForumPosting": ("author", "datePublished", "headline", "text", "url", "commentCount"),
    "Comment": ("datePublished", "url"),
    "Question": ("name",),
    "Answer": ("text",),
    "Person": ("name", "url"),
    "Organization": ("name", "url"),
    "BreadcrumbList": ("itemListElement",),
    "ListItem": ("position", "name", "item"),
    "WebSite": ("name", "url", "potentialAction"),
    "SearchAction": ("target", "query-input"),
    "EntryPoint": ("urlTemplate",),
    "InteractionCounter": ("interactionType", "userInteractionCount"),
}

TYPES = {
    "author": {"Person", "Organization"},
    "acceptedAnswer": {"Answer"},
    "suggestedAnswer": {"Answer"},
    "comment": {"Comment"},
    "worksFor": {"Organization"},
    "itemListElement": {"ListItem"},
}

ADDRESSES = {"url", "item", "image", "logo", "mainEntityOfPage", "urlTemplate"}
MOMENTS = {"dateCreated", "datePublished", "dateModified"}
COUNTS = {"answerCount", "commentCount", "userInteractionCount", "position"}


def documents(html: str) -> list[dict[str, Any]]:
    """The JSON-LD of a page, as a parser of HTML finds it: an element ends at the first `</script`."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script', html, re.DOTALL | re.IGNORECASE)
    return [json.loads(each) for each in found]


def things(html: str) -> dict[str, dict[str, Any]]:
    """What a page says of itself, by type; checked, and one of each type."""
    found: dict[str, dict[str, Any]] = {}
    for document in documents(html):
        assert document["@context"] == "https://schema.org"
        for thing in document["@graph"]:
            assert wrong(thing) == []
            assert thing["@type"] not in found
            found[thing["@type"]] = thing
    return found


def wrong(thing: dict[str, Any], where: str = "") -> list[str]:
    """What an engine would find wrong in a thing and everything in it."""
    kind = thing.get("@type", "")
    where = f"{where}/{kind}"
    if kind not in NEEDED:
        return [f"{where}: no rule for this type"]
    problems = [f"{where}: no {name}" for name in NEEDED[kind] if thing.get(name) in (None, "", [], {})]
    problems += _of_type(kind, thing, where)
    for name, value in thing.items():
        problems += _of_field(name, value, f"{where}.{name}")
    return problems


def _of_type(kind: str, thing: dict[str, Any], where: str) -> list[str]:
    problems = []
    main = thing.get("mainEntity")
    if kind == "QAPage" and not (isinstance(main, dict) and main.get("@type") == "Question"):
        problems.append(f"{where}: exactly one question")
    if kind == "QAPage" and isinstance(main, dict):
        answers = [*main.get("acceptedAnswer", []), *main.get("suggestedAnswer", [])]
        if not isinstance(main.get("answerCount"), int):
            problems.append(f"{where}: no answerCount")
        elif main["answerCount"] < len(answers) or (main["answerCount"] == 0) != (not answers):
            problems.append(f"{where}: {main['answerCount']} answers counted, {len(answers)} shown")
        problems += [f"{where}: no {name} of the question" for name in ("text", "author", "dateCreated") if not main.get(name)]
        problems += [
            f"{where}: no {name} of an answer"
            for answer in answers
            for name in ("url", "upvoteCount", "author", "dateCreated")
            if answer.get(name) in (None, "")
        ]
    if kind == "FAQPage" and not all(
        each.get("@type") == "Question" and each.get("acceptedAnswer", {}).get("@type") == "Answer" for each in main or []
    ):
        problems.append(f"{where}: each question has one answer")
    if kind == "ProfilePage" and not (isinstance(main, dict) and main.get("@type") in {"Person", "Organization"}):
        problems.append(f"{where}: of nobody")
    if kind == "BreadcrumbList":
        positions = [each.get("position") for each in thing.get("itemListElement", [])]
        if positions != list(range(1, len(positions) + 1)) or not positions:
            problems.append(f"{where}: positions {positions}")
    return problems


def _of_field(name: str, value: Any, where: str) -> list[str]:
    if isinstance(value, list):
        return [problem for each in value for problem in _of_field(name, each, where)] or ([f"{where}: empty"] if not value else [])
    if value in (None, ""):
        return [f"{where}: empty"]
    if isinstance(value, dict):
        expected = TYPES.get(name)
        other = [f"{where}: a {value.get('@type')}"] if expected and value.get("@type") not in expected else []
        return other + wrong(value, where)
    if name in TYPES:
        return [f"{where}: {value!r} is no thing"]
    if name in ADDRESSES:
        parts = urlsplit(value)
        return [] if parts.scheme in {"http", "https"} and parts.netloc else [f"{where}: {value} is not absolute"]
    if name in MOMENTS:
        return [] if datetime.fromisoformat(value).tzinfo else [f"{where}: without a zone"]
    if name in COUNTS:
        return [] if isinstance(value, int) and value >= 0 else [f"{where}: {value}"]
    return [] if isinstance(value, str | int) else [f"{where}: {value!r}"]
