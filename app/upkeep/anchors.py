"""The daily anchor: where the audit log ended, signed, and written to a second folder.

A chain alone does not show that its tail was cut or that it was written anew as a whole; a note of
its end that stands somewhere else does.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import platformdirs
from sqlalchemy import URL, Engine, make_url, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.model import AuditAnchor, AuditHead, AuditRecord
from app.audit.rules import FIRST_HASH, Verb
from app.base.dates import CHINA
from app.base.errors import NotAllowed, UserError
from app.base.i18n import N_, _, ngettext
from app.closing.model import DayClose
from app.closing.rules import CloseState
from app.db.engine import sqlite_path
from app.db.files import explained, replacing
from app.db.workspace import Actor, Tx, Workspace
from app.identity.rules import Permission
from app.identity.service import may
from app.upkeep.rules import CheckResult, nothing_but
from app.upkeep.signing import Signer, signed_by, signer

FOLDER = "DUIPING_ANCHORS"
"""The variable that names the second folder."""

_CHUNK = 500


class BesideTheDatabase(UserError):
    """Who can change the database could change the anchors as well."""

    template = N_("Anchors do not stand in the folder of the database. Choose another folder.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The end of the log at a moment; `signature` and `public_key` (hex) are "" without a key."""

    day: str
    sequence: int
    hash: str
    totals_hash: str
    signature: str = ""
    public_key: str = ""
    made_at: str = ""
    made_by: str = ""

    @property
    def message(self) -> bytes:
        """What is signed."""
        return "\n".join(
            ("duiping anchor", self.day, str(self.sequence), self.hash, self.totals_hash)
        ).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """An anchor that was made, and the file in which it stands."""

    anchor: Anchor
    file: Path

    @property
    def signed(self) -> bool:
        """Whether it bears a signature."""
        return bool(self.anchor.signature)


def anchor(
    workspace: Workspace, actor: Actor, *, folder: Path, passphrase: str | None = None
) -> Anchored:
    """Note where the log ends, in the database and in the second folder.

    The day is that of the latest closing, today's without one. Earlier anchors that do not stand
    in the folder yet are written with it.

    Raises:
        NotAllowed: The actor neither closes days nor looks after the database.
        BesideTheDatabase: The folder is that of the database.
        WrongPassphrase: The stored key does not open with it.
        CannotOpen: The folder takes no files.
        DiskFull: No room is left.
    """
    if not (may(actor, Permission.CLOSE_DAY) or may(actor, Permission.BACKUP)):
        raise NotAllowed(name=actor.name, permission=Permission.CLOSE_DAY)
    _require_elsewhere(workspace.engine, folder)
    made = workspace.write(actor, note_end, key=signer(folder, passphrase)).value
    for one in workspace.read(anchors):
        _write(folder, one)
    return Anchored(anchor=made, file=folder / _name(made))


def note_end(tx: Tx, *, key: Signer | None) -> Anchor:
    """Note in the database where the log ends; the note itself is the record after it."""
    # Locked last of all elsewhere; here nothing else is locked.
    head = tx.session.execute(select(AuditHead).with_for_update()).scalar_one_or_none()
    closing = tx.session.scalars(
        select(DayClose)
        .where(DayClose.state == CloseState.CLOSED)
        .order_by(DayClose.business_on.desc())
        .limit(1)
    ).first()
    day = closing.business_on if closing else tx.at.astimezone(CHINA).date()
    plain = Anchor(
        day=day.isoformat(),
        sequence=head.sequence if head else 0,
        hash=head.hash if head else FIRST_HASH,
        totals_hash=closing.hash if closing else "",
    )
    row = AuditAnchor(
        business_on=day,
        sequence=plain.sequence,
        hash=plain.hash,
        totals_hash=plain.totals_hash,
        signature=key.sign(plain.message) if key else "",
        public_key=key.public_key if key else "",
        made_at=tx.at.replace(microsecond=0),
        made_by=tx.actor.name,
    )
    tx.session.add(row)
    tx.session.flush()
    made = _anchor(row)
    after = {name: value for name, value in asdict(made).items() if not name.startswith("made")}
    audit.record(tx, Verb.ANCHORED, "audit_log", str(made.sequence), after=after)
    return made


def anchors(session: Session) -> list[Anchor]:
    """Return all anchors that the database knows, the oldest first."""
    return [_anchor(row) for row in session.scalars(select(AuditAnchor).order_by(AuditAnchor.id))]


