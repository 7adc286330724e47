"""Files come in: each whole or not at all, and what was built on a removed one is forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import day_number
from app.base.errors import NotFound, UserError
from app.base.failpoints import reach
from app.base.i18n import N_
from app.base.progress import Meter, Progress
from app.calendar.queries import working_calendar
from app.catalog import queries as catalog
from app.catalog.channels import load_channels
from app.catalog.organisations import load_organisations
from app.catalog.rules import ChannelRow, OrganisationRow
from app.closing.following import FileOutcome, Track
from app.closing.forgetting import forget
from app.closing.refusing import REFUSALS, outcome_of, refused, rejected
from app.closing.rejections import keep_rejection, lines_of, settle_rejections, worth_keeping
from app.closing.rules import IMPORT_LOCK
from app.db.locks import alone
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies.rules import RECONCILE_LOCK
from app.identity.rules import LOADS_TEMPLATES, Permission
from app.identity.service import require, require_any
from app.intake.context import Context
from app.intake.model import SourceFile
from app.intake.protocol import RawChunk
from app.intake.reader import Reader, Source, files_in, is_note
from app.intake.rules import FileStatus, Kind
from app.records import dating, loading
from app.records.queries import loaded_under
from app.records.refusals import FileRejected
from app.records.spread import Manner, Window

MASTER_DATA = (Kind.ORGANISATIONS, Kind.CHANNELS)
"""What these files say is kept in the catalog; the others bring entries."""

MOST_FILES = 5_000

WINDOW_DAYS = 7
"""So far from the business date that a file is for its entries may lie."""

ORDER = (
    *MASTER_DATA,
    Kind.PAYMENTS,
    Kind.BILL_LINES,
    Kind.WRITEOFFS,
    Kind.CLEARING_BATCHES,
    Kind.CLEARING_LINES,
    Kind.CHANNEL,
    Kind.ARRIVALS,
)
"""In this order files that come together are loaded, so that each finds what it refers to."""


class UnknownFile(NotFound):
    """There is no such file on record."""

    template = N_("There is no loaded file {id}.")


class TooManyFiles(UserError):
    """Somebody chose a folder that holds more than a day's files."""

    template = N_("{count} files were chosen; at most {most} are loaded at once.")


