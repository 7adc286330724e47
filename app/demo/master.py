"""The files of master data: organisations with their accounts, channels with their rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from app.base.money import yuan
from app.demo.files import Look, TextTable
from app.demo.world import BANK_NAMES, CHANNELS, PAYEE, PLATFORM, Channel, organisations

_ORGANISATIONS: Final = (
    "单位编码,单位名称,上级编码,能源类型,开户行,账户名称,收款账号,期初余额,期初日期"
)
_CHANNELS: Final = (
    "渠道编码,名称,类型,日切,结算周期,费率ppm,"
    "最低手续费,最高手续费,退款退手续费,手续费承担方,平台收款账号"
)


def write_master(folder: Path, seed: int, opening: date) -> list[Path]:
    """Write both files and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    owners = TextTable(
        folder / "organisations.csv", _ORGANISATIONS, Look(encoding="gb18030", newline="\r\n")
    )
    for owner in organisations(seed):
        owners.add(
            f"{owner.code},{owner.name},{owner.parent},{' '.join(owner.utilities)},"
            f"{BANK_NAMES[owner.bank]},{owner.name},{owner.account_no},{yuan(owner.opening_fen)},"
            f"{opening}"
        )
    owners.close()
    channels = TextTable(folder / "channels.csv", _CHANNELS, Look(encoding="utf-8-sig"))
    for channel in CHANNELS:
        channels.add(_channel(channel))
    channels.close()
    return [owners.path, channels.path]


def _channel(channel: Channel) -> str:
    hours, minutes = divmod(channel.cutoff_minutes, 60)
    cycle = "T+1 工作日" if channel.working_days else "T+1 自然日"
    rate = "" if channel.rate_ppm is None else str(channel.rate_ppm)
    return (
        f"{channel.code},{channel.name},{channel.kind},{hours:02d}:{minutes:02d},{cycle},{rate},"
        f"{_limit(channel.minimum_fen)},{_limit(channel.maximum_fen)},"
        f"{'是' if channel.refund_returns_fee else '否'},"
        f"{PLATFORM if channel.platform_bears else PAYEE},"
    )


def _limit(fen: int | None) -> str:
    return "" if fen is None else yuan(fen)
