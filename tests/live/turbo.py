"""A page as a browser holds it: Turbo streams change it, and it can be compared with a fresh load.

It does what Turbo 8 does with the actions that live uses, `refresh` and a pressed pill included, both of
which fetch the page's own address again.
"""

from __future__ import annotations

import re
from typing import Any

import lxml.etree
import lxml.html
from flask.testing import FlaskClient

_PART = re.compile(r'(?:\[(?P<name>[\w-]+)(?P<ends>\$?)="(?P<value>[^"]*)"\])|(?:#(?P<id>[\w-]+))|(?:\[(?P<has>[\w-]+)\])')


class OpenPage:
    """One page in one browser. `position` moves with what was applied."""

    def __init__(self, client: FlaskClient, address: str) -> None:
        self.client = client
        self.address = address
        self.offered: set[str] = set()
        self.refreshes = 0
        self._load()

    def _load(self) -> None:
        answer = self.client.get(self.address, follow_redirects=True)
        assert answer.status_code == 200, (self.address, answer.status_code)
        self.document = lxml.html.document_fromstring(answer.get_data(as_text=True))
        (feed,) = self.document.iter("live-feed")
        self.channels = str(feed.get("channels")).split()
        self.position = str(feed.get("position"))
        self.offered.clear()

    def catch_up(self) -> bool:
        """Ask what was missed, and apply it, as the browser does after any gap; whether anything was."""
        query = {"channels": ",".join(self.channels), "position": self.position}
        answer = self.client.get("/live", query_string=query).get_json()
        assert answer["refused"] == []
        for each in answer["streams"]:
            self.apply(each["html"])
        if answer["reload"]:
            self.refresh()
        self.position = answer["position"]
        return bool(answer["streams"] or answer["reload"])

    def refresh(self) -> None:
        """Fetch the page again, as Turbo's `refresh` does."""
        self.refreshes += 1
        self._load()

    def press_pill(self) -> None:
        """Take what a list offers."""
        if self.offered:
            self.refresh()

    def apply(self, html: str) -> None:
        """Apply Turbo streams in order."""
        for stream in lxml.html.fragments_fromstring(html):
            assert stream.tag == "turbo-stream", stream
            getattr(self, f"_{stream.get('action')}")(stream, self._targets(stream))

    def _targets(self, stream: Any) -> list[Any]:
        if stream.get("target"):
            return self.document.xpath("//*[@id=$id]", id=stream.get("target"))[:1]
        return select(self.document, stream.get("targets")) if stream.get("targets") else []

    def _replace(self, stream: Any, targets: list[Any]) -> None:
        for target in targets:
            for new in content(stream):
                target.addprevious(new)
            _drop(target)

    def _update(self, stream: Any, targets: list[Any]) -> None:
        for target in targets:
            _empty(target)
            target.extend(content(stream))

    def _append(self, stream: Any, targets: list[Any]) -> None:
        for target in targets:
            new = content(stream)
            ids = {each.get("id") for each in new} - {None}
            for twin in [child for child in target if child.get("id") in ids]:
                _drop(twin)
            target.extend(new)

    def _remove(self, _stream: Any, targets: list[Any]) -> None:
        for target in targets:
            _drop(target)

    def _refresh(self, _stream: Any, _targets: list[Any]) -> None:
        self.refresh()

    def _leave(self, _stream: Any, tiles: list[Any]) -> None:
        if tiles:
            self.refresh()

    def _offer(self, stream: Any, lists: list[Any]) -> None:
        topic_id = stream.get("data-topic")
        for each in lists:
            is_there = bool(each.xpath(".//*[@data-topic=$id]", id=topic_id))
            is_filtered = bool(each.get("data-state") or each.get("data-tag"))
            belongs = all(_fits(each, stream, f"data-{name}") for name in ("kind", "state", "category", "tag", "author"))
            only_state = stream.get("data-news") == "state"
            if not (only_state and (is_there or not is_filtered)) if belongs else is_there:
                self.offered.add(topic_id)

    def shown(self) -> str:
        """What `main` shows, in a form that can be compared."""
        (main,) = self.document.xpath("//main")
        return normal(main)


def content(stream: Any) -> list[Any]:
    """The elements in the template of a stream."""
    (template,) = stream.iterchildren("template")
    return list(lxml.html.fromstring(lxml.html.tostring(template)))


def select(document: Any, selector: str) -> list[Any]:
    """The elements that a CSS selector of the few forms that live uses finds: compounds with spaces between."""
    path = ""
    for compound in selector.split(" "):
        assert not _PART.sub("", compound), f"no such selector here: {selector}"
        path += f"//*[{' and '.join(map(_test, _PART.finditer(compound)))}]"
    return list(document.xpath(path))


def _test(found: re.Match[str]) -> str:
    if found["id"]:
        return f'@id="{found["id"]}"'
    if found["has"]:
        return f"@{found['has']}"
    if found["ends"]:
        return f'substring(@{found["name"]}, string-length(@{found["name"]}) - {len(found["value"]) - 1})="{found["value"]}"'
    return f'@{found["name"]}="{found["value"]}"'


def _fits(each: Any, stream: Any, name: str) -> bool:
    wanted = set((each.get(name) or "").split())
    return not wanted or bool(wanted & set((stream.get(name) or "").split()))


def _drop(element: Any) -> None:
    element.tail = None
    element.getparent().remove(element)


def _empty(element: Any) -> None:
    element.text = None
    for child in list(element):
        _drop(child)


def normal(element: Any) -> str:
    """An element as lines, without what differs at every load: form tokens, and spaces between elements."""
    lines: list[str] = []
    _write(element, 0, lines)
    return "\n".join(lines)


def _write(element: Any, depth: int, lines: list[str]) -> None:
    if not isinstance(element.tag, str) or element.get("type") == "hidden":
        return
    attributes = " ".join(f'{name}="{value}"' for name, value in sorted(element.attrib.items()) if name != "data-last")
    lines.append(f"{'  ' * depth}<{element.tag} {attributes}>{_words(element.text)}")
    for child in element:
        _write(child, depth + 1, lines)
        if _words(child.tail):
            lines.append(f"{'  ' * depth}  {_words(child.tail)}")


def _words(text: str | None) -> str:
    return " ".join((text or "").split())
