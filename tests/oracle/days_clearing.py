"""Faults of clearing, and of our own files as clearing sees them."""

from tests.oracle.days_faults import Fault, Saying, real_tender, say_bill, say_channel, some_order
from tests.oracle.days_orders import plain
from tests.oracle.days_varieties import rich
from tests.oracle.days_world import PAYEES, Cells, Deal, Placed, World, yuan
from tests.oracle.reference_entries import Fact


def line_missing(world: World, day: int) -> None:
    """A line is not in the clearer's files; the batch's header may still count it."""
    deal = some_order(world, day)
    gone = deal.received.pop(world.rng.randrange(len(deal.received)))
    if world.rng.random() < 0.6:
        deal.header_basis.remove(gone)
    say_line(world, deal, gone.row, Saying("missing_theirs", net(gone.row), ours=True))


def line_unknown(world: World, day: int) -> None:
    """The clearer pays out a line that no order implies."""
    deal = plain(world, day)
    extra = Placed(day=day, row=dict(deal.received[0].row))
    extra.row["明细序号"] = "77"
    _receive(world, deal, extra)
    say_line(world, deal, extra.row, Saying("missing_ours", -net(extra.row), ours=False))


def line_of_unknown_order(world: World, day: int) -> None:
    """The clearer pays out an order that we do not know at all."""
    deal = plain(world, day)
    extra = Placed(day=day, row=dict(deal.received[0].row))
    extra.row["支付订单号"] = f"000{world.serial():012d}"
    _receive(world, deal, extra)
    say_line(world, deal, extra.row, Saying("missing_ours", -net(extra.row), ours=False))


def line_amount_differs(world: World, day: int) -> None:
    """A fee share, a promotion share or the paid amount is not ours."""
    deal = some_order(world, day)
    place = world.rng.randrange(len(deal.received))
    placed = deal.received[place]
    altered = Placed(day=day, row=dict(placed.row))
    more = world.rng.randint(1, 40)
    column, turn = world.rng.choice([("手续费分摊", -1), ("优惠分摊", -1), ("实缴金额", 1)])
    altered.row[column] = yuan(cents(placed.row[column]) + more)
    altered.row["净额"] = yuan(cents(placed.row["净额"]) + turn * more)
    if world.rng.random() < 0.2:
        altered.row["净额"] = placed.row["净额"]
    deal.received[place] = altered
    if world.rng.random() < 0.6:
        deal.header_basis[place] = altered
    difference = net(placed.row) - net(altered.row)
    say_line(world, deal, placed.row, Saying("amount_differs", difference, why="A32"))


def line_under_another_payee(world: World, day: int) -> None:
    """A line stands under another payee, in its right batch."""
    deal = plain(world, day)
    row = deal.received[0].row
    deal.received[0].batch_payee = row["收款单位编码"]
    row["收款单位编码"] = next(code for code in PAYEES if code != row["收款单位编码"])
    say_line(world, deal, row, Saying("payee_differs", 0, why="A16"))


def line_twice(world: World, day: int) -> None:
    """A line stands twice in the clearer's files."""
    deal = some_order(world, day)
    placed = world.rng.choice(deal.received)
    extra = Placed(day=day, row=dict(placed.row))
    _receive(world, deal, extra)
    say_line(world, deal, placed.row, Saying("duplicate_theirs", -net(placed.row), ours=False))


def line_of_next_batch(world: World, day: int) -> None:
    """A line comes with the next day's batches."""
    deal = plain(world, day)
    placed = deal.received[0]
    say_line(
        world, deal, placed.row, Saying("missing_theirs", net(placed.row), ours=True, last=day)
    )
    deal.received.clear()
    deal.header_basis.clear()
    if day + 1 < len(world.dates):
        carrier = plain(world, day + 1, deal.tenders[0].till.code)
        late = Placed(day=day + 1, row=placed.row)
        carrier.received.append(late)
        carrier.header_basis.append(late)
        carrier.own_batch = True
        writeoff_row = carrier.lines[0].writeoff
        assert writeoff_row is not None
        for row in (carrier.lines[0].bill.row, writeoff_row.row, carrier.received[0].row):
            row["收款单位编码"] = placed.row["收款单位编码"]


def bill_line_altered(world: World, day: int) -> None:
    """Instruments and bill lines do not add up; the clearer may have cleared the true order."""
    deal = rich(world, day)
    line = world.rng.choice(deal.lines)
    more = world.rng.randint(1, 200)
    line.bill.row["实缴金额"] = yuan(line.amount + more)
    assert line.writeoff is not None
    line.writeoff.row["销账金额"] = yuan(line.amount + more)
    if world.rng.random() < 0.5:
        deal.received.clear()
        deal.header_basis.clear()
    say_unbalanced(world, deal)


