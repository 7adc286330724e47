"""Ageing (账龄分析表): what is open by age, channel and payee, with charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.base.dates import day_of
from app.base.i18n import N_, _
from app.catalog import queries as catalog
from app.discrepancies.casefilter import channel_of, payee_of
from app.discrepancies.cases import case_ages
from app.discrepancies.model import Discrepancy
from app.discrepancies.queries import as_of
from app.discrepancies.rules import BANDS, Status, age_band
from app.matching.rules import COUNTED_ZERO, Task
from app.reporting.paper import (
    Beside,
    Chart,
    Column,
    Field,
    Fields,
    Group,
    Look,
    Paper,
    Row,
    Series,
    Table,
)
from app.reporting.papers.common import channel_names, four_signatures, unit
from app.reporting.rules import ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.labels import label

_BARS = 8
"""So many channels stand in a chart, the largest ones."""


@dataclass(slots=True)
class _Open:
    """How many are open, what they differ by, and by how much whatever the sign, in fen."""

    count: int = 0
    net: int = 0
    gross: int = 0

    def add(self, other: _Open) -> None:
        """Count others too."""
        self.count += other.count
        self.net += other.net
        self.gross += other.gross


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """What is open of one task, channel and payee in one band of age."""

    task: Task
    channel: str
    payee: str
    band: str
    open: _Open


def ageing_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the analysis of everything that is open as of the last run."""
    cells = _cells(session, wish)
    channels = channel_names(session)
    payees = {one.code: one.name for one in catalog.organisations(session)}
    today = as_of(session)
    by_band = _grouped(cells, lambda cell: cell.band)
    period = today.isoformat() if today else ""
    paper = Paper(
        kind=ReportKind.AGEING,
        title=_(N_("Ageing of open discrepancies")),
        unit=unit(session, wish.organisation),
        language=wish.tongue,
        subject=period,
        period=period,
        blocks=(
            Fields(
                fields=(
                    Field(name=_(N_("As of")), value=period, look=Look.DAY),
                    Field(name=_(N_("Age")), value=_(N_("in working days"))),
                ),
                beside=2,
            ),
            _bands(by_band),
            Beside(charts=_charts(by_band, cells, channels)),
            _matrix(_(N_("By task")), cells, lambda cell: label(cell.task)),
            _matrix(
                _(N_("By channel")),
                cells,
                lambda cell: channels.get(cell.channel, cell.channel) or _(N_("no channel")),
            ),
            _matrix(
                _(N_("By payee")),
                cells,
                lambda cell: payees.get(cell.payee, cell.payee) or _(N_("no payee")),
            ),
        ),
        signatures=four_signatures(),
        landscape=True,
        form=wish.sheet,
    )
    return [Ready(subject=wish.parameters(), paper=paper)]


def _cells(session: Session, wish: Wish) -> list[_Cell]:
    ages = case_ages(session)
    row = Discrepancy
    fen = case((row.kind.in_(list(COUNTED_ZERO)), 0), else_=row.difference_fen)
    channel, payee = channel_of().label("channel"), payee_of().label("payee")
    query = (
        select(
            row.task,
            channel,
            payee,
            row.business_on,
            func.count().label("number"),
            func.sum(fen).label("net"),
            func.sum(func.abs(fen)).label("gross"),
        )
        .where(row.status != Status.RESOLVED)
        .group_by(row.task, channel, payee, row.business_on)
    )
    if wish.task is not None:
        query = query.where(row.task == wish.task)
    below = catalog.branch(session, wish.organisation) if wish.organisation else None
    return [
        _Cell(
            task=found.task,
            channel=found.channel,
            payee=found.payee,
            band=age_band(ages[day_of(found.business_on)]),
            open=_Open(found.number, int(found.net), int(found.gross)),
        )
        for found in session.execute(query)
        if wish.channel in ("", found.channel) and (below is None or found.payee in below)
    ]


def _grouped(cells: Sequence[_Cell], key: Callable[[_Cell], str]) -> dict[str, _Open]:
    found: dict[str, _Open] = {}
    for cell in cells:
        found.setdefault(key(cell), _Open()).add(cell.open)
    return found


