"""The made-up world: payees in provinces, channels with their fee rules, people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.base.money import fee_fen

ALL: Final = "ALL"
INTERNAL: Final = "INTERNAL"
MIDNIGHT_MINUTES: Final = 1440
SUBSIDY: Final = "光伏补贴"
PAYEE: Final = "收款单位"
PLATFORM: Final = "平台"
THIRD_PARTY: Final = "第三方"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """One row of the organisations' file."""

    code: str
    name: str
    parent: str
    utilities: tuple[str, ...]
    bank: str
    account_no: str
    opening_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One row of the channels' file."""

    code: str
    name: str
    kind: str
    instrument: str
    weight: int
    cutoff_minutes: int = MIDNIGHT_MINUTES
    working_days: bool = False
    rate_ppm: int | None = None
    minimum_fen: int | None = None
    maximum_fen: int | None = None
    refund_returns_fee: bool = False
    platform_bears: bool = False

    def fee_of(self, amount_fen: int, *, refund: bool) -> int | None:
        """Return the fee that the rule gives for a positive amount, None without a rule."""
        if self.rate_ppm is None:
            return None
        if refund and not self.refund_returns_fee:
            return 0
        return fee_fen(amount_fen, self.rate_ppm, self.minimum_fen, self.maximum_fen)

    @property
    def lists_failures(self) -> bool:
        """Tell whether its statement also shows what failed."""
        return self.code not in {"ALIPAY", "WECHAT"}


CHANNELS: Final = (
    Channel(
        code="ICBC", name="中国工商银行", kind="银行", instrument="银行卡", weight=9,
        rate_ppm=2000, minimum_fen=10, maximum_fen=2000, refund_returns_fee=True,
    ),
    Channel(
        code="ABC", name="中国农业银行", kind="银行", instrument="银行卡", weight=6, rate_ppm=1500,
    ),
    Channel(
        code="BOC", name="中国银行", kind="银行", instrument="银行卡", weight=5, rate_ppm=2000,
        working_days=True,
    ),
    Channel(
        code="CCB", name="中国建设银行", kind="银行", instrument="银行卡", weight=8, rate_ppm=1800,
        cutoff_minutes=1380,
    ),
    Channel(
        code="CMB", name="招商银行", kind="银行", instrument="银行卡", weight=5, rate_ppm=2500,
        maximum_fen=1500, refund_returns_fee=True, platform_bears=True,
    ),
    Channel(code="BCM", name="交通银行", kind="银行", instrument="银行卡", weight=3),
    Channel(code="PSBC", name="邮政储蓄银行", kind="银行", instrument="银行卡", weight=3),
    Channel(
        code="CUP", name="银联", kind="第三方", instrument="云闪付", weight=4,
        rate_ppm=3000, minimum_fen=8,
    ),
    Channel(
        code="ALIPAY", name="支付宝", kind="第三方", instrument="支付宝", weight=24, rate_ppm=6000,
        refund_returns_fee=True,
    ),
    Channel(
        code="WECHAT", name="微信支付", kind="第三方", instrument="微信", weight=24, rate_ppm=6000,
        refund_returns_fee=True,
    ),
    Channel(code="EWALLET", name="电e宝", kind="钱包", instrument="电e宝余额", weight=12),
    Channel(code="ELOAN", name="电e贷", kind="第三方", instrument="电e贷", weight=2),
    Channel(code="EBILL", name="电e票", kind="第三方", instrument="电e票", weight=1),
    Channel(code=INTERNAL, name="内部优惠", kind="内部", instrument="", weight=0),
)  # fmt: skip
BY_CODE: Final = {channel.code: channel for channel in CHANNELS}
BATCH_NUMBERS: Final = {code: number for number, code in enumerate((ALL, *BY_CODE))}
"""Two digits of a batch number say for which collection channel it is."""

WALLET_INSTRUMENTS: Final = ("电e宝余额", "电e宝余额", "活期宝", "交费盈", "电e盈")
PROMOTIONS: Final = (
    ("电费红包", PLATFORM),
    ("电费红包", PAYEE),
    ("积分", PLATFORM),
    ("卡券", THIRD_PARTY),
    ("卡券", PAYEE),
    (SUBSIDY, PAYEE),
    (SUBSIDY, ""),  # A subsidy is the payee's whether the file says so or not.
)

_PROVINCES = (("31", "东海省"), ("32", "西川省"), ("33", "北原省"), ("34", "南岭省"))
_PAYEES = (
    ("3101", "临江市供电公司", "31", ("电", "充电", "业务费"), "ICBC"),
    ("3102", "海宁湾市供电公司", "31", ("电", "业务费"), "CCB"),
    ("3103", "临江水务有限公司", "31", ("水",), "ICBC"),
    ("3201", "锦城市供电公司", "32", ("电", "充电"), "ICBC"),
    ("3202", "锦城燃气有限公司", "32", ("气",), "CCB"),
    ("3203", "绵山市供电公司", "32", ("电",), "ABC"),
    ("3301", "盛京北市供电公司", "33", ("电", "业务费"), "CCB"),
    ("3302", "北原热力有限公司", "33", ("热",), "ICBC"),
    ("3303", "北原有线电视网络公司", "33", ("有线电视",), "ABC"),
    ("3401", "榕港市供电公司", "34", ("电", "充电"), "BOC"),
    ("3402", "榕港水务有限公司", "34", ("水",), "CCB"),
    ("3403", "南岭车联网公司", "34", ("充电", "业务费"), "ICBC"),
    ("3404", "南岭综合能源公司", "34", ("电",), "CCB"),
)
NORMAL_PAYEES: Final = len(_PAYEES) - 1
"""The last payee is kept for orders that must stand alone in their batch."""

BANK_NAMES: Final = {
    "ICBC": "中国工商银行",
    "CCB": "中国建设银行",
    "ABC": "中国农业银行",
    "BOC": "中国银行",
}


def organisations(seed: int) -> tuple[Organisation, ...]:
    """Return the group, its provinces and their payees, accounts differing by seed."""
    upper = [
        Organisation(
            code="10", name="示范电网集团", parent="", utilities=("电",), bank="ICBC",
            account_no=_account("ICBC", 0, seed), opening_fen=0,
        ),
        *(
            Organisation(
                code=code, name=f"{name}电力公司", parent="10", utilities=("电",), bank="ICBC",
                account_no=_account("ICBC", 1 + index, seed), opening_fen=0,
            )
            for index, (code, name) in enumerate(_PROVINCES)
        ),
    ]  # fmt: skip
    return (*upper, *payees(seed))


def payees(seed: int) -> tuple[Organisation, ...]:
    """Return the organisations that are paid."""
    return tuple(
        Organisation(
            code=code,
            name=name,
            parent=parent,
            utilities=utilities,
            bank=bank,
            account_no=_account(bank, 11 + index, seed),
            opening_fen=100_000_00 + 7_919_37 * index,
        )
        for index, (code, name, parent, utilities, bank) in enumerate(_PAYEES)
    )


def _account(bank: str, index: int, seed: int) -> str:
    prefix = {"ICBC": "1202", "CCB": "3305", "ABC": "1905", "BOC": "3663"}[bank]
    return (
        f"{prefix}0{seed % 10_000:04d}{index:02d}0019{(seed * 7 + index * 3) % 89 + 10}{index:02d}"
    )


SURNAMES: Final = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红玲建国文辉力"
