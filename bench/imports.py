"""Speed and memory of an import: a real dump, then a made one ten times as long, each into an empty site.

    python -m bench.imports [--times 10] [--skip-large]

The real dump is the one in ../shared/data (BOTHWAYS_SHARED_DATA); the long one repeats its texts under new
ids. Runs on SQLite, or on the empty PostgreSQL database that DATABASE_URL names. To reach: 1,000 posts a
second on two processors, and a peak of memory that does not grow with the dump. The reference is rendering
alone, in one process, of the same posts in the same minute.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from flask import Flask

from community.app import create_app
from community.checkpoints import checkpoints
from community.config import Config
from community.extensions import db
from community.imports.actions import Outcome, run_import
from community.imports.rendering import Phrases, Raw, text_of
from community.migrating import migrate

ROOT = Path(__file__).resolve().parents[1]
DUMP = Path(os.environ.get("BOTHWAYS_SHARED_DATA", ROOT.parent / "shared" / "data")) / "stackexchange" / "bicycles-meta"
TO_REACH = 1000
IDS = {"Id", "PostId", "ParentId", "AcceptedAnswerId", "RelatedPostId", "OwnerUserId", "UserId", "LastEditorUserId"}


def main() -> None:
    """Print the figures, one line a run."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--times", type=int, default=10, help="how much longer the made dump is")
    options.add_argument("--skip-large", action="store_true", help="only the real dump")
    options.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.one:
        _import_here(chosen.one)
        return
    if not DUMP.is_dir():
        sys.exit(f"no real data at {DUMP}; set BOTHWAYS_SHARED_DATA to its folder")
    print(f"processors {len(os.sched_getaffinity(0))}, load {os.getloadavg()[0]:.1f}")
    print(f"rendering alone, one process: {_rendering_alone():,.0f} posts a second")
    _in_a_process(DUMP, "real dump")
    if not chosen.skip_large:
        with tempfile.TemporaryDirectory() as folder:
            _in_a_process(_repeated(Path(folder), chosen.times), f"{chosen.times} times as long")


def _in_a_process(folder: Path, name: str) -> None:
    """Import in a process of its own, whose peak of memory is its own too."""
    print(f"{name}: ", end="", flush=True)
    subprocess.run([sys.executable, "-m", "bench.imports", "--one", str(folder)], check=True)


def _import_here(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as data:
        config = Config.from_environment({**os.environ, "BOTHWAYS_DATA": data, "BOTHWAYS_SECRET_KEY": "bench" * 8})
        app = create_app(config)
        before = _busy()
        first, seconds = _timed(app, config, folder)
        busy = _busy() - before
        again, seconds_again = _timed(app, config, folder)
        assert again.posts == again.updated == 0
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rate = first.posts / seconds
        print(
            f"{first.posts:,} posts in {seconds:.1f} s, {rate:,.0f} a second ({rate / TO_REACH:.2f} of what is to be reached), "
            f"{first.posts / busy:,.0f} a second of processor time; again {seconds_again:.1f} s; peak {peak:.0f} MB"
        )


def _busy() -> float:
    """Seconds of processor time that this process and its ended children took."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _timed(app: Flask, config: Config, folder: Path) -> tuple[Outcome, float]:
    with app.app_context():
        migrate(db.engine)
        with checkpoints(config, db.engine):
            began = time.perf_counter()
            outcome = run_import("stackexchange", folder, site="bench.example.org")
            return outcome, time.perf_counter() - began


def _rendering_alone() -> float:
    posts = [Raw("html", row["Body"], "") for row in _rows("Posts")] + [
        Raw("comment", row["Text"], "") for row in _rows("Comments")
    ]
    began = time.perf_counter()
    for post in posts:
        text_of(post, Phrases("", "", ""))
    return len(posts) / (time.perf_counter() - began)


def _rows(file: str) -> list[dict[str, str]]:
    return [dict(element.attrib) for _event, element in ET.iterparse(DUMP / f"{file}.xml") if element.tag == "row"]


def _repeated(folder: Path, times: int) -> Path:
    """The real dump so many times, with other ids each time."""
    for file in ("Posts", "Comments", "Users", "Votes", "PostLinks"):
        rows = _rows(file)
        with (folder / f"{file}.xml").open("w") as out:
            out.write("<rows>\n")
            for n in range(times):
                for row in rows:
                    moved = {name: str(int(value) + n * 1_000_000) if name in IDS else value for name, value in row.items()}
                    out.write(f"  <row {' '.join(f'{name}={quoteattr(value)}' for name, value in moved.items())} />\n")
            out.write("</rows>\n")
    return folder


if __name__ == "__main__":
    main()
