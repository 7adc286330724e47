"""Duiping: the reconciliation workstation's core, without any window."""

__version__ = "0.1.0"
