"""Days of standard-template files with faults of every kind, and what must be found in them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.oracle import days_varieties as varieties
from tests.oracle.days_bank import Bank, header_account, header_payee, header_total
from tests.oracle.days_clearing import CLEARING
from tests.oracle.days_edges import EDGES
from tests.oracle.days_faults import HONEST, alike_orders
from tests.oracle.days_money import pay_all
from tests.oracle.days_orders import plain
from tests.oracle.days_world import ACCOUNTS, PAYEES, TILLS, UTILITY, Cells, Planted, World, yuan

STARTS = [
    date(2024, 9, 26),  # Thursday: a weekend that ends in a make-up Sunday
    date(2024, 9, 30),  # Monday, the last day before the National Day week
    date(2024, 3, 15),  # Friday
    date(2025, 4, 26),  # Saturday, then a make-up Sunday
    date(2025, 10, 10),  # Friday, then a make-up Saturday
    date(2024, 2, 28),  # Wednesday of a leap year
    date(2025, 9, 29),  # Monday before the National Day week
]
AMOUNT_COLUMN = {
    "payments": "金额",
    "bill_lines": "实缴金额",
    "writeoffs": "销账金额",
    "clearing_batches": "净额",
    "clearing_lines": "净额",
    "channel": "金额",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What to make; equal shapes make equal days."""

    seed: int
    days: int = 2
    orders: int = 12
    header_faults: bool = True
    money_faults: int = 6
    order_faults: bool = True
    edges: bool = True


@dataclass(slots=True, kw_only=True)
class Story:
    """Master data, the rows of each day's files by kind, and the truth."""

    shape: Shape
    dates: list[date]
    master: dict[str, list[Cells]]
    files: list[dict[str, list[Cells]]]
    planted: list[Planted] = field(default_factory=list)

    def open_after(self, run: int) -> list[Planted]:
        """Return the facts that must be open after a run, the first being 0."""
        return [
            one
            for one in self.planted
            if one.first <= run and (one.last is None or run <= one.last)
        ]


def build(shape: Shape) -> Story:
    """Make a story of consecutive days."""
    rng = Random(shape.seed)
    start = STARTS[shape.seed % len(STARTS)]
    dates = [start + timedelta(days=index) for index in range(shape.days)]
    world = World(rng=rng, dates=dates)
    for day in range(shape.days):
        _honest(world, day, shape.orders)
        if shape.order_faults:
            for fault in rng.sample(HONEST + CLEARING, rng.randint(9, len(HONEST + CLEARING))):
                fault(world, day)
            alike_orders(world, day)
        for edge in EDGES if shape.edges else ():
            edge(world, day)
    bank = Bank(world)
    bank.bundle_all()
    if shape.header_faults:
        for day in range(shape.days):
            for how in (header_total, header_account, header_payee):
                bank.spoil(day, how)
    pay_all(bank, shape.money_faults * shape.days)
    return Story(
        shape=shape,
        dates=dates,
        master=_master(),
        files=_files(world, bank),
        planted=world.planted,
    )


def _honest(world: World, day: int, orders: int) -> None:
    rng = world.rng
    deals = [rng.choice([plain, varieties.rich])(world, day) for _ in range(orders)]
    for _ in range(rng.randint(2, 12)):
        varieties.large(world, day)
    for deal in rng.sample(deals, min(3, len(deals))):
        back = rng.choice([day, day, min(day + 1, len(world.dates) - 1)])
        varieties.refund_of(world, deal, back)
    for variety in (
        varieties.remainder_ties,
        varieties.subsidy_only,
        varieties.retried,
        varieties.gave_up,
        varieties.evening,
        varieties.late_record,
        varieties.early_record,
        varieties.straddling,
        varieties.wrong_payment_number,
        varieties.wrong_order_number,
    ):
        for _ in range(rng.randint(0, 2)):
            variety(world, day)


def _master() -> dict[str, list[Cells]]:
    channels = [
        {
            "渠道编码": till.code,
            "名称": f"{till.code} 渠道",
            "类型": till.kind,
            "日切": till.cutoff,
            "结算周期": "T+1 工作日" if till.working else "T+1 自然日",
            "费率ppm": "" if till.rate_ppm is None else str(till.rate_ppm),
            "最低手续费": "" if till.minimum is None else yuan(till.minimum),
            "最高手续费": "" if till.maximum is None else yuan(till.maximum),
            "退款退手续费": "是" if till.returns_fee else "否",
            "手续费承担方": "平台" if till.platform_bears else "收款单位",
        }
        for till in TILLS.values()
    ]
    organisations = [
        {
            "单位编码": code,
            "单位名称": name,
            "上级编码": "",
            "能源类型": UTILITY[code],
            "开户行": "某某银行营业部",
            "账户名称": name,
            "收款账号": ACCOUNTS[code],
        }
        for code, name in PAYEES.items()
    ]
    return {"channels": channels, "organisations": organisations}


