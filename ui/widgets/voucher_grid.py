"""The lines of a voucher as on a voucher form: debit, credit, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.adjustments.queries import LineView
from app.base.i18n import N_, _
from ui.formatting import amount
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.widgets.table_view import TableView

_LEAST_ROWS = 3
_MOST_ROWS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    """A line of the form, or the one below that adds up."""

    summary: str
    account: str
    sub_account: str
    debit_fen: int | None
    credit_fen: int | None


class VoucherGrid(QWidget):
    """Shows lines; amounts below zero are red and have a minus."""

    def __init__(
        self,
        preferences: QSettings,
        *,
        name: str,
        summaries: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._lines = ListTable(_columns(summaries=summaries), self)
        self.table = TableView(self._lines, name=name, title=N_("Voucher"), preferences=preferences)
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(False)
        self.table.setShowGrid(True)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(self.table)
        self.setFocusProxy(self.table)
        self.show_lines(())

    def show_lines(self, lines: Sequence[LineView]) -> None:
        """Show the lines of a voucher and their totals."""
        rows = [_grid_line(line) for line in lines]
        if rows:
            rows.append(
                GridLine(
                    summary=_(N_("Total")),
                    account="" if rows[0].summary else _(N_("Total")),
                    sub_account="",
                    debit_fen=sum(line.debit_fen for line in lines),
                    credit_fen=sum(line.credit_fen for line in lines),
                )
            )
        self._lines.show_rows(rows)
        shown = min(max(len(rows), _LEAST_ROWS), _MOST_ROWS)
        height = self.table.verticalHeader().defaultSectionSize() * shown
        edge = 2 * self.table.frameWidth() + 4
        self.table.setFixedHeight(self.table.header.sizeHint().height() + height + edge)

    def rows(self) -> list[GridLine]:
        """Return what is shown, the total last."""
        return self._lines.rows()


def _grid_line(line: LineView) -> GridLine:
    return GridLine(
        summary=line.summary,
        account=f"{line.code} {line.name}",
        sub_account=line.account_no or line.channel,
        debit_fen=line.debit_fen or None,
        credit_fen=line.credit_fen or None,
    )


def _columns(*, summaries: bool) -> list[Column[GridLine]]:
    said = Column[GridLine](
        name="summary",
        title=N_("Summary"),
        text=lambda row: row.summary,
        tip=lambda row: row.summary,
        width=13,
        room=40,
        sortable=False,
    )
    columns = [
        Column[GridLine](
            name="account",
            title=N_("Ledger account"),
            text=lambda row: row.account,
            tip=lambda row: row.account,
            width=21,
            room=34,
            sortable=False,
        ),
        Column[GridLine](
            name="sub_account",
            title=N_("Sub-account"),
            text=lambda row: row.sub_account,
            tip=lambda row: row.sub_account,
            width=9,
            room=24,
            sortable=False,
        ),
        Column[GridLine](
            name="debit",
            title=N_("Debit"),
            text=lambda row: amount(row.debit_fen),
            tone=lambda row: _red(row.debit_fen),
            numeric=True,
            width=11,
            sortable=False,
        ),
        Column[GridLine](
            name="credit",
            title=N_("Credit"),
            text=lambda row: amount(row.credit_fen),
            tone=lambda row: _red(row.credit_fen),
            numeric=True,
            width=11,
            sortable=False,
        ),
    ]
    return [said, *columns] if summaries else columns


def _red(fen: int | None) -> str:
    return "bad" if fen is not None and fen < 0 else ""
