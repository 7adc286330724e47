"""What a file is, told by its first bytes, never by its name."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from enum import StrEnum
from typing import BinaryIO


class Content(StrEnum):
    """What the bytes are."""

    TEXT = "text"
    XML = "XML"
    SWIFT = "MT940"
    ZIP = "ZIP"
    OLE = "OLE"
    HTML = "HTML"
    XML_SHEET = "XML Spreadsheet 2003"
    JSON = "JSON"
    PDF = "PDF"
    RAR = "RAR"
    SEVEN_ZIP = "7-Zip"
    GZIP = "gzip"
    PICTURE = "PNG/JPEG/GIF"
    SQLITE = "SQLite"
    RTF = "RTF"


_SIGNATURES = (
    (b"PK\x03\x04", Content.ZIP),
    (b"PK\x05\x06", Content.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content.OLE),
    (b"%PDF-", Content.PDF),
    (b"Rar!", Content.RAR),
    (b"7z\xbc\xaf\x27\x1c", Content.SEVEN_ZIP),
    (b"\x1f\x8b", Content.GZIP),
    (b"\x89PNG", Content.PICTURE),
    (b"\xff\xd8\xff", Content.PICTURE),
    (b"GIF8", Content.PICTURE),
    (b"SQLite format 3\x00", Content.SQLITE),
    (b"{\\rtf", Content.RTF),
)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|table|meta)\b", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(rb"\s*<(?:\?xml|!DOCTYPE|[A-Za-z_:][\w:.-]*[\s/>])")
_JSON = re.compile(rb"\s*(?:\{\s*(?:\"|\})|\[\s*(?:[\[{\"\]0-9-]|true|false|null))")
_SWIFT = re.compile(rb"^\s*:(?:20|25P?|28C?|34F|60[FM]|61|62[FM]|64|65|86|NS):", re.MULTILINE)
_HEAD = 65_536
_SWIFT_HEAD = 4_096


def content_of(head: bytes) -> Content:
    """Return what a file with these first bytes is."""
    for signature, content in _SIGNATURES:
        if head.startswith(signature):
            return content
    plain = _plain(head[:_HEAD])
    if _XML.match(plain) and not _HTML.match(plain):
        return _kind_of_xml(plain)
    for pattern, content in ((_HTML, Content.HTML), (_JSON, Content.JSON)):
        if pattern.match(plain):
            return content
    return Content.SWIFT if _SWIFT.search(plain[:_SWIFT_HEAD]) else Content.TEXT


def _plain(head: bytes) -> bytes:
    """Return the first bytes without a byte order mark, UTF-16 brought to one byte."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        codec = "utf-16-le" if head[:2] == b"\xff\xfe" else "utf-16-be"
        return head[2:].decode(codec, "replace").encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf")


def _kind_of_xml(plain: bytes) -> Content:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain:
        return Content.XML_SHEET
    if re.search(rb"<html\b", plain[:2048], re.IGNORECASE):
        return Content.HTML
    return Content.XML


WORKBOOK, ARCHIVE = "XLSX", "ZIP"
_PACKAGES = (
    ("xl/workbook.bin", "XLSB"),
    ("word/document.xml", "DOCX"),
    ("ppt/presentation.xml", "PPTX"),
    ("META-INF/manifest.xml", "ODS/ODT"),
)


def package_kind(opened: Callable[[], BinaryIO]) -> str:
    """Return what a ZIP container is: a workbook, another office file, or an archive."""
    try:
        with opened() as stream, zipfile.ZipFile(stream) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        # Damaged: the reader of archives says how.
        return ARCHIVE
    if "xl/workbook.xml" in names:
        return WORKBOOK
    return next((kind for part, kind in _PACKAGES if part in names), ARCHIVE)
