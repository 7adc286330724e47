"""Faults of every kind, each with the facts that the specification gives it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.oracle.days_orders import plain, writeoff
from tests.oracle.days_varieties import gave_up, plant_timing, refund_of, rich
from tests.oracle.days_world import (
    Deal,
    Line,
    Placed,
    Tender,
    World,
    clock,
    yuan,
)
from tests.oracle.reference_entries import Fact

Fault = Callable[[World, int], None]


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said of an entry or a pair: on our side only, on theirs only, or of both."""

    kind: str
    difference: int
    ours: bool | None = None
    why: str = ""
    last: int | None = None


def channel_missing_theirs(world: World, day: int) -> None:
    """The channel has no record of a payment."""
    deal = some_order(world, day)
    one = real_tender(deal)
    one.record = None
    say_channel(world, deal, one, Saying("missing_theirs", one.amount, ours=True))


def channel_missing_ours(world: World, day: int) -> None:
    """The channel has a record that the platform does not know."""
    deal = plain(world, day)
    one = real_tender(deal)
    _forget(world, deal, keep_records=True)
    say_channel(world, deal, one, Saying("missing_ours", -one.amount, ours=False))


def channel_amount_differs(world: World, day: int) -> None:
    """The channel collected another amount."""
    deal = some_order(world, day)
    one = real_tender(deal)
    assert one.record is not None
    more = world.rng.randint(1, 5_000)
    one.record.row["金额"] = yuan(one.amount + more)
    say_channel(world, deal, one, Saying("amount_differs", -more))


def channel_status_differs(world: World, day: int) -> None:
    """The channel says that a payment did not succeed."""
    deal = some_order(world, day)
    one = real_tender(deal)
    assert one.record is not None
    one.record.row["状态"] = world.rng.choice(["失败", "处理中"])
    say_channel(world, deal, one, Saying("status_differs", one.amount))


def channel_succeeded_after_all(world: World, day: int) -> None:
    """The platform gave an attempt up that the channel collected."""
    deal = gave_up(world, day)
    one = real_tender(deal)
    if one.record is None:
        told = plain(world, day, one.till.code).tenders[0].record
        assert told is not None
        one.record = Placed(day=day, row=dict(told.row))
        one.record.row["商户订单号"] = one.payment.row["支付流水号"]
        one.record.row["渠道流水号"] = f"S{world.serial():08d}"
        one.record.row["金额"] = yuan(one.amount)
    one.record.row["状态"] = "成功"
    say_channel(world, deal, one, Saying("status_differs", -one.amount))


def channel_fee_differs(world: World, day: int) -> None:
    """Both state a fee, or only the channel, and it is not what it should be."""
    deal = plain(world, day, world.rng.choice(["ALIPAY", "WECHAT", "ICBC", "CCB"]))
    one = real_tender(deal)
    assert one.record is not None
    stated = one.payment.row["手续费"]
    right = _fen(stated) if stated else one.till.fee(one.amount, refund=False)
    wrong = right + world.rng.choice([1, 7, 300])
    one.record.row["手续费"] = yuan(wrong)
    say_channel(world, deal, one, Saying("fee_differs", right - wrong, why="A18"))


def channel_duplicate_theirs(world: World, day: int) -> None:
    """The channel lists one payment twice, with the same or another transaction number."""
    deal = some_order(world, day)
    one = real_tender(deal)
    assert one.record is not None
    again = dict(one.record.row)
    if world.rng.random() < 0.5:
        again["渠道流水号"] = f"D{world.serial():08d}"
    world.loose.append(("channel", Placed(day=day, row=again)))
    say_channel(world, deal, one, Saying("duplicate_theirs", -one.amount, ours=False))


def channel_stays_away(world: World, day: int) -> None:
    """A payment or a record near the cut-off never meets its other side."""
    ours = world.rng.random() < 0.5
    at = world.rng.choice(["23:30:00", "23:59:59", "00:00:00", "00:30:00"])
    deal = plain(world, day, "ABC", world.moment(day, at))
    one = real_tender(deal)
    assert one.record is not None
    one.record.row["交易时间"] = clock(deal.at)
    if ours:
        one.record = None
    else:
        _forget(world, deal, keep_records=True)
    plant_timing(world, deal, ours=ours, stays=True)


