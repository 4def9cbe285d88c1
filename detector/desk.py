"""Turns what alerts into an alert: a place, the land around it, pictures, and a row in the store.

One fire is one alert: a track that touches an alert still being worked on, in the same view, adds
to it, also after a restart or a pause of the camera. A dismissed or closed one is never added to:
the same track stays quiet until it has grown, and then opens a new alert that says so.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from detector.evidence import Weighing, unsteadiness_of
from detector.keeper import UNTHINNED, EvidenceKeeper
from detector.tracker import Track, boxes_touch
from geo.land import LandIndex
from geo.locate import Locator
from models.alert import (
    OPEN_STATES,
    Alert,
    AlertDraft,
    Decision,
    EvidenceFrame,
    Finding,
)
from models.clock import Clock
from models.config import Settings
from models.detection import Box, ModelReference
from models.errors import WatchError
from models.frame import Frame
from models.site import Camera
from models.store import Store

__all__ = ["AlertDesk", "Sighting"]

logger = logging.getLogger(__name__)

EVIDENCE_FRAMES = 60
EVIDENCE_SPACING_S = 20.0
"""After the first dozen pictures one every 20 s is kept, up to an hour's worth of one a minute."""

REGROWN = 2.0
"""Area over the area at dismissal at which a dismissed plume alerts again."""

MAX_CASES = 10_000

CLIP_AT = frozenset({1, 3, 6, 12, 24, 48})
"""Sightings after which the clip is made anew: it always exists and costs little."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A track that reached its threshold, in one frame.

    Attributes:
        frame: in which it was seen.
        width_px: of the upright picture.
        height_px: of the upright picture.
        track: all that it has shown.
        weighing: its evidence.
        model: the weights that scored it.
    """

    frame: Frame
    width_px: int
    height_px: int
    track: Track
    weighing: Weighing
    model: ModelReference


@dataclass(slots=True)
class _Case:
    """What the desk remembers of an alert that it feeds."""

    alert_id: int
    generation: int
    sightings: int
    last_kept_at: datetime
    kept: int
    quiet_area_px: float | None = None  # area when found dismissed or closed


