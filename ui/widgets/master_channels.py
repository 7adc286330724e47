"""Channels and their fee rules, as parts of the master data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from functools import partial

from app.base.i18n import N_, _
from app.catalog import queries as catalog
from app.catalog.channel_editing import ChannelEdit, add_channel
from app.catalog.queries import ChannelView
from app.catalog.rules import ChannelKind, Cycle, FeeBearer, FeeRule, MasterField
from app.closing.master import change_channel
from app.wording.labels import label as label_of
from ui.formatting import amount, clock, rate
from ui.widgets.edit_form import Field
from ui.widgets.editors import Editor, FlagEditor, Options
from ui.widgets.master_sections import Saving, Section, Values, caption, choice, column, line
from ui.widgets.reading_texts import CLOCK, MONEY, PLAIN, RATE, whole
from ui.widgets.states import DONE, NONE, with_glyph

_ALL = tuple(ChannelEdit.__slots__)
_SAMPLES = (100_00, 1_000_00, 50_000_00)


def channels() -> Section:
    """Return the part of the channels."""
    return Section(
        name="channels",
        title=N_("Channels"),
        about=N_(
            "The cut-off says to which business day an entry belongs. When it moves, the entries "
            "of open days move with it. Cut-off, cycle and account are changed only when a second "
            "person agrees."
        ),
        columns=[
            column("code", caption(MasterField.CODE), lambda row: row.code, 12),
            column("name", caption(MasterField.NAME), lambda row: row.name, 22),
            column("kind", caption(MasterField.KIND), lambda row: label_of(row.kind), 14),
            column("cutoff", caption(MasterField.CUTOFF), _cutoff, 8),
            column("cycle", caption(MasterField.CYCLE_DAYS), _cycle, 16),
            column("account_no", caption(MasterField.ACCOUNT_NO), lambda row: row.account_no, 20),
            column("active", caption(MasterField.ACTIVE), _active, 10),
        ],
        load=catalog.channels,
        key=lambda row: str(row.code),
        heading=lambda row: f"{row.code}  {row.name}",
        fields=[
            line(MasterField.CODE, PLAIN, fixed=True),
            line(MasterField.NAME, PLAIN),
            choice(MasterField.KIND, _options(ChannelKind)),
            line(MasterField.CUTOFF, CLOCK, hint="24:00"),
            line(MasterField.CYCLE_DAYS, whole(MasterField.CYCLE_DAYS)),
            choice(MasterField.CYCLE, _options(Cycle)),
            line(MasterField.ACCOUNT_NO, PLAIN),
            _flag(MasterField.ACTIVE, N_("its files are expected")),
        ],
        values=_values,
        save=_save,
        after=_after,
        kinds=("channel",),
        order={"cutoff": lambda row: row.cutoff_minutes, "cycle": lambda row: row.cycle_days},
        new_title=N_("New channel"),
    )


def fees() -> Section:
    """Return the part of the fee rules."""
    return Section(
        name="fees",
        title=N_("Fee rules"),
        about=N_(
            "Without a rate a channel's fees are not checked. The fee of one payment is the rate, "
            "rounded to the fen, then held between the lowest and the highest. A rule is changed "
            "only when a second person agrees."
        ),
        columns=[
            column("code", caption(MasterField.CODE), lambda row: row.code, 12),
            column("name", caption(MasterField.NAME), lambda row: row.name, 19),
            column("rate", caption(MasterField.RATE), _rate, 12, numeric=True),
            column("minimum", caption(MasterField.MINIMUM), _minimum, 10, numeric=True),
            column("maximum", caption(MasterField.MAXIMUM), _maximum, 10, numeric=True),
            column("refund", caption(MasterField.REFUND), _refund, 19),
            column("bearer", caption(MasterField.BEARER), lambda row: label_of(row.fee_bearer), 12),
        ],
        load=catalog.channels,
        key=lambda row: str(row.code),
        heading=lambda row: f"{row.code}  {row.name}",
        fields=[
            line(MasterField.RATE, RATE, hint="0.3%"),
            line(MasterField.MINIMUM, MONEY),
            line(MasterField.MAXIMUM, MONEY),
            _flag(MasterField.REFUND, N_("the fee comes back with the money")),
            choice(MasterField.BEARER, _options(FeeBearer)),
        ],
        values=_values,
        save=_save,
        after=_after,
        kinds=("channel",),
        order={
            "rate": lambda row: row.rate_ppm or 0,
            "minimum": lambda row: row.minimum_fen or 0,
            "maximum": lambda row: row.maximum_fen or 0,
        },
        preview=_examples,
    )


def _options(kind: type[StrEnum]) -> Callable[[], Options]:
    return lambda: [(label_of(member), member) for member in kind]


def _flag(member: MasterField, text: str) -> Field:
    def editor() -> Editor:
        return FlagEditor(_(text))

    return Field(name=member.value, caption=caption(member), editor=editor)


def _values(row: ChannelView | None) -> Values:
    if row is None:
        new = ChannelEdit(code="", name="", kind=ChannelKind.BANK)
        return {name: getattr(new, name) for name in _ALL}
    return {name: getattr(row, name) for name in _ALL}


def _save(values: Values, row: ChannelView | None) -> Saving:
    edit = ChannelEdit(**{**_values(row), **values})
    if row is None:
        return Saving(call=partial(add_channel, edit=edit))
    call = partial(change_channel, edit=edit, seen=row.version)
    if edit.cutoff_minutes == row.cutoff_minutes:
        return Saving(call=call)
    text = _(
        N_(
            "Ask to move the cut-off of {name} from {before} to {after}? Once a second person "
            "agrees, its entries of open days get their new business days, and those days have to "
            "be reconciled again."
        )
    )
    ask = text.format(
        name=row.name, before=clock(row.cutoff_minutes), after=clock(edit.cutoff_minutes)
    )
    return Saving(call=call, ask=ask)


def _after(row: ChannelView, values: Values) -> ChannelView:
    known = {name: value for name, value in values.items() if name in _ALL}
    return replace(row, **known, version=row.version + 1)


def _examples(values: Values) -> str:
    """What the rule takes of some amounts."""
    if values[MasterField.RATE.value] is None:
        return _(N_("The fees of this channel are not checked."))
    rule = FeeRule(
        rate_ppm=values["rate_ppm"],
        minimum_fen=values["minimum_fen"],
        maximum_fen=values["maximum_fen"],
        refund_returns_fee=values["refund_returns_fee"],
    )
    text = _(N_("a payment of {amount}: fee {fee}"))
    lines = [text.format(amount=amount(fen), fee=amount(rule.fee(fen))) for fen in _SAMPLES]
    back = _(N_("a refund of {amount}: {fee} of the fee comes back"))
    lines.append(back.format(amount=amount(_SAMPLES[0]), fee=amount(-rule.fee(-_SAMPLES[0]))))
    return "\n".join(lines)


def _cutoff(row: ChannelView) -> str:
    return clock(row.cutoff_minutes)


def _cycle(row: ChannelView) -> str:
    return f"T+{row.cycle_days} {label_of(row.cycle)}"


def _active(row: ChannelView) -> str:
    return with_glyph(DONE, _(N_("yes"))) if row.active else with_glyph(NONE, _(N_("no")))


def _rate(row: ChannelView) -> str:
    return _(N_("not checked")) if row.rate_ppm is None else rate(row.rate_ppm)


def _minimum(row: ChannelView) -> str:
    return amount(row.minimum_fen)


def _maximum(row: ChannelView) -> str:
    return amount(row.maximum_fen)


def _refund(row: ChannelView) -> str:
    return _(N_("yes")) if row.refund_returns_fee else _(N_("no"))
