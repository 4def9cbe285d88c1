"""What goes wrong with a camera, for drills: which frames, and what their pictures then look like.

Faults are planned from a seed and never drawn while pictures come: the same plan damages the same
frames in the same way. What a fault does to a picture is invented after what cameras in service do;
it also goes over the drill's banner, as a dirty lens would, so that only the provenance of such a
frame still says that it is a drill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np

from models.errors import InputRefused
from models.units import ImageBGR

__all__ = ["CameraFault", "FaultSpan", "damaged", "fault_at", "plan_faults"]

MOST_SHAKE_PX: Final = 8.0
MOST_CAST: Final = 0.55
DROPS: Final = 14
DROP_SHARE: Final = (0.015, 0.05)  # radius of a drop as a share of the picture's height
GREY: Final = 128


class CameraFault(StrEnum):
    """What is wrong."""

    FROZEN = "frozen"  # the picture before it, over and over, under new times
    BLACK = "black"  # no light at all
    SMEARED = "smeared"  # the lower part repeats one row, as a decoder paints what it lost
    HALF = "half"  # the lower part is one grey
    CAST = "cast"  # the colours are off
    SHAKE = "shake"  # the mast sways
    DROPS = "drops"  # drops on the lens, at the same places as long as they last
    CLOCK = "clock"  # capture times jump
    LATE = "late"  # frames come long after they were made


@dataclass(frozen=True, slots=True)
class FaultSpan:
    """A fault that lasts for some frames.

    Attributes:
        fault: what is wrong.
        first: number of the first frame, from 0.
        count: of frames, at least 1.
        strength: 0 (hardly) to 1 (as bad as it gets).
        seed: of where the drops sit and which way the mast sways.
    """

    fault: CameraFault
    first: int
    count: int
    strength: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse a span that is none."""
        if self.first < 0 or self.count < 1 or not 0.0 <= self.strength <= 1.0:
            raise InputRefused(
                f"No fault lasts {self.count} frames from {self.first} on with a strength of "
                f"{self.strength}.",
                remedy="Give a first frame from 0, at least one frame, and a strength of 0 to 1.",
                code="drill_fault",
            )


def plan_faults(
    seed: int,
    frames: int,
    *,
    share: float = 0.2,
    longest: int = 6,
    faults: Sequence[CameraFault] = tuple(CameraFault),
) -> tuple[FaultSpan, ...]:
    """Draw faults that never overlap, in the order of their frames.

    Args:
        seed: of everything.
        frames: of the drill, >= 0.
        share: of the frames that are to be faulty on average, 0 to 0.9.
        longest: frames of one fault, at least 1.
        faults: to draw from, at least one.

    Raises:
        InputRefused: a number is out of range, or there is nothing to draw from.
    """
    if frames < 0 or not 0.0 <= share <= 0.9 or longest < 1 or not faults:
        raise InputRefused(
            "No faults can be planned from these numbers.",
            remedy="Give a share of 0 to 0.9, at least one frame a fault, and at least one fault.",
            code="drill_fault",
        )
    random = np.random.default_rng([seed, 8])
    mean_fault = (1 + longest) / 2.0
    begins = share / ((1.0 - share) * mean_fault)  # chance of a fault after each good frame
    spans: list[FaultSpan] = []
    number = 0
    while number < frames:
        if random.uniform() < begins:
            count = min(int(random.integers(1, longest + 1)), frames - number)
            fault = faults[int(random.integers(0, len(faults)))]
            strength = float(random.uniform(0.3, 1.0))
            spans.append(FaultSpan(fault, number, count, strength, int(random.integers(0, 2**31))))
            number += count
        number += 1
    return tuple(spans)


def fault_at(plan: Sequence[FaultSpan], number: int) -> FaultSpan | None:
    """The fault of a frame, the first that is planned; None for a good one."""
    return next((one for one in plan if one.first <= number < one.first + one.count), None)


def damaged(image: ImageBGR, span: FaultSpan, number: int) -> ImageBGR:
    """A picture under a fault; the picture itself where the fault is not one of pictures.

    Args:
        image: not changed.
        span: what is wrong.
        number: of the frame.
    """
    height, width = image.shape[:2]
    good = max(1, round(height * (1.0 - 0.7 * span.strength)))  # rows
    made = image.copy()
    match span.fault:
        case CameraFault.BLACK:
            made[:] = 0
        case CameraFault.SMEARED:
            made[good:] = made[good - 1]
        case CameraFault.HALF:
            made[good:] = GREY
        case CameraFault.CAST:
            off = np.random.default_rng([span.seed, 1]).uniform(-1.0, 1.0, 3)
            gain = 1.0 + MOST_CAST * span.strength * off / np.abs(off).max()
            made = np.asarray(np.clip(image * gain, 0, 255), np.uint8)
        case CameraFault.SHAKE:
            sway = np.random.default_rng([span.seed, number]).uniform(-1.0, 1.0, 2)
            right, down = MOST_SHAKE_PX * span.strength * sway
            shift = np.array([[1, 0, right], [0, 1, down]], np.float32)
            made = np.asarray(
                cv2.warpAffine(image, shift, (width, height), borderMode=cv2.BORDER_REPLICATE),
                np.uint8,
            )
        case CameraFault.DROPS:
            made = _behind_drops(image, span)
        case CameraFault.FROZEN | CameraFault.CLOCK | CameraFault.LATE:
            pass
    return made


def _behind_drops(image: ImageBGR, span: FaultSpan) -> ImageBGR:
    """Each drop is out of focus and shows a blur of what lies behind, a little brighter."""
    height, width = image.shape[:2]
    random = np.random.default_rng([span.seed, 2])
    cover = np.zeros((height, width), np.float32)
    for _ in range(max(1, round(DROPS * span.strength))):
        centre = int(random.integers(0, width)), int(random.integers(0, height))
        cv2.circle(cover, centre, max(2, round(height * random.uniform(*DROP_SHARE))), 1.0, -1)
    soft = cv2.GaussianBlur(cover, (0, 0), max(1.0, height / 150.0))[..., None]
    blurred = cv2.GaussianBlur(image, (0, 0), max(2.0, height / 30.0)).astype(np.float32) * 1.1
    return np.asarray(np.clip(image * (1.0 - soft) + blurred * soft, 0, 255), np.uint8)
