"""What payees and channels are called, whose codes stand in entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PAYEE = "payee"
CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names by code, of the things that entries name by their code."""

    payees: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: str, code: str) -> str:
        """Return the name behind a code of this kind; what is not known is its own name."""
        return self._all(kind).get(code) or code

    def in_full(self, kind: str, code: str) -> str:
        """Return code and name, or the code alone where it has no name."""
        name = self._all(kind).get(code, "")
        return f"{code} {name}" if name else code

    def codes(self, kind: str, text: str) -> frozenset[str]:
        """Return the codes of what is called so, or else has the text in its code or its name."""
        wanted = text.strip().casefold()
        known = [
            (code, (code.casefold(), name.casefold())) for code, name in self._all(kind).items()
        ]
        exact = frozenset(code for code, called in known if wanted in called)
        parts = frozenset(code for code, called in known if any(wanted in one for one in called))
        return exact or (parts if wanted else exact)

    def _all(self, kind: str) -> Mapping[str, str]:
        return {PAYEE: self.payees, CHANNEL: self.channels}.get(kind, {})
