"""Papers made for tests, and what is read back from files."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from pypdf import PdfReader

from app.reporting.paper import Column, Field, Fields, Look, Paper, Row, Stamp, Table, Text
from app.reporting.rules import PageForm, ReportKind

STAMP = Stamp(
    number="CY-20261014-0001",
    code="ABCD-EFGH-JKMN-PQRS",
    at="2026-10-14 09:12:33",
    by="zhangsan",
)

COLUMNS = (
    Column(title="No.", width=6, look=Look.COUNT),
    Column(title="Name", width=20),
    Column(title="Day", width=10, look=Look.DAY),
    Column(title="Amount", width=14, look=Look.MONEY),
)


def paper(
    rows: tuple[Row, ...] = (),
    *,
    totals: tuple[Row, ...] = (),
    fields: tuple[Field, ...] = (),
    text: str = "",
    least: int = 0,
    form: PageForm = PageForm.A4,
) -> Paper:
    """A paper with one table."""
    table = Table(name="Rows", columns=COLUMNS, rows=rows, totals=totals, least=least)
    return Paper(
        kind=ReportKind.DISCREPANCIES,
        title="A paper",
        unit="State Grid",
        language="en",
        subject="rows",
        period="2026-10-13",
        blocks=(Fields(fields=fields), table, Text(text=text)),
        form=form,
    )


def row(number: int, name: str = "somebody", fen: int = 1_00) -> Row:
    """A row of the table."""
    return (number, name, "2026-10-13", fen)


def pages_of(path: Path) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages]


def squeezed(text: str) -> str:
    """A text without any space, so that lines and cells cannot hide what stands there."""
    return re.sub(r"\s+", "", text)


def embedded_fonts(path: Path) -> set[tuple[str, bool]]:
    """The fonts that pages of a file name, and whether each is embedded."""
    found = set()
    for page in PdfReader(io.BytesIO(path.read_bytes())).pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            whole = font.get_object()
            descriptor = whole.get("/FontDescriptor")
            has = descriptor is not None and "/FontFile2" in descriptor.get_object()
            found.add((str(whole["/BaseFont"]), has))
    return found


def sheets_of(path: Path) -> dict[str, list[list[Any]]]:
    """The cells of each sheet."""
    book = load_workbook(path)
    return {sheet.title: [list(one) for one in sheet.iter_rows()] for sheet in book.worksheets}
