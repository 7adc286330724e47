"""What a file's name tells where its content does not."""

import pytest

from app.intake.naming import day_in, name_key, scope_in

BANKS = [
    ("ICBC", "中国工商银行"),
    ("CCB", "中国建设银行"),
    ("BOC", "中国银行"),
    ("ALIPAY", "支付宝"),
]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("channel_ICBC_20261013.csv", 20261013),
        ("/day/2026-10-13 支付流水.xlsx", 20261013),
        ("账单2026年10月3日.csv", 20261003),
        ("20261013-20261014.csv", None),
        ("20261013-20261013.csv", 20261013),
        ("20261013120000123.csv", None),
        ("20261313.csv", None),
        ("payments.csv", None),
        ("20261013/payments.csv", None),
    ],
)
def test_the_only_day_in_a_name_counts(name: str, day: int | None) -> None:
    assert day_in(name) == day


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("channel_ICBC_20261013.csv", "ICBC"),
        ("工商银行20261013.csv", "ICBC"),
        ("icbc-ccb.csv", ""),
        ("icbcx.csv", ""),
        ("支付宝账单.zip/明细.csv", ""),
    ],
)
def test_the_only_channel_in_a_name_counts(name: str, code: str) -> None:
    assert scope_in(name, BANKS) == code


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("a.csv", "a"),
        ("A(1).CSV", "a"),
        ("支付流水 - 副本.xlsx", "支付流水"),
        ("支付流水-更正_v2.xlsx", "支付流水"),
        ("payments_2026-10-13.csv", "payments_2026-10-13"),
        ("icbc-1.csv", "icbc-1"),
        ("a.tar.gz", "a"),
        ("(1).csv", "(1)"),
    ],
)
def test_a_corrected_file_has_the_name_of_the_first(name: str, key: str) -> None:
    assert name_key(name) == key
