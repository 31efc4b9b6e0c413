"""The `bothways` command as other people's scripts use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from community import cli
from community.accounts.actions import authenticate, open_account, set_password
from community.accounts.models import Account, ApiKey
from community.app import create_app
from community.categories.actions import make_category
from community.cli import frame
from community.config import Config, ConfigError
from community.core.log import LoggedEvent, head
from community.extensions import db
from community.posts.actions import open_topic, remove_post, write_post
from community.posts.models import Post
from community.staff.actions import grant_role
from community.staff.viewer import viewer_unchecked
from community.topics.models import Topic
from tests.running_site import RunningSite


def walk(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group with its words."""
    found = []
    for name, command in group.commands.items():
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += walk(command, (*path, name))
    return found


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on an installation in this process: `run(config, "backup", "x")`. Nothing here is a terminal."""
    monkeypatch.setattr(frame, "configure_logs", lambda _name: None)

    def run_here(config: Config, *arguments: str) -> Done:
        with monkeypatch.context() as patch:
            for name, value in RunningSite(config, config.data / "log").environ.items():
                patch.setenv(name, value)
            capsys.readouterr()
            code = cli.run_command(arguments)
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run_here


@pytest.fixture
def filled(config: Config) -> Config:
    """A site with an employee, a customer, and a question with an answer."""
    app = create_app(config, durable=False)
    with app.app_context():
        customer = open_account(handle="mira", name="Mira", email="mira@example.com", confirmed=True, password="a long passphrase")
        employee = open_account(handle="jonas", name="Jonas", email="jonas@example.com", confirmed=True)
        admin = open_account(handle="ada", name="Ada", email="ada@example.com", confirmed=True)
        grant_role(by=None, account_id=admin, role="admin", source="command")
        grant_role(by=None, account_id=employee, role="employee", title="Support", source="command")
        category = make_category(by=viewer_unchecked(admin), slug="help", name="Help", opens={"question": "members"})
        asked = open_topic(
            by=viewer_unchecked(customer), kind="question", title="Does it charge below zero?", body="Cold.", category_id=category
        )
        write_post(by=viewer_unchecked(employee), topic_id=asked.topic_id, body="Yes, down to minus ten.")
        db.session.remove()
        db.engine.dispose()
    return config


def test_every_command_has_help_with_an_example() -> None:
    found = walk(cli.commands)
    assert len(found) > 14
    for words, command in found:
        with click.Context(command, info_name=" ".join(words)) as context:
            shown = command.get_help(context)
        assert "Example:\n  " in shown, words
        assert command.help, words
        assert f"bothways {words[0]}" in shown, words


def test_errors_are_one_plain_sentence_on_stderr(run: Run, config: Config, tmp_path: Path) -> None:
    for arguments in (
        ("backup",),
        ("user", "create", "--handle", "x", "--email", "nobody"),
        ("staff", "grant", "nobody", "--role", "employee"),
        ("token", "create", "--user", "nobody", "--scope", "read"),
        ("restore", str(tmp_path)),
        ("nonsense",),
        ("backup", str(tmp_path / "no" / "folder" / "x")),
    ):
        done = run(config, *arguments)
        assert done.returncode != 0, arguments
        assert done.stdout == "", arguments
        lines = done.stderr.splitlines()
        assert len(lines) == 1, (arguments, lines)
        assert len(lines[0]) > 10, arguments
        assert "Traceback" not in lines[0], arguments


def test_a_site_without_tables_says_what_to_do(run: Run, tmp_path: Path) -> None:
    config = Config.from_environment({"BOTHWAYS_DATA": str(tmp_path)})
    done = run(config, "user", "create", "--handle", "mira", "--email", "mira@example.com")
    assert done.returncode == 1
    assert "bothways migrate" in done.stderr
    assert run(config, "migrate").returncode == 0
    assert run(config, "migrate").returncode == 0


def test_the_secret_key_is_made_once_and_whole(tmp_path: Path) -> None:
    environ = {"BOTHWAYS_DATA": str(tmp_path)}
    with ThreadPoolExecutor(8) as starts:
        keys = list(starts.map(lambda _: Config.from_environment(environ).secret_key, range(8)))
    assert len(set(keys)) == 1
    assert len(keys[0]) > 40
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "secret_key").write_text("")  # as a start that was cut off once left it
    with pytest.raises(ConfigError, match="is empty"):
        Config.from_environment(environ)


def test_a_damaged_database_and_an_unknown_server_are_said_in_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bothways.sqlite3").write_text("this is no database at all, it only lies there")
    damaged = Config.from_environment({"BOTHWAYS_DATA": str(tmp_path)})
    unknown = replace(damaged, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    for config, words in ((damaged, "file is not a database"), (unknown, "onnection")):
        done = run(config, "migrate")
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert words in done.stderr


def test_people_roles_and_keys(run: Run, config: Config) -> None:
    made = run(config, "user", "create", "--handle", "mira", "--email", "mira@example.com", "--name", "Mira Holm", "--admin")
    assert made.returncode == 0, made.stderr
    link = made.stdout.splitlines()[-1]
    assert link.startswith(config.base_url + "/")
    again = run(config, "user", "create", "--handle", "mira", "--email", "other@example.com")
    assert again.returncode == 1
    assert run(config, "staff", "grant", "mira", "--role", "official", "--title", "Head of support").returncode == 0
    for scopes in (("read", "--scope", "write"), ("read", "write"), ("read,write",)):
        key = run(config, "token", "create", "--user", "@mira", "--scope", *scopes)
        assert len(key.stdout.splitlines()) == 1
    assert "no scope" in run(config, "token", "create", "--user", "mira", "--scope", "everything").stderr
    app = create_app(config, durable=False)
    with app.app_context():
        account_id = set_password(token=link.rpartition("/")[2], password="a long passphrase")
        assert authenticate("mira@example.com", "a long passphrase") == account_id
        viewer = viewer_unchecked(account_id)
        assert viewer.roles == {"admin", "official"}
        assert viewer.title == "Head of support"
        assert viewer.confirmed
        assert db.session.scalars(select(ApiKey.scopes)).all() == ["read write"] * 3
        db.session.remove()
        db.engine.dispose()


def test_backup_and_restore_give_the_same_site_with_a_new_epoch(run: Run, filled: Config, tmp_path: Path) -> None:
    archive = tmp_path / "site.tar.gz"
    (filled.data / "uploads").mkdir()
    (filled.data / "uploads" / "face.webp").write_bytes(b"a face")
    assert run(filled, "backup", str(archive)).returncode == 0
    assert archive.stat().st_mode & 0o077 == 0
    before = facts(filled)
    refused = run(filled, "restore", str(archive))
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert facts(filled) == before
    spoil(filled)
    restored = run(filled, "restore", str(archive), "--force")
    assert restored.returncode == 0, restored.stderr
    after = facts(filled)
    assert (after["posts"], after["titles"]) == (before["posts"], before["titles"])
    assert after["epoch"] != before["epoch"]
    assert after["position"] == before["position"] + 1
    assert after["last"] == "site.restored"
    assert (filled.data / "uploads" / "face.webp").read_bytes() == b"a face"
    healthy = run(filled, "doctor")
    assert healthy.returncode == 0, healthy.stdout
    assert "The search index can be used." in healthy.stdout
    assert run(filled, "reindex").returncode == 0


def test_export_holds_what_is_public_and_nothing_else(run: Run, filled: Config, tmp_path: Path) -> None:
    app = create_app(filled, durable=False)
    with app.app_context():
        admin = viewer_unchecked(db.session.scalars(select(Account.id).where(Account.handle == "ada")).one())
        hidden = make_category(by=admin, slug="team", name="Team", visibility="staff", opens={"question": "staff"})
        open_topic(by=admin, kind="question", title="What do we say of the recall?", body="Internal words.", category_id=hidden)
        removed = write_post(by=admin, topic_id=1, body="A slip of the pen.")
        remove_post(by=admin, post_id=removed.post_id, rule="other", reason="Written in the wrong place.")
        unconfirmed = open_account(handle="newcomer", name="New Comer", email="new@example.com")
        write_post(by=viewer_unchecked(unconfirmed), topic_id=1, body="Held words.")
        db.session.remove()
        db.engine.dispose()
    folder = tmp_path / "public"
    done = run(filled, "export", str(folder))
    assert done.returncode == 0, done.stderr
    assert "1 topics" in done.stdout
    everything = "".join(path.read_text() for path in folder.iterdir())
    for secret in ("Internal", "recall", "team", "example.com", "Held", "newcomer", "slip of the pen"):
        assert secret not in everything, secret
    posts = [json.loads(line) for line in (folder / "posts.jsonl").read_text().splitlines()]
    assert [post.get("body") for post in posts] == ["Cold.", "Yes, down to minus ten.", None]
    assert posts[2]["removed"]["reason"] == "Written in the wrong place."
    assert {json.loads(line)["handle"] for line in (folder / "people.jsonl").read_text().splitlines()} == {"mira", "jonas", "ada"}
    again = run(filled, "export", str(folder))
    assert again.returncode == 1
    assert "not empty" in again.stderr


def test_a_damaged_or_foreign_archive_is_refused(run: Run, filled: Config, tmp_path: Path) -> None:
    archive = tmp_path / "site.tar.gz"
    assert run(filled, "backup", str(archive)).returncode == 0
    before = facts(filled)
    content = archive.read_bytes()
    for bad in (content[: len(content) // 2], b"not a backup", b""):
        archive.write_bytes(bad)
        done = run(filled, "restore", str(archive), "--force")
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
    assert facts(filled) == before


def test_doctor_finds_and_mends_what_can_be_counted(run: Run, filled: Config) -> None:
    spoil(filled)
    found = run(filled, "doctor")
    assert found.returncode == 1
    for word in ("Counters", "Marks", "Closures", "States"):
        assert f"{word} of 1 topics are wrong" in found.stdout, found.stdout
    mended = run(filled, "doctor", "--fix")
    assert "computed anew" in mended.stdout
    after = run(filled, "doctor")
    assert "Marks, counters and states of all topics are right." in after.stdout
    app = create_app(filled, durable=False)
    with app.app_context():
        topic = db.session.scalars(select(Topic)).one()
        assert (topic.post_count, topic.others_count, topic.closed, topic.state) == (2, 1, False, "answered")
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM events WHERE position = 2"))
        db.engine.dispose()
    assert "without a gap; it has" in run(filled, "doctor").stdout


def facts(config: Config) -> dict[str, object]:
    """What a site holds, for comparison."""
    app = create_app(config, durable=False)
    with app.app_context():
        epoch, position = head(db.session())
        found = {
            "epoch": epoch,
            "position": position,
            "posts": db.session.scalars(select(Post.body).order_by(Post.id)).all(),
            "titles": db.session.scalars(select(Topic.title)).all(),
            "last": db.session.scalars(select(LoggedEvent.name).order_by(LoggedEvent.position.desc()).limit(1)).one(),
            "count": db.session.execute(select(func.count()).select_from(LoggedEvent)).scalar_one(),
        }
        db.session.remove()
        db.engine.dispose()
    return found


def spoil(config: Config) -> None:
    """Make everything wrong that the doctor can count again."""
    app: Flask = create_app(config, durable=False)
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(update(Topic).values(post_count=9, closed=True, state="solved"))
            connection.execute(update(Post).where(Post.number == 2).values(accepted=True))
        db.engine.dispose()
