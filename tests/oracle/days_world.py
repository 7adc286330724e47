"""The true world of the generated days: who pays whom, through what, and what that implies."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random

from tests.oracle.reference_entries import CHINA, Fact

ONE_DAY = timedelta(days=1)
Cells = dict[str, str]

PAYEES = {
    "00371": "豫州供电公司",
    "HN-0731": "湘江供电公司",
    "430100000000000000001": "星沙水务集团",
    "gas_027": "江汉燃气",
}
ACCOUNTS = {
    "00371": "0000123456789012345",
    "HN-0731": "6222020200112233445",
    "430100000000000000001": "43001550061052500001",
    "gas_027": "AC-00-778-X",
}
UTILITY = {"00371": "电", "HN-0731": "电", "430100000000000000001": "水", "gas_027": "气"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """A channel as this world sets it up."""

    code: str
    kind: str
    cutoff: str
    working: bool
    rate_ppm: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    returns_fee: bool = False
    platform_bears: bool = False

    def fee(self, amount: int, *, refund: bool) -> int:
        """Return the fee of this channel's rule on a positive amount, rounded half up."""
        if self.rate_ppm is None or (refund and not self.returns_fee):
            return 0
        fee = int(Fraction(amount * self.rate_ppm, 1_000_000) + Fraction(1, 2))
        fee = max(fee, self.minimum or 0)
        return fee if self.maximum is None else min(fee, self.maximum)

    def clearing_day(self, on: date) -> date:
        """Return the day on which a business day of this channel is cleared."""
        return next_working_day(on) if self.working else on + ONE_DAY


TILLS = {
    till.code: till
    for till in (
        Till(code="ICBC", kind="银行", cutoff="23:00", working=True, rate_ppm=1500, maximum=2500),
        Till(
            code="CCB",
            kind="银行",
            cutoff="24:00",
            working=False,
            rate_ppm=990,
            platform_bears=True,
        ),
        Till(code="ABC", kind="银行", cutoff="24:00", working=True),
        Till(code="ALIPAY", kind="第三方", cutoff="24:00", working=False, rate_ppm=5500, minimum=1),
        Till(
            code="WECHAT",
            kind="第三方",
            cutoff="22:30",
            working=False,
            rate_ppm=6000,
            returns_fee=True,
        ),
        Till(code="EWALLET", kind="钱包", cutoff="24:00", working=False),
        Till(code="INTERNAL", kind="内部", cutoff="24:00", working=False),
    )
}
TOOL = {
    "ICBC": "银行卡",
    "CCB": "银行卡",
    "ABC": "银行卡",
    "ALIPAY": "支付宝",
    "WECHAT": "微信支付",
    "EWALLET": "活期宝",
}
_DAYS_OFF = {
    *(date(2024, 10, each) for each in range(1, 8)),
    *(date(2025, 10, each) for each in range(1, 9)),
    *(date(2025, 5, each) for each in range(1, 6)),
}
_SWAPPED = {
    date(2024, 9, 29),
    date(2024, 10, 12),
    date(2025, 4, 27),
    date(2025, 9, 28),
    date(2025, 10, 11),
}


def next_working_day(on: date) -> date:
    """Return the first working day of mainland China after a day."""
    while True:
        on += ONE_DAY
        if on in _SWAPPED or (on not in _DAYS_OFF and on.isoweekday() <= 5):
            return on


@dataclass(slots=True, kw_only=True)
class Placed:
    """A row and the day in whose files it comes."""

    day: int
    row: Cells
    batch_payee: str = ""


@dataclass(slots=True, kw_only=True)
class Tender:
    """One instrument's part of an order, as the platform and as the channel tell it."""

    till: Till
    amount: int
    payee_fee: int
    promotion: bool
    payment: Placed
    record: Placed | None


@dataclass(slots=True, kw_only=True)
class Line:
    """One bill of an order: the platform's line and the billing system's write-off."""

    amount: int
    bill: Placed
    writeoff: Placed | None


@dataclass(slots=True, kw_only=True)
class Deal:
    """An order, or the refund of one, with all that it leaves in files."""

    number: str
    day: int
    refund: bool
    at: datetime
    tenders: list[Tender]
    lines: list[Line]
    received: list[Placed] = field(default_factory=list)
    header_basis: list[Placed] = field(default_factory=list)
    own_batch: bool = False
    money: str = ""

    @property
    def sign(self) -> int:
        return -1 if self.refund else 1

    @property
    def collection(self) -> str:
        """The channel under which the clearer pays this order out."""
        codes = {one.till.code for one in self.tenders} - {"INTERNAL"}
        if len(codes) == 1:
            return codes.pop()
        return "ALL" if codes else "INTERNAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A fact that must be open after the runs from `first` to `last` (None: to the end)."""

    fact: Fact
    first: int
    last: int | None
    why: str


@dataclass(slots=True)
class World:
    """Everything made so far."""

    rng: Random
    dates: list[date]
    deals: list[Deal] = field(default_factory=list)
    loose: list[tuple[str, Placed]] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    counter: int = 0

    def serial(self) -> int:
        """Return a number that was not used before."""
        self.counter += 1
        return self.counter

    def moment(self, day: int, clock: str) -> datetime:
        """Return a time of day on a date; a leading `-` or `+` is the day before or after."""
        on = self.dates[day] + {"-": -ONE_DAY, "+": ONE_DAY}.get(clock[0], timedelta(0))
        hours, minutes, seconds = (int(part) for part in clock.lstrip("+-").split(":"))
        return datetime(on.year, on.month, on.day, hours, minutes, seconds, tzinfo=CHINA)

    def noon(self, day: int) -> datetime:
        """Return a random time far from every cut-off."""
        rng = self.rng
        clock = f"{rng.randint(6, 20)}:{rng.randint(0, 59)}:{rng.randint(0, 59)}"
        return self.moment(day, clock)

    def plant(self, fact: Fact, *, why: str, day: int, last: int | None = None) -> None:
        """Note a fact that the runs from a day on must show."""
        self.planted.append(Planted(fact=fact, first=day, last=last, why=why))


def yuan(amount: int, rng: Random | None = None) -> str:
    """Write fen as yuan, in one of the ways files do when given a choice."""
    sign, (whole, cents) = "-" if amount < 0 else "", divmod(abs(amount), 100)
    plain = f"{sign}{whole}.{cents:02d}"
    if rng is None:
        return plain
    shorter = plain.rstrip("0").rstrip(".")
    return rng.choice([plain, plain, plain, shorter, f"{sign}{whole:,}.{cents:02d}"])


def clock(at: datetime) -> str:
    """Write a moment the usual way."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


def share_out(total: int, weights: list[int]) -> list[int]:
    """Split a positive total by weights: the largest remainder, ties to the lowest place."""
    whole = sum(weights)
    if not total:
        return [0] * len(weights)
    exact = [Fraction(total * weight, whole) for weight in weights]
    parts = [int(each) for each in exact]
    while sum(parts) < total:
        lacking = [each - part for each, part in zip(exact, parts, strict=True)]
        parts[lacking.index(max(lacking))] += 1
    return parts
