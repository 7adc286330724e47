"""The commands that write what is booked for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.adjustments.queries import VoucherFilter, vouchers
from app.base.i18n import _, ngettext
from app.cli.codes import DONE, FAILED
from app.cli.session import Command, Desk
from app.db.files import replacing
from app.discrepancies.casefilter import UNSETTLED, CaseFilter
from app.discrepancies.cases import case_assignees, case_list, case_rows
from app.identity.rules import Permission
from app.identity.service import require
from app.matching.rules import Task
from app.reporting.ledger_export import export_vouchers, form_of, payee_names
from app.reporting.ledger_layouts import layout
from app.reporting.roundtrip import write_cases
from app.reporting.taking_back import Change, changes, read_sheet, take_back, told


def _vouchers_export(desk: Desk) -> int:
    options = desk.options
    out = Path(options.out)
    form, chosen = form_of(out), layout(options.layout)
    workspace, _actor = desk.reading()
    wanted = VoucherFilter(payee=options.payee, month=options.month or 0, day=options.date)
    found = workspace.read(vouchers, wanted)
    names = workspace.read(payee_names)
    with replacing(out) as draft:
        lines = export_vouchers(draft, found, form=form, names=names, layout=chosen)
    text = ngettext(
        "{count} voucher with {lines} lines written to {file}",
        "{count} vouchers with {lines} lines written to {file}",
        len(found),
    )
    desk.answer(
        {"file": str(out), "vouchers": len(found), "lines": lines},
        [text.format(count=len(found), lines=lines, file=out.name)],
    )
    return DONE


def _discrepancies_export(desk: Desk) -> int:
    options = desk.options
    out = Path(options.file)
    workspace, _actor = desk.reading()
    wanted = CaseFilter(
        statuses=UNSETTLED,
        first=options.date,
        last=options.date,
        tasks=frozenset({Task(options.task)}) if options.task else frozenset(),
    )
    ids = workspace.read(case_list, wanted).ids
    people = workspace.read(case_assignees)
    with replacing(out) as draft:
        written = write_cases(
            draft, ids, lambda some: workspace.read(case_rows, some), people=people
        )
    text = ngettext(
        "{count} discrepancy written to {file}",
        "{count} discrepancies written to {file}",
        written,
    )
    answer = {"file": str(out), "discrepancies": written}
    desk.answer(answer, [text.format(count=written, file=out.name)])
    return DONE


def _discrepancies_import(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    require(actor, Permission.ADJUST)
    found = workspace.read(changes, read_sheet(Path(options.file)))
    good = [one for one in found if not one.problem]
    document: dict[str, Any] = {
        "changes": [_json(one) for one in found],
        "problems": len(found) - len(good),
        "applied": False,
    }
    lines = [_line(one) for one in found] or [_("The sheet changes nothing.")]
    if options.apply:
        done = workspace.write(actor, take_back, wanted=good).value
        document |= {
            "applied": True,
            "assigned": done.assigned,
            "noted": done.noted,
            "drafts": list(done.drafts),
        }
        said = _("{assigned} assigned, {noted} noted, {drafts} drafted").format(
            assigned=done.assigned, noted=done.noted, drafts=len(done.drafts)
        )
        lines.append(said)
    desk.answer(document, lines)
    return DONE if len(good) == len(found) else FAILED


def _json(one: Change) -> dict[str, Any]:
    wanted = one.wanted
    return {
        "line": one.line,
        "id": one.id,
        "assignee": one.assignee,
        "note": one.note,
        "kind": wanted.kind.value if wanted else None,
        "amount_fen": wanted.amount_fen if wanted else None,
        "problem": one.problem,
    }


def _line(one: Change) -> str:
    return _("line {line}, discrepancy {id}: {what}").format(
        line=one.line, id=one.id, what=one.problem or told(one)
    )


COMMANDS: Mapping[str, Command] = {
    "vouchers-export": _vouchers_export,
    "discrepancies-export": _discrepancies_export,
    "discrepancies-import": _discrepancies_import,
}
