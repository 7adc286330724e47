"""The commands that say what is done about a difference, and that decide it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.adjustments import service
from app.adjustments.drafting import Draft
from app.adjustments.queries import AdjustmentFilter, AdjustmentView, adjustments, items
from app.adjustments.refusals import NotInSuspense
from app.adjustments.rules import AdjustmentKind, SuspenseState
from app.adjustments.service import Done
from app.base.i18n import _, ngettext
from app.base.money import parse_yuan, yuan
from app.cli import balancing
from app.cli.codes import DONE
from app.cli.printing import discrepancies_json, discrepancies_lines, table
from app.cli.session import Command, Desk
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies.queries import DiscrepancyFilter, discrepancies
from app.identity.rules import Permission
from app.identity.service import require
from app.wording.labels import label


def _adjust(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    wanted = Draft(
        kind=options.kind,
        reason=options.reason,
        discrepancy_ids=() if options.item else tuple(options.ids),
        item_ids=tuple(options.ids) if options.item else (),
        amount_fen=parse_yuan(options.amount) if options.amount else None,
        payee=options.payee,
        household=options.household,
        claimant=options.org,
        original_payment_no=options.original,
        reason_code=options.reason_code,
    )
    number = workspace.write(actor, _drafted_and_submitted, wanted=wanted).value
    view = _views(workspace, [number])[0]
    desk.answer({"adjustment": _json(view)}, _lines([view]))
    return DONE


def _drafted_and_submitted(tx: Tx, *, wanted: Draft) -> str:
    """In one transaction: what cannot be submitted leaves no draft behind."""
    number = service.draft(tx, wanted=wanted)
    service.submit(tx, number=number)
    return number


def _approve(desk: Desk) -> int:
    if balancing.are_statements(desk.options.numbers):
        return balancing.approve(desk)
    return _decided(
        desk,
        lambda workspace, actor: (
            workspace.write(actor, service.approve, numbers=desk.options.numbers).value
        ),
    )


def _return(desk: Desk) -> int:
    options = desk.options
    if balancing.are_statements([options.number]):
        return balancing.send_back(desk)
    return _decided(
        desk,
        lambda workspace, actor: [
            workspace.write(
                actor, service.send_back, number=options.number, reason=options.reason
            ).value
        ],
    )


def _withdraw(desk: Desk) -> int:
    if balancing.are_statements([desk.options.number]):
        return balancing.withdraw(desk)
    return _decided(
        desk,
        lambda workspace, actor: [
            workspace.write(actor, service.withdraw, number=desk.options.number).value
        ],
    )


def _reverse(desk: Desk) -> int:
    options = desk.options
    return _decided(
        desk,
        lambda workspace, actor: [
            workspace.write(
                actor, service.reverse_adjustment, number=options.number, reason=options.reason
            ).value
        ],
    )


def _decided(desk: Desk, decide: Callable[[Workspace, Actor], Sequence[Done]]) -> int:
    workspace = desk.open()
    actor = desk.enter(workspace)
    done = decide(workspace, actor)
    views = _views(workspace, [one.number for one in done])
    desk.answer({"adjustments": [_json(view) for view in views]}, _lines(views))
    return DONE


def _claim(desk: Desk) -> int:
    """Submit a claim of what a discrepancy has in suspense; it waits for its checker."""
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    # Before anything is looked up: what is in suspense is nobody else's business.
    require(actor, Permission.ADJUST)
    found = workspace.read(items, states=(SuspenseState.OPEN,), discrepancy_id=options.id)
    if not found:
        raise NotInSuspense(id=options.id)
    reason = options.reason or _("claimed by {who}").format(who=options.household or options.org)
    wanted = Draft(
        kind=AdjustmentKind.CLAIM,
        reason=reason,
        item_ids=tuple(one.id for one in found),
        amount_fen=parse_yuan(options.amount) if options.amount else None,
        household=options.household,
        claimant=options.org,
    )
    number = workspace.write(actor, _drafted_and_submitted, wanted=wanted).value
    view = _views(workspace, [number])[0]
    rows = workspace.read(discrepancies, DiscrepancyFilter(ids=(options.id,)))
    answer = discrepancies_json(rows) | {"adjustment": _json(view)}
    desk.answer(answer, [*discrepancies_lines(rows), "", *_lines([view])])
    return DONE


def _views(workspace: Workspace, numbers: Sequence[str]) -> list[AdjustmentView]:
    found = workspace.read(adjustments, AdjustmentFilter(numbers=tuple(numbers)))
    by_number = {one.number: one for one in found}
    return [by_number[number] for number in numbers]


def _json(view: AdjustmentView) -> dict[str, Any]:
    return {
        "number": view.number,
        "kind": view.kind.value,
        "status": view.status.value,
        "payee": view.payee,
        "date": view.business_on.isoformat(),
        "amount_fen": view.amount_fen,
        "voucher": view.reversal or view.voucher or None,
        "letter": view.letter_no or None,
        "discrepancies": list(view.discrepancy_ids),
        "maker": view.maker_name,
        "checker": view.checker_name or None,
        "reason": view.reason,
    }


def _lines(views: Sequence[AdjustmentView]) -> list[str]:
    head = (_("no."), _("kind"), _("state"), _("payee"), _("amount"), _("voucher"))
    rows = [
        (
            view.number,
            label(view.kind),
            label(view.status),
            view.payee,
            yuan(view.amount_fen),
            view.reversal or view.voucher or view.letter_no or "–",
        )
        for view in views
    ]
    count = len(views)
    said = ngettext("{count} adjustment, {sum} yuan.", "{count} adjustments, {sum} yuan.", count)
    scope = said.format(count=count, sum=yuan(sum(view.amount_fen for view in views)))
    return [*table([head, *rows], right=(4,)), scope]


COMMANDS: Mapping[str, Command] = {
    "adjust": _adjust,
    "approve": _approve,
    "return": _return,
    "withdraw": _withdraw,
    "reverse": _reverse,
    "claim": _claim,
}
