"""Faults and decoys between the clearing lines we expect and those received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.demo.clearer import Batch, collection_channel, shares
from app.demo.rows import Order, Share
from app.demo.stage import Stage
from app.demo.world import ALL, NORMAL_PAYEES, PAYEE

_LATE: Final = "comes a day late"
_FEE_CHANNELS: Final = ("ICBC", "ABC", "CCB", "CUP", "ALIPAY", "WECHAT")


def missing_theirs(stage: Stage) -> None:
    """The clearer left a line out."""
    order = stage.order(stage.any_channel(), 2)
    _all_but_clearing(stage, order)
    kept, lost = shares(order)
    stage.book.line(order, kept, _batch(stage, order, kept))
    _fault(stage, "missing_theirs", order, ours=lost)


def missing_theirs_refund(stage: Stage) -> None:
    """The clearer forgot a refund."""
    order = stage.order(stage.any_channel())
    stage.book.settle(order)
    refund = stage.refund_of(order)
    _all_but_clearing(stage, refund)
    _fault(stage, "missing_theirs", refund, ours=shares(refund)[0], note="refund")


def late_line(stage: Stage) -> None:
    """A line comes in the next day's batch, which closes it."""
    order = stage.order(stage.any_channel())
    _all_but_clearing(stage, order)
    share = shares(order)[0]
    stage.carried.lines.append((order, share))
    _fault(stage, "missing_theirs", order, ours=share, note=_LATE)


def missing_ours(stage: Stage) -> None:
    """The clearer cleared an order that nobody knows."""
    order = stage.order(stage.any_channel())
    stage.book.clear(order)
    _fault(stage, "missing_ours", order, theirs=shares(order)[0])


def cleared_failed(stage: Stage) -> None:
    """The clearer cleared an order whose payment failed."""
    order = stage.order(stage.any_channel())._replace(status="失败")
    stage.book.state(order)
    stage.book.clear(order)
    _fault(stage, "missing_ours", order, theirs=shares(order)[0], note="failed")


def fee_share_differs(stage: Stage) -> None:
    """A line bears another fee than its order's."""
    order = stage.order(stage.rng.choice(_FEE_CHANNELS), 2)
    first, second = shares(order)
    more = 1 + stage.rng.randrange(40)
    _cleared_as(stage, order, [first._replace(fee_fen=first.fee_fen + more), second])


def paid_differs(stage: Stage) -> None:
    """A line was cleared with another amount than was paid."""
    order = stage.order(stage.any_channel())
    share = shares(order)[0]
    bill = share.bill._replace(amount_fen=share.bill.amount_fen - stage.rng.choice((1, 100)))
    _cleared_as(stage, order, [share._replace(bill=bill)])


def shares_swapped(stage: Stage) -> None:
    """A line bears a fen too much of the fee and one too little of the promotion."""
    order = _with_promotion(stage)
    first, *others = shares(order)
    wrong = first._replace(fee_fen=first.fee_fen + 1, promotion_fen=first.promotion_fen - 1)
    _cleared_as(stage, order, [wrong, *others])


def refund_fee_kept(stage: Stage) -> None:
    """A refund returns the fee, the clearer does not hand it on."""
    order = stage.order("ICBC")
    stage.book.settle(order)
    refund = stage.refund_of(order)
    share = shares(refund)[0]
    _cleared_as(stage, refund, [share._replace(fee_fen=0)])


def payee_differs(stage: Stage) -> None:
    """A line stands under another payee."""
    order = stage.order(stage.any_channel())
    _all_but_clearing(stage, order)
    share = shares(order)[0]
    other = (share.bill.payee + 1) % NORMAL_PAYEES
    stage.book.line(order, share, stage.book.batch(other, collection_channel(order)))
    _fault(stage, "payee_differs", order, ours=share, theirs=share)


def unbalanced_left_out(stage: Stage) -> None:
    """An order's bills say more than was paid; the clearer leaves it out."""
    order = _unbalanced(stage, 700)
    _unbalanced_fault(stage, order, 0)


def unbalanced_cleared(stage: Stage) -> None:
    """An order's bills say less than was paid; the clearer takes it all the same."""
    order = _unbalanced(stage, -300)
    stage.book.clear(order)
    _unbalanced_fault(stage, order, sum(share.net_fen for share in shares(order)))


def duplicate_theirs(stage: Stage) -> None:
    """A line was cleared twice in the same batch."""
    order = stage.order(stage.any_channel())
    stage.book.settle(order)
    share = shares(order)[0]
    stage.book.line(order, share, _batch(stage, order, share))
    _fault(stage, "duplicate_theirs", order, theirs=share)


def duplicate_in_other_batch(stage: Stage) -> None:
    """A line was cleared once more in the payee's batch of all channels."""
    order = stage.order(stage.any_channel())
    stage.book.settle(order)
    share = shares(order)[0]
    stage.book.line(order, share, stage.book.batch(share.bill.payee, ALL))
    _fault(stage, "duplicate_theirs", order, theirs=share)


def duplicate_ours(stage: Stage) -> None:
    """Two bills of an order have the same line number; one line was cleared."""
    order = stage.order("EWALLET", 2)
    first, second = order.bills
    order = order._replace(bills=(first, second._replace(line_no=first.line_no)))
    _all_but_clearing(stage, order)
    kept, surplus = shares(order)
    stage.book.line(order, kept, _batch(stage, order, kept))
    _fault(stage, "duplicate_ours", order, ours=surplus)


