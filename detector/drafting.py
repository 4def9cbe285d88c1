"""Says of a sighting where it is, what land lies there, and why it alerts."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

from detector.dual.voting import Votes
from detector.evidence import decision_version
from detector.night import mode_seen
from detector.sighting import Sighting
from detector.tracker import Track
from geo.land import LandBook
from geo.locate import Locator
from models.alert import AlertDraft, Decision, Finding
from models.clock import Clock
from models.config import Settings
from models.dual import VoteWord
from models.fix import Fix, NoFixReason
from models.frame import Frame
from models.site import Camera, Pose
from models.suppression import Overcome, Release

__all__ = ["Believed", "Drafter"]

Believed: TypeAlias = Callable[[str, int, Pose], Pose]
"""The pose of a preset of a camera as far as it may be trusted: its own, or with more doubt."""

_WORDS: dict[Release, Finding] = {
    Release.GREW: Finding.REGREW,
    Release.NEW_POSITION: Finding.NEW_POSITION,
    Release.SECOND_PLUME: Finding.SECOND_PLUME,
    Release.SECOND_SENSOR: Finding.SECOND_SENSOR,
    Release.NIGHT_FLAME: Finding.NIGHT_FLAME,
    Release.HEAT_THERE: Finding.HEAT_THERE,
    Release.OUTLASTED: Finding.OUTLASTED,
}


class Drafter:
    """Writes drafts of alerts.

    Args:
        cameras: by key.
        locator: pixel to ground.
        land: ground to land, as it is when an alert is drafted.
        settings: for the threshold and the version of the decision.
        clock: for the time of the decision.
        believed: how far poses may be trusted; as far as they say when left out.
        votes: of the cameras of heat beside visible ones; of none when left out.
    """

    def __init__(
        self,
        cameras: Mapping[str, Camera],
        locator: Locator,
        land: LandBook,
        settings: Settings,
        clock: Clock,
        *,
        believed: Believed = lambda _camera_id, _preset, pose: pose,
        votes: Votes | None = None,
    ) -> None:
        self._cameras = cameras
        self._locator = locator
        self._land = land
        self._settings = settings
        self._clock = clock
        self._believed = believed
        self._votes = Votes() if votes is None else votes

    def fix(self, sighting: Sighting) -> Fix:
        """Where it stands."""
        x_px, y_px, sigmas_px = _foot_of(sighting.track)
        frame = sighting.frame
        camera = self._cameras[frame.camera_id]
        fix = self._locator.locate(
            camera,
            self._pose_of(frame),
            x_px,
            y_px,
            sighting.width_px,
            sighting.height_px,
            box_sigma_px=sigmas_px,
        )
        preset = camera.preset(frame.preset)
        if frame.pose is None and preset is not None:
            # The preset has a pose, and this picture does not show its view.
            return replace(fix, reason=NoFixReason.MOVED)
        return fix

    def draft(
        self,
        sighting: Sighting,
        fix: Fix,
        generation: int = 0,
        overcome: tuple[Overcome, ...] = (),
        findings: tuple[Finding, ...] = (),
    ) -> AlertDraft:
        """An alert of it.

        Args:
            sighting: that decides.
            fix: of that sighting.
            generation: how many alerts of this track there were before.
            overcome: suppressions that yielded to it.
            findings: to be told first, besides what yielded and what the evidence says.
        """
        frame, track = sighting.frame, sighting.track
        vote = self._votes.of(sighting)
        words = [*findings, *(_WORDS[one.release] for one in overcome)]
        if vote is not None and vote.says is VoteWord.FIRE:
            words.append(Finding.HEAT_THERE)
        if sighting.is_late:
            words.append(Finding.LATE)
        decision = Decision(
            decided_at=self._clock.now(),
            log_odds=sighting.weighing.log_odds,
            threshold_log_odds=self._settings.evidence.alert_log_odds,
            findings=tuple(dict.fromkeys([*words, *sighting.weighing.findings])),
            scores=tuple(track.scores),
            model=sighting.model,
            config_version=decision_version(self._settings),
            overcome=overcome,
            votes=() if vote is None else (vote,),
        )
        return AlertDraft(
            idempotency_key=f"{sighting.name}/{generation}",
            camera_id=frame.camera_id,
            preset=frame.preset,
            pose=self._pose_of(frame),
            label=track.label,
            score=max(score.score for score in track.scores),
            mode=mode_seen(frame),
            provenance=frame.provenance,
            captured_at=frame.captured_at,
            received_at=frame.received_at,
            time_source=frame.time_source,
            first_seen_at=track.first_seen_at,
            decision=decision,
            fix=fix,
            land=self._land.index.answer(fix),
        )

    def _pose_of(self, frame: Frame) -> Pose | None:
        pose = frame.pose
        return None if pose is None else self._believed(frame.camera_id, frame.preset, pose)


def _foot_of(track: Track) -> tuple[float, float, tuple[float, float]]:
    """Where the fire stands in the picture: x, y and standard deviations across and down, pixels.

    The smallest box bounds the foot best: wind widens a plume away from its fire, and on the 2018
    sequence the box grows from 121 to 624 pixels with its lower left corner fixed to 12. How far
    the steadier lower corner wanders between the last boxes is part of the deviation.

    Wind of 7 m/s puts the fire at a corner of the box and leaves its lower edge where it is: then
    drill fires stand 0.42 widths beside the middle, and 1 to 6 pixels above the edge
    (docs/drill.md). So a fire is anywhere along that edge, and down it is known better than across.
    """
    boxes = [hit.box for hit in track.hits if hit.box is not None]
    smallest = min(boxes, key=lambda box: box.area_px)
    width_px = smallest.x_max - smallest.x_min
    height_px = smallest.y_max - smallest.y_min
    steps = [
        min(
            math.hypot(second.x_min - first.x_min, second.y_max - first.y_max),
            math.hypot(second.x_max - first.x_max, second.y_max - first.y_max),
        )
        for first, second in pairwise(boxes[-3:])
    ]
    wander_px = sum(steps) / len(steps) if steps else 0.0
    return (
        (smallest.x_min + smallest.x_max) / 2.0,
        smallest.y_max,
        (
            max(2.0, width_px / math.sqrt(12.0), min(wander_px, width_px)),
            max(3.0, height_px / 10.0, min(wander_px, width_px)),
        ),
    )
