"""Every text that people see goes through gettext."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser

from tests.rules.sources import Source, python_files, templates

SHOWN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "aria-roledescription", "placeholder", "title"}
UNSHOWN = {"script", "style", "svg", "code", "kbd", "template"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

PERMITTED_TEMPLATES = {
    "patterns.html",  # shown to developers only, with sample texts
    "offline.html",
    "errors/500.html",  # drawn without asking anything, translations included
}
PERMITTED_WORDS = {"Bothways", "RSS", "Atom", "Markdown", "API", "OK"}

MARK = "\ue000"  # stands for whatever Jinja puts there


def bare_words(text: str) -> list[str]:
    """Words in the text or the shown attributes of a template that no `_()` wraps; an address is none."""
    text = re.sub(r"{#.*?#}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%-?\s*trans\b.*?endtrans\s*-?%}", MARK, text, flags=re.DOTALL)
    text = re.sub(r"{%-?\s*block \w+_class\b.*?endblock\s*-?%}", MARK, text, flags=re.DOTALL)
    text = re.sub(r"(</?){{.*?}}", r"\1x", text, flags=re.DOTALL)  # a tag whose name is computed
    text = re.sub(r"{[{%].*?[%}]}", MARK, text, flags=re.DOTALL)
    reader = _Words()
    reader.feed(text)
    return [
        words for words in reader.found if words not in PERMITTED_WORDS and not re.fullmatch(r"[a-z]+--[a-z]+|/[a-z/-]+", words)
    ]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unshown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSHOWN and tag not in VOID:
            self._unshown.append(tag)
        for name, value in attrs:
            if name in SHOWN_ATTRIBUTES:
                self._look(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self._unshown and self._unshown[-1] == tag:
            self._unshown.pop()

    def handle_data(self, data: str) -> None:
        if not self._unshown:
            self._look(data)

    def _look(self, text: str) -> None:
        self.found += [piece.strip() for piece in text.split(MARK) if re.search(r"[^\W\d_]{2,}", piece)]


SAID = {
    "respond": {"said"},
    "flash": {0},
    "Invalid": {0},
    "Conflict": {0},
    "Forbidden": {0},
    "NotFound": {0},
    "TooMany": {0},
    "refused": {0},
}
"""Calls whose argument (by position or name) a person reads."""

FOR_ADMINISTRATORS = (
    "community/backup/",
    "community/demo/",
    "community/doctor/",
    "community/cli/",
    "community/record/checking.py",
    "community/record/signing.py",
    "community/running.py",
    "community/web.py",
)
"""What the command says is English, as all its texts are."""


def bare_sentences(source: Source) -> list[str]:
    """Constant texts that a person is told and that do not go through gettext."""
    if source.name.startswith(FOR_ADMINISTRATORS):
        return []
    found = []
    for node in source.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        read = SAID.get(ast.unparse(node.func).rpartition(".")[2], set())
        told = [argument for position, argument in enumerate(node.args) if position in read]
        told += [keyword.value for keyword in node.keywords if keyword.arg in read]
        found += [f"{source.name}:{node.lineno} {ast.unparse(text)}" for text in told if _is_text(text)]
    return found


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value)


def test_templates_wrap_every_text() -> None:
    found = {name: words for name, text in templates().items() if name not in PERMITTED_TEMPLATES and (words := bare_words(text))}
    assert found == {}


def test_sentences_told_by_python_are_wrapped() -> None:
    assert [line for source in python_files() for line in bare_sentences(source)] == []


def test_the_rules_find_what_they_forbid() -> None:
    assert bare_words("<p>Hello there</p>") == ["Hello there"]
    assert bare_words('<img alt="A face">') == ["A face"]
    assert bare_words("<p>{{ name }} wrote</p>") == ["wrote"]
    assert bare_words("<p>{{ _('Hello') }} <code>make run</code> {% trans %}Bye{% endtrans %}</p>") == []
    assert bare_words("{# a remark #}<p class='big card'>{{ n }} · 12</p>") == []
    assert len(bare_sentences(Source("community/posts/actions.py", 'raise Conflict("It changed meanwhile.")'))) == 1
    assert len(bare_sentences(Source("community/posts/routes.py", 'respond("/", said=f"Saved {x}.")'))) == 1
    assert bare_sentences(Source("community/posts/actions.py", 'raise Conflict(_("It changed."))')) == []
