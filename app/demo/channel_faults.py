"""Faults and decoys between our payments and the channels' statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.demo.clearer import shares
from app.demo.rows import Order, Tender
from app.demo.stage import Stage
from app.demo.world import BY_CODE

_HALF_HOUR: Final = 1800


def missing_theirs(stage: Stage) -> None:
    """The channel does not know a payment."""
    order = stage.order(stage.any_channel(), 1 + stage.rng.randrange(3))
    _without_records(stage, order)
    _fault(stage, "missing_theirs", order, side="ours")


def missing_theirs_refund(stage: Stage) -> None:
    """The channel does not know a refund."""
    order = stage.order(stage.any_channel())
    stage.book.settle(order)
    refund = stage.refund_of(order)
    _without_records(stage, refund)
    _fault(stage, "missing_theirs", refund, side="ours", note="refund")


def missing_ours(stage: Stage) -> None:
    """The channel has a payment that the platform never heard of."""
    order = stage.order(stage.any_channel())
    stage.book.record(order.tenders[0], order)
    _fault(stage, "missing_ours", order, side="theirs")


def missing_ours_refund(stage: Stage) -> None:
    """The channel paid a refund that the platform never heard of."""
    order = stage.order(stage.any_channel())
    stage.book.settle(order)
    refund = stage.refund_of(order)
    if refund.tenders[0].payment_no == order.tenders[0].payment_no:
        stage.decoy("channel", order.tenders[0].payment_no, "payment beside a missing refund")
    stage.book.record(refund.tenders[0], refund)
    _fault(stage, "missing_ours", refund, side="theirs", note="refund")


def amount_differs(stage: Stage) -> None:
    """Both sides know the payment, with different amounts."""
    order = stage.order(stage.any_channel())
    tender = order.tenders[0]
    amount = tender.amount_fen + stage.rng.choice((-100, -1, 1, 10, 900))
    fee = BY_CODE[tender.channel].fee_of(amount, refund=False)
    _without_records(stage, order)
    stage.book.record(tender._replace(amount_fen=amount, fee_fen=fee), order)
    stage.fault(
        ("channel", "amount_differs", "both"),
        (tender.payment_no, tender.payment_no),
        (tender.amount_fen, amount),
        channel=tender.channel,
    )


def failed_at_theirs(stage: Stage) -> None:
    """We say success, the channel says failure or still pending."""
    order = stage.order(stage.template_channel())
    _without_records(stage, order)
    status = stage.rng.choice(("失败", "处理中"))
    stage.book.record(order.tenders[0], order, status=status)
    _fault(stage, "status_differs", order, side="both", of="ours", note=status)


def pending_refund_at_wechat(stage: Stage) -> None:
    """We say that a refund is through, WeChat still works on it."""
    order = stage.order("WECHAT")
    stage.book.settle(order)
    refund = stage.refund_of(order)
    _without_records(stage, refund)
    stage.book.record(refund.tenders[0], refund, status="处理中")
    _fault(stage, "status_differs", refund, side="both", of="ours", note="refund")


def failed_at_ours(stage: Stage) -> None:
    """We say failure or pending, the channel says success: nothing is cleared or written off."""
    order = stage.order(stage.any_channel(), 1 + stage.rng.randrange(2))
    order = order._replace(status=stage.rng.choice(("失败", "处理中")))
    stage.book.state(order)
    stage.book.record(order.tenders[0], order, status="成功")
    _fault(stage, "status_differs", order, side="both", of="theirs", note=order.status)


def fee_differs(stage: Stage) -> None:
    """Both sides state a fee, and not the same one."""
    order = stage.order(stage.rng.choice(("ICBC", "ABC", "CCB", "CUP", "ALIPAY", "WECHAT")))
    tender = order.tenders[0]
    fee = (tender.fee_fen or 0) + stage.rng.choice((1, 2, 30))
    _without_records(stage, order)
    stage.book.record(tender._replace(fee_fen=fee), order)
    _fee_fault(stage, tender, (tender.fee_fen or 0, fee))


def fee_against_rule(stage: Stage) -> None:
    """Only the channel states a fee, and it is not what its rule gives."""
    order = stage.order("CMB")  # The platform bears its fees: clearing is not touched.
    tender = order.tenders[0]
    stage.book.pay(order, tender._replace(fee_fen=None))
    fee = (tender.fee_fen or 0) + 7
    stage.book.record(tender._replace(fee_fen=fee), order)
    _bills(stage, order)
    _fee_fault(stage, tender, (tender.fee_fen or 0, fee), note="ours is empty, the rule says so")


def duplicate_theirs(stage: Stage) -> None:
    """The channel charged the same payment twice."""
    order = stage.order(stage.any_channel())
    stage.book.settle(order)
    again = _with_other_txn(stage, order.tenders[0])
    stage.book.record(again._replace(at=again.at + 40), order)
    _fault(stage, "duplicate_theirs", order, side="theirs")


def duplicate_ours(stage: Stage) -> None:
    """The platform lists a payment twice: the order no longer balances."""
    order = stage.order(stage.any_channel())
    tender = order.tenders[0]
    stage.book.pay(order, tender)
    stage.book.pay(order, tender)
    stage.book.record(tender, order)
    for bill in order.bills:
        stage.book.bill(order, bill)
        stage.book.write_off(order, bill)
    _fault(stage, "duplicate_ours", order, side="ours")
    cleared = stage.rng.random() < 0.5  # noqa: PLR2004 - one half of them
    if cleared:
        stage.book.clear(order)
    nets = sum(share.net_fen for share in shares(order)) if cleared else 0
    stage.fault(
        ("clearing", "order_unbalanced", "ours"),
        (order.order_no, ""),
        (0, nets),
        note="follows from a payment listed twice",
    )


def payment_lost(stage: Stage) -> None:
    """The platform's list lacks one of an order's two payments: the order does not balance."""
    day, at = stage.day, stage.quiet()
    first, second = (
        stage.maker.tender(channel, 2000 + stage.maker.amount(), day, at)
        for channel in ("WECHAT", stage.template_channel())
    )
    total = first.amount_fen + second.amount_fen
    order = stage.maker.compose(day, at, (second, first), (total,))
    stage.book.pay(order, second)
    stage.book.record(first, order)
    stage.book.record(second, order)
    _bills(stage, order)
    _fault(stage, "missing_ours", order._replace(tenders=(first,)), side="theirs", note="lost")
    stage.fault(
        ("clearing", "order_unbalanced", "ours"),
        (order.order_no, ""),
        (0, shares(order)[0].net_fen),
        note="follows from a payment that is not listed",
    )


def late_at_theirs(stage: Stage) -> None:
    """We book before the cut-off, the channel after it: the next day closes it."""
    channel = stage.any_channel()
    end = stage.end_of(channel)
    order = stage.order(channel, at=end - stage.rng.randrange(1, _HALF_HOUR))
    _without_records(stage, order)
    later = order.tenders[0]._replace(at=end + stage.rng.randrange(_HALF_HOUR))
    stage.carried.records.append((later, order))
    stage.waiting("ours", order.tenders[0], closes=stage.has_next)


def late_at_ours(stage: Stage) -> None:
    """The channel books before the cut-off, we after it: the next day closes it."""
    channel = stage.any_channel()
    end = stage.end_of(channel)
    at = end + stage.rng.randrange(_HALF_HOUR)
    order = stage.maker.plain(stage.day + 1, at, channel, amounts=(2000 + stage.maker.amount(),))
    early = order.tenders[0]._replace(at=end - stage.rng.randrange(1, _HALF_HOUR))
    stage.book.record(early, order)
    stage.carried.orders.append(order)
    stage.waiting("theirs", early, closes=stage.has_next)


def lost_at_cutoff(stage: Stage) -> None:
    """Entries near a cut-off whose partner never comes, to the second of the window."""
    channel = stage.any_channel()
    end = stage.end_of(channel)
    inside = stage.order(channel, at=end - _HALF_HOUR)
    _without_records(stage, inside)
    stage.waiting("ours", inside.tenders[0], closes=False, note="exactly 30 minutes")
    outside = stage.order(channel, at=end - _HALF_HOUR - 1)
    _without_records(stage, outside)
    _fault(stage, "missing_theirs", outside, side="ours", note="a second too early to wait")
    begin = end - 86_400
    after = stage.order(channel, at=begin + _HALF_HOUR)
    stage.book.record(after.tenders[0], after)
    stage.waiting("theirs", after.tenders[0], closes=False, note="after the last cut-off")


def innocent_statuses(stage: Stage) -> None:
    """Failures on both sides, on ours alone, and a failed try before the success."""
    channel = stage.template_channel()
    failed = stage.order(channel)._replace(status="失败")
    stage.book.state(failed)
    stage.book.record(failed.tenders[0], failed)
    stage.decoy("channel", failed.tenders[0].payment_no, "failed on both sides")
    alone = stage.order(stage.any_channel())._replace(status="处理中")
    stage.book.state(alone)
    stage.decoy("channel", alone.tenders[0].payment_no, "pending with us alone")
    tried = stage.order(channel)
    stage.book.settle(tried)
    first = _with_other_txn(stage, tried.tenders[0])
    stage.book.record(first._replace(at=first.at - 30), tried, status="失败")
    stage.decoy("channel", first.payment_no, "failed at first, then through")


def innocent_fees(stage: Stage) -> None:
    """A fee on one side only, as the rule gives it, or without a rule."""
    ours = stage.order(stage.rng.choice(("ABC", "CCB", "CUP")))
    _without_records(stage, ours)
    stage.book.record(ours.tenders[0]._replace(fee_fen=None), ours)
    stage.decoy("channel", ours.tenders[0].payment_no, "theirs states no fee")
    theirs = stage.order("CMB")
    stage.book.pay(theirs, theirs.tenders[0]._replace(fee_fen=None))
    stage.book.record(theirs.tenders[0], theirs)
    _bills(stage, theirs)
    stage.decoy("channel", theirs.tenders[0].payment_no, "ours states no fee, theirs the rule's")
    free = stage.order("PSBC")
    _without_records(stage, free)
    stage.book.record(free.tenders[0]._replace(fee_fen=33), free)
    stage.decoy("channel", free.tenders[0].payment_no, "a fee without a rule")


def innocent_numbers(stage: Stage) -> None:
    """A refund under the payment's number, equal amounts, a garbled payment number."""
    order = stage.order(stage.rng.choice(("ICBC", "ABC", "BCM")))
    stage.book.settle(order)
    refund = stage.refund_of(order)
    tender = refund.tenders[0]._replace(payment_no=order.tenders[0].payment_no)
    stage.book.settle(refund._replace(tenders=(tender,)))
    stage.decoy("channel", tender.payment_no, "refund under the payment's number")
    channel = stage.any_channel()
    amount = 2000 + stage.maker.amount()
    for _ in range(4):
        twin = stage.maker.plain(stage.day, stage.quiet(), channel, amounts=(amount,))
        stage.book.settle(twin)
        stage.decoy("channel", twin.tenders[0].payment_no, "equal amounts")
    garbled = stage.order(stage.any_channel())
    _without_records(stage, garbled)
    wrong = garbled.tenders[0]._replace(payment_no=f"X{garbled.tenders[0].payment_no[1:]}")
    stage.book.record(wrong, garbled)
    stage.decoy("channel", garbled.tenders[0].payment_no, "found by the channel's number")