class AlertDesk:
    """Writes alerts.

    Args:
        store: where alerts live.
        keeper: keeps pictures and clips.
        cameras: by key.
        locator: pixel to ground.
        land: ground to land.
        settings: for the version of the decision.
        clock: for the time of the decision.
        later: runs a job aside; cutting a clip takes up to a second, and no camera may wait for it.
            At once when left out.
    """

    def __init__(
        self,
        *,
        store: Store,
        keeper: EvidenceKeeper,
        cameras: Mapping[str, Camera],
        locator: Locator,
        land: LandIndex,
        settings: Settings,
        clock: Clock,
        later: Callable[[Callable[[], None]], object] = lambda job: job(),
    ) -> None:
        self._alerts = store.alerts
        self._keeper = keeper
        self._cameras = cameras
        self._locator = locator
        self._land = land
        self._settings = settings
        self._clock = clock
        self._later = later
        self._cases: dict[tuple[str, int, int], _Case] = {}  # bounded by MAX_CASES

    def take(self, sighting: Sighting) -> None:
        """Open an alert for the sighting, or add to the one it belongs to.

        Raises:
            WatchError: the store failed. Nothing is remembered then, so the track's next sighting
                tries again.
        """
        key = (sighting.frame.camera_id, sighting.frame.preset, sighting.track.number)
        case = self._cases.get(key) or self._adopt(sighting)
        if case is None:
            self._remember(key, self._open(sighting, generation=0, findings=()))
            return
        self._remember(key, case)
        alert = self._alerts.get(case.alert_id)
        if alert.state in OPEN_STATES:
            self._add(case, alert, sighting)
        elif self._has_regrown(case, sighting.track.last_box):
            reopened = self._open(
                sighting, generation=case.generation + 1, findings=(Finding.REGREW,)
            )
            self._remember(key, reopened)

    def _remember(self, key: tuple[str, int, int], case: _Case) -> None:
        self._cases.pop(key, None)
        self._cases[key] = case
        while len(self._cases) > MAX_CASES:
            # The longest unfed; should its plume return, the store's working alert is found again.
            self._cases.pop(next(iter(self._cases)))

    def _adopt(self, sighting: Sighting) -> _Case | None:
        """The working alert of this view that the track's boxes touch."""
        frame, box = sighting.frame, sighting.track.last_box
        for alert in self._alerts.find_working(frame.camera_id, frame.preset):
            last_box = next(
                score.box
                for score in reversed(alert.draft.decision.scores)
                if score.box is not None
            )
            if alert.draft.label is box.label and boxes_touch(last_box, box):
                kept = alert.evidence
                last_kept_at = kept[-1].captured_at if kept else alert.draft.captured_at
                return _Case(alert.alert_id, 0, 0, last_kept_at, len(kept))
        return None

    @staticmethod
    def _has_regrown(case: _Case, box: Box) -> bool:
        if case.quiet_area_px is None:
            case.quiet_area_px = box.area_px
        return box.area_px >= REGROWN * case.quiet_area_px

    def _open(self, sighting: Sighting, generation: int, findings: tuple[Finding, ...]) -> _Case:
        draft = self._draft(sighting, generation, findings)
        frames = self._keeper.frames_so_far(sighting.frame, sighting.track)
        evidence = self._keeper.keep(draft, frames, sighting.track)
        alert, is_new = self._alerts.open_alert(draft, evidence)
        if is_new:
            logger.info(
                "alert %d opened: %s at %s", alert.alert_id, draft.label.word, draft.camera_id
            )
        case = _Case(alert.alert_id, generation, 1, sighting.frame.captured_at, len(evidence))
        self._refresh_clip(case, alert)
        return case

    def _add(self, case: _Case, alert: Alert, sighting: Sighting) -> None:
        case.sightings += 1
        frame = sighting.frame
        since_kept_s = (frame.captured_at - case.last_kept_at).total_seconds()
        wanted = case.kept < UNTHINNED or since_kept_s >= EVIDENCE_SPACING_S
        evidence: Sequence[EvidenceFrame] = ()
        if wanted and case.kept < EVIDENCE_FRAMES:
            evidence = self._keeper.keep(alert.draft, [frame], sighting.track)
            case.kept += len(evidence)
            case.last_kept_at = frame.captured_at
        fresh = self._draft(sighting, case.generation, ())
        first = alert.draft
        draft = replace(
            fresh,
            idempotency_key=first.idempotency_key,
            captured_at=first.captured_at,
            received_at=first.received_at,
            first_seen_at=first.first_seen_at,
            score=max(first.score, fresh.score),
        )
        updated = self._alerts.update(case.alert_id, draft, evidence, frame.captured_at)
        if evidence:
            self._refresh_clip(case, updated)

    def _draft(
        self, sighting: Sighting, generation: int, findings: tuple[Finding, ...]
    ) -> AlertDraft:
        frame, track = sighting.frame, sighting.track
        camera = self._cameras[frame.camera_id]
        x_px, y_px, sigma_px = _foot_of(track)
        fix = self._locator.locate(
            camera,
            frame.pose,
            x_px,
            y_px,
            sighting.width_px,
            sighting.height_px,
            box_sigma_px=sigma_px,
        )
        decision = Decision(
            decided_at=self._clock.now(),
            log_odds=sighting.weighing.log_odds,
            threshold_log_odds=self._settings.evidence.alert_log_odds,
            findings=findings + sighting.weighing.findings,
            scores=tuple(track.scores),
            model=sighting.model,
            config_version=self._settings.decision_version,
        )
        return AlertDraft(
            idempotency_key=(
                f"{frame.camera_id}/{frame.preset}/{track.label.word}"
                f"/{track.first_seen_at.isoformat()}/{track.number}/{generation}"
            ),
            camera_id=frame.camera_id,
            preset=frame.preset,
            pose=frame.pose,
            label=track.label,
            score=max(score.score for score in track.scores),
            mode=frame.mode,
            provenance=frame.provenance,
            captured_at=frame.captured_at,
            received_at=frame.received_at,
            time_source=frame.time_source,
            first_seen_at=track.first_seen_at,
            decision=decision,
            fix=fix,
            land=self._land.answer(fix),
        )

    def _refresh_clip(self, case: _Case, alert: Alert) -> None:
        if case.sightings in CLIP_AT:
            self._later(lambda: self._cut_clip(alert))

    def _cut_clip(self, alert: Alert) -> None:
        clip_key = self._keeper.cut_clip(alert)
        if clip_key is not None:
            try:
                self._alerts.set_clip(alert.alert_id, clip_key)
            except WatchError:
                logger.exception("the clip of alert %d is cut but not noted", alert.alert_id)


def _foot_of(track: Track) -> tuple[float, float, float]:
    """Where the fire stands in the picture: x, y and the standard deviation, in pixels.

    The smallest box bounds the foot best: wind widens a plume away from its fire, and on the 2018
    sequence the box grows from 121 to 624 pixels with its lower left corner fixed to 12.
    """
    boxes = [hit.box for hit in track.hits if hit.box is not None]
    smallest = min(boxes, key=lambda box: box.area_px)
    width_px = smallest.x_max - smallest.x_min
    wander_px = unsteadiness_of(boxes[-3:]) * width_px
    return (
        (smallest.x_min + smallest.x_max) / 2.0,
        smallest.y_max,
        max(2.0, width_px / 6.0, wander_px),
    )
