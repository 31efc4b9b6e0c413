"""The static tree: one hashed prefix, one joined stylesheet, modules that find one another, vendored files as they came."""

from __future__ import annotations

import base64
import gzip
import json
import re
from hashlib import sha256
from pathlib import Path

import brotli
from flask import Flask
from flask.testing import FlaskClient

from community.core.assets import FOR_EVER, STYLESHEET, TURBO_STYLE_HASH, Assets, without_comments

STATIC = Path(__file__).resolve().parents[2] / "community" / "static"
TEMPLATES = STATIC.parent / "templates"


def test_the_stylesheet_is_one_file_that_fixes_the_layers_first() -> None:
    found = Assets(STATIC).find(STYLESHEET)
    assert found is not None
    css = found.body.decode()
    assert "/*" not in css
    assert css.startswith("@layer reset, tokens, base, components, utilities, brand;")
    assert css.count("{") == css.count("}")
    for part in (STATIC / "css").rglob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", part.read_text(), flags=re.DOTALL)
        assert "\n".join(line.rstrip() for line in rules.splitlines() if line.strip()) in css, part.name
    # Everything but fonts and the order is inside a layer, so that a brand's tokens always win.
    assert set(re.findall(r"^(@[\w-]+|[^\s@}])", css, flags=re.MULTILINE)) == {"@layer", "@font-face"}
    assert len(found.brotli) < 16_000, "the budget of a first view leaves the stylesheet 16 KB"


def test_files_are_served_for_ever_under_the_hash_and_briefly_under_an_old_one(app: Flask, client: FlaskClient) -> None:
    address = app.jinja_env.globals["asset_url"](STYLESHEET)  # type: ignore[operator]
    plain = client.get(address)
    assert (plain.status_code, plain.mimetype, plain.headers["Cache-Control"]) == (200, "text/css", FOR_EVER)
    small = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "br"
    assert brotli.decompress(small.data) == plain.data
    older = client.get(address, headers={"Accept-Encoding": "gzip, br;q=0"})
    assert older.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(older.data) == plain.data
    assert "Accept-Encoding" in small.headers["Vary"]
    again = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(re.sub("/static/[^/]+/", "/static/beforethis/", address)).headers["Cache-Control"] == "no-cache"
    for missing in ("css/none.css", "../app.py", "..%2fapp.py", "css/tokens.css"):
        assert client.get(f"/static/x/{missing}").status_code == 404


def test_any_change_in_the_tree_changes_the_prefix(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "layers.css").write_text("@layer a;")
    (tmp_path / "x.js").write_text("1")
    before = Assets(tmp_path).digest
    assert Assets(tmp_path).digest == before
    (tmp_path / "x.js").write_text("2")
    assert Assets(tmp_path).digest != before


def test_modules_import_only_what_is_there() -> None:
    for module in (STATIC / "js").rglob("*.js"):
        source = module.read_text(encoding="utf-8")
        for target in re.findall(r"""(?:from|import)\s*\(?\s*["']([^"']+)["']""", source):
            assert target.startswith("."), f"{module.name} imports {target} by a bare name"
            assert (module.parent / target).resolve().is_file(), f"{module.name} imports {target}, which is not there"


def test_own_elements_stay_small_and_the_sprite_has_every_glyph_in_use() -> None:
    for module in (STATIC / "js" / "elements").glob("*.js"):
        assert len(module.read_text(encoding="utf-8").splitlines()) <= 80, module.name
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    calls = {
        glyph for page in TEMPLATES.rglob("*.html") for glyph in re.findall(r'\bicon\("([\w-]+)"', page.read_text(encoding="utf-8"))
    }
    assert calls
    assert calls <= sprite, calls - sprite


def test_the_policy_names_the_one_style_that_turbo_inserts() -> None:
    turbo = (STATIC / "vendor" / "turbo.js").read_text(encoding="utf-8")
    [(name, duration, template)] = re.findall(
        r"class (\w+)\{static animationDuration=(\d+);static get defaultCSS\(\)\{return \w+`(.*?)`\}", turbo, flags=re.DOTALL
    )
    css = template.replace(f"${{{name}.animationDuration}}", duration)
    css = css.replace(f"${{{name}.animationDuration/2}}", str(int(duration) // 2)).removeprefix("\n")
    assert "$" not in css
    indent = len(css) - len(css.lstrip())
    inserted = "\n".join(line[indent:] for line in css.split("\n"))
    assert base64.b64encode(sha256(inserted.encode()).digest()).decode() == TURBO_STYLE_HASH.removeprefix("sha256-")
    assert turbo.count('createElement("style")') == 1


def test_vendored_files_are_those_of_the_manifest() -> None:
    entries = json.loads((STATIC / "vendor" / "manifest.json").read_text(encoding="utf-8"))
    listed = {name: digest for entry in entries for name, digest in entry["files"].items()}
    for name, digest in listed.items():
        assert sha256((STATIC / name).read_bytes()).hexdigest() == digest, name
    kept = {path.relative_to(STATIC).as_posix() for folder in ("vendor", "fonts") for path in (STATIC / folder).iterdir()}
    assert kept - {"vendor/manifest.json"} | {"icons.svg"} == set(listed)
    assert all(entry["name"] and entry["version"] and entry["licence"] for entry in entries)
    assert all(any(name.endswith("LICENSE.txt") for name in entry["files"]) for entry in entries)


def test_scripts_are_sent_without_the_lines_that_are_comments() -> None:
    sent = without_comments(b'// why\nimport "./a.js";\n  // how\nconst url = "https://a.example"; // stays\n')
    assert sent == b'import "./a.js";\nconst url = "https://a.example"; // stays\n'
    for path in (STATIC / "js").rglob("*.js"):
        before = ""
        for line in path.read_text().splitlines():
            within_a_text = before.count("`") % 2
            assert not (within_a_text and line.lstrip().startswith("//")), f"{path.name}: {line}"
            before += "" if line.lstrip().startswith("//") else line