def innocent_times(stage: Stage) -> None:
    """Both sides within seconds of a cut-off, on the same day."""
    channel = stage.any_channel()
    end = stage.end_of(channel)
    for at in (end - 2, end - 86_400, end - 86_400 + 1):
        order = stage.order(channel, at=at)
        stage.book.settle(order, delay=1)
        stage.decoy("channel", order.tenders[0].payment_no, "at the cut-off")


CHANNEL_FAULTS: Final[tuple[Callable[[Stage], None], ...]] = (
    missing_theirs,
    missing_theirs_refund,
    missing_ours,
    missing_ours_refund,
    amount_differs,
    failed_at_theirs,
    pending_refund_at_wechat,
    failed_at_ours,
    fee_differs,
    fee_against_rule,
    duplicate_theirs,
    duplicate_ours,
    payment_lost,
    late_at_theirs,
    late_at_ours,
    lost_at_cutoff,
    innocent_statuses,
    innocent_fees,
    innocent_numbers,
    innocent_times,
)


def _without_records(stage: Stage, order: Order) -> None:
    stage.book.state(order)
    for bill in order.bills:
        stage.book.write_off(order, bill)
    stage.book.clear(order)


def _bills(stage: Stage, order: Order) -> None:
    for bill in order.bills:
        stage.book.bill(order, bill)
        stage.book.write_off(order, bill)
    stage.book.clear(order)


def _with_other_txn(stage: Stage, tender: Tender) -> Tender:
    number = f"{stage.maker.number() % 1_000_000:06d}"
    return tender._replace(txn_no=f"{tender.txn_no[:-7]}{number}9")


def _fault(
    stage: Stage,
    kind: str,
    order: Order,
    *,
    side: str,
    of: str = "",
    note: str = "",
) -> None:
    """Note a fault of an order's payment; `of` is the side with the money, else the only one."""
    tender = order.tenders[0]
    signed = order.sign * tender.amount_fen
    money = of or side
    stage.fault(
        ("channel", kind, side),
        (
            "" if side == "theirs" else tender.payment_no,
            "" if side == "ours" else tender.payment_no,
        ),
        (signed if money == "ours" else 0, signed if money == "theirs" else 0),
        channel=tender.channel,
        note=note,
    )


def _fee_fault(stage: Stage, tender: Tender, fees: tuple[int, int], *, note: str = "") -> None:
    stage.fault(
        ("channel", "fee_differs", "both"),
        (tender.payment_no, tender.payment_no),
        fees,
        channel=tender.channel,
        note=note,
    )
