"""What is judged of a camera's pictures whatever view they show: times, repeats, damage, light."""

from dataclasses import replace
from datetime import datetime

from camera_gateway.source import RawFrame
from camera_gateway.truth.capture_time import TimeVerdict, TimeWatch
from camera_gateway.truth.emptiness import emptiness_of
from camera_gateway.truth.judgement import Fault, Judgement
from camera_gateway.truth.light_watch import LightWatch
from camera_gateway.truth.repeats import Repeats
from camera_gateway.truth.smear import SmearWatch
from camera_gateway.truth.thumb import Thumb, thumb_of
from models.condition import Condition
from models.frame import FrameMode, Provenance, TimeSource
from models.light import Light

__all__ = ["WORDS", "CameraSenses"]

WORDS = {
    Fault.DUPLICATE: "",
    Fault.FROZEN: "The picture does not change any more, not even by noise.",
    Fault.BLACK: "The picture is black all over.",
    Fault.WHITE: "The picture is white all over.",
    Fault.BLANK: "The picture is one colour all over.",
    Fault.SMEARED: "A part of the picture is painted over: it was damaged on its way.",
    Fault.COVERED: "Something dark covers the lens.",
    Fault.BACKLOG: "Old pictures arrive that the line held back.",
    Fault.MOVING: "",
    Fault.STEERED: "",
}

_BLINDING = frozenset({Condition.FOGGED, Condition.BLURRED, Condition.OVEREXPOSED})


class CameraSenses:
    """Of one camera.

    Args:
        name: of the camera, for messages.
        known_mode: what kind of light, where it is configured; None to tell it by the picture.
        every_s: wanted seconds between two pictures.

    Attributes:
        light: by what light its pictures are made now; None before the first.
        known_mode: as given.
    """

    def __init__(self, name: str, *, known_mode: FrameMode | None, every_s: float) -> None:
        self._name = name
        self.known_mode = known_mode
        self._repeats = Repeats(max(30.0, 4.0 * every_s))
        self._times = TimeWatch(3.0 * every_s)
        self._smears = SmearWatch()
        self._lights = LightWatch()
        self.light: Light | None = None
        self._conditions: frozenset[Condition] = frozenset()

    def first(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
        """What is told without decoding anything."""
        judgement = self._timed(raw, received_at, now_s)
        fault = judgement.fault or self._repeats.fault(raw.jpeg, now_s)
        if fault is None:
            return judgement
        conditions = self._conditions if fault.is_harmless else judgement.conditions
        return self.told(judgement, fault, conditions)

    def thumb(self, raw: RawFrame) -> Thumb:
        """The small picture.

        Raises:
            FrameCorrupt: it does not decode to its end.
        """
        return thumb_of(raw.jpeg, self._name) if raw.small is None else Thumb.of(raw.small)

    def empty(self, thumb: Thumb, now_s: float) -> tuple[Fault | None, bool]:
        """Whether it shows nothing, and whether a part has long been hidden; tells the light."""
        fault = emptiness_of(thumb)
        smeared, hidden = self._smears.look(thumb, now_s)
        if fault is None and smeared:
            fault = Fault.SMEARED
        if fault is None:
            self.light = self._lights.look(thumb)
        return fault, hidden

    def told(
        self, judgement: Judgement, fault: Fault | None, conditions: frozenset[Condition]
    ) -> Judgement:
        """The judgement with these and with what is known of the camera."""
        mode = judgement.mode
        if self.known_mode is None and self.light is Light.INFRARED:
            mode = FrameMode.INFRARED
        self._conditions = conditions
        return replace(
            judgement,
            mode=mode,
            fault=fault,
            trouble="" if fault is None else WORDS[fault],
            conditions=conditions,
            light=self.light,
            shows_land=not (conditions & _BLINDING or self._is_dark()),
        )

    def _is_dark(self) -> bool:
        """By night a camera of visible light sees flames and no smoke."""
        if self.light is Light.INFRARED:  # a sensor without colours says what it is, or it is night
            return self.known_mode not in {FrameMode.THERMAL, FrameMode.INFRARED}
        return self.light is Light.NIGHT and self.known_mode is not FrameMode.THERMAL

    def _timed(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
        judgement = Judgement.of(raw, received_at)
        if raw.provenance is not Provenance.LIVE:
            return judgement
        verdict = self._times.look(raw.captured_at, received_at, raw.time_source, now_s)
        if verdict.backlog:
            return replace(judgement, fault=Fault.BACKLOG)
        if verdict.clock_wrong:
            judgement = replace(
                judgement,
                captured_at=received_at,
                time_source=TimeSource.RECEIPT,
                captured_doubt_s=None,
            )
        return replace(judgement, conditions=_of_times(verdict))


def _of_times(verdict: TimeVerdict) -> frozenset[Condition]:
    if verdict.clock_wrong:
        return frozenset({Condition.CLOCK_WRONG})
    return frozenset({Condition.LATE}) if verdict.late else frozenset()
