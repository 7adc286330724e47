"""How papers look: sizes of sheets and letters, and how values are written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.reporting.paper import Look, Value
from app.reporting.pen import POINT, mm
from app.reporting.rules import PageForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Lengths of a sheet, in hundredths of a point."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    size: int
    small: int
    title: int
    thickness: int
    padding: int
    qr: int
    gap: int
    chart: int
    is_filled: bool

    @property
    def room(self) -> int:
        """The width between the margins."""
        return self.width - self.left - self.right

    @property
    def leading(self) -> int:
        """The distance of two lines of text."""
        return self.size * 13 // 10


_A4 = Style(
    width=mm(210),
    height=mm(297),
    left=mm(15),
    right=mm(15),
    top=mm(14),
    bottom=mm(14),
    size=9 * POINT,
    small=7 * POINT + POINT // 2,
    title=17 * POINT,
    thickness=POINT * 2 // 5,
    padding=3 * POINT,
    qr=mm(19),
    gap=8 * POINT,
    chart=mm(48),
    is_filled=True,
)
_WIDE_A4 = Style(
    width=mm(297),
    height=mm(210),
    left=mm(12),
    right=mm(12),
    top=mm(11),
    bottom=mm(11),
    size=8 * POINT,
    small=7 * POINT,
    title=16 * POINT,
    thickness=POINT * 2 // 5,
    padding=POINT * 8 // 5,
    qr=mm(18),
    gap=7 * POINT,
    chart=mm(48),
    is_filled=True,
)

_DENSE_A4 = replace(
    _A4,
    size=8 * POINT,
    small=7 * POINT,
    top=mm(11),
    bottom=mm(11),
    padding=POINT * 8 // 5,
    gap=6 * POINT,
    chart=mm(36),
)


def _continuous(height: int) -> Style:
    """A form with holes on both sides: no filled areas, lines that a needle printer draws."""
    return Style(
        width=mm(241),
        height=height,
        left=mm(14),
        right=mm(14),
        top=mm(4),
        bottom=mm(4),
        size=9 * POINT,
        small=9 * POINT,
        title=15 * POINT,
        thickness=POINT,
        padding=POINT * 9 // 5,
        qr=mm(15),
        gap=3 * POINT,
        chart=mm(48),
        is_filled=False,
    )


_FORMS = {PageForm.HALF: _continuous(mm(139, 7)), PageForm.THIRD: _continuous(mm(93, 1))}


def style_of(form: PageForm, *, landscape: bool = False, dense: bool = False) -> Style:
    """Return how a paper looks on a sheet."""
    if form is PageForm.A4 and dense:
        return _DENSE_A4
    if form is PageForm.A4:
        return _WIDE_A4 if landscape else _A4
    return _FORMS[form]


def money(fen: int, *, sign: bool = False) -> str:
    """Write fen as yuan with separators, such as -￥1,234.50 with the sign of the yuan."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{'￥' if sign else ''}{whole:,}.{part:02d}"


def shown(value: Value, look: Look, *, sign: bool = False) -> str:
    """Write a value; amounts with the sign of the yuan on demand, and nothing where it is None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return money(value, sign=sign) if look is Look.MONEY else f"{value:,}"


def is_right(look: Look) -> bool:
    """Return whether values of a column stand at its right edge."""
    return look in {Look.MONEY, Look.COUNT, Look.SHARE}
