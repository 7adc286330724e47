"""The commands about the audit log: where it ends, and the log as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from app.audit.search import AuditFilter
from app.base.errors import UserError
from app.base.i18n import _, ngettext
from app.cli.bars import bar
from app.cli.codes import DONE
from app.cli.session import Command, Desk
from app.db.workspace import Actor, Workspace
from app.upkeep.anchors import Anchored, anchor, anchor_folder
from app.upkeep.exporting import export_log


def anchored_after(desk: Desk, workspace: Workspace, actor: Actor) -> None:
    """Anchor the log after a closing, which stands whatever becomes of the anchor's file."""
    try:
        made = _made(desk, workspace, actor)
    except UserError as error:
        text = _("The day is closed, but the end of the log was not written: {reason}")
        desk.say(text.format(reason=error.user_message()))
    else:
        desk.say(_told(made))


def _anchor(desk: Desk) -> int:
    workspace = desk.open()
    made = _made(desk, workspace, desk.enter(workspace))
    document = {"anchor": asdict(made.anchor), "file": str(made.file), "signed": made.signed}
    desk.answer(document, [_told(made)])
    return DONE


def _audit_export(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    wanted = AuditFilter(
        person=options.person,
        first=options.first,
        last=options.last,
        object_type=options.object,
    )
    with bar() as progress:
        done = export_log(workspace, actor, options.file, wanted=wanted, progress=progress)
    said = ngettext(
        "{count} record written: {file}", "{count} records written: {file}", done.records
    )
    document = {
        "file": str(done.file),
        "records": done.records,
        "whole": done.whole,
        "sha256": done.sha256,
    }
    desk.answer(document, [said.format(count=done.records, file=done.file)])
    return DONE


def _made(desk: Desk, workspace: Workspace, actor: Actor) -> Anchored:
    return anchor(workspace, actor, folder=anchor_folder(desk.url, desk.options.anchors))


def _told(made: Anchored) -> str:
    if made.signed:
        text = _("The log up to record {sequence} is anchored and signed: {file}")
    else:
        text = _(
            "The log up to record {sequence} is anchored without a signature (there is "
            "neither a keyring nor DUIPING_ANCHOR_PASSPHRASE): {file}"
        )
    return text.format(sequence=made.anchor.sequence, file=made.file)


COMMANDS: Mapping[str, Command] = {"anchor": _anchor, "audit-export": _audit_export}
