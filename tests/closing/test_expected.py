"""The day says which files it needs, and whether they came in."""

import pytest

from app.catalog.channels import load_channels
from app.catalog.rules import ChannelRow
from app.closing.expected import ExpectedFile, expected_files, missing_files
from app.closing.files import Wishes, undo_import
from app.closing.rules import Ground, Presence
from app.db.workspace import Actor
from app.intake.rules import Kind
from tests.books import (
    ACCOUNT,
    DAY,
    Books,
    arrival,
    batch,
    bill_line,
    clearing_line,
    payment,
    record,
)

NEXT = "2026-03-04 10:00:00"


def of(books: Books, kind: Kind, scope: str = "") -> ExpectedFile:
    (found,) = [
        one
        for one in books.workspace.read(expected_files, DAY)
        if one.kind is kind and one.scope == scope
    ]
    return found


def scopes(books: Books, kind: Kind) -> list[str]:
    return [one.scope for one in books.workspace.read(expected_files, DAY) if one.kind is kind]


def test_of_a_day_without_files_the_five_of_each_day_are_missing(books: Books) -> None:
    missing = books.workspace.read(missing_files, DAY)

    assert {one.kind for one in missing} == {
        Kind.PAYMENTS,
        Kind.BILL_LINES,
        Kind.WRITEOFFS,
        Kind.CLEARING_BATCHES,
        Kind.CLEARING_LINES,
    }


def test_a_file_that_came_is_told_with_its_rows_and_sum(books: Books) -> None:
    books.load("payments", payment(1), payment(2))
    books.load("more", payment(3))

    found = of(books, Kind.PAYMENTS)

    assert (found.presence, found.ground) == (Presence.CAME, Ground.EVERY_DAY)
    assert (found.files, found.rows, found.amount_fen) == (2, 3, 3000)


def test_a_channel_that_payments_name_needs_a_statement(books: Books) -> None:
    books.load("payments", payment(1), payment(2), payment(3, 支付渠道="CCB"))
    books.load("statement", record(3, 渠道编码="CCB"))

    missing, came = of(books, Kind.CHANNEL, "ICBC"), of(books, Kind.CHANNEL, "CCB")

    assert (missing.presence, missing.ground) == (Presence.MISSING, Ground.PAYMENTS)
    assert (missing.expected_rows, missing.expected_fen) == (2, 2000)
    assert came.presence is Presence.CAME


def test_what_is_paid_inside_the_platform_needs_none(books: Books) -> None:
    books.load("payments", payment(1, 支付渠道="INTERNAL", 优惠承担方="平台"))

    assert scopes(books, Kind.CHANNEL) == []


def test_a_channel_that_sent_one_lately_is_expected_again(books: Books) -> None:
    books.load("yesterday", record(1, 交易时间="2026-03-02 10:00:00"))

    found = of(books, Kind.CHANNEL, "ICBC")

    assert (found.presence, found.ground) == (Presence.MISSING, Ground.LATELY)


def test_a_channel_of_the_master_data_alone_is_quiet(books: Books, supervisor: Actor) -> None:
    rows = [ChannelRow(line=1, code="NEW", name="新渠道", kind="bank")]
    books.workspace.write(supervisor, load_channels, rows=rows)

    found = of(books, Kind.CHANNEL, "NEW")

    assert (found.presence, found.title) == (Presence.QUIET, "新渠道")


@pytest.mark.parametrize("name", ["ICBC_20260303", "工商银行2026-03-03"])
def test_a_statement_without_rows_is_an_empty_day(books: Books, name: str) -> None:
    books.load("payments", payment(1))
    path = books.folder / f"{name}.csv"
    path.write_text(",".join(record(1)) + "\n", encoding="utf-8")

    books.load_paths(path)

    assert of(books, Kind.CHANNEL, "ICBC").presence is Presence.EMPTY


def test_an_empty_file_is_about_the_day_at_hand(books: Books) -> None:
    path = books.folder / "退费.csv"
    path.write_text(",".join(bill_line(1)) + "\n", encoding="utf-8")

    books.load_paths(path, wishes=Wishes(about=DAY))

    assert of(books, Kind.BILL_LINES).presence is Presence.EMPTY


def test_a_few_entries_around_the_cut_off_are_not_the_file_of_the_day(books: Books) -> None:
    day_after = [record(number, 交易时间=NEXT) for number in range(2, 22)]
    books.load("payments", payment(1), *[payment(n, 支付时间=NEXT) for n in range(2, 22)])
    books.load("tomorrow", record(1), *day_after)

    assert of(books, Kind.CHANNEL, "ICBC").presence is Presence.MISSING
    assert of(books, Kind.PAYMENTS).presence is Presence.MISSING


def test_each_account_with_a_batch_needs_a_bank_statement(books: Books) -> None:
    books.load("batches", batch(1), batch(2, 收款账号="6222000000000002"))
    books.load("bank", arrival(1))

    there = of(books, Kind.ARRIVALS, ACCOUNT)

    assert (there.presence, there.title, str(there.due_on)) == (
        Presence.CAME,
        "供电公司",
        "2026-03-04",
    )
    assert of(books, Kind.ARRIVALS, "6222000000000002").presence is Presence.MISSING


@pytest.mark.parametrize("order", [("batches", "lines"), ("lines", "batches")])
def test_clearing_lines_belong_to_the_day_of_their_batch(
    books: Books, order: tuple[str, str]
) -> None:
    rows = {"batches": batch(1), "lines": clearing_line(1)}

    for name in order:
        books.load(name, rows[name])

    assert of(books, Kind.CLEARING_LINES).presence is Presence.CAME


def test_a_file_taken_back_is_missing_again(books: Books, clerk: Actor) -> None:
    loaded = books.load("payments", payment(1))
    assert loaded.file_id is not None

    books.workspace.write(clerk, undo_import, file_id=loaded.file_id)

    assert of(books, Kind.PAYMENTS).presence is Presence.MISSING


def test_a_moved_cut_off_moves_what_files_hold(books: Books) -> None:
    books.load("payments", *[payment(n, 支付时间="2026-03-02 23:30:00") for n in range(3)])
    books.load("channels", {"渠道编码": "ICBC", "名称": "ICBC", "类型": "银行", "日切": "23:00"})

    assert of(books, Kind.PAYMENTS).rows == 3


def test_what_is_missing_comes_first(books: Books) -> None:
    books.load("payments", payment(1))

    presences = [one.presence for one in books.workspace.read(expected_files, DAY)]

    assert presences[0] is Presence.MISSING
    assert presences[-1] is Presence.CAME
