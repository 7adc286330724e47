"""The real samples, where they are there: each loads with its own totals or is refused truly."""

from __future__ import annotations

import re

import pytest

from app.intake.reader import Reader
from app.intake.rules import Reason
from tests.intake.real_files import FOLDER, Answer, answers

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the real samples are not here")

NO_STATEMENT = re.compile(r"\.(json|yml|md)$|requirements\.txt$")
TRUE_REASONS = {
    "alipay-merchant-trade/": {Reason.TOTAL_MISSING},
    "alipay-personal/": {Reason.PERSONAL_BILL},
    "wechat-personal/": {Reason.PERSONAL_BILL},
    "bank-": {Reason.PERSONAL_BILL},
    # One row is missing from the published sample; one total reads “a3”.
    "wechat-fundflow/": {Reason.TOTAL_DISAGREES},
    "wechat-trade-ALL/wechatgo_trade_03": {Reason.TOTAL_UNREADABLE},
    "camt/camt052": {Reason.NOTIFICATION_ONLY},
    "camt/camt054": {Reason.NOTIFICATION_ONLY},
    "camt/ezb_camt_01": {Reason.NOTIFICATION_ONLY},
    "camt/valid_example.xml": {Reason.NOTIFICATION_ONLY},
    "camt/viafintech__valid_example.xml": {Reason.NOTIFICATION_ONLY},
    "camt/valid_namespace": {Reason.NO_STATEMENT},
    "camt/viafintech__valid_namespace": {Reason.NO_STATEMENT},
    "camt/camt053.v2.wrong": {Reason.NO_STATEMENT},
    "camt/camt053_garbled_amount": {Reason.BAD_AMOUNT},
    "camt/ezb_camt_05": {Reason.BAD_DATE},
    "camt/ezb_camt_07": {Reason.BAD_DATE},
    "camt/ezb_camt_19": {Reason.MISSING_ENTRY_PART},
    "camt/ezb_camt_21": {Reason.MISSING_ENTRY_PART},
    "mt940-942/mt942": {Reason.NOTIFICATION_ONLY},
    "mt940-942/wolph__mt942": {Reason.NOTIFICATION_ONLY},
    # Single tags cut out of statements.
    "mt940-942/": {Reason.BAD_SWIFT},
    "generic-sheet/": {Reason.UNKNOWN_LAYOUT, Reason.NOT_A_STATEMENT},
    "reconciliation-set/": {Reason.UNKNOWN_LAYOUT, Reason.NOT_A_STATEMENT},
}
MUST_LOAD = {
    "wechat-trade-ALL": 2,
    "wechat-trade-SUCCESS": 1,
    "wechat-trade-REFUND": 1,
    "mt940-942": 29,
    "camt": 20,
}


@pytest.fixture(scope="module")
def found(reader: Reader) -> list[Answer]:
    return list(answers(reader))


def test_every_refusal_has_its_true_reason(found: list[Answer]) -> None:
    wrong = []
    for one in found:
        expected = next(
            (reasons for name, reasons in TRUE_REASONS.items() if one.name.startswith(name)), set()
        )
        if NO_STATEMENT.search(one.name):
            expected = {Reason.UNKNOWN_LAYOUT, Reason.NOT_A_STATEMENT}
        reasons = {problem.reason for problem in one.summary.problems}
        if not reasons <= expected:
            wrong.append((one.name, reasons))

    assert wrong == []


def test_what_has_a_profile_and_is_whole_loads(found: list[Answer]) -> None:
    loaded: dict[str, int] = {}
    for one in found:
        if not one.summary.problem_count:
            folder = one.name.partition("/")[0]
            loaded[folder] = loaded.get(folder, 0) + 1

    assert loaded == MUST_LOAD


def test_what_loads_does_so_with_its_own_totals(found: list[Answer]) -> None:
    for one in found:
        if not one.summary.problem_count:
            assert all(total.stated == total.found for total in one.summary.totals)
            assert one.name.startswith("wechat-trade") == (len(one.summary.totals) >= 4)
