"""Fetch the browser libraries and glyphs that the pages use, pinned, minified, with licences and a manifest.

Run by hand when a version changes: `python scripts/vendor.py` (needs npm). It packs each library from the npm
registry, bundles it with esbuild into one native module in community/static/vendor/, draws the Lucide glyphs named in GLYPHS
into community/static/icons.svg, and writes manifest.json, which tests/look/test_assets.py holds against the files.
The accessibility checker of the browser tests goes to tests/vendor/, since no page uses it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "community" / "static"
VENDOR = STATIC / "vendor"
TESTS = STATIC.parents[1] / "tests" / "vendor"

ESBUILD = "esbuild@0.28.2"
LUCIDE = "lucide-static@1.62.0"
AXE = "axe-core@4.14.1"

LIBRARIES = {
    # file: (package, version, what the module exports)
    "turbo.js": ("@hotwired/turbo", "8.0.23", 'export * from "@hotwired/turbo";'),
    "socket.io.js": ("socket.io-client", "4.8.4", 'export { io } from "socket.io-client";'),
    "relative-time.js": ("@github/relative-time-element", "5.3.1", 'import "@github/relative-time-element";'),
    "markdown-toolbar.js": ("@github/markdown-toolbar-element", "2.2.3", 'import "@github/markdown-toolbar-element";'),
    "text-expander.js": ("@github/text-expander-element", "2.9.4", 'import "@github/text-expander-element";'),
    "noble.js": (
        "@noble/curves",
        "2.4.0",
        'export { ed25519 } from "@noble/curves/ed25519.js"; export { sha256 } from "@noble/hashes/sha2.js";',
    ),
    "paste-markdown.js": ("@github/paste-markdown", "1.5.3", 'export { subscribe } from "@github/paste-markdown";'),
}

GLYPHS = """
arrow-down arrow-right arrow-up at-sign badge-check bell bold bookmark calendar check chevron-down chevron-left
chevron-right chevron-up circle-alert circle-check circle-dashed circle-dot circle-question-mark clock clock-alert
code copy download ellipsis external-link eye eye-off file-text flag funnel hash heading history house image inbox
info italic keyboard layout-dashboard link list list-checks list-ordered lock log-out mail megaphone menu
message-circle message-square monitor moon pencil pin plus quote refresh-cw reply rotate-ccw rss search send settings
share-2 shield-check smartphone sparkles sun tag thumbs-down thumbs-up trash-2 triangle-alert user users wifi-off x
"""

MIT_TERMS = """Permission is hereby granted, free of charge, to any person obtaining
a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to
permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be
included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION
OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def main() -> int:
    """Fetch everything anew and rewrite the manifest. Returns 0; raises CalledProcessError when npm or esbuild fails."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        install(folder, [ESBUILD, LUCIDE, AXE, *(f"{package}@{version}" for package, version, _ in LIBRARIES.values())])
        VENDOR.mkdir(parents=True, exist_ok=True)
        entries = [bundle(folder, name, *library) for name, library in LIBRARIES.items()]
        entries.append(draw_sprite(folder / "node_modules" / "lucide-static"))
        keep_checker(folder / "node_modules" / "axe-core")
    entries.append(display_face())
    (VENDOR / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    return 0


def install(folder: Path, packages: list[str]) -> None:
    """Install `packages` (name@version) below `folder`, running no script of theirs."""
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", *packages)


def bundle(folder: Path, name: str, package: str, version: str, source: str) -> dict[str, object]:
    """Make one minified native module of `package` and copy its licence. Returns its entry for the manifest."""
    entry = folder / f"entry-{name}"
    entry.write_text(source, encoding="utf-8")
    target = VENDOR / name
    run(
        folder,
        "node_modules/.bin/esbuild",
        entry.name,
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--conditions=browser",
        "--legal-comments=inline",
        f"--metafile={entry}.json",
        f"--outfile={target}",
    )
    about = folder / "node_modules" / package
    licence = copy_licences([about, *sorted(bundled(folder, entry) - {about})], VENDOR / f"{name.removesuffix('.js')}-LICENSE.txt")
    return described(package, version, json.loads((about / "package.json").read_text())["license"], licence, target)


def bundled(folder: Path, entry: Path) -> set[Path]:
    """The packages that esbuild took files of, by their folders, as the metafile beside `entry` tells."""
    inputs = json.loads(Path(f"{entry}.json").read_text(encoding="utf-8"))["inputs"]
    names = {re.match(r"node_modules/((?:@[^/]+/)?[^/]+)/", path) for path in inputs}
    return {folder / "node_modules" / found[1] for found in names if found}


def copy_licences(packages: list[Path], target: Path) -> Path:
    """Write the licences of unpacked packages into one file; ValueError where one has none to be found."""
    target.write_text("\n\n".join(f"{package.name}\n\n{licence_of(package)}" for package in packages), encoding="utf-8")
    return target


def licence_of(package: Path) -> str:
    """The text of a package's licence file, or of what it states instead."""
    found = sorted(path for path in package.iterdir() if path.name.lower().startswith(("license", "licence")))
    return found[0].read_text(encoding="utf-8") if found else stated_licence(package)


def stated_licence(package: Path) -> str:
    """The licence of a package that ships no file of it but says MIT and whose it is (Turbo does so)."""
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    holder = re.search(r"^(?:©|Copyright).+$", (package / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    if about["license"] != "MIT" or holder is None:
        raise ValueError(f"{about['name']} states no licence that could be kept beside it")
    return f"{holder[0]}\n\n{MIT_TERMS}"


def draw_sprite(lucide: Path) -> dict[str, object]:
    """Write the glyphs in use as symbols of one SVG file. Returns its entry for the manifest."""
    symbols = []
    for glyph in GLYPHS.split():
        drawing = (lucide / "icons" / f"{glyph}.svg").read_text(encoding="utf-8")
        lines = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")].splitlines()
        inner = "".join(line.strip() for line in lines)
        symbols.append(f'<symbol id="{glyph}" viewBox="0 0 24 24">{inner}</symbol>')
    target = STATIC / "icons.svg"
    target.write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n", encoding="utf-8")
    package, version = LUCIDE.split("@")
    return described(package, version, "ISC", copy_licences([lucide], VENDOR / "lucide-LICENSE.txt"), target)


def keep_checker(axe: Path) -> None:
    """Put axe-core and its licence where the browser tests find it."""
    TESTS.mkdir(parents=True, exist_ok=True)
    (TESTS / "axe.min.js").write_bytes((axe / "axe.min.js").read_bytes())
    copy_licences([axe], TESTS / "axe-LICENSE.txt")


def display_face() -> dict[str, object]:
    """The entry of the display face, which is kept in the tree (see its licence for where it is made)."""
    fonts = STATIC / "fonts"
    return described(
        "Bricolage Grotesque (latin, variable weight)",
        "2022",
        "OFL-1.1",
        fonts / "bricolage-grotesque-LICENSE.txt",
        fonts / "bricolage-grotesque-latin-wght-normal.woff2",
    )


def described(name: str, version: str, licence: str, licence_file: Path, *files: Path) -> dict[str, object]:
    """One entry of the manifest: what it is, its licence, and the SHA-256 of each file."""
    digests = {path.relative_to(STATIC).as_posix(): sha256(path.read_bytes()).hexdigest() for path in (*files, licence_file)}
    return {"name": name, "version": version, "licence": licence, "files": digests}


def run(folder: Path, *command: str) -> None:
    """Run one command in `folder` and let its failure be ours."""
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    sys.exit(main())
