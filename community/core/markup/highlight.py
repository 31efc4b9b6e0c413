"""Colours for fenced code, as classes of Pygments, for a list of languages."""

from __future__ import annotations

from pygments import highlight as pygments_highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

MAX_HIGHLIGHTED = 10_000
"""Characters of code that are coloured in one post; beyond it code is shown plain (bounds CPU and output)."""

_LANGUAGES = {
    alias: name
    for name, aliases in {
        "bash": "sh shell zsh",
        "c": "",
        "cpp": "c++",
        "csharp": "cs c#",
        "css": "",
        "diff": "patch",
        "docker": "dockerfile",
        "go": "golang",
        "html": "xhtml",
        "ini": "cfg conf",
        "java": "",
        "javascript": "js",
        "json": "",
        "kotlin": "kt",
        "lua": "",
        "nginx": "",
        "php": "",
        "powershell": "ps1",
        "python": "py python3",
        "ruby": "rb",
        "rust": "rs",
        "sql": "",
        "swift": "",
        "toml": "",
        "typescript": "ts",
        "xml": "svg",
        "yaml": "yml",
    }.items()
    for alias in (name, *aliases.split())
}
"""Alias to lexer. Guessing is off, and no lexer is here that was not tried for run-away expressions."""

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def highlight(code: str, language: str) -> str | None:
    """Return `code` as HTML with token classes, or None where the language is not on the list."""
    name = _LANGUAGES.get(language.lower())
    if name is None:
        return None
    lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    return pygments_highlight(code, lexer, _FORMATTER)
