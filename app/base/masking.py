"""Hiding personal data where it is shown, printed or exported."""

from __future__ import annotations

import re

_PHONE_DIGITS = 11
_CARD_DIGITS = range(12, 20)
_DIGIT = re.compile(r"[0-9]")
_PHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9A-Za-z])")
_CARD = re.compile(r"(?<![0-9A-Za-z])[3-6][0-9]{3}(?:[ -]?[0-9]){10,15}(?![0-9A-Za-z])")
_LONGEST_PERSON = 4
_COMPANY = re.compile(
    r"公司|集团|银行|支行|分行|局|站|厂|店|所|院|校|学|会|部|处|社|中心|财政|国库|平台|支付|户|bank|co\b|ltd|inc",
    re.IGNORECASE,
)
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z.'-]*(?: [A-Za-z][A-Za-z.'-]*){0,2}")


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


def mask_party(text: str) -> str:
    """Mask the other side of a payment where it looks like a person: `张**`, and 某某公司 as it is.

    A person has up to four characters (more with the dot of a transcription), or up to three Latin
    words, and none of the words that companies and offices bear.
    """
    name = text.strip()
    if not name or _COMPANY.search(name):
        return name
    bare = name.replace("*", "")
    short = not bare.isascii() and len(bare) <= _LONGEST_PERSON
    person = short or "·" in name or _LATIN_NAME.fullmatch(name) is not None
    return mask_name(name) if person else mask_text(name)


def mask_text(text: str) -> str:
    """Mask the mobile phone and card numbers that stand in a free text; all else stays."""
    return _CARD.sub(_card, mask_phones(text))


def mask_phones(text: str) -> str:
    """Mask the mobile phone numbers that stand in a text; all else stays."""
    return _PHONE.sub(lambda found: mask_phone(found.group()), text)


def _card(found: re.Match[str]) -> str:
    # A batch or serial no. is as long as a card's; only a card's bears the check digit.
    return mask_card(found.group()) if _luhn(found.group()) else found.group()


def _luhn(text: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(_DIGIT.findall(text))):
        doubled = int(digit) * 2 if place % 2 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - the rule's own number
    return total % 10 == 0
