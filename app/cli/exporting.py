"""The commands that write what is booked for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.adjustments.queries import VoucherFilter, vouchers
from app.base.i18n import ngettext
from app.cli.codes import DONE
from app.cli.session import Command, Desk
from app.db.files import replacing
from app.reporting.ledger_export import export_vouchers, form_of, payee_names
from app.reporting.ledger_layouts import layout


def _vouchers_export(desk: Desk) -> int:
    options = desk.options
    out = Path(options.out)
    form, chosen = form_of(out), layout(options.layout)
    workspace, _actor = desk.reading()
    wanted = VoucherFilter(payee=options.payee, month=options.month or 0, day=options.date)
    found = workspace.read(vouchers, wanted)
    names = workspace.read(payee_names)
    with replacing(out) as draft:
        lines = export_vouchers(draft, found, form=form, names=names, layout=chosen)
    text = ngettext(
        "{count} voucher with {lines} lines written to {file}",
        "{count} vouchers with {lines} lines written to {file}",
        len(found),
    )
    desk.answer(
        {"file": str(out), "vouchers": len(found), "lines": lines},
        [text.format(count=len(found), lines=lines, file=out.name)],
    )
    return DONE


COMMANDS: Mapping[str, Command] = {"vouchers-export": _vouchers_export}
