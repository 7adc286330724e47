"""The standard templates: a header, a row and what the row means, for each."""

from __future__ import annotations

from typing import Any

from app.intake.rules import Kind
from tests.intake.making import ARRIVAL, ARRIVALS, CHANNEL, CHANNEL_ROW, PAYMENT, PAYMENTS

MORNING = 1791850530
"""2026-10-13 08:15:30 in China."""

BILLS = (
    "支付订单号,明细序号,收款单位编码,收款单位,能源类型,户号,户名,账期,应收金额,违约金,实缴金额,"
    "交易类型,支付时间"
)
BILL = "O1,1,P01,某供电公司,电,3301000011,张三,202609,100.00,1.50,101.50,缴费,2026-10-13 08:15:30"
WRITEOFFS = "销账流水号,支付订单号,收款单位编码,户号,账期,销账金额,销账时间,冲正标志"
WRITEOFF = "W1,O1,P01,3301000011,202609,101.50,2026-10-13 08:15:30,0"
BATCHES = (
    "批次号,清分日期,业务日期,收款单位编码,收款单位,收款账号,归集渠道,笔数,缴费金额,退款金额,手续费,"
    "优惠补贴,净额"
)
BATCH = "B1,2026-10-14,2026-10-13,P01,某供电公司,6222 0000 1111,ALL,2,200.00,50.00,0.60,1.00,148.40"
LINES = "批次号,支付订单号,明细序号,收款单位编码,户号,交易类型,实缴金额,手续费分摊,优惠分摊,净额"
LINE = "B1,O1,1,P01,3301000011,退费,50.00,0.30,0.00,49.70"
ORGANISATIONS = "单位编码,单位名称,上级编码,能源类型,开户行,账户名称,收款账号,期初余额,期初日期"
ORGANISATION = "P01,某供电公司,P00,电 水,工商银行,某供电公司,6222000011,1000.00,2026-01-01"
CHANNELS = (
    "渠道编码,名称,类型,日切,结算周期,费率ppm,最低手续费,最高手续费,退款退手续费,"
    "手续费承担方,平台收款账号"
)
CHANNEL_OF = "ICBC,工商银行,银行,23:30,T+1 工作日,600,0.01,25.00,是,平台,6222"

EXPECTED: list[tuple[Kind, str, str, dict[str, Any]]] = [
    (
        Kind.PAYMENTS,
        PAYMENTS,
        PAYMENT,
        {
            "line": 2,
            "order_no": "O1",
            "payment_no": "P1",
            "paid_at": MORNING,
            "business_on": 20261013,
            "channel": "ALIPAY",
            "instrument": "支付宝",
            "type": "pay",
            "amount_fen": 10000,
            "fee_fen": 60,
            "bearer": "",
            "status": "success",
            "txn_no": "T1",
            "original_payment_no": "",
            "scene": "",
        },
    ),
    (
        Kind.BILL_LINES,
        BILLS,
        BILL,
        {
            "line": 2,
            "order_no": "O1",
            "line_no": 1,
            "payee": "P01",
            "utility": "electricity",
            "household": "3301000011",
            "customer": "张三",
            "period": 202609,
            "receivable_fen": 10000,
            "late_fee_fen": 150,
            "amount_fen": 10150,
            "type": "pay",
            "paid_at": MORNING,
            "business_on": 20261013,
        },
    ),
    (
        Kind.WRITEOFFS,
        WRITEOFFS,
        WRITEOFF,
        {
            "line": 2,
            "writeoff_no": "W1",
            "order_no": "O1",
            "payee": "P01",
            "household": "3301000011",
            "period": 202609,
            "amount_fen": 10150,
            "type": "pay",
            "written_at": MORNING,
            "business_on": 20261013,
        },
    ),
    (
        Kind.CLEARING_BATCHES,
        BATCHES,
        BATCH,
        {
            "line": 2,
            "batch_no": "B1",
            "clearing_on": 20261014,
            "business_on": 20261013,
            "payee": "P01",
            "account_no": "622200001111",
            "channel": "ALL",
            "line_count": 2,
            "gross_fen": 20000,
            "refund_fen": 5000,
            "fee_fen": 60,
            "promotion_fen": 100,
            "net_fen": 14840,
        },
    ),
    (
        Kind.CLEARING_LINES,
        LINES,
        LINE,
        {
            "line": 2,
            "batch_no": "B1",
            "order_no": "O1",
            "line_no": 1,
            "payee": "P01",
            "household": "3301000011",
            "type": "refund",
            "paid_fen": -5000,
            "fee_fen": -30,
            "promotion_fen": 0,
            "net_fen": -4970,
        },
    ),
    (
        Kind.ARRIVALS,
        ARRIVALS,
        ARRIVAL,
        {
            "line": 2,
            "account_no": "6222001",
            "currency": "CNY",
            "booked_on": 20261013,
            "booked_at": 1791853200,
            "serial_no": "S1",
            "amount_fen": 10000,
            "balance_fen": 110000,
            "counterparty": "平台",
            "counterparty_account": "11001",
            "summary": "清分款",
            "postscript": "QF1",
        },
    ),
    (
        Kind.CHANNEL,
        CHANNEL,
        CHANNEL_ROW,
        {
            "line": 2,
            "channel": "ICBC",
            "payment_no": "P1",
            "txn_no": "T1",
            "traded_at": MORNING,
            "business_on": 20261013,
            "type": "pay",
            "amount_fen": 10000,
            "fee_fen": 60,
            "fee_text": "",
            "status": "success",
        },
    ),
    (
        Kind.ORGANISATIONS,
        ORGANISATIONS,
        ORGANISATION,
        {
            "line": 2,
            "code": "P01",
            "name": "某供电公司",
            "parent": "P00",
            "utilities": "electricity,water",
            "bank": "工商银行",
            "account_name": "某供电公司",
            "account_no": "6222000011",
            "opening_fen": 100000,
            "opening_on": 20260101,
        },
    ),
    (
        Kind.CHANNELS,
        CHANNELS,
        CHANNEL_OF,
        {
            "line": 2,
            "code": "ICBC",
            "name": "工商银行",
            "kind": "bank",
            "cutoff": 1410,
            "cycle_days": 1,
            "cycle": "working",
            "rate_ppm": 600,
            "minimum_fen": 1,
            "maximum_fen": 2500,
            "refund_returns_fee": 1,
            "fee_bearer": "platform",
            "account_no": "6222",
        },
    ),
]
