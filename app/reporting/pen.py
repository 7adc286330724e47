"""Writing text and lines on the pages of a PDF, page by page instead of cell by cell.

All lengths are whole hundredths of a point; y goes up from the lower edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from reportlab.pdfgen.canvas import Canvas

from app.reporting.fonts import Face, loaded, runs, width

POINT = 100
EM = 1_000
_REMEMBERED = 50_000
_OPENING = frozenset("（《【“‘([")
_CLOSING = frozenset("，。、；：！？）》】”’…％,.;:!?)]%")
"""No line ends with an opening mark or begins with a closing one."""


class Align(Enum):
    """Where a text stands in its place."""

    LEFT = 0
    CENTRE = 1
    RIGHT = 2


def mm(length: int, tenths: int = 0) -> int:
    """Return millimetres, and tenths of them, as hundredths of a point."""
    return (length * 10 + tenths) * 7_200 // 254


class Pen:
    """Collects what is drawn on a page and hands it over when the page is finished."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self._document = vars(canvas)["_doc"]
        self._words: list[str] = []
        self._fills: list[str] = []
        self._lines: list[str] = []
        self._known: dict[tuple[str, Face, int], str] = {}

    def text(
        self, at: tuple[int, int], words: str, size: int, face: Face, align: Align = Align.LEFT
    ) -> None:
        """Write words; `at` is where the line of writing begins, or its middle or end."""
        x, y = at
        if align is not Align.LEFT:
            taken = measure(words, size, face)
            x -= taken if align is Align.RIGHT else taken // 2
        self._words.append(f"1 0 0 1 {x / POINT:.2f} {y / POINT:.2f} Tm")
        self._words.append(self._shown(words, size, face))

    def heavy(self, at: tuple[int, int], words: str, size: int) -> None:
        """Write words in the middle of `at`, bold."""
        self._words.append(f"2 Tr {size / POINT / 40:.2f} w")
        self.text(at, words, size, Face.HEI, Align.CENTRE)
        self._words.append("0 Tr")

    def slanted(self, middle: tuple[int, int], words: str, size: int) -> None:
        """Write words in grey from the lower left to the upper right, across what stands there."""
        x, y = middle
        half = measure(words, size, Face.HEI) * 7 // 20
        x, y = x - half, y - half + size // 4
        turn = "0.7071 0.7071 -0.7071 0.7071"
        shown = self._shown(words, size, Face.HEI)
        # Behind everything else: what is void can still be read.
        self._words[:0] = [
            "0.8 g",
            f"{turn} {x / POINT:.2f} {y / POINT:.2f} Tm",
            shown,
            "0 g",
        ]

    def grey(self, percent: int) -> None:
        """Write from here on in a grey; 0 is black."""
        self._words.append(f"{percent / 100:.2f} g")

    def line(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Draw a line."""
        (x1, y1), (x2, y2) = start, end
        self._lines.append(
            f"{x1 / POINT:.2f} {y1 / POINT:.2f} m {x2 / POINT:.2f} {y2 / POINT:.2f} l S"
        )

    def level(self, left: int, right: int, heights: Iterable[int]) -> None:
        """Draw level lines from left to right."""
        start, end = f"{left / POINT:.2f}", f"{right / POINT:.2f}"
        self._lines += [f"{start} {y / POINT:.2f} m {end} {y / POINT:.2f} l S" for y in heights]

    def pale(self, left: int, right: int, heights: Iterable[int]) -> None:
        """Draw thin grey level lines, as they stand behind a chart."""
        start, end = f"{left / POINT:.2f}", f"{right / POINT:.2f}"
        self._fills += [
            f"q 0.3 w 0.75 G {start} {y / POINT:.2f} m {end} {y / POINT:.2f} l S Q" for y in heights
        ]

    def fill(self, corner: tuple[int, int], size: tuple[int, int], percent: int) -> None:
        """Fill a rectangle behind lines and words, from its lower left corner; 100 is white."""
        (x, y), (wide, high) = corner, size
        self._fills.append(
            f"q {percent / 100:.2f} g {x / POINT:.2f} {y / POINT:.2f}"
            f" {wide / POINT:.2f} {high / POINT:.2f} re f Q"
        )

    def stroke(self, thickness: int) -> None:
        """Draw lines from here on with this thickness."""
        self._lines.append(f"{thickness / POINT:.2f} w 0 G")

    def place(self, corner: tuple[int, int], size: int, operators: str) -> None:
        """Place what is drawn in a square of 1 by 1 on a square of this size."""
        x, y = corner
        side = f"{size / POINT:.2f}"
        self._lines.append(
            f"q 0 g {side} 0 0 {side} {x / POINT:.2f} {y / POINT:.2f} cm\n{operators}\nQ"
        )

    def finish(self) -> None:
        """Hand the page over."""
        lines, words = "\n".join([*self._fills, *self._lines]), "\n".join(self._words)
        self.canvas.addLiteral(f"q\n{lines}\nQ\nBT\n{words}\nET")
        self._fills.clear()
        self._lines.clear()
        self._words.clear()

    def _shown(self, words: str, size: int, face: Face) -> str:
        key = (words, face, size)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            found = self._known[key] = self._encoded(words, size, face)
        return found

    def _encoded(self, words: str, size: int, face: Face) -> str:
        document, points = self._document, f"{size / POINT:.2f}"
        found = []
        for one, piece in runs(words, face):
            font = loaded(one)
            for subset, codes in font.splitString(piece, document):
                name = font.getSubsetInternalName(subset, document)
                found.append(f"{name} {points} Tf <{codes.hex()}> Tj")
        return "\n".join(found)


def measure(words: str, size: int, face: Face = Face.SONG) -> int:
    """Return how wide words are."""
    return width(words, face) * size // EM


def fitted(words: str, size: int, room: int, face: Face = Face.SONG) -> int:
    """Return the size at which words fit on one line of this width: the given one, or smaller."""
    taken = measure(words, size, face)
    return size if taken <= room else max(size * room // taken, 1)


def unbroken(words: str, size: int, room: int, face: Face = Face.SONG) -> int:
    """Return the size at which no word between spaces has to be broken in lines of this width."""
    narrow = [word for word in words.split() if not any(map(_is_wide, word))]
    return min((fitted(word, size, room, face) for word in narrow), default=size)


def wrapped(words: str, size: int, room: int, face: Face = Face.SONG) -> Sequence[str]:
    """Split words into lines of this width: at spaces and between Chinese characters."""
    if "\n" in words:
        return [line for part in words.split("\n") for line in wrapped(part, size, room, face)]
    if len(words) * size <= room or measure(words, size, face) <= room:
        return (words,)
    lines: list[str] = []
    rest = words
    while rest:
        count = _fitting(rest, size, room, face)
        if count < len(rest):
            count = _good_break(rest, count)
        lines.append(rest[:count].rstrip())
        rest = rest[count:].lstrip()
    return lines


def _fitting(words: str, size: int, room: int, face: Face) -> int:
    """Return how many characters fit; at least one."""
    taken = 0
    for count, char in enumerate(words):
        taken += width(char, face)
        if taken * size > room * EM:
            return max(count, 1)
    return len(words)


def _good_break(words: str, most: int) -> int:
    """Return where to break, at most there; inside a word only when nothing helps."""
    for place in range(most, most // 4, -1):
        before, after = words[place - 1], words[place]
        if after in _CLOSING or before in _OPENING:
            continue
        if before.isspace() or after.isspace() or _is_wide(before) or _is_wide(after):
            return place
    return most


def _is_wide(char: str) -> bool:
    return ord(char) >= 0x2E80  # noqa: PLR2004 - where the Chinese characters begin