def channel_just_not_near(world: World, day: int) -> None:
    """A second outside the half hour is no timing item."""
    code, at = world.rng.choice([("ABC", "23:29:59"), ("ABC", "00:30:01"), ("WECHAT", "21:59:59")])
    deal = plain(world, day, code, world.moment(day, at))
    one = real_tender(deal)
    one.record = None
    say_channel(world, deal, one, Saying("missing_theirs", one.amount, ours=True, why="A12"))


def bill_not_written_off(world: World, day: int) -> None:
    """A bill was paid and not written off."""
    deal = some_order(world, day)
    line = _lone_line(world, deal)
    if line is None:
        deal = plain(world, day)
        line = deal.lines[0]
    line.writeoff = None
    say_bill(world, deal, (line, None), Saying("not_written_off", line.amount))


def bill_written_off_unpaid(world: World, day: int) -> None:
    """A bill was written off that nobody paid."""
    deal = plain(world, day)
    line = deal.lines[0]
    _forget(world, deal, keep_records=False)
    assert line.writeoff is not None
    world.loose.append(("writeoffs", line.writeoff))
    say_bill(world, deal, (None, line.writeoff.row), Saying("written_off_unpaid", -line.amount))


def bill_amount_differs(world: World, day: int) -> None:
    """A bill was written off with another amount."""
    deal = plain(world, day)
    line = deal.lines[0]
    assert line.writeoff is not None
    more = world.rng.randint(1, 900)
    line.writeoff.row["销账金额"] = yuan(line.amount + more)
    say_bill(world, deal, (line, line.writeoff.row), Saying("amount_differs", -more))


def bill_written_off_twice(world: World, day: int) -> None:
    """A bill was written off a second time, under a new number or the same."""
    deal = plain(world, day)
    line = deal.lines[0]
    assert line.writeoff is not None
    again = writeoff(world, line.bill.row, deal.at, reversal=False)
    again["销账时间"] = clock(deal.at + timedelta(minutes=20))
    if world.rng.random() < 0.4:
        again = dict(line.writeoff.row)
    world.loose.append(("writeoffs", Placed(day=day, row=again)))
    say_bill(world, deal, (None, again), Saying("duplicate_theirs", -line.amount, why="A6"))


def bill_reversed_alone(world: World, day: int) -> None:
    """A write-off was reversed though nothing was refunded."""
    deal = plain(world, day)
    line = deal.lines[0]
    row = writeoff(world, line.bill.row, deal.at, reversal=True)
    world.loose.append(("writeoffs", Placed(day=day, row=row)))
    say_bill(world, deal, (None, row), Saying("written_off_unpaid", line.amount, why="A27"))


def bill_alike_twice(world: World, day: int) -> None:
    """Two orders pay the same bill alike, and both write-offs name unknown orders."""
    first, second = plain(world, day, "ABC"), plain(world, day, "CCB")
    second.lines[0].bill.row |= {
        key: first.lines[0].bill.row[key] for key in ("户号", "账期", "收款单位编码", "能源类型")
    }
    _retell(second, first.lines[0].amount)
    for deal in (first, second):
        line = deal.lines[0]
        assert line.writeoff is not None
        line.writeoff.row["支付订单号"] = f"NO{world.serial():08d}"
        say_bill(world, deal, (line, None), Saying("not_written_off", line.amount, why="ambiguous"))
        say_bill(world, deal, (None, line.writeoff.row), Saying("written_off_unpaid", -line.amount))


def bill_late(world: World, day: int) -> None:
    """A write-off comes with the next day's files."""
    deal = plain(world, day)
    line = deal.lines[0]
    assert line.writeoff is not None
    line.writeoff.day = day + 1
    say_bill(world, deal, (line, None), Saying("not_written_off", line.amount, why="A9", last=day))
    if day + 1 == len(world.dates):
        line.writeoff = None


