"""Decides what becomes of a sighting: an alert, more of one, or a candidate kept for review.

One plume of one view is one alert: a track that touches an alert still being worked on adds to it,
also after a restart or a pause of the camera. Whatever holds an alert back (a mask, the ledger, a
verdict) yields as :mod:`detector.suppression.rules` says, and then a new alert opens that tells
what it overcame. A dismissed or closed alert is never added to. Of which fire an alert is evidence,
:mod:`detector.incidents` says.
"""

import logging
from collections.abc import Callable, Mapping, Sequence

from detector.candidates import CandidateBook
from detector.casework import Case, Casework
from detector.drafting import Believed, Drafter
from detector.dual.board import HeatBoard
from detector.dual.voting import Votes
from detector.incidents import Correlator
from detector.incidents.matching import says_more
from detector.incidents.reopening import grown_since_controlled
from detector.keeper import EvidenceKeeper
from detector.night import is_dark
from detector.sighting import Sighting
from detector.suppression.judge import SMALLEST_SHARE, Judge
from detector.suppression.sources import REMEMBERED, MasksOf
from detector.tracker import boxes_touch
from geo.land import LandBook
from geo.locate import Locator
from models.alert import Alert
from models.audit import SYSTEM
from models.clock import Clock
from models.config import Settings
from models.errors import WatchError
from models.incident import OPEN_STATES
from models.site import Camera
from models.store import Store
from models.suppression import Held, Holder, Overcome

__all__ = ["AlertDesk", "Sighting"]

logger = logging.getLogger(__name__)

MAX_CASES = 10_000
SETTLE_EVERY_S = 60.0
"""A fire whose alerts say something new is looked at so often for another one that it may be."""


