"""The commands that confirm arrivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.arrivals.queries import ArrivalFilter
from app.arrivals.service import Confirmed, check, confirm, confirm_all_clean, unconfirm
from app.base.i18n import _, ngettext
from app.base.money import yuan
from app.cli.codes import DONE
from app.cli.printing import table
from app.cli.session import Command, Desk
from app.closing.queries import latest_day
from app.wording.labels import label


def _confirm(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    if options.all_clean:
        day = options.date or workspace.read(latest_day)
        wanted = ArrivalFilter(day=day, brought_forward=True)
        done = workspace.write(actor, confirm_all_clean, wanted=wanted).value
    else:
        done = workspace.write(actor, confirm, batch_nos=options.batches).value
    return _answer(desk, done)


def _check(desk: Desk) -> int:
    workspace = desk.open()
    actor = desk.enter(workspace)
    return _answer(desk, workspace.write(actor, check, batch_nos=desk.options.batches).value)


def _unconfirm(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    done = workspace.write(actor, unconfirm, batch_nos=options.batches, reason=options.reason)
    return _answer(desk, done.value)


def _answer(desk: Desk, done: Sequence[Confirmed]) -> int:
    desk.answer(confirmations_json(done), confirmations_lines(done))
    return DONE


def confirmations_json(done: Sequence[Confirmed]) -> dict[str, Any]:
    """Confirmations."""
    return {
        "confirmations": [
            {
                "number": one.number,
                "batch": one.batch_no,
                "status": one.status.value,
                "expected_fen": one.expected_fen,
                "arrived_fen": one.arrived_fen,
            }
            for one in done
        ]
    }


def confirmations_lines(done: Sequence[Confirmed]) -> list[str]:
    """Confirmations, and how many they are."""
    head = (_("no."), _("batch"), _("state"), _("expected"), _("arrived"))
    rows = [
        (one.number, one.batch_no, label(one.status), yuan(one.expected_fen), yuan(one.arrived_fen))
        for one in done
    ]
    count = len(done)
    said = ngettext("{count} batch, {sum} yuan.", "{count} batches, {sum} yuan.", count)
    scope = said.format(count=count, sum=yuan(sum(one.expected_fen for one in done)))
    return [*table([head, *rows], right=(3, 4)), scope] if rows else [scope]


COMMANDS: Mapping[str, Command] = {
    "confirm": _confirm,
    "check": _check,
    "unconfirm": _unconfirm,
}
