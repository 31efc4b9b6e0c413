"""The project's own files as the rules read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "community"


@dataclass(frozen=True)
class Source:
    """A Python file: `name` is its path from the project's root, such as `community/posts/routes.py`."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def room(self) -> str:
        """The folder below community, or the file's own name for files that lie in none."""
        return Path(self.name).parts[1].removesuffix(".py")

    @property
    def file(self) -> str:
        return Path(self.name).name

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def imports(self, *, top_level: bool = False) -> Iterator[tuple[int, str]]:
        """Line and dotted name of every module of ours that this file imports, `from x import y` as `x.y` too."""
        for node in self.tree.body if top_level else ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names if alias.name.startswith("community"))
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("community"):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def python_files(folder: Path = PACKAGE) -> list[Source]:
    """Every Python file of the package."""
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text()) for path in sorted(folder.rglob("*.py"))]


@cache
def templates() -> dict[str, str]:
    """Every template by its name."""
    folder = PACKAGE / "templates"
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*.*"))
        if path.suffix in {".html", ".txt", ".xml"}
    }
