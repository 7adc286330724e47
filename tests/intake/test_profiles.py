"""Profiles are data: a new layout is a new file, and a wrong file says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.intake.detection import HeadRow, find_table
from app.intake.inputs import file_input
from app.intake.opening import Wishes, open_statement
from app.intake.profiles import (
    Profile,
    ProfileError,
    find_profile,
    load_profile,
    loose,
    shipped_profiles,
)
from app.intake.refusal import FileRefused
from app.intake.rules import Kind, Reason
from tests.intake.making import CONTEXT, write_lines

NEW_BANK = """
title = "某新银行"
kind = "arrivals"

[fields]
account_no = { columns = ["Account"] }
currency = { value = "CNY" }
booked_on = { columns = ["Date"] }
serial_no = { columns = ["Ref"], synthetic = true }
amount_fen = { columns = ["Sum"], direction = ["Way"], money_in = ["in"], money_out = ["out"] }
summary = { columns = ["Text"], default = "-" }
"""


def profile(folder: Path, text: str) -> Profile:
    path = folder / "new-bank.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path)


def test_a_new_bank_is_a_new_file_and_no_code(tmp_path: Path) -> None:
    known = [*shipped_profiles(), profile(tmp_path, NEW_BANK)]
    path = write_lines(
        tmp_path / "a.csv",
        ["Export", "Account;Date;Ref;Sum;Way;Text", "6001;2026-10-13;R1;5.00;out;"],
    )

    statement = open_statement(file_input(path), Wishes(), known).statement

    assert statement is not None
    (batch,) = statement.batches(CONTEXT, lambda _piece: None)
    row = batch.to_pylist()[0]
    assert statement.profile_name == "new-bank"
    assert (row["amount_fen"], row["serial_no"], row["summary"]) == (-500, "R1", "-")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (NEW_BANK + 'colour = "red"', "colour"),
        ('colour = "red"' + NEW_BANK, "colour"),
        (NEW_BANK + "[detect]\nshape = 1", "shape"),
        (NEW_BANK + '[fields.wage]\ncolumns = ["Wage"]', "wage"),
        (NEW_BANK + '[[totals]]\npattern = "(?P<lost>x)"', "lost"),
        ('title = "x"', "neither"),
    ],
)
def test_a_profile_with_unknown_words_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ProfileError, match=told):
        profile(tmp_path, text)


def test_every_shipped_profile_loads_and_has_a_title() -> None:
    profiles = shipped_profiles()

    assert all(one.title and one.name for one in profiles)
    assert {one.kind for one in profiles} == {*Kind, None}
    assert find_profile(profiles, "mt940") is not None
    assert find_profile(profiles, "nothing") is None


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("商家实收（元）", "商家实收(元)"),
        ("日 志 号", "日志号"),
        ("交易类型[ Transaction Type ]", "交易类型"),
        ("\ufeff交易时间\t", "`交易时间"),
        ("借方发生额／元", "借方发生额/元"),
    ],
)
def test_names_of_columns_are_compared_loosely(name: str, same: str) -> None:
    assert loose(name) == loose(same)


def test_no_shipped_profile_takes_the_file_of_another() -> None:
    for one in shipped_profiles():
        names = [names[0] for source in one.fields.values() for names in source.names()]
        header = tuple(dict.fromkeys([*names, *one.detection.headers]))
        above = HeadRow(line=1, last_line=1, fields=("支付宝账户：", "微信支付账单明细"))
        if one.reader != "table" or one.detection.preamble or not header:
            continue
        rows = [above, HeadRow(line=2, last_line=2, fields=header)]

        found = _found(rows)

        assert found in {one.name, one.title}


def _found(rows: list[HeadRow]) -> str:
    try:
        return find_table(rows, shipped_profiles()).profile.name
    except FileRefused as refused:
        known = refused.problem.reason in {Reason.PERSONAL_BILL, Reason.SUMMARY_ONLY}
        return refused.problem.params["layout"] if known else refused.problem.text()
