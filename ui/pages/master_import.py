"""Loading the templates of the master data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.base.dates import CHINA
from app.base.i18n import N_, _, ngettext
from app.base.progress import Progress
from app.closing.files import Wishes, import_paths
from app.closing.following import FileOutcome
from app.db.workspace import Actor, Workspace
from app.intake.rules import FileStatus
from ui.desk import Desk
from ui.formatting import count, now


def import_master(
    desk: Desk, paths: Sequence[Path], *, owner: QObject, done: Callable[[], object]
) -> None:
    """Load files in the background, and say what became of them."""
    title = _(N_("Import of {name}")).format(name=paths[0].name)
    work = partial(_load, desk.workspace, desk.actor, list(paths))

    def loaded(outcomes: list[FileOutcome]) -> None:
        refused = [one for one in outcomes if one.status is FileStatus.REJECTED]
        if refused:
            desk.warn(_refusal(refused[0], len(refused)))
        else:
            desk.messages.tell_done(_summary(outcomes))
        done()

    desk.job(title, work, done=loaded, owner=owner)


def _load(
    workspace: Workspace, actor: Actor, paths: list[Path], progress: Progress
) -> list[FileOutcome]:
    today = now().astimezone(CHINA).date()
    return import_paths(workspace, actor, paths, wishes=Wishes(), today=today, progress=progress)


def _summary(outcomes: Sequence[FileOutcome]) -> str:
    rows = sum(one.rows for one in outcomes)
    files = ngettext("{count} file", "{count} files", len(outcomes))
    text = _(N_("Loaded: {files}; rows: {rows}."))
    return text.format(files=files.format(count=count(len(outcomes))), rows=count(rows))


def _refusal(one: FileOutcome, refused: int) -> str:
    name = Path(one.path).name
    why = one.errors[0].text() if one.errors else ""
    line = one.errors[0].line if one.errors else 0
    text = _(N_("{file}, line {line}: {why}")) if line else _(N_("{file}: {why}"))
    said = text.format(file=name, line=line, why=why)
    if refused > 1:
        more = ngettext(
            "{count} more file was refused.", "{count} more files were refused.", refused - 1
        )
        said = f"{said} {more.format(count=refused - 1)}"
    return said
