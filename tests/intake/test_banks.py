"""Statements of banks: corporate exports, MT940 and camt.053, in fixtures of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.intake.reader import Reader
from app.intake.rules import Notice, Reason
from tests.intake.making import columns, read_path, write_lines

MORNING = 1791853200
"""2026-10-13 09:00:00 in China."""

ICBC_OLD = (
    "凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,"
    "用途,对方单位名称,余额,个性化信息"
)
ICBC_NEW = (
    "本方账号,对方账号,交易时间,借/贷,金额,凭证号,对方单位,对方行号,用途,摘要,附言,个性化信息"
)
ABC_OLD = (
    "交易日期,交易时间戳,收入金额,支出金额,本次余额,手续费总额,交易方式,交易行名,"
    "交易类别,对方省市,对方账号,对方户名,交易说明,交易摘要,交易附言"
)
ABC_NEW = "交易时间,收入金额,支出金额,账户余额,交易行名,对方省市,对方账号,对方户名,交易用途"
CCB_A = (
    "账号,账户名称,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,币种,对方户名,"
    "对方账号,对方开户机构,记账日期,摘要,备注,账户明细编号-交易流水号,企业流水号,"
    "凭证种类,凭证号"
)
CCB_B = (
    "记账日期,交易时间,凭证种类,凭证号,借方发生额/元,贷方发生额/元,余额/元,钞汇标志,"
    "对方户名,对方账号,摘要,备注,账户明细编号-交易流水号,企业流水号,本方账号,"
    "本方账户名称,本方账户开户机构"
)
CMB = (
    "交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,流水号,流程实例号,"
    "业务名称,用途,业务参考号,业务摘要,其它摘要,收/付方名称,收/付方帐号"
)
BOC_NAMES = {
    "交易类型": "Transaction Type",
    "业务类型": "Business type",
    "付款人账号": "Debit Account No.",
    "付款人名称": "Payer's Name",
    "收款人账号": "Payee's Account Number",
    "收款人名称": "Payee's Name",
    "交易日期": "Transaction Date",
    "交易时间": "Transaction time",
    "交易货币": "Trade Currency",
    "交易金额": "Trade Amount",
    "交易后余额": "After-transaction balance",
    "交易流水号": "Transaction reference number",
    "摘要": "Reference",
    "用途": "Purpose",
    "交易附言": "Remark",
}
BOC = ",".join(f"{name}[ {english} ]" for name, english in BOC_NAMES.items())
BOC_PREAMBLE = [
    "查询账号[ Inquirer account number ],100200300400",
    "总笔数[ Total number ],2",
    "借方发生总笔数[ Total debits ],1",
    "借方发生总额[ Total debit amount ],400.00",
    "贷方发生总笔数[ Total credits ],1",
    'f贷方发生总额[ Total credit amount ],"1,296.38"'.removeprefix("f"),
    "查询时间范围[ Time range ],20261013 - 20261013",
]
BOC_ROWS = [
    "来账\t,转账,200,平台,100200300400,我方,20261013,090000,CNY,+1296.38,5000.00,B1,清分,QF1,附言",
    "往账\t,转账,100200300400,我方,300,供应商,20261013,090000,CNY,-400.00,4600.00,B2,付款,货款,",
]

EXPECTED = [
    (
        "icbc-old",
        [ICBC_OLD, "0,6001,11001,2026-10-13 09:00:00,贷,,100.00,102,清分款,QF1,平台,1100.00,备注"],
        ("6001", 20261013, MORNING, 10000, 110000, "平台", "11001", "清分款", "QF1 备注"),
    ),
    (
        "icbc-old",
        [
            "工商银行明细",
            "",
            ICBC_OLD,
            "5,6001,11001,2026-10-13,借,30.00,,102,手续费,,平台,1070.00,",
        ],
        ("6001", 20261013, None, -3000, 107000, "平台", "11001", "手续费", ""),
    ),
    (
        "icbc-new",
        [ICBC_NEW, "6001,11001,2026-10-13 09:00:00,贷,100.00,7,平台,102,货款,清分款,QF1,"],
        ("6001", 20261013, MORNING, 10000, None, "平台", "11001", "清分款", "货款 QF1"),
    ),
    (
        "abc-old",
        [
            "账户明细查询,账号：103600 1234567890",
            ABC_OLD,
            "20261013,090000,100.00,,1100.00,0,网银,某支行,转账,浙江,11001,平台,说明,清分款,QF1",
        ],
        (
            "1036001234567890",
            20261013,
            MORNING,
            10000,
            110000,
            "平台",
            "11001",
            "清分款",
            "说明 QF1",
        ),
    ),
    (
        "abc-new",
        [
            "账号：1036001234567890",
            ABC_NEW,
            "2026-10-13 09:00:00,100.00,-,1100.00,某支行,浙江,11001,平台,QF1",
        ],
        ("1036001234567890", 20261013, MORNING, 10000, 110000, "平台", "11001", "QF1", ""),
    ),
    (
        "ccb-a",
        [
            CCB_A,
            (
                "3300,我方,20261013 09:00:00,0.00,100.00,1100.00,人民币元,平台,11001,某行,"
                "20261013,清分款,QF1,18-1,E1,,"
            ),
        ],
        ("3300", 20261013, MORNING, 10000, 110000, "平台", "11001", "清分款", "QF1 E1"),
    ),
    (
        "ccb-b",
        [
            *["标题"] * 5,
            CCB_B,
            "20261013,09:00:00,,,0.00,100.00,1100.00,钞,平台,11001,清分款,QF1,18-1,E1,3300,我方,某行",
        ],
        ("3300", 20261013, MORNING, 10000, 110000, "平台", "11001", "清分款", "QF1 E1"),
    ),
    (
        "cmb",
        [
            "账号：5719 0000 1111,币种：人民币",
            CMB,
            "20261013,090000,20261013,转账,,100.00,1100.00,清分款,C1,,代付,QF1,R1,,,平台,11001",
        ],
        ("571900001111", 20261013, MORNING, 10000, 110000, "平台", "11001", "清分款", "QF1 R1"),
    ),
    (
        "boc",
        [*BOC_PREAMBLE, BOC, *BOC_ROWS],
        ("100200300400", 20261013, MORNING, 129638, 500000, "平台", "200", "清分", "QF1 附言"),
    ),
]
NAMES = (
    "account_no", "booked_on", "booked_at", "amount_fen", "balance_fen", "counterparty",
    "counterparty_account", "summary", "postscript",
)  # fmt: skip


@pytest.mark.parametrize(("profile", "lines", "expected"), EXPECTED)
def test_a_corporate_export_loads_as_arrivals(
    reader: Reader, tmp_path: Path, profile: str, lines: list[str], expected: tuple[object, ...]
) -> None:
    path = write_lines(tmp_path / "a.csv", lines, encoding="gb18030", newline="\r\n")

    outcome = read_path(reader, path)

    assert (outcome.source.profile, outcome.summary.problems) == (profile, ())
    assert columns(outcome.rows, *NAMES)[0] == expected


def test_a_header_over_two_rows_is_read_as_one(reader: Reader, tmp_path: Path) -> None:
    names = CCB_B.split(",")
    upper = ",".join(name.removesuffix("/元") for name in names)
    lower = ",".join("/元" if name.endswith("/元") else "" for name in names)
    row = EXPECTED[6][1][-1]

    outcome = read_path(reader, write_lines(tmp_path / "a.csv", [upper, lower, row]))

    assert outcome.summary.problems == ()
    assert columns(outcome.rows, "amount_fen", "balance_fen") == [(10000, 110000)]


def test_money_out_names_the_payee_as_counterparty(reader: Reader, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.csv", [*BOC_PREAMBLE, BOC, *BOC_ROWS])

    outcome = read_path(reader, path)

    assert columns(outcome.rows, "amount_fen", "counterparty", "counterparty_account")[1] == (
        -40000,
        "供应商",
        "300",
    )
    assert len(outcome.summary.totals) == 5


def test_totals_above_the_header_must_agree(reader: Reader, tmp_path: Path) -> None:
    preamble = [line.replace(",400.00", ",401.00") for line in BOC_PREAMBLE]

    outcome = read_path(reader, write_lines(tmp_path / "a.csv", [*preamble, BOC, *BOC_ROWS]))

    assert outcome.reasons == [Reason.TOTAL_DISAGREES]


def test_boc_may_use_bars_between_fields(reader: Reader, tmp_path: Path) -> None:
    lines = [line.replace(",", "|") for line in (BOC, *BOC_ROWS)]

    outcome = read_path(reader, write_lines(tmp_path / "账户100200300400.txt", lines))

    assert columns(outcome.rows, "account_no", "serial_no") == [
        ("100200300400", "B1"),
        ("100200300400", "B2"),
    ]


def test_the_account_may_stand_in_the_files_name(reader: Reader, tmp_path: Path) -> None:
    lines = [ABC_NEW, "2026-10-13 09:00:00,100.00,,1100.00,,,11001,平台,QF1"]

    named = read_path(reader, write_lines(tmp_path / "农行1036001234567890.csv", lines))
    nameless = read_path(reader, write_lines(tmp_path / "农行.csv", lines))

    assert named.summary.account_nos == ("1036001234567890",)
    assert nameless.reasons == [Reason.NO_ACCOUNT]


def test_rows_without_a_serial_get_one_of_their_content(reader: Reader, tmp_path: Path) -> None:
    rows = [
        f"6001,11001,2026-10-{day} 09:00:00,贷,100.00,,平台,102,,清分款,QF1,"
        for day in (12, 13, 13)
    ]

    whole = read_path(reader, write_lines(tmp_path / "a.csv", [ICBC_NEW, *rows]))
    later = read_path(reader, write_lines(tmp_path / "b.csv", [ICBC_NEW, *rows[1:]]))

    serials = [row["serial_no"] for row in whole.rows]
    assert len(set(serials)) == 3
    assert [row["serial_no"] for row in later.rows] == serials[1:]


def test_signatures_and_subtotals_are_no_entries(reader: Reader, tmp_path: Path) -> None:
    row = "6001,11001,2026-10-13 09:00:00,贷,100.00,7,平台,102,,清分款,QF1,"
    lines = [
        ICBC_NEW,
        row,
        "本页小计,,,,100.00,,,,,,,",
        ICBC_NEW,
        row,
        "制表人：张三",
        "合计,,,,200.00",
    ]

    outcome = read_path(reader, write_lines(tmp_path / "a.csv", lines))

    assert (outcome.summary.problems, len(outcome.rows)) == ((), 2)


def test_a_direction_must_be_one_of_two(reader: Reader, tmp_path: Path) -> None:
    row = "6001,11001,2026-10-13 09:00:00,存,100.00,7,平台,102,,清分款,QF1,"

    outcome = read_path(reader, write_lines(tmp_path / "a.csv", [ICBC_NEW, row]))

    assert outcome.reasons == [Reason.BAD_VALUE]


# ---------------------------------------------------------------- MT940

MT940 = """{1:F01ICBKCNBJXXXX}{2:I940}{4:
:20:REF1
:25:6001/CNY
:28C:1/1
:60F:C261012CNY1000,
:61:2610131013C100,NTRFNONREF//BANK1
:86:清分款 QF20261013001
:61:2610131013D30,5NTRFNONREF
:86:051?00手续费?20SVWZ+账户管理费?3011001?3112345?32工商银行
:61:2610131014RC10,00NTRFORIG
:61:2612310101RD1,00NTRFTURN
:62F:C261013CNY1060,50
-}
{1:F01ICBKCNBJXXXX}{2:I940}{4:
:20:REF2
:25:6002
:28C:1/1
:60F:D261012USD5,00
:61:261013C7,50NTRFX
:62F:C261013USD9,99
-}
"""


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_mt940_loads_with_all_its_statements(reader: Reader, tmp_path: Path, encoding: str) -> None:
    outcome = read_path(reader, write_text(tmp_path / "a.sta", MT940, encoding))

    assert outcome.summary.problems == ()
    assert columns(outcome.rows, "line", "account_no", "currency", "booked_on", "amount_fen") == [
        (1, "6001/CNY", "CNY", 20261013, 10000),
        (2, "6001/CNY", "CNY", 20261013, -3050),
        (3, "6001/CNY", "CNY", 20261014, -1000),
        (4, "6001/CNY", "CNY", 20270101, 100),
        (5, "6002", "USD", 20261013, 750),
    ]
    assert outcome.rows[0]["postscript"] == "清分款 QF20261013001"
    assert outcome.rows[0]["serial_no"].startswith("BANK1~")
    assert outcome.rows[1]["counterparty"] == "工商银行"


def test_balances_that_do_not_chain_are_findings(reader: Reader, tmp_path: Path) -> None:
    findings = read_path(reader, write_text(tmp_path / "a", MT940)).summary.findings

    assert [finding.notice for finding in findings] == [
        Notice.CLOSING_BALANCE,
        Notice.OTHER_CURRENCY,
    ]
    assert findings[0].params["expected"] == "2.50"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2610131013C100,", "2602301013C100,", Reason.BAD_DATE),
        ("C100,N", "C100,123N", Reason.BAD_AMOUNT),
        ("C100,N", "Cx100,N", Reason.BAD_SWIFT),
        (":25:6001/CNY\n", "", Reason.MISSING_ENTRY_PART),
        ("2610131013C100,", "9610131013C100,", Reason.DATE_OUTSIDE),
    ],
)
def test_a_bad_entry_of_mt940_is_named(
    reader: Reader, tmp_path: Path, old: str, new: str, reason: Reason
) -> None:
    text = MT940.replace(old, new)

    problems = read_path(reader, write_text(tmp_path / "a", text)).summary.problems

    assert (problems[0].reason, problems[0].line) == (reason, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (":60F:C261012CNY1000,\n", Reason.BAD_SWIFT),
        (":20:X\n:25:6001\n:28C:1\n:61:261013C7,50NTRFX\n", Reason.BAD_SWIFT),
        (":20:X\n:25:6001\n:28C:1\n:34F:CNYD0,\n:13D:2610131200+0800\n", Reason.NOTIFICATION_ONLY),
    ],
)
def test_what_is_no_statement_of_a_day_is_told(
    reader: Reader, tmp_path: Path, text: str, reason: Reason
) -> None:
    (source,) = reader.sources(write_text(tmp_path / "a", text))

    assert source.error is not None
    assert source.error.reason is reason


# ---------------------------------------------------------------- camt

ENTRY = """<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><{kind}>{day}</{kind}></BookgDt><AcctSvcrRef>R1</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties><Dbtr><Nm>平台</Nm></Dbtr>
<DbtrAcct><Id><IBAN>CN11001</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>批次号 QF1</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def entry(
    amount: str = "100.00", side: str = "CRDT", status: str = "BOOK", kind: str = "Dt",
    day: str = "2026-10-13",
) -> str:  # fmt: skip
    return ENTRY.format(amount=amount, side=side, status=status, kind=kind, day=day)


