"""People who bring a day to its end: settle what differs, confirm what came, close."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adjustments import service
from app.adjustments.drafting import Draft
from app.adjustments.queries import AdjustmentFilter, AdjustmentView, adjustments
from app.adjustments.rules import AdjustmentKind, AdjustmentStatus, fitting
from app.arrivals.queries import ArrivalFilter, expected_arrivals
from app.arrivals.rules import ArrivalState
from app.arrivals.service import check, confirm
from app.base.dates import day_number
from app.base.errors import UserError
from app.closing import closing
from app.closing.expected import missing_files
from app.db.workspace import Actor, Workspace
from app.discrepancies.model import Discrepancy
from app.discrepancies.rules import Status
from app.identity.service import add_user
from app.intake.rules import FileStatus
from app.records.model import Payment
from tests.conftest import PASSWORD
from tests.guard import desk
from tests.guard.world import DAYS, Paper, day_of

OTHERS = ("clerk", "checker", "supervisor")


@dataclass(frozen=True, kw_only=True)
class Office:
    """A database and the people of its office."""

    workspace: Workspace
    clerk: Actor
    checker: Actor
    supervisor: Actor

    def open_cases(self, day: date) -> list[Discrepancy]:
        """Return what is not settled of a day and of those before it."""
        wanted = (
            select(Discrepancy)
            .where(
                Discrepancy.business_on <= day_number(day),
                Discrepancy.opened_on <= day_number(day),
                Discrepancy.status.in_((Status.OPEN, Status.ASSIGNED)),
            )
            .order_by(Discrepancy.id)
        )
        return self.workspace.read(lambda session: list(session.scalars(wanted)))

    def adjust(self, kind: AdjustmentKind, *ids: int, **more: object) -> str:
        """Draft, submit and have an adjustment approved; return its number."""
        wanted = replace(
            Draft(kind=kind, reason="settled", discrepancy_ids=ids),
            **more,  # type: ignore[arg-type]
        )
        number = self.workspace.write(self.clerk, service.draft, wanted=wanted).value
        self.workspace.write(self.clerk, service.submit, number=number)
        self.workspace.write(self.checker, service.approve, numbers=[number])
        return number

    def settle(self, day: date) -> None:
        """Settle each difference by the first adjustment that fits and is allowed."""
        for row in self.open_cases(day):
            original = self.workspace.read(_some_payment)
            for kind in fitting(row.task, row.kind, row.difference_fen):
                with suppress(UserError):
                    self.adjust(kind, row.id, original_payment_no=original)
                    break

    def confirm(self, day: date) -> None:
        """Confirm what came or is explained, and check it."""
        wanted = ArrivalFilter(day=day, brought_forward=True)
        for one in self.workspace.read(expected_arrivals, wanted):
            with suppress(UserError):
                if one.confirmation is None and (one.clean or one.explained):
                    self.workspace.write(self.clerk, confirm, batch_nos=[one.batch_no])
        for one in self.workspace.read(expected_arrivals, wanted):
            if one.state is ArrivalState.CONFIRMED:
                with suppress(UserError):
                    self.workspace.write(self.checker, check, batch_nos=[one.batch_no])

    def waive(self, day: date) -> None:
        """Waive the files that did not come."""
        for file in self.workspace.read(missing_files, day):
            self.workspace.write(
                self.supervisor,
                closing.waive,
                day=day,
                file_kind=file.kind,
                scope=file.scope,
                reason="nothing came",
            )

    def close(self, day: date) -> None:
        """Close a day."""
        self.workspace.write(self.supervisor, closing.close_day, day=day)


def clear_desk(office: Office) -> None:
    """Withdraw what makers have lying about, whoever they are."""
    waiting = frozenset(
        {AdjustmentStatus.DRAFT, AdjustmentStatus.SUBMITTED, AdjustmentStatus.RETURNED}
    )
    rows: list[AdjustmentView] = office.workspace.read(
        adjustments, AdjustmentFilter(statuses=waiting)
    )
    for row in rows:
        maker = replace(office.clerk, user_id=row.maker_id, name=row.maker_name)
        with suppress(UserError):
            office.workspace.write(maker, service.withdraw, number=row.number)


def finish_day(office: Office, day: date) -> bool:
    """Do what an office does to close a day; return whether it is closed."""
    try:
        desk.run(office.workspace, office.clerk, day)
        clear_desk(office)
        office.settle(day)
        office.confirm(day)
        office.waive(day)
        office.close(day)
    except UserError:
        return False
    return True


def ready_to_close(url: str, day: date) -> None:
    """Take away all that stands in the way of closing a day, and settle the next one."""
    workspace = Workspace.open(url)
    office = Office(
        workspace=workspace,
        clerk=desk.actor(workspace, "clerk"),
        checker=desk.actor(workspace, "checker"),
        supervisor=desk.actor(workspace, "supervisor"),
    )
    office.settle(day)
    office.confirm(day)
    office.waive(day)
    office.settle(day + timedelta(days=1))
    workspace.close()


def prepare_days(url: str, master: list[Path], papers: list[Paper]) -> None:
    """Add a second person of each role, load all days with their errors, and reconcile them."""
    workspace = Workspace.open(url)
    administrator = desk.actor(workspace, "administrator")
    for role in OTHERS:
        workspace.write(administrator, add_user, name=f"{role}2", password=PASSWORD, roles=[role])
    clerk = desk.actor(workspace, "clerk")
    faulty = [paper.path for paper in papers if paper.version == "faulty"]
    for path in (*master, *faulty):
        assert desk.load(workspace, clerk, path).status is FileStatus.LOADED
    for number in range(DAYS):
        desk.run(workspace, clerk, day_of(number))
    workspace.close()


def _some_payment(session: Session) -> str:
    largest = select(Payment.payment_no).order_by(Payment.amount_fen.desc())
    return session.scalars(largest).first() or ""
