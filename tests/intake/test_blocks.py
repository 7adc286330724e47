"""Delimited text becomes the same rows with the same lines whichever way it is split."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake.blocks import LONGEST_LINE, Block, TextBlocks, TextLayout
from app.intake.refusal import FileRefused
from app.intake.rules import Reason

Found = list[tuple[int, list[str]]]

CELL = st.text(alphabet='ab1,"\n \r户', max_size=5)
PLAIN_CELL = st.text(alphabet="ab1 户.", max_size=5)


def layout(width: int = 3, **more: Any) -> TextLayout:
    return TextLayout(delimiter=",", width=width, named=width, first_line=2, **more)


def rows_of(blocks: list[Block]) -> Found:
    found: Found = []
    for block in blocks:
        rows = [(int(line), list(block.row(place))) for place, line in enumerate(block.lines)]
        odd = [(one.before, one.line, list(one.fields)) for one in block.odd]
        for before, line, fields in reversed(odd):
            rows.insert(before, (line, fields))
        found += [row for row in rows if any(cell.strip() for cell in row[1])]
    return found


def split(data: bytes, size: int, **more: Any) -> Found:
    chunks = (data[start : start + size] for start in range(0, len(data), size))
    return rows_of(list(TextBlocks(chunks, layout(**more))))


def by_csv_module(text: str) -> Found:
    """Split a text in the plainest way there is."""
    lines = io.StringIO(text, newline="\n")
    tidy = (
        line.rstrip("\r\n").replace("\r", " ") + ("\n" if line.endswith("\n") else "")
        for line in lines
    )
    reader = csv.reader(tidy)
    found, line = [], 2
    for fields in reader:
        begins, line = line, 2 + reader.line_num
        if any(one.strip() for one in fields):
            found.append((begins, fields))
    return found


@given(
    st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=12),
    st.integers(1, 60),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_quoted_rows_survive_any_cut(
    rows: list[list[str]], size: int, newline: str, quoting: int
) -> None:
    target = io.StringIO()
    csv.writer(target, lineterminator=newline, quoting=quoting).writerows(rows)  # type: ignore[arg-type]

    found = split(target.getvalue().encode(), size)

    assert found == by_csv_module(target.getvalue())


@given(st.lists(st.lists(PLAIN_CELL, min_size=1, max_size=5), max_size=15), st.integers(1, 40))
def test_ragged_rows_and_blank_lines_keep_their_lines(rows: list[list[str]], size: int) -> None:
    text = "".join(",".join(row) + "\n" for row in rows)

    assert split(text.encode(), size) == by_csv_module(text)


@given(
    st.lists(st.lists(st.text(alphabet='a1户,"鏀\n', max_size=5), max_size=4), max_size=12),
    st.integers(1, 60),
)
def test_gb18030_is_split_like_utf8(rows: list[list[str]], size: int) -> None:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)

    found = split(target.getvalue().encode("gb18030"), size, encoding="gb18030")

    assert found == by_csv_module(target.getvalue())


@given(st.text(alphabet='ab,"\n\r ', max_size=60), st.integers(1, 30))
def test_any_text_gives_rows_or_a_refusal(text: str, size: int) -> None:
    found: Found | Reason
    try:
        found = split(text.encode(), size)
    except FileRefused as refused:
        found = refused.problem.reason

    assert found in (by_csv_module(text), Reason.OPEN_QUOTE)


def test_the_line_of_a_row_counts_lines_inside_quotation_marks() -> None:
    data = b'a,"x\ny",c\nd,e,f\n'

    assert split(data, 100) == [(2, ["a", "x\ny", "c"]), (4, ["d", "e", "f"])]


def test_a_last_line_without_its_end_is_told_apart() -> None:
    blocks = list(TextBlocks([b"a,b,c\nd,e"], layout()))

    (odd,) = [odd for block in blocks for odd in block.odd]
    assert (odd.line, odd.last) == (3, True)


def test_fields_of_a_file_that_overflows_end_in_its_last_column() -> None:
    assert split(b"a,1,c,d,e\nx,y,1,c,d\n", 100, overflow=((1, re.compile("[0-9]")),)) == [
        (2, ["a", "1", "c,d,e"]),
        (3, ["x", "y", "1", "c", "d"]),
    ]


def test_empty_fields_beyond_the_header_count_only_if_all_rows_have_them() -> None:
    data = b"a,b,c,\nd,e,f,,\n"

    assert split(data, 100, surplus=1) == [(2, ["a", "b", "c"]), (3, ["d", "e", "f", "", ""])]
    assert split(data, 100)[0] == (2, ["a", "b", "c", ""])


def test_rows_may_be_short_where_the_profile_says_so() -> None:
    assert split(b"a,b\n", 100, short_rows=True) == [(2, ["a", "b", ""])]


def test_lines_may_end_with_a_carriage_return_alone() -> None:
    assert split(b"a,b,c\rd,e,f\r", 100, bare_returns=True) == [
        (2, ["a", "b", "c"]),
        (3, ["d", "e", "f"]),
    ]


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"a,b,c\nd,\x00,f\n", Reason.NUL_BYTE, 3),
        (b'a,b,c\nd,"e,f\ng,h,i\n', Reason.OPEN_QUOTE, 3),
        (b'a,b,c\n"' + b"x" * (2 * LONGEST_LINE) + b'",e,f\n', Reason.LINE_TOO_LONG, 3),
        (b"a,b,c\n" + b"x" * (5 * LONGEST_LINE), Reason.LINE_TOO_LONG, 3),
    ],
)
def test_what_cannot_be_split_is_refused_with_its_line(
    data: bytes, reason: Reason, line: int
) -> None:
    with pytest.raises(FileRefused) as refused:
        split(data, 1 << 22)

    assert (refused.value.problem.reason, refused.value.problem.line) == (reason, line)


def test_a_long_file_is_split_into_blocks_of_a_bounded_size() -> None:
    data = b"a,b,c\n" * 200_000

    blocks = list(TextBlocks([data], layout()))

    assert sum(len(block) for block in blocks) == 200_000
    assert max(len(block) for block in blocks) <= 65_536
    assert int(blocks[-1].lines[-1]) == 200_001
