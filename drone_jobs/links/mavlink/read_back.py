"""Whether what an aircraft reads back means what was sent.

What is tolerated is what real autopilots were seen to do, and nothing else. Both: an order without
a place comes back with another frame, and frames 5, 6, 11 are 0, 3, 10. ArduPilot: item 0 becomes
home; NaN is kept as 0; a waypoint's acceptance radius and a mount's mode come back as 0; fences
come back above sea level.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from typing import Final

from drone_jobs.links.mavlink.items import PLACED, MissionItem, MissionKind
from drone_jobs.missions.commands import Command
from models.mission import Autopilot

__all__ = ["is_nothing", "read_back_differences"]

SAME_M: Final = 0.01
SAME_E7: Final = 1  # 11 mm
MOST_TOLD: Final = 20
_SHARE: Final = 1e-6
_RADIUS: Final = 1  # place of a waypoint's acceptance radius among the four


def read_back_differences(
    sent: Sequence[MissionItem],
    read: Sequence[MissionItem],
    kind: MissionKind,
    autopilot: Autopilot | None,
) -> list[str]:
    """What differs, in English; empty when both mean the same.

    Args:
        sent: what was given.
        read: what came back.
        kind: of the list.
        autopilot: whose habits are known; None for another, which must give back all.

    Returns:
        At most 20 sentences.
    """
    if is_nothing(sent, kind, autopilot) and is_nothing(read, kind, autopilot):
        return []
    if len(sent) != len(read):
        return [f"{len(sent)} items were sent, {len(read)} came back"]
    is_ardupilot = autopilot is Autopilot.ARDUPILOT
    found: list[str] = []
    for at, (ours, theirs) in enumerate(zip(sent, read, strict=True)):
        if at == 0 and is_ardupilot and kind is MissionKind.MISSION:
            ours_is_home = ours.command == theirs.command == Command.WAYPOINT
            found += [] if ours_is_home else ["item 0 is not home"]
            continue
        found += [
            f"item {at}: {each}" for each in _of_item(ours, theirs, kind, is_ardupilot=is_ardupilot)
        ]
        if len(found) >= MOST_TOLD:
            break
    return found[:MOST_TOLD]


def is_nothing(
    items: Sequence[MissionItem], kind: MissionKind, autopilot: Autopilot | None
) -> bool:
    """Whether nothing is held; ArduPilot keeps its home where a mission was cleared."""
    if not items:
        return True
    is_home = kind is MissionKind.MISSION and autopilot is Autopilot.ARDUPILOT
    return is_home and len(items) == 1 and items[0].command == Command.WAYPOINT


def _of_item(
    ours: MissionItem, theirs: MissionItem, kind: MissionKind, *, is_ardupilot: bool
) -> Iterator[str]:
    if ours.command != theirs.command:
        yield f"command {ours.command}, {theirs.command}"
        return
    if ours.autocontinue != theirs.autocontinue:
        yield f"goes on {ours.autocontinue}, {theirs.autocontinue}"
    for at, (a, b) in enumerate(zip(ours.params, theirs.params, strict=True)):
        if _same(a, b):
            continue
        may_vanish = math.isnan(a) or (at == _RADIUS and ours.command == Command.WAYPOINT)
        if not (is_ardupilot and may_vanish and b == 0.0):
            yield f"parameter {at + 1} {a:g}, {b:g}"
    if ours.frame in PLACED:
        yield from _of_place(ours, theirs, kind, is_ardupilot=is_ardupilot)
    else:
        yield from _of_rest(ours, theirs, is_ardupilot=is_ardupilot)


def _of_place(
    ours: MissionItem, theirs: MissionItem, kind: MissionKind, *, is_ardupilot: bool
) -> Iterator[str]:
    frame = PLACED.get(theirs.frame)
    is_fence = is_ardupilot and kind is MissionKind.FENCE
    if frame != PLACED[ours.frame] and not (is_fence and frame == 0):
        yield f"frame {ours.frame}, {theirs.frame}"
    if abs(ours.x_e7 - theirs.x_e7) > SAME_E7 or abs(ours.y_e7 - theirs.y_e7) > SAME_E7:
        yield f"place {ours.x_e7} {ours.y_e7}, {theirs.x_e7} {theirs.y_e7}"
    if not abs(_single(ours.z) - theirs.z) <= SAME_M:
        yield f"height {ours.z:.2f} m, {theirs.z:.2f} m"


def _of_rest(ours: MissionItem, theirs: MissionItem, *, is_ardupilot: bool) -> Iterator[str]:
    """Parameters 5 to 7 of an order without a place."""
    if (ours.x_e7, ours.y_e7) != (theirs.x_e7, theirs.y_e7):
        yield f"parameters 5, 6 {ours.x_e7} {ours.y_e7}, {theirs.x_e7} {theirs.y_e7}"
    may_vanish = is_ardupilot and ours.command == Command.MOUNT
    if not _same(ours.z, theirs.z) and not (may_vanish and theirs.z == 0.0):
        yield f"parameter 7 {ours.z:g}, {theirs.z:g}"


def _same(a: float, b: float) -> bool:
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return math.isclose(_single(a), b, rel_tol=_SHARE, abs_tol=_SHARE)


def _single(value: float) -> float:
    """The number as 32 bits carry it."""
    (found,) = struct.unpack("<f", struct.pack("<f", value))
    return float(found)
