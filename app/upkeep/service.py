"""Setting up, backing up and restoring a database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, select
from sqlalchemy.orm import Session

from app.adjustments.reasons import add_reasons
from app.audit import service as audit
from app.audit.model import AuditHead
from app.audit.rules import Verb
from app.base.progress import Progress
from app.calendar.service import seed
from app.catalog.defaults import add_defaults
from app.db.engine import has_file, open_engine, sqlite_path
from app.db.errors import (
    CannotOpen,
    DatabaseLocked,
    DatabaseProblem,
    NewerSchema,
    explaining,
)
from app.db.schema import require_current, revisions, schema_revision
from app.db.workspace import Actor, Tx, Workspace
from app.identity.queries import users
from app.identity.rules import Permission, Role, UserState, require_name, require_password
from app.identity.service import add_user, login, require, system_actor
from app.upkeep.files import Initialised, Saved, stamp
from app.upkeep.model import DatabaseFact
from app.upkeep.rules import (
    DEMO_ROLES,
    DEMONSTRATION,
    AdministratorNeeded,
    ForeignDatabase,
    NoDemonstration,
)


def needs_administrator(url: str, *, key: str | None = None) -> bool:
    """Return whether `initialise` will ask for an administrator's name and password.

    Raises:
        DatabaseProblem: The database cannot be opened.
    """
    engine = open_engine(url, key=key)
    try:
        if not has_file(engine):
            return True
        with explaining(), Session(engine) as session:
            if schema_revision(session.connection()) is None:
                return True
            return not _has_administrator(session)
    finally:
        engine.dispose()


def initialise(
    url: str,
    *,
    administrator: str | None = None,
    password: str | None = None,
    demo_users: bool = False,
    key: str | None = None,
) -> Initialised:
    """Create a database or bring it up to date, with everything that ships.

    An existing SQLite database that has to change is backed up first. Users with the
    given password for a demonstration are only added while the database is new.

    Raises:
        AdministratorNeeded: The database has none and name or password were not given.
        NoDemonstration: Demonstration users were asked for in a database in real use.
        ForeignDatabase: It holds tables of another program.
        NewerSchema: A newer program made it.
    """
    missing = needs_administrator(url, key=key)
    if missing:
        _require_credentials(administrator, password)
    engine = open_engine(url, key=key)
    try:
        _make_folder(engine)
        found = _found(engine)
        saved = _save_before(engine, found, key)
        from app.db.migrate import upgrade  # noqa: PLC0415 - Alembic, needed seldom

        revision = upgrade(engine)
        workspace = Workspace(engine)
        if found is not None and demo_users and not missing:
            workspace.read(_require_demonstration)
        first = (administrator or "", password or "") if missing else None
        demo_password = (password or "") if demo_users else None
        workspace.write(system_actor(), _fill, found, first, demo_password)
    finally:
        engine.dispose()
    return Initialised(revision=revision, created=found is None, saved=saved)


def backup(
    workspace: Workspace,
    actor: Actor,
    target: Path,
    *,
    key: str | None = None,
    progress: Progress | None = None,
) -> Saved:
    """Save a verified copy of the database while it is in use.

    Raises:
        Cancelled: The user stopped it; nothing is left behind.
        NotAllowed: The actor may not make backups.
        BackupFailed: The copy did not verify.
        DiskFull: No room is left.
    """
    from app.upkeep import postgres, sqlite  # noqa: PLC0415 - verifying loads the engine

    require(actor, Permission.BACKUP)
    if workspace.engine.dialect.name == "sqlite":
        saved = sqlite.backup(workspace.engine, target, key=key, progress=progress)
    else:
        saved = postgres.backup(workspace.engine, target, progress=progress)
    try:
        workspace.write(actor, _record_backup, saved)
    except DatabaseLocked:
        # A long import is writing. The copy is good all the same, and changes nothing.
        return saved
    return saved


def restore(url: str, file: Path, *, user: str, password: str, key: str | None = None) -> Saved:
    """Put a verified backup in the place of the database; the former one is kept beside it.

    The administrator is asked of the present database, or of the backup where there is
    no present one or it cannot be read any more.

    Raises:
        LoginRefused: Name or password are wrong.
        NotAllowed: He is no administrator.
        BackupFailed: The backup did not verify.
        DatabaseInUse: Somebody has the database open.
    """
    engine = open_engine(url, key=key)
    try:
        present = _present(engine)
        actor = None if present is None else _administrator(present, user, password)
        end = None if present is None else present.read(_end_of_log)
        saved, actor = _replace(engine, file, actor, (user, password), key)
        Workspace(engine).write(actor, _record_restore, saved, end)
    finally:
        engine.dispose()
    return saved


def is_demonstration(session: Session) -> bool:
    """Return whether this database is a demonstration."""
    return session.get(DatabaseFact, DEMONSTRATION) is not None


def _require_credentials(name: str | None, password: str | None) -> None:
    if not name or not password:
        raise AdministratorNeeded
    require_name(name)
    require_password(password)


def _require_demonstration(session: Session) -> None:
    if not is_demonstration(session):
        raise NoDemonstration


def _make_folder(engine: Engine) -> None:
    path = sqlite_path(engine)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotOpen from error


def _found(engine: Engine) -> str | None:
    with explaining(), engine.connect() as connection:
        found = schema_revision(connection)
        if found is None and inspect(connection).get_table_names():
            raise ForeignDatabase
    if found is not None and found not in revisions():
        raise NewerSchema(found=found)
    return found


def _save_before(engine: Engine, found: str | None, key: str | None) -> Path | None:
    from app.upkeep import sqlite  # noqa: PLC0415 - verifying loads the engine

    path = sqlite_path(engine)
    if found is None or found == revisions()[-1] or path is None:
        return None
    target = path.with_name(f"{path.stem}.before-{revisions()[-1]}-{stamp()}{path.suffix}")
    sqlite.backup(engine, target, key=key)
    return target


def _fill(
    tx: Tx, found: str | None, first: tuple[str, str] | None, demo_password: str | None
) -> None:
    head = revisions()[-1]
    if found != head:
        verb = Verb.INITIALISED if found is None else Verb.MIGRATED
        audit.record(tx, verb, "database", "schema", before=found, after=head)
    add_defaults(tx)
    add_reasons(tx)
    seed(tx)
    if first is not None:
        add_user(tx, name=first[0], password=first[1], roles=[Role.ADMINISTRATOR])
    if demo_password is not None:
        _add_demo_users(tx, demo_password)


def _add_demo_users(tx: Tx, password: str) -> None:
    there = {row.name.casefold() for row in users(tx.session)}
    for role in DEMO_ROLES:
        if role not in there:
            add_user(tx, name=role, password=password, roles=[role])
    if not is_demonstration(tx.session):
        tx.session.add(DatabaseFact(name=DEMONSTRATION, value="1"))
        audit.record(tx, Verb.CREATED, "database", DEMONSTRATION)


def _has_administrator(session: Session) -> bool:
    return any(
        Role.ADMINISTRATOR in row.roles and row.state is UserState.ACTIVE for row in users(session)
    )


def _present(engine: Engine) -> Workspace | None:
    # A database that is missing or damaged cannot say who its administrator is.
    try:
        with explaining():
            require_current(engine)
    except DatabaseProblem:
        return None
    return Workspace(engine)


def _administrator(workspace: Workspace, user: str, password: str) -> Actor:
    actor = login(workspace, user, password)
    require(actor, Permission.BACKUP)
    return actor


def _replace(
    engine: Engine,
    file: Path,
    actor: Actor | None,
    credentials: tuple[str, str],
    key: str | None,
) -> tuple[Saved, Actor]:
    from app.upkeep import postgres, sqlite  # noqa: PLC0415 - verifying loads the engine

    if engine.dialect.name != "sqlite":
        with postgres.prepared(engine, file) as copy:
            actor = actor or _administrator(Workspace(copy), *credentials)
        return postgres.put_in_place(engine, file), actor
    _make_folder(engine)
    with sqlite.prepared(engine, file, key=key) as copy:
        actor = actor or _administrator(Workspace(copy), *credentials)
        return sqlite.put_in_place(engine, file, copy), actor


def _end_of_log(session: Session) -> dict[str, object] | None:
    row = session.execute(select(AuditHead.sequence, AuditHead.hash)).one_or_none()
    return None if row is None else {"sequence": row.sequence, "hash": row.hash}


def _record_backup(tx: Tx, saved: Saved) -> None:
    after = {"file": saved.file.name, "sha256": saved.sha256, "bytes": saved.size}
    audit.record(tx, Verb.BACKED_UP, "database", saved.file.name, after=after)


def _record_restore(tx: Tx, saved: Saved, end: dict[str, object] | None) -> None:
    after = {"file": saved.file.name, "sha256": saved.sha256, "bytes": saved.size}
    audit.record(tx, Verb.RESTORED, "database", saved.file.name, before=end, after=after)
