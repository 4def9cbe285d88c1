"""Views of thermal cameras as nodes: one for each preset whose pictures come, kept up to date.

A view stands where its camera does and looks where its preset does; a camera without presets has
one view that looks nobody knows where. Its set-up is derived, and changed at the camera: with its
pose, its name, how its pictures are to be read. When the camera, its link or its preset is gone, it
is taken out of service; its frames and looks stay.
"""

import logging
from collections.abc import Collection
from threading import Lock
from typing import Final

from models.audit import SYSTEM
from models.camera_setup import CameraSetup
from models.config import HeatRule
from models.errors import NotFound
from models.frame import Frame, FrameMode, Provenance
from models.heat_node import HeatNode, key_of_view
from models.site import Camera, CameraKind
from models.store import Store
from models.store.node_rows import MOST_NAME
from models.thermal import ThermalEncoding

__all__ = ["ViewShelf", "view_of"]

logger = logging.getLogger(__name__)

REACH_M: Final = {CameraKind.TOWER: 20_000.0, CameraKind.CANOPY: 500.0}
"""As far as places are told of what a tower sees; and far for a lens among trunks."""


def view_of(
    camera: Camera,
    number: int,
    rule: HeatRule,
    *,
    encoding: ThermalEncoding = ThermalEncoding.AS_TOLD,
    is_drill: bool = False,
) -> HeatNode | None:
    """The view of a thermal camera at a preset; None where the camera has others, and not that one.

    Args:
        camera: as it is configured.
        number: of the preset; any of a camera without presets.
        rule: how often its frames are looked at, where nobody says otherwise.
        encoding: how its pictures are to be read.
        is_drill: its pictures are of an exercise.
    """
    preset = camera.preset(number)
    if preset is None and camera.presets:
        return None
    name = camera.name if preset is None or not preset.name else f"{camera.name} {preset.name}"
    return HeatNode(
        key_of_view(camera.camera_id, number),
        _printable(name) or camera.camera_id,
        camera.position,
        None if preset is None else preset.pose,
        REACH_M[camera.kind],
        encoding,
        rule.view_intervals_s,
        is_drill=is_drill,
        view=(camera.camera_id, number),
    )


def _printable(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable()).strip()[:MOST_NAME]


class ViewShelf:
    """The views that there are; any thread may ask.

    Args:
        store: where they are kept.
        rule: for new ones.
        fixed: cameras whose pictures come whatever the store says of their link.
    """

    def __init__(self, store: Store, rule: HeatRule, fixed: Collection[str] = ()) -> None:
        self._store = store
        self._rule = rule
        self._fixed = frozenset(fixed)
        self._lock = Lock()
        self._views: dict[tuple[str, int], HeatNode] = {}

    def intervals_s(self, view: tuple[str, int]) -> tuple[int, ...]:
        """Seconds between two frames for danger classes 1 to 5; from memory alone."""
        with self._lock:
            known = self._views.get(view)
        return self._rule.view_intervals_s if known is None else known.intervals_s

    def of(self, frame: Frame) -> HeatNode | None:
        """The view that a frame shows, in service; None where its camera is none of heat any more.

        Raises:
            WatchError: the store cannot be used.
        """
        view = (frame.camera_id, frame.preset)
        is_drill = frame.provenance is Provenance.DRILL
        with self._lock:
            known = self._views.get(view)
        if known is not None and known.is_drill == is_drill:
            return known
        try:
            setup = self._store.links.get(frame.camera_id)
        except NotFound:
            return None
        return self._keep(setup, frame.preset, is_drill=is_drill)

    def forget(self, view: tuple[str, int]) -> None:
        """Read a view anew with its next frame."""
        with self._lock:
            self._views.pop(view, None)

    def review(self) -> None:
        """Follow what has changed of the cameras.

        Raises:
            WatchError: the store cannot be used.
        """
        nodes = [kept.node for kept in self._store.nodes.all_kept()]
        views = [node for node in nodes if node.view is not None and not node.is_retired]
        if not views:
            return
        setups = {setup.camera.camera_id: setup for setup in self._store.links.all()}
        for node in views:
            camera_id, number = node.view or ("", 0)
            setup = setups.get(camera_id)
            if setup is None or self._keep(setup, number, is_drill=node.is_drill) is None:
                self._store.nodes.retire(node.node_id, author=SYSTEM)
                self.forget((camera_id, number))
                logger.info("view %s is out of service: its camera is no more", node.node_id)

    def _keep(self, setup: CameraSetup, number: int, *, is_drill: bool) -> HeatNode | None:
        camera, link = setup.camera, setup.link
        is_heat = link is not None and link.enabled and link.mode is FrameMode.THERMAL
        if not is_heat and camera.camera_id not in self._fixed:
            return None
        encoding = ThermalEncoding.AS_TOLD if link is None else link.encoding
        node = view_of(camera, number, self._rule, encoding=encoding, is_drill=is_drill)
        if node is None:
            return None
        kept = self._store.nodes.put_view(node, author=SYSTEM).node
        with self._lock:
            self._views[camera.camera_id, number] = kept
        return kept
