"""Statements in the layouts of Alipay (业务明细) and WeChat Pay (trade bill ALL)."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from app.base.money import rounded_fen, yuan
from app.demo.files import Look, TextTable
from app.demo.rows import Tender

ALIPAY_MERCHANT: Final = "2088521009620331"
WECHAT_MERCHANT: Final = "1603895777"

_ALIPAY_HEADER: Final = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,"
    "券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_ALIPAY_RULE: Final = "-" * 40
_WECHAT_HEADER: Final = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,"
    "货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
    "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
_WECHAT_TOTALS: Final = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
_WECHAT_PER_FEN: Final = 6
"""0.60 % of a fen, in hundred-thousandths of a yuan."""


class AlipayTrades(TextTable):
    """A day's 业务明细: GB18030, TABs after some values, totals at the end."""

    def __init__(self, path: Path, days: tuple[str, str], rng: Random) -> None:
        first, end = (f"{day[:4]}年{day[4:6]}月{day[6:]}日 00:00:00" for day in days)
        preamble = (
            f"#支付宝业务明细查询\n#账号：[{ALIPAY_MERCHANT}0156]\n"
            f"#起始日期：[{first}]   终止日期：[{end}]\n"
            f"#{_ALIPAY_RULE}业务明细列表{_ALIPAY_RULE}\n"
        )
        look = Look(encoding="gb18030", newline="\r\n", shuffled=True)
        super().__init__(path, preamble + _ALIPAY_HEADER, look, rng)
        self._ended = end
        self._trades = [0, 0]
        self._refunds = [0, 0]

    def trade(self, tender: Tender, times: tuple[str, str], *, refund: bool) -> None:
        """Write a trade or, with negative amounts, a refund; times are creation and completion."""
        sign, sums = (-1, self._refunds) if refund else (1, self._trades)
        sums[0] += 1
        sums[1] += sign * tender.amount_fen
        amount = yuan(sign * tender.amount_fen)
        order_no = tender.original_no if refund else tender.payment_no
        request_no = tender.payment_no if refund else ""
        self.add(
            f"{tender.txn_no}\t,{order_no}\t,{'退款' if refund else '交易'}\t,电费缴纳,{times[0]},"
            f"{times[1]},\t,\t,\t,\t,*用户({tender.txn_no[-3:]}***@qq.com)\t,{amount},{amount},"
            f"0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,{request_no}\t,"
            f"{yuan(sign * (tender.fee_fen or 0))},0.00,"
        )

    def footer(self) -> None:
        """Write the totals of trades and refunds."""
        self.line(f"#{_ALIPAY_RULE}业务明细列表结束{_ALIPAY_RULE[8:]}")
        for title, word, (count, amount) in (
            ("交易合计", "", self._trades),
            ("退款合计", "退款", self._refunds),
        ):
            self.line(
                f"#{title}：{count}笔，商家实收{word}共{yuan(amount)}元，商家优惠{word}共0.00元"
            )
        self.line(f"#导出时间：[{self._ended[:11]} 09:46:49]")


class WechatTrades(TextTable):
    """A day's trade bill ALL: UTF-8, back ticks, fees with five decimals."""

    def __init__(self, path: Path, rng: Random) -> None:
        look = Look(encoding="utf-8-sig", newline="\r\n", shuffled=True)
        super().__init__(path, _WECHAT_HEADER, look, rng)
        self._paid_fen = 0
        self._refund_fen = 0
        self._fee_exact = 0

    def trade(self, tender: Tender, time: str, *, refund: bool, status: str) -> None:
        """Write a payment or a refund with its status."""
        exact = _wechat_fee(tender)
        if refund:
            self._refund_fen += tender.amount_fen
            exact = -exact
            paid, back = "0.00", yuan(tender.amount_fen)
            refund_nos, txn_no = (
                f"`{tender.txn_no},`{tender.payment_no}",
                f"4200{tender.txn_no[4:]}",
            )
            order_no, state, kind = tender.original_no, "REFUND", f"`ORIGINAL,`{status}"
        else:
            self._paid_fen += tender.amount_fen
            paid, back = yuan(tender.amount_fen), "0.00"
            refund_nos, txn_no = "`0,`0", tender.txn_no
            order_no, state, kind = tender.payment_no, status, "`,`"
        self._fee_exact += exact
        self.add(
            f"`{time},`wx73fbd0076a0e2c17,`{WECHAT_MERCHANT},`0,`,`{txn_no},`{order_no},"
            f"`oUser{tender.txn_no[-12:]},`JSAPI,`{state},`OTHERS,`CNY,`{paid},`0.00,{refund_nos},"
            f"`{back},`0.00,{kind},`电费缴纳,`,`{_five(exact)},`0.60%,`{paid},`{back},`"
        )

    def footer(self) -> None:
        """Write the seven totals."""
        self.line(_WECHAT_TOTALS)
        paid, back = yuan(self._paid_fen), yuan(self._refund_fen)
        self.line(f"`{self.count},`{paid},`{back},`0.00,`{_five(self._fee_exact)},`{paid},`{back}")


def _wechat_fee(tender: Tender) -> int:
    """Return the unrounded fee, unless another one than the rule's is wanted."""
    exact = tender.amount_fen * _WECHAT_PER_FEN
    fee = tender.fee_fen or 0
    return exact if rounded_fen(exact) == fee else fee * 1000


def _five(exact: int) -> str:
    whole, part = divmod(abs(exact), 100_000)
    return f"{'-' if exact < 0 else ''}{whole}.{part:05d}"
