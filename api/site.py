"""A site as a folder: ``site.toml`` with its cameras, and ``layers/`` with its land.

The file is validated as a whole; unknown keys are refused with their name.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo.layers import read_layers
from models.errors import InputRefused
from models.land import LandFeature
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

__all__ = ["Site", "read_site"]


@dataclass(frozen=True, slots=True)
class Site:
    """What a site folder holds.

    Attributes:
        name: shown to monitors.
        drill: the site is invented.
        cameras: by key, in the file's order.
        land: features of every layer.
        plume: where the drill scene burns, lon and lat in degrees; None without a drill scene.
        plume_camera_id: which camera the drill scene belongs to; empty without one.
    """

    name: str
    drill: bool
    cameras: dict[str, Camera]
    land: tuple[LandFeature, ...]
    plume: tuple[float, float] | None
    plume_camera_id: str


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Place(_Part):
    lon_deg: float
    lat_deg: float
    height_m: float
    height_datum: HeightDatum


class _PoseEntry(_Part):
    azimuth_deg: float
    tilt_deg: float
    roll_deg: float
    horizontal_fov_deg: float
    radial_k1: float = 0.0
    azimuth_sigma_deg: float
    tilt_sigma_deg: float


class _PresetEntry(_Part):
    number: Annotated[int, Field(ge=0)]
    name: str
    pose: _PoseEntry


class _CameraEntry(_Part):
    camera_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    kind: CameraKind
    picture_px: tuple[int, int]
    position: _Place
    presets: tuple[_PresetEntry, ...]

    def camera(self) -> Camera:
        presets = (
            Preset(entry.number, entry.name, Pose(**entry.pose.model_dump()))
            for entry in sorted(self.presets, key=lambda entry: entry.number)
        )
        position = Position(**self.position.model_dump())
        return Camera(self.camera_id, self.name, self.kind, position, tuple(presets))


class _Head(_Part):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    drill: bool


class _Plume(_Part):
    lon_deg: float
    lat_deg: float


class _Drill(_Part):
    camera_id: str
    preset: int
    plume: _Plume


class _SiteFile(_Part):
    site: _Head
    cameras: tuple[_CameraEntry, ...]
    drill: _Drill | None = None


def read_site(folder: Path) -> Site:
    """Read a site folder.

    Raises:
        InputRefused: a file is missing or says something that cannot be.
    """
    path = folder / "site.toml"
    try:
        parsed = _SiteFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        cameras = {entry.camera_id: entry.camera() for entry in parsed.cameras}
    except OSError as error:
        raise InputRefused(
            f"The site file {path} cannot be read: {error.strerror}.",
            remedy="Name a folder that holds a site.toml.",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputRefused(f"{path}: {name}: {first['msg']}.", remedy="Mend that key.") from error
    except ValueError as error:  # not TOML, not UTF-8, or a pose or place that cannot be
        raise InputRefused(f"{path}: {error}.", remedy="Mend that value.") from error
    drill = parsed.drill
    return Site(
        name=parsed.site.name,
        drill=parsed.site.drill,
        cameras=cameras,
        land=tuple(read_layers(folder / "layers")),
        plume=None if drill is None else (drill.plume.lon_deg, drill.plume.lat_deg),
        plume_camera_id="" if drill is None else drill.camera_id,
    )
