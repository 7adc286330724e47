"""Four small days of standard templates, each kind of file in three versions."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from app.intake.rules import Kind

FIRST_DAY = date(2026, 3, 2)
DAYS = 4
VERSIONS = ("faulty", "correct", "wider")
"""With errors; without them; and the faulty one with rows that came later: it overlaps it."""

PAYEES = {"P1": "6217000000000000001", "P2": "6217000000000000002"}
CHANNELS = ("CCB", "ALIPAY")

HEADERS: dict[Kind, tuple[str, ...]] = {
    Kind.PAYMENTS: (
        *("支付订单号", "支付流水号", "支付时间", "支付渠道", "支付工具", "交易类型", "金额"),
        *("手续费", "优惠承担方", "状态", "渠道流水号"),
    ),
    Kind.CHANNEL: (
        *("渠道编码", "商户订单号", "渠道流水号", "交易时间", "交易类型", "金额", "手续费"),
        "状态",
    ),
    Kind.BILL_LINES: (
        *("支付订单号", "明细序号", "收款单位编码", "能源类型", "户号", "账期", "实缴金额"),
        *("交易类型", "支付时间"),
    ),
    Kind.WRITEOFFS: (
        *("销账流水号", "支付订单号", "收款单位编码", "户号", "账期", "销账金额", "销账时间"),
        "冲正标志",
    ),
    Kind.CLEARING_BATCHES: (
        *("批次号", "清分日期", "业务日期", "收款单位编码", "收款账号", "归集渠道", "笔数"),
        *("缴费金额", "退款金额", "手续费", "优惠补贴", "净额"),
    ),
    Kind.CLEARING_LINES: (
        *("批次号", "支付订单号", "明细序号", "收款单位编码", "户号", "交易类型", "实缴金额"),
        *("手续费分摊", "优惠分摊", "净额"),
    ),
    Kind.ARRIVALS: (
        *("账号", "记账日期", "银行流水号", "收入金额", "支出金额", "摘要", "附言"),
        "对方户名",
    ),
}
KEYS: dict[Kind, tuple[int, ...]] = {
    Kind.PAYMENTS: (1,),
    Kind.CHANNEL: (1, 2),
    Kind.BILL_LINES: (0, 1),
    Kind.WRITEOFFS: (0,),
    Kind.CLEARING_BATCHES: (0,),
    Kind.CLEARING_LINES: (0, 1, 2),
    Kind.ARRIVALS: (2,),
}
AMOUNTS: dict[Kind, int] = {
    Kind.PAYMENTS: 6,
    Kind.CHANNEL: 5,
    Kind.BILL_LINES: 6,
    Kind.WRITEOFFS: 5,
    Kind.CLEARING_BATCHES: 11,
    Kind.CLEARING_LINES: 9,
    Kind.ARRIVALS: 3,
}

Row = tuple[str, ...]
Rows = dict[Kind, list[Row]]


@dataclass(frozen=True, slots=True)
class Paper:
    """One file and what stands in it: amount in fen by key."""

    kind: Kind
    day: int
    version: str
    path: Path
    entries: dict[Row, int]


@dataclass(frozen=True, slots=True)
class Order:
    number: str
    day: date
    time: str
    channel: str
    payee: str
    fen: int
    failed: bool = False


def write_world(folder: Path, seed: int) -> tuple[list[Path], list[Paper]]:
    """Write master data and all days; return the master files and the papers."""
    rng = Random(seed)
    papers = []
    for day in range(DAYS):
        orders = _orders(rng, day)
        correct = _rows(orders, day)
        faulty = _spoiled(correct, rng, day)
        wider = _rows([*orders, _late(rng, day)], day)
        more = {kind: [*faulty[kind], *_added(correct, wider, kind)] for kind in correct}
        for version, rows in zip(VERSIONS, (faulty, correct, more), strict=True):
            papers += [_paper(folder, kind, day, version, rows[kind]) for kind in rows]
    return _master(folder), papers


def day_of(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _orders(rng: Random, day: int) -> list[Order]:
    orders = []
    for number in range(4):
        # The last order of a day stands at the cut-off: its other side may come a day later.
        time = "23:50:00" if number == 3 else f"{rng.randrange(8, 20):02d}:15:{number:02d}"
        orders.append(
            Order(
                number=f"O{day}{number}",
                day=day_of(day),
                time=time,
                channel=rng.choice(CHANNELS),
                payee=rng.choice(tuple(PAYEES)),
                # Few amounts, so that rules without a full key meet equal ones.
                fen=rng.choice((5000, 10000, 12345)),
            )
        )
    return [*orders, replace(orders[0], number=f"O{day}9", failed=True)]


def _late(rng: Random, day: int) -> Order:
    return Order(
        number=f"O{day}8",
        day=day_of(day),
        time="21:00:00",
        channel=rng.choice(CHANNELS),
        payee="P1",
        fen=777,
    )


def _rows(orders: list[Order], day: int) -> Rows:
    rows: Rows = {kind: [] for kind in HEADERS}
    for order in orders:
        at = f"{order.day} {order.time}"
        status = "失败" if order.failed else "成功"
        payment = f"N{order.number}"
        rows[Kind.PAYMENTS].append(
            (order.number, payment, at, order.channel, "余额", "支付", yuan(order.fen), "", "",
             status, f"T{payment}")
        )  # fmt: skip
        rows[Kind.CHANNEL].append(
            (order.channel, payment, f"T{payment}", at, "支付", yuan(order.fen), "", status)
        )
        for number, fen in enumerate((order.fen - 1000, 1000), start=1):
            household = f"H{order.number}{number}"
            rows[Kind.BILL_LINES].append(
                (order.number, str(number), order.payee, "电", household, "202602", yuan(fen),
                 "缴费", at)
            )  # fmt: skip
            if order.failed:
                continue
            rows[Kind.WRITEOFFS].append(
                (f"W{order.number}{number}", order.number, order.payee, household, "202602",
                 yuan(fen), at, "0")
            )  # fmt: skip
            rows[Kind.CLEARING_LINES].append(
                (f"B{day}{order.payee}", order.number, str(number), order.payee, household,
                 "缴费", yuan(fen), "0.00", "0.00", yuan(fen))
            )  # fmt: skip
    _settle(rows, day)
    return rows


def _settle(rows: Rows, day: int) -> None:
    cleared = str(day_of(day + 1))
    for payee, account in PAYEES.items():
        number = f"B{day}{payee}"
        lines = [row for row in rows[Kind.CLEARING_LINES] if row[0] == number]
        if not lines:
            continue
        gross = yuan(sum(_fen(row[9]) for row in lines))
        rows[Kind.CLEARING_BATCHES].append(
            (number, cleared, str(day_of(day)), payee, account, "ALL", str(len(lines)), gross,
             "0.00", "0.00", "0.00", gross)
        )  # fmt: skip
        rows[Kind.ARRIVALS].append(
            (account, cleared, f"S{number}", gross, "0.00", f"清分{number}", "", "国网")
        )


def _spoiled(correct: Rows, rng: Random, day: int) -> Rows:
    """Leave one row of each kind out, and change the amount of another."""
    rows = {kind: list(own) for kind, own in correct.items()}
    for kind, own in rows.items():
        if len(own) > 1:
            del own[rng.randrange(len(own))]
        if kind in (Kind.CLEARING_BATCHES, Kind.CLEARING_LINES):
            continue
        place = rng.randrange(len(own))
        changed = list(own[place])
        changed[AMOUNTS[kind]] = yuan(_fen(changed[AMOUNTS[kind]]) + 100)
        own[place] = tuple(changed)
    rows[Kind.ARRIVALS].append(
        (PAYEES["P1"], str(day_of(day + 1)), f"S{day}X", "50.00", "0.00", "来款", "", "某某")
    )
    return rows


def _added(correct: Rows, wider: Rows, kind: Kind) -> list[Row]:
    """What came later; the sums of a batch do not change for it."""
    if kind in (Kind.CLEARING_BATCHES, Kind.ARRIVALS):
        return []
    return [row for row in wider[kind] if row not in correct[kind]]


def _paper(folder: Path, kind: Kind, day: int, version: str, rows: list[Row]) -> Paper:
    path = folder / f"{kind}_{day}_{version}.csv"
    _write(path, HEADERS[kind], rows)
    entries = {tuple(row[place] for place in KEYS[kind]): _fen(row[AMOUNTS[kind]]) for row in rows}
    assert len(entries) == len(rows)
    return Paper(kind=kind, day=day, version=version, path=path, entries=entries)


def _master(folder: Path) -> list[Path]:
    organisations = folder / "organisations.csv"
    _write(
        organisations,
        ("单位编码", "单位名称", "上级编码", "能源类型", "开户行", "账户名称", "收款账号"),
        [(code, code, "", "电", "银行", code, account) for code, account in PAYEES.items()],
    )
    return [organisations]


def _write(path: Path, header: Row, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def _fen(text: str) -> int:
    whole, _point, part = text.partition(".")
    return int(whole) * 100 + int(part or 0)
