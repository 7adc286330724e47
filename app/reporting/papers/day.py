"""Day report (日结报告): the whole day on two pages, with charts and the end of the audit log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adjustments.queries import VoucherFilter, VoucherView, vouchers
from app.adjustments.rules import VoucherKind
from app.arrivals.queries import ArrivalFilter, ExpectedArrival, expected_arrivals
from app.arrivals.rules import ArrivalState
from app.audit.model import AuditAnchor, AuditHead
from app.base.i18n import N_, _
from app.catalog import queries as catalog
from app.closing.blocking import blockers
from app.closing.board import BoardRow
from app.closing.figures import DayBoard, TrendDay, day_board
from app.closing.months import ClosingView, month_view
from app.closing.rules import Blocker, CellState, CloseState, RowKind, Step, Sum
from app.matching.rules import Task
from app.reporting.looks import money
from app.reporting.paper import (
    Beside,
    Break,
    Chart,
    Column,
    Field,
    Fields,
    Look,
    Paper,
    Picture,
    Row,
    Series,
    Table,
    Text,
    Weight,
)
from app.reporting.papers.common import (
    NOTHING,
    channel_names,
    day_wanted,
    four_signatures,
    moment,
    unit,
)
from app.reporting.papers.summary import Figures, figures_of_run, runs_of_day
from app.reporting.rules import ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.closing import about
from app.wording.labels import label

_BARS = 8
_KINDS = 6
"""So many bars stand in a chart; the names of kinds are longer."""

_MOST_ROWS = 18
"""So many channels and accounts stand by themselves, so that the day fits on two pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the report is written from."""

    day: date
    board: DayBoard
    figures: Sequence[Figures]
    arrivals: Sequence[ExpectedArrival]
    vouchers: Sequence[VoucherView]
    closing: ClosingView | None
    blockers: Sequence[Blocker]
    channels: Mapping[str, str]
    payees: Mapping[str, str]

    @property
    def is_closed(self) -> bool:
        """Whether the day is closed and was not reopened."""
        return self.closing is not None and self.closing.state is CloseState.CLOSED


def day_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the report of a day, as it stands now."""
    day = day_wanted(session, wish)
    facts = _facts(session, day)
    paper = Paper(
        kind=ReportKind.DAY,
        title=_(N_("Day report")),
        unit=unit(session),
        language=wish.tongue,
        subject=day.isoformat(),
        period=day.isoformat(),
        blocks=(
            _head(facts),
            _reconciled(facts),
            _steps(facts),
            _vouchers(facts),
            Text(text=_standing(facts), weight=Weight.STRONG),
            Break(),
            *_in_rows(_charts_of_day(facts), _charts_of_trend(facts.board.trend)),
            _money_in(facts),
            _anchor(session),
        ),
        signatures=four_signatures(),
        dense=True,
        form=wish.sheet,
    )
    return [Ready(subject=wish.parameters(), paper=paper)]


def _facts(session: Session, day: date) -> _Facts:
    arrived = ArrivalFilter(day=day, brought_forward=True)
    closing = month_view(session, day.year, day.month)[day.day - 1].closing
    closed = closing is not None and closing.state is CloseState.CLOSED
    return _Facts(
        day=day,
        board=day_board(session, day),
        figures=[figures_of_run(run) for run in runs_of_day(session, day, task=None, channel="")],
        arrivals=expected_arrivals(session, arrived),
        vouchers=vouchers(session, VoucherFilter(day=day)),
        closing=closing,
        blockers=() if closed else blockers(session, day),
        channels=channel_names(session),
        payees={one.code: one.name for one in catalog.organisations(session)},
    )


# ---------------------------------------------------------------- the first page


def _head(facts: _Facts) -> Fields:
    board, closing = facts.board, facts.closing
    figures = board.figures
    state, hash_ = _(N_("open")), NOTHING
    if closing is not None and facts.is_closed:
        text = _(N_("closed {at} by {by}"))
        state = text.format(at=moment(closing.closed_at), by=closing.closed_by)
        hash_ = closing.hash
    overdue = board.overdue
    return Fields(
        fields=(
            Field(name=_(N_("Business date")), value=facts.day.isoformat(), look=Look.DAY),
            Field(name=_(N_("State")), value=state, strong=True),
            Field(name=_(N_("Differences after reconciliation")), value=_sum(figures.reconciled)),
            Field(name=_(N_("Differences after adjusting")), value=_sum(figures.adjusted)),
            Field(name=_(N_("In transit")), value=_sum(figures.transit)),
            Field(name=_(N_("Overdue discrepancies")), value=_sum(overdue.discrepancies)),
            Field(name=_(N_("Overdue batches")), value=_sum(overdue.batches)),
            Field(
                name=_(N_("Missing files")),
                value=len(overdue.files) + len(overdue.statements),
                look=Look.COUNT,
            ),
            Field(name=_(N_("Hash of the closing")), value=hash_, wide=True),
        ),
        beside=2,
    )


