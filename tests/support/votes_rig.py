"""A pair of cameras whose heat is given: events, registrations, and a board that they stand on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from detector.dual.board import HeatBoard
from models.clock import Clock
from models.dual import (
    AgreementRule,
    DualPair,
    PairRegistration,
    RegistrationSource,
    RegistrationState,
)
from models.heat_event import HeatEvent, HeatReason
from models.thermal import HotSpot

AS_IT_IS = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
"""Both pictures show the same."""
THERMAL_PX = (320, 256)
MADE = datetime(2026, 4, 1, tzinfo=UTC)


def heat(
    at: datetime,
    place: tuple[float, float],
    *,
    size: float = 0.02,
    log_odds: float = 2.5,
    is_due: bool = False,
    peak_c: float | None = 180.0,
) -> HeatEvent:
    """A hot place: its middle in shares of the picture of heat, its size in shares of the width."""
    width, height = THERMAL_PX
    half = max(1, round(size * width / 2.0))
    x, y = round(place[0] * width), round(place[1] * height)
    spot = HotSpot(x - half, y - half, x + half, y + half, 4 * half * half, 180.0, x, y, 20.0, 0.5)
    reasons = ((HeatReason.HOT, log_odds),)
    return HeatEvent(1, at, at, 2, spot, peak_c, log_odds, reasons, is_due)


def registration(
    visible_id: str = "t1",
    preset: int = 0,
    *,
    matrix: tuple[float, ...] = AS_IT_IS,
    doubt_share: float = 0.005,
    source: RegistrationSource = RegistrationSource.TARGETS,
    state: RegistrationState = RegistrationState.GOOD,
    checked_at: datetime | None = None,
) -> PairRegistration:
    return PairRegistration(
        visible_id, preset, matrix, doubt_share, 0.9, source, state, MADE, checked_at
    )


@dataclass
class PairRig:
    """What the store would tell, and the board."""

    clock: Clock
    pairs: list[DualPair] = field(
        default_factory=lambda: [DualPair("t1", "t1-thermal", AgreementRule.BOTH)]
    )
    known: dict[tuple[str, int], PairRegistration] = field(
        default_factory=lambda: {("t1", 0): registration()}
    )
    board: HeatBoard = field(init=False)

    def __post_init__(self) -> None:
        self.board = HeatBoard(lambda: self.pairs, lambda *view: self.known.get(view), self.clock)

    def see(self, at: datetime, *events: HeatEvent, sees: bool = True) -> None:
        """A frame of heat."""
        self.board.tell("t1-thermal", 0, events, THERMAL_PX, at, sees=sees)