def is_anchored(session: Session) -> bool:
    """Return whether the latest closing stands in an anchor; also where no day is closed."""
    closing = session.scalars(
        select(DayClose.hash)
        .where(DayClose.state == CloseState.CLOSED)
        .order_by(DayClose.business_on.desc())
        .limit(1)
    ).first()
    known = select(AuditAnchor.id).where(AuditAnchor.totals_hash == closing)
    return closing is None or session.scalars(known.limit(1)).first() is not None


def anchor_folder(url: str | URL, chosen: str = "") -> Path:
    """Return the second folder of a database: the one chosen, else one among the documents."""
    named = chosen or os.environ.get(FOLDER, "")
    if named:
        return Path(named)
    address = make_url(url)
    place = address.database or ""
    if address.get_backend_name() == "sqlite":
        place = str(Path(place).resolve())
    bare = f"{address.host or ''}:{address.port or ''}/{place}"
    mark = hashlib.sha256(bare.encode()).hexdigest()[:8]
    whole = Path(platformdirs.user_documents_dir()) / "duiping-anchors"
    return whole / f"{Path(place).stem or 'database'}-{mark}"


def anchors_hold(session: Session) -> CheckResult:
    """Hold the anchors of the database against its log."""
    found = anchors(session)
    detail = ngettext("{count} anchor", "{count} anchors", len(found)).format(count=len(found))
    return nothing_but(list(_problems(session, found)), detail)


def files_hold(session: Session, folder: Path) -> CheckResult:
    """Hold the anchors of the second folder against the log."""
    found, unreadable = _read(folder)
    detail = ngettext("{count} anchor file", "{count} anchor files", len(found))
    problems = [*unreadable, *_problems(session, found)]
    return nothing_but(problems, detail.format(count=len(found)))


def _problems(session: Session, found: Sequence[Anchor]) -> Iterator[str]:
    hashes = _hashes(session, [one.sequence for one in found]) | {0: FIRST_HASH}
    for one in found:
        if one.sequence not in hashes:
            text = _("anchor of {day}: record {sequence} is missing, the end of the log was cut")
            yield text.format(day=one.day, sequence=one.sequence)
        elif hashes[one.sequence] != one.hash:
            text = _("anchor of {day}: the log up to record {sequence} was written anew")
            yield text.format(day=one.day, sequence=one.sequence)
        if one.signature and not signed_by(one.public_key, one.signature, one.message):
            text = _("anchor of {day} (record {sequence}): the signature is wrong")
            yield text.format(day=one.day, sequence=one.sequence)


def _hashes(session: Session, sequences: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(sequences), _CHUNK):
        chosen = AuditRecord.sequence.in_(sequences[start : start + _CHUNK])
        query = select(AuditRecord.sequence, AuditRecord.hash).where(chosen)
        found.update((sequence, hash_) for sequence, hash_ in session.execute(query))
    return found


def _read(folder: Path) -> tuple[list[Anchor], list[str]]:
    found: list[Anchor] = []
    unreadable: list[str] = []
    for path in sorted(folder.glob("anchor-*.json")):
        try:
            found.append(Anchor(**json.loads(path.read_text(encoding="utf-8"))))
        except (ValueError, TypeError):
            unreadable.append(_("{file} is not an anchor").format(file=path.name))
    return found, unreadable


def _write(folder: Path, one: Anchor) -> None:
    """Write an anchor into its file, unless it stands there: what was said stays."""
    path = folder / _name(one)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explained(error) from error
    if not path.exists():
        text = json.dumps(asdict(one), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        with replacing(path) as draft:
            draft.write_text(text, encoding="utf-8")


def _name(one: Anchor) -> str:
    return f"anchor-{one.day}-{one.sequence:010d}.json"


def _require_elsewhere(engine: Engine, folder: Path) -> None:
    path = sqlite_path(engine)
    if path is not None and path.resolve().parent == folder.resolve():
        raise BesideTheDatabase


def _anchor(row: AuditAnchor) -> Anchor:
    assert isinstance(row.business_on, date)
    return Anchor(
        day=row.business_on.isoformat(),
        sequence=row.sequence,
        hash=row.hash,
        totals_hash=row.totals_hash,
        signature=row.signature,
        public_key=row.public_key,
        made_at=row.made_at.isoformat(),
        made_by=row.made_by,
    )
