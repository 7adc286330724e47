"""Cases at the edges of the rules, each once a day."""

from datetime import timedelta

from tests.oracle.days_clearing import net, say_line, say_unbalanced
from tests.oracle.days_faults import (
    Fault,
    Saying,
    alike_orders,
    real_tender,
    say_bill,
    say_channel,
)
from tests.oracle.days_orders import Bill, Part, make, plain, random_bill, tender
from tests.oracle.days_varieties import part_refund, plant_timing, refund_of
from tests.oracle.days_world import ONE_DAY, Deal, Placed, Tender, World, clock, yuan


def refund_under_the_same_number(world: World, day: int) -> None:
    """A refund bears its payment's number; the channel has only the payment."""
    deal = plain(world, day)
    back = refund_of(world, deal, day)
    one = real_tender(back)
    one.payment.row["支付流水号"] = real_tender(deal).payment.row["支付流水号"]
    one.record = None
    say_channel(world, back, one, Saying("missing_theirs", one.amount, ours=True))


def payment_thrice(world: World, day: int) -> None:
    """One of three equal payments has its record: two are surplus."""
    deal = plain(world, day)
    one = real_tender(deal)
    for _ in range(2):
        world.loose.append(("payments", Placed(day=day, row=dict(one.payment.row))))
        say_channel(world, deal, one, Saying("duplicate_ours", one.amount, ours=True, why="A7"))
    say_unbalanced(world, deal, why="A2")


def payment_twice_and_no_record(world: World, day: int) -> None:
    """A repeated payment without any record is one missing and one surplus."""
    deal = plain(world, day)
    one = real_tender(deal)
    one.record = None
    world.loose.append(("payments", Placed(day=day, row=dict(one.payment.row))))
    say_channel(world, deal, one, Saying("missing_theirs", one.amount, ours=True, why="A7"))
    say_channel(world, deal, one, Saying("duplicate_ours", one.amount, ours=True, why="A7"))
    say_unbalanced(world, deal, why="A2")


def failed_row_beside(world: World, day: int) -> None:
    """A failed row under the number of a successful pair says nothing, on either side."""
    first, second = plain(world, day), plain(world, day)
    failed = dict(real_tender(first).payment.row) | {"状态": "失败"}
    world.loose.append(("payments", Placed(day=day, row=failed)))
    record = real_tender(second).record
    assert record is not None
    told = dict(record.row) | {"状态": "失败"}
    world.loose.append(("channel", Placed(day=day, row=told)))


def failed_row_and_another_amount(world: World, day: int) -> None:
    """Success meets success before it meets failure, though the failed amount is equal."""
    deal = plain(world, day)
    one = real_tender(deal)
    assert one.record is not None
    failed = dict(one.record.row) | {"状态": "失败"}
    world.loose.append(("channel", Placed(day=day, row=failed)))
    one.record.row["金额"] = yuan(one.amount + 11)
    say_channel(world, deal, one, Saying("amount_differs", -11, why="A30"))


def nearest_of_two_amounts(world: World, day: int) -> None:
    """Of two records of other amounts the nearer in time is the partner."""
    deal = plain(world, day)
    one = real_tender(deal)
    assert one.record is not None
    far = dict(one.record.row) | {
        "金额": yuan(one.amount + 200),
        "渠道流水号": f"F{world.serial():07d}",
        "交易时间": clock(deal.at - timedelta(hours=2)),
    }
    one.record.row["金额"] = yuan(one.amount + 100)
    world.loose.append(("channel", Placed(day=day, row=far)))
    say_channel(world, deal, one, Saying("amount_differs", -100))
    surplus = Saying("duplicate_theirs", -one.amount - 200, ours=False)
    say_channel(world, deal, one, surplus)


def half_failed(world: World, day: int) -> None:
    """An order whose second instrument failed is not cleared, and its bill stays open."""
    deal = plain(world, day, "ABC")
    failed = tender(world, deal.number, day, deal.at, Part(till="CCB", amount=700))
    assert failed.record is not None
    failed.payment.row["状态"] = failed.record.row["状态"] = "失败"
    deal.tenders.append(failed)
    line = deal.lines[0]
    line.bill.row["实缴金额"] = yuan(line.amount + 700)
    line.writeoff = None
    deal.received.clear()
    deal.header_basis.clear()


def payment_without_bills(world: World, day: int) -> None:
    """A payment that settles no bill line is unbalanced."""
    deal = plain(world, day)
    deal.lines.clear()
    deal.received.clear()
    deal.header_basis.clear()
    say_unbalanced(world, deal, why="A3")


def written_off_four_days_off(world: World, day: int) -> None:
    """A write-off under a wrong order number, four days from the payment, is not taken."""
    deal = plain(world, day)
    line = deal.lines[0]
    assert line.writeoff is not None
    line.writeoff.row["支付订单号"] = f"NO{world.serial():08d}"
    line.writeoff.row["销账时间"] = clock(deal.at - 4 * ONE_DAY)
    say_bill(world, deal, (line, None), Saying("not_written_off", line.amount, why="A26"))
    other = Saying("written_off_unpaid", -line.amount, why="A26")
    say_bill(world, deal, (None, line.writeoff.row), other)


def refunded_on_two_days(world: World, day: int) -> None:
    """An order of two bills is refunded bill by bill, today and tomorrow."""
    bills = [random_bill(world), random_bill(world)]
    total = sum(bill.amount for bill in bills)
    deal = make(world, day, world.noon(day), bills, [Part(till="WECHAT", amount=total)])
    part_refund(world, deal, deal.lines[0], day)
    if day + 1 < len(world.dates):
        part_refund(world, deal, deal.lines[1], day + 1)


