"""Orders of every honest kind: nothing is wrong with them, though some wait a day."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.oracle.days_orders import (
    REAL,
    Bill,
    Part,
    clear,
    fee_by,
    make,
    payment_number,
    plain,
    random_bill,
    random_bills,
    tender,
    writeoff,
)
from tests.oracle.days_world import (
    ONE_DAY,
    TILLS,
    Deal,
    Line,
    Placed,
    Tender,
    World,
    clock,
    next_working_day,
    yuan,
)
from tests.oracle.reference_entries import Fact


def rich(world: World, day: int) -> Deal:
    """Make an order of several bills, paid with several instruments of every bearer."""
    rng = world.rng
    bills = random_bills(world, rng.randint(1, 4))
    left = sum(bill.amount for bill in bills)
    parts = []
    for tool, bearers in (
        ("电费红包", ["平台"]),
        ("卡券", ["收款单位", "第三方"]),
        ("光伏补贴", ["收款单位", ""]),
    ):
        amount = rng.randint(0, left // 3)
        if amount and rng.random() < 0.5:
            bearer = rng.choice(bearers)
            parts.append(Part(till="INTERNAL", amount=amount, tool=tool, bearer=bearer))
            left -= amount
    if left > 1 and rng.random() < 0.4:
        amount = rng.randint(1, left - 1)
        parts.append(_real_part(world, amount))
        left -= amount
    parts.append(_real_part(world, left))
    rng.shuffle(parts)
    return make(world, day, world.noon(day), bills, parts)


def _real_part(world: World, amount: int) -> Part:
    code = world.rng.choice(REAL)
    return Part(till=code, amount=amount, fee_by=fee_by(world, TILLS[code]))


def remainder_ties(world: World, day: int) -> Deal:
    """Make an order whose fee cannot be shared equally over equal lines, and one line of zero."""
    payee = random_bill(world).payee
    bills = [
        Bill(payee=payee, household=f"TIE{world.serial():06d}", period="202411", amount=amount)
        for amount in (1000, 1000, 0, 1000)
    ]
    part = Part(till="WECHAT", amount=2990, fee_by="both")
    coupon = Part(till="INTERNAL", amount=10, tool="卡券", bearer="收款单位")
    return make(world, day, world.noon(day), bills, [part, coupon])


def large(world: World, day: int) -> Deal:
    """Make an order so large that no sum of others equals it by chance; it has its own batch."""
    bill = random_bill(world)
    bill = Bill(
        payee=bill.payee,
        household=bill.household,
        period=bill.period,
        amount=world.rng.randint(10**8, 10**10),
    )
    part = Part(till=world.rng.choice(["ABC", "ICBC", "EWALLET"]), amount=bill.amount)
    deal = make(world, day, world.noon(day), [bill], [part])
    deal.own_batch = True
    deal.money = "quiet"
    return deal


def subsidy_only(world: World, day: int) -> Deal:
    """Make an order paid by a feed-in subsidy alone: the payee's net is zero."""
    bill = random_bill(world)
    part = Part(till="INTERNAL", amount=bill.amount, tool="光伏补贴")
    return make(world, day, world.noon(day), [bill], [part])


def retried(world: World, day: int) -> Deal:
    """Make an order whose first attempt failed on both sides."""
    deal = plain(world, day)
    _attempt(world, deal, deal.at - timedelta(minutes=3), "失败")
    return deal


def gave_up(world: World, day: int) -> Deal:
    """Make an attempt without success: no bill was paid and nothing is expected."""
    deal = plain(world, day)
    status = world.rng.choice(["失败", "处理中"])
    only = deal.tenders[0]
    only.payment.row["状态"] = status
    assert only.record is not None
    only.record.row["状态"] = status
    if world.rng.random() < 0.5:
        only.record = None
    deal.lines.clear()
    deal.received.clear()
    deal.header_basis.clear()
    return deal


