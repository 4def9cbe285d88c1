"""Writes what a replay plays as the files of ``firewatch replay``, once, when it is begun.

Afterwards it depends on nothing that people change: not on the truth of a recording, not on the
settings of the watch, not on where a camera stands. A recording that was removed meanwhile is named
all the same, and the replay tells that it could not be judged.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from api.footage.shelf import FootageShelf
from api.replays.shelf import RUN_FILE
from api.replays.toml import toml_text
from detector.core.machine import usable_cores
from detector.footage.files import write_whole
from detector.footage.truth_file import TruthFile, write_truth
from geo.dem import read_terrain
from models.config import Settings
from models.errors import InputRefused, NotFound
from models.footage_library import FootageDraft
from models.replay_run import PlayedFootage, ReplayRun
from models.site import Camera
from models.store import Store

__all__ = ["prepare", "workers_of"]

_SHAPING: Final = ("evidence", "attention", "suppression")
_POSE: Final = (
    *("azimuth_deg", "tilt_deg", "roll_deg", "horizontal_fov_deg", "radial_k1"),
    *("azimuth_sigma_deg", "tilt_sigma_deg"),
)
_PLACE: Final = ("lon_deg", "lat_deg", "height_m")


def prepare(
    store: Store, settings: Settings, library: FootageShelf, folder: Path, run: ReplayRun
) -> Path:
    """Write what a replay plays, unless that was done before.

    Args:
        store: of the watch.
        settings: of the watch, whose decision is played.
        library: where recordings lie.
        folder: of the replay.
        run: that is begun.

    Returns:
        ``RUN.toml``.

    Raises:
        StorageFull: the disk takes no more.
        InputRefused: the folder cannot be written.
    """
    path = folder / RUN_FILE
    if path.is_file():
        return path
    data_dir = settings.data_dir.resolve()
    shaping = {name: getattr(settings, name).model_dump(mode="json") for name in _SHAPING}
    _write(
        folder / "settings.toml",
        {"data_dir": str(data_dir), "model_card": settings.model_card, **shaping},
    )
    cameras = {camera.camera_id: camera for camera in store.cameras.all()}
    draft = run.draft
    entries = [_entry(store, library, folder, one, run, cameras) for one in draft.footage]
    content: dict[str, Any] = {
        "name": draft.name,
        "model": draft.model,
        "settings": "settings.toml",
        "workers": workers_of(usable_cores()),
    }
    if any("camera" in entry for entry in entries) and _has_terrain(data_dir / "terrain"):
        content["dem"] = str(data_dir / "terrain")
    content["footage"] = entries
    if draft.drill_fires > 0:
        content["drill"] = [{"count": draft.drill_fires, "seed": draft.drill_seed}]
    _write(path, content)
    return path


def workers_of(cores: int) -> int:
    """Processes of a replay beside a watch: half of the cores, and one at least.

    More of them would evict what the live network keeps in the caches that all cores share, which
    no niceness forbids.
    """
    return max(1, cores // 2)


def _entry(  # noqa: PLR0917 -- all of one recording
    store: Store,
    library: FootageShelf,
    folder: Path,
    one: PlayedFootage,
    run: ReplayRun,
    cameras: Mapping[str, Camera],
) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": one.name, "every": run.draft.every}
    if run.draft.fps is not None:
        entry["fps"] = run.draft.fps
    try:
        draft = store.footage.get(one.footage_id).draft
        kept = None
        if one.truth_version > 0:
            kept = store.footage.truth(one.footage_id, one.truth_version)
        entry["path"] = str(library.playable(draft).resolve())
    except NotFound:
        # It is told as missing under its name, and the rest is played.
        return entry | {"path": str(folder / "removed" / str(one.footage_id))}
    truth = folder / "truth" / f"{one.footage_id}.truth.json"
    known = None if kept is None else kept.truth
    write_truth(truth, TruthFile(known, draft.conditions, draft.rights, draft.scene))
    entry |= {"truth": str(truth.relative_to(folder)), "scene": draft.scene}
    camera = _camera(draft, cameras)
    return entry if camera is None else entry | {"camera": camera}


def _camera(draft: FootageDraft, cameras: Mapping[str, Camera]) -> dict[str, Any] | None:
    """Where it looks, for a camera with one view; of one that turns nobody knows which it was."""
    camera = cameras.get(draft.camera_id)
    if camera is None or len(camera.presets) != 1:
        return None
    pose, place = camera.presets[0].pose, camera.position
    told = {name: getattr(place, name) for name in _PLACE}
    told |= {"height_datum": place.height_datum.value}
    return told | {name: getattr(pose, name) for name in _POSE}


def _has_terrain(folder: Path) -> bool:
    try:
        return read_terrain(folder) is not None
    except InputRefused:
        return False  # damaged: alerts then have a direction and no place


def _write(path: Path, content: Mapping[str, Any]) -> None:
    write_whole(path, toml_text(content).encode())
