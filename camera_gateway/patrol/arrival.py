"""Whether a camera has come to rest where it was told to go, by its pictures.

Two pictures at least a second apart have to be alike, the view of before has to be left, and the
view has to be the preset's own where that is known; a mast that sways shows that view twice in a
row and may not rest at all. Where nothing can be seen, the camera's own
word counts if it is honest. What takes too long is ended with a doubt: never taken for right.
"""

from typing import Final

from camera_gateway.patrol.honesty import StatusSense
from camera_gateway.patrol.leg import Doubt, Leg, Seen

__all__ = ["LEAST_S", "arrival", "has_moved"]

LEAST_S: Final = 1.0
"""No picture counts that came sooner after the command was taken."""

SLOW_START_S: Final = 8.0
"""A camera that shows what it showed before, from an unknown view, may not have begun to turn."""

STILLS: Final = 2
"""Some turn one axis after the other, and rest in between."""

STILLS_BACK: Final = 3
MATCHES: Final = 2
"""A mast that sways is there when it shows its view, however little it rests."""

STILLS_LONG: Final = 5
NO_PAUSE_S: Final = 20.0
"""No head rests for so long on its way, through so many pictures: it goes no further."""

BLIND_TIMES: Final = 1.5


def arrival(
    leg: Leg,
    seen: Seen,
    senses: StatusSense,
    *,
    under_way_s: float,
    late: bool,
    longest_s: float | None,
) -> Doubt | None:
    """How a leg ends with this picture; None while it does not.

    Args:
        leg: that the camera is on.
        seen: what was measured of the picture.
        senses: what the camera says.
        under_way_s: seconds since it took the command.
        late: it takes too long.
        longest_s: that pictures have shown a leg of this camera to take; None unknown.
    """
    if leg.matches >= MATCHES:
        return Doubt.NONE
    if seen.step.is_still:
        return _at_rest(leg, seen, senses, under_way_s=under_way_s, late=late)
    if late and seen.step.known:
        blind = seen.sight is None and not seen.step.is_turn
        return Doubt.UNSEEN if blind else Doubt.UNSETTLED
    if not seen.step.is_blind:
        return None
    if senses.says_still():
        return Doubt.NONE
    # Half as long again as it ever took in sight: nobody can tell, and a flame may be seen.
    known = longest_s is not None and under_way_s >= BLIND_TIMES * longest_s + SLOW_START_S
    return Doubt.UNSEEN if known else None


def _at_rest(
    leg: Leg, seen: Seen, senses: StatusSense, *, under_way_s: float, late: bool
) -> Doubt | None:
    moved, sight = has_moved(seen), seen.sight
    arrived = sight is not None and sight.shown == leg.stop.preset
    if arrived or (leg.returns and leg.stills >= STILLS_BACK):
        return Doubt.NONE
    goes_no_further = leg.stills >= STILLS_LONG and under_way_s >= NO_PAUSE_S
    if late or goes_no_further:
        return Doubt.NOT_LEFT if leg.needs_move and moved is False else Doubt.NONE
    elsewhere = sight is not None and sight.against
    not_begun = moved is False and under_way_s < SLOW_START_S
    not_left = leg.needs_move and moved is not True
    if elsewhere or not_begun or not_left or senses.says_moving():
        return None
    return Doubt.NONE if leg.stills >= STILLS else None


def has_moved(seen: Seen) -> bool | None:
    """Whether the picture is another one than before the command; None when nobody can tell."""
    if seen.from_departure.is_turn:
        return True
    return False if seen.from_departure.is_same else None
