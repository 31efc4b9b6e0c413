"""Colours for fenced code, as classes of Pygments, for a list of languages."""

from __future__ import annotations

import re

from pygments import highlight as pygments_highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

MAX_HIGHLIGHTED = 8_000
"""Characters of code that are coloured in one post; beyond it code is shown plain (bounds CPU and output)."""

_LANGUAGES = {
    alias: name
    for name, aliases in {
        "bash": "sh shell zsh",
        "c": "",
        "cpp": "c++",
        "css": "",
        "diff": "patch",
        "docker": "dockerfile",
        "go": "golang",
        "html": "xhtml",
        "ini": "cfg conf",
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
"""Alias to lexer. Guessing is off; Java and C# are missing, whose lexers take 3 to 13 s for 10 kB of one-letter lines."""

_RUNS_AWAY = re.compile(r"[^\n]{301}|\s{61}")
"""Lexers take time that grows with the square of a line or of a gap: 10,000 line feeds as Java took 4 s.
Code with lines of over 300 characters is for machines and needs no colour."""

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def highlight(code: str, language: str) -> str | None:
    """Return `code` as HTML with token classes, or None where it is shown plain.

    That is where the language is not on the list, or a line or gap is too long.
    """
    name = _LANGUAGES.get(language.lower())
    if name is None or _RUNS_AWAY.search(code):
        return None
    lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    return pygments_highlight(code, lexer, _FORMATTER)
