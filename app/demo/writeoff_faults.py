"""Faults and decoys between our bill lines and the billing system's write-offs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.demo.almanac import DAY
from app.demo.clearer import shares
from app.demo.rows import Bill, Order
from app.demo.stage import Stage


def not_written_off(stage: Stage) -> None:
    """A bill was paid and is still open."""
    order = stage.order(stage.any_channel(), 2)
    _all_but_write_offs(stage, order)
    stage.book.write_off(order, order.bills[0])
    _ours(stage, "not_written_off", order, order.bills[1])


def not_reversed(stage: Stage) -> None:
    """A refund was paid and its bill is still written off."""
    order = stage.order(stage.any_channel())
    stage.book.settle(order)
    refund = stage.refund_of(order)
    _all_but_write_offs(stage, refund)
    _ours(stage, "not_written_off", refund, refund.bills[0], note="refund")


def written_off_unknown(stage: Stage) -> None:
    """A bill was written off for an order that nobody knows."""
    order = stage.order(stage.any_channel())
    number = stage.book.write_off(order, order.bills[0])
    _theirs(stage, "written_off_unpaid", order, (number, order.bills[0].amount_fen))


def written_off_failed(stage: Stage) -> None:
    """A bill was written off though its payment failed."""
    order = stage.order(stage.any_channel())._replace(status="失败")
    stage.book.state(order)
    number = stage.book.write_off(order, order.bills[0])
    _theirs(stage, "written_off_unpaid", order, (number, order.bills[0].amount_fen), note="failed")


def reversed_unpaid(stage: Stage) -> None:
    """A write-off was reversed though nothing was refunded."""
    order = stage.order(stage.any_channel())
    stage.book.settle(order)
    bill = order.bills[0]
    reversal = order._replace(refund=True, at=order.at + 300)
    number = stage.book.write_off(reversal, bill)
    _theirs(stage, "written_off_unpaid", reversal, (number, bill.amount_fen), note="reversal")


def amount_differs(stage: Stage) -> None:
    """A bill was written off with another amount than paid."""
    order = stage.order(stage.any_channel())
    _all_but_write_offs(stage, order)
    bill = order.bills[0]
    amount = bill.amount_fen + stage.rng.choice((-500, -1, 1, 20))
    number = stage.book.write_off(order, bill._replace(amount_fen=amount))
    stage.fault(
        ("writeoff", "amount_differs", "both"),
        (_line(order, bill), number),
        (bill.amount_fen, amount),
    )


def written_off_twice(stage: Stage) -> None:
    """A bill was written off twice; the later one is too many."""
    order = stage.order(stage.any_channel())
    _all_but_write_offs(stage, order)
    bill = order.bills[0]
    stage.book.write_off(order, bill, after=3)
    number = stage.book.write_off(order, bill, after=90)
    _theirs(stage, "duplicate_theirs", order, (number, bill.amount_fen))


def written_off_twice_differently(stage: Stage) -> None:
    """A bill was written off twice; the nearer one has another amount and is too many."""
    order = stage.order(stage.any_channel())
    _all_but_write_offs(stage, order)
    bill = order.bills[0]
    wrong = bill._replace(amount_fen=bill.amount_fen + 100)
    number = stage.book.write_off(order, wrong, after=1)
    stage.book.write_off(order, bill, after=600)
    _theirs(stage, "duplicate_theirs", order, (number, wrong.amount_fen), note="other amount")


def written_off_late(stage: Stage) -> None:
    """A bill's write-off comes with the next day's files and closes it."""
    order = stage.order(stage.any_channel())
    _all_but_write_offs(stage, order)
    stage.carried.write_offs.append((order, order.bills[0]))
    _ours(stage, "not_written_off", order, order.bills[0], closes=stage.has_next)


def bill_lost(stage: Stage) -> None:
    """The platform's list lacks one of an order's bills: the order does not balance."""
    order = stage.order(stage.any_channel(), 2)
    kept, lost = order.bills
    _all_but_write_offs(stage, order, bills=(kept,))
    stage.book.write_off(order, kept)
    number = stage.book.write_off(order, lost)
    _theirs(stage, "written_off_unpaid", order, (number, lost.amount_fen), note="lost")
    _unbalanced(stage, order, "follows from a bill that is not listed")


def bill_listed_twice(stage: Stage) -> None:
    """The platform lists a bill line twice: the order does not balance."""
    order = stage.order(stage.any_channel())
    bill = order.bills[0]
    _all_but_write_offs(stage, order, bills=(bill, bill))
    stage.book.write_off(order, bill)
    _ours(stage, "duplicate_ours", order, bill)
    _unbalanced(stage, order, "follows from a bill listed twice")


def paid_twice(stage: Stage) -> None:
    """One order pays a bill twice in two lines, and it is written off once."""
    order = _twice(stage)
    _all_but_write_offs(stage, order)
    stage.book.write_off(order, order.bills[0])
    _ours(stage, "not_written_off", order, order.bills[1], note="the later line of two alike")


def innocent_twins(stage: Stage) -> None:
    """One order pays a bill twice, and it is written off twice."""
    order = _twice(stage)
    stage.book.settle(order)
    for bill in order.bills:
        stage.decoy("writeoff", _line(order, bill), "a key twice on both sides")


def innocent_order_no(stage: Stage) -> None:
    """The billing system wrote a wrong order number; household, period and amount agree."""
    order = stage.order(stage.any_channel())
    _all_but_write_offs(stage, order)
    wrong = f"XX{order.order_no[2:]}"
    stage.book.write_off(order, order.bills[0], order_no=wrong)
    stage.decoy("writeoff", _line(order, order.bills[0]), "found by household and period")


def innocent_midnight(stage: Stage) -> None:
    """Paid before midnight, written off after it: the order's day counts."""
    end = (stage.day + 1) * DAY
    order = stage.order("EWALLET", at=end - 5)
    _all_but_write_offs(stage, order)
    stage.book.write_off(order, order.bills[0], after=60)
    stage.decoy("writeoff", _line(order, order.bills[0]), "written off after midnight")