class AlertDesk:
    """Writes alerts and candidates.

    Args:
        store: where they live.
        keeper: keeps pictures and clips.
        cameras: by key.
        locator: pixel to ground.
        land: ground to land, as it is when an alert is drafted.
        settings: for the version of the decision.
        clock: for the time of the decision.
        later: runs a job aside; cutting a clip takes up to a second, and no camera may wait for it.
            At once when left out.
        masks_of: masks of a view; none when left out.
        believed: how far poses may be trusted; as far as they say when left out.
        heat: what cameras of heat beside visible ones have seen; nothing when left out.
    """

    def __init__(
        self,
        *,
        store: Store,
        keeper: EvidenceKeeper,
        cameras: Mapping[str, Camera],
        locator: Locator,
        land: LandBook,
        settings: Settings,
        clock: Clock,
        later: Callable[[Callable[[], None]], object] = lambda job: job(),
        masks_of: MasksOf = lambda _camera_id, _preset: (),
        believed: Believed = lambda _camera_id, _preset, pose: pose,
        heat: HeatBoard | None = None,
    ) -> None:
        self._alerts = store.alerts
        self._verdicts = store.verdicts
        votes = Votes(heat)
        self._drafter = Drafter(
            cameras, locator, land, settings, clock, believed=believed, votes=votes
        )
        self._correlator = Correlator(store, cameras)
        self._casework = Casework(store.alerts, keeper, self._drafter, self._correlator, later)
        self._judge = Judge(
            store.ledger,
            cameras,
            settings,
            masks_of=masks_of,
            is_dark=is_dark,
            clock=clock,
            votes=votes,
        )
        self._candidates = CandidateBook(store.candidates, settings, clock)
        self._cases: dict[tuple[str, int, int], Case] = {}  # bounded by MAX_CASES
        self._clock = clock

    def take(self, sighting: Sighting) -> None:
        """Decide on a sighting whose evidence suffices.

        Raises:
            WatchError: the store failed. Nothing is remembered then, so the track's next sighting
                tries again.
        """
        self._decide(sighting, ())

    def note(self, sighting: Sighting) -> None:
        """Keep a sighting whose evidence does not suffice, as a candidate.

        It becomes an alert all the same when it is flame in the dark that is certain enough, or
        when another mast sees it too, or the camera of heat beside its own sees heat there.

        Raises:
            WatchError: the store failed.
        """
        case = self._cases.get(sighting.key)
        if case is not None and self._alerts.get(case.alert_id).state in OPEN_STATES:
            return  # its alert tells of it
        overcome = self._judge.may_alert_after_all(sighting, self._drafter.fix)
        if overcome:
            self._decide(sighting, overcome)
            return
        if case is not None:
            return  # people have judged it
        at = sighting.frame.received_at
        self._candidates.note(sighting, Held(Holder.DECLINED, "", at, None, 0.0, 0.0))

    def flush(self) -> None:
        """Write what is still to be written; for the end of the watch."""
        self._candidates.flush()

    def _decide(self, sighting: Sighting, overcome: tuple[Overcome, ...]) -> None:
        case = self._cases.get(sighting.key)
        if case is not None and self._feed(case, sighting):
            return
        received_at, camera_id = sighting.frame.received_at, sighting.frame.camera_id
        mast = self._judge.mast_of(camera_id)
        alerts = self._judge.seen_from_here(
            camera_id, self._alerts.of_cameras(mast, received_at - REMEMBERED)
        )
        working = _touched(sighting, alerts)
        if working is not None:
            self._feed(self._casework.adopt(working), sighting)
            return
        fix = self._drafter.fix(sighting)
        ruling = self._judge.rule(sighting, fix, alerts)
        if ruling.held is not None:
            self._candidates.note(sighting, ruling.held)
            return
        generation = 0 if case is None else case.generation + 1
        draft = self._drafter.draft(sighting, fix, generation, (*overcome, *ruling.overcome))
        opened = self._casework.open(sighting, draft, generation)
        self._remember(sighting, opened)
        self._candidates.became(sighting, opened.alert_id)
        self._settle(opened)

    def _feed(self, case: Case, sighting: Sighting) -> bool:
        """Add to the alert; False when nobody works on it any more."""
        alert = self._alerts.get(case.alert_id)
        if alert.state not in OPEN_STATES:
            return False
        self._remember(sighting, case)
        after = self._casework.feed(case, alert, sighting)
        self._flare_up(after, SMALLEST_SHARE * sighting.width_px * sighting.height_px)
        self._settle(case)
        return True

    def _flare_up(self, alert: Alert, smallest_px: float) -> None:
        """Open a fire again that is under control and has grown since people said so."""
        grown = grown_since_controlled(alert, smallest_px)
        if grown is None:
            return
        try:
            self._verdicts.reopen(alert.incident_id, author=SYSTEM, note=grown)
        except WatchError:
            logger.exception("fire %d has grown and is not open again", alert.incident_id)

    def _settle(self, case: Case) -> None:
        """Look whether the alert's fire is another one's; nothing of that ever costs an alert."""
        now_s = self._clock.monotonic_s()
        if now_s < case.settle_s:
            return
        case.settle_s = now_s + SETTLE_EVERY_S
        try:
            alert = self._alerts.get(case.alert_id)
            if case.settled is None or says_more(case.settled, alert.draft.fix):
                self._correlator.settle(alert.incident_id)
                case.settled = alert.draft.fix
        except WatchError:
            logger.exception("the fire of alert %d is not compared with others", case.alert_id)

    def _remember(self, sighting: Sighting, case: Case) -> None:
        self._cases.pop(sighting.key, None)
        self._cases[sighting.key] = case
        while len(self._cases) > MAX_CASES:
            # The longest unfed; should its plume return, the store's working alert is found again.
            self._cases.pop(next(iter(self._cases)))


def _touched(sighting: Sighting, alerts: Sequence[Alert]) -> Alert | None:
    """The working alert of this view that the track's boxes touch."""
    box = sighting.track.last_box
    for alert in alerts:
        draft = alert.draft
        last_box = next(
            score.box for score in reversed(draft.decision.scores) if score.box is not None
        )
        if (
            alert.state in OPEN_STATES
            and (draft.camera_id, draft.preset) == sighting.view
            and draft.label is box.label
            and boxes_touch(last_box, box)
        ):
            return alert
    return None
