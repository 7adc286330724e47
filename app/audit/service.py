"""Appending to the audit log."""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.audit.model import AuditHead, AuditRecord
from app.audit.rules import FIRST_HASH, AuditLink, Verb, canonical, link_hash, storable
from app.base.dates import epoch_of, moment_of
from app.db.workspace import Tx


@dataclass(slots=True)
class _Waiting:
    """Records of one transaction that are appended when it ends."""

    links: list[dict[str, str]] = field(default_factory=list)


_waiting: WeakKeyDictionary[Session, _Waiting] = WeakKeyDictionary()


def record(  # noqa: PLR0913 - each names itself at the call
    tx: Tx,
    verb: Verb,
    object_type: str,
    object_key: object,
    *,
    before: object = None,
    after: object = None,
    command: str = "",
) -> None:
    """Record a change; it is appended to the chain at the end of this transaction.

    Values may be texts, whole numbers, days, moments, and dicts, lists or sets of them.
    The command is the function that the transaction runs, unless said otherwise.
    """
    waiting = _waiting.setdefault(tx.session, _Waiting())
    waiting.links.append(
        {
            "command": storable(command or tx.command),
            "verb": verb.value,
            "object_type": object_type,
            "object_key": _key(object_key),
            "before": canonical(before),
            "after": canonical(after),
        }
    )
    # The head of the chain is locked last of all, so that two transactions
    # that hold other rows can never wait for each other here.
    tx.finally_do(_append)


def _key(value: object) -> str:
    return storable(value) if isinstance(value, str) else canonical(value)


def _append(tx: Tx) -> None:
    links = _waiting.pop(tx.session).links
    head = _locked_head(tx)
    sequence, previous = (head.sequence, head.hash) if head else (0, FIRST_HASH)
    rows: list[dict[str, object]] = []
    for texts in links:
        sequence += 1
        link = AuditLink(
            sequence=sequence,
            at=epoch_of(tx.at),
            actor=tx.actor.name,
            roles=",".join(sorted(tx.actor.roles)),
            machine=tx.actor.machine,
            **texts,
        )
        rows.append(_row(link, previous))
        previous = str(rows[-1]["hash"])
    tx.session.execute(insert(AuditRecord), rows)
    _move_head(tx, head, sequence, previous)


def _locked_head(tx: Tx) -> AuditHead | None:
    return tx.session.execute(select(AuditHead).with_for_update()).scalar_one_or_none()


def _move_head(tx: Tx, head: AuditHead | None, sequence: int, last: str) -> None:
    if head is None:
        tx.session.execute(insert(AuditHead), [{"id": 1, "sequence": sequence, "hash": last}])
    else:
        tx.session.execute(update(AuditHead).values(sequence=sequence, hash=last))


def _row(link: AuditLink, previous: str) -> dict[str, object]:
    return {
        "sequence": link.sequence,
        "at": moment_of(link.at),
        "actor": link.actor,
        "roles": link.roles,
        "machine": link.machine,
        "command": link.command,
        "verb": link.verb,
        "object_type": link.object_type,
        "object_key": link.object_key,
        "before": link.before,
        "after": link.after,
        "previous_hash": previous,
        "hash": link_hash(link, previous),
    }
