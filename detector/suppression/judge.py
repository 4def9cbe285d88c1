"""Brings together what touches a sighting, what is remembered of it, and what other masts see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from detector.dual.agreement import adds_up, saw_heat, waits
from detector.dual.holding import HeldPlaces, Waiting
from detector.dual.voting import Votes
from detector.sighting import Sighting, reference_boxes
from detector.suppression.memory import SuppressionMemory
from detector.suppression.rules import LATEST_HITS, Ruling, Seen, Suppression
from detector.suppression.sensors import same_mast
from detector.suppression.sources import MasksOf, SuppressionSources
from detector.suppression.witnesses import Witnesses
from models.alert import Alert
from models.clock import Clock
from models.config import Settings
from models.detection import Box, Label
from models.dual import HeatVote
from models.fix import Fix
from models.ledger import LedgerEntry
from models.site import Camera
from models.store import LedgerRepository
from models.suppression import Holder, Overcome, Release

__all__ = ["SMALLEST_SHARE", "Judge"]


SMALLEST_SHARE: Final = 0.0004
"""Areas below this share of the picture count as this: 19 by 19 pixels of a 1280 by 720 picture."""

HALF_SURE: Final = 0.5
"""Share of the threshold from which a sighting is testimony for another mast."""

LEDGER_EVERY_S: Final = 1.0
NIGHT_FLAME_SCORE: Final = 0.5
NIGHT_FLAME_HITS: Final = 2


class Judge:
    """Says what holds a sighting back.

    Args:
        ledger: of the store.
        cameras: by key.
        settings: threshold, cool-down and the site's clock.
        masks_of: masks of a view.
        is_dark: whether a frame's own picture is dark.
        clock: paces the reading of the ledger.
        votes: of the cameras of heat beside visible ones; of none when left out.
    """

    def __init__(
        self,
        ledger: LedgerRepository,
        cameras: Mapping[str, Camera],
        settings: Settings,
        *,
        masks_of: MasksOf,
        is_dark: Callable[[Sighting], bool],
        clock: Clock,
        votes: Votes | None = None,
    ) -> None:
        self._ledger = ledger
        self._cameras = cameras
        self._threshold = settings.evidence.alert_log_odds
        self._sources = SuppressionSources(
            settings.suppression, ZoneInfo(settings.time_zone), masks_of
        )
        self._is_dark = is_dark
        self._memory = SuppressionMemory()
        self._witnesses = Witnesses()
        self._votes = Votes() if votes is None else votes
        self._waiting = HeldPlaces()
        self._clock = clock
        self._known: list[LedgerEntry] = []
        self._read_again_s = clock.monotonic_s()

    def mast_of(self, camera_id: str) -> frozenset[str]:
        """Keys of the cameras that stand together with this one now, itself included."""
        here = self._cameras[camera_id].position
        return frozenset(
            {camera_id}  # also where it was removed and its last picture is under way
            | {key for key, camera in self._cameras.items() if same_mast(here, camera.position)}
        )

    def seen_from_here(self, camera_id: str, alerts: Sequence[Alert]) -> list[Alert]:
        """Those of the alerts that were seen from where this camera stands now.

        A camera that was moved to another mast under its old key took nothing of the old place
        with it.
        """
        here = self._cameras[camera_id].position
        return [alert for alert in alerts if same_mast(here, alert.draft.fix.observer)]

    def rule(self, sighting: Sighting, fix: Fix, alerts: Sequence[Alert]) -> Ruling:
        """What holds a sighting whose evidence suffices.

        Args:
            sighting: of a track that would alert.
            fix: of it.
            alerts: of its mast, without working ones of its own view that touch it.
        """
        is_night = self._is_night_flame(sighting)
        touching = self._sources.touching(
            sighting,
            fix,
            ledger=self._entries(),
            alerts=alerts,
            is_night=is_night,
        )
        vote = self._votes.of(sighting)
        touching += self._waits(sighting, vote)
        since = _judged_at(touching, alerts)  # what was known by then was judged along with it
        strongest = self._witnesses.strongest(sighting, fix, since)
        witnessed = strongest >= HALF_SURE * self._threshold
        ruling = self._memory.rule(
            Seen(
                camera_id=sighting.frame.camera_id,
                preset=sighting.frame.preset,
                track=sighting.track.number,
                frame_sequence=sighting.frame.sequence,
                at=sighting.frame.received_at,
                boxes=reference_boxes(sighting.track.scores, LATEST_HITS),
                smallest_px=SMALLEST_SHARE * sighting.width_px * sighting.height_px,
                flame_at_night=is_night,
                other_sensor=witnessed,
            ),
            touching,
        )
        if ruling.held is None or ruling.held.by is Holder.DUAL:  # which no person holds back
            self._witnesses.hear(sighting, fix)
        else:
            self._witnesses.dismiss(sighting)
        return replace(ruling, overcome=(*ruling.overcome, *self._waited(sighting, vote)))

    def may_alert_after_all(
        self, sighting: Sighting, fix_of: Callable[[Sighting], Fix]
    ) -> tuple[Overcome, ...]:
        """Why a sighting whose own evidence does not suffice alerts all the same; mostly empty.

        Flame in the dark that was seen twice with some certainty alerts whatever it does. Evidence
        of two masts for one place adds up, as log-odds of independent witnesses do, and so does
        that of smoke and of heat in the place where its fire may stand.
        """
        if self._is_certain_night_flame(sighting):
            return (_declined(sighting, Release.NIGHT_FLAME),)
        log_odds = sighting.weighing.log_odds
        if adds_up(log_odds, self._votes.of(sighting), self._threshold):
            return (_declined(sighting, Release.HEAT_THERE),)
        if log_odds < HALF_SURE * self._threshold or len(self._cameras) < 2:
            return ()
        fix = fix_of(sighting)
        together = log_odds + self._witnesses.strongest(sighting, fix)
        self._witnesses.hear(sighting, fix)
        if together >= self._threshold and together > log_odds:
            return (_declined(sighting, Release.SECOND_SENSOR),)
        return ()

    def _waits(self, sighting: Sighting, vote: HeatVote | None) -> list[Suppression]:
        """What holds smoke whose place the sensor of heat has looked at and found cold."""
        if vote is None or not waits(self._votes.rule_of(sighting), vote):
            return []
        place = self._waiting.wait(sighting.view, vote.camera_id, *_seen(sighting))
        if place is None or place.is_over:
            return []
        return [Suppression(Holder.DUAL, place.reference, place.until)]

    def _waited(self, sighting: Sighting, vote: HeatVote | None) -> tuple[Overcome, ...]:
        """Why smoke that waited for heat waits no more, for another reason than its own change."""
        place = self._waiting.waited(sighting.view, *_seen(sighting))
        if place is None:
            return ()
        if saw_heat(vote):
            return (_let_go(sighting, place, Release.HEAT_THERE),)
        return (_let_go(sighting, place, Release.OUTLASTED),) if place.is_over else ()

    def _entries(self) -> list[LedgerEntry]:
        """The ledger, read anew once a second: a chimney is held in every frame of its camera."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._read_again_s:
            self._known = self._ledger.unended(self._clock.now())
            self._read_again_s = now_s + LEDGER_EVERY_S
        return self._known

    def _is_certain_night_flame(self, sighting: Sighting) -> bool:
        if sighting.track.label is not Label.FLAME:
            return False
        hits = [hit for hit in sighting.track.hits if hit.score >= NIGHT_FLAME_SCORE]
        return len(hits) >= NIGHT_FLAME_HITS and self._is_dark(sighting)

    def _is_night_flame(self, sighting: Sighting) -> bool:
        return sighting.track.label is Label.FLAME and self._is_dark(sighting)


def _judged_at(touching: Sequence[Suppression], alerts: Sequence[Alert]) -> datetime | None:
    """When people judged last what touches it; None where they did not."""
    judged = {one.reference for one in touching if one.by is Holder.COOL_DOWN}
    verdicts = [each.verdicts[-1].at for each in alerts if str(each.alert_id) in judged]
    return max(verdicts, default=None)


def _seen(sighting: Sighting) -> tuple[int, Box, datetime]:
    """Number of the track, its latest box where the camera does not shake, and when."""
    (box,) = reference_boxes(sighting.track.scores, 1)
    return sighting.track.number, box, sighting.frame.received_at


def _let_go(sighting: Sighting, place: Waiting, release: Release) -> Overcome:
    now_px = sighting.track.last_box.area_px
    return Overcome(Holder.DUAL, place.reference, release, place.area_px, now_px)


def _declined(sighting: Sighting, release: Release) -> Overcome:
    area_px = sighting.track.last_box.area_px
    return Overcome(Holder.DECLINED, "", release, area_px, area_px)
