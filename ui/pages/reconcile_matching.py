"""对账, what it changes: the tray, matching, suggestions, taking apart, candidates, sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from app.base.i18n import N_, _, ngettext
from app.discrepancies.apart import take_apart
from app.discrepancies.byhand import MOST_AT_ONCE, accept, match_entries
from app.discrepancies.candidates import Candidate, candidates
from app.discrepancies.journal import Step
from app.discrepancies.looking import (
    Anchor,
    is_open,
    matches_at,
    still_open,
    suggestions_at,
)
from app.discrepancies.rows import Line, lines_at
from app.discrepancies.rules import LineState, Tab, Verdict
from app.discrepancies.scopes import Scope, of_matches, of_suggestions
from app.discrepancies.sheet import Sheet
from app.discrepancies.tray import Tray, tray
from app.discrepancies.undoing import undo
from app.matching.rules import Side
from app.wording.labels import label as label_of
from ui.desk import Undo
from ui.dialogs.asking import Ask
from ui.formatting import amount, count
from ui.models.picks import Pick, Picks
from ui.pages.reconcile_view import ReconcileView

MOST_PICKED = 5_000
REACHES = (3, 10, 31)
"""Days around an entry in which candidates are looked for; F again looks further."""


class ReconcileMatching(ReconcileView):
    """Everything that a person decides here; `ReconcilePage` adds keys and ways."""

    verdict: Tray | None = None
    reach: int = 0
    after: Sequence[Anchor] = ()

    # ------------------------------------------------------------ the tray

    def pick(self) -> None:
        """Put the selected entries of this side into the tray, or take them out."""
        self.with_selected(self._picked)

    def clear_tray(self) -> None:
        """Leave the candidates, else take everything out of the tray."""
        if self.followed is not None:
            self.tables_now.change_side(self._other(self.tables_now.side))
            self.arrange_again()
        self.picks.clear()
        self.tray_changed()

    def sheet_opened(self, sheet: Sheet) -> None:
        """Take out of the tray what is no longer open."""
        if self.picks:
            self.tray_changed()
            ours, theirs = self.picks.ids(Side.OURS), self.picks.ids(Side.THEIRS)
            self.desk.read(still_open, sheet, ours, theirs).then(self._still_open, owner=self)

    def tray_changed(self) -> None:
        """Show what is in the tray, and ask what may become of it."""
        self.verdict = None
        self.tables_now.redraw()
        self.tray.show_picks(self.picks)
        self.weigh()
        if self.picks:
            ours, theirs = self.picks.ids(Side.OURS), self.picks.ids(Side.THEIRS)
            self.desk.read(tray, task=self.task, ours=ours, theirs=theirs).then(
                partial(self._judged, (ours, theirs)), owner=self
            )

    def open_picks(self, lines: Iterable[Line], sides: Iterable[Side]) -> list[Pick]:
        """Return the entries of these lines that wait for a partner."""
        return [
            Pick(side=side, id=entry.id, fen=entry.fen, place=line.place)
            for line in lines
            for side in sides
            if (entry := line.entry(side)) is not None and is_open(line)
        ]

    def _picked(self, lines: Sequence[Line]) -> None:
        found = self.open_picks(lines, [self.tables_now.side])
        if not found:
            self.desk.warn(_(N_("Only entries that wait for a partner can be picked.")))
            return
        self.picks.toggle(found)
        self.tray_changed()
        row = self.tables_now.row()
        if len(lines) == 1 and row is not None:
            self.tables_now.go_to_row(row + 1)

    def _still_open(self, found: tuple[set[int], set[int]]) -> None:
        if self.picks.keep(*found):
            self.tray_changed()

    def _judged(self, asked: tuple[tuple[int, ...], tuple[int, ...]], found: Tray) -> None:
        if asked == (self.picks.ids(Side.OURS), self.picks.ids(Side.THEIRS)):
            self.verdict = found
            self.tray.show_tray(found)

    # ------------------------------------------------------------ matching

    def match(self) -> None:
        """Match what is in the tray; without a tray accept a suggestion, or match what is chosen.

        What is chosen on the one side that the tray has nothing of comes along.
        """
        line = self.line_now()
        if not self.picks and line is not None and line.state is LineState.SUGGESTED:
            self.accept()
            return
        if not (self.picks.count(Side.OURS) and self.picks.count(Side.THEIRS)):
            self.with_selected(self._match_with)
        else:
            self._match(self.picks)

    def accept(self) -> None:
        """Accept the suggestion with the cursor, or all those that are selected."""
        line, sheet = self.line_now(), self.now.sheet
        if sheet is None or line is None:
            return
        if self.tables_now.selected_count() > 1:
            self._ask_suggestions(sheet, everything=False)
        elif line.suggestion_id:
            self._accept([line.suggestion_id])
        else:
            self.desk.warn(_(N_("This line is no suggestion.")))

    def accept_all(self) -> None:
        """Accept every suggestion that is shown, once it is said how many that are."""
        sheet = self.now.sheet
        if sheet is not None:
            self._ask_suggestions(sheet, everything=True)

    def take_apart(self) -> None:
        """Take the selected matches apart, with a reason."""
        sheet = self.now.sheet
        if sheet is None:
            return
        places, whole = self.selected_places(), self._all_selected()

        def found(chosen: tuple[list[int], int]) -> None:
            match_ids, number = chosen
            if not match_ids:
                self.desk.warn(_(N_("Nothing is matched here.")))
            elif self._not_too_many(number):
                self.desk.read(of_matches, match_ids=match_ids).then(
                    partial(self._ask_apart, whole), owner=self
                )

        self.desk.read(matches_at, sheet, places, most=MOST_AT_ONCE).then(found, owner=self)

    def undo_last(self) -> None:
        """Take the last action of this session back."""
        if self.desk.undo_list:
            self.desk.take_back(self.desk.undo_list[-1])
        else:
            self.desk.say(_(N_("Nothing to take back.")))

    def _match_with(self, lines: Sequence[Line]) -> None:
        """Match the tray together with what is chosen on the sides that it has nothing of."""
        sides = [side for side in Side if not self.picks.count(side)]
        if len(sides) == 1:
            sides = [side for side in sides if side is self.tables_now.side]
        together = Picks()
        for side in Side:
            together.put(Pick(side=side, id=id_, fen=0) for id_ in self.picks.ids(side))
        together.put(self.open_picks(lines, sides))
        self._match(together)

    def _match(self, picks: Picks) -> None:
        ours, theirs = picks.ids(Side.OURS), picks.ids(Side.THEIRS)
        self.desk.read(tray, task=self.task, ours=ours, theirs=theirs).then(
            partial(self._match_judged, ours, theirs), owner=self
        )

    def _match_judged(self, ours: Sequence[int], theirs: Sequence[int], found: Tray) -> None:
        act = partial(self._write_match, ours, theirs)
        match found.verdict:
            case Verdict.EQUAL:
                act("")
            case Verdict.TOLERATED:
                text = _(N_("The difference of {amount} is tolerated. Match all the same?"))
                self.ask(
                    _(N_("Match")),
                    text.format(amount=amount(found.difference_fen)),
                    act,
                    reason=_(N_("Why?")),
                )
            case Verdict.UNEQUAL:
                text = _(N_("Ours {ours}, theirs {theirs}: the difference is {difference}."))
                self.desk.warn(
                    text.format(
                        ours=amount(found.ours_fen),
                        theirs=amount(found.theirs_fen),
                        difference=amount(found.difference_fen),
                    )
                )
            case Verdict.EMPTY:
                self.desk.warn(_(N_("Pick entries of both sides first: Space picks.")))
            case _:
                self.desk.warn(found.trouble)
                self.reload()

    def _write_match(self, ours: Sequence[int], theirs: Sequence[int], reason: str) -> None:
        self._go_on_after({Side.OURS: set(ours), Side.THEIRS: set(theirs)})
        self.desk.write(
            match_entries, task=self.task, ours=ours, theirs=theirs, reason=reason
        ).then(self._matched, owner=self, undo=_undo_match, failed=self._refused)

    def _matched(self, step: Step) -> None:
        self.picks.clear()
        self.tray_changed()
        self.desk.messages.tell_done(_told(step))

    def _accept(self, suggestions: Sequence[int]) -> None:
        self._go_on_after({})
        self.desk.write(accept, task=self.task, suggestions=suggestions).then(
            self._matched, owner=self, undo=_undo_match, failed=self._refused
        )

    def _ask_suggestions(self, sheet: Sheet, *, everything: bool) -> None:
        places = self.tables_now.lines.ids() if everything else self.selected_places()

        def found(chosen: tuple[list[int], int]) -> None:
            ids, number = chosen
            if not ids:
                self.desk.warn(_(N_("No suggestion is shown here.")))
            elif self._not_too_many(number):
                self.desk.read(of_suggestions, task=self.task, suggestions=ids).then(
                    partial(self._ask_accept, everything), owner=self
                )

        self.desk.read(suggestions_at, sheet, places, most=MOST_AT_ONCE).then(found, owner=self)

    def _ask_accept(self, everything: bool, scope: Scope) -> None:  # noqa: FBT001 - from `partial`
        words = (
            N_("Accept all {scope} that are shown?")
            if everything
            else N_("Accept the {scope} that are selected?")
        )
        things = ngettext("{count} suggestion", "{count} suggestions", scope.count)
        text = _(words).format(scope=_scope_text(things, scope)) + _left_out(scope)
        if scope.count:
            self.ask(_(N_("Accept")), text, lambda _reason: self._accept(scope.ids))
        else:
            self._warn_left_out(_(N_("None of them can be accepted.")), scope)

    def _ask_apart(self, whole: bool, scope: Scope) -> None:  # noqa: FBT001 - from `partial`
        words = (
            N_("Take all {scope} that the filter shows apart?")
            if whole and scope.count > 1
            else N_("Take the {scope} selected apart?")
        )
        things = ngettext("{count} match", "{count} matches", scope.count)
        text = _(words).format(scope=_scope_text(things, scope)) + _left_out(scope)
        if scope.count:
            self.ask(
                _(N_("Take apart")), text, partial(self._apart, scope.ids), reason=_(N_("Why?"))
            )
        else:
            self._warn_left_out(_(N_("None of them can be taken apart.")), scope)

    def _warn_left_out(self, text: str, scope: Scope) -> None:
        self.desk.warn(" ".join((text + _left_out(scope)).split("\n")))

    def _apart(self, match_ids: Sequence[int], reason: str) -> None:
        self.anchors = []
        self.desk.write(take_apart, match_ids=match_ids, reason=reason).then(
            lambda step: self.desk.messages.tell_done(_told_apart(step)),
            owner=self,
            undo=lambda step: Undo(text=_told_apart(step), fn=lambda tx: undo(tx, step)),
            failed=self._refused,
        )

    # ------------------------------------------------------------ candidates

    def follow(self) -> None:
        """Show which entries of the other side may belong to the one with the cursor."""
        line, side = self.line_now(), self.tables_now.side
        if self.followed is not None:
            line, side = self.followed, self._other(self.tables_now.side)
            self.reach = (self.reach + 1) % len(REACHES)
        else:
            self.reach = 0
        entry = line.entry(side) if line is not None else None
        if line is None or entry is None or not is_open(line):
            self.desk.warn(_(N_("Go to an entry that waits for a partner first.")))
            return
        if self.followed is None:
            self.after = self.anchors_below({})
        self.desk.read(
            candidates, task=self.task, side=side, entry_id=entry.id, days=REACHES[self.reach]
        ).then(partial(self._found_candidates, line, side), owner=self)

    def _found_candidates(self, line: Line, side: Side, found: Sequence[Candidate]) -> None:
        days = REACHES[self.reach]
        if not found:
            text = ngettext(
                "No candidate within {count} day.", "No candidate within {count} days.", days
            )
            self.desk.warn(text.format(count=days))
            return
        self.picks.put(self.open_picks([line], [side]))
        self.followed = line
        other = self._other(side)
        lines = [_moved(line, 0)]
        hints = {}
        for place, one in enumerate(found, start=1):
            lines.append(_candidate_line(place, other, one))
            hints[place] = _hint(one)
        self.tables_now.show_candidates(lines, hints)
        self.tables_now.change_side(other)
        self.tables_now.go_to_row(1)
        self.bars.show_busy(
            ngettext(
                "{count} candidate within {days} days; F looks further, Esc goes back",
                "{count} candidates within {days} days; F looks further, Esc goes back",
                len(found),
            ).format(count=count(len(found)), days=days)
        )
        self.tray_changed()

    @staticmethod
    def _other(side: Side) -> Side:
        return Side.THEIRS if side is Side.OURS else Side.OURS

    # ------------------------------------------------------------ where the cursor goes

    def line_now(self) -> Line | None:
        """Return the line with the cursor if it is here."""
        row = self.tables_now.row() if self.task in self.linked else None
        return None if row is None else self.tables_now.lines.known(row)

    def next_row(self, row: int, gone: dict[Side, set[int]]) -> int | None:
        """Return the next row below that waits for something, as far as rows are known."""
        lines = self.tables_now.lines
        for number in range(row + 1, lines.rowCount()):
            line = lines.known(number)
            if line is None:
                return None
            taken = any(
                (entry := line.entry(side)) is not None and entry.id in ids
                for side, ids in gone.items()
            )
            wanted = is_open(line) or line.state is LineState.SUGGESTED
            if line.leads and wanted and not taken:
                return number
        return None

    def anchors_below(self, gone: dict[Side, set[int]]) -> list[Anchor]:
        """Return where to go on when these entries are done."""
        row = self.tables_now.row()
        below = None if row is None else self.next_row(row, gone)
        line = None if below is None else self.tables_now.lines.known(below)
        if line is None or self.now.tab is Tab.SUGGESTED:
            return []
        return [
            Anchor(side=side, entry_id=entry.id)
            for side in Side
            if (entry := line.entry(side)) is not None
        ]

    def _go_on_after(self, gone: dict[Side, set[int]]) -> None:
        if self.followed is not None:
            self.anchors = list(self.after)
        else:
            self.anchors = self.anchors_below(gone)

    # ------------------------------------------------------------ small parts

    def ask(
        self, title: str, text: str, done: Callable[[str], object], *, reason: str = ""
    ) -> None:
        """Ask before something is done, with a reason where one is needed."""
        Ask(title, text, act=title, done=done, reason=reason, parent=self.window()).open()

    def _refused(self, error: Exception) -> None:
        """Say why not; what is shown may be out of date."""
        self.anchors = []
        self.desk.messages.failed(error)
        self.reload()

    def _not_too_many(self, number: int) -> bool:
        if number > MOST_AT_ONCE:
            text = _(N_("{count} are chosen; at most {most} can be taken at once."))
            self.desk.warn(text.format(count=count(number), most=count(MOST_AT_ONCE)))
        return number <= MOST_AT_ONCE

    def _all_selected(self) -> bool:
        return self.tables_now.selected_count() == self.tables_now.lines.rowCount()

    def with_selected(self, act: Callable[[Sequence[Line]], object]) -> None:
        """Do something with the selected lines, which may have to be read first."""
        rows = self.tables_now.selected_rows(MOST_PICKED + 1)
        if len(rows) > MOST_PICKED:
            self.desk.warn(_(N_("At most {most} entries at once.")).format(most=count(MOST_PICKED)))
            return
        lines = [self.tables_now.lines.known(row) for row in rows]
        there = [line for line in lines if line is not None]
        sheet = self.now.sheet
        if len(there) == len(rows):
            act(there)
        elif sheet is not None:
            places = [self.tables_now.lines.ids()[row] for row in rows]
            self.desk.read(lines_at, sheet, places).then(act, owner=self)


def _undo_match(step: Step) -> Undo:
    return Undo(text=_told(step), fn=lambda tx: undo(tx, step))


def _told(step: Step) -> str:
    text = ngettext(
        "Matched: {count} match, ours {ours}, theirs {theirs}",
        "Matched: {count} matches, ours {ours}, theirs {theirs}",
        step.count,
    )
    return _filled(text, step)


def _told_apart(step: Step) -> str:
    text = ngettext(
        "Taken apart: {count} match, ours {ours}, theirs {theirs}",
        "Taken apart: {count} matches, ours {ours}, theirs {theirs}",
        step.count,
    )
    return _filled(text, step)


def _filled(text: str, step: Step) -> str:
    return text.format(
        count=count(step.count), ours=amount(step.ours_fen), theirs=amount(step.theirs_fen)
    )


def _scope_text(things: str, scope: Scope) -> str:
    return _(N_("{things} (ours {ours}, theirs {theirs})")).format(
        things=things.format(count=count(scope.count)),
        ours=amount(scope.ours_fen),
        theirs=amount(scope.theirs_fen),
    )


def _left_out(scope: Scope) -> str:
    """Say what is left out, each on a line of its own."""
    parts = [
        (scope.ambiguous, N_("{count} want the same entries as others: choose one by one.")),
        (scope.gone, N_("{count} no longer hold.")),
        (scope.waiting, N_("{count} wait for an approval or are confirmed.")),
    ]
    return "".join("\n" + _(text).format(count=count(number)) for number, text in parts if number)


def _hint(one: Candidate) -> str:
    """Say what speaks for a candidate, and how many days it is away."""
    parts = [label_of(hint) for hint in one.hints]
    if one.days_apart:
        text = ngettext("{count} day apart", "{count} days apart", abs(one.days_apart))
        parts.append(text.format(count=abs(one.days_apart)))
    return " · ".join(parts)


def _moved(line: Line, place: int) -> Line:
    return replace(line, place=place)


def _candidate_line(place: int, side: Side, found: Candidate) -> Line:
    return Line(
        place=place,
        state=LineState.OPEN,
        kind=None,
        leads=True,
        match_id=0,
        discrepancy_id=0,
        suggestion_id=0,
        hinted=False,
        other_day=0,
        ours=found.entry if side is Side.OURS else None,
        theirs=found.entry if side is Side.THEIRS else None,
        difference_fen=found.difference_fen,
    )
