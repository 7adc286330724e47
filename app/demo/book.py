"""The files of one business day, written entry by entry by all who keep books."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from app.demo.almanac import Almanac
from app.demo.clearer import Batch, Batches, collection_channel, shares
from app.demo.files import Look, TextTable, pack
from app.demo.merchant import ALIPAY_MERCHANT, WECHAT_MERCHANT, AlipayTrades, WechatTrades
from app.demo.rows import Bill, Order, Share, Tender
from app.demo.world import ALL, BY_CODE, INTERNAL, Organisation

_PAYMENTS: Final = (
    "支付订单号,支付流水号,支付时间,支付渠道,支付工具,交易类型,金额,手续费,优惠承担方,状态,渠道流水号,"
    "原支付流水号,支付场景"
)
_BILLS: Final = (
    "支付订单号,明细序号,收款单位编码,收款单位,能源类型,户号,户名,账期,应收金额,违约金,实缴金额,交易类型,"
    "支付时间,抄表段号"
)
_WRITEOFFS: Final = "销账流水号,支付订单号,收款单位编码,户号,账期,销账金额,销账时间,冲正标志"
_LINES: Final = (
    "批次号,支付订单号,明细序号,收款单位编码,户号,交易类型,实缴金额,手续费分摊,优惠分摊,净额"
)
_BATCHES: Final = (
    "批次号,清分日期,业务日期,收款单位编码,收款单位,收款账号,归集渠道,"
    "笔数,缴费金额,退款金额,手续费,优惠补贴,净额"
)
_RECORDS: Final = "渠道编码,商户订单号,渠道流水号,交易时间,交易类型,金额,手续费,状态"
_ZIPPED: Final = ("BCM", "BOC", "CMB", "CUP", "PSBC")
_GB18030: Final = ("ABC", "BOC", "CUP", "EWALLET")
_WECHAT_STATUS: Final = {"成功": "SUCCESS", "处理中": "PROCESSING", "失败": "REVOKED"}


class Book:
    """One business day's files except those of the payees' banks."""

    def __init__(
        self,
        folder: Path,
        day: int,
        *,
        almanac: Almanac,
        payees: tuple[Organisation, ...],
        rng: Random,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.day = day
        self.batches = Batches(day)
        self._folder = folder
        self._almanac = almanac
        self._payees = payees
        self._text = almanac.text
        self._stamp = almanac.compact(day)
        self._clearing: dict[str, tuple[int, str]] = {}
        self._later = {code for code in BY_CODE if almanac.clearing_day(day, code) > day + 1}
        self._writeoff_nos = 0
        self._open(rng)

    # ------------------------------------------------------------ whole orders

    def settle(self, order: Order, delay: int = 0, *, recorded: bool = True) -> None:
        """Write an order that nothing is wrong with on all sides."""
        self.state(order)
        for tender in order.tenders if recorded else ():
            self.record(tender, order, delay=delay)
        for bill in order.bills:
            self.write_off(order, bill)
        self.clear(order)

    def state(self, order: Order) -> None:
        """Write what the platform says: the payments and the bills."""
        for tender in order.tenders:
            self.pay(order, tender)
        for bill in order.bills:
            self.bill(order, bill)

    # ------------------------------------------------------------ single entries

    def pay(self, order: Order, tender: Tender) -> None:
        """Write one payment."""
        amount = tender.amount_fen
        fee = tender.fee_fen
        self._payments.add(
            f"{order.order_no},{tender.payment_no},{self._text(tender.at)},{tender.channel},"
            f"{tender.instrument},{'退款' if order.refund else '支付'},"
            f"{amount // 100}.{amount % 100:02d},"
            f"{'' if fee is None else f'{fee // 100}.{fee % 100:02d}'},{tender.bearer},"
            f"{order.status},{tender.txn_no},{tender.original_no},{order.scene}",
            amount,
        )

    def bill(self, order: Order, bill: Bill) -> None:
        """Write one bill line."""
        payee = self._payees[bill.payee]
        amount = bill.amount_fen
        late = bill.late_fen
        owed = amount - late
        self._bills.add(
            f"{order.order_no},{bill.line_no},{payee.code},{payee.name},{bill.utility},"
            f"{bill.household},{bill.customer},{bill.period},{owed // 100}.{owed % 100:02d},"
            f"{f'{late // 100}.{late % 100:02d}' if late else ''},"
            f"{amount // 100}.{amount % 100:02d},{'退费' if order.refund else '缴费'},"
            f"{self._text(order.at)},{bill.household[:5]}",
            amount,
        )

    def write_off(
        self, order: Order, bill: Bill, *, order_no: str = "", after: int | None = None
    ) -> str:
        """Write one write-off or reversal and return its number."""
        self._writeoff_nos += 1
        number = f"XZ{self._stamp}{self._writeoff_nos:09d}"
        wait = 1 + self._writeoff_nos % 5 if after is None else after
        amount = bill.amount_fen
        self._writeoffs.add(
            f"{number},{order_no or order.order_no},{self._payees[bill.payee].code},"
            f"{bill.household},{bill.period},{amount // 100}.{amount % 100:02d},"
            f"{self._text(order.at + wait)},{int(order.refund)}",
            amount,
        )
        return number

    def record(self, tender: Tender, order: Order, *, delay: int = 0, status: str = "") -> None:
        """Write one row of a channel's statement; internal instruments have none."""
        channel = tender.channel
        if channel == INTERNAL:
            return
        refund = order.refund
        time = self._text(tender.at + delay)
        status = status or order.status
        if channel == "ALIPAY":
            created = self._text(tender.at - 3600) if refund else time
            self._alipay.trade(tender, (created, time), refund=refund)
        elif channel == "WECHAT":
            self._wechat.trade(tender, time, refund=refund, status=_WECHAT_STATUS[status])
        else:
            amount = tender.amount_fen
            fee = tender.fee_fen
            self._records[channel].add(
                f"{channel},{tender.payment_no},{tender.txn_no},{time},"
                f"{'退款' if refund else '支付'},{amount // 100}.{amount % 100:02d},"
                f"{'' if fee is None else f'{fee // 100}.{fee % 100:02d}'},{status}",
                amount,
            )

    # ------------------------------------------------------------ clearing

    def clear(self, order: Order) -> None:
        """Write an order's clearing lines into the batches they belong to."""
        channel = collection_channel(order)
        for share in shares(order):
            self.line(order, share, self.batch(share.bill.payee, channel, order.order_no))

    def batch(self, payee: int, channel: str, order_no: str = "0") -> Batch:
        """Return the batch of a payee and a collection channel, made when it is missing."""
        channel = self._collected(payee, channel)
        clearing = self._clearing.get(channel)
        if clearing is None:
            number = self._almanac.clearing_day(self.day, channel)
            clearing = self._clearing[channel] = (number, self._almanac.compact(number))
        return self.batches.of((payee, channel, _part(channel, order_no)), clearing)

    def net_of(self, payee: int, channel: str, order_no: str) -> int:
        """Return what a batch has to pay so far."""
        channel = self._collected(payee, channel)
        return self.batches.net_of((payee, channel, _part(channel, order_no)))

    def _collected(self, payee: int, channel: str) -> str:
        """Return the channel of a batch: one that is due later must not disturb a balance.

        Only ICBC states none, so that a file may hold days that come after the next ones.
        """
        if channel not in self._later or self._payees[payee].bank == "ICBC":
            return channel
        return ALL

    def line(self, order: Order, share: Share, batch: Batch, *, counted: bool = True) -> None:
        """Write one clearing line; one that is not counted is not in the batch's header."""
        bill = share.bill
        if counted:
            batch.add(share, refund=order.refund)
        paid, fee, promotion = bill.amount_fen, share.fee_fen, share.promotion_fen
        net = paid - fee - promotion
        self._lines.add(
            f"{batch.batch_no},{order.order_no},{bill.line_no},{self._payees[batch.payee].code},"
            f"{bill.household},{'退费' if order.refund else '缴费'},"
            f"{paid // 100}.{paid % 100:02d},{fee // 100}.{fee % 100:02d},"
            f"{promotion // 100}.{promotion % 100:02d},{net // 100}.{net % 100:02d}",
            net,
        )

    # ------------------------------------------------------------ files

    def close(self) -> list[Path]:
        """Write the batches' headers, end all files and return them."""
        self._write_batches()
        for table in self._tables():
            table.close()
        made = self._almanac.day(self.day + 1)
        when = (made.year, made.month, made.day)
        alipay = self._folder / f"{ALIPAY_MERCHANT}_{self._stamp}.csv.zip"
        name = f"{ALIPAY_MERCHANT}0156_{self._stamp}_业务明细.csv"
        pack(alipay, [(name, self._alipay.path)], when)
        banks = self._folder / f"channel_banks_{self._stamp}.zip"
        pack(
            banks,
            [
                (f"{BY_CODE[code].name}_{self._stamp}.csv", self._records[code].path)
                for code in _ZIPPED
            ],
            when,
        )
        return sorted(self._folder.iterdir())

    def release(self) -> None:
        """Let go of all files, finished or not."""
        for table in self._tables():
            table.release()

    def _tables(self) -> tuple[TextTable, ...]:
        return (*self._plain, *self._records.values(), self._alipay, self._wechat)

    def _write_batches(self) -> None:
        table = self._plain[-1]
        for batch in self.batches:
            payee = self._payees[batch.payee]
            sums = (
                batch.gross_fen,
                batch.refund_fen,
                batch.fee_fen,
                batch.promotion_fen,
                batch.net_fen,
            )
            table.add(
                f"{batch.batch_no},{self._almanac.day(batch.clearing_day)},"
                f"{self._almanac.day(self.day)},{payee.code},{payee.name},"
                f"{batch.account_no or payee.account_no},{batch.channel},{batch.count},"
                + ",".join(_signed(amount) for amount in sums),
                batch.net_fen,
            )

    def _open(self, rng: Random) -> None:
        def table(name: str, header: str, look: Look) -> TextTable:
            return TextTable(self._folder / f"{name}_{self._stamp}.csv", header, look, rng)

        self._payments = table("payments", _PAYMENTS, Look(total=True, shuffled=True))
        self._bills = table("bill_lines", _BILLS, Look(encoding="gb18030", total=True))
        self._writeoffs = table(
            "writeoffs",
            _WRITEOFFS,
            Look(encoding="utf-8-sig", newline="\r\n", comment="营销系统销账明细", shuffled=True),
        )
        self._lines = table("clearing_lines", _LINES, Look(total=True, shuffled=True))
        batches = table(
            "clearing_batches", _BATCHES, Look(encoding="gb18030", total=True, shuffled=True)
        )
        self._plain = (self._payments, self._bills, self._writeoffs, self._lines, batches)
        self._records = {
            code: table(
                f"channel_{code}",
                _RECORDS,
                Look(
                    encoding="gb18030" if code in _GB18030 else "utf-8", total=True, shuffled=True
                ),
            )
            for code in BY_CODE
            if code not in {INTERNAL, "ALIPAY", "WECHAT"}
        }
        days = (self._stamp, self._almanac.compact(self.day + 1))
        self._alipay = AlipayTrades(self._folder / f"alipay_{self._stamp}.csv", days, rng)
        self._wechat = WechatTrades(self._folder / f"{WECHAT_MERCHANT}All{self._stamp}.csv", rng)


def _part(channel: str, order_no: str) -> int:
    """Return to which of a payee's batches an order goes: Alipay's are cleared in two."""
    return 1 + int(order_no[-1]) % 2 if channel == "ALIPAY" else 1


def _signed(fen: int) -> str:
    text = f"{abs(fen) // 100}.{abs(fen) % 100:02d}"
    return f"-{text}" if fen < 0 else text
