"""The pictures of one preset on their way to a check, and to a reference that is worth one.

The first good picture of a preset is its reference, but only for a while: a swaying mast may just
have leaned aside, a mist may have hidden what is far. Once as many pictures have been compared as a
check needs, a reference that lies beside their middle, or shows far less than they do, gives way to
the next picture that does not. The picture of a calibration never gives way: it is the one by which
the pose was found.
"""

import math
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from camera_gateway.pose_check.compare import Offset
from camera_gateway.pose_check.pictures import Said
from camera_gateway.pose_check.verdict import mean_of
from models.calibration import UnknownWhy

__all__ = ["MOST_BIRTHS", "Session"]

BESIDE_DEG: Final = 0.01
WORTH: Final = 0.8
"""Share of what pictures usually show that a reference must show."""

MOST_BIRTHS: Final = 3
DAY_SHARE: Final = 0.2
"""Fewer pictures by day than this share of those by night are dawn and dusk."""

LONGEST_SEARCH: Final = 10  # pictures beyond those of a check


@dataclass(slots=True)
class Session:
    """Of one preset and one reference.

    Attributes:
        began_s: monotonic.
        offsets: what pictures said.
        unclear: pictures that showed too little of the reference.
        misshapen: pictures cut otherwise than it.
        dark: pictures that were not made by day.
    """

    began_s: float
    offsets: list[Offset] = field(default_factory=list)
    unclear: int = 0
    misshapen: int = 0
    dark: int = 0
    _worths: list[int] = field(default_factory=list)
    _reference_worth: int = 0

    def take(self, said: Said) -> None:
        """Take in what a picture says."""
        if not said.same_shape:
            self.misshapen += 1
        elif said.offset is None:
            self.unclear += 1
        else:
            self.offsets.append(said.offset)
        if said.worth:
            self._worths.append(said.worth)
            self._reference_worth = said.reference_worth

    @property
    def why_unknown(self) -> UnknownWhy:
        """What kept pictures from saying anything."""
        by_day = max(self.misshapen, self.unclear)
        if by_day == 0 or by_day < DAY_SHARE * self.dark:
            return UnknownWhy.NO_PICTURES
        return UnknownWhy.OTHER_SHAPE if self.misshapen > self.unclear else UnknownWhy.UNCLEAR

    def reference_is_good(self) -> bool:
        """Whether the reference lies in the middle of the pictures and shows as much as they."""
        return self._lies_well(0.0, 0.0) and self._shows_enough(self._reference_worth)

    def is_better(self, said: Said) -> bool:
        """Whether the picture that was taken in last would make a good reference."""
        offset = said.offset
        return (
            offset is not None
            and self._lies_well(offset.azimuth_deg, offset.tilt_deg)
            and self._shows_enough(said.worth)
        )

    def searched(self, enough: int) -> bool:
        """Whether a better reference was looked for long enough."""
        return len(self.offsets) >= enough + LONGEST_SEARCH

    def _lies_well(self, azimuth_deg: float, tilt_deg: float) -> bool:
        mean = (
            mean_of([one.azimuth_deg for one in self.offsets])[0],
            mean_of([one.tilt_deg for one in self.offsets])[0],
        )
        return math.dist(mean, (azimuth_deg, tilt_deg)) <= BESIDE_DEG

    def _shows_enough(self, worth: int) -> bool:
        return not self._worths or worth >= WORTH * median(self._worths)
