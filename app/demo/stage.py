"""What a planted fault has at hand: the day's book, fresh orders, the list of the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

from app.demo.almanac import DAY, Almanac
from app.demo.book import Book
from app.demo.maker import Maker
from app.demo.rows import Bill, Order, Share, Tender
from app.demo.truth import Decoy, Fault
from app.demo.world import BY_CODE, CHANNELS

_MORNING: Final = 3600
_EVENING: Final = 21 * 3600

STATEMENT_CHANNELS: Final = tuple(channel.code for channel in CHANNELS if channel.weight)
TEMPLATE_CHANNELS: Final = tuple(
    channel.code for channel in CHANNELS if channel.weight and channel.lists_failures
)


@dataclass(slots=True, kw_only=True)
class Carried:
    """What one day leaves to the next: entries that come late, orders already recorded."""

    records: list[tuple[Tender, Order]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    write_offs: list[tuple[Order, Bill]] = field(default_factory=list)
    lines: list[tuple[Order, Share]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Stage:
    """One day, as seen by those who plant faults on it."""

    day: int
    last_day: int
    rng: Random
    almanac: Almanac
    maker: Maker
    book: Book
    faults: list[Fault]
    decoys: list[Decoy]
    group_account: str
    whole_payees: tuple[int, ...]
    """Payees on whose accounts nothing stays open."""
    carried: Carried

    @property
    def has_next(self) -> bool:
        """Tell whether there is a day after this one, on which things close."""
        return self.day < self.last_day

    # ------------------------------------------------------------ making

    def quiet(self) -> int:
        """Return a moment far from any cut-off."""
        return self.day * DAY + self.rng.randrange(_MORNING, _EVENING)

    def end_of(self, channel: str) -> int:
        """Return the moment of a channel's cut-off that ends the day."""
        return self.day * DAY + BY_CODE[channel].cutoff_minutes * 60

    def any_channel(self) -> str:
        """Return a channel that has a statement."""
        return self.rng.choice(STATEMENT_CHANNELS)

    def template_channel(self) -> str:
        """Return a channel whose statement shows failures too."""
        return self.rng.choice(TEMPLATE_CHANNELS)

    def order(self, channel: str, bills: int = 1, *, at: int | None = None) -> Order:
        """Make an order of one payment away from the cut-offs."""
        amounts = tuple(2000 + self.maker.amount() for _ in range(bills))
        when = self.quiet() if at is None else at
        return self.maker.plain(self.day, when, channel, amounts=amounts)

    def refund_of(self, order: Order) -> Order:
        """Make a refund later on the same day."""
        return self.maker.refund(order, self.day, order.at + self.rng.randrange(600, 3600))

    # ------------------------------------------------------------ telling

    def fault(
        self,
        place: tuple[str, str, str],
        keys: tuple[str, str],
        fen: tuple[int, int],
        *,
        note: str = "",
        channel: str = "",
        closes: bool = False,
    ) -> None:
        """Note a fault: its task, kind and side, then key and amount of both sides."""
        task, kind, side = place
        self.faults.append(
            Fault(
                task=task,
                date=self.almanac.day(self.day),
                kind=kind,
                side=side,
                key=keys[1] if side == "theirs" else keys[0],
                ours_key=keys[0],
                theirs_key=keys[1],
                ours_fen=fen[0],
                theirs_fen=fen[1],
                difference_fen=fen[0] - fen[1],
                channel=channel,
                closed_on=self.almanac.day(self.day + 1) if closes else None,
                note=note,
            )
        )

    def waiting(self, side: str, tender: Tender, *, closes: bool, note: str = "") -> None:
        """Note an entry that waits near a cut-off; one that never closes becomes a fault."""
        amount = tender.amount_fen
        last = self.almanac.last_timing_day(self.day)
        ours = side == "ours"
        self.faults.append(
            Fault(
                task="channel",
                date=self.almanac.day(self.day),
                kind="timing",
                side=side,
                key=tender.payment_no,
                ours_key=tender.payment_no if ours else "",
                theirs_key="" if ours else tender.payment_no,
                ours_fen=amount if ours else 0,
                theirs_fen=0 if ours else amount,
                difference_fen=amount if ours else -amount,
                channel=tender.channel,
                closed_on=self.almanac.day(self.day + 1) if closes else None,
                becomes="" if closes else "missing_theirs" if ours else "missing_ours",
                becomes_on=None if closes else self.almanac.day(last + 1),
                note=note,
            )
        )

    def decoy(self, task: str, key: str, note: str) -> None:
        """Note something that must not be reported."""
        self.decoys.append(Decoy(task=task, date=self.almanac.day(self.day), key=key, note=note))
