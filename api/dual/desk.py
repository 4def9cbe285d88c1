"""What people do with pairs: show the same things in both pictures, or let the pictures tell."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from api.dual.at_hand import ThermalAtHand, VisibleAtHand
from camera_gateway.masks.paint import painted
from camera_gateway.pictures import decode_jpeg
from detector.dual.homography import Found, Matrix, Point, from_lenses, from_targets
from detector.dual.likeness import Outline
from detector.dual.registration import register
from models.clock import Clock
from models.dual import DualPair, PairRegistration, RegistrationSource, RegistrationState
from models.errors import Conflict, InputRefused, NotFound
from models.mask import ViewMask
from models.store import Store
from models.thermal import ThermalImage
from models.units import ImageBGR

if TYPE_CHECKING:
    from api.context import Context

__all__ = [
    "by_pictures",
    "by_targets",
    "by_two_pictures",
    "hidden_in",
    "start_of",
    "thermal_picture",
    "visible_picture",
]

_TURN: Final = threading.Lock()
"""One at a time: it takes a core for some seconds, and cameras go on meanwhile."""


def by_targets(
    store: Store,
    clock: Clock,
    visible_id: str,
    preset: int,
    targets: Sequence[tuple[Point, Point]],
    *,
    author: str,
) -> PairRegistration:
    """Register by things that somebody has shown in both pictures, and keep it.

    Args:
        store: with the pair.
        clock: for when.
        visible_id: of a pair.
        preset: number; 0 is a value.
        targets: of each the place in the thermal picture, then in the visible one, shares.
        author: who has shown them.

    Raises:
        NotFound: no such pair or preset.
        InputRefused: nothing comes of them; code ``dual_targets``.
    """
    store.duals.pair(visible_id)
    found, now = from_targets(targets), clock.now()
    made = _registration(visible_id, preset, found, RegistrationSource.TARGETS, now)
    return _kept(store, made, author)


def by_pictures(
    context: "Context", visible_id: str, preset: int, *, author: str
) -> PairRegistration:
    """Register by the newest pictures of a preset, and keep it; takes some seconds.

    Raises:
        NotFound: no such pair or preset.
        Conflict: there are no two pictures, code ``dual_pictures``; or somebody has registered the
            preset meanwhile, ``dual_changed``.
        InputRefused: they show too little in common; code ``dual_unsure``.
        FrameCorrupt: the visible picture does not decode.
    """
    pair = context.store.duals.pair(visible_id)
    before = context.store.duals.registration(visible_id, preset)
    seen = context.dual_pictures.visible(pair.visible_id, preset)
    heat = context.dual_pictures.thermal(pair.thermal_id, preset)
    if seen is None or heat is None:
        raise Conflict(
            f"There are no pictures of both cameras of {visible_id} at preset {preset}.",
            remedy="Wait until both have looked there.",
            code="dual_pictures",
        )
    image = decode_jpeg(seen.jpeg, visible_id)
    hidden = hidden_in(context, seen, visible_id, preset)
    return by_two_pictures(
        context.store,
        context.clock,
        pair,
        preset,
        (image, heat.image),
        hidden=hidden,
        author=author,
        before=before,
    )


def by_two_pictures(
    store: Store,
    clock: Clock,
    pair: DualPair,
    preset: int,
    pictures: tuple[ImageBGR, ThermalImage],
    *,
    author: str,
    hidden: Sequence[Outline] = (),
    before: PairRegistration | None = None,
) -> PairRegistration:
    """Register by two pictures of one preset, and keep it; takes some seconds.

    Args:
        store: with the pair.
        clock: for when.
        pair: whose pictures they are.
        preset: number; 0 is a value.
        pictures: the visible one and that of heat.
        author: who asks for it.
        hidden: what is painted over in the visible one.
        before: the registration that is known, where the search begins.

    Raises:
        NotFound: no such pair or preset.
        Conflict: somebody has registered it meanwhile; code ``dual_changed``.
        InputRefused: they show too little in common; code ``dual_unsure``.
    """
    image, heat = pictures
    height, width = image.shape[:2]
    start = start_of(
        store, pair, preset, before, visible_px=(width, height), thermal_px=heat.size_px
    )
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    with _TURN:
        found = register(grey, heat.levels, start, hidden=hidden)
    if found is None:
        raise InputRefused(
            f"The pictures of {pair.visible_id} at preset {preset} show too little in common.",
            remedy="Try again in clear weather, or show four things in both.",
            code="dual_unsure",
        )
    made = _registration(pair.visible_id, preset, found, RegistrationSource.MUTUAL, clock.now())
    return _kept(store, made, author, before)


def start_of(
    store: Store,
    pair: DualPair,
    preset: int,
    before: PairRegistration | None,
    *,
    visible_px: tuple[int, int],
    thermal_px: tuple[int, int],
) -> Matrix | None:
    """Roughly where the picture of heat lies; None where nobody knows.

    As it was registered before; else by the fields of view and directions of both presets.
    """
    if before is not None:
        return before.matrix
    cameras = store.cameras
    visible = cameras.get(pair.visible_id).preset(preset)
    thermal = cameras.get(pair.thermal_id).preset(preset)
    if visible is None or thermal is None:
        return None
    try:
        return from_lenses(
            visible.pose,
            thermal.pose,
            visible_px=visible_px,
            thermal_px=thermal_px,
        )
    except InputRefused:  # they look past each other, as somebody has entered them
        return None


def hidden_in(
    context: "Context", seen: VisibleAtHand, visible_id: str, preset: int
) -> tuple[Outline, ...]:
    """What is private in a visible picture and painted over: its edges are not the land's."""
    return tuple(mask.polygon for mask in _private(context, seen, visible_id, preset))


