"""Why a step with matches and discrepancies is refused."""

from __future__ import annotations

from app.base.errors import NotFound, UserError, WrongInput
from app.base.i18n import N_


class UnknownKey(NotFound):
    """No open entry has this key."""

    template = N_("There is no open entry {key} on the side “{side}” of this task.")


class NotEqual(UserError):
    """Both sides of a match by hand have different sums."""

    template = N_("The sums differ: ours {ours}, theirs {theirs}. Adjust the difference first.")


class AlreadyMatched(UserError):
    """Someone matched it in the meantime."""

    template = N_("{key} is already matched (match {match}, {by}).")


class MatchConfirmed(UserError):
    """The arrival that a match says came is confirmed."""

    template = N_(
        "Match {id} belongs to an arrival that is confirmed. Take the confirmation back first."
    )


class UnknownMatch(NotFound):
    """There is no such match."""

    template = N_("There is no match {id}.")


class UnknownDiscrepancy(NotFound):
    """There is no such discrepancy."""

    template = N_("There is no discrepancy {id}.")


class ReasonNeeded(WrongInput):
    """The step needs a reason."""

    template = N_("Give a reason.")


class UnknownAssignee(NotFound):
    """There is no such user."""

    template = N_("There is no active user “{name}”.")


class NothingChosen(WrongInput):
    """A match needs entries."""

    template = N_("Choose the entries that belong together, on both sides or with a sum of zero.")


class TooMany(WrongInput):
    """More at once than is sensible."""

    template = N_("At most {most} can be taken at once; {count} were chosen.")


class UnknownEntries(NotFound):
    """Entries went away with their file."""

    template = N_("An entry that was chosen is no longer there: its file was replaced.")


class UnderApproval(UserError):
    """An adjustment of an entry waits for approval."""

    template = N_("Discrepancy {id} waits for the approval of its adjustment.")


class InSuspense(UserError):
    """Its money was parked by an adjustment."""

    template = N_(
        "Discrepancy {id} is in suspense. Claim or pay out its money, or have its adjustment"
        " reversed."
    )


class PartlyAdjusted(UserError):
    """Vouchers were posted about a part of it."""

    template = N_(
        "A part of discrepancy {id} is adjusted already: have its adjustment reversed first."
    )


class TakenApartAlready(UserError):
    """Somebody was faster."""

    template = N_("Match {id} was already taken apart by {by}.")


class Ambiguous(UserError):
    """Two suggestions want the same entry."""

    template = N_("Two of these suggestions share an entry. Choose between them one by one.")


class UnknownSuggestion(NotFound):
    """The suggestion is gone: its entries were matched or the day was run again."""

    template = N_("This suggestion no longer holds. What it is about was matched or run again.")


class ChangedSince(UserError):
    """Something was built on a step, so that it cannot be taken back any more."""

    template = N_("This cannot be taken back: {who} went on working with it.")


class SomebodyElses(UserError):
    """People take back their own steps only."""

    template = N_("This was done by {by}; only {by} can take it back.")
