"""Asking for a second person's consent, and giving, refusing or withdrawing it.

What is approved is carried out by the step that asked; here stands only who said what.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.approval.model import ApprovalRequest, ApprovalVote
from app.approval.rules import (
    ALLOWED,
    DECIDES,
    FRESH_FOR,
    Action,
    AlreadyDecided,
    AlreadyRequested,
    AlreadyVoted,
    NotYourRequest,
    OwnRequest,
    PasswordNeeded,
    RequestChanged,
    RequestState,
    UnknownRequest,
    Verdict,
    WhyReturned,
)
from app.audit import service as audit
from app.audit.rules import Verb, canonical
from app.base.dates import CHINA
from app.base.errors import NotAllowed
from app.base.failpoints import reach
from app.db.locks import alone
from app.db.workspace import Actor, Tx
from app.identity.rules import permissions_of

_OBJECT = "approval_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a maker wants approved; `digest` is the fingerprint of what checkers will see.

    `payload` is the change as JSON where it stands nowhere else, `amount_fen` None where it is
    not about money, `needed` how many checkers have to agree.
    """

    action: Action
    object_type: str
    object_key: str
    digest: str
    payload: object = None
    amount_fen: int | None = None
    needed: int = 1
    reason: str = ""


def submit(tx: Tx, *, asked: Asked) -> int:
    """Ask for approval and return the id of the request.

    Raises:
        AlreadyRequested: One about the same thing is pending.
    """
    # Two makers at once: the second one finds the first one's request, not a broken index.
    alone(tx, f"{_OBJECT} {asked.object_type} {asked.object_key}")
    pending = _pending(tx, asked.object_type, asked.object_key, asked.action)
    if pending is not None:
        raise AlreadyRequested(what=asked.object_key, by=pending.maker_name)
    row = ApprovalRequest(
        action=asked.action,
        object_type=asked.object_type,
        object_key=asked.object_key,
        digest=asked.digest,
        payload=canonical(asked.payload),
        amount_fen=asked.amount_fen,
        needed=asked.needed,
        state=RequestState.PENDING,
        reason=asked.reason,
        maker_id=tx.actor.user_id,
        maker_name=tx.actor.name,
        made_at=tx.at,
        ended_by="",
        end_reason="",
    )
    tx.session.add(row)
    tx.session.flush()
    after = {
        "action": asked.action.value,
        "digest": asked.digest,
        "amount_fen": asked.amount_fen,
        "needed": asked.needed,
        "request": row.id,
        "reason": asked.reason,
    }
    if asked.payload is not None:
        after["change"] = canonical(asked.payload)
    audit.record(tx, Verb.SUBMITTED, asked.object_type, asked.object_key, after=after)
    return row.id


def approve(tx: Tx, *, request_id: int, now: str, seen: str | None = None) -> bool:
    """Approve a request as a checker; return whether enough have agreed now.

    `now` is the digest of what stands there now, `seen` that of what the checker looked at.

    Raises:
        NotAllowed: The actor may not decide such requests.
        PasswordNeeded: The password was last given more than five minutes ago.
        OwnRequest: The actor made it himself.
        AlreadyVoted: He has approved it before.
        AlreadyDecided: It is no longer pending.
        RequestChanged: What is to be approved changed since it was submitted or seen.
    """
    row = _decidable(tx, request_id)
    if now != row.digest or seen not in (None, row.digest):
        raise RequestChanged
    tx.session.add(_vote(tx, row, Verdict.APPROVED, ""))
    tx.session.flush()
    agreed = len(
        tx.session.scalars(
            select(ApprovalVote.id).where(
                ApprovalVote.request_id == row.id, ApprovalVote.verdict == Verdict.APPROVED
            )
        ).all()
    )
    audit.record(
        tx,
        Verb.APPROVED,
        row.object_type,
        row.object_key,
        after={"request": row.id, "digest": row.digest, "agreed": agreed, "needed": row.needed},
    )
    reach("approve.vote")
    if agreed < row.needed:
        return False
    _end(tx, row, RequestState.APPROVED, "")
    return True


