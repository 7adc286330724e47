"""Vouchers, adjustment slips, statements and day reports read back and held against the books."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import RowMapping

from app.adjustments.queries import VoucherFilter, VoucherView, vouchers
from app.adjustments.refusals import UnknownAdjustment, UnknownVoucher
from app.adjustments.rules import VoucherKind
from app.adjustments.service import reverse_adjustment
from app.base import i18n
from app.base.capitals import capitals
from app.closing.statements import approve_statement, submit_statement
from app.db.workspace import Actor, Workspace
from app.reporting.looks import money
from app.reporting.paper import Beside
from app.reporting.papers import voucher as voucher_paper
from app.reporting.rules import PageForm, ReportKind
from app.reporting.wishes import Wish
from tests.guard.office import Office as People
from tests.reporting.conftest import Loaded, Office
from tests.reporting.making import pages_of, sheets_of, squeezed
from tests.reporting.reading import number, rows_of, run, sql, words_of
from tests.sharing import Shelf

MONEY = tuple[int, int]


@pytest.fixture(scope="session")
def settled(loaded: Loaded, shelf: Shelf, people: dict[str, Actor]) -> Path:
    """Return the database in which the first day is settled and closed, one adjustment reversed."""
    return shelf.get("books", lambda folder: _settle(folder, loaded, people))


def _settle(folder: Path, loaded: Loaded, people: dict[str, Actor]) -> Path:
    database = folder / "duiping.db"
    shutil.copy(loaded.database, database)
    workspace = Workspace.open(f"sqlite:///{database}")
    office = People(
        workspace=workspace,
        clerk=people["clerk"],
        checker=people["checker"],
        supervisor=people["supervisor"],
    )
    day = loaded.days[0]
    office.settle(day)
    posted = workspace.read(vouchers, VoucherFilter(kinds=frozenset({VoucherKind.ADJUSTMENT})))
    workspace.write(
        people["checker"], reverse_adjustment, number=posted[0].source, reason="wrong account"
    )
    office.settle(day)
    office.confirm(day)
    office.waive(day)
    office.close(day)
    workspace.close()
    return database


@pytest.fixture
def office(
    settled: Path, loaded: Loaded, tmp_path: Path, people: dict[str, Actor]
) -> Iterator[Office]:
    database = tmp_path / "duiping.db"
    shutil.copy(settled, database)
    workspace = Workspace.open(f"sqlite:///{database}")
    i18n.use("en")
    yield Office(workspace=workspace, folder=tmp_path, days=loaded.days, people=people)
    workspace.close()


def posted(office: Office, *kinds: VoucherKind) -> list[VoucherView]:
    return office.workspace.read(vouchers, VoucherFilter(kinds=frozenset(kinds)))


# ---------------------------------------------------------------- vouchers


def test_every_kind_of_voucher_says_what_is_posted(office: Office) -> None:
    for kind in VoucherKind:
        found = posted(office, kind)
        if kind is VoucherKind.RESIDUES and not found:
            continue
        one = found[0]
        pdf, xlsx = office.both(ReportKind.VOUCHER, keys=(one.number,))

        words = words_of(pdf)
        lines = sql(
            office,
            "SELECT line.*, a.name FROM voucher_line line"
            " JOIN ledger_account a ON a.code = line.ledger_code"
            " WHERE voucher_id = :id ORDER BY line_no",
            id=one.id,
        )
        for part in (one.number, f"Entry-{one.serial:04d}", one.source, one.maker_name):
            assert squeezed(part) in words
        assert squeezed(f"人民币{capitals(one.total_fen)}") in words
        for line in lines:
            assert squeezed(f"{line['ledger_code']} {line['name']}") in words
            assert money(line["debit_fen"] or line["credit_fen"]) in words
        *rows, total = rows_of(xlsx)
        assert [_sides(row) for row in rows] == [
            (line["debit_fen"], line["credit_fen"]) for line in lines
        ]
        assert _sides(total) == (one.total_fen, one.total_fen)
        assert _sides(total) == tuple(sum(side) for side in zip(*map(_sides, rows), strict=True))


def _sides(row: list[object]) -> MONEY:
    debit, credit = row[3:5]
    return number(debit or 0), number(credit or 0)


def test_a_red_voucher_and_the_one_it_cancels_name_each_other(office: Office) -> None:
    (red, *_more) = posted(office, VoucherKind.REVERSAL)
    old = office.workspace.read(vouchers, VoucherFilter(numbers=(red.reverses,)))[0]

    words = words_of(office.both(ReportKind.VOUCHER, keys=(red.number,))[0])
    other = words_of(office.both(ReportKind.VOUCHER, keys=(old.number,))[0])

    day = f"{old.business_on:%m-%d}"
    said = f"Cancels the voucher no. {old.serial:04d} of {day} ({old.number})."
    assert squeezed(said) in words
    assert "(redletter)" in words
    assert f"-￥{old.total_fen // 100:,}" in words.replace("¥", "￥")
    assert "人民币负" in words
    assert squeezed(f"Cancelled by the voucher {red.number}.") in other


@pytest.mark.parametrize("form", list(PageForm))
def test_a_long_voucher_goes_on_in_parts(
    office: Office, monkeypatch: pytest.MonkeyPatch, form: PageForm
) -> None:
    one = max(posted(office), key=lambda one: len(one.lines))
    count = len(one.lines)
    assert count >= 2
    monkeypatch.setitem(voucher_paper.LINES, form, 1)

    pdf, _xlsx = office.both(ReportKind.VOUCHER, keys=(one.number,), form=form)

    pages = list(map(squeezed, pages_of(pdf)))
    assert len(pages) == count
    total = squeezed(f"人民币{capitals(one.total_fen)}")
    for place, page in enumerate(pages, 1):
        assert f"Entry-{one.serial:04d}{place}/{count}" in page
        assert f"page{place}of{count}" in page
        assert (total in page) == (place == count)


@pytest.mark.parametrize("form", list(PageForm))
def test_a_full_part_stands_on_one_sheet(office: Office, form: PageForm) -> None:
    one = max(posted(office), key=lambda one: len(one.lines))
    most = voucher_paper.LINES[form]
    run(office, "DROP TRIGGER guard_voucher_line_insert_posted")
    run(
        office,
        *(
            "INSERT INTO voucher_line (voucher_id, line_no, ledger_code, account_no, channel,"
            f" debit_fen, credit_fen, summary) SELECT {one.id}, {place}, ledger_code, '', '', 0,"
            f" 0 + 1, 'x' FROM voucher_line WHERE voucher_id = {one.id} AND line_no = 1"
            for place in range(len(one.lines) + 1, most + 2)
        ),
    )

    pdf, _xlsx = office.both(ReportKind.VOUCHER, keys=(one.number,), form=form)

    count = max(len(one.lines), most + 1)
    assert len(pages_of(pdf)) == -(-count // most)


@pytest.mark.parametrize("form", list(PageForm))
def test_the_longest_words_go_on_over_the_sheets_of_every_form(
    office: Office, form: PageForm
) -> None:
    run(
        office,
        "DROP TRIGGER guard_voucher_line_update_posted",
        "UPDATE ledger_account SET name = name || replace(hex(zeroblob(40)), '00', '国网')",
        "UPDATE voucher_line SET summary = replace(hex(zeroblob(150)), '00', '甲乙丙') || '末'",
    )
    one = max(posted(office), key=lambda one: len(one.lines))

    pdf, _xlsx = office.both(ReportKind.VOUCHER, keys=(one.number,), form=form)

    pages = list(map(squeezed, pages_of(pdf)))
    assert all(f"page{place}of{len(pages)}" in page for place, page in enumerate(pages, 1))
    words = "".join(pages)
    assert words.count("末") == len(one.lines)
    assert squeezed(f"人民币{capitals(one.total_fen)}") in words


def test_all_vouchers_of_a_day_stand_in_one_file(office: Office) -> None:
    found = office.workspace.read(vouchers, VoucherFilter(day=office.day))

    done = office.make(_wish(ReportKind.VOUCHER, office))

    assert [one.subject for one in done.issues] == [one.number for one in found]
    assert len(found) > 3
    with pytest.raises(UnknownVoucher, match="P404"):
        office.paper(ReportKind.VOUCHER, keys=("P404",))


def _wish(kind: ReportKind, office: Office) -> Wish:
    return Wish(kind=kind, language="en", day=office.day, every=True)


# ---------------------------------------------------------------- adjustment slips


def test_every_slip_says_what_differs_and_what_was_done(office: Office) -> None:
    rows = sql(office, "SELECT * FROM adjustment ORDER BY number")
    assert {row["status"] for row in rows} >= {"approved", "reversed"}
    for row in rows:
        pdf, _xlsx = office.both(ReportKind.ADJUSTMENT, keys=(row["number"],))
        words = words_of(pdf)
        for part in (
            *(row["number"], row["reason"], row["maker_name"], row["checker_name"]),
            squeezed(f"人民币{capitals(row['amount_fen'])}"),
            *_numbers(office, row),
        ):
            assert squeezed(str(part)) in words
        for case in _cases(office, row):
            assert money(case["difference_fen"]) in words
            assert money(case["share_fen"]) in words


def _numbers(office: Office, row: RowMapping) -> list[str]:
    query = "SELECT number FROM voucher WHERE id IN (:one, :two)"
    found = sql(office, query, one=row["voucher_id"], two=row["reversal_id"])
    return [one["number"] for one in found]


def _cases(office: Office, row: RowMapping) -> list[RowMapping]:
    query = (
        "SELECT d.*, c.share_fen FROM adjustment_case c JOIN discrepancy d"
        " ON d.id = c.discrepancy_id WHERE c.adjustment_id = :id"
    )
    return list(sql(office, query, id=row["id"]))


def test_the_sheets_of_a_slip_add_up(office: Office) -> None:
    row = max(sql(office, "SELECT * FROM adjustment"), key=lambda row: len(_cases(office, row)))

    _pdf, xlsx = office.both(ReportKind.ADJUSTMENT, keys=(row["number"],))

    *cases, total = rows_of(xlsx, "Discrepancies")
    assert number(total[8]) == sum(number(case[8]) for case in cases)
    assert number(total[9]) == sum(number(case[9]) for case in cases)
    assert sum(one["share_fen"] for one in _cases(office, row)) == number(total[9])
    with pytest.raises(UnknownAdjustment, match="TZ404"):
        office.paper(ReportKind.ADJUSTMENT, keys=("TZ404",))


# ---------------------------------------------------------------- statements


def test_statements_balance_for_every_account(office: Office) -> None:
    day = int(office.day.strftime("%Y%m%d"))
    done = office.make(_wish(ReportKind.STATEMENT, office))

    pages = [squeezed(page) for page in pages_of(done.file)]
    accounts = sql(office, "SELECT * FROM bank_account ORDER BY account_no")
    assert len(done.issues) == len(accounts) > 1
    for account in accounts:
        no = account["account_no"]
        (page,) = [page for page in pages if no in page and "Currency:CNY" in page]
        book = sql(
            office,
            "SELECT coalesce(sum(debit_fen - credit_fen), 0) AS fen FROM voucher_line"
            " JOIN voucher ON voucher.id = voucher_id"
            " WHERE account_no = :no AND business_on BETWEEN :since AND :day",
            no=no,
            day=day,
            since=account["opening_on"] or 0,
        )[0]["fen"]
        assert money(book + (account["opening_fen"] or 0)) in page
    texts = "".join(pages)
    assert texts.count("Theadjustedbalancesareequal") == len(accounts)


def test_the_sheet_of_a_statement_adds_up_and_is_frozen_when_approved(office: Office) -> None:
    account = sql(
        office,
        "SELECT account_no FROM arrival GROUP BY account_no HAVING max(balance_fen) IS NULL"
        " ORDER BY count(*) DESC",
    )
    if not account:
        run(office, "DROP TRIGGER guard_arrival_update", "UPDATE arrival SET balance_fen = NULL")
        account = sql(office, "SELECT account_no FROM arrival GROUP BY account_no")
    no, write = account[0]["account_no"], office.workspace.write
    stored = write(
        office.people["clerk"], submit_statement, account_no=no, day=office.days[1]
    ).value
    write(office.people["checker"], approve_statement, number=stored)

    pdf, xlsx = office.both(ReportKind.STATEMENT, account_no=no, day=office.days[1])

    row = sql(office, "SELECT * FROM reconciliation_statement")[0]
    words = words_of(pdf)
    for part in (stored, no, "approved", "Theadjustedbalancesareequal", "clerk", "checker"):
        assert part in words
    lines = sql(office, "SELECT * FROM reconciliation_item ORDER BY line_no")
    assert lines
    assert all(squeezed(line["number"]) in words for line in lines)
    book, plus, minus, total = rows_of(xlsx, "Balances")
    for amount in (1, 3):
        assert number(total[amount]) == (
            number(book[amount]) + number(plus[amount]) - number(minus[amount])
        )
        assert number(total[amount]) == row["adjusted_book_fen"]
    found = [one for one in rows_of(xlsx, "Items in transit") if one[1]]
    assert [number(one[4]) for one in found] == [line["amount_fen"] for line in lines]


def test_a_statement_that_does_not_balance_says_so_in_words(office: Office) -> None:
    run(
        office,
        "DROP TRIGGER guard_arrival_update",
        "DROP TRIGGER guard_arrival_update_confirmed",
        "UPDATE arrival SET balance_fen = 123456789",
    )
    account = sql(office, "SELECT account_no FROM arrival LIMIT 1")[0]["account_no"]

    pdf, _xlsx = office.both(ReportKind.STATEMENT, account_no=account, day=office.days[1])

    words = words_of(pdf)
    assert "Theadjustedbalancesdifferby" in words
    assert "人民币" in words


# ---------------------------------------------------------------- the day


def test_the_day_report_says_all_of_the_day_on_two_pages(office: Office) -> None:
    pdf, xlsx = office.both(ReportKind.DAY, day=office.day)

    first, second = map(squeezed, pages_of(pdf))
    closing = sql(office, "SELECT * FROM day_close")[0]
    head = sql(office, "SELECT * FROM audit_record ORDER BY sequence DESC LIMIT 3")
    assert closing["hash"] in first
    assert closing["closed_by"] in first
    assert "Thedayisclosed" in first
    assert any(f"HEAD{one['sequence']}{one['hash']}" in second for one in head)
    by_kind = sql(
        office,
        "SELECT kind, count(*) AS number, sum(total_fen) AS fen FROM voucher"
        " WHERE business_on = :day GROUP BY kind",
        day=int(office.day.strftime("%Y%m%d")),
    )
    *rows, total = rows_of(xlsx, "Vouchers")
    assert sorted((row[1], number(row[2])) for row in rows) == sorted(
        (one["number"], one["fen"]) for one in by_kind
    )
    assert number(total[2]) == sum(one["fen"] for one in by_kind)
    *arrived, whole = rows_of(xlsx, "Money in")
    for column in (3, 4, 5):
        assert number(whole[column]) == sum(number(row[column]) for row in arrived)
    assert number(whole[5]) == number(whole[3]) - number(whole[4])


def test_an_open_day_says_what_is_in_the_way(office: Office) -> None:
    pdf, xlsx = office.both(ReportKind.DAY, day=office.days[1])

    words = words_of(pdf)
    assert "Inthewayofclosingit" in words
    assert "noanchorwasmadeyet" in words
    assert set(sheets_of(xlsx)) >= {"What was reconciled", "Money in"}


def test_a_day_without_anything_has_no_empty_charts(
    sqlite_workspace: Workspace, tmp_path: Path, people: dict[str, Actor], loaded: Loaded
) -> None:
    office = Office(workspace=sqlite_workspace, folder=tmp_path, days=loaded.days, people=people)

    paper = office.paper(ReportKind.DAY, day=office.day)
    pdf, _xlsx = office.both(ReportKind.DAY, day=office.day)

    assert not [block for block in paper.blocks if isinstance(block, Beside)]
    assert "Thedayisopen" in words_of(pdf)
    assert len(pages_of(pdf)) == 2


def test_ten_thousand_items_stand_on_a_statement(office: Office) -> None:
    (account, *_others) = sql(office, "SELECT account_no FROM bank_account ORDER BY account_no")
    no, day = account["account_no"], int(office.days[1].strftime("%Y%m%d"))
    columns = "file_id, line, account_no, currency, booked_on, serial_no, amount_fen,"
    run(
        office,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
        f" INSERT INTO arrival ({columns} counterparty, counterparty_account, summary, postscript,"
        f" id) SELECT (SELECT min(file_id) FROM arrival), 0, '{no}', 'CNY', {day}, 'L' || i,"
        f" CASE WHEN i % 3 THEN 101 ELSE -7 END, '{RARE_NAME}', '', '{HOSTILE}', '',"
        " (SELECT max(id) FROM arrival) + i FROM n",
    )

    pdf, xlsx = office.both(ReportKind.STATEMENT, account_no=no, day=office.days[1])

    found = PdfReader(pdf).pages
    count = len(found)
    assert count > 150
    # To read all pages takes longer than to write them.
    for place in (1, 2, count // 2, count - 1, count):
        page = squeezed(found[place - 1].extract_text())
        assert f"page{place}of{count}" in page
        assert RARE_NAME in page
        assert "Serialorvoucherno." in page
    cells = sheets_of(xlsx)["Items in transit"]
    items = [line for line in cells if str(line[2].value).startswith("L")]
    assert len(items) == 10_000
    assert {line[3].data_type for line in items} == {"s"}
    assert all(str(line[3].value).startswith("=HYPERLINK") for line in items)
    assert sum(number(line[4].value) for line in items) == 6667 * 101 + 3333 * 7


HOSTILE = "=HYPERLINK(1)"
RARE_NAME = "𬬻㛃䶮"
