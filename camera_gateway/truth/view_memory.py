"""What a view looked like, kept over a restart: the storm that turns a camera cuts the power too.

A small file a camera. It belongs to one pose and one address: where either is changed, the view is
learned anew. Whoever removes the file says that what the camera shows now is its view.
"""

import io
import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from camera_gateway.truth.edges import Edges
from models.light import Light

__all__ = ["Reference", "View", "ViewMemory"]

_logger = logging.getLogger(__name__)
_UNKNOWN: Final = "unknown"
_SHAPE: Final = (72, 128)


@dataclass(slots=True)
class Reference:
    """The view by one light.

    Attributes:
        edges: (72, 128) float32.
        seen: pictures that it was learned from.
        born: number of the picture at which learning began.
        matched: number of the last picture that showed it.
        proven: whether the camera was seen to obey at this view, and to come back to it.
        turned: whether that was seen but for its zoom; not kept.
    """

    edges: Edges
    seen: int
    born: int
    matched: int
    proven: bool = False
    turned: bool = False


@dataclass(slots=True)
class View:
    """All that is known of one view.

    Attributes:
        references: by light.
        number: pictures looked at.
        moved: whether the camera shows another view than these.
    """

    references: dict[Light | None, Reference] = field(default_factory=dict)
    number: int = 0
    moved: bool = False


class ViewMemory:
    """Keeps the view of one camera.

    Args:
        path: of the file; its folder is made.
        key: of camera, preset, pose and address; a file of another key says nothing.
    """

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._key = key
        self._is_kept = False

    @property
    def is_forgotten(self) -> bool:
        """Whether somebody has removed what was kept."""
        if self._is_kept and not self._path.exists():
            self._is_kept = False
            return True
        return False

    def load(self) -> View:
        """What was kept; an empty view where nothing is, or nothing that can be read."""
        try:
            # Read first: of what is no archive, the library leaves its file open.
            data = io.BytesIO(self._path.read_bytes())
            with np.load(data, allow_pickle=False) as kept:
                view = self._read(dict(kept.items()))
        except FileNotFoundError:
            return View()
        except (OSError, EOFError, ValueError, LookupError, TypeError, BadZipFile) as error:
            _logger.warning("the view in %s cannot be read: %s", self._path, type(error).__name__)
            return View()
        self._is_kept = bool(view.references)
        return view

    def save(self, view: View) -> None:
        """Keep it; a disk that takes nothing costs the memory and nothing else."""
        lights = {
            light: [one.seen, one.born, one.matched, int(one.proven)]
            for light, one in view.references.items()
        }
        head = {
            "key": self._key,
            "number": view.number,
            "moved": view.moved,
            "lights": {_name(light): counts for light, counts in lights.items()},
        }
        arrays = {
            _name(light): one.edges.astype(np.float16) for light, one in view.references.items()
        }
        new = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                np.savez_compressed(
                    file, allow_pickle=False, head=np.array(json.dumps(head)), **arrays
                )
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
        except OSError as error:
            _logger.warning("the view in %s cannot be kept: %s", self._path, error.strerror)
            with suppress(OSError):
                new.unlink()
        else:
            self._is_kept = True

    def _read(self, kept: dict[str, NDArray[np.generic]]) -> View:
        head = json.loads(str(kept["head"]))
        if head["key"] != self._key:
            return View()
        view = View(number=int(head["number"]), moved=bool(head["moved"]))
        for name, counts in head["lights"].items():
            edges = kept[name].astype(np.float32)
            if edges.shape != _SHAPE or not np.isfinite(edges).all():
                raise ValueError(name)
            seen, born, matched, *proven = (int(count) for count in counts)
            light = None if name == _UNKNOWN else Light(name)
            view.references[light] = Reference(edges, seen, born, matched, proven == [1])
        return view


def _name(light: Light | None) -> str:
    return _UNKNOWN if light is None else light.value
