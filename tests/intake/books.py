"""Workbooks made for the tests, also such as no program writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

PACKAGES = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = "application/vnd.openxmlformats-"
TYPES = f"""<?xml version="1.0"?><Types xmlns="{PACKAGES}/content-types">
<Default Extension="rels" ContentType="{CONTENT}package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="{CONTENT}officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="{CONTENT}officedocument.spreadsheetml.worksheet+xml"/>
</Types>"""
RELATIONS = f"""<?xml version="1.0"?><Relationships xmlns="{PACKAGES}/relationships">
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
BOOK_RELATIONS = RELATIONS.replace(
    'officeDocument" Target="xl/workbook.xml', 'worksheet" Target="worksheets/sheet1.xml'
)
BOOK = """<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{properties}
<sheets><sheet name="明细" sheetId="1" r:id="rId1"/></sheets></workbook>"""
SHEET = """<?xml version="1.0"?>{top}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
{dimension}<sheetData>{rows}</sheetData></worksheet>"""


def write_book(path: Path, rows: Sequence[Sequence[Any]], *, title: str = "明细") -> Path:
    """Write a workbook as a person's program would."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def letters(column: int) -> str:
    """Return the letters of a column, counted from 1."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def row_xml(number: int, cells: Sequence[str]) -> str:
    """Return a row of texts."""
    inside = "".join(
        f'<c r="{letters(place)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for place, cell in enumerate(cells, start=1)
    )
    return f'<row r="{number}">{inside}</row>'


def raw_book(
    path: Path, rows: str, *, dimension: str = "", top: str = "", properties: str = "",
    extra: dict[str, bytes] | None = None,
) -> Path:  # fmt: skip
    """Write a workbook whose only sheet has exactly these rows."""
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS,
        "xl/workbook.xml": BOOK.format(properties=properties),
        "xl/_rels/workbook.xml.rels": BOOK_RELATIONS,
        "xl/worksheets/sheet1.xml": SHEET.format(rows=rows, dimension=dimension, top=top),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    path.write_bytes(target.getvalue())
    return path
