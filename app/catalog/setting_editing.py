"""Changing settings.

A setting that bears on money is asked for by one person and agreed to by another:
`app.closing.master` does that and calls `apply_setting`.
"""

from __future__ import annotations

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.errors import NotFound, WrongInput
from app.base.i18n import _
from app.catalog.model import Setting
from app.catalog.rules import SETTINGS, SettingName
from app.db.workspace import Tx


def check_setting(name: SettingName, value: int) -> None:
    """Return if a setting can have this value.

    Raises:
        WrongInput: The value is out of bounds.
    """
    bounds = SETTINGS[name]
    if not bounds.lowest <= value <= bounds.highest:
        raise WrongInput(value=value, field=name)


def locked_setting(tx: Tx, name: SettingName) -> int:
    """Return a setting as it stands, and keep it so.

    Raises:
        NotFound: The database lacks it.
    """
    return _row(tx, name).value


def apply_setting(tx: Tx, *, name: SettingName, value: int) -> None:
    """Change a window, tolerance or limit, as it was agreed to.

    Raises:
        WrongInput: The value is out of bounds.
        NotFound: The database lacks it.
    """
    check_setting(name, value)
    row = _row(tx, name)
    before, row.value = row.value, value
    audit.record(tx, Verb.CHANGED, "setting", name.value, before=before, after=value)


def _row(tx: Tx, name: SettingName) -> Setting:
    row = tx.session.get(Setting, name.value, with_for_update=True)
    if row is None:
        raise NotFound(what=_("setting"), key=name.value)
    return row
