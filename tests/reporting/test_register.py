"""The register of prints: numbers without gaps, copies, void papers, and codes that are checked."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.audit.queries import AuditRow
from app.audit.search import AuditFilter, record_ids, record_rows
from app.base.errors import NotAllowed
from app.db.workspace import Actor, Tx, Workspace
from app.reporting.queries import check_code, live_papers, paper_of, prints_of, recent
from app.reporting.rules import (
    Format,
    MistypedCode,
    NumberTaken,
    PageForm,
    PaperVoid,
    ReportKind,
    UnknownCode,
    UnknownPaper,
    VoidReasonNeeded,
    code_of,
    parse_code,
    qr_text,
)
from app.reporting.service import Print, issue, void
from app.reporting.storing import packed, unpacked
from app.upkeep.printed import printed
from app.upkeep.verify import verify
from tests.reporting.making import paper, row

DAY = date(2026, 10, 14)


def a_print(
    serial: int,
    copy: int = 0,
    *,
    kind: ReportKind = ReportKind.SUMMARY,
    subject: str = "",
    code: str = "",
) -> Print:
    content, digest = packed(paper((row(serial),)))
    return Print(
        kind=kind,
        day=DAY,
        serial=serial,
        copy=copy,
        subject=subject or f"paper {serial}",
        parameters="{}",
        format=Format.PDF,
        form=PageForm.A4,
        code=code or code_of(bytes([serial % 256, copy, *range(14)])),
        sha256="0" * 64,
        pages=1,
        content=content,
        digest=digest,
    )


def test_numbers_have_no_gaps_and_nothing_is_printed_without_a_record(
    workspace: Workspace, clerk: Actor
) -> None:
    first = workspace.write(clerk, issue, prints=[a_print(1), a_print(2)])
    second = workspace.write(clerk, issue, prints=[a_print(3)])

    assert first.tables >= {"report_issue", "report_content", "counter", "audit_record"}
    numbers = [one.number for one in (*first.value, *second.value)]
    assert numbers == [f"HZ-20261014-{count:04d}" for count in (1, 2, 3)]
    assert [one.number for one in workspace.read(recent)] == numbers[::-1]
    rows = workspace.read(_audited)
    assert [one.object_key for one in rows] == numbers[::-1]
    assert {one.verb for one in rows} == {"printed"}
    assert workspace.read(printed).ok


def _audited(session: Session) -> list[AuditRow]:
    return list(record_rows(session, record_ids(session, AuditFilter(object_type="report"))))


@pytest.mark.parametrize("serial", [2, 7])
def test_a_number_that_is_not_the_next_one_is_not_given_out(
    workspace: Workspace, clerk: Actor, serial: int
) -> None:
    with pytest.raises(NumberTaken):
        workspace.write(clerk, issue, prints=[a_print(serial)])

    assert workspace.read(recent) == []
    assert workspace.write(clerk, issue, prints=[a_print(1)]).value[0].serial == 1


def test_kinds_and_days_count_for_themselves(workspace: Workspace, clerk: Actor) -> None:
    workspace.write(clerk, issue, prints=[a_print(1)])

    other = workspace.write(clerk, issue, prints=[a_print(1, kind=ReportKind.AGEING, code=CODE)])

    assert other.value[0].number == "ZL-20261014-0001"


CODE = code_of(bytes(range(40, 56)))


def test_reprints_count_under_the_same_number(workspace: Workspace, clerk: Actor) -> None:
    workspace.write(clerk, issue, prints=[a_print(1)])
    workspace.write(clerk, issue, prints=[a_print(1, copy=1)])

    for copy in (1, 3):
        with pytest.raises(NumberTaken):
            workspace.write(clerk, issue, prints=[a_print(1, copy=copy, code=CODE)])

    assert [one.copy_no for one in workspace.read(prints_of, "HZ-20261014-0001")] == [0, 1]
    assert workspace.read(printed).ok


def test_a_paper_about_one_thing_exists_once(workspace: Workspace, clerk: Actor) -> None:
    one = a_print(1, kind=ReportKind.RECEIPT, subject="order 1")
    workspace.write(clerk, issue, prints=[one])

    again = a_print(2, kind=ReportKind.RECEIPT, subject="order 1")
    with pytest.raises(NumberTaken):
        workspace.write(clerk, issue, prints=[again])

    workspace.write(clerk, void, number="SJ-20261014-0001", reason="torn")
    workspace.write(clerk, issue, prints=[a_print(2, kind=ReportKind.RECEIPT, subject="order 1")])
    found = workspace.read(live_papers, ReportKind.RECEIPT, ["order 1", "order 2"])
    assert {key: (view.number, count) for key, (view, count) in found.items()} == {
        "order 1": ("SJ-20261014-0002", 1)
    }


def test_a_void_paper_keeps_its_number_and_is_never_printed_again(
    workspace: Workspace, clerk: Actor
) -> None:
    workspace.write(clerk, issue, prints=[a_print(1)])
    workspace.write(clerk, issue, prints=[a_print(1, copy=1)])

    gone = workspace.write(clerk, void, number="HZ-20261014-0001", reason=" torn ").value

    assert [(one.is_void, one.void_reason, one.voided_by) for one in gone] == [
        (True, "torn", "clerk")
    ] * 2
    with pytest.raises(PaperVoid):
        workspace.write(clerk, issue, prints=[a_print(1, copy=2)])
    with pytest.raises(PaperVoid):
        workspace.write(clerk, void, number="HZ-20261014-0001", reason="again")
    assert workspace.write(clerk, issue, prints=[a_print(2)]).value[0].serial == 2


def test_to_make_void_needs_a_reason_and_a_paper(workspace: Workspace, clerk: Actor) -> None:
    workspace.write(clerk, issue, prints=[a_print(1)])

    with pytest.raises(VoidReasonNeeded):
        workspace.write(clerk, void, number="HZ-20261014-0001", reason=" ")
    with pytest.raises(UnknownPaper):
        workspace.write(clerk, void, number="HZ-20261014-0009", reason="torn")


@pytest.mark.parametrize("role", ["administrator", "reader"])
def test_who_may_not_print_prints_nothing(
    workspace: Workspace, people: dict[str, Actor], role: str
) -> None:
    with pytest.raises(NotAllowed):
        workspace.write(people[role], issue, prints=[a_print(1)])
    with pytest.raises(NotAllowed):
        workspace.write(people[role], void, number="HZ-20261014-0001", reason="x")


def test_a_code_leads_to_what_was_printed(workspace: Workspace, clerk: Actor) -> None:
    (made,) = workspace.write(clerk, issue, prints=[a_print(1)]).value

    for typed in (made.code, made.code.lower(), made.code.replace("-", ""), f"  {made.code} "):
        assert workspace.read(check_code, typed).issue == made
    found = workspace.read(check_code, qr_text(made.number, made.code))

    assert found.paper == paper((row(1),))
    assert found.copies == 1
    assert workspace.read(paper_of, made.number) == found.paper


def test_wrong_codes_are_told_apart_from_mistyped_ones(workspace: Workspace, clerk: Actor) -> None:
    (made,) = workspace.write(clerk, issue, prints=[a_print(1)]).value

    with pytest.raises(UnknownCode):
        workspace.read(check_code, CODE)
    for typed in ("", "x", made.code[:-1], made.code + "2", "1" + made.code[1:]):
        with pytest.raises(MistypedCode):
            workspace.read(check_code, typed)


def test_one_wrong_character_and_two_that_change_places_are_noticed() -> None:
    code = parse_code(CODE).replace("-", "")
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

    wrong = [
        code[:place] + other + code[place + 1 :]
        for place in range(len(code))
        for other in alphabet
        if other != code[place]
    ] + [
        code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        for place in range(len(code) - 2)
        if code[place] != code[place + 1]
    ]

    for typed in wrong:
        with pytest.raises(MistypedCode):
            parse_code(typed)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE report_issue SET sha256 = 'x'",
        "UPDATE report_issue SET issued_by = 'other'",
        "UPDATE report_issue SET copy_no = 5",
        "DELETE FROM report_issue",
        "UPDATE report_content SET data = sha256",
        "DELETE FROM report_content",
        (
            "INSERT INTO report_issue SELECT id + 1, kind, day, serial + 2, number || 'x', 0,"
            " subject, parameters, format, form, code || 'x', sha256, pages, content,"
            " issued_by_id, issued_by, issued_at, '', '', NULL FROM report_issue"
        ),
    ],
)
def test_the_database_itself_keeps_the_register(
    workspace: Workspace, clerk: Actor, statement: str
) -> None:
    workspace.write(clerk, issue, prints=[a_print(1)])

    def attack(tx: Tx) -> None:
        tx.session.execute(text(statement))

    # The wrapper turns what the database says into its own words; either way nothing changes.
    with pytest.raises(Exception, match=r"printed stays|no gaps|bytea|type") as caught:
        workspace.write(clerk, attack)

    assert isinstance(caught.value, DBAPIError) or caught.value.__cause__ is not None
    assert workspace.read(printed).ok


def test_what_is_void_is_not_made_valid_again(workspace: Workspace, clerk: Actor) -> None:
    workspace.write(clerk, issue, prints=[a_print(1)])
    workspace.write(clerk, void, number="HZ-20261014-0001", reason="torn")

    def attack(tx: Tx) -> None:
        tx.session.execute(
            text("UPDATE report_issue SET voided_at = NULL, void_reason = '', voided_by = ''")
        )

    with pytest.raises(DBAPIError, match="printed stays"):
        workspace.write(clerk, attack)


def test_verify_sees_a_content_that_was_changed(sqlite_workspace: Workspace, clerk: Actor) -> None:
    sqlite_workspace.write(clerk, issue, prints=[a_print(1)])

    def damage(tx: Tx) -> None:
        tx.session.execute(text("DROP TRIGGER guard_report_content_update"))
        tx.session.execute(text("UPDATE report_content SET data = X'00'"))

    sqlite_workspace.write(clerk, damage)

    failed = {one.name for one in sqlite_workspace.read(verify).checks if not one.ok}
    assert failed == {"guards", "printed"}


def test_two_who_print_at_once_never_get_one_number(workspace: Workspace, clerk: Actor) -> None:
    numbers: list[str] = []
    start = threading.Barrier(2)

    def printing(own: int) -> None:
        start.wait()
        for turn in range(15):
            while True:
                with workspace.engine.connect() as connection:
                    last = connection.execute(
                        text("SELECT coalesce(max(serial), 0) FROM report_issue")
                    ).scalar_one()
                code = code_of(bytes([own, turn, last % 256, *range(60, 73)]))
                try:
                    made = workspace.write(clerk, issue, prints=[a_print(last + 1, code=code)])
                except NumberTaken:
                    continue
                numbers.extend(one.number for one in made.value)
                break

    threads = [threading.Thread(target=printing, args=(own,)) for own in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == [f"HZ-20261014-{count:04d}" for count in range(1, 31)]
    assert workspace.read(printed).ok


def test_a_paper_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    made = paper((row(1, "x\ud800y"), row(2, "䶮")), text="one\ntwo")
    del tmp_path

    data, digest = packed(made)

    assert unpacked(data) == made
    assert packed(unpacked(data))[1] == digest
    with pytest.raises(ValueError, match="no paper"):
        unpacked(b"nonsense")
