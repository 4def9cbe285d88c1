"""Opens alerts and feeds them: drafts, pictures, clips."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from detector.drafting import Drafter
from detector.dual.agreement import renewed
from detector.incidents import Correlator
from detector.keeper import UNTHINNED, EvidenceKeeper
from detector.sighting import Sighting
from models.alert import Alert, AlertDraft, EvidenceFrame, Finding
from models.errors import WatchError
from models.fix import Fix
from models.store import AlertRepository

__all__ = ["Case", "Casework"]

logger = logging.getLogger(__name__)

EVIDENCE_FRAMES: Final = 60
EVIDENCE_SPACING_S: Final = 20.0
"""After the first dozen pictures one every 20 s is kept, up to an hour's worth of one a minute."""

OPENING_WORDS: Final = frozenset(
    {
        Finding.REGREW,
        Finding.NEW_POSITION,
        Finding.SECOND_PLUME,
        Finding.SECOND_SENSOR,
        Finding.NIGHT_FLAME,
        Finding.HEAT_THERE,
        Finding.OUTLASTED,
        Finding.PROMOTED,
    }
)
"""Findings about how an alert came to be; the others are about how its plume looks now."""

CLIP_AT: Final = frozenset({1, 3, 6, 12, 24, 48})
"""Sightings after which the clip is made anew: it always exists and costs little."""


@dataclass(slots=True)
class Case:
    """What is remembered of an alert that a track feeds.

    Attributes:
        alert_id: of the alert.
        generation: how many alerts of the same track there were before.
        sightings: so far.
        last_kept_at: UTC capture time of the last picture that was kept.
        kept: number of pictures.
        settle_s: when its fire may be compared with others again, monotonic.
        settled: what it said of its place when that was done last; None before the first time.
    """

    alert_id: int
    generation: int
    sightings: int
    last_kept_at: datetime
    kept: int
    settle_s: float = 0.0
    settled: Fix | None = None


class Casework:
    """Writes alerts.

    Args:
        alerts: of the store.
        keeper: keeps pictures and clips.
        drafter: says where and why.
        correlator: says of which fire it is evidence.
        later: runs a job aside.
    """

    def __init__(
        self,
        alerts: AlertRepository,
        keeper: EvidenceKeeper,
        drafter: Drafter,
        correlator: Correlator,
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        self._alerts = alerts
        self._keeper = keeper
        self._drafter = drafter
        self._correlator = correlator
        self._later = later

    def adopt(self, alert: Alert) -> Case:
        """A case for an alert that another track, or this one before a restart, has opened."""
        kept = alert.evidence
        last_kept_at = kept[-1].captured_at if kept else alert.draft.captured_at
        return Case(alert.alert_id, 0, 0, last_kept_at, len(kept))

    def open(self, sighting: Sighting, draft: AlertDraft, generation: int) -> Case:
        """Open an alert.

        Raises:
            WatchError: the store failed.
        """
        frames = self._keeper.frames_so_far(sighting.frame, sighting.track)
        evidence = self._keeper.keep(draft, frames, sighting.track)
        link = self._correlator.link_of(draft)
        lost = len(frames) - len(evidence)
        alert, is_new = self._alerts.open_alert(draft, evidence, link, lost_pictures=lost)
        if is_new:
            logger.info(
                "alert %d of fire %d opened: %s at %s",
                alert.alert_id,
                alert.incident_id,
                draft.label.word,
                draft.camera_id,
            )
        case = Case(alert.alert_id, generation, 1, sighting.frame.captured_at, len(evidence))
        self._refresh_clip(case, alert)
        return case

    def feed(self, case: Case, alert: Alert, sighting: Sighting) -> Alert:
        """Add a sighting to an alert.

        Returns:
            The alert as it is then.

        Raises:
            WatchError: the store failed.
        """
        frame = sighting.frame
        since_kept_s = (frame.captured_at - case.last_kept_at).total_seconds()
        wanted = case.kept < UNTHINNED or since_kept_s >= EVIDENCE_SPACING_S
        chosen = [frame] if wanted and case.kept < EVIDENCE_FRAMES else []
        evidence: Sequence[EvidenceFrame] = self._keeper.keep(alert.draft, chosen, sighting.track)
        first = alert.draft
        opening = first.decision
        fresh = self._drafter.draft(sighting, self._drafter.fix(sighting))
        # What the alert had to overcome to open, and who opened it, is told as long as it is.
        kept_words = (word for word in opening.findings if word in OPENING_WORDS)
        findings = tuple(dict.fromkeys([*kept_words, *fresh.decision.findings]))
        draft = replace(
            fresh,
            idempotency_key=first.idempotency_key,
            captured_at=first.captured_at,
            received_at=first.received_at,
            first_seen_at=first.first_seen_at,
            score=max(first.score, fresh.score),
            decision=replace(
                fresh.decision,
                overcome=opening.overcome,
                findings=findings,
                votes=renewed(opening.votes, fresh.decision.votes),
            ),
        )
        updated = self._alerts.update(
            case.alert_id,
            draft,
            evidence,
            frame.captured_at,
            lost_pictures=len(chosen) - len(evidence),
        )
        # Only now: what the store has refused was not seen, and a picture it does not name is none.
        case.sightings += 1
        case.kept += len(evidence)
        if evidence:
            case.last_kept_at = frame.captured_at
        if evidence:
            self._refresh_clip(case, updated)
        return updated

    def _refresh_clip(self, case: Case, alert: Alert) -> None:
        if case.sightings in CLIP_AT:
            self._later(lambda: self._cut_clip(alert))

    def _cut_clip(self, alert: Alert) -> None:
        clip_key = self._keeper.cut_clip(alert)
        if clip_key is not None:
            try:
                before = self._alerts.get(alert.alert_id).clip_key
                self._alerts.set_clip(alert.alert_id, clip_key)
            except WatchError:
                logger.exception("the clip of alert %d is cut but not noted", alert.alert_id)
                return
            if before not in {"", clip_key}:
                self._keeper.forget_clip(before)
