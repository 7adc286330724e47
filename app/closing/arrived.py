"""What came onto the bank accounts, as it is booked when a day closes: confirmed and checked.

Debited are the bank, the batch's fees, and the promotions and subsidies that the payee bears;
credited is the receivable of the batch's channel with the sum. What an adjustment has put on the
bank already (money beyond what was due) is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from app.adjustments.model import Adjustment, AdjustmentCase, Voucher, VoucherEntry
from app.adjustments.posting import Behind, Line
from app.adjustments.rules import TEMPLATES, AdjustmentStatus, VoucherKind
from app.arrivals.model import ArrivalConfirmation, ArrivalConfirmationLine
from app.arrivals.money import chunks
from app.arrivals.rules import ConfirmationStatus
from app.catalog.rules import Purpose
from app.closing.subsidies import subsidies
from app.closing.sums import Sums
from app.discrepancies.model import Discrepancy, DiscrepancyLeg
from app.intake.rules import Kind as EntryKind
from app.matching.rules import Kind, Side, Task
from app.records.model import ClearingBatch

_ON_BANK = frozenset(
    one.kind
    for one in TEMPLATES
    if one.task is Task.ARRIVAL and one.debit is Purpose.BANK and Kind.OVER_ARRIVAL in one.fits
)
"""Adjustments that book what came beyond what was due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What is booked on one account of a payee, and the entries behind it."""

    payee: str
    account_no: str
    lines: tuple[Line, ...]
    entries: tuple[Behind, ...]
    confirmations: int


@dataclass(slots=True, kw_only=True)
class _Confirmed:
    """A checked confirmation with its batch, and what of it is booked here, in fen."""

    id: int
    batch_id: int
    batch_no: str
    payee: str
    account_no: str
    channel: str
    expected_fen: int
    bank_fen: int
    fee_fen: int
    promotion_fen: int
    subsidy_fen: int = 0
    lines: dict[int, int] = field(default_factory=dict)

    @property
    def credit_fen(self) -> int:
        """What the channel owes no more."""
        return self.bank_fen + self.fee_fen + self.promotion_fen


def arrivals(session: Session, days: Sequence[int]) -> Iterator[Arrived]:
    """Return what checked confirmations of these days book, by payee and account."""
    found = _confirmed(session, days)
    _take_out_adjusted(session, found)
    _split_promotions(session, [one for one in found if one.promotion_fen])
    groups: dict[tuple[str, str], list[_Confirmed]] = defaultdict(list)
    for one in found:
        groups[one.payee, one.account_no].append(one)
    for (payee, account_no), own in sorted(groups.items()):
        yield Arrived(
            payee=payee,
            account_no=account_no,
            lines=_lines(payee, account_no, own),
            entries=tuple(_behind(own)),
            confirmations=len(own),
        )


def _lines(payee: str, account_no: str, own: Sequence[_Confirmed]) -> tuple[Line, ...]:
    sums = Sums()
    for one in own:
        parts = (
            Line(purpose=Purpose.BANK, account_no=account_no, debit_fen=one.bank_fen),
            Line(purpose=Purpose.FINANCE_COST, debit_fen=one.fee_fen),
            Line(purpose=Purpose.PROMOTIONS, debit_fen=one.promotion_fen - one.subsidy_fen),
            Line(purpose=Purpose.SUBSIDIES_PAYABLE, debit_fen=one.subsidy_fen),
        )
        for line in parts:
            sums.add_line(payee, line, debit=True)
        owed = Line(
            purpose=Purpose.CHANNEL_RECEIVABLE, channel=one.channel, credit_fen=one.credit_fen
        )
        sums.add_line(payee, owed, debit=False)
    return next(iter(sums.by_payee()))[1]


def _behind(own: Iterable[_Confirmed]) -> Iterator[Behind]:
    batches: dict[int, int] = defaultdict(int)
    lines: dict[int, int] = defaultdict(int)
    for one in own:
        batches[one.batch_id] += one.credit_fen
        for id_, fen in one.lines.items():
            lines[id_] += fen
    for kind, parts in ((EntryKind.CLEARING_BATCHES, batches), (EntryKind.ARRIVALS, lines)):
        for id_, fen in sorted(parts.items()):
            yield Behind(kind=kind, id=id_, amount_fen=fen)


def _confirmed(session: Session, days: Sequence[int]) -> list[_Confirmed]:
    row = ArrivalConfirmation
    query = (
        select(row, ClearingBatch)
        .join(ClearingBatch, ClearingBatch.id == row.batch_id)
        .where(row.business_on.in_(days), row.status == ConfirmationStatus.CHECKED)
        .order_by(row.id)
    )
    rows = session.execute(query).all()
    before = _booked(session, [batch.id for _row, batch in rows])
    found = []
    for confirmation, batch in rows:
        # Fees and promotions of a batch are booked once, with the first of its money.
        first = batch.id not in before
        before.add(batch.id)
        found.append(
            _Confirmed(
                id=confirmation.id,
                batch_id=batch.id,
                batch_no=batch.batch_no,
                payee=batch.payee,
                account_no=batch.account_no,
                channel=batch.channel,
                expected_fen=confirmation.expected_fen,
                bank_fen=confirmation.arrived_fen,
                fee_fen=batch.fee_fen if first else 0,
                promotion_fen=batch.promotion_fen if first else 0,
            )
        )
    _with_lines(session, found)
    return found


def _booked(session: Session, batch_ids: Sequence[int]) -> set[int]:
    """The batches that a voucher which was not reversed has booked."""
    red = aliased(Voucher)
    return {
        id_
        for chunk in chunks(batch_ids)
        for id_ in session.scalars(
            select(VoucherEntry.entry_id)
            .join(Voucher, Voucher.id == VoucherEntry.voucher_id)
            .outerjoin(red, red.reverses_id == Voucher.id)
            .where(
                VoucherEntry.entry_kind == EntryKind.CLEARING_BATCHES,
                VoucherEntry.entry_id.in_(chunk),
                Voucher.kind == VoucherKind.ARRIVALS,
                red.id.is_(None),
            )
        )
    }


def _with_lines(session: Session, found: Sequence[_Confirmed]) -> None:
    """Say how much of each bank line each confirmation books: one may pay several batches."""
    by_id = {one.id: one for one in found}
    left: dict[int, int] = {}
    of: dict[int, list[int]] = defaultdict(list)
    for chunk in chunks(list(by_id)):
        line = ArrivalConfirmationLine
        query = (
            select(line.confirmation_id, line.arrival_id, line.amount_fen)
            .where(line.confirmation_id.in_(chunk))
            .order_by(line.confirmation_id, line.arrival_id)
        )
        for confirmation_id, arrival_id, fen in session.execute(query):
            of[confirmation_id].append(arrival_id)
            left.setdefault(arrival_id, fen)
    for one in found:
        wanted = one.bank_fen
        for id_ in of[one.id]:
            part = _at_most(wanted, left[id_])
            one.lines[id_] = part
            left[id_] -= part
            wanted -= part
        if wanted and of[one.id]:
            one.lines[of[one.id][-1]] += wanted


def _at_most(wanted: int, there: int) -> int:
    """As much of what is there as is wanted, both of one sign."""
    if wanted >= 0:
        return max(min(wanted, there), 0)
    return min(max(wanted, there), 0)


def _take_out_adjusted(session: Session, found: Sequence[_Confirmed]) -> None:
    """Leave out what adjustments of the same bank lines have put on the bank."""
    owners: dict[int, list[_Confirmed]] = defaultdict(list)
    for one in found:
        for id_ in one.lines:
            owners[id_].append(one)
    for fen, lines in _adjusted(session, list(owners)):
        own = {one.id: one for id_ in lines for one in owners.get(id_, ())}
        chosen = [own[id_] for id_ in sorted(own)]
        rest = fen
        for one in chosen:
            part = min(rest, max(one.bank_fen - one.expected_fen, 0))
            _reduce(one, lines, part)
            rest -= part
        if rest and chosen:
            _reduce(chosen[-1], lines, rest)


def _reduce(one: _Confirmed, lines: Sequence[int], fen: int) -> None:
    if not fen:
        return
    one.bank_fen -= fen
    place = next(id_ for id_ in reversed(list(one.lines)) if id_ in lines)
    one.lines[place] -= fen


def _adjusted(session: Session, line_ids: Sequence[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """What was booked for each discrepancy about these bank lines, with its bank lines."""
    ids = sorted(set(_about(session, line_ids)))
    for chunk in chunks(ids):
        query = (
            select(Discrepancy.id, Discrepancy.theirs_id, func.sum(AdjustmentCase.share_fen))
            .join(AdjustmentCase, AdjustmentCase.discrepancy_id == Discrepancy.id)
            .join(Adjustment, Adjustment.id == AdjustmentCase.adjustment_id)
            .where(
                Discrepancy.id.in_(chunk),
                AdjustmentCase.live,
                Adjustment.status == AdjustmentStatus.APPROVED,
                Adjustment.kind.in_(sorted(_ON_BANK)),
            )
            .group_by(Discrepancy.id, Discrepancy.theirs_id)
            .order_by(Discrepancy.id)
        )
        for id_, first, fen in session.execute(query).all():
            legs = select(DiscrepancyLeg.entry_id).where(
                DiscrepancyLeg.discrepancy_id == id_, DiscrepancyLeg.side == Side.THEIRS
            )
            own = {first, *session.scalars(legs)} - {None}
            yield int(fen), tuple(sorted(own))


def _about(session: Session, line_ids: Sequence[int]) -> Iterator[int]:
    of_arrival = Discrepancy.task == Task.ARRIVAL
    over = Discrepancy.kind == Kind.OVER_ARRIVAL
    for chunk in chunks(line_ids):
        yield from session.scalars(
            select(Discrepancy.id).where(of_arrival, over, Discrepancy.theirs_id.in_(chunk))
        )
        leg = and_(
            DiscrepancyLeg.discrepancy_id == Discrepancy.id,
            DiscrepancyLeg.side == Side.THEIRS,
            DiscrepancyLeg.entry_id.in_(chunk),
        )
        yield from session.scalars(
            select(Discrepancy.id).join(DiscrepancyLeg, leg).where(of_arrival, over)
        )


def _split_promotions(session: Session, found: Sequence[_Confirmed]) -> None:
    """Say how much of each batch's promotions are subsidies: those the payee owes anyway."""
    by_no = {one.batch_no: one for one in found}
    for batch_no, fen in subsidies(session, list(by_no)).items():
        by_no[batch_no].subsidy_fen = fen
