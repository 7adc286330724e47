"""The commands of a clerk's day: reconcile, and settle what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.cli import printing
from app.cli.bars import bar
from app.cli.codes import DONE
from app.cli.session import Command, Desk
from app.closing.queries import latest_day
from app.discrepancies.queries import DiscrepancyFilter, discrepancies, matches
from app.discrepancies.reconciling import reconcile
from app.discrepancies.service import assign, explain, match_by_hand, unmatch
from app.matching.rules import Task


def _reconcile(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    day = options.date or workspace.read(latest_day)
    chosen = list(Task) if options.task == "all" else [Task(options.task)]
    with bar() as progress:
        reports = workspace.write(
            actor, reconcile, day=day, tasks=chosen, scope=options.channel, progress=progress
        ).value
    desk.answer(printing.reconcile_json(day, reports), printing.reconcile_lines(day, reports))
    return DONE


def _match(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    made = workspace.write(
        actor,
        match_by_hand,
        task=Task(options.task),
        ours=options.ours,
        theirs=options.theirs,
        reason=options.reason,
    ).value
    found = workspace.read(matches, match_ids=[made])
    desk.answer(printing.matches_json(found), printing.matches_lines(found))
    return DONE


def _unmatch(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    before = workspace.read(matches, match_ids=options.ids)
    workspace.write(actor, unmatch, match_ids=options.ids, reason=options.reason)
    desk.answer(printing.matches_json(before), printing.taken_apart(before))
    return DONE


def _assign(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    workspace.write(actor, assign, ids=options.ids, to=options.to)
    _show_discrepancies(desk, options.ids)
    return DONE


def _explain(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    workspace.write(actor, explain, ids=options.ids, reason=options.reason)
    _show_discrepancies(desk, options.ids)
    return DONE


def _show_discrepancies(desk: Desk, ids: Sequence[int]) -> None:
    workspace, _actor = desk.reading()
    found = workspace.read(discrepancies, DiscrepancyFilter(ids=tuple(ids)))
    desk.answer(printing.discrepancies_json(found), printing.discrepancies_lines(found))


COMMANDS: Mapping[str, Command] = {
    "reconcile": _reconcile,
    "match": _match,
    "unmatch": _unmatch,
    "assign": _assign,
    "explain": _explain,
}