def send_back(tx: Tx, *, request_id: int, reason: str) -> None:
    """Return a request to its maker with a reason.

    Raises:
        WhyReturned: The reason is empty.
        NotAllowed: The actor may not decide such requests.
        OwnRequest: The actor made it himself.
        AlreadyDecided: It is no longer pending.
    """
    if not reason.strip():
        raise WhyReturned
    row = _decidable(tx, request_id)
    tx.session.add(_vote(tx, row, Verdict.RETURNED, reason.strip()))
    tx.session.flush()  # while the request is pending: afterwards nobody says anything of it
    _end(tx, row, RequestState.RETURNED, reason.strip())
    after = {"request": row.id, "reason": reason.strip()}
    audit.record(tx, Verb.RETURNED, row.object_type, row.object_key, after=after)


def withdraw(tx: Tx, *, request_id: int) -> None:
    """Take a request back as its maker.

    Raises:
        NotYourRequest: Somebody else made it.
        AlreadyDecided: It is no longer pending.
    """
    row = _locked(tx, request_id)
    if row.maker_id != tx.actor.user_id:
        raise NotYourRequest(by=row.maker_name)
    _end(tx, row, RequestState.WITHDRAWN, "")
    audit.record(tx, Verb.WITHDRAWN, row.object_type, row.object_key, after={"request": row.id})


def void(tx: Tx, *, object_type: str, object_key: str, why: str) -> int | None:
    """End the pending request about a thing that was changed; return its id, None without one."""
    row = _pending(tx, object_type, object_key)
    if row is None:
        return None
    _end(tx, row, RequestState.VOID, why)
    after = {"request": row.id, "reason": why}
    audit.record(tx, Verb.WITHDRAWN, object_type, object_key, after=after)
    return row.id


def require_decider(actor: Actor, action: Action) -> None:
    """Return if the actor may decide requests of this kind.

    Raises:
        NotAllowed: He may not.
    """
    if not DECIDES[action] & permissions_of(actor.roles):
        raise NotAllowed(name=actor.name, permission=min(DECIDES[action]))


def require_fresh(tx: Tx) -> None:
    """Return if the actor gave his password within the last five minutes.

    Raises:
        PasswordNeeded: He did not.
    """
    if tx.actor.proved_at is None or tx.at - tx.actor.proved_at > FRESH_FOR:
        raise PasswordNeeded


def _decidable(tx: Tx, request_id: int) -> ApprovalRequest:
    row = _locked(tx, request_id)
    require_decider(tx.actor, row.action)
    require_fresh(tx)
    # By person: one who came in under a second name with the same account is the same.
    if tx.actor.user_id == row.maker_id or tx.actor.name == row.maker_name:
        raise OwnRequest
    said = select(ApprovalVote.id).where(
        ApprovalVote.request_id == row.id, ApprovalVote.checker_id == tx.actor.user_id
    )
    if row.state is RequestState.PENDING and tx.session.scalars(said).first() is not None:
        raise AlreadyVoted
    _require_pending(row, RequestState.APPROVED)
    return row


def _locked(tx: Tx, request_id: int) -> ApprovalRequest:
    row = tx.session.get(ApprovalRequest, request_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise UnknownRequest(id=request_id)
    return row


def _pending(
    tx: Tx, object_type: str, object_key: str, action: Action | None = None
) -> ApprovalRequest | None:
    query = select(ApprovalRequest).where(
        ApprovalRequest.object_type == object_type,
        ApprovalRequest.object_key == object_key,
        ApprovalRequest.state == RequestState.PENDING,
    )
    if action is not None:
        query = query.where(ApprovalRequest.action == action)
    return tx.session.scalars(query.with_for_update()).first()


def _require_pending(row: ApprovalRequest, then: RequestState) -> None:
    if then in ALLOWED[row.state]:
        return
    assert row.ended_at is not None
    at = row.ended_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    raise AlreadyDecided(state=row.state, by=row.ended_by, at=at)


def _vote(tx: Tx, row: ApprovalRequest, verdict: Verdict, reason: str) -> ApprovalVote:
    return ApprovalVote(
        request_id=row.id,
        maker_id=row.maker_id,
        checker_id=tx.actor.user_id,
        checker_name=tx.actor.name,
        at=tx.at,
        verdict=verdict,
        digest=row.digest,
        reason=reason,
    )


def _end(tx: Tx, row: ApprovalRequest, state: RequestState, reason: str) -> None:
    _require_pending(row, state)
    row.state, row.ended_at = state, tx.at
    row.ended_by, row.end_reason = tx.actor.name, reason
    tx.session.flush()