def visible_picture(context: "Context", visible_id: str, preset: int) -> VisibleAtHand:
    """The newest visible picture of a preset, without what is private now.

    What was drawn since the picture was kept is painted over as well.

    Raises:
        NotFound: no such pair (``no_such_pair``), or there is no picture (``dual_no_picture``).
    """
    context.store.duals.pair(visible_id)
    seen = context.dual_pictures.visible(visible_id, preset)
    if seen is None:
        raise _no_picture(visible_id, preset)
    masks = _private(context, seen, visible_id, preset)
    return replace(seen, jpeg=painted(seen.jpeg, masks, visible_id)) if masks else seen


def thermal_picture(context: "Context", visible_id: str, preset: int) -> ThermalAtHand:
    """The newest picture of heat of a preset of a pair.

    Raises:
        NotFound: as of :func:`visible_picture`.
    """
    pair = context.store.duals.pair(visible_id)
    heat = context.dual_pictures.thermal(pair.thermal_id, preset)
    if heat is None:
        raise _no_picture(pair.thermal_id, preset)
    return heat


def _private(
    context: "Context", seen: VisibleAtHand, visible_id: str, preset: int
) -> tuple[ViewMask, ...]:
    view = context.store.cameras.get(visible_id).preset(preset)
    fov_deg = None if view is None else view.pose.horizontal_fov_deg
    masks = context.masks.private(visible_id, preset, fov_deg, seen.captured_at)
    if masks is None:  # nobody knows yet what is private
        raise _no_picture(visible_id, preset)
    return masks


def _no_picture(camera_id: str, preset: int) -> NotFound:
    return NotFound(
        f"There is no picture of {camera_id} at preset {preset} yet.",
        remedy="Wait until it has looked there.",
        code="dual_no_picture",
    )


def _kept(
    store: Store,
    registration: PairRegistration,
    author: str,
    before: PairRegistration | None = None,
) -> PairRegistration:
    if not store.duals.keep(registration, author, instead_of=before):
        raise Conflict(
            f"Preset {registration.preset} of {registration.visible_id} was registered meanwhile.",
            remedy="Look at that first.",
            code="dual_changed",
        )
    return registration


def _registration(
    visible_id: str,
    preset: int,
    found: Found,
    source: RegistrationSource,
    at: datetime,
) -> PairRegistration:
    """As good as new; by what a person shows no pictures have confirmed anything yet."""
    return PairRegistration(
        visible_id,
        preset,
        found.matrix,
        found.doubt_share,
        found.score,
        source,
        RegistrationState.GOOD,
        made_at=at,
        checked_at=at if source is RegistrationSource.MUTUAL else None,
    )
