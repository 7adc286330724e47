"""Rows of the standard templates, read into plain entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction

CHINA = timezone(timedelta(hours=8))
Row = Mapping[str, str]

HOLIDAYS = {
    *(date(2024, 10, day) for day in range(1, 8)),
    *(date(2025, 10, day) for day in range(1, 9)),
    *(date(2025, 5, day) for day in range(1, 6)),
    *(date(2026, 1, day) for day in (1, 2, 3)),
}
MAKE_UP_DAYS = {
    date(2024, 9, 29),
    date(2024, 10, 12),
    date(2025, 4, 27),
    date(2025, 9, 28),
    date(2025, 10, 11),
    date(2026, 1, 4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One discrepancy: the keys of the two sides and ours minus theirs in fen."""

    task: str
    date: date
    kind: str
    ours_key: str
    theirs_key: str
    difference_fen: int
    closed: bool = False

    @property
    def key(self) -> str:
        """The key of our side, or of theirs where ours is absent."""
        return self.ours_key or self.theirs_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    code: str
    cutoff: int
    working: bool
    days: int
    rate_ppm: int | None
    minimum: int | None
    maximum: int | None
    returns_fee: bool
    platform_bears: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    line: int
    order: str
    number: str
    at: datetime
    channel: str
    instrument: str
    refund: bool
    amount: int
    fee: int | None
    bearer: str
    success: bool
    txn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    line: int
    channel: str
    number: str
    txn: str
    at: datetime
    refund: bool
    amount: int
    fee: int | None
    success: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    line: int
    order: str
    number: int
    payee: str
    household: str
    period: str
    amount: int
    refund: bool
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.order}-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff:
    line: int
    number: str
    order: str
    household: str
    period: str
    amount: int
    refund: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A clearing line, ours or theirs; amounts are signed."""

    line: int
    batch: str
    order: str
    number: int
    payee: str
    refund: bool
    paid: int
    fee: int
    promotion: int
    net: int

    @property
    def key(self) -> str:
        return f"{self.order}-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    number: str
    clearing_on: date
    business_on: date
    payee: str
    account: str
    count: int
    gross: int
    refund: int
    fee: int
    promotion: int
    net: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    line: int
    account: str
    booked_on: date
    serial: str
    amount: int
    text: tuple[str, str]


def fen(text: str) -> int:
    """Read yuan as whole fen, exactly."""
    value = Fraction(text.strip().replace(",", "")) * 100
    assert value.denominator == 1, text
    return value.numerator


def optional_fen(text: str) -> int | None:
    """Read an amount that may be missing; empty is not zero."""
    return fen(text) if text.strip() else None


def day(text: str) -> date:
    """Read a date, with or without separators."""
    return date.fromisoformat(text.strip().replace("/", "-"))


def moment(text: str) -> datetime:
    """Read China wall time."""
    digits = "".join(character for character in text if "0" <= character <= "9")
    assert len(digits) == 14, text
    return datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}").replace(tzinfo=CHINA)


def is_working(on: date) -> bool:
    """Tell whether mainland China works on a day."""
    return on in MAKE_UP_DAYS or (on.weekday() < 5 and on not in HOLIDAYS)


def add_working_days(on: date, days: int) -> date:
    """Return the `days`-th working day after a day."""
    while days:
        on += timedelta(days=1)
        days -= is_working(on)
    return on


def business_day(at: datetime, cutoff: int) -> date:
    """Return the trade date of a moment; the cut-off itself belongs to the next day."""
    minutes = at.hour * 60 + at.minute
    if cutoff >= 720:
        return at.date() + timedelta(days=1 if minutes >= cutoff else 0)
    return at.date() - timedelta(days=1 if minutes < cutoff else 0)


def near_cutoff(at: datetime, cutoff: int) -> bool:
    """Tell whether a moment is at most 30 minutes from a cut-off, on either side."""
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    distance = abs(seconds - cutoff * 60) % 86400
    return min(distance, 86400 - distance) <= 1800


def channel(row: Row) -> Channel:
    """Read one row of 渠道档案."""
    hours, minutes = (row.get("日切") or "24:00").split(":")
    cycle = row.get("结算周期") or "T+1 自然日"
    return Channel(
        code=row["渠道编码"],
        cutoff=int(hours) * 60 + int(minutes),
        working="工作日" in cycle,
        days=int(cycle.split()[0].removeprefix("T+")),
        rate_ppm=int(row["费率ppm"]) if row.get("费率ppm") else None,
        minimum=optional_fen(row.get("最低手续费", "")),
        maximum=optional_fen(row.get("最高手续费", "")),
        returns_fee=row.get("退款退手续费") == "是",
        platform_bears=row.get("手续费承担方") == "平台",
    )


def payment(line: int, row: Row) -> Payment:
    """Read one row of 支付流水."""
    refund = row["交易类型"] == "退款"
    sign = -1 if refund else 1
    fee = optional_fen(row.get("手续费", ""))
    return Payment(
        line=line,
        order=row["支付订单号"],
        number=row["支付流水号"],
        at=moment(row["支付时间"]),
        channel=row["支付渠道"],
        instrument=row["支付工具"],
        refund=refund,
        amount=sign * fen(row["金额"]),
        fee=None if fee is None else sign * fee,
        bearer=row.get("优惠承担方", ""),
        success=row["状态"] == "成功",
        txn=row.get("渠道流水号", ""),
    )


def record(line: int, row: Row) -> Record:
    """Read one row of 渠道流水."""
    refund = row["交易类型"] == "退款"
    sign = -1 if refund else 1
    fee = optional_fen(row.get("手续费", ""))
    return Record(
        line=line,
        channel=row["渠道编码"],
        number=row["商户订单号"],
        txn=row["渠道流水号"],
        at=moment(row["交易时间"]),
        refund=refund,
        amount=sign * fen(row["金额"]),
        fee=None if fee is None else sign * fee,
        success=row["状态"] == "成功",
    )


def bill(line: int, row: Row) -> Bill:
    """Read one row of 缴费明细."""
    refund = row["交易类型"] == "退费"
    return Bill(
        line=line,
        order=row["支付订单号"],
        number=int(row["明细序号"]),
        payee=row["收款单位编码"],
        household=row["户号"],
        period=row["账期"],
        amount=(-1 if refund else 1) * fen(row["实缴金额"]),
        refund=refund,
        at=moment(row["支付时间"]),
    )


def write_off(line: int, row: Row) -> WriteOff:
    """Read one row of 销账明细; a reversal is a refund whatever sign it is written with."""
    refund = row["冲正标志"] == "1"
    amount = fen(row["销账金额"])
    return WriteOff(
        line=line,
        number=row["销账流水号"],
        order=row["支付订单号"],
        household=row["户号"],
        period=row["账期"],
        amount=-abs(amount) if refund else amount,
        refund=refund,
        at=moment(row["销账时间"]),
    )


def share(line: int, row: Row) -> Share:
    """Read one row of 清分明细."""
    refund = row["交易类型"] == "退费"
    sign = -1 if refund else 1
    return Share(
        line=line,
        batch=row["批次号"],
        order=row["支付订单号"],
        number=int(row["明细序号"]),
        payee=row["收款单位编码"],
        refund=refund,
        paid=sign * fen(row["实缴金额"]),
        fee=sign * fen(row["手续费分摊"]),
        promotion=sign * fen(row["优惠分摊"]),
        net=sign * fen(row["净额"]),
    )


def batch(row: Row) -> Batch:
    """Read one row of 清分批次; its refunds are positive, its net is signed."""
    return Batch(
        number=row["批次号"],
        clearing_on=day(row["清分日期"]),
        business_on=day(row["业务日期"]),
        payee=row["收款单位编码"],
        account=row["收款账号"],
        count=int(row["笔数"]),
        gross=fen(row["缴费金额"]),
        refund=fen(row["退款金额"]),
        fee=fen(row["手续费"]),
        promotion=fen(row["优惠补贴"]),
        net=fen(row["净额"]),
    )


def arrival(line: int, row: Row) -> Arrival:
    """Read one row of 入账明细: money in minus money out."""
    return Arrival(
        line=line,
        account=row["账号"],
        booked_on=day(row["记账日期"]),
        serial=row["银行流水号"],
        amount=(optional_fen(row["收入金额"]) or 0) - (optional_fen(row["支出金额"]) or 0),
        text=(row["摘要"], row.get("附言", "")),
    )
