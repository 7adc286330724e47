"""Words of maker and checker: what needs a second person, and the life of a request.

Source: domain.md §5 and §9, reliability.md (approval).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from app.audit.rules import canonical
from app.base.errors import NotFound, UserError, WrongInput
from app.base.i18n import N_
from app.identity.rules import Permission

FRESH_FOR = timedelta(minutes=5)
"""Who decides must have given his password within this time."""

MOST_CHECKERS = 2
"""No request needs more."""


class Action(StrEnum):
    """What a second person has to agree to."""

    POST_ADJUSTMENT = "post_adjustment"
    REVERSE_ADJUSTMENT = "reverse_adjustment"
    CHANGE_ACCOUNT = "change_account"
    CHANGE_CHANNEL = "change_channel"
    CHANGE_SETTING = "change_setting"
    CHANGE_PURPOSE = "change_purpose"
    REOPEN_DAY = "reopen_day"
    APPROVE_STATEMENT = "approve_statement"


class RequestState(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class Verdict(StrEnum):
    """What a checker said."""

    APPROVED = "approved"
    RETURNED = "returned"


ALLOWED: dict[RequestState, frozenset[RequestState]] = {
    RequestState.PENDING: frozenset(
        {
            RequestState.APPROVED,
            RequestState.RETURNED,
            RequestState.WITHDRAWN,
            RequestState.VOID,
        }
    ),
    RequestState.APPROVED: frozenset(),
    RequestState.RETURNED: frozenset(),
    RequestState.WITHDRAWN: frozenset(),
    RequestState.VOID: frozenset(),
}
"""Which state may follow which: only what is pending is decided, once."""

DECIDES: Mapping[Action, frozenset[Permission]] = {
    Action.POST_ADJUSTMENT: frozenset({Permission.APPROVE}),
    Action.REVERSE_ADJUSTMENT: frozenset({Permission.APPROVE}),
    Action.CHANGE_ACCOUNT: frozenset({Permission.APPROVE, Permission.SET_LIMITS}),
    Action.CHANGE_CHANNEL: frozenset({Permission.APPROVE, Permission.SET_LIMITS}),
    Action.CHANGE_SETTING: frozenset({Permission.APPROVE, Permission.SET_LIMITS}),
    Action.CHANGE_PURPOSE: frozenset({Permission.APPROVE, Permission.SET_LIMITS}),
    Action.REOPEN_DAY: frozenset({Permission.APPROVE, Permission.REOPEN_DAY}),
    Action.APPROVE_STATEMENT: frozenset({Permission.APPROVE}),
}
"""Any one of these permissions is enough to decide; administrators have none of them."""


class UnknownRequest(NotFound):
    """There is no such request."""

    template = N_("There is no request {id} for approval.")


class OwnRequest(UserError):
    """Maker and checker are one person."""

    template = N_("You made this request yourself. Somebody else has to decide it.")


class AlreadyVoted(UserError):
    """The second checker is another person than the first."""

    template = N_("You have approved this already. A second person has to approve it as well.")


class AlreadyDecided(UserError):
    """Somebody was faster."""

    template = N_("This was already decided ({state}) by {by} at {at}.")


class RequestChanged(UserError):
    """What is to be approved is not what was shown."""

    template = N_("What you looked at has changed since. Nothing was approved. Look at it again.")


class PasswordNeeded(UserError):
    """The last password is too old for a decision."""

    template = N_("Enter your password again: it was last given more than five minutes ago.")


class AlreadyRequested(UserError):
    """A request of this kind about this object is pending."""

    template = N_("A request about {what} already waits for approval, made by {by}.")


class NotYourRequest(UserError):
    """Only its maker withdraws a request."""

    template = N_("Only {by}, who made the request, can withdraw it.")


class WhyReturned(WrongInput):
    """A request is returned only with a reason."""

    template = N_("Say why it is returned.")


def digest_of(content: object) -> str:
    """Return the fingerprint of what a checker sees; another one means that it changed."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()
