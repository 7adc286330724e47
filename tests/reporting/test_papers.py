"""Each paper read back from PDF and workbook, and held against the database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import RowMapping, text

from app.arrivals.queries import ArrivalFilter, ExpectedArrival, expected_arrivals
from app.arrivals.rules import ArrivalState, UnknownBatch
from app.audit.queries import records
from app.base.capitals import capitals
from app.base.errors import NotAllowed
from app.db.workspace import ReadSession, Tx
from app.matching.rules import Task
from app.reporting.looks import money
from app.reporting.paper import Field, Fields, Paper, Table
from app.reporting.papers.receipt import UnknownOrder
from app.reporting.rules import Format, NothingToPrint, NotOnThisForm, PageForm, ReportKind
from app.reporting.wishes import Wish
from tests.reporting.conftest import Office
from tests.reporting.making import pages_of, sheets_of, squeezed

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


def _sql(office: Office, query: str, **values: object) -> Sequence[RowMapping]:
    def ask(session: ReadSession) -> Sequence[RowMapping]:
        return session.execute(text(query), values).mappings().all()

    return office.workspace.read(ask)


def _run(office: Office, *statements: str) -> None:
    """Change the data behind the program's back; what guards it is taken away."""

    def change(tx: Tx) -> None:
        for statement in statements:
            tx.session.execute(text(statement))

    office.workspace.write(office.people["clerk"], change)


def _number(value: object) -> int:
    """A cell in fen."""
    assert isinstance(value, int | float)
    return round(value * 100)


def _rows(path: Path, sheet: str | int = 0, above: int = 3) -> list[list[Any]]:
    """The values of a sheet below its header."""
    sheets = sheets_of(path)
    cells = sheets[sheet] if isinstance(sheet, str) else list(sheets.values())[sheet]
    return [[cell.value for cell in line] for line in cells[above:]]


def _whole(path: Path) -> str:
    return "".join(map(squeezed, pages_of(path)))


def _field(paper: Paper, name: str) -> Field:
    fields = [one for block in paper.blocks if isinstance(block, Fields) for one in block.fields]
    return next(one for one in fields if one.name == name)


def _tables(paper: Paper) -> dict[str, Table]:
    return {block.name: block for block in paper.blocks if isinstance(block, Table)}


# ---------------------------------------------------------------- arrivals


