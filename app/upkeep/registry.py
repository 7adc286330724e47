"""All modules that hold tables, so that the whole schema can be known at once."""

from __future__ import annotations

import importlib
import importlib.util

from sqlalchemy import MetaData

from app.db.base import Base

MODEL_MODULES = (
    "app.db.counters",
    "app.audit.model",
    "app.identity.model",
    "app.calendar.model",
    "app.catalog.model",
    "app.approval.model",
    "app.upkeep.model",
    "app.intake.model",
    "app.records.model",
    "app.clearing.model",
    "app.matching.model",
    "app.discrepancies.model",
    "app.adjustments.model",
    "app.arrivals.model",
    "app.closing.model",
    "app.reporting.model",
)
"""A new module with tables is added here."""


def all_tables() -> MetaData:
    """Return the metadata of all tables of the program."""
    for name in MODEL_MODULES:
        if _exists(name):
            importlib.import_module(name)
    return Base.metadata


def _exists(name: str) -> bool:
    # A step may not have tables (yet).
    package, _, _module = name.rpartition(".")
    return importlib.util.find_spec(package) is not None and (
        importlib.util.find_spec(name) is not None
    )
