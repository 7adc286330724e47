"""Writing papers, and the same with the libraries alone; each prints its seconds.

`python -m bench.papers receipts|list|platypus|sheet|openpyxl`
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random

from app.reporting import paper as parts
from app.reporting.pdf import write_pdf
from app.reporting.rules import ReportKind, code_of, number_of
from app.reporting.sheets import write_xlsx

RECEIPTS = 1_000
LINES = 10_000
SHEET_ROWS = 100_000
COLUMNS = 12
_PAGE = 42
"""Lines on a page, so that there are about 240 pages."""

_TITLES = ("No.", "Kind", "Our date", "Our no.", "Their no.", "Household", "Ours", "Theirs")
_WIDTHS = (6, 14, 11, 22, 22, 14, 13, 13)


def main(what: str) -> None:
    """Do one of them and print how long it took, without the start of the process."""
    with tempfile.TemporaryDirectory() as folder:
        ready = WRITERS[what](Path(folder) / "out")
        began = time.perf_counter()
        pages = ready()
        seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"seconds": seconds, "pages": pages}))


def lines(count: int) -> Iterator[tuple[str | int, ...]]:
    """Rows as a list of discrepancies has them; amounts in fen."""
    random = Random(1)
    for number in range(count):
        fen = random.randrange(1_000, 5_000_000)
        yield (
            str(number),
            "对方有我方无",
            "2026-03-03",
            f"Z20260303{random.randrange(10**10):010d}",
            f"T20260303{random.randrange(10**10):010d}",
            f"31{random.randrange(10**8):08d}",
            fen,
            fen - random.randrange(500),
        )


def receipts(path: Path) -> Callable[[], int]:
    """A thousand receipts of two bills in one file."""
    random = Random(1)
    fields = ("交费人", "交费时间", "户号", "账期", "订单号", "渠道流水号")
    papers = []
    for number in range(RECEIPTS):
        fen = random.randrange(1_000, 90_000)
        names = [parts.Field(name=name, value=f"{name}{number:08d}") for name in fields]
        money = parts.Look.MONEY
        table = parts.Table(
            name="账单",
            columns=tuple(
                parts.Column(title=title, width=14, look=money if place > 2 else parts.Look.TEXT)
                for place, title in enumerate(("户号", "费用", "账期", "本金", "违约金", "实缴"))
            ),
            rows=tuple((f"31{number:08d}", "电费", "2026-02", fen, 0, fen) for _ in range(2)),
            totals=(("合计（大写）：人民币壹佰贰拾叁元肆角伍分", None, None, fen * 2, 0, fen * 2),),
        )
        made = parts.Paper(
            kind=ReportKind.RECEIPT,
            title="收款收据",
            unit="临江市供电公司",
            language="zh_CN",
            subject=f"D{number:010d}",
            period="2026-03-03",
            blocks=(parts.Fields(fields=tuple(names)), table),
            signatures=tuple(parts.Signature(part=part) for part in ("收款单位", "收款人", "复核")),
            notes=("本收据不作为发票使用。",),
        )
        stamp = parts.Stamp(
            number=number_of(ReportKind.RECEIPT, date(2026, 3, 4), number + 1),
            code=code_of(random.randbytes(16)),
            at="2026-03-04 09:00:00",
            by="clerk",
        )
        papers.append((made, stamp))
    return lambda: sum(write_pdf(path, papers).pages)


def list_(path: Path) -> Callable[[], int]:
    """A list of ten thousand lines by the program."""
    made, stamp = _list_paper(tuple(lines(LINES)))
    return lambda: sum(write_pdf(path, [(made, stamp)]).pages)


def platypus(path: Path) -> Callable[[], int]:
    """The same lines by reportlab's platypus: tables of a page each, with fixed row heights."""
    from reportlab.lib.pagesizes import A4, landscape  # noqa: PLC0415 - the baseline's own
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415
    from reportlab.platypus import (  # noqa: PLC0415
        Flowable,
        PageBreak,
        SimpleDocTemplate,
        Table,
        TableStyle,
    )

    font = Path(__file__).resolve().parents[1] / "resources" / "fonts" / "song_gb2312.ttf"
    pdfmetrics.registerFont(TTFont("song", str(font)))
    rows = [
        [*(str(value) for value in row[:6]), *(f"{int(fen) / 100:,.2f}" for fen in row[6:])]
        for row in lines(LINES)
    ]
    style = TableStyle(
        [
            ("FONT", (0, 0), (-1, -1), "song", 8),
            ("GRID", (0, 0), (-1, -1), 0.4, "black"),
            ("ALIGN", (6, 1), (-1, -1), "RIGHT"),
        ]
    )

    def write() -> int:
        story: list[Flowable] = []
        for start in range(0, len(rows), _PAGE):
            own = [list(_TITLES), *rows[start : start + _PAGE]]
            widths = [width * 6 for width in _WIDTHS]
            story += [Table(own, colWidths=widths, rowHeights=[11] * len(own), style=style)]
            story.append(PageBreak())
        document = SimpleDocTemplate(str(path), pagesize=landscape(A4))
        document.build(story)
        return -(-len(rows) // _PAGE)

    return write


def sheet(path: Path) -> Callable[[], int]:
    """A workbook of 100,000 rows and 12 columns by the program."""
    made, stamp = _list_paper(tuple(_wide(row) for row in lines(SHEET_ROWS)), wide=True)
    return lambda: write_xlsx(path, made, stamp)


def openpyxl(path: Path) -> Callable[[], int]:
    """The same rows by openpyxl's write-only mode, without any style."""
    from openpyxl import Workbook  # noqa: PLC0415 - the baseline's own

    rows = [_wide(row) for row in lines(SHEET_ROWS)]

    def write() -> int:
        book = Workbook(write_only=True)
        page = book.create_sheet("rows")
        for row in rows:
            page.append(row)
        book.save(path)
        return 1

    return write


def _wide(row: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return (*row, "open", "zhangsan", row[6], "2026-03-04")


def _list_paper(
    rows: tuple[tuple[str | int, ...], ...], *, wide: bool = False
) -> tuple[parts.Paper, parts.Stamp]:
    """A list with these rows."""
    text, money, day = parts.Look.TEXT, parts.Look.MONEY, parts.Look.DAY
    looks: tuple[parts.Look, ...] = (text, text, day, text, text, text, money, money)
    titles: tuple[str, ...] = _TITLES
    widths: tuple[int, ...] = _WIDTHS
    if wide:
        looks += (text, text, money, day)
        titles += ("State", "Owner", "Amount", "Seen on")
        widths += (8, 10, 13, 11)
    table = parts.Table(
        name="rows",
        columns=tuple(
            parts.Column(title=title, width=width, look=look)
            for title, width, look in zip(titles, widths, looks, strict=True)
        ),
        rows=rows,
    )
    made = parts.Paper(
        kind=ReportKind.DISCREPANCIES,
        title="对账差异明细表",
        unit="临江市供电公司",
        language="zh_CN",
        subject="2026-03-03",
        period="2026-03-03",
        blocks=(table,),
        landscape=True,
    )
    return made, parts.Stamp(number="CY-20260304-0001", code="2222-2222-2222-2222")


WRITERS: dict[str, Callable[[Path], Callable[[], int]]] = {
    "receipts": receipts,
    "list": list_,
    "platypus": platypus,
    "sheet": sheet,
    "openpyxl": openpyxl,
}


if __name__ == "__main__":
    main(sys.argv[1])
