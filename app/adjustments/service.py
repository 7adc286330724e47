"""Adjustments: drafted and submitted by one person, approved, returned or reversed by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, insert, select

from app.adjustments import effects
from app.adjustments.drafting import Draft, Plan, plan, require_whole
from app.adjustments.model import Adjustment, AdjustmentAttachment, AdjustmentCase, SuspenseMove
from app.adjustments.posting import Person, Posted, ToPost, post, reverse
from app.adjustments.refusals import (
    AllTakenUp,
    DoesNotFit,
    NotAdjustable,
    NothingNamed,
    NotYourAdjustment,
    OwnAdjustment,
    ScopeDiffers,
    TooLarge,
    UnknownAdjustment,
    WhyReversed,
)
from app.adjustments.rules import (
    AdjustmentKind,
    AdjustmentStatus,
    VoucherKind,
    letter_of,
    number_of,
    require_step,
)
from app.adjustments.seeing import digest, draft_of
from app.adjustments.subjects import book_day
from app.approval import service as approval
from app.approval.queries import RequestView, pending_about
from app.approval.rules import Action, RequestChanged
from app.audit import service as audit
from app.audit.rules import Verb
from app.base.failpoints import reach
from app.base.i18n import member_name
from app.base.money import yuan
from app.calendar.service import DAYS_LOCK, require_open
from app.catalog.queries import setting
from app.catalog.rules import SettingName
from app.db import counters
from app.db.locks import alone, together
from app.db.workspace import Tx
from app.discrepancies.rules import RECONCILE_LOCK, Status
from app.identity.rules import Permission
from app.identity.service import require

OBJECT = "adjustment"
_TAKING_UP = "taking up differences"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of an adjustment; `voucher` is the number of what it posted, "" without one."""

    number: str
    kind: AdjustmentKind
    status: AdjustmentStatus
    amount_fen: int
    voucher: str = ""
    letter: str = ""


def draft(tx: Tx, *, wanted: Draft) -> str:
    """Draft an adjustment and return its number; it takes up its differences from now on.

    Raises:
        NothingToAdjust: It is about nothing.
        DoesNotFit: The kind is not for one of the differences.
        NotAdjustable: One of them is settled or waits for approval.
        TooLarge: The amount is more than is left.
        SeveralPayees: They belong to several payees.
        SmallLimit: The difference is too large to be written off as small.
        DayClosed: The day in whose books it would count is closed.
    """
    require(tx.actor, Permission.ADJUST)
    _keep_still(tx)
    made = plan(tx.session, draft=wanted, lock=True)
    require_open(tx, made.business_on)
    year = made.business_on.year
    row = Adjustment(
        number=number_of(year, counters.take(tx, f"{OBJECT} {year}")),
        kind=wanted.kind,
        status=AdjustmentStatus.DRAFT,
        letter_no="",
        maker_id=tx.actor.user_id,
        maker_name=tx.actor.name,
        made_at=tx.at,
        checker_name="",
        end_reason="",
        **_values(wanted, made),
    )
    tx.session.add(row)
    tx.session.flush()
    _write_parts(tx, row, made)
    reach("adjust.draft")
    audit.record(tx, Verb.CREATED, OBJECT, row.number, after=_told(row, made))
    return row.number


def revise(tx: Tx, *, number: str, wanted: Draft) -> None:
    """Write a draft, or one that was returned, anew.

    Raises:
        UnknownAdjustment: There is no such adjustment.
        NotYourAdjustment: Somebody else made it.
        WrongState: It is submitted or done.
    """
    require(tx.actor, Permission.ADJUST)
    _keep_still(tx)
    row = _own(tx, number)
    if row.status is not AdjustmentStatus.DRAFT:
        require_step(row.status, AdjustmentStatus.SUBMITTED)
    before = {"amount_fen": row.amount_fen, "reason": row.reason, "kind": row.kind.value}
    for table in (AdjustmentCase, SuspenseMove):
        tx.session.execute(delete(table).where(table.adjustment_id == row.id))
    made = plan(tx.session, draft=wanted, lock=True)
    require_open(tx, made.business_on)
    row.kind = wanted.kind
    for name, value in _values(wanted, made).items():
        setattr(row, name, value)
    tx.session.flush()
    _write_parts(tx, row, made)
    audit.record(tx, Verb.CHANGED, OBJECT, row.number, before=before, after=_told(row, made))


