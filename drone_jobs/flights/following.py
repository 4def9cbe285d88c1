"""A flight from the word to start until it stands on the ground again, without any wire.

Fed with what the aircraft tells and with what persons ask, it says which step of the run follows
and what the aircraft is to be told. It never says "start", and never takes silence for a landing:
an aircraft that is not heard of any more is reported as lost, not as landed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.flight import (
    FINAL,
    IN_THE_AIR,
    AircraftState,
    FlightPhase,
    RunReason,
    RunState,
)

__all__ = ["Deed", "FollowLimits", "Following", "Word"]


class Word(StrEnum):
    """What an aircraft in the air is told."""

    PAUSE = "pause"
    RESUME = "resume"
    COME_HOME = "come_home"
    LAND = "land"


@dataclass(frozen=True, slots=True)
class FollowLimits:
    """When patience ends.

    Attributes:
        last_point: index of the mission's last point; who has flown to it has flown it whole.
        duration_s: that the plan gives the flight, > 0.
        reserve_share: of a full battery that must be left over the way home, [0, 1).
        home_share: of a full battery that the way home costs from a state; None where it cannot be
            told, and then the reserve alone is kept.
        start_within_s: from the word to start until it flies.
        lost_after_s: without a word of it the link counts as lost.
        given_up_after_s: of silence beyond the plan's duration until it is reported as missing.
        repeat_after_s: until an order that shows no effect is said again.
        reached: the furthest point that it was seen on its way to before it was taken over; None
            for none.
    """

    last_point: int
    duration_s: float
    reserve_share: float
    home_share: Callable[[AircraftState], float | None]
    start_within_s: float = 60.0
    lost_after_s: float = 10.0
    given_up_after_s: float = 900.0
    repeat_after_s: float = 10.0
    reached: int | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What follows.

    Attributes:
        state: of the run from now on; None: as it was.
        reason: of it.
        note: in English.
        word: for the aircraft; None for none.
        author: user name of who asked, or empty for ourselves.
    """

    state: RunState | None = None
    reason: RunReason = RunReason.NONE
    note: str = ""
    word: Word | None = None
    author: str = ""


_STATE_OF: Final = {
    FlightPhase.MISSION: RunState.FLYING,
    FlightPhase.BY_HAND: RunState.FLYING,
    FlightPhase.PAUSED: RunState.PAUSED,
    FlightPhase.RETURNING: RunState.RETURNING,
    FlightPhase.LANDING: RunState.RETURNING,
}
_PHASES_OF: Final = {
    Word.PAUSE: {FlightPhase.PAUSED},
    Word.RESUME: {FlightPhase.MISSION},
    Word.COME_HOME: {FlightPhase.RETURNING, FlightPhase.LANDING, FlightPhase.GROUND},
    Word.LAND: {FlightPhase.LANDING, FlightPhase.GROUND},
}
"""What an aircraft does that has heard a word."""


