"""Which masks there are now, for all cameras; asked for every picture, read anew by others.

Whoever reads the store calls :meth:`MaskBook.replace`, at once when somebody has drawn and every
few seconds besides. A book that has never been read hides everything.
"""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Final

from models.mask import MaskKind, ViewMask, masks_in_force

__all__ = ["MaskBook"]

_Views = MappingProxyType[str, MappingProxyType[int, tuple[ViewMask, ...]]]
_NONE: Final[MappingProxyType[int, tuple[ViewMask, ...]]] = MappingProxyType({})


class MaskBook:
    """The masks of all cameras; safe from any thread.

    Args:
        now: the machine's time. What is private goes by it and not by a picture's own time alone: a
            recording of last year is masked, too.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._views: _Views | None = None

    def replace(self, masks: Iterable[ViewMask]) -> frozenset[str]:
        """Take what there is now.

        Args:
            masks: that are not over.

        Returns:
            The cameras with something private that was not there before.
        """
        gathered: dict[str, dict[int, tuple[ViewMask, ...]]] = {}
        for mask in masks:
            of_camera = gathered.setdefault(mask.camera_id, {})
            of_camera[mask.preset] = (*of_camera.get(mask.preset, ()), mask)
        views = MappingProxyType({key: MappingProxyType(each) for key, each in gathered.items()})
        with self._lock:
            before, self._views = self._views, views
        known = {} if before is None else before
        return frozenset(
            key for key, now in views.items() if _private(now) - _private(known.get(key, _NONE))
        )

    def hides(self, camera_id: str) -> bool:
        """Whether anything of the camera is private now, at any preset: it gives no coded video."""
        views = self._views
        if views is None:
            return True
        return any(self._holds(mask, None) for mask in _private(views.get(camera_id, _NONE)))

    def private(
        self,
        camera_id: str,
        preset: int | None,
        horizontal_fov_deg: float | None,
        captured_at: datetime,
    ) -> tuple[ViewMask, ...] | None:
        """What is to be painted over in a picture.

        A mask holds if it does now or did when the picture was made; one of the future holds: it
        was drawn before the clock was set back.

        Args:
            camera_id: of the camera.
            preset: that the picture shows; None when nobody knows: what is private at any preset.
            horizontal_fov_deg: of the picture; None when nobody knows: what depends on it holds.
            captured_at: aware.

        Returns:
            Masks in the order in which they were drawn; None when nobody knows what is private.
        """
        views = self._views
        if views is None:
            return None
        of_camera = views.get(camera_id)
        if of_camera is None:
            return ()
        if preset is None:
            masks = tuple(mask for masks in of_camera.values() for mask in masks)
        else:
            masks = of_camera.get(preset, ())
        return tuple(
            mask
            for mask in masks
            if mask.kind is MaskKind.PRIVACY
            and (
                self._holds(mask, horizontal_fov_deg)
                or mask.in_force(captured_at, horizontal_fov_deg)
            )
        )

    def nuisance(self, camera_id: str, preset: int) -> tuple[ViewMask, ...]:
        """What is no reason for an alert in a view, whether it holds now or not."""
        return tuple(mask for mask in self._of(camera_id, preset) if mask.kind is MaskKind.NUISANCE)

    def in_force(
        self, camera_id: str, preset: int, horizontal_fov_deg: float | None
    ) -> tuple[ViewMask, ...]:
        """Masks of both kinds that hold now in a view."""
        masks = self._of(camera_id, preset)
        return masks_in_force(masks, self._now(), horizontal_fov_deg) if masks else ()

    def _of(self, camera_id: str, preset: int) -> tuple[ViewMask, ...]:
        views = self._views
        return () if views is None else views.get(camera_id, _NONE).get(preset, ())

    def _holds(self, mask: ViewMask, horizontal_fov_deg: float | None) -> bool:
        return mask.in_force(max(self._now(), mask.created_at), horizontal_fov_deg)


def _private(views: MappingProxyType[int, tuple[ViewMask, ...]]) -> set[ViewMask]:
    return {mask for each in views.values() for mask in each if mask.kind is MaskKind.PRIVACY}
