"""Papers as PDF: what stands on the pages can be read back, whatever the data."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.base.errors import Cancelled
from app.reporting.fonts import Face, characters, presentable, runs
from app.reporting.paper import Field, Look, Missing, Stamp
from app.reporting.pdf import write_pdf
from app.reporting.pen import measure, wrapped
from app.reporting.rules import PageForm
from tests.reporting.making import STAMP, embedded_fonts, pages_of, paper, row, squeezed

RARE = "䶮㛃㙟堃喆犇镕甯妤芃祎瑀𬬻"
LONG = "国网江苏省电力有限公司苏州市吴江区供电分公司汾湖供电服务中心" * 6


def test_what_stands_on_a_page_is_read_back(tmp_path: Path) -> None:
    fields = (
        Field(name="Sum", value=-123456, look=Look.MONEY),
        Field(name="Words", value="壹仟贰佰叁拾肆元伍角陆分", wide=True),
    )
    made = paper((row(1, "alpha", 1234567890), row(2, "beta", 0)), fields=fields, text="the end")

    write_pdf(tmp_path / "a.pdf", [(made, STAMP)])

    (text,) = map(squeezed, pages_of(tmp_path / "a.pdf"))
    for part in (
        *("Apaper", "StateGrid", "CY-20261014-0001", "ABCD-EFGH-JKMN-PQRS", "page1of1"),
        *("alpha", "12,345,678.90", "0.00", "-￥1,234.56", "壹仟贰佰叁拾肆元伍角陆分", "theend"),
        *("original", "2026-10-1409:12:33", "zhangsan"),
    ):
        assert part in text


def test_all_fonts_are_embedded_as_subsets(tmp_path: Path) -> None:
    write_pdf(tmp_path / "a.pdf", [(paper((row(1, RARE),)), STAMP)])

    fonts = embedded_fonts(tmp_path / "a.pdf")

    assert fonts
    assert all(has and name[7] == "+" for name, has in fonts)
    assert (tmp_path / "a.pdf").stat().st_size < 200_000


def test_rare_characters_of_names_are_set_and_read_back(tmp_path: Path) -> None:
    made = write_pdf(tmp_path / "a.pdf", [(paper((row(1, RARE),)), STAMP)])

    assert made.missing == ()
    assert RARE in squeezed(pages_of(tmp_path / "a.pdf")[0])


def test_fonts_have_all_characters_of_the_national_standard() -> None:
    first_level = {*range(0x4E00, 0xA000), *range(0x3400, 0x4DC0)}

    lacking = first_level - frozenset().union(*(characters(face) for face in Face))

    assert not lacking


def test_a_character_that_no_font_has_is_named_and_never_blank(tmp_path: Path) -> None:
    made = paper((row(1, "张\U0001f600三"),), fields=(Field(name="Payer", value="李\u0e01"),))

    found = write_pdf(tmp_path / "a.pdf", [(made, STAMP)])

    assert found.missing == (
        Missing(character="\u0e01", field="Payer"),
        Missing(character="\U0001f600", field="Name"),
    )
    text = squeezed(pages_of(tmp_path / "a.pdf")[0])
    assert "张[U+1F600]三" in text
    assert "李[U+0E01]" in text


def test_control_characters_and_invisible_ones_leave_no_trace(tmp_path: Path) -> None:
    made = paper((row(1, "a\tb\x00c\u200bd\ufe0fe\xa0f"),))

    shown, missing = presentable(made)
    write_pdf(tmp_path / "a.pdf", [(made, STAMP)])

    assert shown.table is not None
    assert shown.table.rows[0][1] == "a b cde f"
    assert missing == []


def test_a_text_is_split_by_the_fonts_that_have_it() -> None:
    assert runs("张𬬻三", Face.HEI) == [(Face.HEI, "张"), (Face.RARE, "𬬻"), (Face.HEI, "三")]
    assert runs("", Face.SONG) == []


def test_headers_come_again_and_pages_are_counted(tmp_path: Path) -> None:
    rows = tuple(row(number, f"name{number}") for number in range(1, 201))
    totals = (("", "Total", None, 200_00),)

    made = write_pdf(tmp_path / "a.pdf", [(paper(rows, totals=totals), STAMP)])

    pages = [squeezed(text) for text in pages_of(tmp_path / "a.pdf")]
    assert made.pages == (len(pages),)
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert f"page{number}of{len(pages)}" in text
        assert "No.NameDayAmount" in text
        assert "CY-20261014-0001" in text
    whole = "".join(pages)
    assert all(f"name{number}2026" in whole for number in range(1, 201))
    # Totals never begin a page.
    assert "name200" in pages[-1]
    assert "￥200.00" in pages[-1]


@pytest.mark.parametrize("count", range(30, 60))
def test_totals_never_stand_alone(tmp_path: Path, count: int) -> None:
    rows = tuple(row(number, f"name{number}") for number in range(1, count + 1))
    totals = (("", "Total", None, 1), ("", "Again", None, 2))

    write_pdf(tmp_path / "a.pdf", [(paper(rows, totals=totals), STAMP)])

    last = next(text for text in pages_of(tmp_path / "a.pdf") if "Total" in text)
    assert f"name{count}" in last
    assert "Again" in last


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    write_pdf(tmp_path / "a.pdf", [(paper(), STAMP)])

    assert "—none—" in squeezed(pages_of(tmp_path / "a.pdf")[0])


def test_long_names_are_wrapped_and_nothing_is_lost(tmp_path: Path) -> None:
    fields = (Field(name="Payee " * 9, value=LONG), Field(name="Short", value=LONG * 9, wide=True))
    made = paper((row(1, LONG), row(2, LONG * 30), row(3, "Z" * 400)), fields=fields, text=LONG)

    write_pdf(tmp_path / "a.pdf", [(made, STAMP)])

    whole = "".join(squeezed(text) for text in pages_of(tmp_path / "a.pdf"))
    assert {char: whole.count(char) for char in "汾湖吴江苏州"} == {
        char: LONG.count(char) * (1 + 9 + 1 + 30 + 1) for char in "汾湖吴江苏州"
    }
    assert whole.count("Z") == 400


@pytest.mark.parametrize("form", [PageForm.HALF, PageForm.THIRD])
def test_continuous_forms_have_their_size_and_can_be_moved(tmp_path: Path, form: PageForm) -> None:
    made = paper((row(1),), least=3, form=form)

    write_pdf(tmp_path / "a.pdf", [(made, STAMP)])
    write_pdf(tmp_path / "b.pdf", [(made, STAMP)], offset=(25, -10))

    box = PdfReader(tmp_path / "a.pdf").pages[0].mediabox
    wide, high = (round(side * 254 / 72) for side in (float(box.width), float(box.height)))
    assert f"{wide / 10:g}x{high / 10:g}" == form.value
    plain, moved = (_content(tmp_path / name) for name in ("a.pdf", "b.pdf"))
    # 2.5 mm to the right and 1 mm up, and everything else as it was.
    shift = "1 0 0 1 7.08 2.84 cm\n"
    assert shift in moved
    assert moved.replace(shift, "") == plain


def test_continuous_forms_have_no_filled_areas_and_lines_that_needles_draw(tmp_path: Path) -> None:
    fields = (Field(name="Payer", value="somebody"),)

    write_pdf(tmp_path / "a.pdf", [(paper((row(1),), fields=fields, form=PageForm.THIRD), Stamp())])
    write_pdf(tmp_path / "b.pdf", [(paper((row(1),), fields=fields), Stamp())])

    form, sheet = (_content(tmp_path / name) for name in ("a.pdf", "b.pdf"))
    assert " f Q" in sheet
    assert " f Q" not in form
    thicknesses = {float(found) for found in re.findall(r"([0-9.]+) w 0 G", form)}
    assert min(thicknesses) >= 0.35 * 72 / 25.4
    sizes = {float(found) for found in re.findall(r"([0-9.]+) Tf", form)}
    assert min(sizes) >= 9


def _content(path: Path) -> str:
    contents = PdfReader(path).pages[0].get_contents()
    assert contents is not None
    return contents.get_data().decode("latin-1")


def test_several_papers_in_one_file_count_their_own_pages(tmp_path: Path) -> None:
    long = paper(tuple(row(number) for number in range(100)))
    other = replace(STAMP, number="CY-20261014-0002")

    made = write_pdf(tmp_path / "a.pdf", [(long, STAMP), (paper((row(1),)), other)])

    texts = [squeezed(text) for text in pages_of(tmp_path / "a.pdf")]
    assert sum(made.pages) == len(texts)
    assert made.pages[1] == 1
    assert "page1of1" in texts[-1]
    assert "CY-20261014-0002" in texts[-1]
    assert "CY-20261014-0002" not in texts[-2]


def test_copies_void_papers_and_drafts_say_so(tmp_path: Path) -> None:
    made = paper((row(1),))
    stamps = [replace(STAMP, copy=2), replace(STAMP, void="printed twice"), Stamp()]

    write_pdf(tmp_path / "a.pdf", [(made, stamp) for stamp in stamps])

    reprint, void, draft = (squeezed(text) for text in pages_of(tmp_path / "a.pdf"))
    assert "Reprintno.2" in reprint
    assert "VOID" in void
    assert "printedtwice" in void
    assert "CY-20261014-0001" in void
    assert "Draft" in draft
    assert "CY-" not in draft


def test_cancelling_stops_between_papers(tmp_path: Path) -> None:
    class Stop:
        def advance(self, done: int, total: int, note: str = "") -> None:
            if done == 1:
                raise Cancelled

    with pytest.raises(Cancelled):
        write_pdf(tmp_path / "a.pdf", [(paper(), STAMP)] * 3, progress=Stop())

    assert not (tmp_path / "a.pdf").exists()


def test_lines_break_where_they_may() -> None:
    words = "账龄（工作日）、金额：1,234.50元。"

    lines = wrapped(words, 900, 4_000)

    assert "".join(lines) == words
    assert all(measure(line, 900) <= 4_000 for line in lines)
    assert not any(line[0] in "）、：。" or line[-1] == "（" for line in lines)
