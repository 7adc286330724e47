"""What a command is to be about: the first of its kind in the sample day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cli.conftest import Sample, Shell


def first_match(day: Shell) -> dict[str, Any]:
    first = day.json("matches", "--task", "channel")["matches"][0]
    assert isinstance(first, dict)
    return first


def keys(match: Mapping[str, Any]) -> list[object]:
    return ["--ours", match["ours"][0]["key"], "--theirs", match["theirs"][0]["key"]]


def first_open(day: Shell) -> int:
    return int(day.json("discrepancies", "--status", "open")["discrepancies"][0]["id"])


def first_confirmed(day: Shell, sample: Sample) -> str:
    done = day.json("confirm", "--all-clean", "--date", sample.day)
    return str(done["confirmations"][0]["batch"])


def file_id(day: Shell, path: Path) -> int:
    return int(day.json("import", path)["files"][0]["file_id"])