def camt(
    *entries: str, body: str = "BkToCstmrStmt", closing: str = "1100.00", top: str = ""
) -> str:
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>{amount}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        for code, amount in (("OPBD", "1000.00"), ("CLBD", closing))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{top}'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><{body}><GrpHdr/>'
        f"<Stmt><Id>1</Id><Acct><Id><Othr><Id>6001</Id></Othr></Id></Acct>{balances}"
        f"{''.join(entries)}</Stmt></{body}></Document>"
    )


def test_camt_entries_load_as_arrivals(reader: Reader, tmp_path: Path) -> None:
    text = camt(
        entry(),
        entry("0.50", "DBIT", kind="DtTm", day="2026-10-13T09:00:00+08:00"),
        closing="1099.50",
    )

    outcome = read_path(reader, write_text(tmp_path / "a.xml", text))

    assert (outcome.source.profile, outcome.summary.problems) == ("camt053", ())
    assert outcome.summary.findings == ()
    names = (
        "line",
        "account_no",
        "booked_on",
        "booked_at",
        "amount_fen",
        "counterparty",
        "postscript",
    )
    assert columns(outcome.rows, *names) == [
        (1, "6001", 20261013, None, 10000, "平台", "批次号 QF1 E1"),
        (2, "6001", 20261013, MORNING, -50, "", "批次号 QF1 E1"),
    ]


