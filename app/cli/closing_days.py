"""The commands that close days and reopen them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.i18n import _, ngettext
from app.base.money import yuan
from app.cli.auditing import anchored_after
from app.cli.codes import DONE, FAILED
from app.cli.printing import table
from app.cli.session import Command, Desk
from app.closing.closing import approve_reopening, close_day, request_reopening, waive
from app.closing.reopening import reopening
from app.closing.rules import Blocker, CannotClose
from app.wording.closing import about
from app.wording.labels import label

_SHOWN = 6
"""So many of what is in the way are named to people; the JSON document names more."""


def _close(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    for wanted in options.waive:
        kind, _colon, scope = wanted.partition(":")
        # What was waived stays waived, also where something else is in the way of closing.
        workspace.write(
            actor, waive, day=options.date, file_kind=kind, scope=scope, reason=options.reason
        )
    try:
        done = workspace.write(actor, close_day, day=options.date).value
    except CannotClose as refused:
        lines = [refused.user_message(), *_blocker_lines(refused.blockers)]
        desk.answer(_document(desk, "open", refused.blockers), lines)
        return FAILED
    count = len(done.vouchers)
    said = ngettext(
        "{day} is closed, {count} voucher. Hash {hash}.",
        "{day} is closed, {count} vouchers. Hash {hash}.",
        count,
    )
    line = said.format(day=done.day.isoformat(), count=count, hash=done.hash)
    document = _document(desk, "closed", hash_=done.hash) | {"vouchers": list(done.vouchers)}
    desk.answer(document, [line])
    anchored_after(desk, workspace, actor)
    return DONE


def _reopen(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    day = options.date
    request = workspace.read(reopening, day)
    if request is None or request.maker_id == actor.user_id:
        workspace.write(actor, request_reopening, day=day, reason=options.reason)
        said = _("{day} waits to be reopened: a second person has to agree.")
        desk.answer(_document(desk, "waiting"), [said.format(day=day.isoformat())])
        return DONE
    done = workspace.write(actor, approve_reopening, day=day, seen=request.digest).value
    count = len(done.vouchers)
    said = ngettext(
        "{day} is open again, {count} red-letter voucher.",
        "{day} is open again, {count} red-letter vouchers.",
        count,
    )
    document = _document(desk, "reopened", hash_=done.hash) | {"vouchers": list(done.vouchers)}
    desk.answer(document, [said.format(day=day.isoformat(), count=count)])
    return DONE


def _document(
    desk: Desk, status: str, found: Sequence[Blocker] = (), *, hash_: str | None = None
) -> dict[str, Any]:
    return {
        "date": desk.options.date.isoformat(),
        "status": status,
        "blockers": [
            {
                "code": one.code.value,
                "kind": one.kind,
                "scope": one.scope,
                "count": one.count,
                "fen": one.fen,
                "items": list(one.items),
            }
            for one in found
        ],
        "hash": hash_,
    }


def _blocker_lines(found: Sequence[Blocker]) -> list[str]:
    head = (_("in the way"), _("of which"), _("count"), _("yuan"), _("what"))
    rows = [
        (label(one.code), about(one), str(one.count), yuan(one.fen), _few(one)) for one in found
    ]
    return list(table([head, *rows], right=(2, 3)))


def _few(one: Blocker) -> str:
    named = " ".join(one.items[:_SHOWN])
    return f"{named} …" if one.count > _SHOWN else named


COMMANDS: Mapping[str, Command] = {"close": _close, "reopen": _reopen}
