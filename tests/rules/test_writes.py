"""Who writes: units alone commit, and routes never see the session."""

from __future__ import annotations

import ast

from tests.rules.sources import Source, python_files

WRITERS = {
    "community/core/unit.py",  # the unit itself
    "community/migrating.py",  # runs before there are units
}

WRITING = {"add", "add_all", "delete", "merge", "commit", "flush", "bulk_save_objects", "bulk_insert_mappings"}
STATEMENTS = {"insert", "update", "delete"}


def writes_outside_units(source: Source) -> list[str]:
    """Calls that change rows other than through the session of an open unit (`u.session`)."""
    if source.name in WRITERS:
        return []
    found = []
    for node in source.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        if not isinstance(node.func, ast.Attribute):
            continue
        receiver, method = ast.unparse(node.func.value), node.func.attr
        if method == "commit" and any(word in receiver for word in ("session", "connection", "db", "engine")):
            found.append(f"{source.name}:{node.lineno} {receiver}.commit()")
        elif receiver in {"db.session", "db.session()", "session"} and (method in WRITING or _is_statement(node, method)):
            found.append(f"{source.name}:{node.lineno} {receiver}.{method}(...)")
    return found


def _is_statement(node: ast.Call, method: str) -> bool:
    if method not in {"execute", "scalars", "scalar"} or not node.args:
        return False
    names = {part.func.id for part in ast.walk(node.args[0]) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)}
    return bool(names & STATEMENTS)


def sessions_in_routes(source: Source) -> list[str]:
    """Mentions of the database session in a file of views."""
    if source.file not in {"routes.py", "forms.py"} and "/routes/" not in source.name:
        return []
    mentions = (node for node in source.nodes(ast.Attribute) if ast.unparse(node) == "db.session")
    return [f"{source.name}:{node.lineno} db.session" for node in mentions if isinstance(node, ast.Attribute)]


def nested_units(source: Source) -> list[str]:
    """Units opened inside the block of another."""
    found = []
    for outer in source.nodes(ast.With):
        assert isinstance(outer, ast.With)
        if _opens_unit(outer):
            inner = (node for node in ast.walk(outer) if node is not outer and isinstance(node, ast.With) and _opens_unit(node))
            found += [f"{source.name}:{node.lineno} a unit inside a unit" for node in inner]
    return found


def _opens_unit(node: ast.With) -> bool:
    return any(ast.unparse(item.context_expr) == "unit()" for item in node.items)


def test_only_units_write() -> None:
    assert [line for source in python_files() for line in writes_outside_units(source)] == []


def test_routes_know_no_session() -> None:
    assert [line for source in python_files() for line in sessions_in_routes(source)] == []


def test_units_are_never_nested() -> None:
    assert [line for source in python_files() for line in nested_units(source)] == []


def test_the_rules_find_what_they_forbid() -> None:
    for bad in (
        "db.session.commit()",
        "db.session.add(row)",
        "db.session.execute(update(Post).values(a=1))",
        "connection.commit()",
    ):
        assert len(writes_outside_units(Source("community/posts/actions.py", bad))) == 1, bad
    for good in ("u.session.execute(update(Post))", "db.session.execute(select(Post))", "indexes.commit(position)"):
        assert writes_outside_units(Source("community/posts/actions.py", good)) == [], good
    assert len(sessions_in_routes(Source("community/posts/routes.py", "x = db.session.get(Post, 1)"))) == 1
    assert len(nested_units(Source("community/posts/actions.py", "with unit() as u:\n    with unit() as v:\n        pass"))) == 1
