"""Reads the generator's files back as rows of the standard templates, without the program."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path

Row = dict[str, str]
Files = dict[str, list[Row]]
KINDS = {
    "支付订单号,支付流水号": "payments",
    "支付订单号,明细序号": "bill_lines",
    "销账流水号,支付订单号": "writeoffs",
    "批次号,清分日期": "clearing_batches",
    "批次号,支付订单号": "clearing_lines",
    "渠道编码,商户订单号": "channel",
    "渠道编码,名称": "channels",
    "单位编码,单位名称": "organisations",
    "账号,记账日期": "arrivals",
    "账号,账户名称": "ccb",
    "本方账号,对方账号": "icbc",
    "交易时间,公众账号ID": "wechat",
    "支付宝交易号,商户订单号": "alipay",
}


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file in a folder, members of archives too."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, metadata_encoding="gbk") as archive:
                for member in archive.infolist():
                    yield f"{path.name}/{member.filename}", decoded(archive.read(member))
        else:
            yield path.name, decoded(path.read_bytes())


def decoded(content: bytes) -> str:
    """Decode UTF-8, with or without a mark, or else GB18030."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def kind_and_rows(text: str) -> tuple[str, list[Row]]:
    """Return what a text is and its rows, without comments and totals."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    kind = KINDS[",".join(lines[0].split(",")[:2])]
    if kind == "wechat":
        lines = lines[:-2]
    return kind, [{k: v.strip("\t`") for k, v in row.items()} for row in csv.DictReader(lines)]


def read_folder(folder: Path) -> Files:
    """Return a folder's rows by template, foreign layouts turned into the template's."""
    files: Files = {}
    seen: set[tuple[str, str]] = set()
    for _name, text in texts(folder):
        kind, rows = kind_and_rows(text)
        turn = {"alipay": alipay, "wechat": wechat, "icbc": icbc, "ccb": ccb}.get(kind)
        if turn is not None:
            rows = [turn(row) for row in rows]
            kind = "channel" if kind in {"alipay", "wechat"} else "arrivals"
        if kind == "arrivals":
            keys = [(row["账号"], row["银行流水号"]) for row in rows]
            rows = [row for row, key in zip(rows, keys, strict=True) if key not in seen]
            seen.update(keys)
        files.setdefault(kind, []).extend(rows)
    return files


def alipay(row: Row) -> Row:
    """Turn a row of 业务明细 into one of 渠道流水."""
    refund = row["业务类型"] == "退款"
    return {
        "渠道编码": "ALIPAY",
        "商户订单号": row["退款批次号/请求号"] if refund else row["商户订单号"],
        "渠道流水号": row["支付宝交易号"],
        "交易时间": row["完成时间"],
        "交易类型": "退款" if refund else "支付",
        "金额": row["商家实收（元）"].lstrip("-"),
        "手续费": row["服务费（元）"].lstrip("-"),
        "状态": "成功",
    }


def wechat(row: Row) -> Row:
    """Turn a row of the trade bill into one of 渠道流水; fees are rounded half up."""
    refund = row["交易状态"] == "REFUND"
    whole, part = row["手续费"].lstrip("-").split(".")
    cents, rest = divmod(int(part), 1000)
    fee = int(whole) * 100 + cents + (rest >= 500)
    state = row["退款状态"] if refund else row["交易状态"]
    return {
        "渠道编码": "WECHAT",
        "商户订单号": row["商户退款单号"] if refund else row["商户订单号"],
        "渠道流水号": row["微信退款单号"] if refund else row["微信订单号"],
        "交易时间": row["交易时间"],
        "交易类型": "退款" if refund else "支付",
        "金额": row["退款金额"] if refund else row["应结订单金额"],
        "手续费": f"{fee // 100}.{fee % 100:02d}",
        "状态": "成功" if state == "SUCCESS" else "处理中",
    }


def icbc(row: Row) -> Row:
    """Turn a row of ICBC's new export into one of 入账明细."""
    came = row["借/贷"] == "贷"
    return {
        "账号": row["本方账号"],
        "记账日期": row["交易时间"][:10],
        "交易时间": row["交易时间"],
        "银行流水号": row["凭证号"],
        "收入金额": row["金额"] if came else "",
        "支出金额": "" if came else row["金额"],
        "余额": "",
        "摘要": row["摘要"],
        "附言": row["附言"],
    }


def ccb(row: Row) -> Row:
    """Turn a row of CCB's export A into one of 入账明细."""
    day, time = row["交易时间"].split()
    text = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return {
        "账号": row["账号"],
        "记账日期": text,
        "交易时间": f"{text} {time}",
        "银行流水号": row["账户明细编号-交易流水号"],
        "收入金额": row["贷方发生额（收入）"],
        "支出金额": row["借方发生额（支取）"],
        "余额": row["余额"],
        "摘要": row["摘要"],
        "附言": row["备注"],
    }
