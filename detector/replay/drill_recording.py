"""A drill fire as a recording with its truth.

What is visible is measured in the pictures themselves, before grain and banner, against the same
picture without the fire: a contrast of five hundredths (by which the WMO defines how far one sees)
over 64 pixels (8 by 8: enough to recognise a thing by Johnson's criteria), or four pixels far
brighter than before, which are a light. No detector is asked. A fire that never reaches it could be
seen by nobody: behind a ridge, or in haze.
"""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.pictures import encode_jpeg
from camera_gateway.scene.pictures import DrillPictures
from camera_gateway.scene.view import View
from detector.evaluate.footage import Moment, Sampling
from detector.replay.drill import DrillFire
from models.detection import Label
from models.footage import Light, TrueBox, TrueFire, Truth
from models.units import ImageBGR

__all__ = ["DrillRecording", "Views"]

EVERY_S: Final = 30.0
BEFORE_S: Final = 90.0
BURNS_S: Final = 480.0
UNBOXED_S: Final = 60.0
"""So long before ignition until first sight no frame counts as boxed: the smoke is there before
anybody is sure of it, and a watch that is sooner is not wrong."""
CONTRAST: Final = 0.05
DARK_LEVEL: Final = 32.0
"""What is darker counts as that bright: an eye sees no contrast in the black of a night."""
LEAST_PX: Final = 64
LIGHT_LEVELS: Final = 60.0
LEAST_LIGHT_PX: Final = 4


class Views:
    """Rendered views, a few of them kept: fires of one scene follow each other.

    Args:
        most: kept, the least used leaves; each takes about 6 MB.
    """

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._kept: OrderedDict[str, View] = OrderedDict()

    def of(self, fire: DrillFire) -> View:
        """The view in which it burns, rendered when it is not there."""
        view = self._kept.pop(fire.scene, None)
        if view is None:
            view = fire.setting.view()
        self._kept[fire.scene] = view
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return view


class DrillRecording:
    """Ninety seconds of quiet forest and eight minutes of fire, a picture every half minute.

    It is a :class:`detector.evaluate.footage.Recording`; its zero is the ignition.

    Args:
        fire: that burns.
        views: that are shared with other fires; its own when left out.
    """

    def __init__(self, fire: DrillFire, views: Views | None = None) -> None:
        self.fire = fire
        self._views = views or Views(1)
        self._pictures = DrillPictures(fire.setting, fire.place, seed=fire.seed)

    @property
    def name(self) -> str:
        """Of the fire."""
        return self.fire.name

    @property
    def has_known_times(self) -> bool:
        """Always: they are the scene's."""
        return True

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        """See :class:`detector.evaluate.footage.Recording`."""
        return islice(self._moments(sampling.step_s), 0, None, sampling.every)

    def _moments(self, step_s: float) -> Iterator[Moment]:
        view = self._views.of(self.fire)
        due_s = -BEFORE_S
        for number, at_s in enumerate(_times()):
            if at_s < due_s:
                continue
            due_s = at_s + step_s
            jpeg = encode_jpeg(self._pictures.draw(view, at_s, number))
            yield Moment(at_s, self.fire.starts_at + timedelta(seconds=at_s), jpeg)

    def truth(self) -> Truth:
        """What is known of it: place, times and boxes; blocks while it is drawn."""
        view = self._views.of(self.fire)
        quiet = self._pictures.clean(view, -1.0)
        boxes: list[TrueBox] = []
        times = _times()
        for at_s in times:
            if at_s < 0.0:
                continue
            box = self._box(_seen(quiet, self._pictures.clean(view, at_s)), at_s)
            boxes += [] if box is None else [box]
        first_s = boxes[0].at_s if boxes else None
        lon_deg, lat_deg = self.fire.place
        unseen = "ridge" if self.fire.is_hidden else "haze"
        fire = TrueFire(
            self.name,
            first_s,
            ignition_s=0.0,
            lon_deg=lon_deg,
            lat_deg=lat_deg,
            unseen="" if boxes else unseen,
        )
        quiet_s = (at_s for at_s in times if at_s <= -UNBOXED_S)
        return Truth((fire,), tuple(boxes), (*quiet_s, *(box.at_s for box in boxes)))

    def _box(self, seen: NDArray[np.bool_], at_s: float) -> TrueBox | None:
        rows, columns = np.nonzero(seen.any(axis=1))[0], np.nonzero(seen.any(axis=0))[0]
        if not rows.size:
            return None
        height, width = seen.shape
        dark = self.fire.setting.weather.light is Light.NIGHT
        return TrueBox(
            at_s,
            Label.FLAME if dark else Label.SMOKE,
            float(columns[0] / width),
            float(rows[0] / height),
            float((columns[-1] + 1) / width),
            float((rows[-1] + 1) / height),
            self.name,
        )


def _times() -> list[float]:
    return np.arange(-BEFORE_S, BURNS_S + EVERY_S / 2.0, EVERY_S).tolist()


def _seen(quiet: ImageBGR, burning: ImageBGR) -> NDArray[np.bool_]:
    """Where a person sees the fire; nowhere when it is too little."""
    seen = np.zeros(quiet.shape[:2], np.bool_)
    left, top, wide, high = cv2.boundingRect(cv2.absdiff(quiet, burning).max(axis=2))
    if not wide:
        return seen
    part = slice(top, top + high), slice(left, left + wide)
    before, now = (each[part].astype(np.float32).mean(axis=2) for each in (quiet, burning))
    contrast = np.abs(now - before) > CONTRAST * np.maximum(before, DARK_LEVEL)
    light = now - before > LIGHT_LEVELS
    if contrast.sum() >= LEAST_PX:
        seen[part] = contrast
    elif light.sum() >= LEAST_LIGHT_PX:
        seen[part] = light
    return seen