def innocent_batch(stage: Stage) -> None:
    """A line moved to the payee's batch of all channels."""
    order = stage.order(stage.any_channel())
    _all_but_clearing(stage, order)
    share = shares(order)[0]
    stage.book.line(order, share, stage.book.batch(share.bill.payee, ALL))
    stage.decoy("clearing", _line(order, share), "in another batch of its payee")


def innocent_ties(stage: Stage) -> None:
    """A fee and a promotion spread over equal bills: the odd fen go to the first lines."""
    day, at = stage.day, stage.quiet()
    tender = stage.maker.tender("ALIPAY", 8999, day, at)
    red = stage.maker.promotion(("电费红包", PAYEE), 1, day, at)
    order = stage.maker.compose(day, at, (tender, red), (3000, 3000, 3000))
    stage.book.settle(order)
    stage.decoy("clearing", order.order_no, "ties of the largest remainder")


CLEARING_FAULTS: Final[tuple[Callable[[Stage], None], ...]] = (
    missing_theirs,
    missing_theirs_refund,
    late_line,
    missing_ours,
    cleared_failed,
    fee_share_differs,
    paid_differs,
    shares_swapped,
    refund_fee_kept,
    payee_differs,
    unbalanced_left_out,
    unbalanced_cleared,
    duplicate_theirs,
    duplicate_in_other_batch,
    duplicate_ours,
    innocent_batch,
    innocent_ties,
)


def plant_in_headers(stage: Stage) -> None:
    """Falsify the headers of a few batches: counts, sums, accounts."""
    batches = [
        batch
        for batch in stage.book.batches
        if batch.payee < NORMAL_PAYEES
        and batch.payee not in stage.whole_payees
        and batch.clearing_day == stage.day + 1
        and batch.net_fen > 0
    ]
    stage.rng.shuffle(batches)
    for falsify in (_count_wrong, _gross_and_fee_wrong, _net_wrong, _account_wrong, _other_account):
        if batches:
            batch = batches.pop()
            batch.marked = True
            falsify(stage, batch)


def _count_wrong(stage: Stage, batch: Batch) -> None:
    batch.count += 1
    _total_fault(stage, batch, (batch.net_fen, batch.net_fen), "count")


def _gross_and_fee_wrong(stage: Stage, batch: Batch) -> None:
    batch.gross_fen += 50
    batch.fee_fen += 50
    _total_fault(stage, batch, (batch.net_fen, batch.net_fen), "gross and fee, net right")


def _net_wrong(stage: Stage, batch: Batch) -> None:
    right = batch.net_fen
    batch.gross_fen += 200
    _total_fault(stage, batch, (batch.net_fen, right), "gross and net; paid as the header says")


def _account_wrong(stage: Stage, batch: Batch) -> None:
    batch.account_no = f"6226000{stage.rng.randrange(10**9, 10**10)}81"
    _account_fault(stage, batch, "an account that nobody knows")


def _other_account(stage: Stage, batch: Batch) -> None:
    batch.account_no = stage.group_account
    _account_fault(stage, batch, "the group's account")


def _total_fault(stage: Stage, batch: Batch, nets: tuple[int, int], note: str) -> None:
    no = batch.batch_no
    stage.fault(("clearing", "total_differs", "theirs"), ("", no), nets, note=note)


def _account_fault(stage: Stage, batch: Batch, note: str) -> None:
    no, net = batch.batch_no, batch.net_fen
    stage.fault(("clearing", "account_differs", "theirs"), ("", no), (net, net), note=note)


def _all_but_clearing(stage: Stage, order: Order) -> None:
    stage.book.state(order)
    for tender in order.tenders:
        stage.book.record(tender, order)
    if order.status == "成功":
        for bill in order.bills:
            stage.book.write_off(order, bill)


def _batch(stage: Stage, order: Order, share: Share) -> Batch:
    return stage.book.batch(share.bill.payee, collection_channel(order), order.order_no)


def _cleared_as(stage: Stage, order: Order, parts: list[Share]) -> None:
    """Clear an order with shares of which the first is wrong."""
    _all_but_clearing(stage, order)
    for share in parts:
        stage.book.line(order, share, _batch(stage, order, share))
    _fault(stage, "amount_differs", order, ours=shares(order)[0], theirs=parts[0])


def _with_promotion(stage: Stage) -> Order:
    day, at = stage.day, stage.quiet()
    red = stage.maker.promotion(("电费红包", PAYEE), 600, day, at)
    tender = stage.maker.tender(stage.rng.choice(_FEE_CHANNELS), 5400, day, at)
    return stage.maker.compose(day, at, (tender, red), (4000, 2000))


def _unbalanced(stage: Stage, more_fen: int) -> Order:
    order = stage.order(stage.any_channel())
    bill = order.bills[0]
    order = order._replace(bills=(bill._replace(amount_fen=bill.amount_fen + more_fen),))
    _all_but_clearing(stage, order)
    return order


def _unbalanced_fault(stage: Stage, order: Order, net_fen: int) -> None:
    stage.fault(("clearing", "order_unbalanced", "ours"), (order.order_no, ""), (0, net_fen))


def _line(order: Order, share: Share) -> str:
    return f"{order.order_no}-{share.bill.line_no}"


def _fault(
    stage: Stage,
    kind: str,
    order: Order,
    *,
    ours: Share | None = None,
    theirs: Share | None = None,
    note: str = "",
) -> None:
    side = "both" if ours and theirs else "ours" if ours else "theirs"
    stage.fault(
        ("clearing", kind, side),
        (_line(order, ours) if ours else "", _line(order, theirs) if theirs else ""),
        (
            order.sign * ours.net_fen if ours else 0,
            order.sign * theirs.net_fen if theirs else 0,
        ),
        note=note,
        closes=note == _LATE and stage.has_next,
    )
