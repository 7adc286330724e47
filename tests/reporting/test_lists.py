"""Summary, list, ageing and log read back from PDF and workbook, and held against the database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import RowMapping

from app.audit.queries import records
from app.base.errors import NotAllowed
from app.matching.rules import Task
from app.reporting.looks import money
from app.reporting.rules import NothingToPrint, ReportKind
from app.reporting.wishes import Wish
from tests.reporting.conftest import Office
from tests.reporting.making import sheets_of, squeezed
from tests.reporting.reading import number, rows_of, run, sql, tables_of, words_of

# ---------------------------------------------------------------- summary


def test_the_summary_adds_up_on_its_face_and_equals_the_runs(office: Office) -> None:
    pdf, xlsx = office.both(ReportKind.SUMMARY, day=office.day)

    day = int(office.day.strftime("%Y%m%d"))
    sheets = sheets_of(xlsx)
    words = words_of(pdf)
    runs = sql(
        office,
        "SELECT task, totals FROM run WHERE business_on = :day"
        " AND (task <> 'channel' OR scope <> '')",
        day=day,
    )
    assert len(sheets) == len(Task) + 1
    for title, cells in list(sheets.items())[:-1]:
        rows = [[cell.value for cell in line] for line in cells[3:]]
        _adds_up(rows)
        for value in rows[-1][5:8]:
            assert money(number(value), sign=True) in words, title
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
            assert number(matched[place]) + number(left[place]) == number(whole[place])
            sums[place] += number(whole[place])
        counted = [one for one in kinds if "of it:" in one[1]]
        assert sum(one[2] for one in counted) == left[2]
        for place in (5, 6, 7):
            assert sum(number(one[place]) for one in counted) == number(left[place])
            assert number(whole[5]) - number(whole[6]) == number(whole[7])
    assert {place: number(total[place]) for place in places} == sums


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
        assert [number(value) for value in total[5:7]] == wanted


def test_a_day_without_runs_has_no_summary(office: Office) -> None:
    with pytest.raises(NothingToPrint):
        office.paper(ReportKind.SUMMARY, day=office.day.replace(year=2020))


# ---------------------------------------------------------------- discrepancies and ageing


@pytest.mark.parametrize("place", [0, 1])
def test_the_list_has_every_discrepancy_and_equals_the_totals(office: Office, place: int) -> None:
    day = office.days[place]

    pdf, xlsx = office.both(ReportKind.DISCREPANCIES, day=day)

    paper = office.paper(ReportKind.DISCREPANCIES, day=day)
    table = tables_of(paper)["Discrepancies"]
    rows = rows_of(xlsx, "Discrepancies")
    assert len(rows) == len(table.rows) + 1 > 20
    words = words_of(pdf)
    assert "Theirsumequalsthetotalsofreconciliation" in words
    runs = sql(
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

    count = sql(office, "SELECT count(*) AS n FROM discrepancy")[0]["n"]
    arrival = sql(office, "SELECT count(*) AS n FROM discrepancy WHERE task = 'arrival'")[0]["n"]
    assert len(tables_of(whole)["Discrepancies"].rows) == count
    assert len(tables_of(task)["Discrepancies"].rows) == arrival
    assert tables_of(none)["Discrepancies"].rows == ()


def test_ten_thousand_discrepancies_stand_on_the_list(office: Office) -> None:
    copies = 10_000 // sql(office, "SELECT count(*) AS n FROM discrepancy")[0]["n"] + 1
    columns = (
        "task, scope, kind, business_on, ours_kind, ours_id, ours_key, ours_fen, theirs_kind,"
        " theirs_id, theirs_key, theirs_fen, difference_fen, detail, opened_on, resolved_on,"
        " status, resolution, assignee, reason, version"
    )
    run(
        office,
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies})"
        f" INSERT INTO discrepancy (id, {columns})"
        f" SELECT (SELECT max(id) FROM discrepancy) * i + id, {columns} FROM discrepancy, n",
    )
    count = sql(office, "SELECT count(*) AS n FROM discrepancy")[0]["n"]

    pdf, xlsx = office.both(ReportKind.DISCREPANCIES, first=office.days[0], last=office.days[-1])

    pages = PdfReader(pdf).pages
    last = squeezed("".join(page.extract_text() for page in pages[-2:]))
    assert count > 10_000
    assert f"page{len(pages)}of{len(pages)}" in last
    assert f"{count}discrepancies" in last
    rows = rows_of(xlsx, "Discrepancies")
    assert len(rows) == count + 1
    assert [one[0] for one in rows[:-1]] == list(range(1, count + 1))
    summary = rows_of(xlsx, "By kind")
    assert [number(value) for value in summary[-1][3:6]] == [
        number(value) for value in rows[-1][7:10]
    ]
    assert sum(one[2] for one in summary[:-1]) == count == summary[-1][2]


def test_ageing_counts_everything_that_is_open(office: Office) -> None:
    pdf, xlsx = office.both(ReportKind.AGEING)

    (wanted,) = sql(
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
        assert (total[place[0]], number(total[place[1]])) == (wanted["n"], wanted["fen"])
        above = rows[3 if name == "By age" else 4 : -1]
        assert sum(one[place[0]] for one in above) == wanted["n"]
        assert sum(number(one[place[1]]) for one in above) == wanted["fen"]
    words = words_of(pdf)
    assert money(wanted["fen"], sign=True) in words
    assert "Countbyage" in words


def test_papers_without_anything_say_so(office: Office) -> None:
    run(
        office,
        "DELETE FROM discrepancy_leg",
        "DELETE FROM suggestion",
        "DELETE FROM discrepancy",
    )

    pdf, xlsx = office.both(ReportKind.AGEING)
    listed = office.make(Wish(kind=ReportKind.DISCREPANCIES, language="en", day=office.day))

    assert rows_of(xlsx, "By age")[-1][1] == 0
    assert "￥0.00" in words_of(pdf)
    assert "—none—" in words_of(listed.file)
    assert "0discrepancies" in words_of(listed.file)


# ---------------------------------------------------------------- the log


def test_the_extract_has_the_log_and_says_that_its_chain_is_whole(office: Office) -> None:
    pdf, xlsx = office.both(ReportKind.AUDIT, who="auditor")

    log = office.workspace.read(records, limit=100_000)
    rows = rows_of(xlsx)
    words = words_of(pdf)
    printed = [one for one in log if one.object_type == "report"]
    assert len(rows) == len(log) - 1  # the workbook's own record came after it was read
    assert [one[0] for one in rows] == [one.sequence for one in log[:-1]]
    assert [one[9] for one in rows] == [one.hash[:12] for one in log[:-1]]
    head = log[-len(printed) - 1]
    assert head.hash in words
    assert f"all{head.sequence}recordswerechecked" in words


def test_a_broken_chain_is_said(office: Office) -> None:
    run(
        office,
        "DROP TRIGGER guard_audit_record_update",
        "UPDATE audit_record SET actor = 'nobody' WHERE sequence = 3",
    )

    words = words_of(office.make(Wish(kind=ReportKind.AUDIT, language="en"), who="auditor").file)

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

    words = words_of(done.file)
    assert title in words
    for part in ("币种：人民币", "编号", "验证码", "制单", "复核", "记账", "主管", "打印人clerk"):
        assert part in words
    assert "第1页" in words
