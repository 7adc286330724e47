"""Drafting, attaching and submitting in one step, so that nothing is left half done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.adjustments.attachments import attach
from app.adjustments.drafting import Draft
from app.adjustments.rules import AdjustmentStatus
from app.adjustments.service import draft, revise, submit
from app.db.workspace import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that supports an adjustment."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The number of an adjustment, and where it stands now."""

    number: str
    status: AdjustmentStatus


def prepare(
    tx: Tx,
    *,
    wanted: Draft,
    number: str = "",
    files: Sequence[File] = (),
    then_submit: bool = False,
) -> Prepared:
    """Draft an adjustment, or write one anew, attach files to it, and submit it if that is wanted.

    Raises:
        UserError: What drafting, attaching or submitting refuses; then nothing was done.
    """
    if number:
        revise(tx, number=number, wanted=wanted)
    else:
        number = draft(tx, wanted=wanted)
    for file in files:
        attach(tx, number=number, name=file.name, content=file.content)
    if then_submit:
        return Prepared(number=number, status=submit(tx, number=number).status)
    return Prepared(number=number, status=AdjustmentStatus.DRAFT)
