"""Hiding personal data where it is shown, printed or exported."""

from __future__ import annotations

import re

_PHONE_DIGITS = 11
_CARD_DIGITS = range(12, 20)
_DIGIT = re.compile(r"[0-9]")


def mask_name(text: str) -> str:
    """Keep the first character of a name: `张**`."""
    name = text.strip()
    return f"{name[0]}**" if name else ""


def mask_phone(text: str) -> str:
    """Keep the first three and last four digits of a phone number: `138****5678`."""
    phone = text.strip()
    if len(phone) < _PHONE_DIGITS:
        return "*" * len(phone)
    return f"{phone[:-8]}****{phone[-4:]}"


def mask_card(text: str) -> str:
    """Keep the first and last four digits of a card number: `6222 **** **** 1234`."""
    digits = "".join(_DIGIT.findall(text))
    if len(digits) not in _CARD_DIGITS:
        return "*" * len(text.strip())
    return f"{digits[:4]} **** **** {digits[-4:]}"


def mask_household(text: str) -> str:
    """Keep the last four characters of a household number."""
    household = text.strip()
    kept = 4
    if len(household) <= kept:
        return "*" * len(household)
    return "*" * (len(household) - kept) + household[-kept:]