WRITEOFF_FAULTS: Final[tuple[Callable[[Stage], None], ...]] = (
    not_written_off,
    not_reversed,
    written_off_unknown,
    written_off_failed,
    reversed_unpaid,
    amount_differs,
    written_off_twice,
    written_off_twice_differently,
    written_off_late,
    bill_lost,
    bill_listed_twice,
    paid_twice,
    innocent_twins,
    innocent_order_no,
    innocent_midnight,
)


def _all_but_write_offs(
    stage: Stage, order: Order, *, bills: tuple[Bill, ...] | None = None
) -> None:
    for tender in order.tenders:
        stage.book.pay(order, tender)
        stage.book.record(tender, order)
    for bill in order.bills if bills is None else bills:
        stage.book.bill(order, bill)
    stage.book.clear(order)


def _unbalanced(stage: Stage, order: Order, note: str) -> None:
    nets = sum(share.net_fen for share in shares(order))
    stage.fault(
        ("clearing", "order_unbalanced", "ours"), (order.order_no, ""), (0, nets), note=note
    )


def _twice(stage: Stage) -> Order:
    amount = 2000 + stage.maker.amount()
    order = stage.maker.plain(
        stage.day, stage.quiet(), stage.any_channel(), amounts=(amount, amount)
    )
    first, second = order.bills
    second = second._replace(
        household=first.household, customer=first.customer, period=first.period
    )
    return order._replace(bills=(first, second))


def _line(order: Order, bill: Bill) -> str:
    return f"{order.order_no}-{bill.line_no}"


def _ours(
    stage: Stage, kind: str, order: Order, bill: Bill, *, note: str = "", closes: bool = False
) -> None:
    stage.fault(
        ("writeoff", kind, "ours"),
        (_line(order, bill), ""),
        (order.sign * bill.amount_fen, 0),
        note=note,
        closes=closes,
    )


def _theirs(
    stage: Stage, kind: str, order: Order, entry: tuple[str, int], *, note: str = ""
) -> None:
    number, amount = entry
    stage.fault(("writeoff", kind, "theirs"), ("", number), (0, order.sign * amount), note=note)
