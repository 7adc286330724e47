"""Confirmations and receipts read back from PDF and workbook, and held against the database."""

from __future__ import annotations

import pytest

from app.arrivals.queries import ArrivalFilter, ExpectedArrival, expected_arrivals
from app.arrivals.rules import ArrivalState, UnknownBatch
from app.base.capitals import capitals
from app.reporting.looks import money
from app.reporting.papers.receipt import UnknownOrder
from app.reporting.rules import Format, NotOnThisForm, PageForm, ReportKind
from app.reporting.wishes import Wish
from tests.reporting.conftest import Office
from tests.reporting.making import pages_of, sheets_of, squeezed
from tests.reporting.reading import number, rows_of, run, sql, words_of

LONG_NAME = "内蒙古自治区呼伦贝尔市鄂伦春自治旗大杨树镇国有林场职工家属委员会" * 3
RARE_NAME = "𬬻㛃䶮"
HOSTILE_NAME = '=HYPERLINK("http://x","y")'
NAMES = {
    "long": LONG_NAME,
    "rare": RARE_NAME,
    "hostile": HOSTILE_NAME,
    "picture": "\U0001f600",
    "nameless": "",
}


# ---------------------------------------------------------------- arrivals


def test_a_confirmation_says_what_arrived_and_who_confirmed_it(office: Office) -> None:
    (made, *_rest) = sql(
        office, "SELECT * FROM arrival_confirmation WHERE status = 'checked' ORDER BY id"
    )
    pdf, xlsx = office.both(ReportKind.ARRIVAL, keys=(made["number"],))

    words = words_of(pdf)
    batch = sql(office, "SELECT * FROM clearing_batch WHERE id = :id", id=made["batch_id"])[0]
    payee = sql(office, "SELECT name FROM organisation WHERE code = :code", code=made["payee"])
    for part in (
        *(made["number"], made["batch_no"], made["account_no"], payee[0]["name"]),
        *(money(made["expected_fen"]), money(made["arrived_fen"], sign=True)),
        f"人民币{capitals(made['arrived_fen'])}",
        *("Conclusion:arrivedinfull.", made["maker_name"], made["checker_name"]),
    ):
        assert squeezed(str(part)) in words
    lines = sql(
        office,
        "SELECT arrival.*, source_file.sha256 FROM arrival_confirmation_line line"
        " JOIN arrival ON arrival.id = line.arrival_id"
        " JOIN source_file ON source_file.id = arrival.file_id"
        " WHERE confirmation_id = :id ORDER BY booked_on, arrival.id",
        id=made["id"],
    )
    rows = rows_of(xlsx)
    assert [one[3] for one in rows[:-1]] == [one["serial_no"] for one in lines]
    assert [number(one) for one in rows[-1][5:9]] == [
        *(batch["net_fen"], batch["fee_fen"], made["arrived_fen"], made["difference_fen"])
    ]
    assert rows[-1][4] == batch["line_count"]
    for column in range(4, 9):
        whole = sum(one[column] or 0 for one in rows[:-1])
        assert round(whole * 100) == round(rows[-1][column] * 100)
    assert all(one["sha256"][:12] in words for one in lines)


def test_what_did_not_arrive_says_what_is_outstanding(office: Office) -> None:
    states: dict[ArrivalState, ExpectedArrival] = {}
    for one in office.workspace.read(expected_arrivals, ArrivalFilter()):
        states.setdefault(one.state, one)
    assert {ArrivalState.PARTLY, ArrivalState.OVERDUE, ArrivalState.OVER} <= set(states)

    for state, words in (
        (ArrivalState.PARTLY, "arrivedinpart"),
        (ArrivalState.OVERDUE, "notarrived.Outstanding"),
        (ArrivalState.OVER, "morearrived"),
    ):
        one = states[state]
        pdf, xlsx = office.both(ReportKind.ARRIVAL, keys=(one.batch_no,))
        shown = words_of(pdf)
        assert words in shown
        assert money(abs(one.difference_fen), sign=True) in shown
        total = rows_of(xlsx)[-1]
        assert [number(total[place]) for place in (5, 7, 8)] == [
            *(one.expected_fen, one.arrived_fen, one.difference_fen)
        ]
        if one.late and state is not ArrivalState.OVER:
            assert one.due_on.isoformat() in shown
            assert "overdue" in shown


def test_all_confirmed_batches_of_a_day_stand_in_one_file(office: Office) -> None:
    wish = Wish(kind=ReportKind.ARRIVAL, language="en", day=office.day, every=True)

    done = office.make(wish)

    live = sql(office, "SELECT number FROM arrival_confirmation WHERE status <> 'unconfirmed'")
    assert len(done.issues) == len(live) > 3
    words = words_of(done.file)
    assert all(one["number"] in words for one in live)
    assert [one.serial for one in done.issues] == list(range(1, len(live) + 1))


