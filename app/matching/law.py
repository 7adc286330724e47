"""What must add up in the stored figures of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.matching.rules import COUNTED_ZERO, Kind, Task


def broken(task: Task, stored: dict[str, Any]) -> Iterator[str]:
    """Return what does not add up: matched and left of each side, differences, and the clearing."""
    totals, kinds = stored["totals"], stored["kinds"]
    # A line of another payee is open on both sides, with the same net; the header beside it
    # that names another payee stands on their side only.
    astray = kinds.get(Kind.PAYEE_DIFFERS.value, {}).get("ours_fen", 0)
    counted = [found for name, found in kinds.items() if Kind(name) not in COUNTED_ZERO]
    for side, matched in (("ours", "matched_fen"), ("theirs", "matched_theirs_fen")):
        left = sum(found[f"{side}_fen"] for found in counted) + astray
        if totals[f"{side}_fen"] != totals[matched] + left:
            yield f"{side} {totals[f'{side}_fen']} ≠ {totals[matched]} + {left}"
        if totals[f"matched_{side}"] > totals[side]:
            yield f"{side} {totals[side]} < {totals[f'matched_{side}']}"
    difference = sum(found["difference_fen"] for found in counted)
    residue = totals["matched_fen"] - totals["matched_theirs_fen"]
    if totals["ours_fen"] - totals["theirs_fen"] != difference + residue:
        yield f"{totals['ours_fen']} - {totals['theirs_fen']} ≠ {difference} + {residue}"
    if task is Task.CLEARING:
        yield from unconserved(stored)


def unconserved(stored: dict[str, Any]) -> Iterator[str]:
    """Return where collections and promotions of others are not nets, fees and what is kept."""
    law = stored["extra"]
    came = law["collections_fen"] + law["promotions_funded_fen"]
    went = law["nets_fen"] + law["fees_fen"] + law["platform_keeps_fen"]
    if came != went:
        yield f"{came} ≠ {went}"