def _files(world: World, bank: Bank) -> list[dict[str, list[Cells]]]:
    placed = [*world.loose, *(("arrivals", one) for one in bank.arrivals)]
    for deal in world.deals:
        placed += [("payments", one.payment) for one in deal.tenders]
        placed += [("channel", one.record) for one in deal.tenders if one.record]
        placed += [("bill_lines", line.bill) for line in deal.lines]
        placed += [("writeoffs", line.writeoff) for line in deal.lines if line.writeoff]
        placed += [("clearing_lines", one) for one in deal.received]
    files: list[dict[str, list[Cells]]] = [
        {kind: [] for kind in (*AMOUNT_COLUMN, "arrivals")} for _ in world.dates
    ]
    for kind, one in placed:
        if one.day < len(files):
            files[one.day][kind].append(one.row)
    for bundle in bank.bundles:
        files[bundle.day]["clearing_batches"].append(bundle.row)
    for kinds in files:
        for rows in kinds.values():
            world.rng.shuffle(rows)
    return files


def write(folder: Path, kind: str, rows: Sequence[Cells], rng: Random) -> list[Path]:
    """Write rows of one kind as files of that template, in an arbitrary dress."""
    if kind != "arrivals":
        return [_write_one(folder, kind, rows, rng)]
    accounts = sorted({row["账号"] for row in rows})
    return [
        _write_one(folder, kind, [row for row in rows if row["账号"] == each], rng)
        for each in accounts
    ]


def _write_one(folder: Path, kind: str, rows: Sequence[Cells], rng: Random) -> Path:
    columns = list(dict.fromkeys(column for row in rows for column in row)) or list(TEMPLATE[kind])
    rng.shuffle(columns)
    text = io.StringIO()
    if rng.random() < 0.3:
        text.write("# 导出自生产系统\n")
    writer = csv.writer(text, lineterminator=rng.choice(["\n", "\r\n"]))
    extra = rng.random() < 0.3
    writer.writerow([*columns, "备用字段"] if extra else columns)
    style = rng.choice(["{}", "/", "T", "digits"])
    for row in rows:
        cells = [_dress(column, row.get(column, ""), style) for column in columns]
        writer.writerow([*cells, "x"] if extra else cells)
    if kind in AMOUNT_COLUMN and rng.random() < 0.6:
        total = sum(_fen(row[AMOUNT_COLUMN[kind]]) for row in rows)
        writer.writerow(["#合计", str(len(rows)), yuan(total)])
    path = folder / f"{kind}-{rng.randrange(10**9):09d}.csv"
    path.write_bytes(text.getvalue().encode(rng.choice(["utf-8", "utf-8-sig", "gb18030"])))
    return path


def _dress(column: str, text: str, style: str) -> str:
    """Write a time in another of the ways a template allows."""
    if not text or column not in ("支付时间", "交易时间", "销账时间"):
        return text
    match style:
        case "/":
            return text.replace("-", "/")
        case "T":
            return text.replace(" ", "T")
        case "digits":
            return "".join(each for each in text if each in "0123456789")
        case _:
            return text


def _fen(text: str) -> int:
    plain_text = text.replace(",", "")
    whole, _, decimals = plain_text.lstrip("-").partition(".")
    value = int(whole) * 100 + int((decimals + "00")[:2])
    return -value if plain_text.startswith("-") else value


_HEADERS = """
payments 支付订单号 支付流水号 支付时间 支付渠道 支付工具 交易类型 金额 状态
bill_lines 支付订单号 明细序号 收款单位编码 能源类型 户号 账期 实缴金额 交易类型 支付时间
writeoffs 销账流水号 支付订单号 收款单位编码 户号 账期 销账金额 销账时间 冲正标志
clearing_batches 批次号 清分日期 业务日期 收款单位编码 收款账号 归集渠道 笔数 缴费金额
clearing_batches 退款金额 手续费 优惠补贴 净额
clearing_lines 批次号 支付订单号 明细序号 收款单位编码 交易类型 实缴金额 手续费分摊 优惠分摊 净额
channel 渠道编码 商户订单号 渠道流水号 交易时间 交易类型 金额 状态
"""
TEMPLATE: dict[str, list[str]] = {}
for _kind, *_columns in (line.split() for line in _HEADERS.strip().splitlines()):
    TEMPLATE[_kind] = [*TEMPLATE.get(_kind, []), *_columns]
