"""What papers, formats and forms are called."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.base.i18n import N_, _, name_members
from app.reporting.rules import Format, PageForm, ReportKind

TITLES: Mapping[type[StrEnum], Mapping[Any, str]] = {
    ReportKind: {
        ReportKind.ARRIVAL: N_("Fund arrival confirmation"),
        ReportKind.RECEIPT: N_("Receipt of payment"),
        ReportKind.SUMMARY: N_("Reconciliation summary"),
        ReportKind.DISCREPANCIES: N_("List of discrepancies"),
        ReportKind.STATEMENT: N_("Bank reconciliation statement"),
        ReportKind.VOUCHER: N_("Accounting voucher"),
        ReportKind.ADJUSTMENT: N_("Adjustment slip"),
        ReportKind.AGEING: N_("Ageing of open discrepancies"),
        ReportKind.DAY: N_("Day report"),
        ReportKind.AUDIT: N_("Extract of the audit log"),
    },
    Format: {
        Format.PDF: N_("PDF"),
        Format.XLSX: N_("Excel workbook (XLSX)"),
        Format.CSV: N_("Comma-separated text (CSV)"),
    },
    PageForm: {
        PageForm.A4: N_("A4"),
        PageForm.HALF: N_("Continuous form 241 × 139.7 mm (half)"),
        PageForm.THIRD: N_("Continuous form 241 × 93.1 mm (third)"),
    },
}

for _names in TITLES.values():
    name_members(_names)


def title(member: StrEnum) -> str:
    """Return what a member is called in the user's language."""
    return _(TITLES[type(member)][member])