def test_a_confirmation_says_what_arrived_and_who_confirmed_it(office: Office) -> None:
    (made, *_rest) = _sql(
        office, "SELECT * FROM arrival_confirmation WHERE status = 'checked' ORDER BY id"
    )
    pdf, xlsx = office.both(ReportKind.ARRIVAL, keys=(made["number"],))

    words = _whole(pdf)
    batch = _sql(office, "SELECT * FROM clearing_batch WHERE id = :id", id=made["batch_id"])[0]
    payee = _sql(office, "SELECT name FROM organisation WHERE code = :code", code=made["payee"])
    for part in (
        *(made["number"], made["batch_no"], made["account_no"], payee[0]["name"]),
        *(money(made["expected_fen"]), money(made["arrived_fen"], sign=True)),
        f"人民币{capitals(made['arrived_fen'])}",
        *("Conclusion:arrivedinfull.", made["maker_name"], made["checker_name"]),
    ):
        assert squeezed(str(part)) in words
    lines = _sql(
        office,
        "SELECT arrival.*, source_file.sha256 FROM arrival_confirmation_line line"
        " JOIN arrival ON arrival.id = line.arrival_id"
        " JOIN source_file ON source_file.id = arrival.file_id"
        " WHERE confirmation_id = :id ORDER BY booked_on, arrival.id",
        id=made["id"],
    )
    rows = _rows(xlsx)
    assert [one[3] for one in rows[:-1]] == [one["serial_no"] for one in lines]
    assert [_number(one) for one in rows[-1][5:9]] == [
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
        shown = _whole(pdf)
        assert words in shown
        assert money(abs(one.difference_fen), sign=True) in shown
        total = _rows(xlsx)[-1]
        assert [_number(total[place]) for place in (5, 7, 8)] == [
            *(one.expected_fen, one.arrived_fen, one.difference_fen)
        ]
        if one.late and state is not ArrivalState.OVER:
            assert one.due_on.isoformat() in shown
            assert "overdue" in shown


def test_all_confirmed_batches_of_a_day_stand_in_one_file(office: Office) -> None:
    wish = Wish(kind=ReportKind.ARRIVAL, language="en", day=office.day, every=True)

    done = office.make(wish)

    live = _sql(office, "SELECT number FROM arrival_confirmation WHERE status <> 'unconfirmed'")
    assert len(done.issues) == len(live) > 3
    words = _whole(done.file)
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
    bills = _sql(
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
    order = _sql(
        office,
        "SELECT order_no FROM payment WHERE status = 'success' AND amount_fen > 0"
        " GROUP BY order_no HAVING count(*) > 1 ORDER BY order_no",
    )[0]["order_no"]
    paid = _sql(
        office,
        "SELECT amount_fen, txn_no FROM payment WHERE status = 'success' AND order_no = :order",
        order=order,
    )

    ready = office.make(Wish(kind=ReportKind.RECEIPT, language="en", keys=(order,)))

    words = _whole(ready.file)
    assert all(money(one["amount_fen"], sign=True) in words for one in paid)
    assert all(one["txn_no"] in words for one in paid if one["txn_no"])


def test_refunds_are_negative_and_zero_is_said(office: Office) -> None:
    (refunded,) = _sql(
        office,
        "SELECT order_no FROM bill_line WHERE type = 'refund' AND EXISTS (SELECT 1 FROM payment"
        " WHERE payment.order_no = bill_line.order_no AND payment.status = 'success')"
        " ORDER BY order_no LIMIT 1",
    )
    order = refunded["order_no"]
    fen = _sql(office, "SELECT sum(amount_fen) AS fen FROM bill_line WHERE order_no = :o", o=order)[
        0
    ]["fen"]

    pdf, xlsx = office.both(ReportKind.RECEIPT, keys=(order,))

    assert capitals(fen) in _whole(pdf)
    assert min(_number(one[5]) for one in _rows(xlsx)) < 0
    assert _number(_rows(xlsx)[-1][5]) == fen
    if not fen:
        assert "零元整" in _whole(pdf)


@pytest.mark.parametrize("form", list(PageForm))
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_of_any_kind_fit_on_every_form(office: Office, form: PageForm, name: str) -> None:
    order = _sql(
        office,
        "SELECT bill_line.order_no FROM bill_line JOIN payment USING (order_no)"
        " WHERE status = 'success' GROUP BY bill_line.order_no HAVING count(*) = 1 ORDER BY 1",
    )[0]
    quoted = name.replace("'", "''")
    _run(
        office,
        f"UPDATE bill_line SET customer = '{quoted}', household = '{quoted}'"
        f" WHERE order_no = '{order['order_no']}'",
        f"UPDATE organisation SET name = '{quoted or '示范单位'}'",
    )

    wish = Wish(kind=ReportKind.RECEIPT, language="en", keys=(order["order_no"],), form=form)
    done = office.make(wish)

    words = _whole(done.file)
    shown = "[U+1F600]" if name == "\U0001f600" else name
    assert words.count(squeezed(shown)) >= 2
    assert bool(done.missing) == (name == "\U0001f600")
    sheet = office.make(Wish(kind=wish.kind, format=Format.XLSX, keys=wish.keys)).file
    assert name in {cell for line in _rows(sheet) for cell in line} or not name
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


# ---------------------------------------------------------------- summary


def test_the_summary_adds_up_on_its_face_and_equals_the_runs(office: Office) -> None:
    pdf, xlsx = office.both(ReportKind.SUMMARY, day=office.day)

    number = int(office.day.strftime("%Y%m%d"))
    sheets = sheets_of(xlsx)
    words = _whole(pdf)
    runs = _sql(
        office,
        "SELECT task, totals FROM run WHERE business_on = :day"
        " AND (task <> 'channel' OR scope <> '')",
        day=number,
    )
    assert len(sheets) == len(Task) + 1
    for title, cells in list(sheets.items())[:-1]:
        rows = [[cell.value for cell in line] for line in cells[3:]]
        _adds_up(rows)
        for value in rows[-1][5:8]:
            assert money(_number(value), sign=True) in words, title
    _equals_runs(sheets, runs)


def _adds_up(rows: Sequence[Sequence[Any]]) -> None:
    """All = matched + not matched, not matched = its kinds, total = all of them."""
    *body, total = rows
    places = (3, 4, 5, 6, 7)
    sums = Counter[int]()
    while body:
        matched, left, *body = body
        kinds = []
        while "of it:" in body[0][1] or "(" in body[0][1]:
            kinds.append(body[0])
            body = body[1:]
        whole, *body = body
        assert (matched[1], left[1], whole[1]) == ("Matched", "Not matched", "All")
        for place in places:
            assert _number(matched[place]) + _number(left[place]) == _number(whole[place])
            sums[place] += _number(whole[place])
        counted = [one for one in kinds if "of it:" in one[1]]
        assert sum(one[2] for one in counted) == left[2]
        for place in (5, 6, 7):
            assert sum(_number(one[place]) for one in counted) == _number(left[place])
            assert _number(whole[5]) - _number(whole[6]) == _number(whole[7])
    assert {place: _number(total[place]) for place in places} == sums


def _equals_runs(sheets: dict[str, Any], runs: Iterable[RowMapping]) -> None:
    from app.matching.queries import figures_of  # noqa: PLC0415 - only here

    names = {
        Task.CHANNEL: "Channel reconciliation",
        Task.WRITEOFF: "Write-off reconciliation",
        Task.CLEARING: "Clearing verification",
        Task.ARRIVAL: "Arrival reconciliation",
    }
    for task, name in names.items():
        own = [figures_of(one["totals"]) for one in runs if one["task"] == task.value]
        total = [cell.value for cell in sheets[name][-1]]
        wanted = [sum(one[key] for one in own) for key in ("ours", "theirs")]
        assert total[3:5] == wanted
        wanted = [sum(one[key] for one in own) for key in ("ours_fen", "theirs_fen")]
        assert [_number(value) for value in total[5:7]] == wanted


def test_a_day_without_runs_has_no_summary(office: Office) -> None:
    with pytest.raises(NothingToPrint):
        office.paper(ReportKind.SUMMARY, day=office.day.replace(year=2020))


# ---------------------------------------------------------------- discrepancies and ageing


@pytest.mark.parametrize("place", [0, 1])
def test_the_list_has_every_discrepancy_and_equals_the_totals(office: Office, place: int) -> None:
    day = office.days[place]

    pdf, xlsx = office.both(ReportKind.DISCREPANCIES, day=day)

    paper = office.paper(ReportKind.DISCREPANCIES, day=day)
    table = _tables(paper)["Discrepancies"]
    rows = _rows(xlsx, "Discrepancies")
    assert len(rows) == len(table.rows) + 1 > 20
    words = _whole(pdf)
    assert "Theirsumequalsthetotalsofreconciliation" in words
    runs = _sql(
        office,
        "SELECT totals FROM run WHERE business_on = :day AND (task <> 'channel' OR scope <> '')",
        day=int(day.strftime("%Y%m%d")),
    )
    kinds = [kind for one in runs for kind in json.loads(one["totals"])["kinds"].values()]
    assert len(rows) - 1 == sum(kind["count"] for kind in kinds)
    for one in rows[:-1]:
        assert squeezed(one[4] or one[5]) in words


def test_the_list_of_one_task_and_of_a_period(office: Office) -> None:
    whole = office.paper(ReportKind.DISCREPANCIES, first=office.days[0], last=office.days[-1])
    task = office.paper(
        ReportKind.DISCREPANCIES, first=office.days[0], last=office.days[-1], task=Task.ARRIVAL
    )
    none = office.paper(ReportKind.DISCREPANCIES, last=office.day.replace(year=2020))

    count = _sql(office, "SELECT count(*) AS n FROM discrepancy")[0]["n"]
    arrival = _sql(office, "SELECT count(*) AS n FROM discrepancy WHERE task = 'arrival'")[0]["n"]
    assert len(_tables(whole)["Discrepancies"].rows) == count
    assert len(_tables(task)["Discrepancies"].rows) == arrival
    assert _tables(none)["Discrepancies"].rows == ()


def test_ten_thousand_discrepancies_stand_on_the_list(office: Office) -> None:
    copies = 10_000 // _sql(office, "SELECT count(*) AS n FROM discrepancy")[0]["n"] + 1
    columns = (
        "task, scope, kind, business_on, ours_kind, ours_id, ours_key, ours_fen, theirs_kind,"
        " theirs_id, theirs_key, theirs_fen, difference_fen, detail, opened_on, resolved_on,"
        " status, resolution, assignee, reason, version"
    )
    _run(
        office,
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies})"
        f" INSERT INTO discrepancy (id, {columns})"
        f" SELECT (SELECT max(id) FROM discrepancy) * i + id, {columns} FROM discrepancy, n",
    )
    count = _sql(office, "SELECT count(*) AS n FROM discrepancy")[0]["n"]

    pdf, xlsx = office.both(ReportKind.DISCREPANCIES, first=office.days[0], last=office.days[-1])

    pages = pages_of(pdf)
    assert count > 10_000
    assert f"page {len(pages)} of {len(pages)}" in pages[-1].replace("\n", " ")
    assert f"{count:,}" in squeezed(pages[-1]) or f"{count}discrepancies" in squeezed(pages[-1])
    rows = _rows(xlsx, "Discrepancies")
    assert len(rows) == count + 1
    assert [one[0] for one in rows[:-1]] == list(range(1, count + 1))
    summary = _rows(xlsx, "By kind")
    assert [_number(value) for value in summary[-1][3:6]] == [
        _number(value) for value in rows[-1][7:10]
    ]
    assert sum(one[2] for one in summary[:-1]) == count == summary[-1][2]


