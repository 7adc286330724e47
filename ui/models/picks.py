"""What somebody put into the tray to be matched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.matching.rules import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """An entry in the tray; `place` is where it stood in its sheet."""

    side: Side
    id: int
    fen: int
    place: int = 0


class Picks:
    """The entries in the tray, side by side, in the order in which they came."""

    def __init__(self) -> None:
        self._held: dict[Side, dict[int, Pick]] = {side: {} for side in Side}

    def __bool__(self) -> bool:
        return any(self._held.values())

    def has(self, side: Side, id_: int) -> bool:
        """Return whether an entry is in the tray."""
        return id_ in self._held[side]

    def ids(self, side: Side) -> tuple[int, ...]:
        """Return the entries of a side."""
        return tuple(self._held[side])

    def places(self) -> set[int]:
        """Return where the entries stood."""
        return {pick.place for held in self._held.values() for pick in held.values()}

    def count(self, side: Side) -> int:
        """Return how many entries of a side are in the tray."""
        return len(self._held[side])

    def fen(self, side: Side) -> int:
        """Return their sum."""
        return sum(pick.fen for pick in self._held[side].values())

    @property
    def difference_fen(self) -> int:
        """Ours minus theirs."""
        return self.fen(Side.OURS) - self.fen(Side.THEIRS)

    def toggle(self, picks: Sequence[Pick]) -> None:
        """Put entries in, or take them out when all of them are in already."""
        if all(self.has(pick.side, pick.id) for pick in picks):
            for pick in picks:
                del self._held[pick.side][pick.id]
        else:
            self.put(picks)

    def put(self, picks: Iterable[Pick]) -> None:
        """Put entries in."""
        for pick in picks:
            self._held[pick.side][pick.id] = pick

    def keep(self, ours: set[int], theirs: set[int]) -> int:
        """Take out what is not among these; return how many went."""
        gone = 0
        for side, ids in ((Side.OURS, ours), (Side.THEIRS, theirs)):
            held = self._held[side]
            for id_ in [id_ for id_ in held if id_ not in ids]:
                del held[id_]
                gone += 1
        return gone

    def clear(self) -> None:
        """Empty the tray."""
        for held in self._held.values():
            held.clear()
