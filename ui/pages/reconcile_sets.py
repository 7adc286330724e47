"""对账, the combination finder: which entries together settle what is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.base.i18n import N_, _, ngettext
from app.db.workspace import ReadSession
from app.discrepancies.combining import Finding, FoundSet, find_balanced, find_sets
from app.discrepancies.looking import is_open
from app.discrepancies.queries import SIDES
from app.discrepancies.rows import Entry, Line, read_entries
from app.matching.rules import Side, Task
from app.records.fields import FIELDS
from ui.dialogs.choosing import Choose
from ui.formatting import amount, count
from ui.models.picks import Pick, Picks
from ui.pages.reconcile_matching import ReconcileMatching

_NAMED = 4
"""So many entries of a set are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """What the finder found, and the entries that it is about, by their side and id."""

    finding: Finding
    entries: Mapping[tuple[Side, int], Entry]


class ReconcileSets(ReconcileMatching):
    """Finds sets that are level; what is found goes into the tray, and is never matched by itself.

    Where several sets fit, a person chooses one or none.
    """

    def combine(self) -> None:
        """Find entries of the other side that make the tray level."""
        if not self.picks:
            line, side = self.line_now(), self.tables_now.side
            found = [] if line is None else self.open_picks([line], [side])
            if line is not None and not found:
                found = self.open_picks([line], [self._other(side)])
            if not found:
                self.desk.warn(_(N_("Go to an entry that waits for a partner first.")))
                return
            self.picks.put(found)
            self.tray_changed()
        empty = [side for side in Side if not self.picks.count(side)]
        side = empty[0] if empty else self.tables_now.side
        ours, theirs = self.picks.ids(Side.OURS), self.picks.ids(Side.THEIRS)
        self.bars.show_busy(_(N_("◆ searching …")))
        self.desk.read(_sets, task=self.task, ours=ours, theirs=theirs, side=side).then(
            self._found_sets, owner=self
        )

    def combine_selected(self) -> None:
        """Find which of the selected entries settle each other."""
        self.with_selected(self._combine_lines)

    def _combine_lines(self, lines: Sequence[Line]) -> None:
        chosen = Picks()
        chosen.put(self.open_picks([line for line in lines if is_open(line)], Side))
        ours, theirs = chosen.ids(Side.OURS), chosen.ids(Side.THEIRS)
        if not (ours or theirs):
            self.desk.warn(_(N_("Go to an entry that waits for a partner first.")))
            return
        self.bars.show_busy(_(N_("◆ searching …")))
        self.desk.read(_balanced, task=self.task, ours=ours, theirs=theirs).then(
            self._found_sets, owner=self
        )

    def _found_sets(self, found: Sets) -> None:
        self.bars.show_busy("")
        finding = found.finding
        if not finding.sets:
            self.desk.warn(
                _(N_("No combination fits. {searched}")).format(searched=_searched(finding))
            )
        elif len(finding.sets) == 1 and finding.complete:
            self._take(found, finding.sets[0])
            self.desk.say(
                _(N_("The only combination is in the tray. {searched}")).format(
                    searched=_searched(finding)
                )
            )
        else:
            self._ask_which(found)

    def _ask_which(self, found: Sets) -> None:
        finding = found.finding
        text = ngettext(
            "{count} combination fits. Which one goes into the tray?",
            "{count} combinations fit. Which one goes into the tray?",
            finding.total,
        ).format(count=count(finding.total))
        Choose(
            _(N_("Into the tray")),
            f"{text}\n{_searched(finding)}",
            [(str(number), self._described(found, one)) for number, one in enumerate(finding.sets)],
            done=lambda number: self._take(found, finding.sets[int(number)]),
            parent=self.window(),
        ).open()

    def _take(self, found: Sets, chosen: FoundSet) -> None:
        self.picks.clear()
        for side, ids in ((Side.OURS, chosen.ours), (Side.THEIRS, chosen.theirs)):
            self.picks.put(
                Pick(side=side, id=id_, fen=found.entries[side, id_].fen)
                for id_ in ids
                if (side, id_) in found.entries
            )
        self.tray_changed()

    def _described(self, found: Sets, chosen: FoundSet) -> str:
        """Name the entries of a set that are not chosen yet, by amount and number."""
        parts = []
        for side, ids in ((Side.OURS, chosen.ours), (Side.THEIRS, chosen.theirs)):
            new = [id_ for id_ in ids if not self.picks.has(side, id_)]
            entries = [found.entries[side, id_] for id_ in new if (side, id_) in found.entries]
            parts += [f"{amount(one.fen)} {_key(one)}" for one in entries[:_NAMED]]
            if len(entries) > _NAMED:
                parts.append("…")
        return " + ".join(parts)


def _sets(
    session: ReadSession, *, task: Task, ours: Sequence[int], theirs: Sequence[int], side: Side
) -> Sets:
    finding = find_sets(session, task=task, ours=ours, theirs=theirs, side=side)
    return _with_entries(session, task, finding)


def _balanced(
    session: ReadSession, *, task: Task, ours: Sequence[int], theirs: Sequence[int]
) -> Sets:
    finding = find_balanced(session, task=task, ours=ours, theirs=theirs)
    return _with_entries(session, task, finding)


def _with_entries(session: ReadSession, task: Task, finding: Finding) -> Sets:
    entries = {}
    for side, kind in zip(Side, SIDES[task], strict=True):
        ids = {
            id_ for one in finding.sets for id_ in (one.ours if side is Side.OURS else one.theirs)
        }
        entries.update(
            {(side, id_): entry for id_, entry in read_entries(session, kind, ids).items()}
        )
    return Sets(finding=finding, entries=entries)


def _searched(finding: Finding) -> str:
    """Say how far was searched."""
    text = _(N_("Searched sets of up to {size} among {considered} of {open} open entries."))
    return text.format(
        size=finding.searched, considered=count(finding.considered), open=count(finding.open)
    )


def _key(entry: Entry) -> str:
    first = next((field.name for field in FIELDS[entry.kind] if field.shown), "")
    return str(entry.value(first) or "")
