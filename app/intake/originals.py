"""The original bytes of a file, out of the pieces that the database keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pyarrow as pa


def fingerprint(pieces: Iterable[tuple[int, bytes]]) -> tuple[int, str]:
    """Unpack pieces of (raw size, compressed bytes) in order; return size and SHA-256 of all.

    Raises:
        OSError: A piece is damaged.
    """
    size, whole = 0, hashlib.sha256()
    for raw_size, data in pieces:
        raw = pa.decompress(data, decompressed_size=raw_size, codec="zstd")
        size += len(raw)
        whole.update(raw)
    return size, whole.hexdigest()
