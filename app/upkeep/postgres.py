"""Backup and restore of a PostgreSQL database, by PostgreSQL's own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, text
from sqlalchemy.orm import Session

from app.base.i18n import _
from app.base.progress import Progress, Silent
from app.db.engine import open_engine
from app.db.errors import NewerSchema, explaining
from app.db.files import replacing
from app.db.migrate import upgrade
from app.db.schema import revisions, schema_revision
from app.upkeep.files import Saved, sha256, stamp
from app.upkeep.rules import (
    BackupFailed,
    BackupMissing,
    DatabaseInUse,
    ProgramFailed,
    ProgramMissing,
)
from app.upkeep.verify import foundation_of, verify

_SCRATCH = "duiping_check_"
_LEAVES_WITHIN_S = 3
_LOOK_EVERY_S = 0.05


def backup(engine: Engine, target: Path, *, progress: Progress | None = None) -> Saved:
    """Dump a database while it is in use, restore the dump elsewhere, and verify that."""
    told = progress or Silent()
    with replacing(target) as draft:
        told.advance(0, 2, _("Copying"))
        _dump(engine.url, draft)
        told.advance(1, 2, _("Verifying the copy"))
        with prepared(engine, draft):
            digest, size = sha256(draft), draft.stat().st_size
    return Saved(file=target, sha256=digest, size=size)


@contextmanager
def prepared(engine: Engine, file: Path) -> Iterator[Engine]:
    """Give a database of its own with the verified contents of a backup."""
    if not file.is_file():
        raise BackupMissing(file=file)
    name = _SCRATCH + uuid.uuid4().hex
    server = engine.execution_options(isolation_level="AUTOCOMMIT")
    with explaining(), server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    scratch = open_engine(engine.url.set(database=name))
    try:
        _load(scratch.url, file)
        _require_sound(scratch)
        yield scratch
    finally:
        scratch.dispose()
        with explaining(), server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def put_in_place(engine: Engine, file: Path) -> Saved:
    """Save the present contents beside the backup and replace them as a whole."""
    _require_alone(engine)
    kept = file.with_name(f"{file.stem}.before-restore-{stamp()}{file.suffix}")
    with replacing(kept) as draft:
        _dump(engine.url, draft)
    _load(engine.url, file, "--clean", "--if-exists")
    upgrade(engine)
    return Saved(file=file, sha256=sha256(file), size=file.stat().st_size, kept=kept)


def _require_sound(scratch: Engine) -> None:
    with explaining(), Session(scratch) as session:
        found = schema_revision(session.connection())
        if found is not None and found not in revisions():
            raise NewerSchema(found=found)
        result = verify(session, checks=foundation_of(found))
    bad = [f"{check.name}: {check.detail}" for check in result.checks if not check.ok]
    if bad:
        raise BackupFailed(detail="; ".join(bad))


def _require_alone(engine: Engine) -> None:
    engine.dispose()
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    # The server needs a moment to see that somebody left, even us.
    limit = time.monotonic() + _LEAVES_WITHIN_S
    with explaining(), engine.connect() as connection:
        while count := connection.execute(others).scalar_one():
            if time.monotonic() > limit:
                break
            connection.rollback()
            time.sleep(_LOOK_EVERY_S)
    engine.dispose()
    if count:
        raise DatabaseInUse


def _dump(url: URL, target: Path) -> None:
    _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={target}")


def _load(url: URL, file: Path, *options: str) -> None:
    _run(
        "pg_restore",
        url,
        f"--dbname={url.database}",
        "--single-transaction",
        "--no-owner",
        "--exit-on-error",
        *options,
        str(file),
    )


def _run(program: str, url: URL, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise ProgramMissing(program=program)
    # What the server needs goes through the environment: a command line can be read by all.
    done = subprocess.run(  # noqa: S603 - a program found on the path, no shell
        [path, *arguments],
        env=os.environ | _environment(url),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise ProgramFailed(program=program, detail=lines[0] if lines else done.returncode)


def _environment(url: URL) -> dict[str, str]:
    given = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port or url.query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {name: str(value) for name, value in given.items() if value}
