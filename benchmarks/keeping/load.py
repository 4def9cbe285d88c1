"""A watch's own writing as load: alerts with pictures, updates, reports, verdicts, joins.

Everything is done through the store's own doors, by several threads, and told only when the call
has come back: what was told is what a person or a program was promised.
"""

import itertools
import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from camera_gateway.vault import EvidenceVault
from models.alert import AlertDraft, Decision, EvidenceFrame, Finding, FrameScore
from models.clock import Clock
from models.crossing import Report
from models.detection import Box, Label, ModelReference
from models.errors import WatchError
from models.fix import Fix, FixOutcome, NoFixReason
from models.frame import FrameMode, Provenance, TimeSource
from models.incident import (
    DismissReason,
    Incident,
    IncidentState,
    Link,
    LinkReason,
    Subject,
    SubjectKind,
)
from models.land import LandAnswer
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Pose, Position
from models.store import Store

__all__ = ["Load", "draft_of"]

CAMERAS = 40
_NEXT = {
    IncidentState.OPEN: (IncidentState.CONFIRMED, IncidentState.DISMISSED),
    IncidentState.ACKNOWLEDGED: (IncidentState.CONFIRMED, IncidentState.DISMISSED),
    IncidentState.CONFIRMED: (IncidentState.DISPATCHED,),
    IncidentState.DISPATCHED: (IncidentState.ARRIVED,),
    IncidentState.ARRIVED: (IncidentState.CONTROLLED,),
    IncidentState.CONTROLLED: (IncidentState.CLOSED,),
}
_numbers = itertools.count()


def draft_of(key: str, seen_at: datetime, camera_id: str = "t1", scores: int = 12) -> AlertDraft:
    """What the pipeline says of a plume."""
    box = Box(Label.SMOKE, 0.5, 100.0, 100.0, 200.0, 180.0)
    frames = tuple(FrameScore(n, seen_at + timedelta(seconds=n), 0.5, box) for n in range(scores))
    return AlertDraft(
        idempotency_key=key,
        camera_id=camera_id,
        preset=0,
        pose=Pose(10.0, 0.0, 0.0, 60.0),
        label=Label.SMOKE,
        score=0.5,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.RECORDED,
        captured_at=seen_at,
        received_at=seen_at,
        time_source=TimeSource.FILE_NAME,
        first_seen_at=seen_at,
        decision=Decision(
            decided_at=seen_at,
            log_odds=3.0,
            threshold_log_odds=2.0,
            findings=(Finding.PERSISTED,),
            scores=frames,
            model=ModelReference("firewatch-yolo11n", "2026.11.0", "a" * 64),
            config_version="0123456789ab",
        ),
        fix=Fix(
            outcome=FixOutcome.DIRECTION_ONLY,
            reason=NoFixReason.NO_TERRAIN,
            observer=Position(106.65, 29.03, 812.5, HeightDatum.SEA_LEVEL),
            bearing_deg=10.0,
            bearing_sigma_deg=0.3,
            elevation_deg=-1.5,
            clusters=(),
            terrain=None,
        ),
        land=LandAnswer((), ()),
    )