def _attempt(world: World, deal: Deal, at: datetime, status: str) -> Tender:
    first = deal.tenders[0]
    part = Part(till=first.till.code, amount=first.amount)
    tried = tender(world, deal.number, deal.day, at, part)
    tried.payment.row["状态"] = status
    assert tried.record is not None
    tried.record.row["状态"] = status
    deal.tenders.append(tried)
    return tried


def refund_of(world: World, deal: Deal, day: int) -> Deal:
    """Refund an order in full, on the same day or a later one."""
    at = world.noon(day)
    if day == deal.day:
        at = max(at, deal.at) if at > deal.at else deal.at + timedelta(minutes=5)
    back = Deal(
        number=deal.number,
        day=day,
        refund=True,
        at=at,
        tenders=[_refund_tender(world, one, day, at) for one in deal.tenders if _is_success(one)],
        lines=[_refund_line(world, line, day, at) for line in deal.lines],
    )
    clear(back)
    world.deals.append(back)
    return back


def part_refund(world: World, deal: Deal, line: Line, day: int) -> Deal:
    """Refund one bill of an order that was paid with one instrument."""
    only = deal.tenders[0]
    row = dict(only.payment.row) | {"金额": yuan(line.amount)}
    assert only.record is not None
    record = dict(only.record.row) | {"金额": yuan(line.amount)}
    part = replace(
        only,
        amount=line.amount,
        payment=Placed(day=day, row=row),
        record=Placed(day=day, row=record),
    )
    back = Deal(
        number=deal.number,
        day=day,
        refund=True,
        at=world.moment(day, "21:00:00"),
        tenders=[],
        lines=[],
    )
    back.tenders.append(_refund_tender(world, part, day, back.at))
    back.tenders[0].payment.row["支付流水号"] = number = payment_number(world)
    assert back.tenders[0].record is not None
    back.tenders[0].record.row["商户订单号"] = number
    back.lines.append(_refund_line(world, line, day, back.at))
    clear(back)
    world.deals.append(back)
    return back


def _is_success(one: Tender) -> bool:
    return one.payment.row["状态"] == "成功"


def _refund_tender(world: World, paid: Tender, day: int, at: datetime) -> Tender:
    fee = paid.till.fee(paid.amount, refund=True)
    same_number = world.rng.random() < 0.3
    row = dict(paid.payment.row)
    row["支付流水号"] = row["支付流水号"] if same_number else payment_number(world)
    row["原支付流水号"] = paid.payment.row["支付流水号"]
    row["支付时间"] = clock(at)
    row["交易类型"] = "退款"
    row["手续费"] = yuan(fee)
    row["渠道流水号"] = f"R{world.serial():011d}"
    record = None
    if paid.record is not None:
        told = dict(paid.record.row)
        told |= {
            "商户订单号": row["支付流水号"],
            "渠道流水号": row["渠道流水号"],
            "交易时间": clock(at + timedelta(seconds=9)),
            "交易类型": "退款",
            "手续费": yuan(fee),
        }
        record = Placed(day=day, row=told)
    return Tender(
        till=paid.till,
        amount=paid.amount,
        payee_fee=0 if paid.till.platform_bears else fee,
        promotion=paid.promotion,
        payment=Placed(day=day, row=row),
        record=record,
    )


def _refund_line(world: World, line: Line, day: int, at: datetime) -> Line:
    row = dict(line.bill.row)
    row["交易类型"] = "退费"
    row["支付时间"] = clock(at)
    if world.rng.random() < 0.5:
        row["明细序号"] = str(int(row["明细序号"]) + 50)
    reversal = writeoff(world, row, at, reversal=True)
    return Line(
        amount=line.amount,
        bill=Placed(day=day, row=row),
        writeoff=Placed(day=day, row=reversal),
    )


def evening(world: World, day: int) -> Deal:
    """Make an order of the evening before, after a cut-off of 22:30 or 23:00."""
    code = world.rng.choice(["WECHAT", "ICBC"])
    at = world.moment(day, f"-{23}:{world.rng.randint(31, 55)}:07")
    return plain(world, day, code, at)