def submit(tx: Tx, *, number: str) -> Done:
    """Ask for the approval of an adjustment.

    Raises:
        UnknownAdjustment: There is no such adjustment.
        NotYourAdjustment: Somebody else made it.
        WrongState: It was submitted before.
        WhyAdjusted: It has no reason.
        DayClosed: The day in whose books it counts is closed.
    """
    require(tx.actor, Permission.ADJUST)
    _keep_still(tx)
    row = _own(tx, number)
    require_step(row.status, AdjustmentStatus.SUBMITTED)
    wanted = draft_of(tx.session, row)
    effects.revive(tx, row)
    made = _planned(tx, row, wanted)
    require_whole(tx.session, draft=wanted, made=made)
    require_open(tx, row.business_on)
    if row.kind is AdjustmentKind.CLEARING_CORRECTION and not row.letter_no:
        year = row.business_on.year
        row.letter_no = letter_of(year, counters.take(tx, f"letter {year}"))
    cases = effects.cases_of(tx, row)
    effects.take_up(tx, row, cases)
    row.status = AdjustmentStatus.SUBMITTED
    tx.session.flush()
    two = abs(row.amount_fen) >= setting(tx.session, SettingName.SECOND_CHECKER_FEN)
    approval.submit(
        tx,
        asked=approval.Asked(
            action=Action.POST_ADJUSTMENT,
            object_type=OBJECT,
            object_key=row.number,
            digest=digest(tx.session, row, made.lines),
            amount_fen=row.amount_fen,
            needed=2 if two else 1,
            reason=row.reason,
        ),
    )
    reach("adjust.submit")
    return _done(row)


def approve(
    tx: Tx,
    *,
    numbers: Sequence[str],
    seen: Mapping[str, str] | None = None,
    agreed: tuple[int, int] | None = None,
) -> list[Done]:
    """Approve adjustments: post their vouchers and settle their discrepancies.

    `seen` are the digests of what the checker looked at, by number; `agreed` are count and sum in
    fen of a batch as he was told them.

    Raises:
        UnknownAdjustment: One of them does not exist.
        WrongState: One of them does not wait for approval.
        NotAllowed: The actor is no checker.
        PasswordNeeded: The password was last given more than five minutes ago.
        OwnRequest: The actor made one of them himself.
        RequestChanged: What one of them is about changed since it was submitted or seen.
        ScopeDiffers: Count or sum are not what was agreed to.
        DayClosed: The day in whose books one of them counts is closed.
    """
    approval.require_decider(tx.actor, Action.POST_ADJUSTMENT)
    _keep_still(tx)
    rows = [_locked(tx, number) for number in _named(numbers)]
    _require_agreed(rows, agreed)
    return [_approve(tx, row, (seen or {}).get(row.number)) for row in rows]


def send_back(tx: Tx, *, number: str, reason: str) -> Done:
    """Return an adjustment to its maker with a reason.

    Raises:
        UnknownAdjustment: There is no such adjustment.
        WrongState: It does not wait for approval.
        OwnRequest: The actor made it himself.
        WhyReturned: The reason is empty.
    """
    approval.require_decider(tx.actor, Action.POST_ADJUSTMENT)
    _keep_still(tx)
    row = _locked(tx, number)
    require_step(row.status, AdjustmentStatus.RETURNED)
    approval.send_back(tx, request_id=_request(tx, row).id, reason=reason)
    row.status, row.end_reason = AdjustmentStatus.RETURNED, reason.strip()
    _free(tx, row)
    return _done(row)


def give_back_changed(tx: Tx, *, number: str, why: str) -> None:
    """Return one that waits for approval to its maker, since it is not what was submitted.

    Raises:
        UnknownAdjustment: There is no such adjustment.
        WrongState: It does not wait for approval.
    """
    _keep_still(tx)
    row = _locked(tx, number)
    require_step(row.status, AdjustmentStatus.RETURNED)
    approval.void(tx, object_type=OBJECT, object_key=number, why=why)
    row.status, row.end_reason = AdjustmentStatus.RETURNED, why
    _free(tx, row)


