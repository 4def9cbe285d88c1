"""Where cameras stand and where they look.

Positions are WGS 84 longitude and latitude; every height names its datum. Azimuth and tilt 0 are
values.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Camera", "CameraKind", "HeightDatum", "Pose", "Position", "Preset"]


class HeightDatum(StrEnum):
    """What a height is measured from."""

    SEA_LEVEL = "sea_level"  # EGM96 and 1985 national height, equal within decimetres here
    ELLIPSOID = "ellipsoid"  # WGS 84; 33 to 38 m below sea level's numbers in Qijiang
    GROUND = "ground"


@dataclass(frozen=True, slots=True)
class Position:
    """A point in space.

    Attributes:
        lon_deg: WGS 84, -180 to 180.
        lat_deg: WGS 84, -90 to 90.
        height_m: above ``height_datum``.
        height_datum: what the height is measured from.
    """

    lon_deg: float
    lat_deg: float
    height_m: float
    height_datum: HeightDatum

    def __post_init__(self) -> None:
        """Refuse what cannot be a place on Earth, swapped coordinates of China included."""
        if not (-180.0 <= self.lon_deg <= 180.0 and -90.0 <= self.lat_deg <= 90.0):
            msg = f"lon {self.lon_deg}, lat {self.lat_deg} is not a place; order is lon, lat"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the optical axis points, and how well that is known (one standard deviation).

    Attributes:
        azimuth_deg: of the picture's centre, true north, [0, 360).
        tilt_deg: of the picture's centre above the horizontal; negative looks down, [-90, 90].
        roll_deg: clockwise as seen from behind the camera.
        horizontal_fov_deg: full horizontal field of view at this zoom, (0, 180).
        radial_k1: one-term radial distortion of the lens on normalised image coordinates
            (undistorted = distorted x (1 + k1 r^2)); 0 for none.
        azimuth_sigma_deg: standard deviation of the azimuth.
        tilt_sigma_deg: standard deviation of the tilt.
    """

    azimuth_deg: float
    tilt_deg: float
    roll_deg: float
    horizontal_fov_deg: float
    radial_k1: float = 0.0
    azimuth_sigma_deg: float = 0.3
    tilt_sigma_deg: float = 0.3

    def __post_init__(self) -> None:
        """Refuse angles outside their ranges."""
        if not (
            0.0 <= self.azimuth_deg < 360.0
            and -90.0 <= self.tilt_deg <= 90.0
            and 0.0 < self.horizontal_fov_deg < 180.0
            and self.azimuth_sigma_deg >= 0.0
            and self.tilt_sigma_deg >= 0.0
        ):
            msg = f"not a pose: {self}"
            raise ValueError(msg)


class CameraKind(StrEnum):
    """What sort of eye."""

    TOWER = "tower"
    CANOPY = "canopy"  # fixed infrared camera under the trees


@dataclass(frozen=True, slots=True)
class Preset:
    """A view that a camera returns to."""

    number: int
    name: str
    pose: Pose


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera as configured.

    Attributes:
        camera_id: short stable key, ``[a-z0-9-]{1,40}``.
        name: shown to monitors (Chinese where the bureau uses Chinese).
        kind: tower or canopy.
        position: of the lens.
        presets: at least one for a camera that can be located; ordered by number.
    """

    camera_id: str
    name: str
    kind: CameraKind
    position: Position
    presets: tuple[Preset, ...]

    def preset(self, number: int) -> Preset | None:
        """The preset of that number, None when there is none."""
        return next((preset for preset in self.presets if preset.number == number), None)
