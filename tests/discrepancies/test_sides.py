"""Both sides of a discrepancy beside each other."""

from __future__ import annotations

import pytest

from app.discrepancies.casefilter import CaseFilter
from app.discrepancies.cases import case_list, case_rows
from app.discrepancies.fields import FIELDS, Field
from app.discrepancies.refusals import UnknownDiscrepancy
from app.discrepancies.rules import Caption
from app.discrepancies.sides import Comparison, both_sides
from app.matching.rules import Kind, Task
from app.records.kinds import SHAPES
from tests.books import ACCOUNT, DAY, Books, arrival, batch, bill_line, clearing_line, payment


def only(books: Books, kind: Kind) -> Comparison:
    ids = books.workspace.read(case_list, CaseFilter(kinds=frozenset({kind}))).ids
    (row,) = books.workspace.read(case_rows, ids)
    return books.workspace.read(both_sides, row.id)


def test_every_field_is_a_column() -> None:
    for kind, fields in FIELDS.items():
        assert {name for _field, name in fields} <= set(SHAPES[kind].table.columns.keys())


def test_what_differs_is_marked(day: Books) -> None:
    found = day.workspace.read(both_sides, 2)

    pairs = {pair.field: pair for pair in found.pairs}
    assert [pair.field for pair in found.pairs if pair.differs] == [Field.AMOUNT]
    assert (pairs[Field.AMOUNT].ours, pairs[Field.AMOUNT].theirs) == (100_00, 99_00)
    assert pairs[Field.DAY].ours == DAY
    assert (pairs[Field.FEE].ours, pairs[Field.FEE].differs) == (None, False)
    assert found.ours is not None
    assert (found.ours.file, found.ours.line) == ("payments.csv", 3)
    assert found.captions == (Caption.OURS, Caption.THEIRS)


def test_an_absent_side_has_nothing(day: Books) -> None:
    found = day.workspace.read(both_sides, 1)

    assert found.theirs is None
    assert all(pair.theirs is None and not pair.differs for pair in found.pairs)
    with pytest.raises(UnknownDiscrepancy):
        day.workspace.read(both_sides, 99)


def test_a_header_stands_beside_its_lines(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("bills", bill_line(1))
    books.load("batches", batch(1, 净额="11.00", 缴费金额="11.00", 收款账号="6222999"))
    books.load("lines", clearing_line(1))
    books.reconcile(Task.CLEARING)

    found = only(books, Kind.TOTAL_DIFFERS)

    assert found.captions == (Caption.LINES, Caption.HEADER)
    assert {pair.field: (pair.ours, pair.theirs) for pair in found.beside} == {
        Field.GROSS: (10_00, 11_00),
        Field.NET: (10_00, 11_00),
    }


def test_a_foreign_account_stands_beside_the_designated_one(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("bills", bill_line(1))
    books.load("batches", batch(1, 收款账号="6222999"))
    books.load("lines", clearing_line(1))
    books.reconcile(Task.CLEARING)

    (pair,) = only(books, Kind.ACCOUNT_DIFFERS).beside

    assert (pair.field, pair.ours, pair.theirs, pair.differs) == (
        Field.ACCOUNT,
        ACCOUNT,
        "6222999",
        True,
    )


def test_an_order_out_of_balance_shows_both_sums(books: Books) -> None:
    books.load("payments", payment(1, 金额="12.00"))
    books.load("bills", bill_line(1, 客户名称="张三丰"))
    books.load("batches", batch(1, 笔数="2", 缴费金额="20.00", 净额="20.00"))
    books.load("lines", clearing_line(1), clearing_line(1, 明细序号="2"))
    books.reconcile(Task.CLEARING)

    found = only(books, Kind.ORDER_UNBALANCED)

    assert found.captions == (Caption.PAID, Caption.BILLED)
    assert [(pair.ours, pair.theirs) for pair in found.beside] == [(12_00, 10_00)]
    assert len(found.more_theirs) == 1


def test_our_clearing_net_is_what_was_recomputed(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("bills", bill_line(1))
    books.load("batches", batch(1, 净额="9.00", 手续费="1.00"))
    books.load("lines", clearing_line(1, 净额="9.00", 手续费分摊="1.00"))
    books.reconcile(Task.CLEARING)

    pairs = {pair.field: pair for pair in only(books, Kind.AMOUNT_DIFFERS).pairs}

    assert (pairs[Field.NET].ours, pairs[Field.NET].theirs) == (10_00, 9_00)
    assert pairs[Field.NET].differs


def test_an_arrival_shows_its_text(books: Books) -> None:
    books.load("bank", arrival(7, 附言="往来款", 收入金额="77.00"))
    books.reconcile(Task.ARRIVAL)

    pairs = {pair.field: pair for pair in only(books, Kind.UNEXPECTED_ARRIVAL).pairs}

    assert pairs[Field.POSTSCRIPT].theirs == "往来款"
    assert pairs[Field.NET].theirs == 77_00
