"""A paper as bytes and back, so that a reprint shows what the original showed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
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


def packed(paper: Paper) -> bytes:
    """Return a paper as bytes; equal papers give equal bytes."""
    text = json.dumps(_plain(paper), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def unpacked(data: bytes) -> Paper:
    """Return the paper of these bytes.

    Raises:
        ValueError: They are not a paper's.
    """
    try:
        found = _whole(json.loads(zlib.decompress(data)))
    except (zlib.error, TypeError, KeyError) as error:
        raise ValueError("these bytes are no paper") from error
    if not isinstance(found, Paper):
        raise ValueError("these bytes are no paper")  # noqa: TRY004 - the bytes are wrong
    return found


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {"": type(value).__name__, **named}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


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