def _bands(by_band: Mapping[str, _Open]) -> Table:
    own = [(band, by_band.get(band, _Open())) for band in BANDS]
    whole = _Open()
    for _band, open_ in own:
        whole.add(open_)
    return Table(
        name=_(N_("By age")),
        columns=(
            Column(title=_(N_("Age")), width=14),
            Column(title=_(N_("Count")), width=12, look=Look.COUNT),
            Column(title=_(N_("Share")), width=12, look=Look.SHARE),
            Column(title=_(N_("Net difference")), width=20, look=Look.MONEY),
            Column(title=_(N_("Sum of amounts")), width=20, look=Look.MONEY),
        ),
        rows=tuple(
            (_band_name(band), one.count, _share(one.count, whole.count), one.net, one.gross)
            for band, one in own
        ),
        totals=(
            (_(N_("Total")), whole.count, _share(whole.count, whole.count), whole.net, whole.gross),
        ),
    )


def _charts(
    by_band: Mapping[str, _Open], cells: Sequence[_Cell], channels: Mapping[str, str]
) -> tuple[Chart, ...]:
    bands = [by_band.get(band, _Open()) for band in BANDS]
    by_channel = _grouped(cells, lambda cell: cell.channel)
    by_channel.pop("", None)
    largest = sorted(by_channel.items(), key=lambda item: -item[1].gross)[:_BARS]
    found = [
        Chart(
            title=_(N_("Count by age")),
            names=tuple(_band_name(band) for band in BANDS),
            series=(Series(name="", values=tuple(one.count for one in bands)),),
        ),
        Chart(
            title=_(N_("Amount by age, in yuan")),
            names=tuple(_band_name(band) for band in BANDS),
            series=(Series(name="", values=tuple(one.gross for one in bands)),),
            look=Look.MONEY,
        ),
    ]
    if largest:
        found.append(
            Chart(
                title=_(N_("Count by channel")),
                names=tuple(channels.get(code, code) for code, _open in largest),
                series=(Series(name="", values=tuple(one.count for _code, one in largest)),),
            )
        )
    return tuple(found)


def _matrix(title: str, cells: Sequence[_Cell], key: Callable[[_Cell], str]) -> Table:
    """Count and amount of each band, and of all."""
    found: dict[str, dict[str, _Open]] = {}
    for cell in cells:
        own = found.setdefault(key(cell), {})
        own.setdefault(cell.band, _Open()).add(cell.open)
    rows = [_matrix_row(name, own) for name, own in sorted(found.items())]
    return Table(
        name=title,
        is_titled=True,
        columns=(
            Column(title="", width=22),
            *(
                column
                for _band in (*BANDS, "")
                for column in (
                    Column(title=_(N_("Count")), width=7, look=Look.COUNT),
                    Column(title=_(N_("Amount")), width=13, look=Look.MONEY),
                )
            ),
        ),
        groups=(
            Group(title="", columns=1),
            *(Group(title=_band_name(band), columns=2) for band in BANDS),
            Group(title=_(N_("Total")), columns=2),
        ),
        rows=tuple(rows),
        totals=(_matrix_row(_(N_("Total")), _grouped(cells, lambda cell: cell.band)),),
    )


def _matrix_row(name: str, own: Mapping[str, _Open]) -> Row:
    values: list[int | None] = []
    whole = _Open()
    for band in BANDS:
        one = own.get(band, _Open())
        whole.add(one)
        values += [one.count or None, one.gross if one.count else None]
    return (name, *values, whole.count, whole.gross)


def _band_name(band: str) -> str:
    if band == BANDS[-1]:
        return _(N_("over 30 days"))
    return _(N_("{days} days")).format(days=band.replace("-", "–"))


def _share(count: int, whole: int) -> str:
    """A share in per cent with one decimal, rounded half up."""
    if not whole:
        return ""
    tenths = (count * 2_000 + whole) // (whole * 2)
    return f"{tenths // 10}.{tenths % 10} %"
