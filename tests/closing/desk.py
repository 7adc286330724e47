"""A day that is ready to be closed, and the people who close and reopen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import text

from app.adjustments import service as adjusting
from app.adjustments.drafting import Draft
from app.adjustments.queries import VoucherFilter, VoucherView, vouchers
from app.adjustments.rules import VoucherKind
from app.arrivals.service import check, confirm
from app.closing.blocking import blockers
from app.closing.closing import (
    Closed,
    approve_reopening,
    close_day,
    request_reopening,
    waive,
)
from app.closing.reopening import Reopened
from app.closing.rules import Blocker
from app.closing.summing import summaries
from app.db.workspace import Actor, Tx
from app.discrepancies.queries import DiscrepancyFilter, DiscrepancyView, discrepancies
from app.intake.rules import Kind as FileKind
from app.matching.rules import Task
from tests.books import (
    DAY,
    Books,
    Row,
    arrival,
    batch,
    bill_line,
    clearing_line,
    payment,
    record,
    writeoff,
)


def fresh(actor: Actor) -> Actor:
    """Return somebody who has just given his password."""
    return replace(actor, proved_at=datetime.now(UTC))


@dataclass(frozen=True, kw_only=True)
class Close:
    """Books and those who close them."""

    books: Books
    checker: Actor
    supervisor: Actor

    def load(self, **files: Sequence[Row]) -> None:
        """Load files by their names, each of these rows."""
        for name, rows in files.items():
            outcome = self.books.load(name, *rows)
            assert outcome.file_id is not None, outcome

    def reconcile(self, day: date = DAY) -> None:
        for task in Task:
            self.books.reconcile(task, day)

    def confirm(self, *batch_nos: str) -> None:
        """Confirm batches as the clerk and check them as the checker."""
        write = self.books.workspace.write
        write(self.books.actor, confirm, batch_nos=batch_nos)
        write(self.checker, check, batch_nos=batch_nos)

    def adjust(self, wanted: Draft) -> str:
        """Draft, submit and approve an adjustment; return its number."""
        write = self.books.workspace.write
        number = write(self.books.actor, adjusting.draft, wanted=wanted).value
        write(self.books.actor, adjusting.submit, number=number)
        write(fresh(self.checker), adjusting.approve, numbers=[number])
        return number

    def reverse(self, number: str) -> None:
        """Reverse an adjustment as the checker."""
        self.books.workspace.write(
            fresh(self.checker),
            adjusting.reverse_adjustment,
            number=number,
            reason="it was wrong",
        )

    def close(self, day: date = DAY) -> Closed:
        return self.books.workspace.write(self.supervisor, close_day, day=day).value

    def ask(self, day: date = DAY, reason: str = "a file came late") -> int:
        write = self.books.workspace.write
        return write(self.supervisor, request_reopening, day=day, reason=reason).value

    def agree(self, day: date = DAY) -> Reopened:
        write = self.books.workspace.write
        return write(fresh(self.checker), approve_reopening, day=day).value

    def waive(self, kind: FileKind, *, scope: str = "", reason: str = "holiday") -> None:
        self.books.workspace.write(
            self.supervisor, waive, day=DAY, file_kind=kind.value, scope=scope, reason=reason
        )

    def blockers(self, day: date = DAY) -> list[Blocker]:
        return list(self.books.workspace.read(blockers, day))

    def codes(self, day: date = DAY) -> list[str]:
        """What is in the way, in short."""
        return [f"{one.code} {one.kind}".strip() for one in self.blockers(day)]

    def vouchers(self, *kinds: VoucherKind) -> list[VoucherView]:
        return self.books.workspace.read(vouchers, VoucherFilter(kinds=frozenset(kinds)))

    def booked(self, kind: VoucherKind) -> list[tuple[str, str, int, int]]:
        """The lines of the vouchers of a kind: account, channel or bank account, both sides."""
        return [
            (line.code, line.channel or line.account_no, line.debit_fen, line.credit_fen)
            for one in self.vouchers(kind)
            for line in one.lines
        ]

    def planned(self) -> dict[tuple[VoucherKind, str], int]:
        """What a closing would book, by kind and payee."""
        found = self.books.workspace.read(summaries, [DAY])
        return {(one.kind, one.payee): sum(line.debit_fen for line in one.lines) for one in found}

    def differences(self, task: Task) -> list[DiscrepancyView]:
        return self.books.workspace.read(discrepancies, DiscrepancyFilter(task=task))

    def sql(self, *statements: str) -> None:
        """Do something to the database that no service would do."""

        def step(tx: Tx) -> None:
            for statement in statements:
                tx.session.execute(text(statement))

        self.books.workspace.write(self.books.actor, step)

    def ready(self, *numbers: int) -> None:
        """Load, reconcile and confirm a day of which nothing differs."""
        self.load(**whole(*numbers))
        self.reconcile()
        self.confirm(*(f"QF{number}" for number in numbers))


def whole(*numbers: int) -> dict[str, list[Row]]:
    """All files of a day, one order for each number."""
    return {
        "payments": [payment(number) for number in numbers],
        "bills": [bill_line(number) for number in numbers],
        "channel": [record(number) for number in numbers],
        "writeoffs": [writeoff(number) for number in numbers],
        "batches": [batch(number) for number in numbers],
        "lines": [clearing_line(number) for number in numbers],
        "bank": [arrival(number) for number in numbers],
    }
