"""Run a command with BOTHWAYS_TEST_DATABASE naming a PostgreSQL server that may make databases.

    python scripts/with_postgres.py COMMAND ...

What the variable already names is used. Else, where PostgreSQL is installed, a cluster of its own is
made in a temporary folder, without fsync, and thrown away afterwards. Else the command runs without.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

VARIABLE = "BOTHWAYS_TEST_DATABASE"
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


def main() -> int:
    """Run the command of the arguments; its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster is stopped and removed
    command = sys.argv[1:]
    programs = server_programs()
    if os.environ.get(VARIABLE) or programs is None:
        os.execvp(command[0], command)
    folder = Path(tempfile.mkdtemp(prefix="bothways-postgres-"))
    try:
        port = free_port()
        start(programs, folder, port)
        address = f"postgresql://bothways@127.0.0.1:{port}/postgres"
        return subprocess.call(command, env={**os.environ, VARIABLE: address})
    finally:
        stop(programs, folder)
        shutil.rmtree(folder, ignore_errors=True)


def server_programs() -> Path | None:
    """The folder of initdb and pg_ctl, newest version first; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def start(programs: Path, folder: Path, port: int) -> None:
    """Make the cluster and start its server."""
    owner = server_owner()
    if owner is not None:
        shutil.chown(folder, owner)
    data = folder / "data"
    run(owner, programs / "initdb", "-D", data, "-U", "bothways", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    run(
        owner, programs / "pg_ctl", "-D", data, "-l", folder / "server.log", "-w", "-o", f"-p {port} -k {folder} {options}", "start"
    )


def stop(programs: Path, folder: Path) -> None:
    """Stop the server where it was started; what it holds is thrown away."""
    if (folder / "data" / "postmaster.pid").exists():
        run(server_owner(), programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")


def server_owner() -> str | None:
    """PostgreSQL refuses to run as root: the account that its package made, or nobody; None when this is not root."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def run(owner: str | None, *command: str | Path) -> None:
    """Run one of PostgreSQL's programs as the account that owns the cluster."""
    words = [str(word) for word in command]
    ran = subprocess.run(words, user=owner, cwd="/", capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"PostgreSQL could not be used: {words[0]} ended with {ran.returncode}: {ran.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main())
