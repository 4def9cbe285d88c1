"""A recorder whose threads are this test's: every turn is made by hand, with a manual clock."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from desk_rig import DeskRig, plume
from recording_rig import MADE_AT, form, pictures

from camera_gateway.recording.recorder import Recorder
from camera_gateway.recording.rules import RecorderRules
from camera_gateway.vault import EvidenceVault
from camera_gateway.video.tap import TapBook
from models.alert import Alert
from models.clock import ManualClock
from models.config import KeepingRule, RecordingRule
from models.incident import DismissReason, IncidentState
from models.recording import Recording
from models.store import Store

__all__ = ["CAMERA", "SECOND", "RecorderRig"]

CAMERA = "t1"
SECOND = timedelta(seconds=1)


class RecorderRig:
    """Attributes are the product's own; ``begin`` starts a process, ``crash`` ends one."""

    def __init__(self, folder: Path, **recording: object) -> None:
        self.folder = folder
        self.clock = ManualClock(MADE_AT)
        self.store = Store.open(f"sqlite:///{folder / 'firewatch.db'}", clock=self.clock)
        self.vault = EvidenceVault(folder / "evidence")
        self.rules = RecorderRules(
            RecordingRule(least_free_gb=0.0, **recording),  # type: ignore[arg-type]
            KeepingRule(),
        )
        self.desk = DeskRig(self.store, self.clock, folder)
        self._pts = 0
        self.begin()

    def begin(self) -> None:
        """As after a start."""
        self.recorder = Recorder(
            self.store, self.vault, self.folder / "ring", self.rules, self.clock
        )
        self.taps = TapBook(made=self.recorder.listen)
        self.tap = self.taps.of(CAMERA)
        self.recorder.open_ring()

    def close(self) -> None:
        self.recorder.previews.close()
        self.store.close()

    def send(
        self,
        seconds: float,
        *,
        codec: str = "h264",
        connect: bool = True,
        hang_up: bool = False,
        turns: bool = True,
    ) -> None:
        """The camera sends so much video, in real time; the recorder takes its turns."""
        if connect:
            self.tap.begin(form(codec))
            self._pts = 0
        coming = pictures(seconds, codec=codec, first_pts=self._pts, made_at=self.clock.now())
        self._pts += round(seconds * 90_000)
        sent_s = 0.0
        for number, picture in enumerate(coming):
            self.tap.take(picture)
            if number % 25 == 24:
                self.clock.advance(1.0)
                sent_s += 1.0
                self.recorder.write()
                if turns:
                    self.recorder.wishes.turn()
        self.clock.advance(seconds - sent_s)
        if hang_up:
            self.tap.end()
        self.recorder.write()

    def wait(self, seconds: float) -> None:
        """Nothing comes for so long."""
        for _ in range(int(seconds)):
            self.clock.advance(1.0)
            self.recorder.write()
            self.recorder.wishes.turn()

    def alert(self, first_seen_s_ago: float = 0.0) -> Alert:
        """The desk opens an alert now."""
        number = len(self.store.alerts.newest(100))
        sighting = self.desk.sighting(plume(x_min=40.0 + 110.0 * (number % 5)), track=number)
        if first_seen_s_ago:
            self.clock_back(sighting.track.scores, first_seen_s_ago)
        before = {one.alert_id for one in self.store.alerts.newest(100)}
        self.desk.desk.take(sighting)
        (opened,) = [one for one in self.store.alerts.newest(100) if one.alert_id not in before]
        return opened

    @staticmethod
    def clock_back(scores: list[object], seconds: float) -> None:
        scores[0] = replace(  # type: ignore[type-var]
            scores[0],
            captured_at=scores[0].captured_at - timedelta(seconds=seconds),  # type: ignore[attr-defined]
        )

    def seen(self, alert: Alert, at: datetime | None = None) -> None:
        """The plume is seen again."""
        stored = self.store.alerts.get(alert.alert_id)
        self.store.alerts.update(alert.alert_id, stored.draft, [], at or self.clock.now())

    def settle(self, alert: Alert, *, fire: bool) -> None:
        """People settle it."""
        steps = (
            (IncidentState.CONFIRMED, IncidentState.CLOSED) if fire else (IncidentState.DISMISSED,)
        )
        for to_state in steps:
            self.store.verdicts.step(
                alert.alert_id,
                expected=self.store.alerts.get(alert.alert_id).state,
                to_state=to_state,
                author="zhang",
                reason=None if fire else DismissReason.FOG,
                note="",
            )

    def recordings(self, alert: Alert) -> list[Recording]:
        return self.store.recordings.of_alerts([alert.alert_id]).get(alert.alert_id, [])