def withdraw(tx: Tx, *, number: str) -> Done:
    """Take an adjustment back as its maker; it is never approved any more.

    Raises:
        UnknownAdjustment: There is no such adjustment.
        NotYourAdjustment: Somebody else made it.
        WrongState: It is approved or reversed.
    """
    require(tx.actor, Permission.ADJUST)
    _keep_still(tx)
    row = _own(tx, number)
    require_step(row.status, AdjustmentStatus.WITHDRAWN)
    if row.status is AdjustmentStatus.SUBMITTED:
        approval.withdraw(tx, request_id=_request(tx, row).id)
    before = row.status.value
    row.status = AdjustmentStatus.WITHDRAWN
    _free(tx, row)
    audit.record(
        tx,
        Verb.WITHDRAWN,
        OBJECT,
        row.number,
        before={"status": before},
        after={"status": row.status.value},
    )
    return _done(row)


def reverse_adjustment(tx: Tx, *, number: str, reason: str) -> Done:
    """Reverse an approved adjustment: a red-letter voucher, and its discrepancies come back.

    Raises:
        UnknownAdjustment: There is no such adjustment.
        WrongState: It is not approved.
        WhyReversed: The reason is empty.
        OwnAdjustment: The actor made it himself.
        PasswordNeeded: The password was last given more than five minutes ago.
        BuiltOn: A confirmed arrival rests on it.
        ItemMoved: Something that it parked was claimed or paid out.
    """
    approval.require_decider(tx.actor, Action.REVERSE_ADJUSTMENT)
    if not reason.strip():
        raise WhyReversed
    _keep_still(tx)
    row = _locked(tx, number)
    require_step(row.status, AdjustmentStatus.REVERSED)
    if row.maker_id == tx.actor.user_id or row.maker_name == tx.actor.name:
        raise OwnAdjustment(number=row.number)
    approval.require_fresh(tx)
    effects.undo(tx, row)
    reach("reverse.effects")
    posted = _reversal(tx, row, reason.strip())
    row.status, row.end_reason = AdjustmentStatus.REVERSED, reason.strip()
    row.reversal_id = posted.id if posted else None
    # What was settled is settled no more: the status of the adjustment counts there.
    tx.session.flush()
    audit.record(
        tx,
        Verb.REVERSED,
        OBJECT,
        row.number,
        before={"status": AdjustmentStatus.APPROVED.value},
        after={
            "status": row.status.value,
            "reason": row.end_reason,
            "voucher": posted.number if posted else "",
        },
    )
    return replace(_done(row), voucher=posted.number if posted else "")


def _approve(tx: Tx, row: Adjustment, seen: str | None) -> Done:
    require_step(row.status, AdjustmentStatus.APPROVED)
    request = _request(tx, row)
    if any(case.status is not Status.SUBMITTED for case in effects.cases_of(tx, row)):
        raise RequestChanged
    try:
        made = _planned(tx, row, draft_of(tx.session, row))
    except (AllTakenUp, DoesNotFit, NotAdjustable, TooLarge) as changed:
        raise RequestChanged from changed
    now = digest(tx.session, row, made.lines)
    if not approval.approve(tx, request_id=request.id, now=now, seen=seen):
        return _done(row)
    posted = _post(tx, row, made) if made.lines else None
    row.status = AdjustmentStatus.APPROVED
    row.checker_id, row.checker_name, row.checked_at = tx.actor.user_id, tx.actor.name, tx.at
    row.voucher_id = posted.id if posted else None
    tx.session.flush()
    reach("approve.posted")
    effects.apply(tx, row, made, posted)
    reach("approve.effects")
    return replace(_done(row), voucher=posted.number if posted else "")


def _post(tx: Tx, row: Adjustment, made: Plan) -> Posted:
    attached = tx.session.scalars(
        select(AdjustmentAttachment.id).where(AdjustmentAttachment.adjustment_id == row.id)
    )
    return post(
        tx,
        wanted=ToPost(
            payee=row.payee,
            business_on=row.business_on,
            kind=VoucherKind.ADJUSTMENT,
            summary=_summary(row),
            source=row.number,
            lines=tuple(replace(line, summary=_summary(row)) for line in made.lines),
            maker=Person(id=row.maker_id, name=row.maker_name),
            checker=Person(id=tx.actor.user_id, name=tx.actor.name),
            attachments=len(attached.all()),
        ),
    )


