"""Why the line with the cursor stands as it does, in words."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.base.i18n import N_, _, ngettext
from app.discrepancies.explaining import LineWhy
from app.discrepancies.rules import LineState
from app.discrepancies.sides import MONEY, Pair
from app.matching.rules import WHY, MatchRule, Side
from app.records.fields import FIELDS, EntryField
from app.wording.labels import label as label_of
from ui.formatting import amount, count, moment
from ui.theme import tones
from ui.widgets.entry_columns import TITLES, NamesOf, look_of, value_text
from ui.widgets.states import DONE, FAILED, with_glyph

_LINES = 3
_SUGGESTED: Mapping[MatchRule, str] = {
    MatchRule.HOUSEHOLD: N_("Household, period, type and amount agree within the days allowed."),
    MatchRule.ACCOUNT_AMOUNT: N_("Account and amount agree and the date is within the window."),
    MatchRule.COMBINATION: N_("The sums of this combination agree."),
}
"""In words why a rule suggests something."""


class WhyPane(QFrame):
    """One card with three lines of text that can be copied."""

    def __init__(self, names: NamesOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self.setObjectName("card")
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.text.setAccessibleName(_(N_("Why")))
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setMinimumHeight(self.fontMetrics().lineSpacing() * _LINES + 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 4)
        row.addWidget(self.text, 1)

    def show_nothing(self) -> None:
        """Empty the pane."""
        self.text.setText("")

    def show_text(self, text: str) -> None:
        """Show a sentence."""
        self.text.setText(escape(text))

    def show_why(self, found: LineWhy) -> None:
        """Explain a line."""
        parts = [self._standing(found), self._fields(found), _further(found)]
        self.text.setText("<br/>".join(part for part in parts if part))

    def _standing(self, found: LineWhy) -> str:
        line = next((one for one in found.lines if one.place == found.place), found.lines[0])
        words = label_of(line.kind) if line.kind is not None else label_of(line.state)
        parts = [f"<b>{self._coloured(look_of(line).tone, with_glyph(look_of(line), words))}</b>"]
        if found.rule is not None:
            suggested = line.state is LineState.SUGGESTED
            parts.append(escape(_((_SUGGESTED if suggested else WHY).get(found.rule, ""))))
        if found.reason:
            parts.append(escape(_(N_("Reason: {reason}")).format(reason=found.reason)))
        if found.by:
            who = N_("by {who}, {at}") if not found.automatic else N_("run by {who}, {at}")
            parts.append(escape(_(who).format(who=found.by, at=moment(found.at))))
        if len(found.lines) > 1:
            parts.append(escape(_sums(found)))
        return " · ".join(parts)

    def _fields(self, found: LineWhy) -> str:
        parts = []
        for one in found.fields:
            look = DONE if one.agrees else FAILED
            text = f"{_(TITLES[one.field])} {look.glyph}"
            if not one.agrees:
                ours, theirs = (
                    value_text(_field(one.field), value, None, self._names())
                    for value in (one.ours, one.theirs)
                )
                text = f"{text} {ours} ≠ {theirs}"
            parts.append(self._coloured(look.tone, text))
        parts += [self._beside(found, pair) for pair in found.beside if pair.differs]
        return "&nbsp;&nbsp; ".join(parts)

    def _beside(self, found: LineWhy, pair: Pair) -> str:
        text = _(N_("{field}: {first} {ours} ≠ {second} {theirs}")).format(
            field=label_of(pair.field),
            first=label_of(found.captions[0]),
            ours=_written(pair, pair.ours),
            second=label_of(found.captions[1]),
            theirs=_written(pair, pair.theirs),
        )
        return self._coloured(FAILED.tone, text)

    def _coloured(self, tone: str, text: str) -> str:
        colour = getattr(tones(self.palette()), tone)
        return f'<span style="color:{colour}">{escape(text)}</span>'


def _written(pair: Pair, value: object) -> str:
    if isinstance(value, int) and pair.field in MONEY:
        return amount(value)
    return "" if value is None else str(value)


def _field(name: str) -> EntryField:
    """Return a field by its name; it looks the same in every kind of entry."""
    return next(field for fields in FIELDS.values() for field in fields if field.name == name)


def _sums(found: LineWhy) -> str:
    return _(
        N_("{ours} of ours {ours_fen}, {theirs} of theirs {theirs_fen}, difference {difference}")
    ).format(
        ours=count(found.count(Side.OURS)),
        ours_fen=amount(found.fen(Side.OURS)),
        theirs=count(found.count(Side.THEIRS)),
        theirs_fen=amount(found.fen(Side.THEIRS)),
        difference=amount(found.fen(Side.OURS) - found.fen(Side.THEIRS)),
    )


def _further(found: LineWhy) -> str:
    """Say what else bears on it: other suggestions, age, who works on it, notes."""
    line = found.lines[0]
    parts = []
    if line.state is LineState.SUGGESTED:
        rivals = ngettext(
            "{count} other suggestion wants the same entries: choose one.",
            "{count} other suggestions want the same entries: choose one.",
            found.rivals,
        ).format(count=count(found.rivals))
        parts.append(rivals if found.rivals else _(N_("The only suggestion for these entries.")))
    if found.suggestions:
        parts.append(
            ngettext(
                "{count} suggestion for this entry, see Suggestions.",
                "{count} suggestions for this entry, see Suggestions.",
                len(found.suggestions),
            ).format(count=count(len(found.suggestions)))
        )
    if found.residue_fen:
        parts.append(_(N_("tolerated: {amount}")).format(amount=amount(found.residue_fen)))
    if found.age_days is not None:
        parts.append(
            ngettext(
                "open for {count} working day", "open for {count} working days", found.age_days
            ).format(count=count(found.age_days))
        )
    if line.assignee:
        parts.append(_(N_("in work by {who}")).format(who=line.assignee))
    if found.notes:
        parts.append(
            ngettext("{count} note", "{count} notes", found.notes).format(count=count(found.notes))
        )
    return escape(" · ".join(parts))
