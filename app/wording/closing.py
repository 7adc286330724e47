"""What is in the way of closing a day, in words."""

from __future__ import annotations

from app.adjustments.rules import AdjustmentStatus
from app.closing.rules import Blocker, BlockerCode
from app.intake.rules import Kind as FileKind
from app.matching.rules import Kind, Task
from app.wording.labels import label


def about(one: Blocker) -> str:
    """Return what a blocker is about: a file, a task, or a kind of difference; "" for all."""
    named = ""
    match one.code:
        case BlockerCode.FILE_MISSING:
            named = label(FileKind(one.kind))
        case BlockerCode.NOT_RUN | BlockerCode.STALE | BlockerCode.UNBALANCED:
            named = label(Task(one.kind))
        case BlockerCode.DISCREPANCY:
            task, _slash, kind = one.kind.partition("/")
            named = f"{label(Task(task))} · {label(Kind(kind))}"
        case BlockerCode.ADJUSTMENT:
            named = label(AdjustmentStatus(one.kind))
        case BlockerCode.EARLIER_DAY | BlockerCode.NOT_CONFIRMED | BlockerCode.NOT_CHECKED:
            pass
    return f"{named} {one.scope}".strip()