def line_in_two_batches(world: World, day: int) -> None:
    """A line comes a second time in a batch of another channel."""
    deal, carrier = plain(world, day, "ABC"), plain(world, day, "EWALLET")
    again = Placed(day=day, row=dict(deal.received[0].row))
    carrier.received.append(again)
    carrier.header_basis.append(again)
    surplus = Saying("duplicate_theirs", -net(again.row), ours=False)
    say_line(world, deal, again.row, surplus)


def nothing_to_pay(world: World, day: int) -> None:
    """An order of zero is matched like any other."""
    bill = random_bill(world)
    zero = Bill(payee=bill.payee, household=bill.household, period=bill.period, amount=0)
    make(world, day, world.noon(day), [zero], [Part(till="ABC", amount=0)])


def half_a_fen(world: World, day: int) -> None:
    """A fee of exactly one and a half fen is two; the channel alone states it."""
    for stated in (2, 1):
        bill = random_bill(world)
        bill = Bill(payee=bill.payee, household=bill.household, period=bill.period, amount=250)
        part = Part(till="WECHAT", amount=250, fee_by="theirs")
        deal = make(world, day, world.noon(day), [bill], [part])
        one = real_tender(deal)
        assert one.record is not None
        one.record.row["手续费"] = yuan(stated)
        if stated == 1:
            say_channel(world, deal, one, Saying("fee_differs", 1, why="A18"))


def fee_of_refund(world: World, day: int) -> None:
    """The channel alone states the fee of a refund, returned or not as the rule says."""
    for code, wrong in (("WECHAT", 0), ("WECHAT", 3), ("ALIPAY", 0), ("ALIPAY", 3)):
        one, back = _refund_stated_by_channel(world, day, code)
        assert one.record is not None
        right = one.till.fee(one.amount, refund=True)
        one.record.row["手续费"] = yuan(right + wrong)
        if wrong:
            say_channel(world, back, one, Saying("fee_differs", -wrong, why="A18"))


def _refund_stated_by_channel(world: World, day: int, code: str) -> tuple[Tender, Deal]:
    back = refund_of(world, plain(world, day, code), day)
    one = real_tender(back)
    one.payment.row["手续费"] = ""
    return one, back


def timing_then_unlike(world: World, day: int) -> None:
    """What waited over the cut-off meets a record of another amount, or a failed one."""
    for cells, kind in (({"金额": "+"}, "amount_differs"), ({"状态": "失败"}, "status_differs")):
        deal = plain(world, day, "ABC", world.moment(day, "23:59:00"))
        one = real_tender(deal)
        assert one.record is not None
        one.record.row |= cells | {"交易时间": clock(world.moment(day, "+00:02:00"))}
        if kind == "amount_differs":
            one.record.row["金额"] = yuan(one.amount + 5)
        one.record.day = day + 1
        plant_timing(world, deal, ours=True, stays=False)
        if day + 1 < len(world.dates):
            saying = Saying(kind, -5 if kind == "amount_differs" else one.amount)
            say_channel(world, deal, one, saying, later=1)


def surplus_near_the_cut_off(world: World, day: int) -> None:
    """A surplus near the cut-off waits for nobody."""
    deal = plain(world, day, "ABC", world.moment(day, "23:50:00"))
    one = real_tender(deal)
    assert one.record is not None
    world.loose.append(("channel", Placed(day=day, row=dict(one.record.row))))
    saying = Saying("duplicate_theirs", -one.amount, ours=False, why="A12")
    say_channel(world, deal, one, saying)


def record_a_day_late(world: World, day: int) -> None:
    """A record of tomorrow noon still belongs to the payment of its number."""
    deal = plain(world, day)
    one = real_tender(deal)
    assert one.record is not None
    one.record.row["交易时间"] = clock(deal.at + ONE_DAY)
    one.record.day = day + 1
    saying = Saying("missing_theirs", one.amount, ours=True, why="A9", last=day)
    say_channel(world, deal, one, saying)


def payment_a_day_late(world: World, day: int) -> None:
    """A payment comes with tomorrow's files: what was said today is settled then."""
    deal = plain(world, day)
    one = real_tender(deal)
    one.payment.day = day + 1
    saying = Saying("missing_ours", -one.amount, ours=False, why="A9", last=day)
    say_channel(world, deal, one, saying)
    say_unbalanced(world, deal, why="A9", last=day)


def shared_parts(world: World, day: int) -> None:
    """Two batches could each be paid by parts that the other may need as well."""
    alike_orders(world, day, money="shared parts")


def another_batch_named(world: World, day: int) -> None:
    """Money names one batch and has the amount of another."""
    alike_orders(world, day, money="names the other")


EDGES: list[Fault] = [
    refund_under_the_same_number,
    payment_thrice,
    payment_twice_and_no_record,
    failed_row_beside,
    failed_row_and_another_amount,
    nearest_of_two_amounts,
    half_failed,
    payment_without_bills,
    written_off_four_days_off,
    refunded_on_two_days,
    line_in_two_batches,
    nothing_to_pay,
    half_a_fen,
    fee_of_refund,
    timing_then_unlike,
    surplus_near_the_cut_off,
    record_a_day_late,
    payment_a_day_late,
    shared_parts,
    another_batch_named,
]