def _sum(one: Sum) -> str:
    text = _(N_("{count}, net {amount}"))
    return text.format(count=f"{one.count:,}", amount=money(one.fen, sign=True))


def _reconciled(facts: _Facts) -> Table:
    """Each channel, and the tasks about the whole day."""
    own = [one for one in facts.figures if one.task is Task.CHANNEL]
    own.sort(key=lambda one: -one.ours_fen)
    rows = [_figures_row(_channel(one, facts), [one]) for one in own[:_MOST_ROWS]]
    if len(own) > _MOST_ROWS:
        more = _(N_("{count} more channels")).format(count=len(own) - _MOST_ROWS)
        rows.append(_figures_row(more, own[_MOST_ROWS:]))
    rows += [
        _figures_row(label(one.task), [one])
        for one in facts.figures
        if one.task is not Task.CHANNEL
    ]
    return Table(
        name=_(N_("What was reconciled")),
        is_titled=True,
        columns=(
            Column(title=_(N_("Channel or task")), width=24),
            Column(title=_(N_("Ours, count")), width=9, look=Look.COUNT),
            Column(title=_(N_("Ours, amount")), width=15, look=Look.MONEY),
            Column(title=_(N_("Theirs, count")), width=9, look=Look.COUNT),
            Column(title=_(N_("Theirs, amount")), width=15, look=Look.MONEY),
            Column(title=_(N_("Matched")), width=9, look=Look.COUNT),
            Column(title=_(N_("Difference")), width=14, look=Look.MONEY),
        ),
        rows=tuple(rows),
    )


def _channel(one: Figures, facts: _Facts) -> str:
    return facts.channels.get(one.scope, one.scope)


def _figures_row(name: str, own: Sequence[Figures]) -> Row:
    ours, theirs = sum(one.ours_fen for one in own), sum(one.theirs_fen for one in own)
    return (
        name,
        sum(one.ours for one in own),
        ours,
        sum(one.theirs for one in own),
        theirs,
        sum(one.matched_ours for one in own),
        ours - theirs,
    )


def _steps(facts: _Facts) -> Table:
    """How many channels and accounts have done each step, of those that have to."""
    rows: list[Row] = []
    for kind in RowKind:
        own = [row for row in facts.board.rows if row.kind is kind]
        if own:
            rows.append((label(kind), len(own), *(_done(own, step) for step in Step)))
    return Table(
        name=_(N_("Where the day stands: done of what there is to do")),
        is_titled=True,
        columns=(
            Column(title="", width=16),
            Column(title=_(N_("Count")), width=7, look=Look.COUNT),
            *(Column(title=label(step), width=11, look=Look.SHARE) for step in Step),
        ),
        rows=tuple(rows),
    )


def _done(rows: Sequence[BoardRow], step: Step) -> str:
    states = [row.steps[step].state for row in rows]
    wanted = [state for state in states if state is not CellState.NONE]
    done = sum(1 for state in wanted if state is CellState.DONE)
    return f"{done} / {len(wanted)}" if wanted else NOTHING


def _standing(facts: _Facts) -> str:
    if facts.is_closed:
        return _(N_("The day is closed: nothing was in the way."))
    if not facts.blockers:
        return _(N_("The day is open; nothing is in the way of closing it."))
    parts = []
    for one in facts.blockers:
        what = about(one)
        words = f"{label(one.code)} ({what})" if what else label(one.code)
        parts.append(f"{words} × {one.count}" if one.count > 1 else words)
    text = _(N_("The day is open. In the way of closing it: {what}."))
    return text.format(what=_(N_("; ")).join(parts))


# ---------------------------------------------------------------- the second page


def _in_rows(*rows: tuple[Chart, ...]) -> Iterator[Beside]:
    """Charts beside each other; one without anything to show is left out."""
    for row in rows:
        charts = tuple(chart for chart in row if chart.names)
        if charts:
            yield Beside(charts=charts)


def _charts_of_day(facts: _Facts) -> tuple[Chart, ...]:
    by_channel = [one for one in facts.figures if one.task is Task.CHANNEL]
    by_channel.sort(key=lambda one: -one.ours_fen)
    shown = by_channel[:_BARS]
    kinds: Counter[str] = Counter()
    for one in facts.figures:
        for kind, found in one.kinds.items():
            kinds[label(kind)] += found.count
    most = kinds.most_common(_KINDS)
    return (
        Chart(
            title=_(N_("Collected by channel, in yuan")),
            names=tuple(facts.channels.get(one.scope, one.scope) for one in shown),
            series=(Series(name="", values=tuple(one.ours_fen for one in shown)),),
            look=Look.MONEY,
        ),
        Chart(
            title=_(N_("Discrepancies found, by kind")),
            names=tuple(name for name, _count in most),
            series=(Series(name="", values=tuple(count for _name, count in most)),),
        ),
    )


