"""Where several sightings meet: a place with its ellipse, or an honest refusal."""

from dataclasses import dataclass
from enum import StrEnum

from models.site import Position

__all__ = ["Bearing", "Crossing", "NoCrossing", "Report", "Witness"]


@dataclass(frozen=True, slots=True)
class Bearing:
    """Somebody sees it in a direction: a tower, a node under the trees, a drone.

    Attributes:
        observer: where from; its height is not used.
        bearing_deg: true north, [0, 360).
        sigma_deg: standard deviation, above 0.
    """

    observer: Position
    bearing_deg: float
    sigma_deg: float

    def __post_init__(self) -> None:
        """Refuse what is no bearing."""
        if not (0.0 <= self.bearing_deg < 360.0 and 0.0 < self.sigma_deg <= 180.0):
            msg = f"not a bearing with its error: {self.bearing_deg} +- {self.sigma_deg}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody names a place: a caller, a drone's own fix, a node that stands in the heat.

    Attributes:
        position: where; its height is not used.
        sigma_m: standard deviation in each direction, above 0.
    """

    position: Position
    sigma_m: float

    def __post_init__(self) -> None:
        """Refuse what is no error."""
        if not 0.0 < self.sigma_m <= 1e6:
            msg = f"not an error of a place: {self.sigma_m} m"
            raise ValueError(msg)


Witness = Bearing | Report


class NoCrossing(StrEnum):
    """Why several sightings give no place."""

    ONE_MAST = "one_mast"  # all from one place: a direction, no place
    PARALLEL = "parallel"  # they run so close to each other that they meet anywhere
    APART = "apart"  # they part: where they would meet lies behind somebody
    TOO_FAR = "too_far"  # they meet beyond what any of them can see
    DISAGREE = "disagree"  # three or more that do not meet in one place


@dataclass(frozen=True, slots=True)
class Crossing:
    """What several sightings say together.

    Attributes:
        reason: why there is no place; None where there is one.
        lon_deg: WGS 84; None without a place.
        lat_deg: likewise.
        east_sigma_m: standard deviation to the east.
        north_sigma_m: to the north.
        correlation: of the two, -1 to 1.
        semi_major_m: of the ellipse that holds the fire with 90 %.
        semi_minor_m: likewise.
        major_bearing_deg: direction of its longer axis, true north, [0, 180).
        chi2: sum of squared residuals over their variances.
        freedom: how many more numbers were measured than the two that are told.
        likelihood: of a chi2 at least so large if all saw one place; 1 without freedom.
    """

    reason: NoCrossing | None
    lon_deg: float | None = None
    lat_deg: float | None = None
    east_sigma_m: float = 0.0
    north_sigma_m: float = 0.0
    correlation: float = 0.0
    semi_major_m: float = 0.0
    semi_minor_m: float = 0.0
    major_bearing_deg: float = 0.0
    chi2: float = 0.0
    freedom: int = 0
    likelihood: float = 1.0

    @property
    def is_located(self) -> bool:
        """Whether there is a place."""
        return self.reason is None