def alike_orders(world: World, day: int, *, money: str = "") -> None:
    """Two orders make two batches alike, so that unnamed money may be for either."""
    money = money or world.rng.choice(["alike, paid", "alike, unpaid"])
    first, second = plain(world, day, "ABC"), plain(world, day, "ABC")
    amount = world.rng.randint(10**8, 10**10)
    second.lines[0].bill.row["收款单位编码"] = first.lines[0].bill.row["收款单位编码"]
    for deal in (first, second):
        _retell(deal, amount)
        amount += 0 if money.startswith("alike") else world.rng.randint(10**7, 10**8)
        deal.own_batch = True
        deal.money = money


def some_order(world: World, day: int) -> Deal:
    """Make an order, or the refund of one."""
    deal = world.rng.choice([plain, plain, rich])(world, day)
    return refund_of(world, deal, day) if world.rng.random() < 0.25 else deal


def real_tender(deal: Deal) -> Tender:
    """Return the first instrument of an order that a channel knows."""
    return next(one for one in deal.tenders if one.till.code != "INTERNAL")


def _lone_line(world: World, deal: Deal) -> Line | None:
    """Choose a line whose amount no other line of the same household has."""
    keys = [(line.bill.row["户号"], line.amount) for line in deal.lines]
    lone = [line for line, key in zip(deal.lines, keys, strict=True) if keys.count(key) == 1]
    return world.rng.choice(lone) if lone else None


def _forget(world: World, deal: Deal, *, keep_records: bool) -> None:
    """Take an order out of the world; the channel may remember it."""
    world.deals.remove(deal)
    if keep_records:
        world.loose += [("channel", one.record) for one in deal.tenders if one.record is not None]


def _retell(deal: Deal, amount: int) -> None:
    """Change what a plain order is about, on all sides."""
    one, line = deal.tenders[0], deal.lines[0]
    one.amount = line.amount = amount
    one.payee_fee = 0
    one.payment.row |= {"金额": yuan(amount), "手续费": "0"}
    assert one.record is not None
    assert line.writeoff is not None
    one.record.row |= {"金额": yuan(amount), "手续费": "0.00"}
    line.bill.row |= {"实缴金额": yuan(amount), "应收金额": yuan(amount)}
    line.writeoff.row |= {key: line.bill.row[key] for key in ("户号", "账期", "收款单位编码")} | {
        "销账金额": yuan(amount)
    }
    deal.received[0].row |= {
        "收款单位编码": line.bill.row["收款单位编码"],
        "户号": line.bill.row["户号"],
        "实缴金额": yuan(amount),
        "手续费分摊": "0.00",
        "净额": yuan(amount),
    }


def _fen(text: str) -> int:
    return int(text.replace(".", ""))


def say_channel(world: World, deal: Deal, one: Tender, saying: Saying, *, later: int = 0) -> None:
    """Say something of a payment and its record; the difference is that of a receipt."""
    number = one.payment.row["支付流水号"]
    fact = Fact(
        task="channel",
        date=world.dates[deal.day],
        kind=saying.kind,
        ours_key="" if saying.ours is False else number,
        theirs_key="" if saying.ours else number,
        difference_fen=saying.difference * deal.sign,
    )
    world.plant(fact, why=saying.why, day=deal.day + later, last=saying.last)


def say_bill(
    world: World,
    deal: Deal,
    sides: tuple[Line | None, dict[str, str] | None],
    saying: Saying,
) -> None:
    """Say something of a bill line and its write-off; the difference is that of a receipt."""
    line, other = sides
    bill = line.bill.row if line else None
    fact = Fact(
        task="writeoff",
        date=world.dates[deal.day],
        kind=saying.kind,
        ours_key=f"{bill['支付订单号']}-{bill['明细序号']}" if bill else "",
        theirs_key=other["销账流水号"] if other else "",
        difference_fen=saying.difference * deal.sign,
    )
    world.plant(fact, why=saying.why, day=deal.day, last=saying.last)


HONEST: list[Fault] = [
    channel_missing_theirs,
    channel_missing_ours,
    channel_amount_differs,
    channel_status_differs,
    channel_succeeded_after_all,
    channel_fee_differs,
    channel_duplicate_theirs,
    channel_stays_away,
    channel_just_not_near,
    bill_not_written_off,
    bill_written_off_unpaid,
    bill_amount_differs,
    bill_written_off_twice,
    bill_reversed_alone,
    bill_alike_twice,
    bill_late,
]
