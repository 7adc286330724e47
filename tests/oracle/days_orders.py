"""Orders of the generated days, true on all sides; faults come later."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.oracle.days_world import (
    PAYEES,
    TILLS,
    TOOL,
    UTILITY,
    Cells,
    Deal,
    Line,
    Placed,
    Tender,
    Till,
    World,
    clock,
    share_out,
    yuan,
)

REAL = [code for code in TILLS if code != "INTERNAL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What one line of an order pays."""

    payee: str
    household: str
    period: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one instrument of an order pays; a fee of None is stated by neither side."""

    till: str
    amount: int
    tool: str = ""
    bearer: str = ""
    fee_by: str = "both"


def order_number(world: World) -> str:
    """Make an order number in one of several styles."""
    serial = world.serial()
    return world.rng.choice(
        [
            f"DF{world.dates[0]:%y%m%d}{serial:07d}",
            f"000{serial:09d}",
            f"9{world.rng.randrange(10**20):020d}{serial:09d}",
            f"zf-{serial:05d}-Ab",
            f"ORD_{serial:06X}",
        ]
    )


def payment_number(world: World) -> str:
    """Make a payment number, sometimes longer than any machine integer."""
    serial = world.serial()
    return world.rng.choice([f"P{serial:010d}", f"00{serial:026d}", f"pay{serial:06d}x"])


def make(
    world: World,
    day: int,
    at: datetime,
    bills: list[Bill],
    parts: list[Part],
) -> Deal:
    """Make a successful order that everybody tells alike."""
    number = order_number(world)
    deal = Deal(
        number=number,
        day=day,
        refund=False,
        at=at,
        tenders=[tender(world, number, day, at, part) for part in parts],
        lines=[
            _line(world, number, day, at, (index, bill))
            for index, bill in enumerate(bills, start=1)
        ],
    )
    clear(deal)
    world.deals.append(deal)
    return deal


def tender(world: World, number: str, day: int, at: datetime, part: Part) -> Tender:
    """Make one instrument's payment and the channel's record of it."""
    till = TILLS[part.till]
    rule_fee = till.fee(part.amount, refund=False)
    stated = rule_fee
    if part.fee_by in ("both", "ours") and world.rng.random() < 0.2:
        stated = min(part.amount, rule_fee + world.rng.randint(0, 3))
    row = {
        "支付订单号": number,
        "支付流水号": payment_number(world),
        "支付时间": clock(at),
        "支付渠道": till.code,
        "支付工具": part.tool or TOOL[till.code],
        "交易类型": "支付",
        "金额": yuan(part.amount, world.rng),
        "手续费": yuan(stated) if part.fee_by in ("both", "ours") else "",
        "优惠承担方": part.bearer,
        "状态": "成功",
        "渠道流水号": f"T{world.serial():011d}",
        "支付场景": world.rng.choice(["单户", "多户合并", "扫码", ""]),
    }
    stated_by_channel = yuan(stated) if part.fee_by in ("both", "theirs") else ""
    record = None if till.code == "INTERNAL" else _record(world, row, at, stated_by_channel)
    return Tender(
        till=till,
        amount=part.amount,
        payee_fee=0 if till.platform_bears else stated,
        promotion=part.bearer == "收款单位" or part.tool == "光伏补贴",
        payment=Placed(day=day, row=row),
        record=None if record is None else Placed(day=day, row=record),
    )


def _record(world: World, payment: Cells, at: datetime, fee: str) -> Cells:
    late = timedelta(seconds=world.rng.randint(0, 40))
    return {
        "渠道编码": payment["支付渠道"],
        "商户订单号": payment["支付流水号"],
        "渠道流水号": payment["渠道流水号"],
        "交易时间": clock(at + late),
        "交易类型": payment["交易类型"],
        "金额": yuan(abs(_fen(payment["金额"])), world.rng),
        "手续费": fee,
        "状态": payment["状态"],
    }


def _fen(text: str) -> int:
    whole, _, cents = text.replace(",", "").partition(".")
    return int(whole) * 100 + int((cents + "00")[:2])


def _line(world: World, number: str, day: int, at: datetime, numbered: tuple[int, Bill]) -> Line:
    index, bill = numbered
    row = {
        "支付订单号": number,
        "明细序号": str(index),
        "收款单位编码": bill.payee,
        "收款单位": PAYEES[bill.payee],
        "能源类型": UTILITY[bill.payee],
        "户号": bill.household,
        "户名": world.rng.choice(["张三", "李四光", "阿依古丽·买买提", ""]),
        "账期": bill.period,
        "应收金额": yuan(bill.amount),
        "违约金": world.rng.choice(["", "0", "0.00"]),
        "实缴金额": yuan(bill.amount, world.rng),
        "交易类型": "缴费",
        "支付时间": clock(at),
    }
    return Line(
        amount=bill.amount,
        bill=Placed(day=day, row=row),
        writeoff=Placed(day=day, row=writeoff(world, row, at, reversal=False)),
    )


def writeoff(world: World, bill: Cells, at: datetime, *, reversal: bool) -> Cells:
    """Make the billing system's row for a bill line."""
    return {
        "销账流水号": f"XZ{world.serial():09d}",
        "支付订单号": bill["支付订单号"],
        "收款单位编码": bill["收款单位编码"],
        "户号": bill["户号"],
        "账期": bill["账期"],
        "销账金额": yuan(_fen(bill["实缴金额"]), world.rng),
        "销账时间": clock(at + timedelta(seconds=world.rng.randint(1, 300))),
        "冲正标志": "1" if reversal else "0",
    }


