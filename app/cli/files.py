"""The commands that load files, and take them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.base.dates import CHINA
from app.cli import printing
from app.cli.bars import bar
from app.cli.codes import DONE, REJECTED
from app.cli.session import Command, Desk
from app.closing.files import Wishes, import_paths, undo_import
from app.closing.following import FileOutcome
from app.intake.rules import FileStatus
from app.upkeep.service import initialise, needs_administrator


def _init(desk: Desk) -> int:
    options = desk.options
    url = desk.url
    password = None
    if needs_administrator(url) or options.demo_users:
        password = desk.password(new=True)
    done = initialise(
        url, administrator=desk.user, password=password, demo_users=options.demo_users
    )
    code = DONE
    result: dict[str, Any] = {"revision": done.revision, "created": done.created}
    if options.org is not None:
        outcomes = _load(desk, [options.org])
        result["files"] = [printing.file_json(one) for one in outcomes]
        code = _import_code(outcomes)
        for line in printing.file_lines(outcomes):
            desk.say(line)
    desk.answer(result, [printing.initialised(done, url)])
    return code


def _import(desk: Desk) -> int:
    outcomes = _load(desk, desk.options.paths)
    desk.answer(printing.import_json(outcomes), printing.file_lines(outcomes))
    return _import_code(outcomes)


def _import_undo(desk: Desk) -> int:
    workspace = desk.open()
    actor = desk.enter(workspace)
    file = workspace.write(actor, undo_import, file_id=desk.options.file_id).value
    desk.answer({"file": file}, [printing.undone(file)])
    return DONE


def _load(desk: Desk, paths: Iterable[Path]) -> list[FileOutcome]:

    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    wishes = Wishes(
        profile=getattr(options, "profile", None),
        encoding=getattr(options, "encoding", None),
        day=getattr(options, "date", None),
        replace=getattr(options, "replace", False),
        password=desk.archive_password(),
    )
    with bar() as progress:
        return import_paths(
            workspace, actor, paths, wishes=wishes, today=_today(), progress=progress
        )


def _import_code(outcomes: Sequence[FileOutcome]) -> int:
    rejected = any(one.status is FileStatus.REJECTED for one in outcomes)
    return REJECTED if rejected else DONE


def _today() -> date:
    return datetime.now(CHINA).date()


COMMANDS: Mapping[str, Command] = {
    "init": _init,
    "import": _import,
    "import-undo": _import_undo,
}
