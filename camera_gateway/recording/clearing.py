"""Which evidence goes, and in which order.

Evidence of an alert that somebody works on never goes. Of settled ones it goes when its days are
over; before that only where room is needed, and then what can be spared most goes first: video of
false alarms, video of fires, stills of false alarms, stills of fires; the oldest of each first.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from camera_gateway.recording.rules import GB, RecorderRules
from camera_gateway.vault import EvidenceVault
from models.clock import Clock
from models.config import KeepingRule
from models.errors import StorageFull, WatchError
from models.recording import Clearing, ClearingCause, KeptFile, KeptKind, Standing
from models.store import Store

__all__ = ["ACTOR", "Bundle", "Keeper", "in_order", "over"]

_logger = logging.getLogger(__name__)

ACTOR: Final = "retention"
_ORDER: Final = (
    (Standing.FALSE_ALARM, KeptKind.VIDEO),
    (Standing.FIRE, KeptKind.VIDEO),
    (Standing.FALSE_ALARM, KeptKind.CLIP),
    (Standing.FALSE_ALARM, KeptKind.STILLS),
    (Standing.FIRE, KeptKind.CLIP),
    (Standing.FIRE, KeptKind.STILLS),
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """All evidence of one kind of one settled alert; it goes as a whole.

    Attributes:
        alert_id: of the alert.
        kind: of the evidence.
        standing: of the alert.
        settled_at: UTC, since when.
        keys: of its files.
        size_bytes: of them together, as far as they are there.
    """

    alert_id: int
    kind: KeptKind
    standing: Standing
    settled_at: datetime
    keys: tuple[str, ...]
    size_bytes: int


def in_order(bundles: Iterable[Bundle]) -> list[Bundle]:
    """What can be spared most, first; never anything of an open alert."""
    places = {pair: place for place, pair in enumerate(_ORDER)}
    settled = [one for one in bundles if one.standing is not Standing.OPEN]
    return sorted(
        settled, key=lambda one: (places[one.standing, one.kind], one.settled_at, one.alert_id)
    )


def over(bundles: Iterable[Bundle], rule: KeepingRule, now: datetime) -> list[Bundle]:
    """What has been kept for as long as it must be."""
    days = {Standing.FIRE: rule.fire_days, Standing.FALSE_ALARM: rule.false_alarm_days}
    return [
        one
        for one in in_order(bundles)
        if one.settled_at < now - timedelta(days=days[one.standing])
    ]


class Keeper:
    """Clears evidence; for one thread.

    Args:
        store: says what belongs to whom.
        vault: holds the files.
        rules: of the installation.
        clock: tells when days are over.
    """

    def __init__(
        self, store: Store, vault: EvidenceVault, rules: RecorderRules, clock: Clock
    ) -> None:
        self._store = store
        self._vault = vault
        self._rules = rules
        self._clock = clock

    def bundles(self) -> list[Bundle]:
        """All that there is, of whatever standing."""
        files: Mapping[tuple[int, KeptKind], list[KeptFile]] = defaultdict(list)
        for file in self._store.keeping.files():
            files[file.alert_id, file.kind].append(file)
        # Read after the files: an alert that opens in between has a standing and no file, and one
        # that was confirmed in between keeps its files.
        standings = self._store.keeping.standings()
        return [
            Bundle(
                alert_id,
                kind,
                *standings[alert_id],
                tuple(file.key for file in group),
                sum(self._size(file.key) for file in group),
            )
            for (alert_id, kind), group in files.items()
        ]

    def retire(self) -> int:
        """Clear what is over, and what the quota leaves no room for; how many bytes."""
        bundles = self.bundles()
        old = over(bundles, self._rules.keeping, self._clock.now())
        freed = self._clear(old, ClearingCause.RETENTION)
        gone = set(old)
        left = [one for one in bundles if one not in gone]
        excess = sum(one.size_bytes for one in left) - round(self._rules.keeping.evidence_gb * GB)
        return freed + self._clear(_enough(in_order(left), excess), ClearingCause.QUOTA)

    def make_room(self, wanted_bytes: int) -> int:
        """Clear evidence of settled alerts before its days are over; how many bytes were freed."""
        spared = _enough(in_order(self.bundles()), wanted_bytes)
        return self._clear(spared, ClearingCause.SPACE)

    def _clear(self, bundles: Sequence[Bundle], cause: ClearingCause) -> int:
        if not bundles:
            return 0
        now = self._clock.now()
        notes = [
            Clearing(one.alert_id, one.kind, cause, now, len(one.keys), one.size_bytes)
            for one in bundles
        ]
        freed = 0
        try:
            # First it is said, then it is done: a crash between leaves files of nobody, and those
            # are cleared too. The other way round, files would be missing for no reason.
            self._store.keeping.clear(notes, actor=ACTOR)
        except StorageFull:
            freed += self._remove(bundles[0])  # a disk so full that it takes no note of it
            self._store.keeping.clear(notes, actor=ACTOR)
        freed += sum(self._remove(one) for one in bundles)
        _logger.info("%d bytes of evidence cleared: %s", freed, cause)
        return freed

    def _remove(self, bundle: Bundle) -> int:
        freed = 0
        for key in bundle.keys:
            try:
                freed += self._vault.remove(key)
            except WatchError:
                _logger.exception("evidence cannot be cleared")
        return freed

    def _size(self, key: str) -> int:
        try:
            return self._vault.path(key).stat().st_size
        except (WatchError, OSError):
            return 0


def _enough(bundles: Sequence[Bundle], wanted_bytes: int) -> list[Bundle]:
    """The first ones that are as large as wanted together, or all; without those of no size."""
    chosen, size_bytes = [], 0
    for one in bundles:
        if size_bytes >= wanted_bytes:
            break
        if one.size_bytes:
            chosen.append(one)
            size_bytes += one.size_bytes
    return chosen