class MasterDataStays(UserError):
    """Master data has no import that could be taken back."""

    template = N_(
        "{file} holds master data, which cannot be taken back. Load a corrected file instead."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How files are to be loaded; None leaves it to their content.

    `day` is the business date that they are for: entries far from it are refused. `about` is the
    one that is worked on: files that tell no day, such as empty ones, are taken to be about it.
    `only` names the one file, or member of an archive, that is meant.
    """

    profile: str | None = None
    encoding: str | None = None
    password: str | None = None
    day: date | None = None
    about: date | None = None
    replace: bool = False
    only: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What loading one file after the other needs."""

    workspace: Workspace
    actor: Actor
    reader: Reader
    wishes: Wishes
    today: date
    track: Track


def import_paths(
    workspace: Workspace,
    actor: Actor,
    paths: Iterable[Path],
    *,
    wishes: Wishes,
    today: date,
    progress: Progress,
) -> list[FileOutcome]:
    """Load files, folders and archives, each file in a transaction of its own.

    A progress that is a `Follower` is told of each file.

    Raises:
        NotAllowed: The actor may not load one of them; then none is loaded.
        TooManyFiles: A folder holds more than a day's files.
        Cancelled: The user stopped it; files that were done stay.
    """
    require_any(actor, LOADS_TEMPLATES)
    track = Track(progress)
    with Reader() as reader:
        work = _Work(
            workspace=workspace,
            actor=actor,
            reader=reader,
            wishes=wishes,
            today=today,
            track=track,
        )
        found = sorted(_sources(work, paths), key=_place)
        for source in found:
            _require_for(actor, source.kind)
        outcomes = []
        for source in found:
            track.begun(source)
            outcome = _import_one(work, source)
            track.ended(source, outcome)
            outcomes.append(outcome)
    return outcomes


def undo_import(tx: Tx, *, file_id: int) -> int:
    """Take an import back on which nothing was built; the file stays on record.

    Raises:
        UnknownFile: There is no such loaded file.
        FileInUse: People built on it.
        DayClosed: One of its days is closed.
    """
    require(tx.actor, Permission.IMPORT)
    alone(tx, IMPORT_LOCK)
    alone(tx, RECONCILE_LOCK)
    file = tx.session.get(SourceFile, file_id, with_for_update=True)
    if file is None or file.status is not FileStatus.LOADED:
        raise UnknownFile(id=file_id)
    if file.kind in MASTER_DATA:
        raise MasterDataStays(file=file.name)
    forget(tx, loading.remove_file(tx, file, FileStatus.UNDONE))
    audit.record(
        tx,
        Verb.UNDONE,
        "source_file",
        file.sha256,
        before={"status": FileStatus.LOADED.value},
        after={"name": file.name},
    )
    return file_id


def import_source(
    tx: Tx,
    *,
    reader: Reader,
    source: Source,
    context: Context,
    wishes: Wishes,
    meter: Meter,
) -> FileOutcome:
    """Load one file.

    Raises:
        NotAllowed: The actor may not load files of this kind.
        FileRejected: Something in it is wrong.
        RowRefused: A row of master data cannot be taken.
        FileInUse: People built on the file that it would replace.
        DayClosed: Something would come to a closed day or leave it.
    """
    _require_for(tx.actor, source.kind)
    alone(tx, IMPORT_LOCK)
    there = loaded_under(tx.session, source.sha256)
    if there is not None:
        settle_rejections(tx, source, there, ())
        return replace(outcome_of(source, FileStatus.DUPLICATE), file_id=there)
    if source.kind in MASTER_DATA:
        outcome = _load_master(tx, reader, source, context)
    else:
        outcome = _load_entries(tx, reader, source, context, wishes=wishes, meter=meter)
    assert outcome.file_id is not None
    settle_rejections(tx, source, outcome.file_id, outcome.business_days)
    audit.record(
        tx,
        Verb.IMPORTED,
        "source_file",
        source.sha256,
        after={
            "name": source.label,
            "profile": outcome.profile,
            "rows": outcome.rows,
            "accepted": outcome.accepted,
            "total_fen": outcome.total_fen,
            "status": outcome.status.value,
        },
    )
    reach("import.audited")
    return outcome


def _require_for(actor: Actor, kind: Kind | None) -> None:
    """Master data may also be loaded by who keeps it; what nobody can read is rejected later."""
    if kind in MASTER_DATA or kind is None:
        require_any(actor, LOADS_TEMPLATES)
    else:
        require(actor, Permission.IMPORT)


def _sources(work: _Work, paths: Iterable[Path]) -> list[Source]:
    """Look at all files; beside statements in a folder there may be notes of programs."""
    files = {file: path.is_dir() for path in paths for file in files_in(path)}
    if len(files) > MOST_FILES:
        raise TooManyFiles(count=len(files), most=MOST_FILES)
    work.track.listed(list(files))
    found: list[Source] = []
    wishes = work.wishes
    for number, (file, in_folder) in enumerate(files.items()):
        work.track.looking(number, len(files), file)
        sources = work.reader.sources(
            file, profile=wishes.profile, encoding=wishes.encoding, password=wishes.password
        )
        if in_folder:
            sources = [source for source in sources if not is_note(source)]
        if wishes.only:
            sources = [source for source in sources if source.label == wishes.only]
        work.track.found(file, sources)
        found += sources
    return found


def _place(source: Source) -> tuple[int, str]:
    place = ORDER.index(source.kind) if source.kind is not None else len(ORDER)
    return place, source.label


def _import_one(work: _Work, source: Source) -> FileOutcome:
    outcome = _loaded(work, source)
    if outcome.status is not FileStatus.REJECTED or not worth_keeping(outcome):
        return outcome
    lines = lines_of(work.reader, source, outcome.errors)
    about = day_number(work.wishes.about) if work.wishes.about else 0
    kept = work.workspace.write(
        work.actor, keep_rejection, source=source, outcome=outcome, lines=lines, about=about
    )
    return replace(outcome, rejection_id=kept.value)


def _loaded(work: _Work, source: Source) -> FileOutcome:
    if source.error is not None:
        return rejected(source, (source.error,), 1)
    context = work.workspace.read(reading_context, work.today, work.wishes.password)
    try:
        return work.workspace.write(
            work.actor,
            import_source,
            reader=work.reader,
            source=source,
            context=context,
            wishes=work.wishes,
            meter=work.track,
        ).value
    except REFUSALS as error:
        return refused(source, error)


def _load_entries(
    tx: Tx,
    reader: Reader,
    source: Source,
    context: Context,
    *,
    wishes: Wishes,
    meter: Meter,
) -> FileOutcome:
    manner = Manner(
        meter=meter,
        replace=wishes.replace,
        window=_window(tx.session, source.kind, wishes.day),
        about=day_number(wishes.about) if wishes.about else 0,
    )
    loaded = loading.load_entries(tx, source, reader.read(source, context), manner=manner)
    if loaded.replaced is not None:
        alone(tx, RECONCILE_LOCK)
        forget(tx, loaded.replaced)
        reach("import.forgotten")
        audit.record(
            tx,
            Verb.REPLACED,
            "source_file",
            str(loaded.replaced.file_id),
            after={"by": source.sha256},
        )
    return replace(
        outcome_of(source, loaded.status),
        file_id=loaded.file_id,
        rows=loaded.rows,
        accepted=loaded.accepted,
        overlapping=loaded.overlapping,
        total_fen=loaded.total_fen,
        business_days=tuple(loaded.business_days),
        findings=tuple(loaded.findings),
    )


def _window(session: Session, kind: Kind | None, day: date | None) -> Window | None:
    if day is None:
        return None
    last = day + timedelta(days=WINDOW_DAYS)
    if kind is Kind.ARRIVALS:
        # Banks book in working days, of which the long holidays have none.
        last = working_calendar(session).add_working_days(day, WINDOW_DAYS)
    return Window(first=day - timedelta(days=WINDOW_DAYS), last=last)


def _load_master(tx: Tx, reader: Reader, source: Source, context: Context) -> FileOutcome:
    """Load organisations or channels, and date entries anew where a cut-off moved."""
    reading = reader.read(source, context)
    rows: list[dict[str, Any]] = []
    chunks: list[RawChunk] = []
    for part in reading:
        if isinstance(part, RawChunk):
            chunks.append(part)
        else:
            rows += part.to_pylist()
    summary = reading.summary
    if summary.problem_count:
        raise FileRejected(
            file=source.label, problems=summary.problems, count=summary.problem_count
        )
    if source.kind is Kind.ORGANISATIONS:
        load_organisations(
            tx, rows=[OrganisationRow(**row) for row in rows], file_label=source.label
        )
    else:
        done = load_channels(tx, rows=[ChannelRow(**row) for row in rows], file_label=source.label)
        cutoffs = {one.code: one.cutoff_minutes for one in catalog.channels(tx.session)}
        dating.redate_channels(tx, {code: cutoffs[code] for code in done.cutoff_changed})
    file = loading.keep_file(tx, source, chunks, rows=len(rows))
    return replace(
        outcome_of(source, FileStatus.LOADED),
        file_id=file.id,
        rows=len(rows),
        accepted=len(rows),
        findings=summary.findings,
    )


def reading_context(session: Session, today: date, password: str | None) -> Context:
    """Return what rows are checked against."""
    return Context(
        channels={one.code: one.cutoff_minutes for one in catalog.channels(session)},
        payees=frozenset(one.code for one in catalog.organisations(session)),
        today=today,
        password=password,
    )
