"""Alerts with pictures on which people have said what they are, over some days."""

from dataclasses import dataclass, replace
from datetime import timedelta

import cv2
import numpy as np
from api_rig import ApiRig
from fire_rig import draft_of, looks

from camera_gateway.pictures import encode_jpeg
from models.alert import Alert, EvidenceFrame, FrameScore
from models.detection import Box, Label
from models.incident import DismissReason, IncidentState
from models.site import Camera

__all__ = ["SIDES_PX", "SIZE_PX", "Judges"]

SIZE_PX = (640, 360)
SIDES_PX = (300.0, 150.0, 332.0, 174.0)
"""Where a plume stands when nothing else is said."""

Sides = tuple[float, float, float, float]


@dataclass
class Judges:
    """Lets cameras see things, and people say what they were.

    Attributes:
        rig: the application.
        pictures: of each alert.
    """

    rig: ApiRig
    pictures: int = 2

    def raised(
        self, sides: Sides = SIDES_PX, *, camera_id: str = "t1-red", **changes: object
    ) -> Alert:
        """A camera sees something now."""
        store, vault, at = self.rig.context.store, self.rig.context.vault, self.rig.clock.now()
        camera = self._camera(camera_id)
        box = Box(Label.SMOKE, 0.8, *sides)
        draft = draft_of(camera, looks(camera, (camera.position.lon_deg, 40.0)), at=at)
        scores = (FrameScore(1, at, 0.8, box),)
        draft = replace(
            draft,
            idempotency_key=f"{draft.idempotency_key}/{sides}",
            decision=replace(draft.decision, scores=scores),
            **changes,  # type: ignore[arg-type]
        )
        frames = []
        for number in range(self.pictures):
            seen = at - timedelta(seconds=30 * (self.pictures - 1 - number))
            key = f"judged/{camera_id}-{seen:%m%d%H%M%S}-{draft.preset}-{int(sides[0])}.jpg"
            sha256 = vault.put(key, picture(box, seed=len(key) + number))
            frames.append(EvidenceFrame(number, seen, seen, key, sha256, *SIZE_PX, (box,)))
        return store.alerts.open_alert(draft, frames)[0]

    def said(self, alert: Alert, reason: DismissReason | None, *, author: str = "monitor") -> Alert:
        """Somebody says that it is a fire, or why it is none."""
        to_state = IncidentState.CONFIRMED if reason is None else IncidentState.DISMISSED
        note = "一台机器" if reason is DismissReason.OTHER else ""
        self.rig.context.store.verdicts.step(
            alert.incident_id,
            expected=IncidentState.OPEN,
            to_state=to_state,
            author=author,
            reason=reason,
            note=note,
        )
        return alert

    def nuisance(
        self,
        times: int = 5,
        reason: DismissReason = DismissReason.CHIMNEY,
        sides: Sides = SIDES_PX,
        *,
        camera_id: str = "t1-red",
    ) -> list[Alert]:
        """The same place alarms on so many days, each time dismissed; ends now, a day each."""
        found = []
        for number in range(times):
            moved = (sides[0] + number % 2, sides[1], sides[2] + number % 2, sides[3])
            found.append(self.said(self.raised(moved, camera_id=camera_id), reason))
            self.rig.clock.advance(24 * 3600.0)
        return found

    def _camera(self, camera_id: str) -> Camera:
        return self.rig.context.store.cameras.get(camera_id)


def picture(box: Box, *, seed: int) -> bytes:
    """A hillside under a sky, with a chimney and its plume in the box."""
    width, height = SIZE_PX
    rows = np.linspace(205, 150, height, dtype=np.float64)[:, None]
    drawn = np.dstack([np.repeat(rows, width, axis=1)] * 3)
    ridge = (height * 0.55 + 22 * np.sin(np.arange(width) / 61.0 + 1.0)).astype(int)
    below = np.arange(height)[:, None] >= ridge[None, :]
    grain = np.random.default_rng(seed).normal(0.0, 7.0, (height, width, 1))
    drawn = np.where(below[..., None], np.array([52.0, 84.0, 66.0]) + grain, drawn)
    image = np.clip(drawn, 0, 255).astype(np.uint8)
    middle = (int(box.x_min + box.x_max) // 2, int(box.y_min + box.y_max) // 2)
    half = (max(2, int(box.x_max - box.x_min) // 2), max(2, int(box.y_max - box.y_min) // 2))
    cv2.ellipse(image, middle, half, 0.0, 0.0, 360.0, (222, 222, 222), -1)
    foot = (middle[0] - 3, int(box.y_max)), (middle[0] + 3, int(box.y_max) + 26)
    cv2.rectangle(image, *foot, (60, 60, 110), -1)
    return encode_jpeg(image)
