"""Files of the standard templates, of which a test names only the fields that matter."""

import csv
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.progress import Silent
from app.calendar.model import ClosedDay
from app.catalog.organisations import load_organisations
from app.catalog.rules import OrganisationRow
from app.closing.files import Wishes, import_paths
from app.closing.following import FileOutcome
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies.reconciling import TaskReport, reconcile
from app.intake.model import SourceFile
from app.intake.rules import FileStatus, Kind
from app.matching.rules import Task
from app.records.kinds import SHAPES
from app.records.queries import change_no, touched

Row = dict[str, str]

DAY = date(2026, 3, 3)
PAYEE = "P1"
ACCOUNT = "6222000000000001"


def payment(number: int, **fields: str) -> Row:
    """One payment; its order has the same number."""
    return {
        "支付订单号": f"O{number}",
        "支付流水号": f"Z{number}",
        "支付时间": "2026-03-03 10:00:00",
        "支付渠道": "ICBC",
        "支付工具": "银行卡",
        "交易类型": "支付",
        "金额": "10.00",
        "状态": "成功",
    } | fields


def record(number: int, **fields: str) -> Row:
    """A channel's row about the payment of the same number."""
    return {
        "渠道编码": "ICBC",
        "商户订单号": f"Z{number}",
        "渠道流水号": f"T{number}",
        "交易时间": "2026-03-03 10:00:00",
        "交易类型": "支付",
        "金额": "10.00",
        "状态": "成功",
    } | fields


def bill_line(number: int, **fields: str) -> Row:
    """The bill line of the order of the same number."""
    return {
        "支付订单号": f"O{number}",
        "明细序号": "1",
        "收款单位编码": PAYEE,
        "能源类型": "电",
        "户号": "3100000001",
        "账期": "202602",
        "实缴金额": "10.00",
        "交易类型": "缴费",
        "支付时间": "2026-03-03 10:00:00",
    } | fields


def writeoff(number: int, **fields: str) -> Row:
    """The write-off of the order of the same number."""
    return {
        "销账流水号": f"X{number}",
        "支付订单号": f"O{number}",
        "收款单位编码": PAYEE,
        "户号": "3100000001",
        "账期": "202602",
        "销账金额": "10.00",
        "销账时间": "2026-03-03 10:00:00",
        "冲正标志": "0",
    } | fields


def batch(number: int, **fields: str) -> Row:
    """A clearing batch of one payment."""
    return {
        "批次号": f"QF{number}",
        "清分日期": "2026-03-04",
        "业务日期": "2026-03-03",
        "收款单位编码": PAYEE,
        "收款账号": ACCOUNT,
        "归集渠道": "ALL",
        "笔数": "1",
        "缴费金额": "10.00",
        "退款金额": "0.00",
        "手续费": "0.00",
        "优惠补贴": "0.00",
        "净额": "10.00",
    } | fields


def clearing_line(number: int, **fields: str) -> Row:
    """The one line of the batch of the same number."""
    return {
        "批次号": f"QF{number}",
        "支付订单号": f"O{number}",
        "明细序号": "1",
        "收款单位编码": PAYEE,
        "交易类型": "缴费",
        "实缴金额": "10.00",
        "手续费分摊": "0.00",
        "优惠分摊": "0.00",
        "净额": "10.00",
    } | fields


def arrival(number: int, **fields: str) -> Row:
    """The arrival of the batch of the same number."""
    return {
        "账号": ACCOUNT,
        "记账日期": "2026-03-04",
        "银行流水号": f"S{number}",
        "收入金额": "10.00",
        "支出金额": "",
        "摘要": "清分款",
        "附言": f"批次号 QF{number}",
    } | fields


def channel(code: str, **fields: str) -> Row:
    """The master data of a channel."""
    return {"渠道编码": code, "名称": code, "类型": "银行", "日切": "24:00"} | fields


@dataclass(frozen=True, kw_only=True)
class Books:
    """A database, a person and a folder of files."""

    workspace: Workspace
    actor: Actor
    folder: Path

    def know_payee(
        self,
        code: str = PAYEE,
        account_no: str = ACCOUNT,
        *,
        opening_fen: int | None = None,
        opening_on: int | None = None,
    ) -> None:
        """Put a payee on record; without a code that of all rows."""
        row = OrganisationRow(
            line=1,
            code=code,
            name="供电公司",
            account_no=account_no,
            opening_fen=opening_fen,
            opening_on=opening_on,
        )
        self.workspace.write(self.actor, load_organisations, rows=[row])

    def write(self, name: str, *rows: Row) -> Path:
        """Write a file."""
        path = self.folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            columns = dict.fromkeys(name for row in rows for name in row)
            writer = csv.DictWriter(file, list(columns))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def load(self, name: str, *rows: Row, replace: bool = False) -> FileOutcome:
        """Write a file and load it; say what became of it."""
        (outcome,) = self.load_paths(self.write(name, *rows), wishes=Wishes(replace=replace))
        return outcome

    def load_paths(
        self, *paths: Path, wishes: Wishes | None = None, actor: Actor | None = None
    ) -> list[FileOutcome]:
        """Load files."""
        return import_paths(
            self.workspace,
            actor or self.actor,
            paths,
            wishes=wishes or Wishes(),
            today=date(2026, 3, 10),
            progress=Silent(),
        )

    def reconcile(self, task: Task, day: date = DAY) -> TaskReport:
        """Run one task for a day."""
        return self.workspace.write(
            self.actor, reconcile, day=day, tasks=[task], progress=Silent()
        ).value[0]

    def close(self, day: date) -> None:
        """Close a business day without asking whether all is done."""
        self.workspace.write(self.actor, _close, day)

    def days(self, kind: Kind, column: str = "business_on") -> dict[str, int | None]:
        """Return the day of each entry of a kind by its key."""
        return self.workspace.read(_days, kind, column)

    def count(self, kind: Kind) -> int:
        """Return how many entries of a kind there are."""
        return len(self.workspace.read(_ids, kind))

    def status(self, file_id: int | None) -> FileStatus:
        """Return what stands on record of a file."""
        return self.workspace.read(_status, file_id)

    def last_change(self) -> int:
        """Return the number of the last change of entries."""
        return self.workspace.read(change_no)

    def touched(self, kind: Kind, after: int = 0) -> set[int]:
        """Return the days on which entries of a kind changed after a change."""
        rows = self.workspace.read(touched, [kind])
        return {day for _kind, day, number in rows if number > after}


def _close(tx: Tx, day: date) -> None:
    tx.session.add(ClosedDay(business_on=day, closed_at=tx.at, closed_by=tx.actor.name))


def _days(session: Session, kind: Kind, column: str) -> dict[str, int | None]:
    table = SHAPES[kind].table
    key = table.c[SHAPES[kind].shown_key[0]]
    rows = session.execute(select(key, table.c[column]).order_by(table.c.id))
    return {str(name): day for name, day in rows}


def _ids(session: Session, kind: Kind) -> Collection[int]:
    return session.scalars(select(SHAPES[kind].table.c.id)).all()


def _status(session: Session, file_id: int | None) -> FileStatus:
    return session.scalars(select(SourceFile.status).where(SourceFile.id == file_id)).one()
