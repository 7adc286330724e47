"""A plain reconciliation of standard-template rows, day after day: slow, but easy to believe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tests.oracle import reference_entries as entries
from tests.oracle.reference_arrival import ArrivalTask
from tests.oracle.reference_channel import ChannelTask
from tests.oracle.reference_clearing import ClearingTask
from tests.oracle.reference_entries import Bill, Channel, Fact, Payment, Row
from tests.oracle.reference_orders import Orders
from tests.oracle.reference_writeoff import WriteOffTask

SHIPPED = [
    "ICBC",
    "ABC",
    "BOC",
    "CCB",
    "CMB",
    "BCM",
    "PSBC",
    "CUP",
    "ALIPAY",
    "WECHAT",
    "EWALLET",
    "ELOAN",
    "EBILL",
    "INTERNAL",
]
Files = Mapping[str, Sequence[Row]]


@dataclass(slots=True)
class Reference:
    """All that came in so far, and the four tasks with what they matched."""

    channels: dict[str, Channel] = field(default_factory=dict)
    accounts: dict[str, frozenset[str]] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    channel: dict[str, ChannelTask] = field(default_factory=dict)
    writeoff: WriteOffTask = field(default_factory=WriteOffTask)
    clearing: ClearingTask = field(init=False)
    arrival: ArrivalTask = field(init=False)
    as_of: date = date.min
    lines: int = 0

    def __post_init__(self) -> None:
        for code in SHIPPED:
            self.channels[code] = entries.channel({"渠道编码": code})
        self.clearing = ClearingTask(channels=self.channels, accounts=self.accounts)
        self.arrival = ArrivalTask(accounts=self.accounts)

    def load(self, files: Files) -> None:
        """Take the rows of some files in, by kind."""
        for row in files.get("channels", ()):
            self.channels[row["渠道编码"]] = entries.channel(row)
        for row in files.get("organisations", ()):
            known = self.accounts.get(row["单位编码"], frozenset())
            self.accounts[row["单位编码"]] = known | {row["收款账号"]}
        self.payments += [entries.payment(self._line(), row) for row in files.get("payments", ())]
        self.bills += [entries.bill(self._line(), row) for row in files.get("bill_lines", ())]
        self.writeoff.bills = self.bills
        self.writeoff.writeoffs += [
            entries.write_off(self._line(), row) for row in files.get("writeoffs", ())
        ]
        batches = [entries.batch(row) for row in files.get("clearing_batches", ())]
        self.clearing.batches += batches
        self.arrival.batches += batches
        self.clearing.lines += [
            entries.share(self._line(), row) for row in files.get("clearing_lines", ())
        ]
        self.arrival.arrivals += [
            entries.arrival(self._line(), row) for row in files.get("arrivals", ())
        ]
        self._load_channels(files)

    def run(self, on: date) -> list[Fact]:
        """Run all tasks for a business date and return the discrepancies open after it."""
        self.as_of = max(self.as_of, on)
        orders = Orders(self.channels, self.payments, self.bills)
        facts = [fact for task in self.channel.values() for fact in task.run(on, self.as_of)]
        facts += self.writeoff.run(on, orders)
        facts += self.clearing.run(on, orders)
        return facts + self.arrival.run(on)

    def _line(self) -> int:
        self.lines += 1
        return self.lines

    def _load_channels(self, files: Files) -> None:
        for one in self.payments[len(self.payments) - len(files.get("payments", ())) :]:
            if one.channel != "INTERNAL":
                self._task(one.channel).payments.append(one)
        for row in files.get("channel", ()):
            record = entries.record(self._line(), row)
            self._task(record.channel).records.append(record)

    def _task(self, code: str) -> ChannelTask:
        if code not in self.channel:
            self.channel[code] = ChannelTask(channel=self.channels[code])
        return self.channel[code]


def reconcile(master: Files, days: Sequence[tuple[date, Files]]) -> list[Fact]:
    """Load and run the days in order; return all facts, those that settled later as closed."""
    reference = Reference()
    reference.load(master)
    seen: dict[tuple[str, str, str, int], Fact] = {}
    for on, files in days:
        reference.load(files)
        open_facts: dict[tuple[str, str, str, int], Fact] = {}
        for fact in reference.run(on):
            repeat = 0
            while (fact.task, fact.key, fact.theirs_key, repeat) in open_facts:
                repeat += 1
            open_facts[fact.task, fact.key, fact.theirs_key, repeat] = fact
        closed = {key: replace(fact, closed=True) for key, fact in seen.items()}
        seen = closed | open_facts
    return list(seen.values())
