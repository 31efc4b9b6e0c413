"""Imports run inwards only: core, then capabilities, then readers, then the API, then what builds the application."""

from __future__ import annotations

from tests.rules.sources import Source, python_files

FOUNDATION = {"__init__", "config", "extensions", "core", "logs"}
CAPABILITIES = (
    # Each may import those on its own line and above.
    {"settings", "accounts", "staff"},
    {"branding"},
    {"categories"},
    {"tags"},
    {"topics"},
    {"drafts", "posts"},  # a post begins as a draft, and a draft may be of a post
    {"follows", "votes", "searches"},
    {"answers"},
    {"promise"},
    {"commitments"},
    {"appeals"},
    {"updates"},
    {"record"},
    {"people"},
    {"insights"},
    {"faq"},
    {"talks"},
    {"desk"},
    {"home"},
    {"imports"},
    {"demo"},
    # The outbox and its sender, open to letters of others; and what people are told, of which live shows how much is unread.
    {"mail", "notifications"},
)
READERS = {"live", "search"}
ABOVE_READERS = {"asking"}
"""Pages that search, and write by capabilities alone."""
API = {"api"}
OUTERMOST = {
    *("app", "tables", "guard", "cli", "worker", "web", "wsgi", "supervisor", "running", "checkpoints", "migrating"),
    *("health", "backup", "doctor", "admin", "openness"),
}

FLOORS = [FOUNDATION, *CAPABILITIES, READERS, ABOVE_READERS, API, OUTERMOST]
HEIGHT = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}

PERMITTED = {
    # The one way out of core: the session of the request, which extensions.py makes.
    ("core", "extensions"),
}


def outward_imports(source: Source) -> list[str]:
    """What this file imports from a ring further out than its own."""
    found = []
    for line, module in source.imports():
        room = module.split(".")[1] if "." in module else "__init__"
        if room not in HEIGHT:
            continue  # a name of the package itself, such as __version__
        outward = HEIGHT[room] > HEIGHT[source.room]
        aside = source.room in READERS and room in READERS and room != source.room
        from_core = source.room == "core" and room not in {"core", "__init__"}
        if (outward or aside or from_core) and (source.room, room) not in PERMITTED:
            found.append(f"{source.name}:{line} imports {module}")
    return found


def test_every_room_has_its_ring() -> None:
    assert {source.room for source in python_files()} - HEIGHT.keys() == set()


def test_imports_run_inwards() -> None:
    assert [line for source in python_files() for line in outward_imports(source)] == []


def test_the_rule_finds_what_it_forbids() -> None:
    bad = {
        "community/core/log.py": "from community.posts import models",
        "community/topics/actions.py": "from community.posts.models import Post",
        "community/posts/actions.py": "from community.search import queries",
        "community/search/follow.py": "import community.live.tail",
        "community/api/routes.py": "from community.app import create_app",
    }
    for name, text in bad.items():
        assert len(outward_imports(Source(name, text))) == 1, name
    assert outward_imports(Source("community/posts/actions.py", "from community.topics.models import Topic")) == []


def test_modules_import_one_another_without_a_circle() -> None:
    sources = {source.name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): source for source in python_files()}
    edges = {
        name: {_module(target, sources) for _, target in source.imports(top_level=True)} - {name}
        for name, source in sources.items()
    }
    assert circle(edges) == []
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []


def _module(target: str, sources: dict[str, Source]) -> str:
    return target if target in sources else target.rpartition(".")[0]


def circle(edges: dict[str, set[str]]) -> list[str]:
    """Modules of which each imports the next and the last the first; empty when there are none."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return path[path.index(name) :]
        if name in done:
            return []
        for target in sorted(edges.get(name, ())):
            found = visit(target, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in sorted(edges) if (found := visit(name, []))), [])