def test_ageing_counts_everything_that_is_open(office: Office) -> None:
    pdf, xlsx = office.both(ReportKind.AGEING)

    (wanted,) = _sql(
        office,
        "SELECT count(*) AS n, sum(CASE WHEN kind IN ('total_differs', 'fee_differs',"
        " 'account_differs', 'payee_differs') THEN 0 ELSE abs(difference_fen) END) AS fen"
        " FROM discrepancy WHERE status <> 'resolved'",
    )
    sheets = sheets_of(xlsx)
    assert (
        list(sheets) == ["By channel", "By age", "By task", "By payee", "About"] or len(sheets) == 5
    )
    for name, cells in list(sheets.items())[:-1]:
        rows = [[cell.value for cell in line] for line in cells]
        total = rows[-1]
        place = (1, 4) if name == "By age" else (-2, -1)
        assert (total[place[0]], _number(total[place[1]])) == (wanted["n"], wanted["fen"])
        above = rows[3 if name == "By age" else 4 : -1]
        assert sum(one[place[0]] for one in above) == wanted["n"]
        assert sum(_number(one[place[1]]) for one in above) == wanted["fen"]
    words = _whole(pdf)
    assert money(wanted["fen"], sign=True) in words
    assert "Countbyage" in words


def test_papers_without_anything_say_so(office: Office) -> None:
    _run(
        office,
        "DELETE FROM discrepancy_leg",
        "DELETE FROM suggestion",
        "DELETE FROM discrepancy",
    )

    pdf, xlsx = office.both(ReportKind.AGEING)
    listed = office.make(Wish(kind=ReportKind.DISCREPANCIES, language="en", day=office.day))

    assert _rows(xlsx, "By age")[-1][1] == 0
    assert "￥0.00" in _whole(pdf)
    assert "—none—" in _whole(listed.file)
    assert "0discrepancies" in _whole(listed.file)


