"""Reading requests and what was said of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.approval.model import ApprovalRequest, ApprovalVote
from app.approval.rules import DECIDES, Action, RequestState, Verdict
from app.db.workspace import Actor
from app.identity.rules import permissions_of

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteView:
    """What one checker said."""

    checker_id: int
    checker_name: str
    at: datetime
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request with what was said of it; `amount_fen` None where it is not about money."""

    id: int
    action: Action
    object_type: str
    object_key: str
    digest: str
    payload: str
    amount_fen: int | None
    needed: int
    state: RequestState
    reason: str
    maker_id: int
    maker_name: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str
    end_reason: str
    votes: tuple[VoteView, ...]

    @property
    def agreed(self) -> int:
        """How many checkers have approved it."""
        return sum(1 for vote in self.votes if vote.verdict is Verdict.APPROVED)


def requests(
    session: Session,
    *,
    states: Collection[RequestState] = (RequestState.PENDING,),
    actions: Collection[Action] = (),
    limit: int = 1_000,
) -> list[RequestView]:
    """Return requests, the oldest first."""
    query = select(ApprovalRequest).order_by(ApprovalRequest.id).limit(limit)
    if states:
        query = query.where(ApprovalRequest.state.in_(states))
    if actions:
        query = query.where(ApprovalRequest.action.in_(actions))
    return _views(session, query)


def requests_by_id(session: Session, ids: Sequence[int]) -> list[RequestView]:
    """Return requests by their ids, in the order of the ids."""
    found: list[RequestView] = []
    for start in range(0, len(ids), _CHUNK):
        chosen = ApprovalRequest.id.in_(ids[start : start + _CHUNK])
        found += _views(session, select(ApprovalRequest).where(chosen))
    by_id = {one.id: one for one in found}
    return [by_id[id_] for id_ in ids if id_ in by_id]


def requests_about(session: Session, object_type: str, object_key: str) -> list[RequestView]:
    """Return all requests about one thing, the latest first."""
    query = (
        select(ApprovalRequest)
        .where(ApprovalRequest.object_type == object_type, ApprovalRequest.object_key == object_key)
        .order_by(ApprovalRequest.id.desc())
    )
    return _views(session, query)


def pending_about(
    session: Session, object_type: str, object_key: str, action: Action | None = None
) -> RequestView | None:
    """Return the pending request about a thing, or None."""
    for one in requests_about(session, object_type, object_key):
        if one.state is RequestState.PENDING and action in (None, one.action):
            return one
    return None


def may_decide(actor: Actor, request: RequestView) -> bool:
    """Return whether the actor could decide a request now: by role, and as another person."""
    held = permissions_of(actor.roles)
    if not DECIDES[request.action] & held:
        return False
    if actor.user_id == request.maker_id or actor.name == request.maker_name:
        return False
    return all(vote.checker_id != actor.user_id for vote in request.votes)


def waiting_for(session: Session, actor: Actor) -> int:
    """Return how many pending requests the actor could decide."""
    held = permissions_of(actor.roles)
    actions = [action for action, one_of in DECIDES.items() if one_of & held]
    if not actions:
        return 0
    voted = select(ApprovalVote.request_id).where(ApprovalVote.checker_id == actor.user_id)
    query = select(func.count()).where(
        ApprovalRequest.state == RequestState.PENDING,
        ApprovalRequest.action.in_(actions),
        ApprovalRequest.maker_id != actor.user_id,
        ApprovalRequest.maker_name != actor.name,
        ApprovalRequest.id.not_in(voted),
    )
    return session.execute(query).scalar_one()


def _views(session: Session, query: Select[ApprovalRequest]) -> list[RequestView]:
    rows = list(session.scalars(query))
    votes: dict[int, list[VoteView]] = {}
    ids = [row.id for row in rows]
    for start in range(0, len(ids), _CHUNK):
        chosen = ApprovalVote.request_id.in_(ids[start : start + _CHUNK])
        for vote in session.scalars(select(ApprovalVote).where(chosen).order_by(ApprovalVote.id)):
            votes.setdefault(vote.request_id, []).append(
                VoteView(**{name: getattr(vote, name) for name in VoteView.__slots__})
            )
    return [
        RequestView(
            votes=tuple(votes.get(row.id, ())),
            **{name: getattr(row, name) for name in RequestView.__slots__ if name != "votes"},
        )
        for row in rows
    ]