class Following:
    """One flight.

    Args:
        limits: of it.
        now_s: on a clock that never jumps; the moment of the word to start, or of taking a flight
            over after a restart.
        state: of the run then.
        flown_s: that it was in the air before, where it is taken over.
    """

    def __init__(
        self,
        limits: FollowLimits,
        now_s: float,
        state: RunState = RunState.STARTING,
        *,
        flown_s: float = 0.0,
    ) -> None:
        self._limits = limits
        self._begun_s = now_s
        self._expected_end_s = now_s + max(0.0, limits.duration_s - flown_s)
        self._heard_s = now_s
        self._is_silent = False
        self.state = state
        self._has_flown = state in IN_THE_AIR - {RunState.STARTING}
        self._furthest = limits.reached
        self._reason = RunReason.NONE  # why it comes home before its time
        self._said: tuple[Word, float] | None = None
        self._phase: FlightPhase | None = None  # that was told last

    @property
    def is_over(self) -> bool:
        """Whether nothing follows any more."""
        return self.state in FINAL

    def asked(self, word: Word, author: str, now_s: float) -> list[Deed]:
        """A person's word: passed on at once, whatever was said before, never weighed."""
        if self.is_over:
            return []
        if word in {Word.COME_HOME, Word.LAND}:
            self._reason = RunReason.PERSON
        self._said = (word, now_s)
        return [Deed(word=word, author=author, note=f"{author} asked for {word.value}.")]

    def look(self, told: AircraftState | None, now_s: float) -> list[Deed]:
        """What follows from what it tells.

        Args:
            told: the newest that was heard since the last look; None when nothing was.
            now_s: on the same clock as at the beginning.
        """
        if self.is_over:
            return []
        if told is None:
            return self._unheard(now_s)
        deeds = []
        if self._is_silent:
            silent_s = now_s - self._heard_s
            deeds.append(Deed(note=f"Heard again after {silent_s:.0f} s."))
        self._heard_s, self._is_silent = now_s, False
        if told.mission_point is not None:
            self._furthest = max(told.mission_point, self._furthest or 0)
        deeds += self._stepped(told, now_s)
        if not self.is_over:
            deeds += self._spoken_to(told, now_s)
        return deeds

    def _unheard(self, now_s: float) -> list[Deed]:
        silent_s = now_s - self._heard_s
        if silent_s < self._limits.lost_after_s:
            return []
        if not self._is_silent:
            self._is_silent = True
            return [Deed(note="The link is lost; it does what its mission says of that.")]
        patience_s = self._limits.given_up_after_s
        if silent_s < patience_s or now_s < self._expected_end_s + patience_s:
            return []
        self.state = RunState.FAILED
        note = (
            f"Not heard of for {silent_s:.0f} s, long after it should have landed. "
            "Where it is is not known: look for it."
        )
        return [Deed(self.state, RunReason.LINK_LOST, note)]

    def _stepped(self, told: AircraftState, now_s: float) -> list[Deed]:
        if told.is_in_the_air is None:
            return []
        if not told.is_in_the_air:
            return self._on_the_ground(told, now_s)
        self._has_flown = True
        state = _STATE_OF[told.phase]
        if state == self.state:
            return []
        # Its way home after the last point is part of the flight, and not told as a turning back.
        note = "flown by hand" if told.phase is FlightPhase.BY_HAND else ""
        self.state = state
        return [Deed(state, self._reason, note)]

    def _on_the_ground(self, told: AircraftState, now_s: float) -> list[Deed]:
        if self._has_flown:
            if told.phase is FlightPhase.ARMED:
                return []  # down, and its motors still turn
            if self._reason is not RunReason.NONE:
                self.state = RunState.ABORTED
                return [Deed(self.state, self._reason, "On the ground.")]
            if self._furthest is None or self._furthest < self._limits.last_point:
                self.state = RunState.ABORTED
                flown = "no point" if self._furthest is None else f"point {self._furthest + 1}"
                note = f"On the ground after {flown} of {self._limits.last_point + 1}."
                return [Deed(self.state, RunReason.AIRCRAFT, note)]
            self.state = RunState.LANDED
            return [Deed(self.state, RunReason.NONE, "On the ground after its last point.")]
        if now_s - self._begun_s < self._limits.start_within_s:
            return []
        self.state = RunState.FAILED
        note = f"Told to start, and on the ground after {self._limits.start_within_s:.0f} s."
        return [Deed(self.state, RunReason.START_REFUSED, note, word=Word.LAND)]

    def _spoken_to(self, told: AircraftState, now_s: float) -> list[Deed]:
        """Words for an aircraft in the air: what was asked and not done, and a low battery."""
        before, self._phase = self._phase, told.phase
        if not told.is_in_the_air:
            return []
        deeds: list[Deed] = []
        is_taken = told.phase is FlightPhase.BY_HAND and before is not FlightPhase.BY_HAND
        if self._said is not None and is_taken:
            # Whoever has the sticks sees it: no word of ours may wrest it from them every 10 s.
            word, self._said = self._said[0], None
            deeds.append(Deed(note=f"A pilot has it: {word.value} is not said again."))
        if self._said is not None:
            word, said_s = self._said
            if told.phase in _PHASES_OF[word]:
                self._said = None
            elif now_s - said_s >= self._limits.repeat_after_s:
                self._said = (word, now_s)
                return [Deed(word=word, note=f"{word.value} shows no effect and is said again.")]
        if self._reason is RunReason.NONE and self._runs_low(told):
            self._reason = RunReason.LOW_BATTERY
            self._said = (Word.COME_HOME, now_s)
            note = f"{told.battery_share:.0%} of the battery are left: it is called home."
            return [Deed(word=Word.COME_HOME, note=note)]
        return deeds

    def _runs_low(self, told: AircraftState) -> bool:
        if told.battery_share is None or told.phase not in {
            FlightPhase.MISSION,
            FlightPhase.PAUSED,
        }:
            return False
        home_share = self._limits.home_share(told)
        needed = self._limits.reserve_share + (0.0 if home_share is None else home_share)
        return told.battery_share < needed
