"""What a picture of a camera that should stand still is taken for: the view it shows, or none.

A pose goes with a picture only where nothing speaks against it. It is **verified** where the
picture shows a view that was learned there and proven, and no other preset's. Where the camera is
known not to obey, a pose has to be verified or is withheld.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from camera_gateway.patrol.honesty import StatusSense
from camera_gateway.patrol.leg import Doubt, Leg, Said, Seen
from camera_gateway.truth.judgement import Sighted
from models.condition import Condition
from models.patrol import PoseTrust
from models.site import Pose

__all__ = ["Reading", "reading_of"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known beside the picture.

    Attributes:
        poses: of the presets.
        senses: what the camera says.
        distrusted: it does not obey: only what is verified counts.
        conditions: said with every picture.
    """

    poses: Mapping[int, Pose]
    senses: StatusSense
    distrusted: bool
    conditions: frozenset[Condition]


def reading_of(leg: Leg, seen: Seen, known: Reading) -> Said:
    """The picture's view."""
    target, sight = leg.stop.preset, seen.sight
    conditions = known.conditions | ({Condition.UNSETTLED} if leg.is_late else frozenset())
    agrees = known.senses.agrees(target)
    if sight is not None and sight.verified and sight.shown is not None:
        contradicted = sight.shown == target and agrees is False
        trust = PoseTrust.COMMANDED if contradicted else PoseTrust.VERIFIED
        sighted = Sighted(sight.shown, known.poses[sight.shown], trust)
        return Said(sighted, conditions=conditions, learn=sight.shown)
    stayed = leg.doubt is Doubt.NOT_LEFT and leg.origin is not None
    if sight is not None and sight.shown not in {None, target}:
        return Said(Sighted(sight.shown or 0, None, None), conditions=conditions)
    unrepeatable = sight is not None and sight.unrepeatable
    blurred = leg.disturbed or leg.doubt in {Doubt.NOT_LEFT, Doubt.UNSETTLED}
    doubtful = known.distrusted or blurred or unrepeatable
    number = leg.origin if stayed and leg.origin is not None else target
    if doubtful or (sight is not None and sight.against):
        learn = target if sight is not None and sight.against and not doubtful else None
        return Said(Sighted(number, None, None), conditions=conditions, learn=learn)
    reported = agrees is True and known.senses.says_still()
    trust = PoseTrust.REPORTED if reported else PoseTrust.COMMANDED
    learn = target if sight is not None and seen.step.is_still else None
    return Said(Sighted(target, known.poses[target], trust), conditions=conditions, learn=learn)
