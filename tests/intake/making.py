"""Small files in the layouts that the program reads, and what is needed to read them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyzipper

from app.intake.context import Context
from app.intake.protocol import RawChunk
from app.intake.reader import Reader, Source
from app.intake.rules import Reason, Summary

TODAY = date(2026, 10, 14)
CHANNELS = dict.fromkeys(("ICBC", "ABC", "CCB", "BOC", "CMB", "ALIPAY", "WECHAT", "INTERNAL"), 1440)
CONTEXT = Context(channels=CHANNELS, payees=frozenset({"P01", "P02"}), today=TODAY)

PAYMENTS = (
    "支付订单号,支付流水号,支付时间,支付渠道,支付工具,交易类型,金额,手续费,"
    "优惠承担方,状态,渠道流水号"
)
PAYMENT = "O1,P1,2026-10-13 08:15:30,ALIPAY,支付宝,支付,100.00,0.60,,成功,T1"
CHANNEL = "渠道编码,商户订单号,渠道流水号,交易时间,交易类型,金额,手续费,状态"
CHANNEL_ROW = "ICBC,P1,T1,2026-10-13 08:15:30,支付,100.00,0.60,成功"
ARRIVALS = "账号,记账日期,交易时间,银行流水号,收入金额,支出金额,余额,对方户名,对方账号,摘要,附言"
ARRIVAL = "6222001,2026-10-13,2026-10-13 09:00:00,S1,100.00,,1100.00,平台,11001,清分款,QF1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What reading a path gave: rows, raw bytes and the summary of its only source."""

    source: Source
    rows: list[dict[str, Any]]
    chunks: list[RawChunk]
    summary: Summary

    @property
    def reasons(self) -> list[Reason]:
        """The reasons of all problems."""
        return [problem.reason for problem in self.summary.problems]


def read_source(reader: Reader, source: Source, context: Context = CONTEXT) -> Outcome:
    """Read one source to its end."""
    rows: list[dict[str, Any]] = []
    chunks: list[RawChunk] = []
    reading = reader.read(source, context)
    for item in reading:
        if isinstance(item, RawChunk):
            chunks.append(item)
        else:
            item.validate(full=True)
            rows.extend(item.to_pylist())
    return Outcome(source=source, rows=rows, chunks=chunks, summary=reading.summary)


def read_path(reader: Reader, path: Path, context: Context = CONTEXT, **wishes: Any) -> Outcome:
    """Read the only source of a path."""
    (source,) = reader.sources(path, **wishes)
    return read_source(reader, source, context)


def write_lines(
    path: Path, lines: Iterable[str], *, encoding: str = "utf-8", newline: str = "\n"
) -> Path:
    """Write lines of text, each with a line end."""
    path.write_bytes("".join(line + newline for line in lines).encode(encoding))
    return path


def write_zip(path: Path, members: Mapping[bytes, bytes], *, password: str = "") -> Path:
    """Write an archive whose names are exactly these bytes, without the UTF-8 flag."""
    target = io.BytesIO()
    stand_ins = {}
    with pyzipper.AESZipFile(target, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        if password:
            archive.setpassword(password.encode())
            archive.setencryption(pyzipper.WZ_AES)
        for number, (name, content) in enumerate(members.items()):
            stand_in = f"{number:04d}".ljust(len(name), "_")[-len(name) :]
            stand_ins[stand_in.encode()] = name
            archive.writestr(stand_in, content)
    data = target.getvalue()
    for stand_in_name, name in stand_ins.items():
        data = data.replace(stand_in_name, name)
    path.write_bytes(data)
    return path


def changed(row: str, header: str, **values: str) -> str:
    """Return a row with some columns changed."""
    names = header.split(",")
    fields = row.split(",")
    for name, value in values.items():
        fields[names.index(name)] = value
    return ",".join(fields)


def columns(rows: Sequence[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of the rows."""
    return [tuple(row[name] for name in names) for row in rows]
