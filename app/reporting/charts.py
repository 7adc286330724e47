"""Bars on paper, in greys that any printer draws."""

from __future__ import annotations

from collections.abc import Sequence

from app.reporting.flows import Whole, baseline, gap, whole
from app.reporting.fonts import Face
from app.reporting.looks import Style, money
from app.reporting.paper import Beside, Chart, Look
from app.reporting.pen import POINT, Align, Pen, fitted, measure, unbroken, wrapped

_GREYS = (35, 70, 85, 55)
_STEPS = (1, 2, 5)
"""How fine the lines behind the bars may be: these times a power of ten."""


def chart_flows(row: Beside, style: Style) -> list[Whole]:
    """Return charts beside each other."""
    count = len(row.charts)
    if not count:
        return []
    space = style.gap
    wide = (style.room - space * (count - 1)) // count

    def draw(pen: Pen, top: int) -> None:
        for place, chart in enumerate(row.charts):
            _Drawing(pen, chart, style, (style.left + place * (wide + space), wide)).draw(top)

    return [whole(style.chart + 4 * style.leading, draw), gap(style.gap)]


class _Drawing:
    """One chart on its way to the paper."""

    def __init__(self, pen: Pen, chart: Chart, style: Style, place: tuple[int, int]) -> None:
        self.pen, self.chart, self.style = pen, chart, style
        self.left, self.wide = place
        values = [value for one in chart.series for value in one.values]
        self.ticks = _ticks(min([0, *values]), max([0, *values]))
        self.label = max((measure(self._said(tick), style.small) for tick in self.ticks), default=0)

    def draw(self, top: int) -> None:
        """Draw title, legend, lines, bars and names."""
        style = self.style
        y = baseline(top, style.size)
        self.pen.text((self.left, y), self.chart.title, style.size, Face.HEI)
        self._legend(y)
        upper = top - 2 * style.leading
        bottom = upper - self.style.chart
        start, end = self.left + self.label + 4 * POINT, self.left + self.wide
        self._lines(start, end, bottom)
        self._bars(start, end, bottom)

    def _legend(self, y: int) -> None:
        if len(self.chart.series) < 2:  # noqa: PLR2004 - one needs no legend
            return
        x = self.left + self.wide
        for number, one in reversed(list(enumerate(self.chart.series))):
            x -= measure(one.name, self.style.small)
            self.pen.text((x, y), one.name, self.style.small, Face.SONG)
            x -= 8 * POINT
            self.pen.fill((x, y), (6 * POINT, 6 * POINT), _GREYS[number % len(_GREYS)])
            x -= 8 * POINT

    def _height(self, value: int) -> int:
        low, high = self.ticks[0], self.ticks[-1]
        return (value - low) * self.style.chart // (high - low)

    def _lines(self, start: int, end: int, bottom: int) -> None:
        for tick in self.ticks:
            y = bottom + self._height(tick)
            self.pen.pale(start, end, (y,))
            text = self._said(tick)
            at = (start - 4 * POINT, y - self.style.small // 3)
            self.pen.text(at, text, self.style.small, Face.SONG, Align.RIGHT)

    def _bars(self, start: int, end: int, bottom: int) -> None:
        names, series = self.chart.names, self.chart.series
        zero = bottom + self._height(0)
        self.pen.level(start, end, (zero,))
        for place, name in enumerate(names):
            left = start + (end - start) * place // len(names)
            room = (end - start) // len(names)
            bar = room * 7 // 10 // max(len(series), 1)
            for number, one in enumerate(series):
                x = left + room * 15 // 100 + number * bar
                self._bar((x, zero), bar, one.values[place], _GREYS[number % len(_GREYS)])
            self._name(left + room // 2, bottom, room, name)

    def _bar(self, foot: tuple[int, int], wide: int, value: int, grey: int) -> None:
        x, zero = foot
        end = zero - self._height(0) + self._height(value)
        self.pen.fill((x, min(zero, end)), (wide * 9 // 10, abs(end - zero)), grey)
        if value:
            text = self._said(value)
            size = fitted(text, self.style.small, wide * 12 // 10)
            y = max(zero, end) + POINT if value > 0 else min(zero, end) - size
            self.pen.text((x + wide * 9 // 20, y), text, size, Face.SONG, Align.CENTRE)

    def _name(self, middle: int, bottom: int, room: int, name: str) -> None:
        style = self.style
        size = unbroken(name, style.small, room)
        for number, line in enumerate(wrapped(name, size, room)[:2]):
            y = baseline(bottom - number * style.leading, size, 2 * POINT)
            self.pen.text((middle, y), line, size, Face.SONG, Align.CENTRE)

    def _said(self, value: int) -> str:
        return money(value) if self.chart.look is Look.MONEY else f"{value:,}"


def _ticks(low: int, high: int) -> Sequence[int]:
    """Return round numbers that reach from the lowest to above the highest value."""
    span = max(high - low, 1)
    step = next(
        size * 10**power for power in range(20) for size in _STEPS if size * 10**power * 4 >= span
    )
    first = -(-low // step) - (1 if low % step else 0)
    last = -(-high // step) + (1 if high and not high % step else 0)
    return [number * step for number in range(first, max(last, first + 1) + 1)]
