"""A paper as bytes and back, so that a reprint shows what the original showed."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any

from app.reporting import paper as parts
from app.reporting.paper import Paper
from app.reporting.rules import PageForm, ReportKind

_KINDS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        *(parts.Fields, parts.Field, parts.Table, parts.Column, parts.Group, parts.Text),
        *(parts.Beside, parts.Chart, parts.Series, parts.Picture, parts.Break),
        *(parts.Signature, Paper),
    )
}
_WORDS: Mapping[str, type[StrEnum]] = {
    "look": parts.Look,
    "weight": parts.Weight,
    "kind": ReportKind,
    "form": PageForm,
}


def packed(paper: Paper) -> tuple[bytes, str]:
    """Return a paper as bytes, and its fingerprint: equal papers have the same one (SHA-256)."""
    text = json.dumps(_plain(paper), ensure_ascii=False, separators=(",", ":"))
    written = text.encode("utf-8", "surrogatepass")
    return zlib.compress(written, 6), hashlib.sha256(written).hexdigest()


def unpacked(data: bytes) -> Paper:
    """Return the paper of these bytes.

    Raises:
        ValueError: They are not a paper's.
    """
    try:
        found = _whole(json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass")))
    except (zlib.error, TypeError, KeyError) as error:
        raise ValueError("these bytes are no paper") from error
    if not isinstance(found, Paper):
        raise ValueError("these bytes are no paper")  # noqa: TRY004 - the bytes are wrong
    return found


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    kind: Any = type(value)
    return {"": kind.__name__, **{name: _plain(getattr(value, name)) for name in _names(kind)}}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_whole(one) for one in value)
    if not isinstance(value, dict):
        return value
    kind = _KINDS[value.pop("")]
    named = {name: _whole(one) for name, one in value.items()}
    return kind(
        **{name: _WORDS[name](one) if name in _WORDS else one for name, one in named.items()}
    )
