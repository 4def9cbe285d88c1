"""Dual-spectrum towers: one head, a camera of visible light and one of heat, and how they agree."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.detection import Box
from models.heat_event import HeatReason

__all__ = [
    "AgreementRule",
    "DualPair",
    "HeatVote",
    "PairRegistration",
    "RegistrationSource",
    "RegistrationState",
    "VoteWord",
]


class AgreementRule(StrEnum):
    """What of both sensors makes an alert."""

    ANY = "any"  # 任一: each by itself, and what both see a little adds up
    BOTH = "both"  # 双光: smoke waits until heat is seen there, where heat can be seen at all
    HEAT_FIRST = "heat_first"  # 夜间热优先: heat alone by night, any by day


@dataclass(frozen=True, slots=True)
class DualPair:
    """Two cameras of one head.

    Attributes:
        visible_id: key of the camera of visible light.
        thermal_id: of the one of heat; the presets of both have the same numbers.
        rule: how they agree.
    """

    visible_id: str
    thermal_id: str
    rule: AgreementRule


class RegistrationSource(StrEnum):
    """By what a registration was found."""

    TARGETS = "targets"  # points that a person has shown in both pictures
    MUTUAL = "mutual"  # mutual information of both pictures
    LENSES = "lenses"  # the fields of view alone, nothing measured


class RegistrationState(StrEnum):
    """How far a registration may be trusted."""

    GOOD = "good"
    UNCHECKED = "unchecked"  # no picture has shown enough for more than two days
    DRIFTED = "drifted"  # the last check found it elsewhere


@dataclass(frozen=True, slots=True)
class PairRegistration:
    """Where a place of the picture of heat lies in the visible one, at one preset.

    Attributes:
        visible_id: of the pair.
        preset: number; 0 is a value.
        matrix: homography, nine numbers by rows, of shares of the thermal picture's width and
            height (0 to 1, from the upper left corner) to shares of the visible one's.
        doubt_share: standard deviation of a place, share of the visible picture's width.
        score: how sure it is, 0 to 1; what it is of says the source.
        source: by what it was found.
        state: how far it may be trusted.
        made_at: UTC.
        checked_at: UTC, when two pictures have last confirmed it; None before the first time.
    """

    visible_id: str
    preset: int
    matrix: tuple[float, ...]
    doubt_share: float
    score: float
    source: RegistrationSource
    state: RegistrationState
    made_at: datetime
    checked_at: datetime | None = None


class VoteWord(StrEnum):
    """What the sensor of heat says of a place of the visible picture."""

    FIRE = "fire"  # heat there that is worth a look
    WARM = "warm"  # heat there that may be anything
    NOTHING = "nothing"  # it has looked there, and there is none
    BLIND = "blind"  # it sees nothing now: no frame of late, or a picture that shows nothing
    UNREGISTERED = "unregistered"  # nobody knows where the place lies in its picture


@dataclass(frozen=True, slots=True)
class HeatVote:
    """The vote of the sensor of heat on what the visible one sees.

    Attributes:
        camera_id: of the thermal camera.
        says: what it says.
        captured_at: UTC, of the frame that says so; None without one.
        log_odds: of a fire there, natural logarithm; None without heat there.
        peak_c: its highest temperature; None without heat there, or without temperatures.
        box: of the heat in pixels of the visible picture; None without.
        reasons: as of :class:`models.heat_event.HeatEvent`.
    """

    camera_id: str
    says: VoteWord
    captured_at: datetime | None = None
    log_odds: float | None = None
    peak_c: float | None = None
    box: Box | None = None
    reasons: tuple[tuple[HeatReason, float], ...] = ()