# ---------------------------------------------------------------- the log


def test_the_extract_has_the_log_and_says_that_its_chain_is_whole(office: Office) -> None:
    pdf, xlsx = office.both(ReportKind.AUDIT, who="auditor")

    log = office.workspace.read(records, limit=100_000)
    rows = _rows(xlsx)
    words = _whole(pdf)
    printed = [one for one in log if one.object_type == "report"]
    assert len(rows) == len(log) - 1  # the workbook's own record came after it was read
    assert [one[0] for one in rows] == [one.sequence for one in log[:-1]]
    assert [one[9] for one in rows] == [one.hash[:12] for one in log[:-1]]
    head = log[-len(printed) - 1]
    assert head.hash in words
    assert f"all{head.sequence}recordswerechecked" in words


def test_a_broken_chain_is_said(office: Office) -> None:
    _run(
        office,
        "DROP TRIGGER guard_audit_record_update",
        "UPDATE audit_record SET actor = 'nobody' WHERE sequence = 3",
    )

    words = _whole(office.make(Wish(kind=ReportKind.AUDIT, language="en"), who="auditor").file)

    assert "Thechainisbrokenatrecord3" in words


def test_the_log_is_for_auditors_only(office: Office) -> None:
    with pytest.raises(NotAllowed):
        office.paper(ReportKind.AUDIT)


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (ReportKind.SUMMARY, "对账结果汇总表"),
        (ReportKind.DISCREPANCIES, "对账差异明细表"),
        (ReportKind.AGEING, "账龄分析表"),
    ],
)
def test_papers_speak_chinese_whatever_the_window_speaks(
    office: Office, kind: ReportKind, title: str
) -> None:
    done = office.make(Wish(kind=kind, language="zh_CN", day=office.day))

    words = _whole(done.file)
    assert title in words
    for part in ("币种：人民币", "编号", "验证码", "制单", "复核", "记账", "主管", "打印人clerk"):
        assert part in words
    assert "第1页" in words
