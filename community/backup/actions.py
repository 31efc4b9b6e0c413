"""Make a backup and put one back."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from flask import Flask
from sqlalchemy import Engine, inspect, select, update

from community import __version__
from community.accounts.models import MailedLink, SignIn
from community.app import create_app
from community.backup import archive, copying
from community.config import Config
from community.core import clock
from community.core.errors import Conflict, Invalid
from community.core.log import EventHead
from community.core.unit import unit
from community.extensions import db
from community.migrating import migrate
from community.running import stopped
from community.settings.events import SiteRestored


def back_up(config: Config, engine: Engine, target: Path) -> archive.Manifest:
    """Write a consistent copy of the whole site to `target` while it runs; the search index is not in it.

    Raises Invalid with a sentence when the folder or a needed program is missing.
    """
    target = target.resolve()
    if not target.parent.is_dir():
        raise Invalid(f"The folder {target.parent} does not exist.")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        copied = Path(folder) / archive.DATABASE
        made_at = clock.now()
        epoch, position = copying.copy_database(engine, copied)
        manifest = archive.Manifest(
            release=__version__,
            made_at=made_at.isoformat(timespec="seconds"),
            database=engine.dialect.name,
            epoch=epoch,
            position=position,
            sha256=archive.digest(copied),
        )
        archive.pack(target, manifest, copied, config.data)
    return manifest


def restore(config: Config, source: Path, *, force: bool = False) -> archive.Manifest:
    """Put a backup in the place of this site: its database, uploads and secret key.

    A new epoch begins (rulings 29), so browsers and indexes start afresh; everybody signs in again and
    open mailed links end, since some of them may have been ended after the backup was made. Raises
    Conflict when the site runs, or holds something and `force` is not given; Invalid when the archive
    is not whole or was made on another kind of database. The search index is the caller's to rebuild.
    """
    with stopped(config), tempfile.TemporaryDirectory(prefix=".restore-", dir=config.data) as name:
        folder = Path(name)
        manifest = archive.unpack(source, folder)
        kind = "sqlite" if config.sqlite else "postgresql"
        if manifest.database != kind:
            raise Invalid(f"The backup was made on {manifest.database}; this site's DATABASE_URL is for {kind}.")
        if not force:
            _require_empty(config)
        if config.sqlite:
            _restore_sqlite(config, folder / archive.DATABASE, manifest)
        else:
            _restore_postgresql(config, folder / archive.DATABASE, manifest)
        _restore_files(config, folder)
    return manifest


def _require_empty(config: Config) -> None:
    app = create_app(config)
    with app.app_context():
        try:
            filled = inspect(db.engine).has_table("event_head") and db.session.execute(select(EventHead.position)).scalar()
        finally:
            db.session.remove()
            db.engine.dispose()
    if filled:
        raise Conflict("This site is not empty; restore into an empty one, or use --force to replace it.")


def _restore_sqlite(config: Config, copy: Path, manifest: archive.Manifest) -> None:
    copying.check_sqlite(copy)
    _begin_epoch(create_app(replace(config, database_url=f"sqlite:///{copy}")), manifest)
    target = Path(config.database_url.removeprefix("sqlite:///"))
    for rest in ("-wal", "-shm"):
        Path(f"{target}{rest}").unlink(missing_ok=True)
    # The database may lie on another disk than the data folder, and only within one is a move atomic.
    beside = target.with_name(target.name + ".restored")
    shutil.move(copy, beside)
    beside.replace(target)


def _restore_postgresql(config: Config, dump: Path, manifest: archive.Manifest) -> None:
    app = create_app(config)
    with app.app_context():
        url = db.engine.url
        copying.require_nobody_connected(db.engine)
        copying.load_postgresql(dump, url)
    _begin_epoch(app, manifest)


def _begin_epoch(app: Flask, manifest: archive.Manifest) -> None:
    """Bring the restored tables to this release, and begin a new epoch in one unit with what ends at a restore."""
    with app.app_context():
        migrate(db.engine)
        with unit() as u:
            u.session.execute(update(EventHead).values(epoch=uuid4().hex[:12]))
            u.session.execute(update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=u.now))
            u.session.execute(update(MailedLink).where(MailedLink.used_at.is_(None)).values(used_at=u.now))
            u.record(SiteRestored(former_epoch=manifest.epoch, position=manifest.position))
        db.session.remove()
        db.engine.dispose()


def _restore_files(config: Config, folder: Path) -> None:
    uploads = config.data / archive.UPLOADS
    if uploads.exists():
        shutil.rmtree(uploads)
    if (folder / archive.UPLOADS).exists():
        (folder / archive.UPLOADS).replace(uploads)
    for key in archive.KEYS:
        if (folder / key).exists():
            (folder / key).replace(config.data / key)
