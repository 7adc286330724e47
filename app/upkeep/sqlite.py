"""Backup and restore of an SQLite database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from app.base.failpoints import reach
from app.base.i18n import _
from app.base.progress import Progress, Silent
from app.db.engine import open_engine, run_outside_transaction, sqlite_path
from app.db.errors import DatabaseLocked, DatabaseProblem, NewerSchema, explaining
from app.db.files import remove, replacing
from app.db.migrate import upgrade
from app.db.schema import revisions, schema_revision
from app.upkeep import files
from app.upkeep.files import Saved, copy_file, sha256
from app.upkeep.rules import BackupFailed, BackupMissing, DatabaseInUse, SameFile
from app.upkeep.verify import foundation_of, verify


def backup(
    engine: Engine, target: Path, *, key: str | None = None, progress: Progress | None = None
) -> Saved:
    """Copy a database while it is in use, verify the copy, then give it its name."""
    told = progress or Silent()
    source = sqlite_path(engine)
    if source is not None and target.exists() and target.samefile(source):
        raise SameFile(file=target)
    with replacing(target) as draft:
        remove(draft)
        told.advance(0, 2, _("Copying"))
        run_outside_transaction(engine, "VACUUM INTO ?", str(draft))
        reach("backup.copied")
        told.advance(1, 2, _("Verifying the copy"))
        _require_sound(draft, key)
        digest, size = sha256(draft), draft.stat().st_size
        reach("backup.verified")
    reach("backup.named")
    return Saved(file=target, sha256=digest, size=size)


@contextmanager
def prepared(engine: Engine, file: Path, *, key: str | None = None) -> Iterator[Engine]:
    """Give a verified copy of a backup, beside the database and with today's tables."""
    place = sqlite_path(engine)
    assert place is not None
    if not file.is_file():
        raise BackupMissing(file=file)
    if place.exists() and file.samefile(place):
        raise SameFile(file=file)
    draft = place.with_name(f"{place.name}.restore")
    copy: Engine | None = None
    try:
        with replacing(draft) as written:
            copy_file(file, written)
        _require_sound(draft, key)
        copy = open_engine(_url(draft), key=key)
        upgrade(copy)
        yield copy
    finally:
        if copy is not None:
            copy.dispose()
        remove(draft)


def put_in_place(engine: Engine, file: Path, copy: Engine) -> Saved:
    """Make a prepared copy the database; the former one is kept beside it."""
    place, draft = sqlite_path(engine), sqlite_path(copy)
    assert place is not None
    assert draft is not None
    if place.exists():
        _take_alone(engine)
    _take_alone(copy)
    kept = files.put_in_place(draft, place, "before-restore")
    return Saved(file=file, sha256=sha256(file), size=file.stat().st_size, kept=kept)


def _require_sound(file: Path, key: str | None) -> None:
    engine = open_engine(_url(file), key=key)
    try:
        with explaining(), Session(engine) as session:
            found = schema_revision(session.connection())
            if found is not None and found not in revisions():
                raise NewerSchema(found=found)
            result = verify(session, checks=foundation_of(found))
    finally:
        engine.dispose()
    bad = [f"{check.name}: {check.detail}" for check in result.checks if not check.ok]
    if bad:
        raise BackupFailed(detail="; ".join(bad))


def _take_alone(engine: Engine) -> None:
    # SQLite leaves the WAL mode only when nobody else has the file open.
    engine.dispose()
    try:
        run_outside_transaction(engine, "PRAGMA journal_mode=DELETE")
    except DatabaseLocked:
        raise DatabaseInUse from None
    except DatabaseProblem:
        # A damaged database cannot be asked; replacing it is what restoring is for.
        return
    finally:
        engine.dispose()


def _url(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))