def clear(deal: Deal) -> None:
    """Let the clearer work an order out, in absolute amounts."""
    deal.lines.sort(key=lambda line: int(line.bill.row["明细序号"]))
    weights = [line.amount for line in deal.lines]
    fees = [0] * len(weights)
    promotions = [0] * len(weights)
    for one in deal.tenders:
        for index, part in enumerate(share_out(one.payee_fee, weights)):
            fees[index] += part
        for index, part in enumerate(share_out(one.amount if one.promotion else 0, weights)):
            promotions[index] += part
    for line, fee, promotion in zip(deal.lines, fees, promotions, strict=True):
        bill = line.bill.row
        row = {
            "批次号": "",
            "支付订单号": deal.number,
            "明细序号": bill["明细序号"],
            "收款单位编码": bill["收款单位编码"],
            "户号": bill["户号"],
            "交易类型": bill["交易类型"],
            "实缴金额": yuan(line.amount),
            "手续费分摊": yuan(fee),
            "优惠分摊": yuan(promotion),
            "净额": yuan(line.amount - fee - promotion),
        }
        deal.received.append(Placed(day=deal.day, row=row))
    deal.header_basis = list(deal.received)


def random_bills(world: World, count: int) -> list[Bill]:
    """Make bills of random households, at times one household twice."""
    rng = world.rng
    bills: list[Bill] = []
    for _ in range(count):
        if bills and rng.random() < 0.2:
            twin = bills[-1]
            amount = rng.choice([twin.amount, rng.randint(1, 90_000)])
            bills.append(
                Bill(
                    payee=twin.payee,
                    household=twin.household,
                    period=twin.period,
                    amount=amount,
                )
            )
        else:
            bills.append(random_bill(world))
    return bills


def random_bill(world: World) -> Bill:
    """Make a bill of a household that pays once."""
    rng = world.rng
    return Bill(
        payee=rng.choice(list(PAYEES)),
        household=rng.choice(["{:010d}", "0{:09d}", "H{:07d}"]).format(world.serial() * 7),
        period=rng.choice(["202409", "202410", "202412"]),
        amount=rng.choice([rng.randint(1, 500), rng.randint(500, 900_000), 3_333, 10_000]),
    )


def plain(world: World, day: int, code: str = "", at: datetime | None = None) -> Deal:
    """Make an order of one bill paid with one real channel."""
    rng = world.rng
    till = code or rng.choice(REAL)
    bill = random_bill(world)
    part = Part(till=till, amount=bill.amount, fee_by=fee_by(world, TILLS[till]))
    return make(world, day, at or world.noon(day), [bill], [part])


def fee_by(world: World, till: Till) -> str:
    """Choose who states the fee; who is silent leaves it to the channel's rule."""
    return world.rng.choice(
        ["both", "both", "theirs", "neither", "ours"] if till.rate_ppm else ["both", "neither"]
    )