def _charts_of_trend(trend: Sequence[TrendDay]) -> tuple[Chart, ...]:
    days = sorted(trend, key=lambda one: one.day)[-_BARS:]
    names = tuple(f"{one.day:%m-%d}" for one in days)
    return (
        Chart(
            title=_(N_("Not matched of 1,000 entries")),
            names=names,
            series=(Series(name="", values=tuple(1000 - one.per_mille for one in days)),),
        ),
        Chart(
            title=_(N_("Still open of each day, count")),
            names=names,
            series=(Series(name="", values=tuple(one.open_count for one in days)),),
        ),
    )


def _money_in(facts: _Facts) -> Table:
    """What came onto each account of what was due, brought forward batches too."""
    found: dict[tuple[str, str], list[ExpectedArrival]] = defaultdict(list)
    for one in facts.arrivals:
        found[one.payee, one.account_no].append(one)
    # Those of which something is missing or too much come first, then the largest.
    order = sorted(found, key=lambda key: (-abs(_missing(found[key])), -_expected(found[key]), key))
    own = order if len(order) <= _MOST_ROWS else order[: _MOST_ROWS - 1]
    rows = [_arrived(payee, account, found[payee, account], facts) for payee, account in own]
    if rest := order[len(own) :]:
        more = _(N_("{count} more accounts")).format(count=len(rest))
        others = [one for key in rest for one in found[key]]
        rows.append((more, *_arrived("", "", others, facts)[1:]))
    total = _arrived("", "", facts.arrivals, facts)
    return Table(
        name=_(N_("Money in")),
        is_titled=True,
        columns=(
            Column(title=_(N_("Payee")), width=22),
            Column(title=_(N_("Bank account")), width=21),
            Column(title=_(N_("Batches")), width=8, look=Look.COUNT),
            Column(title=_(N_("Expected")), width=14, look=Look.MONEY),
            Column(title=_(N_("Arrived")), width=14, look=Look.MONEY),
            Column(title=_(N_("Difference")), width=13, look=Look.MONEY),
            Column(title=_(N_("Checked")), width=8, look=Look.COUNT),
        ),
        rows=tuple(rows),
        totals=((_(N_("Total")), *total[1:]),),
    )


def _expected(own: Sequence[ExpectedArrival]) -> int:
    return sum(one.expected_fen for one in own)


def _missing(own: Sequence[ExpectedArrival]) -> int:
    return sum(one.difference_fen for one in own)


def _arrived(payee: str, account: str, own: Sequence[ExpectedArrival], facts: _Facts) -> Row:
    expected = _expected(own)
    arrived = sum(one.arrived_fen for one in own)
    checked = sum(1 for one in own if one.state is ArrivalState.CHECKED)
    name = facts.payees.get(payee, payee)
    return (name, account or None, len(own), expected, arrived, expected - arrived, checked)


def _vouchers(facts: _Facts) -> Table:
    rows = []
    for kind in VoucherKind:
        own = [one for one in facts.vouchers if one.kind is kind]
        if own:
            rows.append((label(kind), len(own), sum(one.total_fen for one in own)))
    total = sum(one.total_fen for one in facts.vouchers)
    return Table(
        name=_(N_("Vouchers")),
        is_titled=True,
        columns=(
            Column(title=_(N_("Kind")), width=40),
            Column(title=_(N_("Count")), width=20, look=Look.COUNT),
            Column(title=_(N_("Sum of debits")), width=30, look=Look.MONEY),
        ),
        rows=tuple(rows),
        totals=((_(N_("Total")), len(facts.vouchers), total),),
    )


def _anchor(session: Session) -> Picture:
    """The end of the audit log now, and the last signed note of it."""
    head = session.get(AuditHead, 1)
    last = session.scalars(select(AuditAnchor).order_by(AuditAnchor.id.desc()).limit(1)).first()
    words = [f"HEAD {head.sequence} {head.hash}" if head else "HEAD 0"]
    title = _(N_("End of the audit log; no anchor was made yet"))
    if last is not None:
        words.append(f"ANCHOR {last.business_on:%Y%m%d} {last.sequence} {last.hash}")
        words.append(f"SIGNATURE {last.signature or '-'}")
        title = _(N_("End of the audit log, and its anchor of {day}"))
        if last.signature:
            title = _(N_("End of the audit log, and its signed anchor of {day}"))
        title = title.format(day=last.business_on.isoformat())
    return Picture(title=title, holds=" ".join(words))