def test_entries_that_are_not_booked_are_left_out(reader: Reader, tmp_path: Path) -> None:
    text = camt(entry(), entry(status="PDNG"), closing="1100.00")

    outcome = read_path(reader, write_text(tmp_path / "a.xml", text))

    assert len(outcome.rows) == 1
    assert [finding.notice for finding in outcome.summary.findings] == [Notice.NOT_BOOKED]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (camt(entry("12..34")), Reason.BAD_AMOUNT),
        (camt(entry("1.001")), Reason.BAD_AMOUNT),
        (camt(entry(side="X")), Reason.MISSING_ENTRY_PART),
        (camt(entry(day="2026-02-30")), Reason.BAD_DATE),
        (camt(entry(day="1999-01-01")), Reason.DATE_OUTSIDE),
        (camt(entry()).replace("6001", ""), Reason.MISSING_ENTRY_PART),
        (camt(entry())[:-40], Reason.BAD_XML),
    ],
)
def test_a_bad_entry_of_camt_is_named(
    reader: Reader, tmp_path: Path, text: str, reason: Reason
) -> None:
    assert read_path(reader, write_text(tmp_path / "a.xml", text)).reasons == [reason]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (camt(body="BkToCstmrAcctRpt"), Reason.NOTIFICATION_ONLY),
        (camt(body="BkToCstmrDbtCdtNtfctn"), Reason.NOTIFICATION_ONLY),
        ("<Document><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>", Reason.NO_STATEMENT),
        ("<Document/>", Reason.NO_STATEMENT),
        ("<invoice/>", Reason.UNKNOWN_LAYOUT),
    ],
)
def test_other_messages_are_told_apart(
    reader: Reader, tmp_path: Path, text: str, reason: Reason
) -> None:
    (source,) = reader.sources(write_text(tmp_path / "a.xml", text))

    assert source.error is not None
    assert source.error.reason is reason
