"""Why a step with adjustments, vouchers or suspense is refused."""

from __future__ import annotations

from app.base.errors import NotFound, UserError, WrongInput
from app.base.i18n import N_


class UnknownAdjustment(NotFound):
    """There is no such adjustment."""

    template = N_("There is no adjustment “{number}”.")


class UnknownVoucher(NotFound):
    """There is no such voucher."""

    template = N_("There is no voucher “{number}”.")


class UnknownItem(NotFound):
    """There is no such item in suspense."""

    template = N_("There is no item {id} in suspense.")


class NotInSuspense(UserError):
    """A claim is about money that was parked."""

    template = N_("Discrepancy {id} is not in suspense. Park its money first (来款挂账).")


class NothingToAdjust(WrongInput):
    """An adjustment is about discrepancies or about items in suspense, not both and not neither."""

    template = N_("Name the discrepancies, or the items in suspense, that it is about.")


class DoesNotFit(UserError):
    """This kind of adjustment is not for this kind of difference."""

    template = N_(
        "“{kind}” does not fit discrepancy {id} ({differs}, difference {fen})."
        " What fits: {fitting}."
    )


class ItemDoesNotFit(UserError):
    """This kind of adjustment is not for this kind of item."""

    template = N_("“{kind}” is not possible for item {id} in suspense.")


class NotAdjustable(UserError):
    """The discrepancy is settled, in suspense or waits for approval."""

    template = N_("Discrepancy {id} cannot be adjusted now: it is “{status}”.")


class AllTakenUp(UserError):
    """Other adjustments take up the whole difference."""

    template = N_("Other adjustments take up the whole difference of discrepancy {id} already.")


class TooLarge(UserError):
    """More would be adjusted than differs."""

    template = N_("{wanted} yuan cannot be adjusted: only {most} yuan are left of it.")


class AmountForOne(WrongInput):
    """An amount is given for one discrepancy at a time."""

    template = N_("An amount can be given for one discrepancy only; several go with all of theirs.")


class AmountNeeded(WrongInput):
    """The amount has to be above zero."""

    template = N_("The amount has to be above zero.")


class SeveralPayees(UserError):
    """One adjustment is booked in one payee's book."""

    template = N_(
        "These belong to several payees ({payees})."
        " Make one adjustment for each, or name the payee."
    )


class UnknownPayee(NotFound):
    """There is no such organisation."""

    template = N_("There is no organisation “{code}”.")


class NoPayee(UserError):
    """Nothing tells in whose book it is booked."""

    template = N_("There is no organisation yet in whose book this could stand. Add one first.")


class SmallLimit(UserError):
    """A difference is too large to be written off as small."""

    template = N_("{fen} yuan is above the limit for small differences ({limit} yuan).")


class AdjustmentLimit(UserError):
    """An adjustment is above what is allowed."""

    template = N_("{fen} yuan is above the limit for one adjustment ({limit} yuan).")


class OriginalNeeded(WrongInput):
    """A refund names the payment that it gives back."""

    template = N_("Name the original payment that is refunded.")


class UnknownOriginal(NotFound):
    """There is no such payment."""

    template = N_("There is no successful payment “{payment}” to refund.")


class RefundTooLarge(UserError):
    """More would be given back than was paid."""

    template = N_("Payment {payment} was {paid} yuan; no more than that can be refunded.")


class ClaimantNeeded(WrongInput):
    """A claim says whose the money is."""

    template = N_("Say whose money it is: a household no. or an organisation.")


class UnknownReason(NotFound):
    """There is no such reason."""

    template = N_("There is no reason “{code}” for this kind of adjustment.")


class WhyAdjusted(WrongInput):
    """An adjustment has a reason."""

    template = N_("Give the reason of the adjustment.")


class NotYourAdjustment(UserError):
    """Only its maker changes, submits or withdraws an adjustment."""

    template = N_("Only {by}, who made adjustment {number}, can do this.")


class OwnAdjustment(UserError):
    """Nobody reverses his own work."""

    template = N_("You made adjustment {number} yourself. Somebody else has to reverse it.")


class WhyReversed(WrongInput):
    """A reversal has a reason."""

    template = N_("Say why the adjustment is reversed.")


class BuiltOn(UserError):
    """A confirmed arrival rests on the adjustment."""

    template = N_(
        "Adjustment {number} cannot be reversed: a confirmed arrival rests on it."
        " Take the confirmation back first."
    )


class ItemMoved(UserError):
    """Something was taken out of suspense already."""

    template = N_(
        "Adjustment {number} cannot be reversed: money that it parked was claimed or paid out."
        " Reverse that first."
    )


class NothingNamed(WrongInput):
    """No adjustment was named."""

    template = N_("Name the adjustments.")


class ScopeDiffers(UserError):
    """What is approved at once is not what the checker agreed to."""

    template = N_(
        "Meanwhile these are {count} adjustments with {sum} yuan. Nothing was approved. Look again."
    )
