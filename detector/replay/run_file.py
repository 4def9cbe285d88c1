"""``RUN.toml``: what is to be played, with which weights and settings.

Every key is checked, and one that is not known is refused with its name: a misspelt ``every`` would
otherwise play another run than its writer believes. Paths are relative to the file.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from detector.core import Device
from detector.evaluate.footage import Sampling
from geo.crs import HeightSystem
from models.errors import InputRefused
from models.footage import Conditions, Light, Season, Sky
from models.frame import FrameMode
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

__all__ = ["CameraEntry", "DrillEntry", "FootageEntry", "RunFile", "read_run"]

MOST_BYTES = 1_000_000
MOST_WORKERS = 256
_Number = Annotated[float, Field(allow_inf_nan=False)]
_Path = Annotated[str, Field(min_length=1, max_length=4096)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ConditionsEntry(_Entry):
    """Of footage; see :class:`models.footage.Conditions`."""

    light: Light | None = None
    mode: FrameMode | None = None
    sky: Sky | None = None
    season: Season | None = None
    range_m: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None = None

    def over(self, known: Conditions) -> Conditions:
        """What is said here, and for the rest what was known."""
        said = {key: value for key, value in self if value is not None}
        names = ("light", "mode", "sky", "season", "range_m")
        return Conditions(**({name: getattr(known, name) for name in names} | said))


class CameraEntry(_Entry):
    """Where a camera stands and looks; see :class:`models.site.Position` and ``Pose``."""

    lon_deg: Annotated[_Number, Field(ge=-180.0, le=180.0)]
    lat_deg: Annotated[_Number, Field(ge=-90.0, le=90.0)]
    height_m: _Number
    height_datum: HeightDatum
    azimuth_deg: Annotated[_Number, Field(ge=0.0, lt=360.0)]
    tilt_deg: Annotated[_Number, Field(ge=-90.0, le=90.0)]
    horizontal_fov_deg: Annotated[_Number, Field(gt=0.0, lt=180.0)]
    roll_deg: _Number = 0.0
    radial_k1: _Number = 0.0
    azimuth_sigma_deg: Annotated[_Number, Field(ge=0.0)] = 0.3
    tilt_sigma_deg: Annotated[_Number, Field(ge=0.0)] = 0.3

    def camera(self) -> Camera:
        """The camera with its one view."""
        pose = Pose(
            self.azimuth_deg,
            self.tilt_deg,
            self.roll_deg,
            self.horizontal_fov_deg,
            self.radial_k1,
            self.azimuth_sigma_deg,
            self.tilt_sigma_deg,
        )
        place = Position(self.lon_deg, self.lat_deg, self.height_m, self.height_datum)
        return Camera("replay", "", CameraKind.TOWER, place, (Preset(0, "", pose),))


class FootageEntry(_Entry):
    """One ``[[footage]]``.

    Attributes:
        path: a folder of pictures with their times in their names, a video, a folder of these.
        truth: a truth file, or a folder of them; looked for beside the footage when empty.
        scene: pictures of one scene look alike; from the name of the recording when empty.
        every: each so manieth frame, from the first.
        fps: at most so many a second; all when left out.
        video_s: videos are played for so many seconds, shorter ones in a circle; once when left
            out.
        conditions: stands over what the truth file says.
        camera: where it stands and looks, where that is known.
        name: of the recording in the result, where it is the only one; its own when empty.
    """

    path: _Path
    name: Annotated[str, Field(max_length=200)] = ""
    truth: Annotated[str, Field(max_length=4096)] = ""
    scene: Annotated[str, Field(max_length=120)] = ""
    every: Annotated[int, Field(ge=1)] = 1
    fps: Annotated[float, Field(gt=0.0, le=1000.0, allow_inf_nan=False)] | None = None
    video_s: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None = None
    conditions: ConditionsEntry = ConditionsEntry()
    camera: CameraEntry | None = None

    @property
    def sampling(self) -> Sampling:
        """Which frames are looked at."""
        return Sampling(self.every, self.fps, self.video_s)


class DrillEntry(_Entry):
    """One ``[[drill]]``: fires that the drill scene makes.

    Attributes:
        count: how many.
        seed: of everything that is drawn.
        dem: elevation model that they burn on; the built-in relief when empty.
        dem_heights: what its heights are above, where the file does not say.
    """

    count: Annotated[int, Field(ge=1, le=100_000)]
    seed: Annotated[int, Field(ge=0)] = 0
    dem: Annotated[str, Field(max_length=4096)] = ""
    dem_heights: HeightSystem | None = None


class RunFile(_Entry):
    """A whole ``RUN.toml``.

    Attributes:
        name: of the run.
        model: name of a card, or a TOML file; the settings' when empty.
        settings: TOML file of the decision; the built-in ones when empty.
        workers: processes; 0 for one a core.
        rate: times as fast as life; 0 for as fast as the machine.
        device: where the network runs.
        dem: elevation model on which alerts of a known camera are located, or the folder of one
            that a watch has imported; when empty, alerts have a direction and no place.
        dem_heights: what its heights are above, where the file does not say.
        footage: what is played.
        drill: fires that are made and played.
    """

    name: Annotated[str, Field(min_length=1, max_length=120)]
    model: Annotated[str, Field(max_length=4096)] = ""
    settings: Annotated[str, Field(max_length=4096)] = ""
    workers: Annotated[int, Field(ge=0, le=MOST_WORKERS)] = 0
    rate: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = 0.0
    device: Device = "auto"
    dem: Annotated[str, Field(max_length=4096)] = ""
    dem_heights: HeightSystem | None = None
    footage: tuple[FootageEntry, ...] = ()
    drill: tuple[DrillEntry, ...] = ()

    @model_validator(mode="after")
    def _plays_something(self) -> "RunFile":
        if not self.footage and not self.drill:
            raise ValueError("it names no [[footage]] and no [[drill]]")
        return self


def read_run(path: Path) -> RunFile:
    """Read a run; its paths come back absolute.

    Raises:
        InputRefused: the file cannot be read, is no TOML, or a key or value is not allowed.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise _refused(path, f"it is larger than {MOST_BYTES} bytes")
        values = tomllib.loads(data.decode("utf-8"))
        return RunFile.model_validate(_absolute(values, path.resolve().parent))
    except OSError as error:
        raise InputRefused(
            f"The run {path} cannot be read: {error.strerror}.",
            remedy="Name an existing TOML file.",
            code="replay_run",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(path, f"it is not TOML: {error}") from error
    except ValidationError as error:
        told = error.errors(include_url=False)
        # A key that is not known comes first: what lacks is then often the one that was meant.
        first = min(told, key=lambda one: one["type"] != "extra_forbidden")
        place = ".".join(str(part) for part in first["loc"])
        what = "is not known" if first["type"] == "extra_forbidden" else first["msg"]
        raise _refused(path, f"{place} {what}" if place else what) from error


def _absolute(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Paths of the file, seen from where it lies; a card's name is no path."""

    def seen(table: dict[str, Any], *keys: str) -> dict[str, Any]:
        changed = {
            key: str(folder / table[key])
            for key in keys
            if isinstance(table.get(key), str) and table[key]
        }
        return table | changed

    values = seen(values, "settings", "dem")
    if str(values.get("model", "")).endswith(".toml"):
        values = seen(values, "model")
    for key, paths in (("footage", ("path", "truth")), ("drill", ("dem",))):
        entries = values.get(key)
        if isinstance(entries, list):
            values[key] = [
                seen(entry, *paths) if isinstance(entry, dict) else entry for entry in entries
            ]
    return values


def _refused(path: Path, what: str) -> InputRefused:
    return InputRefused(
        f"The run {path}: {what}.",
        remedy="Correct it; docs/evaluation.md shows every key.",
        code="replay_run",
    )