def test_a_batch_that_does_not_exist_is_named(office: Office) -> None:
    with pytest.raises(UnknownBatch, match="QF404"):
        office.paper(ReportKind.ARRIVAL, keys=("QF404",))


# ---------------------------------------------------------------- receipts


def test_receipts_add_up_to_the_bills_of_the_day(office: Office) -> None:
    wish = Wish(kind=ReportKind.RECEIPT, language="en", day=office.day, every=True)

    done = office.make(wish)

    words = list(map(squeezed, pages_of(done.file)))
    bills = sql(
        office,
        "SELECT order_no, payee, sum(amount_fen) AS fen, min(household) AS household,"
        " min(customer) AS customer FROM bill_line WHERE order_no IN"
        " (SELECT order_no FROM bill_line WHERE business_on = :day) AND EXISTS"
        " (SELECT 1 FROM payment WHERE payment.order_no = bill_line.order_no"
        "  AND payment.status = 'success')"
        " GROUP BY order_no, payee ORDER BY order_no, payee",
        day=int(office.day.strftime("%Y%m%d")),
    )
    assert len(bills) == len(done.issues) == len(words) > 20
    for bill, page in zip(bills, words, strict=True):
        assert bill["order_no"] in page
        assert bill["household"] in page
        assert money(bill["fen"], sign=True) in page
        assert f"人民币{capitals(bill['fen'])}" in page
        assert "notaxinvoice" in page
        if len(bill["customer"]) > 1:
            assert bill["customer"] not in page
            assert f"{bill['customer'][0]}**" in page


def test_instruments_add_up_to_the_order(office: Office) -> None:
    order = sql(
        office,
        "SELECT order_no FROM payment WHERE status = 'success' AND amount_fen > 0"
        " GROUP BY order_no HAVING count(*) > 1 ORDER BY order_no",
    )[0]["order_no"]
    paid = sql(
        office,
        "SELECT amount_fen, txn_no FROM payment WHERE status = 'success' AND order_no = :order",
        order=order,
    )

    ready = office.make(Wish(kind=ReportKind.RECEIPT, language="en", keys=(order,)))

    words = words_of(ready.file)
    assert all(money(one["amount_fen"], sign=True) in words for one in paid)
    assert all(one["txn_no"] in words for one in paid if one["txn_no"])


def test_refunds_are_negative_and_zero_is_said(office: Office) -> None:
    (refunded,) = sql(
        office,
        "SELECT order_no FROM bill_line WHERE type = 'refund' AND EXISTS (SELECT 1 FROM payment"
        " WHERE payment.order_no = bill_line.order_no AND payment.status = 'success')"
        " ORDER BY order_no LIMIT 1",
    )
    order = refunded["order_no"]
    fen = sql(office, "SELECT sum(amount_fen) AS fen FROM bill_line WHERE order_no = :o", o=order)[
        0
    ]["fen"]

    pdf, xlsx = office.both(ReportKind.RECEIPT, keys=(order,))

    assert capitals(fen) in words_of(pdf)
    assert min(number(one[5]) for one in rows_of(xlsx)) < 0
    assert number(rows_of(xlsx)[-1][5]) == fen
    if not fen:
        assert "零元整" in words_of(pdf)


@pytest.mark.parametrize("form", list(PageForm))
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_of_any_kind_fit_on_every_form(office: Office, form: PageForm, name: str) -> None:
    order = sql(
        office,
        "SELECT bill_line.order_no FROM bill_line JOIN payment USING (order_no)"
        " WHERE status = 'success' GROUP BY bill_line.order_no HAVING count(*) = 1 ORDER BY 1",
    )[0]
    quoted = name.replace("'", "''")
    run(
        office,
        f"UPDATE bill_line SET customer = '{quoted}', household = '{quoted}'"
        f" WHERE order_no = '{order['order_no']}'",
        f"UPDATE organisation SET name = '{quoted or '示范单位'}'",
    )

    wish = Wish(kind=ReportKind.RECEIPT, language="en", keys=(order["order_no"],), form=form)
    done = office.make(wish)

    words = words_of(done.file)
    shown = "[U+1F600]" if name == "\U0001f600" else name
    assert words.count(squeezed(shown)) >= 2
    assert bool(done.missing) == (name == "\U0001f600")
    sheet = office.make(Wish(kind=wish.kind, format=Format.XLSX, keys=wish.keys)).file
    assert name in {cell for line in rows_of(sheet) for cell in line} or not name
    assert all(
        cell.data_type != "f"
        for cells in sheets_of(sheet).values()
        for line in cells
        for cell in line
    )


def test_an_order_without_money_has_no_receipt(office: Office) -> None:
    with pytest.raises(UnknownOrder, match="DD404"):
        office.paper(ReportKind.RECEIPT, keys=("DD404",))
    with pytest.raises(NotOnThisForm):
        office.paper(ReportKind.SUMMARY, form=PageForm.HALF)
