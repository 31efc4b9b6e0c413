"""The web process: gevent takes its place in the standard library before anything else is imported.

`python -m community.wsgi` is what `bothways web` becomes.
"""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

from community.cli import main

if __name__ == "__main__":
    main(["web"])
