"""Fund arrival confirmation (资金到账确认单): one for each batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.arrivals.model import ArrivalConfirmation
from app.arrivals.queries import (
    ArrivalFilter,
    BankLine,
    ExpectedArrival,
    arrivals_of,
    bank_lines,
    expected_arrivals,
    is_live,
)
from app.arrivals.rules import ArrivalState, UnknownBatch
from app.base.capitals import capitals
from app.base.i18n import N_, _
from app.catalog import queries as catalog
from app.catalog.queries import AccountView
from app.discrepancies.model import Discrepancy
from app.discrepancies.rules import Resolution, Status
from app.intake.model import SourceFile
from app.intake.rules import Kind as EntryKind
from app.records.model import Arrival, ClearingBatch
from app.reporting.looks import money
from app.reporting.paper import Column, Field, Fields, Look, Paper, Row, Table, Text, Weight
from app.reporting.papers.common import (
    NOTHING,
    channel_names,
    chunks,
    day_wanted,
    iso,
    joined,
    masked_account,
    moment,
    own_name,
    short_hash,
    signed,
)
from app.reporting.rules import ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the papers of several batches share."""

    lines: dict[int, BankLine]
    files: dict[int, tuple[str, str]]
    batches: dict[int, ClearingBatch]
    reasons: dict[int, list[str]]
    channels: dict[str, str]
    accounts: dict[str, AccountView]


def arrival_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the confirmations of batches or confirmations named, or all confirmed ones of a day.

    Raises:
        UnknownBatch: One of them does not exist.
    """
    found = _named(session, wish.keys) if wish.keys else _of_day(session, wish)
    facts = _facts(session, found)
    return [_ready(one, facts, wish) for one in found]


def _named(session: Session, keys: Sequence[str]) -> list[ExpectedArrival]:
    ids: dict[str, int] = {}
    for chunk in chunks(keys):
        batches = select(ClearingBatch.batch_no, ClearingBatch.id)
        confirmed = select(ArrivalConfirmation.number, ArrivalConfirmation.batch_id)
        for query in (
            batches.where(ClearingBatch.batch_no.in_(chunk)),
            confirmed.where(ArrivalConfirmation.number.in_(chunk), is_live()),
        ):
            ids.update((key, id_) for key, id_ in session.execute(query))
    for key in keys:
        if key not in ids:
            raise UnknownBatch(batch=key)
    views = {one.batch_id: one for one in arrivals_of(session, set(ids.values()))}
    return [views[id_] for id_ in dict.fromkeys(ids[key] for key in keys)]


def _of_day(session: Session, wish: Wish) -> list[ExpectedArrival]:
    wanted = ArrivalFilter(
        day=day_wanted(session, wish),
        account_no=wish.account_no,
        organisation=wish.organisation,
        brought_forward=True,
    )
    return [one for one in expected_arrivals(session, wanted) if one.confirmation is not None]


def _facts(session: Session, found: Sequence[ExpectedArrival]) -> _Facts:
    lines = {line.id: line for line in bank_lines(session, {i for o in found for i in o.line_ids})}
    batches = {
        row.id: row
        for chunk in chunks([one.batch_id for one in found])
        for row in session.scalars(select(ClearingBatch).where(ClearingBatch.id.in_(chunk)))
    }
    return _Facts(
        lines=lines,
        files=_files(session, sorted(lines), [row.file_id for row in batches.values()]),
        batches=batches,
        reasons=_reasons(session, sorted(batches)),
        channels=channel_names(session),
        accounts={one.account_no: one for one in catalog.accounts(session)},
    )


def _files(
    session: Session, line_ids: Sequence[int], file_ids: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Name and SHA-256 of each bank line's file; of batches' files under the negated file id."""
    found: dict[int, tuple[str, str]] = {}
    for chunk in chunks(line_ids):
        query = (
            select(Arrival.id, SourceFile.name, SourceFile.sha256)
            .join(SourceFile, SourceFile.id == Arrival.file_id)
            .where(Arrival.id.in_(chunk))
        )
        found.update((id_, (own_name(name), sha)) for id_, name, sha in session.execute(query))
    for chunk in chunks(sorted(set(file_ids))):
        files = select(SourceFile).where(SourceFile.id.in_(chunk))
        found.update((-row.id, (own_name(row.name), row.sha256)) for row in session.scalars(files))
    return found


