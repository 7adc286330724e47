"""Personal data are masked wherever they stand, and shown only for a reason that is kept."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.queries import records
from app.base.errors import NotAllowed, NotFound
from app.base.masking import mask_card, mask_party, mask_text
from app.db.workspace import Actor, Workspace
from app.intake.rules import Kind, Personal, RawLines, RawRow
from app.records.fields import FIELDS
from app.records.kinds import SHAPES
from app.records.unmasking import Plain, WhyUnmasked, unmask
from app.wording.values import written
from tests.books import Books, arrival, bill_line

PERSON, PHONE, CARD = "张小三", "13812345678", "6222021234567894"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"退款 {PHONE}", "退款 138****5678"),
        (f"电话:{PHONE}，卡号{CARD}", "电话:138****5678，卡号6222 **** **** 7894"),
        ("6222 0212 3456 7894", "6222 **** **** 7894"),
        ("卡 6222021234567890", "卡 6222021234567890"),  # no card bears this check digit
        ("QF20261013000138123456780001", "QF20261013000138123456780001"),
        ("113812345678", "113812345678"),
        ("QF13812345678", "QF13812345678"),
        ("", ""),
    ],
)
def test_numbers_of_people_in_free_texts(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (PERSON, "张**"),
        ("欧阳小三", "欧**"),
        ("张*三", "张**"),
        ("买买提·吐尔逊江", "买**"),
        ("John Smith", "J**"),
        ("国网江苏省电力有限公司", "国网江苏省电力有限公司"),
        ("财政局", "财政局"),
        ("中国银行", "中国银行"),
        ("Siemens Ltd", "Siemens Ltd"),
        (f"某某集团 {PHONE}", f"某某集团 {PHONE}"),
        ("", ""),
    ],
)
def test_people_are_masked_and_companies_are_not(name: str, shown: str) -> None:
    assert mask_party(name) == shown


def test_every_personal_field_is_masked_where_it_is_written() -> None:
    marked = {
        (kind, field.name): field.personal
        for kind, fields in FIELDS.items()
        for field in fields
        if field.personal is not None
    }

    assert marked == {
        (Kind.BILL_LINES, "customer"): Personal.NAME,
        (Kind.ARRIVALS, "counterparty"): Personal.PARTY,
        (Kind.ARRIVALS, "counterparty_account"): Personal.CARD,
        (Kind.ARRIVALS, "summary"): Personal.TEXT,
        (Kind.ARRIVALS, "postscript"): Personal.TEXT,
    }
    assert written(Kind.ARRIVALS, "postscript", f"给 {PHONE}") == "给 138****5678"
    assert written(Kind.ARRIVALS, "counterparty", PERSON) == "张**"
    assert written(Kind.ARRIVALS, "counterparty_account", CARD) == mask_card(CARD)


def test_raw_lines_are_masked_within_their_cells() -> None:
    lines = RawLines(rows=(RawRow(line=2, cells=(f"转给{PHONE}", "12.00")),), header_line=1)

    assert lines.masked().rows[0].cells == ("转给138****5678", "12.00")


@pytest.fixture
def books(books: Books) -> Books:
    books.load("bills", bill_line(1, 户名=PERSON))
    books.load("arrivals", arrival(1, 对方户名=PERSON, 对方账号=CARD, 附言=f"电费 {PHONE}"))
    return books


def entries(books: Books) -> list[tuple[Kind, int]]:
    kinds = (Kind.BILL_LINES, Kind.ARRIVALS)
    return [(kind, books.workspace.read(_only_id, kind)) for kind in kinds]


def _only_id(session: Session, kind: Kind) -> int:
    return int(session.scalars(select(SHAPES[kind].table.c.id)).one())


def test_unmasking_needs_a_reason_and_is_kept(books: Books, supervisor: Actor) -> None:
    found = books.workspace.write(
        supervisor, unmask, entries=entries(books), reason=" 客户来电 "
    ).value

    values = {(one.kind, one.field): one.value for one in found}
    assert values[Kind.BILL_LINES, "customer"] == PERSON
    assert values[Kind.ARRIVALS, "counterparty_account"] == CARD
    assert values[Kind.ARRIVALS, "postscript"] == f"电费 {PHONE}"
    first, second = books.workspace.read(records, after=0, limit=10_000)[-2:]
    assert (first.verb, first.object_type, first.actor) == ("unmasked", "entry", "supervisor")
    assert json.loads(first.after) == {
        "kind": "bill_lines",
        "fields": ["customer"],
        "reason": "客户来电",
    }
    assert PERSON not in first.after + second.after + first.object_key
    assert all(isinstance(one, Plain) for one in found)


def test_unmasking_is_refused_without_reason_or_entry(books: Books, supervisor: Actor) -> None:
    with pytest.raises(WhyUnmasked):
        books.workspace.write(supervisor, unmask, entries=entries(books), reason=" ")
    with pytest.raises(NotFound):
        books.workspace.write(supervisor, unmask, entries=[(Kind.ARRIVALS, 99)], reason="x")


@pytest.mark.parametrize("who", ["clerk", "checker", "administrator", "reader"])
def test_others_unmask_nothing(
    sqlite_workspace: Workspace, people: dict[str, Actor], who: str
) -> None:
    with pytest.raises(NotAllowed):
        sqlite_workspace.write(people[who], unmask, entries=[(Kind.ARRIVALS, 1)], reason="x")
