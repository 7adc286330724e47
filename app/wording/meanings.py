"""What a kind of discrepancy means, and what can be done about it, in words (domain.md §4, §5)."""

from __future__ import annotations

from app.base.i18n import N_, _
from app.matching.rules import Kind

_MEANINGS: dict[Kind, str] = {
    Kind.MISSING_THEIRS: N_(
        "We recorded success and they have nothing under this key: money may be missing."
    ),
    Kind.MISSING_OURS: N_(
        "They have it and we do not: money came that we have not recorded, or has to go back."
    ),
    Kind.AMOUNT_DIFFERS: N_("Both sides have the same key, but the amounts are not equal."),
    Kind.TOTAL_DIFFERS: N_("The batch's own header does not equal the sum of its lines."),
    Kind.ACCOUNT_DIFFERS: N_(
        "The batch pays to an account that is not the payee's designated one."
    ),
    Kind.PAYEE_DIFFERS: N_("The line stands under another payee than the bill that it settles."),
    Kind.ORDER_UNBALANCED: N_(
        "The order's instruments and its bill lines have unequal sums, so it was not cleared."
    ),
    Kind.STATUS_DIFFERS: N_("One side says that it succeeded, the other that it did not."),
    Kind.DUPLICATE_OURS: N_("We have the same key more than once; this one is the surplus."),
    Kind.DUPLICATE_THEIRS: N_("They have the same key more than once; this one is the surplus."),
    Kind.FEE_DIFFERS: N_(
        "The amounts agree; the fee is not the one that we recorded, or not what the channel's"
        " rule gives."
    ),
    Kind.TIMING: N_(
        "It lies close to the channel's cut-off: the other side is expected with the next day."
    ),
    Kind.NOT_WRITTEN_OFF: N_("The bill was paid and is still open in the billing system."),
    Kind.WRITTEN_OFF_UNPAID: N_("The bill was written off and no money was paid for it."),
    Kind.NOT_ARRIVED: N_("The batch was due and nothing of it reached the account."),
    Kind.SHORT_ARRIVAL: N_("Less money reached the account than the batch promised."),
    Kind.OVER_ARRIVAL: N_("More money reached the account than the batch promised."),
    Kind.UNEXPECTED_ARRIVAL: N_("Money came in that no batch explains."),
    Kind.UNEXPECTED_DEBIT: N_(
        "Money went out that no batch explains: a fee, a returned transfer, interest."
    ),
}

_CHECK: dict[Kind, str] = {
    Kind.MISSING_THEIRS: N_("See whether the statement is complete, then ask the channel."),
    Kind.MISSING_OURS: N_("Look for the order with the channel's transaction no."),
    Kind.AMOUNT_DIFFERS: N_("Compare the raw lines; the marked field says where they differ."),
    Kind.TOTAL_DIFFERS: N_("Ask the clearer for a corrected batch."),
    Kind.ACCOUNT_DIFFERS: N_("Do not confirm its arrival before the clearer has answered."),
    Kind.PAYEE_DIFFERS: N_("Ask the clearer for a corrected batch."),
    Kind.ORDER_UNBALANCED: N_("See whether a payment or a bill line of the order is missing."),
    Kind.STATUS_DIFFERS: N_("Ask for the final state; only what succeeded carries money."),
    Kind.DUPLICATE_OURS: N_("See whether the customer really paid twice."),
    Kind.DUPLICATE_THEIRS: N_("See whether the channel collected twice or reported twice."),
    Kind.FEE_DIFFERS: N_("Compare with the channel's fee rule in the master data."),
    Kind.TIMING: N_("Nothing has to be done unless it is still here after its window."),
    Kind.NOT_WRITTEN_OFF: N_("See whether the billing system refused the write-off."),
    Kind.WRITTEN_OFF_UNPAID: N_("See whether the payment failed or belongs to another order."),
    Kind.NOT_ARRIVED: N_("See whether the bank statement is complete, then ask the bank."),
    Kind.SHORT_ARRIVAL: N_("See whether the bank took a fee, or whether the rest comes later."),
    Kind.OVER_ARRIVAL: N_("See whether the money of another batch came with it."),
    Kind.UNEXPECTED_ARRIVAL: N_("Look at counterparty and postscript for whose it is."),
    Kind.UNEXPECTED_DEBIT: N_("Look at summary and counterparty for what it was."),
}


def meaning(kind: Kind) -> str:
    """Return what a kind of discrepancy means."""
    return _(_MEANINGS[kind])


def first_look(kind: Kind) -> str:
    """Return where somebody looks first."""
    return _(_CHECK[kind])
