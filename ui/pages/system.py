"""系统: users, roles, the database and its backups, the audit log, settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from app.base.i18n import N_
from ui.pages.part import Part
from ui.pages.system_audit import AuditPart
from ui.pages.system_backups import BackupsPart
from ui.pages.system_settings import SettingsPart
from ui.pages.system_users import RolesPart, UsersPart
from ui.pages.tabbed import TabbedPage


class SystemPage(TabbedPage):
    """Everything about the program itself."""

    name: ClassVar[str] = "system"
    part_types: ClassVar[Sequence[type[Part]]] = (
        UsersPart,
        RolesPart,
        BackupsPart,
        AuditPart,
        SettingsPart,
    )
    tabs_name: ClassVar[str] = N_("Parts of the system")
    tables: ClassVar[frozenset[str]] = frozenset(
        {"app_user", "user_role", "setting", "database_fact", "audit_record"}
    )
    about: ClassVar[str] = N_(
        "Who may do what, whether the database is safe and sound, and what was done. Ctrl+Tab"
        " goes from tab to tab. Every change made here stands in the audit log, and each record"
        " of the log seals the one before it."
    )
