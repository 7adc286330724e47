# ruff: noqa: INP001 - a script that stands alone
"""Check an exported audit log of Duiping without the program.

Usage: python verify_audit.py LOG.jsonl [ANCHOR.json or FOLDER ...]

Checks every link of the log and names the first bad record. With anchors it also finds a tail that
was cut off and a log that was written anew as a whole. Signatures are checked where the library
`cryptography` is installed. Exit code: 0 all holds, 1 something does not, 2 it could not be read.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

FIRST_HASH = "0" * 64
HASHED = (
    "sequence",
    "at",
    "actor",
    "roles",
    "machine",
    "command",
    "verb",
    "object_type",
    "object_key",
    "before",
    "after",
)
DONE, BAD, UNREADABLE = 0, 1, 2


class Bad(Exception):
    """Something does not hold; says what."""


def main(arguments: list[str]) -> int:
    """Check a log and return the exit code."""
    if not arguments:
        say(__doc__)
        return UNREADABLE
    try:
        lines = records(Path(arguments[0]))
        anchors = list(read_anchors(Path(name) for name in arguments[1:]))
    except (OSError, ValueError) as error:
        say(f"cannot be read: {error}")
        return UNREADABLE
    try:
        hashes, whole = check_links(lines)
        check_anchors(anchors, hashes, whole=whole)
    except Bad as problem:
        say(f"BAD: {problem}")
        return BAD
    except ValueError as error:
        say(f"BAD: the log is no longer what was exported: {error}")
        return BAD
    say("OK")
    return DONE


def say(text: str | None) -> None:
    """Tell the reader a line."""
    sys.stdout.write(f"{text}\n")


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Return the lines of a log as they come, the first one being its head."""
    text = path.open(encoding="utf-8")
    return (json.loads(line) for line in text if line.strip())


def check_links(lines: Iterator[dict[str, Any]]) -> tuple[dict[int, str], bool]:
    """Check every record and every link; return hashes by sequence, and whether all are there."""
    head = next(lines, None)
    if head is None or head.get("log") != "duiping":
        raise Bad("the file is not an audit log of Duiping")
    whole = bool(head["whole"])
    hashes: dict[int, str] = {}
    last, previous = 0, FIRST_HASH
    for record in lines:
        sequence = record.get("sequence")
        if not isinstance(sequence, int) or sequence <= last:
            raise Bad(f"record after {last}: out of order")
        if whole and sequence != last + 1:
            raise Bad(f"record {last + 1} is missing")
        if sequence == last + 1 and record.get("previous_hash") != previous:
            raise Bad(f"record {sequence} does not follow the one before it")
        if record.get("hash") != hash_of(record):
            raise Bad(f"record {sequence} was changed")
        last, previous = sequence, record["hash"]
        hashes[sequence] = previous
    check_end(head, hashes, last, previous)
    say(f"{len(hashes)} records, every one as it was written")
    if not whole:
        say("The log is an excerpt: records that were left out could not be checked")
    return hashes, whole


def check_end(head: dict[str, Any], hashes: dict[int, str], last: int, previous: str) -> None:
    """Check that the log ends where its head says."""
    if len(hashes) != head["records"]:
        raise Bad(f"{head['records']} records were exported and {len(hashes)} are here")
    if head["whole"] and hashes and (last, previous) != (head["end"], head["end_hash"]):
        raise Bad(f"record {last + 1} is missing: the end of the log was cut")


def hash_of(record: dict[str, Any]) -> str:
    """Return the SHA-256 of a record together with the hash of the one before it."""
    fields = [record.get(name) for name in HASHED] + [record.get("previous_hash")]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_anchors(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Return the anchors of files and of the files in folders."""
    for path in paths:
        files = sorted(path.glob("anchor-*.json")) if path.is_dir() else [path]
        for file in files:
            yield {**json.loads(file.read_text(encoding="utf-8")), "file": file.name}


def check_anchors(anchors: list[dict[str, Any]], hashes: dict[int, str], *, whole: bool) -> None:
    """Hold the log against what was noted of its end."""
    unsigned = 0
    for anchor in anchors:
        sequence, file = anchor["sequence"], anchor["file"]
        known = hashes.get(sequence, FIRST_HASH if sequence == 0 else None)
        if known is None and whole:
            raise Bad(f"{file}: record {sequence} is missing, the end of the log was cut")
        if known not in (None, anchor["hash"]):
            raise Bad(f"{file}: the log up to record {sequence} was written anew")
        if not anchor.get("signature"):
            unsigned += 1
        elif signed(anchor) is False:
            raise Bad(f"{file}: the signature is wrong")
    if anchors:
        keys = sorted({one["public_key"] for one in anchors if one.get("public_key")})
        say(f"{len(anchors)} anchors hold, {unsigned} of them without a signature")
        say(f"signed by: {', '.join(keys) or 'nobody'}")


def signed(anchor: dict[str, Any]) -> bool | None:
    """Return whether a signature is right; None where it cannot be checked here."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - need not be there
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PublicKey,
        )
    except ImportError:
        say(f"{anchor['file']}: signature not checked, the library cryptography is missing")
        return None
    parts = (anchor["day"], str(anchor["sequence"]), anchor["hash"], anchor["totals_hash"])
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(anchor["public_key"]))
        key.verify(
            bytes.fromhex(anchor["signature"]), "\n".join(("duiping anchor", *parts)).encode()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