def _reasons(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """What is known of each batch's difference: kinds of discrepancies, and what people said."""
    found: dict[int, list[str]] = {}
    for chunk in chunks(ids):
        stands = or_(
            Discrepancy.status != Status.RESOLVED,
            Discrepancy.resolution.in_((Resolution.EXPLAINED, Resolution.ADJUSTED)),
        )
        query = select(Discrepancy).where(
            Discrepancy.ours_kind == EntryKind.CLEARING_BATCHES,
            Discrepancy.ours_id.in_(chunk),
            stands,
        )
        for row in session.scalars(query.order_by(Discrepancy.id)):
            assert row.ours_id is not None
            words = [label(row.kind), row.reason]
            said = _(N_(": ")).join(word for word in words if word)
            found.setdefault(row.ours_id, []).append(said)
    return found


def _ready(one: ExpectedArrival, facts: _Facts, wish: Wish) -> Ready:
    made = one.confirmation
    table = _table(one, facts)
    paper = Paper(
        kind=ReportKind.ARRIVAL,
        title=_(N_("Fund arrival confirmation")),
        unit=one.payee_name or one.payee,
        language=wish.tongue,
        subject=one.batch_no,
        period=one.business_on.isoformat(),
        blocks=(
            Fields(fields=tuple(_fields(one, facts)), beside=3),
            table,
            Fields(fields=_totals(one), beside=2),
            Text(text=_conclusion(one), weight=Weight.STRONG),
        ),
        signatures=(
            signed(N_("Confirmed by"), made.maker_name, made.made_at)
            if made
            else signed(N_("Confirmed by")),
            signed(N_("Checked by"), made.checker_name, made.checked_at)
            if made
            else signed(N_("Checked by")),
            signed(N_("Booked by")),
            signed(N_("Head of finance")),
        ),
        notes=tuple(_notes(one, facts)),
        landscape=True,
        form=wish.sheet,
    )
    return Ready(subject=made.number if made else one.batch_no, paper=paper)


def _fields(one: ExpectedArrival, facts: _Facts) -> list[Field]:
    made = one.confirmation
    lines = [facts.lines[id_] for id_ in one.line_ids]
    payer, payer_account, payer_bank = _payer(one, lines, facts)
    account = facts.accounts.get(one.account_no)
    return [
        Field(name=_(N_("Confirmation no.")), value=made.number if made else NOTHING),
        Field(name=_(N_("Confirmed on")), value=moment(made.made_at) if made else NOTHING),
        Field(name=_(N_("Batch no.")), value=one.batch_no),
        Field(name=_(N_("Business date")), value=one.business_on.isoformat(), look=Look.DAY),
        Field(name=_(N_("Clearing date")), value=one.clearing_on.isoformat(), look=Look.DAY),
        Field(name=_(N_("Due on")), value=one.due_on.isoformat(), look=Look.DAY),
        Field(name=_(N_("Payer")), value=payer),
        Field(name=_(N_("Payer's account")), value=payer_account),
        Field(name=_(N_("Payer's bank")), value=payer_bank),
        Field(
            name=_(N_("Payee")),
            value=one.payee_name or one.payee,
        ),
        Field(name=_(N_("Payee's account")), value=one.account_no),
        Field(name=_(N_("Payee's bank")), value=account.bank if account else NOTHING),
    ]


def _payer(one: ExpectedArrival, lines: Sequence[BankLine], facts: _Facts) -> tuple[str, str, str]:
    """Who paid: the channel or platform, and by which account the bank says."""
    name = facts.channels.get(one.channel, one.channel)
    others = dict.fromkeys(line.counterparty_account for line in lines if line.counterparty_account)
    known = [facts.accounts[number] for number in others if number in facts.accounts]
    banks = [account.bank for account in known]
    return name, joined(map(masked_account, others)), joined(banks)


def _table(one: ExpectedArrival, facts: _Facts) -> Table:
    rows = _rows(one, facts)
    batch = facts.batches[one.batch_id]
    return Table(
        name=_(N_("Arrivals")),
        columns=(
            Column(title=_(N_("Channel")), width=10),
            Column(title=_(N_("Trade date")), width=10, look=Look.DAY),
            Column(title=_(N_("Arrival date")), width=10, look=Look.DAY),
            Column(title=_(N_("Bank serial no.")), width=20),
            Column(title=_(N_("Count")), width=6, look=Look.COUNT),
            Column(title=_(N_("Expected")), width=13, look=Look.MONEY),
            Column(title=_(N_("Fee")), width=10, look=Look.MONEY),
            Column(title=_(N_("Arrived")), width=13, look=Look.MONEY),
            Column(title=_(N_("Difference")), width=11, look=Look.MONEY),
            Column(title=_(N_("Reason of the difference")), width=18),
            Column(title=_(N_("Clearing batch")), width=20),
        ),
        rows=tuple(rows),
        totals=(
            (
                _(N_("Total")),
                *(None, None, None),
                batch.line_count,
                one.expected_fen,
                batch.fee_fen,
                one.arrived_fen,
                one.difference_fen,
                None,
                None,
            ),
        ),
    )


def _rows(one: ExpectedArrival, facts: _Facts) -> list[Row]:
    """One row for each bank line: the first has the batch's own figures, the last what lacks."""
    batch = facts.batches[one.batch_id]
    channel = facts.channels.get(one.channel, one.channel)
    parts = _parts([facts.lines[id_] for id_ in one.line_ids], one.arrived_fen)
    rows: list[Row] = []
    left = one.expected_fen
    for place, (line, fen) in enumerate(parts):
        is_last = place == len(parts) - 1
        expected = left if is_last else fen
        left -= expected
        said = list(facts.reasons.get(one.batch_id, ())) if is_last else []
        if line is not None and line.amount_fen != fen:
            text = _(N_("of an arrival of {amount} for several batches"))
            said.append(text.format(amount=money(line.amount_fen, sign=True)))
        rows.append(
            (
                channel,
                one.business_on.isoformat(),
                line.booked_on.isoformat() if line else "",
                line.serial_no if line else NOTHING,
                batch.line_count if not place else None,
                expected,
                batch.fee_fen if not place else None,
                fen,
                expected - fen,
                _(N_("; ")).join(said),
                one.batch_no,
            )
        )
    return rows


def _parts(lines: Sequence[BankLine], arrived_fen: int) -> list[tuple[BankLine | None, int]]:
    """Divide what arrived for a batch among its bank lines: the last takes what is left."""
    if not lines:
        return [(None, arrived_fen)]
    ordered = sorted(lines, key=lambda line: (line.booked_on, line.id))
    parts: list[tuple[BankLine | None, int]] = []
    left = arrived_fen
    for line in ordered[:-1]:
        fen = max(min(line.amount_fen, left), 0) if left > 0 else min(max(line.amount_fen, left), 0)
        parts.append((line, fen))
        left -= fen
    return [*parts, (ordered[-1], left)]


def _totals(one: ExpectedArrival) -> tuple[Field, ...]:
    return (
        Field(name=_(N_("Arrived")), value=one.arrived_fen, look=Look.MONEY, strong=True),
        Field(name=_(N_("In capitals")), value=f"人民币{capitals(one.arrived_fen)}", strong=True),
    )


def _conclusion(one: ExpectedArrival) -> str:
    match one.state:
        case ArrivalState.ARRIVED | ArrivalState.CONFIRMED | ArrivalState.CHECKED if (
            not one.difference_fen
        ):
            return _(N_("Conclusion: arrived in full."))
        case _ if one.difference_fen < 0 < one.expected_fen:
            text = _(N_("Conclusion: {amount} more arrived than was expected."))
            return text.format(amount=money(-one.difference_fen, sign=True))
        case _ if one.arrived_fen:
            text = _(N_("Conclusion: arrived in part. Outstanding: {amount} ({words}), {when}."))
        case _:
            text = _(N_("Conclusion: not arrived. Outstanding: {amount} ({words}), {when}."))
    late = N_("was due on {day} and is overdue") if one.late else N_("expected by {day}")
    return text.format(
        amount=money(one.difference_fen, sign=True),
        words=capitals(one.difference_fen),
        when=_(late).format(day=one.due_on.isoformat()),
    )


def _notes(one: ExpectedArrival, facts: _Facts) -> list[str]:
    batch = facts.batches[one.batch_id]
    files = [facts.files[id_] for id_ in one.line_ids if id_ in facts.files]
    files.append(facts.files[-batch.file_id])
    text = _(N_("Rests on {file}, SHA-256 {hash} …"))
    said = [text.format(file=name, hash=short_hash(sha)) for name, sha in dict.fromkeys(files)]
    if one.confirmation and one.confirmation.business_on.isoformat() != iso(batch.business_on):
        counts = _(N_("Counts in the books of {day}."))
        said.append(counts.format(day=one.confirmation.business_on.isoformat()))
    return said
