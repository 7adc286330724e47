"""The columns that are kept beside entries equal the rows, or are not there."""

from datetime import date

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.base.progress import Silent
from app.closing.files import undo_import
from app.db.workspace import Actor, Tx
from app.discrepancies.queries import DiscrepancyFilter, discrepancies, matches
from app.discrepancies.reconciling import TaskReport, reconcile
from app.discrepancies.service import match_by_hand
from app.intake.rules import Kind
from app.matching import store
from app.matching.rules import Task
from app.records import columns as columns_of_entries
from app.records import parts
from app.records.columns import PACKED, packed_files, read_columns, sums_by_channel, unlike_rows
from app.records.model import EntryColumns
from app.records.parts import MOST_PARTS
from app.records.queries import channels_with_entries
from tests.books import DAY, Books, channel, payment, record

LATE = "2026-03-03 23:50:00"
NEXT_DAY = date(2026, 3, 4)


def _packed(books: Books, kind: Kind) -> list[int]:
    found = books.workspace.read(packed_files, kind)
    assert not books.workspace.read(_unlike)
    return found


def _unlike(session: Session) -> list[int]:
    return [id_ for kind in PACKED for id_ in unlike_rows(session, kind)]


def test_entries_are_kept_as_columns_as_well(books: Books) -> None:
    outcome = books.load("payments", payment(1, 手续费="0.01"), payment(2, 支付时间=LATE))

    columns = books.workspace.read(read_columns, Kind.PAYMENTS, 20260303, 20260303)

    assert _packed(books, Kind.PAYMENTS) == [outcome.file_id]
    assert columns["payment_no"].to_pylist() == ["Z1", "Z2"]
    assert columns["fee_fen"].to_pylist() == [1, None]


def test_entries_of_other_days_are_not_read(books: Books) -> None:
    books.load("payments", payment(1), payment(2, 支付时间="2026-03-05 10:00:00"))

    columns = books.workspace.read(read_columns, Kind.PAYMENTS, 20260304, 20260305)

    assert columns["payment_no"].to_pylist() == ["Z2"]


def test_columns_go_when_rows_turn_out_to_be_known(books: Books) -> None:
    first = books.load("march-3", record(1), record(2))

    books.load("march-3-again", record(2), record(3))

    assert _packed(books, Kind.CHANNEL) == [first.file_id]


def test_columns_go_when_entries_get_another_day(books: Books) -> None:
    books.load("payments", payment(1, 支付时间=LATE), payment(2, 支付时间=LATE))

    books.load("channels", channel("ICBC", 日切="23:00"))

    assert set(books.days(Kind.PAYMENTS).values()) == {20260304}
    assert _packed(books, Kind.PAYMENTS) == []


def test_columns_go_with_their_file(books: Books, clerk: Actor) -> None:
    outcome = books.load("payments", payment(1))
    assert outcome.file_id is not None

    books.workspace.write(clerk, undo_import, file_id=outcome.file_id)

    assert _packed(books, Kind.PAYMENTS) == []


def test_a_run_finds_the_same_in_columns_and_in_rows(books: Books, clerk: Actor) -> None:
    books.load("payments", *(payment(number) for number in (1, 2, 2, 3, 4)))
    books.load("late", payment(5, 支付时间=LATE), payment(6, 支付渠道="ABC"))
    books.load("statement", record(1), record(3, 金额="9.00"), record(7), record(8))
    books.load("more", record(8), record(9))
    books.load(
        "next", record(2, 交易时间="2026-03-04 09:00:00"), record(5, 交易时间="2026-03-04 09:00:00")
    )
    books.workspace.write(
        clerk, match_by_hand, task=Task.CHANNEL, ours=["Z4"], theirs=["Z7"], reason="same"
    )
    assert len(_packed(books, Kind.PAYMENTS)) == 2
    assert len(_packed(books, Kind.CHANNEL)) == 2, "the overlapping file is read by rows"
    from_columns = _days(books)
    paired = books.workspace.read(matches)
    assert {one.ours[0].key for one in paired} == {"Z1", "Z2", "Z4", "Z5"}

    books.workspace.write(clerk, _forget_columns)

    assert _packed(books, Kind.CHANNEL) == []
    assert _days(books) == from_columns


def test_one_channel_is_read_alone(books: Books, clerk: Actor) -> None:
    books.load("payments", payment(1), payment(2, 支付渠道="ABC"))
    books.load("statement", record(1), record(2, 渠道编码="ABC"))

    report = books.workspace.write(
        clerk, reconcile, day=DAY, tasks=[Task.CHANNEL], scope="ABC", progress=Silent()
    ).value[0]

    assert (report.ours, report.theirs, report.matched_ours) == (1, 1, 1)


def _forget_columns(tx: Tx) -> None:
    tx.session.execute(delete(EntryColumns))
    store.mark_stale(tx, Task.CHANNEL, [20260303])
    assert not tx.session.scalars(select(EntryColumns.file_id)).all()


def _days(books: Books) -> list[object]:
    reports: list[TaskReport] = [books.reconcile(Task.CHANNEL, day) for day in (DAY, NEXT_DAY)]
    found = books.workspace.read(discrepancies, DiscrepancyFilter())
    made = books.workspace.read(matches)
    return [
        [(one.ours, one.theirs, one.matched_ours, one.discrepancies) for one in reports],
        [(one.kind, one.status, one.ours, one.theirs) for one in found],
        sorted((str(one.rule), str(one.ours), str(one.theirs)) for one in made),
    ]


def test_sums_by_channel_are_those_of_the_rows(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.load("early", payment(1), payment(2, 支付渠道="ABC", 金额="2.50"))
    books.load("late", payment(3), payment(4, 支付时间="2026-03-04 10:00:00"), payment(1))
    day = 20260303

    def sums(session: Session) -> dict[str, tuple[int, int]]:
        return sums_by_channel(session, Kind.PAYMENTS, day)

    rows = books.workspace.read(sums)
    monkeypatch.setattr(columns_of_entries, "_MANY", 1)
    columns = books.workspace.read(sums)

    assert len(_packed(books, Kind.PAYMENTS)) == 1
    assert rows == columns == {"ICBC": (2, 2000), "ABC": (1, 250)}


@pytest.mark.parametrize("most", [MOST_PARTS, 1])
def test_channels_with_entries_are_those_of_the_rows(
    books: Books, clerk: Actor, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(parts, "MOST_PARTS", most)
    books.load("two", payment(1), payment(2, 支付渠道="ABC"))
    books.load("next", payment(3, 支付渠道="CCB", 支付时间="2026-03-04 10:00:00"))
    gone = books.load("gone", payment(4, 支付渠道="BOC"))
    assert gone.file_id is not None
    books.workspace.write(clerk, undo_import, file_id=gone.file_id)

    def on(first: int, last: int) -> set[str]:
        return books.workspace.read(channels_with_entries, first, last)

    assert on(20260303, 20260303) == {"ICBC", "ABC"}
    assert on(20260304, 20260305) == {"CCB"}
    assert on(20260303, 20260304) == {"ICBC", "ABC", "CCB"}
