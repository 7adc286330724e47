"""The bills of Alipay and WeChat Pay, in fixtures of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.intake.reader import Reader
from app.intake.rules import Reason
from tests.intake.making import columns, read_path, read_source, write_lines, write_zip

ALIPAY = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,"
    "券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
RULE = "-" * 41


def alipay_row(
    number: int, amount: str, fee: str, *, refund: str = "", note: str = "", name: str = "电费"
) -> str:
    kind = "退款" if refund else "交易"
    return (
        f"20260{number}\t,ZF{number}\t,{kind}\t,{name},"
        f"2026-10-12 23:50:00,2026-10-13 00:0{number}:00,"
        f"\t,\t,\t,\t,*户(138***)\t,{amount},{amount},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,"
        f"{refund}\t,{fee},0.00,{note}"
    )


def alipay(
    rows: list[str],
    trades: str = "2笔，商家实收共30.00元",
    refunds: str = "1笔，商家实收退款共-5.00元",
) -> list[str]:
    return [
        "#支付宝业务明细查询",
        "#账号：[20881234567890120156]",
        "#起始日期：[2026年10月13日 00:00:00]   终止日期：[2026年10月14日 00:00:00]",
        f"#{RULE}业务明细列表{RULE}",
        ALIPAY,
        *rows,
        f"#{RULE}业务明细列表结束{RULE}",
        f"#交易合计：{trades}，商家优惠共0.00元",
        f"#退款合计：{refunds}，商家优惠退款共0.00元",
        "#导出时间：[2026年10月14日 09:00:00]",
    ]


ROWS = [
    alipay_row(1, "10.00", "-0.06"),
    alipay_row(2, "20.00", "-0.12"),
    alipay_row(1, "-5.00", "0.03", refund="TK1"),
]


def write_alipay(path: Path, lines: list[str]) -> Path:
    return write_lines(path, lines, encoding="gb18030", newline="\r\n")


def test_alipay_details_load_with_their_totals(reader: Reader, tmp_path: Path) -> None:
    outcome = read_path(reader, write_alipay(tmp_path / "a.csv", alipay(ROWS)))

    assert outcome.summary.problems == ()
    assert columns(outcome.rows, "payment_no", "txn_no", "type", "amount_fen", "fee_fen") == [
        ("ZF1", "202601", "pay", 1000, 6),
        ("ZF2", "202602", "pay", 2000, 12),
        ("TK1", "202601", "refund", -500, -3),
    ]
    assert {row["business_on"] for row in outcome.rows} == {20261013}
    assert outcome.summary.total_fen == 2500
    assert [total.stated for total in outcome.summary.totals][:2] == ["2", "30.00"]


@pytest.mark.parametrize(
    ("fees", "expected"),
    [
        (("-0.06", "-0.12", "0.03"), [6, 12, -3]),
        (("0.06", "0.12", "-0.03"), [6, 12, -3]),
        (("0.06", "0.12", "0.03"), [6, 12, -3]),
        (("-0.06", "0.12", "0.03"), [-6, 12, -3]),
        (("0.00", "-0.12", "0.00"), [0, 12, 0]),
    ],
)
def test_the_whole_file_tells_how_alipay_shows_fees(
    reader: Reader, tmp_path: Path, fees: tuple[str, str, str], expected: list[int]
) -> None:
    rows = [
        alipay_row(1, "10.00", fees[0]),
        alipay_row(2, "20.00", fees[1]),
        alipay_row(1, "-5.00", fees[2], refund="TK1"),
    ]

    outcome = read_path(reader, write_alipay(tmp_path / "a.csv", alipay(rows)))

    assert [row["fee_fen"] for row in outcome.rows] == expected


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (alipay(ROWS, trades="3笔，商家实收共30.00元"), Reason.TOTAL_DISAGREES),
        (alipay(ROWS, trades="2笔，商家实收共30.01元"), Reason.TOTAL_DISAGREES),
        (alipay(ROWS, refunds="1笔，商家实收退款共5.00元"), Reason.TOTAL_DISAGREES),
        (alipay(ROWS)[:-4], Reason.TOTAL_MISSING),
        (alipay(ROWS[:1]), Reason.TOTAL_DISAGREES),
    ],
)
def test_alipay_totals_must_be_there_and_agree(
    reader: Reader, tmp_path: Path, lines: list[str], reason: Reason
) -> None:
    assert reason in read_path(reader, write_alipay(tmp_path / "a.csv", lines)).reasons


def test_a_comma_in_the_remark_is_repaired(reader: Reader, tmp_path: Path) -> None:
    rows = [alipay_row(1, "10.00", "0", note="甲,乙"), ROWS[1], ROWS[2]]

    outcome = read_path(reader, write_alipay(tmp_path / "a.csv", alipay(rows)))

    assert outcome.summary.problems == ()


def test_a_comma_elsewhere_shifts_the_row_and_is_told(reader: Reader, tmp_path: Path) -> None:
    rows = [alipay_row(1, "10.00", "0", name="电费,水费"), ROWS[1], ROWS[2]]

    outcome = read_path(reader, write_alipay(tmp_path / "a.csv", alipay(rows)))

    assert Reason.RAGGED_ROW in outcome.reasons


def test_the_details_are_found_in_alipays_archive_beside_the_summary(
    reader: Reader, tmp_path: Path
) -> None:
    summary = [
        "#支付宝业务汇总查询",
        (
            "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,"
            "支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
        ),
        "合计,,2,1,30.00,30.00,0.00,0.00,0.00,-0.18,0.00,24.85",
    ]
    path = write_zip(
        tmp_path / "2088.csv.zip",
        {
            f"20881_{name}.csv".encode("gbk"): "".join(f"{line}\r\n" for line in lines).encode(
                "gbk"
            )
            for name, lines in (("业务明细", alipay(ROWS)), ("业务明细(汇总)", summary))
        },
    )

    (source,) = reader.sources(path)

    assert source.label.endswith("2088.csv.zip/20881_业务明细.csv")
    assert len(read_source(reader, source).rows) == 3


def test_a_summary_alone_is_told_to_be_one(reader: Reader, tmp_path: Path) -> None:
    header = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,实收净额（元）"

    (source,) = reader.sources(write_lines(tmp_path / "a.csv", [header]))

    assert source.error is not None
    assert source.error.reason is Reason.SUMMARY_ONLY


def test_alipay_account_statements_are_arrivals(reader: Reader, tmp_path: Path) -> None:
    lines = [
        "#支付宝账务明细查询",
        "#账号：[20881234567890120156]",
        "#起始日期：[2026年10月13日 00:00:00]   终止日期：[2026年10月14日 00:00:00]",
        f"#{RULE}账务明细列表{RULE}",
        (
            "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,"
            "支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注"
        ),
        "A1\t,B1\t,ZF1\t,电费,2026-10-13 08:00:00,x@y,10.00,0.00,110.00,支付宝,在线支付,",
        "A2\t,B1\t,ZF1\t,电费,2026-10-13 08:00:00,x@y,0.00,-0.06,109.94,支付宝,服务费,",
        f"#{RULE}账务明细列表结束{RULE}",
        "#支出合计：1笔，共-0.06元",
        "#收入合计：1笔，共10.00元",
    ]

    outcome = read_path(reader, write_alipay(tmp_path / "a.csv", lines))

    assert outcome.summary.problems == ()
    assert columns(outcome.rows, "account_no", "serial_no", "amount_fen", "balance_fen") == [
        ("2088123456789012", "A1", 1000, 11000),
        ("2088123456789012", "A2", -6, 10994),
    ]


# ---------------------------------------------------------------- WeChat Pay

WECHAT_PAID = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,"
    "交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额"
)
WECHAT_BACK = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
WECHAT_REST = "商品名称,商户数据包,手续费,费率,订单金额"
ALL = f"{WECHAT_PAID},{WECHAT_BACK},{WECHAT_REST},申请退款金额,费率备注"
SUCCESS = f"{WECHAT_PAID},{WECHAT_REST},费率备注"
REFUND = (
    f"{WECHAT_PAID},退款申请时间,退款成功时间,{WECHAT_BACK},{WECHAT_REST},申请退款金额,费率备注"
)
TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)


def ticked(*fields: str) -> str:
    return ",".join(f"`{field}" for field in fields)


def wechat_paid(number: int, state: str, amount: str) -> list[str]:
    moment = f"2026-10-13 0{number}:00:00"
    return [
        moment, "wx1", "1600000001", "0", "", f"4200{number}", f"ZF{number}", "oUser", "JSAPI",
        state, "OTHERS", "CNY", amount, "0.00",
    ]  # fmt: skip


def wechat_all(
    number: int, amount: str, fee: str, *, state: str = "SUCCESS", refund: str = ""
) -> str:
    paid = wechat_paid(number, state, "0.00" if refund else amount)
    back = ["0", "0", "0.00", "0.00", "", ""]
    if refund:
        back = [f"5000{number}", refund, amount, "0.00", "ORIGINAL", "SUCCESS"]
    applied = amount if refund else "0.00"
    ordered = "0.00" if refund else amount
    return ticked(*paid, *back, "电费", "", fee, "0.60%", ordered, applied, "")


def test_a_trade_bill_loads_with_all_seven_totals(reader: Reader, tmp_path: Path) -> None:
    lines = [
        ALL,
        wechat_all(1, "10.01", "0.06006"),
        wechat_all(2, "20.00", "0.12000"),
        wechat_all(3, "5.00", "-0.03000", state="REFUND", refund="TK1"),
        TOTALS,
        ticked("3.0", "30.01", "5.00", "0.0", "0.15006", "30.01", "5.00"),
    ]
    path = write_lines(
        tmp_path / "1600000001All2026-10-13.csv", lines, encoding="utf-8-sig", newline="\r\n"
    )

    outcome = read_path(reader, path)

    assert outcome.summary.problems == ()
    assert columns(outcome.rows, "payment_no", "txn_no", "amount_fen", "fee_fen", "fee_text") == [
        ("ZF1", "42001", 1001, 6, "0.06006"),
        ("ZF2", "42002", 2000, 12, "0.12000"),
        ("TK1", "50003", -500, -3, "-0.03000"),
    ]
    assert len(outcome.summary.totals) == 7


def test_fees_are_summed_exactly_and_rounded_one_by_one(reader: Reader, tmp_path: Path) -> None:
    rows = [wechat_all(number, "0.01", "0.00500") for number in (1, 2, 3)]
    totals = ticked("3", "0.03", "0.00", "0.00", "0.01500", "0.03", "0.00")

    outcome = read_path(reader, write_lines(tmp_path / "a", [ALL, *rows, TOTALS, totals]))

    assert outcome.summary.problems == ()
    assert [row["fee_fen"] for row in outcome.rows] == [1, 1, 1]


@pytest.mark.parametrize(
    ("totals", "reason"),
    [
        (["1", "10.00", "0.00", "0.00", "0.06", "10.00", "0.00"], None),
        (["2", "10.00", "0.00", "0.00", "0.06", "10.00", "0.00"], Reason.TOTAL_DISAGREES),
        (["1", "10.01", "0.00", "0.00", "0.06", "10.00", "0.00"], Reason.TOTAL_DISAGREES),
        (["1", "10.00", "0.00", "0.00", "0.06001", "10.00", "0.00"], Reason.TOTAL_DISAGREES),
        (["1", "10.00", "0.00", "0.00", "0.06", "10.00", "0.01"], Reason.TOTAL_DISAGREES),
        (["a1", "10.00", "0.00", "0.00", "0.06", "10.00", "0.00"], Reason.TOTAL_UNREADABLE),
        (["1", "10.00"], Reason.TOTAL_UNREADABLE),
        ([], Reason.TOTAL_UNREADABLE),
    ],
)
def test_each_total_of_a_trade_bill_is_checked(
    reader: Reader, tmp_path: Path, totals: list[str], reason: Reason | None
) -> None:
    lines = [ALL, wechat_all(1, "10.00", "0.06000"), TOTALS, ticked(*totals)]

    reasons = set(read_path(reader, write_lines(tmp_path / "a", lines)).reasons)

    assert reasons == (set() if reason is None else {reason})


def test_a_trade_bill_without_totals_is_not_complete(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a", [ALL, wechat_all(1, "10.00", "0.06000")])

    assert read_path(reader, path).reasons == [Reason.TOTAL_MISSING]


def test_what_was_revoked_counts_as_failed(reader: Reader, tmp_path: Path) -> None:
    totals = ticked("1", "10.00", "0.00", "0.00", "0.06", "10.00", "0.00")
    row = wechat_all(1, "10.00", "0.06000", state="REVOKED")

    outcome = read_path(reader, write_lines(tmp_path / "a", [ALL, row, TOTALS, totals]))

    assert columns(outcome.rows, "type", "status") == [("pay", "failed")]


def test_the_bill_of_successes_loads(reader: Reader, tmp_path: Path) -> None:
    row = ticked(*wechat_paid(1, "SUCCESS", "10.00"), "电费", "", "0.06000", "0.60%", "10.00", "")
    totals = ticked("1", "10.00", "0.00", "0.00", "0.06000", "10.00", "0.00")

    outcome = read_path(reader, write_lines(tmp_path / "a", [SUCCESS, row, TOTALS, totals]))

    assert (outcome.source.profile, outcome.summary.problems) == ("wechat-trade-success", ())
    assert columns(outcome.rows, "payment_no", "amount_fen") == [("ZF1", 1000)]


def test_the_bill_of_refunds_dates_them_by_their_request(reader: Reader, tmp_path: Path) -> None:
    row = ticked(
        *wechat_paid(1, "REFUND", "0.00"),
        *("2026-10-14 00:10:00", "2026-10-14 00:11:00"),
        *("50001", "TK1", "4.00", "0.00", "ORIGINAL", "PROCESSING"),
        *("电费", "", "-0.02000", "0.60%", "0.00", "4.00", ""),
    )
    totals = ticked("1", "0.00", "4.00", "0.00", "-0.02000", "0.00", "4.00")

    outcome = read_path(reader, write_lines(tmp_path / "a", [REFUND, row, TOTALS, totals]))

    assert (outcome.source.profile, outcome.summary.problems) == ("wechat-trade-refund", ())
    names = ("payment_no", "type", "amount_fen", "fee_fen", "status", "business_on")
    assert columns(outcome.rows, *names) == [("TK1", "refund", -400, -2, "pending", 20261014)]


def test_the_fund_bill_lists_fees_as_rows_of_their_own(reader: Reader, tmp_path: Path) -> None:
    header = (
        "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
        "资金变更提交申请人,备注,业务凭证号"
    )
    lines = [
        header,
        ticked(
            "2026-10-13 08:00:00",
            "4200",
            "F1",
            "交易",
            "交易",
            "收入",
            "10.00",
            "110.00",
            "s",
            "",
            "ZF1",
        ),
        ticked(
            "2026-10-13 08:00:00",
            "4200",
            "F1",
            "扣费",
            "扣除交易手续费",
            "支出",
            "0.06",
            "109.94",
            "s",
            "",
            "ZF1",
        ),
        "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额",
        ticked("2.0", "1.0", "10.00", "1.0", "0.06"),
    ]

    outcome = read_path(reader, write_lines(tmp_path / "1600000001_fund.csv", lines))

    assert outcome.summary.problems == ()
    assert columns(outcome.rows, "account_no", "serial_no", "amount_fen", "balance_fen") == [
        ("1600000001", "F1 交易", 1000, 11000),
        ("1600000001", "F1 扣除交易手续费", -6, 10994),
    ]
