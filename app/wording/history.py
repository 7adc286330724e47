"""What happened to a discrepancy, in one sentence for each step."""

from __future__ import annotations

from app.audit.rules import Verb
from app.base.dates import day_of
from app.base.i18n import N_, _
from app.discrepancies.history import HistoryStep
from app.discrepancies.rules import Resolution
from app.wording.labels import label

_SENTENCES: dict[Verb, str] = {
    Verb.RECONCILED: N_("found by the run for {day}"),
    Verb.CLOSED: N_("{resolution}, by the run for {day}"),
    Verb.ASSIGNED: N_("given to {assignee}"),
    Verb.UNASSIGNED: N_("taken away from {before}"),
    Verb.NOTED: N_("note: {note}"),
    Verb.ATTACHED: N_("attached “{name}”"),
    Verb.DETACHED: N_("removed the attachment “{gone}”"),
    Verb.EXPLAINED: N_("closed with the reason: {reason}"),
    Verb.REOPENED: N_("reopened: {reason}"),
    Verb.MATCHED: N_("matched by hand (match {match}) {reason}"),
    Verb.UNMATCHED: N_("match {match} taken apart: {reason}"),
}


def sentence(step: HistoryStep) -> str:
    """Return what a step did."""
    if step.verb not in _SENTENCES:
        return label(step.verb)
    said = step.after
    return (
        _(_SENTENCES[step.verb])
        .format(
            day=day_of(said["day"]).isoformat() if said.get("day") else "",
            resolution=label(Resolution(said.get("resolution", ""))),
            assignee=said.get("assignee", ""),
            before=step.before.get("assignee", ""),
            note=said.get("note", ""),
            name=said.get("name", ""),
            gone=step.before.get("name", ""),
            reason=said.get("reason", ""),
            match=said.get("match", ""),
        )
        .strip()
    )