def _reversal(tx: Tx, row: Adjustment, why: str) -> Posted | None:
    if row.voucher_id is None:
        return None
    day = book_day(tx.session, [row.business_on])
    return reverse(
        tx,
        voucher_id=row.voucher_id,
        business_on=day,
        maker=Person(id=tx.actor.user_id, name=tx.actor.name),
        why=why,
    )


def _summary(row: Adjustment) -> str:
    about = row.household or row.claimant or row.original_payment_no
    return " ".join(part for part in (member_name(row.kind), about, row.reason) if part)


def _planned(tx: Tx, row: Adjustment, wanted: Draft) -> Plan:
    """What an adjustment books now: on its own day, with the shares that stand in its parts."""
    seen = replace(wanted, payee=row.payee)
    made = plan(tx.session, draft=seen, own=row.id)
    return replace(made, business_on=row.business_on)


def _write_parts(tx: Tx, row: Adjustment, made: Plan) -> None:
    """Write what an adjustment takes up."""
    for table, parts, names in (
        (AdjustmentCase, made.cases, ("discrepancy_id", "share_fen")),
        (SuspenseMove, made.moves, ("item_id", "amount_fen")),
    ):
        if parts:
            rows = [
                {"adjustment_id": row.id, names[0]: one.id, names[1]: one.fen, "live": True}
                for one in parts
            ]
            tx.session.execute(insert(table), rows)
    for one in made.cases:
        # What has a note is not forgotten by a run.
        effects.note(tx, one.id, row)


def _values(wanted: Draft, made: Plan) -> dict[str, object]:
    return {
        "payee": made.payee,
        "business_on": made.business_on,
        "amount_fen": made.amount_fen,
        "account_no": made.account_no,
        "channel": made.channel,
        "household": wanted.household.strip(),
        "claimant": wanted.claimant.strip(),
        "original_payment_no": wanted.original_payment_no.strip(),
        "reason_code": wanted.reason_code or None,
        "reason": wanted.reason.strip(),
    }


def _free(tx: Tx, row: Adjustment) -> None:
    cases = effects.cases_of(tx, row)
    effects.drop(tx, row)
    effects.let_go(tx, cases)
    tx.session.flush()


def _keep_still(tx: Tx) -> None:
    """Let nobody close a day or reconcile meanwhile, and nobody else take up differences."""
    together(tx, DAYS_LOCK)
    together(tx, RECONCILE_LOCK)
    alone(tx, _TAKING_UP)


def _request(tx: Tx, row: Adjustment) -> RequestView:
    found = pending_about(tx.session, OBJECT, row.number, Action.POST_ADJUSTMENT)
    if found is None:
        raise RequestChanged
    return found


def _own(tx: Tx, number: str) -> Adjustment:
    row = _locked(tx, number)
    if row.maker_id != tx.actor.user_id:
        raise NotYourAdjustment(by=row.maker_name, number=row.number)
    return row


def _locked(tx: Tx, number: str) -> Adjustment:
    query = (
        select(Adjustment)
        .where(Adjustment.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = tx.session.scalars(query).one_or_none()
    if row is None:
        raise UnknownAdjustment(number=number)
    return row


def _named(numbers: Sequence[str]) -> list[str]:
    if not numbers:
        raise NothingNamed
    return list(dict.fromkeys(numbers))


def _require_agreed(rows: Sequence[Adjustment], agreed: tuple[int, int] | None) -> None:
    count, fen = len(rows), sum(row.amount_fen for row in rows)
    if agreed is not None and agreed != (count, fen):
        raise ScopeDiffers(count=count, sum=yuan(fen))


def _told(row: Adjustment, made: Plan) -> dict[str, object]:
    """What the log says of an adjustment."""
    return {
        "kind": row.kind.value,
        "payee": row.payee,
        "day": row.business_on,
        "amount_fen": row.amount_fen,
        "reason": row.reason,
        "discrepancies": [[one.id, one.fen] for one in made.cases],
        "items": [[one.id, one.fen] for one in made.moves],
        "household": row.household,
        "claimant": row.claimant,
        "original": row.original_payment_no,
    }


def _done(row: Adjustment) -> Done:
    return Done(
        number=row.number,
        kind=row.kind,
        status=row.status,
        amount_fen=row.amount_fen,
        letter=row.letter_no,
    )
