"""What would change if a corrected file replaced the one that is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NoReturn

from app.base.errors import UserError
from app.base.i18n import N_
from app.base.progress import Meter, Progress
from app.closing.files import MASTER_DATA, Wishes, reading_context
from app.closing.following import Track
from app.closing.forgetting import forget
from app.closing.refusing import REFUSALS, problems_of
from app.closing.rules import IMPORT_LOCK
from app.db.locks import alone
from app.db.workspace import Actor, Tx, Workspace
from app.identity.rules import Permission
from app.identity.service import require
from app.intake.naming import own_name
from app.intake.reader import Reader, Source, files_in
from app.intake.rules import FileStatus, Kind, RowProblem
from app.records import loading
from app.records.comparing import Compared, compare
from app.records.dating import batch_days
from app.records.kinds import SHAPES
from app.records.overlaps import earlier_file, settle_overlaps
from app.records.queries import loaded_under
from app.records.refusals import FileRejected
from app.records.spread import Manner
from app.records.touching import require_open_days

MOST_ROWS = 500
"""So many added, removed and changed rows are shown; all are counted."""


class OnlyOneFile(UserError):
    """A replacement is looked at file by file."""

    template = N_("Choose one file: {count} were found in {path}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What replacing would do; nothing was changed.

    `replaces` is the loaded file that would go, None where there is none to correct. `problems`
    say why it is not possible; `same` that exactly this file is loaded.
    """

    path: str
    name: str
    kind: Kind | None
    rows: int = 0
    amount_fen: int = 0
    replaces: int | None = None
    replaces_name: str = ""
    replaces_by: str = ""
    replaces_rows: int = 0
    replaces_fen: int = 0
    compared: Compared | None = None
    problems: tuple[RowProblem, ...] = ()
    problem_count: int = 0
    same: bool = False


class _Seen(Exception):
    """Ends the transaction, which must not be kept, with what was found in it."""

    def __init__(self, value: Replacement) -> None:
        super().__init__()
        self.value = value


def preview_replacement(
    workspace: Workspace,
    actor: Actor,
    path: Path,
    *,
    wishes: Wishes,
    today: date,
    progress: Progress,
) -> Replacement:
    """Return what replacing by this file would do; `wishes.only` chooses a member of an archive.

    Raises:
        NotAllowed: The actor may not load files.
        OnlyOneFile: The path holds several files.
        Cancelled: The user stopped it.
    """
    require(actor, Permission.IMPORT)
    track = Track(progress)
    with Reader() as reader:
        source = _source(reader, path, wishes)
        if source.error is not None:
            return _refused(source, (source.error,), 1)
        if source.kind in MASTER_DATA:
            return _plain(source)
        track.begun(source)
        try:
            workspace.write(
                actor, _look, reader=reader, source=source, wishes=wishes, today=today, meter=track
            )
        except _Seen as seen:
            return seen.value
    raise AssertionError("the transaction always ends with what was seen")


def _source(reader: Reader, path: Path, wishes: Wishes) -> Source:
    found: list[Source] = []
    for file in files_in(path):
        found += reader.sources(
            file, profile=wishes.profile, encoding=wishes.encoding, password=wishes.password
        )
    chosen = [one for one in found if wishes.only in ("", one.label)]
    if len(chosen) != 1:
        raise OnlyOneFile(count=len(found), path=str(path))
    return chosen[0]


def _look(
    tx: Tx, *, reader: Reader, source: Source, wishes: Wishes, today: date, meter: Meter
) -> NoReturn:
    alone(tx, IMPORT_LOCK)
    there = loaded_under(tx.session, source.sha256)
    if there is not None:
        raise _Seen(replace(_plain(source), same=True, replaces=there))
    context = reading_context(tx.session, today, wishes.password)
    file = loading.new_file(tx, source)
    reading = reader.read(source, context)
    spread = loading.store_rows(tx, reading, file, Manner(meter=meter, replace=True))
    try:
        loading.refuse_problems(source, reading.summary, spread)
    except FileRejected as error:
        raise _Seen(_refused(source, error.problems, error.count)) from None
    found = replace(_plain(source), rows=spread.rows, amount_fen=spread.digest_fen)
    meter.settling()
    shape = SHAPES[file.kind]
    earlier = earlier_file(tx, source, file, shape, spread)
    if earlier is None:
        raise _Seen(found)
    found = replace(
        found,
        replaces=earlier.id,
        replaces_name=own_name(earlier.name),
        replaces_by=earlier.loaded_by,
        replaces_rows=earlier.accepted,
        replaces_fen=earlier.digest_fen,
        compared=compare(
            tx.session,
            shape,
            (earlier.first_id, earlier.last_id),
            (spread.first_id, spread.last_id),
            most=MOST_ROWS,
        ),
    )
    try:
        if file.kind is Kind.CLEARING_LINES:
            spread.days |= batch_days(tx, spread.first_id, spread.last_id)
        require_open_days(tx, spread.days)
        forget(tx, loading.remove_file(tx, earlier, FileStatus.REPLACED))
        settle_overlaps(tx, source, file, shape, spread)
    except REFUSALS as error:
        problems = problems_of(source, error)
        found = replace(found, problems=problems, problem_count=len(problems))
    raise _Seen(found)


def _plain(source: Source) -> Replacement:
    return Replacement(path=source.label, name=own_name(source.label), kind=source.kind)


def _refused(source: Source, problems: Iterable[RowProblem], count: int) -> Replacement:
    return replace(_plain(source), problems=tuple(problems), problem_count=count)
