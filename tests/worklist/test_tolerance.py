"""What differs by no more than is tolerated is matched, and said to be; the residue is kept."""

from __future__ import annotations

from app.catalog.rules import SettingName
from app.discrepancies.explaining import explained
from app.discrepancies.rules import Tab
from app.discrepancies.worklist import Question
from app.matching.rules import Kind, MatchRule, Task
from app.upkeep.verify import verify
from tests.books import DAY, Books, bill_line, payment, record, writeoff
from tests.worklist.conftest import Day
from tests.worklist.test_terms import set_to


def test_within_the_tolerance_a_channel_pair_is_matched_and_says_so(books: Books) -> None:
    books.load("payments", payment(1, 金额="10.03"), payment(2, 金额="10.06"), payment(3))
    books.load("records", record(1), record(2), record(3))
    strict = books.reconcile(Task.CHANNEL)

    books.workspace.write(books.actor, set_to, SettingName.CHANNEL_TOLERANCE_FEN, 5)
    lenient = books.reconcile(Task.CHANNEL)

    assert (strict.matched_ours, strict.discrepancies[Kind.AMOUNT_DIFFERS].count) == (1, 2)
    assert (lenient.matched_ours, lenient.discrepancies[Kind.AMOUNT_DIFFERS].count) == (2, 1)
    assert lenient.matched_fen == 2003
    assert books.workspace.read(verify).ok
    day = Day(workspace=books.workspace, actor=books.actor, day=DAY)
    sheet = day.sheet(Task.CHANNEL)
    told = [
        books.workspace.read(explained, sheet, line.place)
        for line in day.lines(sheet, Question(tab=Tab.MATCHED))
    ]
    assert {(one.rule, one.residue_fen) for one in told} == {
        (MatchRule.PAYMENT_NO, 0),
        (MatchRule.TOLERANCE, 3),
    }


def test_without_a_tolerance_again_the_pair_differs_again(books: Books) -> None:
    books.load("payments", payment(1, 金额="10.03"))
    books.load("records", record(1))
    books.workspace.write(books.actor, set_to, SettingName.CHANNEL_TOLERANCE_FEN, 5)
    books.reconcile(Task.CHANNEL)

    books.workspace.write(books.actor, set_to, SettingName.CHANNEL_TOLERANCE_FEN, 2)

    again = books.reconcile(Task.CHANNEL)
    assert set(again.discrepancies) == {Kind.AMOUNT_DIFFERS}
    assert books.workspace.read(verify).ok


def test_write_offs_have_a_tolerance_of_their_own(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("lines", bill_line(1))
    books.load("writeoffs", writeoff(1, 销账金额="9.99"))
    books.workspace.write(books.actor, set_to, SettingName.CHANNEL_TOLERANCE_FEN, 5)
    strict = books.reconcile(Task.WRITEOFF)

    books.workspace.write(books.actor, set_to, SettingName.WRITEOFF_TOLERANCE_FEN, 1)
    lenient = books.reconcile(Task.WRITEOFF)

    assert set(strict.discrepancies) == {Kind.AMOUNT_DIFFERS}
    assert (lenient.matched_ours, lenient.discrepancies) == (1, {})
    assert books.workspace.read(verify).ok
