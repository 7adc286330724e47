"""What ships, what files hold, and settings: the verbs of the master data by one door."""

from __future__ import annotations

from app.catalog.channels import load_channels
from app.catalog.defaults import add_defaults
from app.catalog.organisations import load_organisations
from app.catalog.setting_editing import apply_setting

__all__ = ["add_defaults", "apply_setting", "load_channels", "load_organisations"]
