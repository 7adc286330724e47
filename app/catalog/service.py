"""Changing settings and accounts."""

from __future__ import annotations

from app.audit import service as audit
from app.audit.rules import Verb
from app.audit.stale import refuse_stale
from app.base.errors import NotFound, WrongInput
from app.base.i18n import _, member_name
from app.catalog.channels import load_channels
from app.catalog.defaults import add_defaults
from app.catalog.model import Setting
from app.catalog.organisations import load_organisations
from app.catalog.rules import OF_ADMINISTRATORS, SETTINGS, SettingName
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require

__all__ = ["add_defaults", "change_setting", "load_channels", "load_organisations"]


def change_setting(tx: Tx, *, name: SettingName, value: int, seen: int | None = None) -> None:
    """Change a window, tolerance or limit; `seen` is the value that was shown.

    Raises:
        NotAllowed: The actor may not set limits.
        WrongInput: The value is out of bounds.
        ChangedByOther: It was changed since it was shown.
    """
    ours = Permission.MANAGE_USERS if name in OF_ADMINISTRATORS else Permission.SET_LIMITS
    require(tx.actor, ours)
    bounds = SETTINGS[name]
    if not bounds.lowest <= value <= bounds.highest:
        raise WrongInput(value=value, field=name)
    row = tx.session.get(Setting, name.value, with_for_update=True)
    if row is None:
        raise NotFound(what=_("setting"), key=name.value)
    if seen is not None and seen != row.value:
        refuse_stale(tx.session, "setting", name.value, member_name(name))
    before, row.value = row.value, value
    audit.record(tx, Verb.CHANGED, "setting", name.value, before=before, after=value)