class Load:
    """Writes into one store.

    Args:
        store: to write into.
        vault: of its evidence.
        clock: of the installation.
        told: is called with a line after each thing that is on the disk.
        seed: of the choices.
        most_working: fires that are worked on at the same time; more are settled first.
    """

    def __init__(
        self,
        store: Store,
        vault: EvidenceVault,
        clock: Clock,
        told: Callable[[str], None],
        *,
        seed: int,
        most_working: int = 60,
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._told = told
        self._random = random.Random(seed)
        self._most_working = most_working
        self._known: dict[int, IncidentState] = {}
        self._lock = threading.Lock()
        self.changes = 0

    def alert(self) -> None:
        """A plume: three pictures, then the alert; one in three belongs to a fire that is known."""
        key = f"{os.getpid()}-{next(_numbers)}-{time.time_ns():x}"
        now, frames = self._clock.now(), []
        for number in range(3):
            at, name = now + timedelta(seconds=number), f"{now:%Y/%m/%d}/{key}/{number:04d}.jpg"
            sha256 = self._vault.put(name, os.urandom(2000))
            frames.append(EvidenceFrame(number, at, at, name, sha256, 1920, 1080, ()))
        known = self._one()
        link = None
        if known is not None and self._random.random() < 0.33:
            link = Link(known, LinkReason.NEAR, reopens=self._random.random() < 0.5)
        draft = draft_of(key, now, f"t{self._random.randrange(CAMERAS)}")
        alert, _ = self._store.alerts.open_alert(draft, frames, link)
        self._told(f"alert {alert.alert_id} {key}")
        self._know(alert.incident_id, alert.state)
        self._count()

    def update(self) -> None:
        """A plume is seen again."""
        number = self._one()
        if number is None:
            return
        fire = self._store.incidents.get(number)
        if fire.merged_into is not None:
            self._forget(number)
        if not fire.alerts:
            return
        one = self._random.choice(fire.alerts)
        now = self._clock.now()
        draft = replace(one.draft, captured_at=now, score=self._random.random())
        self._store.alerts.update(one.alert_id, draft, [], now)
        self._told(f"update {one.alert_id} {now.isoformat()}")
        self._count()

    def report(self) -> None:
        """Somebody calls."""
        key = f"{os.getpid()}-{next(_numbers)}-{time.time_ns():x}"
        place = Position(106.65, 29.03, 0.0, HeightDatum.SEA_LEVEL)
        draft = ObservationDraft(
            ObservationSource.CALL, Report(place, 300.0), self._clock.now(), words="烟"
        )
        told, _ = self._store.observations.add(draft, key=key, author="li")
        self._told(f"report {told.observation_id} {key}")
        assert told.incident_id is not None
        self._know(told.incident_id, IncidentState.OPEN)
        self._count()

    def verdict(self) -> None:
        """Somebody judges the fire that has waited longest."""
        number = self._one(oldest=True)
        if number is None:
            return
        fire = self._store.incidents.get(number)
        choices = _NEXT.get(fire.state, ())
        if fire.merged_into is not None or not choices:
            self._forget(number)
            return
        to_state = self._random.choice(choices)
        reason = DismissReason.FOG if to_state is IncidentState.DISMISSED else None
        after = self._store.verdicts.step(
            number, expected=fire.state, to_state=to_state, author="li", reason=reason
        )
        self._told(f"entry {number} {after.entries[-1].entry_id} {to_state}")
        if to_state in {IncidentState.DISMISSED, IncidentState.CLOSED}:
            self._forget(number)
        self._count()

    def join(self) -> None:
        """Two fires are one after all; or one of two is taken apart again."""
        first, second = self._one(), self._one()
        if first is None or second is None or first == second:
            return
        fire = self._store.incidents.get(first)
        after: Incident
        if len(fire.alerts) > 1 and self._random.random() < 0.5:
            chosen = [_subject(fire.alerts[0].alert_id)]
            after = self._store.incident_joins.split(first, chosen, author="li", note="两处")
        else:
            after = self._store.incident_joins.merge(first, second, author="li", note="同一处")
        self._told(f"entry {after.incident_id} {after.entries[-1].entry_id} join")
        self._know(after.incident_id, after.state)  # what was split off needs people too
        self._count()

    def turn(self) -> None:
        """One thing of the mix; what somebody else was faster with is left."""
        deed = self._random.choices(
            (self.alert, self.update, self.report, self.verdict, self.join), (3, 6, 1, 5, 1)
        )[0]
        if len(self._known) > self._most_working:
            deed = self.verdict
        try:
            deed()
        except WatchError as error:
            if error.code in {"storage_full", "store_damaged"}:
                raise

    def _one(self, *, oldest: bool = False) -> int | None:
        with self._lock:
            if not self._known:
                return None
            return min(self._known) if oldest else self._random.choice(list(self._known))

    def _know(self, number: int, state: IncidentState) -> None:
        with self._lock:
            self._known.setdefault(number, state)

    def _forget(self, number: int) -> None:
        with self._lock:
            self._known.pop(number, None)

    def _count(self) -> None:
        with self._lock:
            self.changes += 1

    def take_up(self) -> None:
        """Know the fires that are worked on already."""
        for fire in self._store.incidents.working():
            self._known[fire.incident_id] = fire.state


def _subject(alert_id: int) -> Subject:
    return Subject(SubjectKind.ALERT, alert_id)