def late_record(world: World, day: int) -> Deal:
    """Make a payment just before midnight that the channel books just after."""
    deal = plain(world, day, "ABC", world.moment(day, world.rng.choice(["23:58:01", "23:30:00"])))
    only = deal.tenders[0]
    assert only.record is not None
    only.record.row["交易时间"] = clock(world.moment(day, "+00:01:10"))
    only.record.day = day + 1
    plant_timing(world, deal, ours=True, stays=False)
    if day + 1 == len(world.dates):
        only.record = None
    return deal


def early_record(world: World, day: int) -> Deal:
    """Make a payment just after midnight that the channel booked just before."""
    deal = plain(world, day, "ABC", world.moment(day, "00:00:30"))
    only = deal.tenders[0]
    assert only.record is not None
    only.record.row["交易时间"] = clock(world.moment(day, "-23:59:40"))
    if day:
        only.record.day = day - 1
        fact = timing_fact(world, deal, ours=False, day=day - 1)
        world.plant(fact, why="A11 timing", day=day - 1, last=day - 1)
    return deal


def timing_fact(world: World, deal: Deal, *, ours: bool, day: int) -> Fact:
    """Say that a payment, or the record of it, waits for the other side."""
    only = deal.tenders[0]
    number = only.payment.row["支付流水号"]
    amount = only.amount * deal.sign
    return Fact(
        task="channel",
        date=world.dates[day],
        kind="timing",
        ours_key=number if ours else "",
        theirs_key="" if ours else number,
        difference_fen=amount if ours else -amount,
    )


def plant_timing(world: World, deal: Deal, *, ours: bool, stays: bool) -> None:
    """Plant the waiting, and what it becomes when nobody comes within a working day."""
    fact = timing_fact(world, deal, ours=ours, day=deal.day)
    window_ends = next_working_day(world.dates[deal.day])
    last = max(index for index, on in enumerate(world.dates) if on <= window_ends)
    if not stays:
        world.plant(fact, why="A11 timing", day=deal.day, last=deal.day)
        return
    world.plant(fact, why="A11 timing", day=deal.day, last=last)
    if last + 1 < len(world.dates):
        kind = "missing_theirs" if ours else "missing_ours"
        real = Fact(
            task=fact.task,
            date=fact.date,
            kind=kind,
            ours_key=fact.ours_key,
            theirs_key=fact.theirs_key,
            difference_fen=fact.difference_fen,
        )
        world.plant(real, why="A11 window over", day=last + 1)


def straddling(world: World, day: int) -> Deal:
    """Make an order whose first instrument already belongs to the next business day."""
    bill = random_bill(world)
    bill = Bill(payee=bill.payee, household=bill.household, period=bill.period, amount=5_000)
    at = world.moment(day, "22:40:00")
    deal = make(
        world,
        day,
        at,
        [bill],
        [Part(till="WECHAT", amount=2_000), Part(till="ABC", amount=3_000)],
    )
    second = deal.tenders[1]
    second.payment.row["支付时间"] = clock(at + timedelta(minutes=1))
    assert second.record is not None
    second.record.row["交易时间"] = clock(at + timedelta(minutes=1))
    for one in deal.received:
        one.day = day + 1
    deal.day = day + 1
    if day + 1 == len(world.dates):
        deal.received.clear()
        deal.header_basis.clear()
    return deal


def wrong_payment_number(world: World, day: int) -> Deal:
    """Make a record that bears another merchant number but the right transaction number."""
    deal = plain(world, day)
    only = deal.tenders[0]
    assert only.record is not None
    only.record.row["商户订单号"] = f"?{world.serial():08d}"
    return deal


def wrong_order_number(world: World, day: int) -> Deal:
    """Make a write-off that names no known order but the right bill, up to three days off."""
    deal = plain(world, day)
    writeoff_row = deal.lines[0].writeoff
    assert writeoff_row is not None
    writeoff_row.row["支付订单号"] = f"NO{world.serial():08d}"
    if world.dates[day] != world.dates[0]:
        writeoff_row.row["销账时间"] = clock(deal.at - world.rng.randint(0, 3) * ONE_DAY)
    return deal
