"""Writing down what was a mistake of ours, so that a person needs to name only a reference."""

from __future__ import annotations

import logging
import secrets
import traceback
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A failure that nobody foresaw: its reference, its kind and frames, and the log it is in."""

    reference: str
    details: str
    log: Path


def write_down(error: BaseException) -> Defect:
    """Log where an error came from, without the values it may carry."""
    reference = secrets.token_hex(4)
    frames = "".join(traceback.format_tb(error.__traceback__))
    details = f"{type(error).__name__}\n{frames}"
    log = _log_file()
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    record = logging.LogRecord(
        "duiping", logging.ERROR, __file__, 0, "%s %s", (reference, details), None
    )
    handler.handle(record)
    handler.close()
    return Defect(reference=reference, details=details, log=log)


def _log_file() -> Path:
    folder = Path(platformdirs.user_log_dir("duiping", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "duiping.log"
