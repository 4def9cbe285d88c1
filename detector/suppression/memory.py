"""What suppressions remember from frame to frame, bounded, and the ruling that comes of it.

Several suppressions may touch one plume; it stays held while one of them holds. When the memory is
full nothing more is held: forgetting where a plume began would hide its growth.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from detector.suppression.rules import Plume, Ruling, Seen, Suppression, release_of
from models.suppression import Held, Holder, Overcome

__all__ = ["SuppressionMemory"]

FORGET: Final = timedelta(hours=24)
"""A plume unseen under its suppression for so long is a new one."""

MAX_PLUMES: Final = 10_000

_Key = tuple[str, int, Holder, str]


class SuppressionMemory:
    """Rules on sightings; holds no clock and asks nobody.

    Args:
        max_plumes: most that are remembered at once.
    """

    def __init__(self, max_plumes: int = MAX_PLUMES) -> None:
        self._max_plumes = max_plumes
        self._plumes: dict[_Key, Plume] = {}  # the longest unseen first

    def __len__(self) -> int:
        """How many plumes are remembered."""
        return len(self._plumes)

    def rule(self, seen: Seen, touching: Sequence[Suppression]) -> Ruling:
        """Whether what is seen may alert.

        Args:
            seen: the sighting.
            touching: every suppression that touches it, the one to be named first in front.

        Returns:
            What holds it, with what yielded; with nothing that touches it, it may alert.
        """
        held: Held | None = None
        overcome = []
        for suppression in touching:
            if suppression.until is not None and seen.at >= suppression.until:
                continue
            plume = self._plume_of(seen, suppression)
            if plume is None:
                continue
            release = release_of(seen, suppression, plume)
            if release is None:
                self._hold(seen, suppression, plume)
                held = held or _told(suppression, plume)
            else:
                plume.seen_at = max(plume.seen_at, seen.at)
                overcome.append(
                    Overcome(
                        by=suppression.by,
                        reference=suppression.reference,
                        release=release,
                        area_px=plume.area_px,
                        now_px=seen.boxes[-1].area_px,
                    )
                )
        return Ruling(held, tuple(overcome))

    def _plume_of(self, seen: Seen, suppression: Suppression) -> Plume | None:
        """What is known of the held plume, or a first knowledge of it; None when all is full."""
        known = self._plumes.get(_key(seen, suppression))
        if known is not None and seen.at - known.seen_at <= FORGET:
            return known
        if known is None and len(self._plumes) >= self._max_plumes:
            self._forget(seen.at)
            if len(self._plumes) >= self._max_plumes:
                return None
        box = seen.boxes[-1]
        area_px = box.area_px if suppression.area_px is None else suppression.area_px
        return Plume(
            area_px=max(area_px, seen.smallest_px),
            anchor=suppression.anchor or box,
            since=seen.at,
            track=seen.track,
            box=box,
            frame_sequence=seen.frame_sequence,
            seen_at=seen.at,
        )

    def _hold(self, seen: Seen, suppression: Suppression, plume: Plume) -> None:
        key = _key(seen, suppression)
        self._plumes.pop(key, None)
        self._plumes[key] = replace(
            plume,
            track=seen.track,
            box=seen.boxes[-1],
            frame_sequence=seen.frame_sequence,
            seen_at=max(plume.seen_at, seen.at),
            frames=plume.frames + 1,
        )

    def _forget(self, now: datetime) -> None:
        for key, plume in list(self._plumes.items()):
            if now - plume.seen_at > FORGET:
                del self._plumes[key]


def _key(seen: Seen, suppression: Suppression) -> _Key:
    return (seen.camera_id, seen.preset, suppression.by, suppression.reference)


def _told(suppression: Suppression, plume: Plume) -> Held:
    return Held(
        by=suppression.by,
        reference=suppression.reference,
        since=plume.since,
        until=suppression.until,
        area_px=plume.area_px,
        grows_at_px=suppression.growth * plume.area_px,
    )
