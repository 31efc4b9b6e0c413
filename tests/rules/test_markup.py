"""HTML is made in few places, and templates escape everything else."""

from __future__ import annotations

import ast
import re

from tests.rules.sources import Source, python_files, templates

MAKERS = (
    "community/core/markup",  # Markdown and foreign HTML, sanitised
    "community/core/fragments.py",  # macros that Jinja escaped
)

VIEWER_NAMES = ("request", "session", "g", "current_user", "viewer", "current_app", "config")
"""What a macro file must not see: it is drawn once for everybody."""


def markup_made(source: Source) -> list[str]:
    """Calls of Markup outside the places that may make it; a constant is text that we wrote ourselves."""
    if source.name.startswith(MAKERS):
        return []
    found = []
    for node in source.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        if ast.unparse(node.func) in {"Markup", "markupsafe.Markup"} and not all(isinstance(a, ast.Constant) for a in node.args):
            found.append(f"{source.name}:{node.lineno} {ast.unparse(node)[:60]}")
    return found


def unescaped(text: str) -> list[str]:
    """Ways in which a template switches escaping off."""
    return re.findall(r"\|\s*safe\b|{%-?\s*autoescape\s+false|\bMarkup\(", text)


def viewer_names(text: str) -> list[str]:
    """Names of the request or the viewer that the code of a template uses."""
    code = re.findall(r"{[{%](.*?)[%}]}", re.sub(r"{#.*?#}", "", text, flags=re.DOTALL), flags=re.DOTALL)
    names = "|".join(VIEWER_NAMES)
    without_texts = [re.sub(r"'[^']*'|\"[^\"]*\"", "''", piece) for piece in code]
    own = {
        name for piece in without_texts for args in re.findall(r"macro \w+\((.*?)\)", piece) for name in re.findall(r"\w+", args)
    }
    return [name for piece in without_texts for name in re.findall(rf"(?<![\w.])({names})(?=[.\[(\s]|$)", piece) if name not in own]


def test_markup_is_made_in_two_places() -> None:
    assert [line for source in python_files() for line in markup_made(source)] == []


def test_no_template_switches_escaping_off() -> None:
    assert {name: found for name, text in templates().items() if (found := unescaped(text))} == {}


def test_macro_files_do_not_see_who_is_looking() -> None:
    partials = {name: text for name, text in templates().items() if name.rpartition("/")[2].startswith("_")}
    assert len(partials) > 10
    assert {name: found for name, text in partials.items() if (found := viewer_names(text))} == {}


def test_partials_are_imported_and_never_included() -> None:
    # layout.html is the frame, drawn for one viewer; it may be cut into pieces.
    including = {name: re.findall(r"{%-?\s*include\s+[^%]*", text) for name, text in templates().items() if name != "layout.html"}
    assert {name: found for name, found in including.items() if found} == {}
    context = {name: re.findall(r"with context", text) for name, text in templates().items()}
    assert {name: found for name, found in context.items() if found} == {}


def test_the_rules_find_what_they_forbid() -> None:
    assert len(markup_made(Source("community/posts/queries.py", "x = Markup(post.html)"))) == 1
    assert markup_made(Source("community/posts/queries.py", "x = Markup('<b>{}</b>').format(y)")) == []
    assert unescaped("{{ post.html | safe }}")
    assert unescaped("{% autoescape false %}")
    assert viewer_names("{% if current_user.is_staff %}x{% endif %}") == ["current_user"]
    assert viewer_names("{{ request.path }} {{ g.began }}") == ["request", "g"]
    assert viewer_names("<p>request a callback</p> {{ post.session }} {{ _('the session ended') }}") == []
