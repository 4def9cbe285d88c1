"""What other masts see: two cameras far apart that see one place are two witnesses.

A sighting that people hold back (mask, ledger, verdict) witnesses nothing: a chimney that is in the
ledger of both towers stays there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from detector.sighting import Sighting
from detector.suppression.sensors import same_mast, same_place
from models.detection import Label
from models.fix import Fix

__all__ = ["Witnesses"]

TOGETHER: Final = timedelta(minutes=15)
MAX_TRACKS: Final = 500


@dataclass(frozen=True, slots=True)
class _Testimony:
    label: Label
    fix: Fix
    captured_at: datetime
    heard_at: datetime
    log_odds: float


class Witnesses:
    """The latest testimony of every track that says something for a fire; bounded."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, int, int], _Testimony] = {}  # the longest unheard first

    def hear(self, sighting: Sighting, fix: Fix) -> None:
        """Take a sighting that nothing holds back."""
        self.dismiss(sighting)
        self._latest[sighting.key] = _Testimony(
            sighting.track.label,
            fix,
            sighting.frame.captured_at,
            sighting.frame.received_at,
            sighting.weighing.log_odds,
        )
        while len(self._latest) > MAX_TRACKS:
            self._latest.pop(next(iter(self._latest)))

    def dismiss(self, sighting: Sighting) -> None:
        """Forget what its track said: people hold it back."""
        self._latest.pop(sighting.key, None)

    def strongest(self, sighting: Sighting, fix: Fix, since: datetime | None = None) -> float:
        """The highest log-odds that another mast has for the same place at about the same time.

        Args:
            sighting: of the mast that asks.
            fix: of it.
            since: UTC; only what was heard after it. Everything when left out.

        Returns:
            0 when no other mast says anything for it.
        """
        camera_id, captured_at = sighting.frame.camera_id, sighting.frame.captured_at
        return max(
            (
                said.log_odds
                for (other_id, _, _), said in self._latest.items()
                if other_id != camera_id
                and (since is None or said.heard_at > since)
                and said.label is sighting.track.label
                and abs(captured_at - said.captured_at) <= TOGETHER
                and not same_mast(said.fix.observer, fix.observer)
                and same_place(said.fix, fix)
            ),
            default=0.0,
        )