def payment_lost(world: World, day: int) -> None:
    """The platform's file lacks a payment that the channel has."""
    deal = some_order(world, day)
    one = real_tender(deal)
    world.loose += [("channel", each.record) for each in (one,) if each.record is not None]
    deal.tenders.remove(one)
    say_channel(world, deal, one, Saying("missing_ours", -one.amount, ours=False))
    say_unbalanced(world, deal, why="A3")


def payment_twice(world: World, day: int) -> None:
    """The platform's file has a payment twice, the channel once."""
    deal = some_order(world, day)
    one = real_tender(deal)
    world.loose.append(("payments", Placed(day=day, row=dict(one.payment.row))))
    say_channel(world, deal, one, Saying("duplicate_ours", one.amount, ours=True, why="A2"))
    say_unbalanced(world, deal, why="A2")


def bill_line_twice(world: World, day: int) -> None:
    """The platform's file has a bill line twice, the billing system one write-off."""
    deal = plain(world, day)
    line = deal.lines[0]
    world.loose.append(("bill_lines", Placed(day=day, row=dict(line.bill.row))))
    say_bill(world, deal, (line, None), Saying("duplicate_ours", line.amount, why="A2"))
    say_unbalanced(world, deal, why="A2")


def bill_line_lost(world: World, day: int) -> None:
    """The platform's file lacks a bill line that was paid, written off and cleared."""
    deal = plain(world, day)
    line = deal.lines.pop()
    assert line.writeoff is not None
    world.loose.append(("writeoffs", line.writeoff))
    say_bill(world, deal, (None, line.writeoff.row), Saying("written_off_unpaid", -line.amount))
    say_unbalanced(world, deal, why="A1")


def payment_taken_for_failed(world: World, day: int) -> None:
    """The platform says that a payment failed which everybody else saw succeed."""
    deal = plain(world, day)
    one = real_tender(deal)
    one.payment.row["状态"] = world.rng.choice(["失败", "处理中"])
    say_channel(world, deal, one, Saying("status_differs", -one.amount, why="A5"))
    line = deal.lines[0]
    assert line.writeoff is not None
    say_bill(
        world, deal, (None, line.writeoff.row), Saying("written_off_unpaid", -line.amount, why="A5")
    )
    row = deal.received[0].row
    say_line(world, deal, row, Saying("missing_ours", -net(row), ours=False, why="A5"))


def cents(text: str) -> int:
    """Read plain yuan as fen."""
    return int(text.replace(".", ""))


def net(row: Cells) -> int:
    """Return the signed net of a clearing line."""
    return cents(row["净额"]) * (-1 if row["交易类型"] == "退费" else 1)


def _receive(world: World, deal: Deal, extra: Placed) -> None:
    deal.received.append(extra)
    if world.rng.random() < 0.6:
        deal.header_basis.append(extra)


def say_line(world: World, deal: Deal, row: Cells, saying: Saying) -> None:
    """Say something of a clearing line, ours or received; the difference is signed."""
    key = f"{row['支付订单号']}-{row['明细序号']}"
    fact = Fact(
        task="clearing",
        date=world.dates[deal.day],
        kind=saying.kind,
        ours_key="" if saying.ours is False else key,
        theirs_key="" if saying.ours else key,
        difference_fen=saying.difference,
    )
    world.plant(fact, why=saying.why, day=deal.day, last=saying.last)


def say_unbalanced(world: World, deal: Deal, *, why: str = "A1", last: int | None = None) -> None:
    """Say that an order is unbalanced, with what the clearer pays out for it."""
    fact = Fact(
        task="clearing",
        date=world.dates[deal.day],
        kind="order_unbalanced",
        ours_key=deal.number,
        theirs_key="",
        difference_fen=-sum(net(placed.row) for placed in deal.received),
    )
    world.plant(fact, why=why, day=deal.day, last=last)


CLEARING: list[Fault] = [
    line_missing,
    line_unknown,
    line_of_unknown_order,
    line_amount_differs,
    line_under_another_payee,
    line_twice,
    line_of_next_batch,
    bill_line_altered,
    payment_lost,
    payment_twice,
    bill_line_twice,
    bill_line_lost,
    payment_taken_for_failed,
]
