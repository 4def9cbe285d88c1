"""Where each flight went: what its aircraft told on the way, appended and never changed."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import insert, select

from models.errors import NotFound
from models.flight import AircraftState
from models.store.database import Database
from models.store.tables import flight_run, flight_track

__all__ = ["TrackRepository"]

_LARGEST: Final = 2**63 - 1
_LONGEST_WORD: Final = 200
_NUMBERS: Final = (
    "lon_deg",
    "lat_deg",
    "above_take_off_m",
    "heading_deg",
    "gimbal_pitch_deg",
    "gimbal_yaw_deg",
    "gimbal_roll_deg",
    "ground_speed_ms",
    "climb_ms",
    "battery_share",
    "remaining_s",
    "link_share",
)


class TrackRepository:
    """The tracks of one store.

    Args:
        database: to work on.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, run_id: int, states: Sequence[AircraftState]) -> None:
        """Keep what an aircraft told in a flight, in one row.

        Args:
            run_id: of the flight.
            states: in the order in which they came; none keeps nothing. What no store takes in them
                is left out: an aircraft may say anything.

        Raises:
            NotFound: no such flight; code ``no_such_run``.
        """
        if not states:
            return
        kept = tuple(_clean(state) for state in states)
        with self._database.write() as connection:
            key = flight_run.c.run_id == max(0, min(run_id, _LARGEST))
            if connection.execute(select(flight_run.c.run_id).where(key)).one_or_none() is None:
                raise NotFound(f"There is no flight {run_id}.", code="no_such_run")
            row = insert(flight_track).values(run_id=run_id, from_at=kept[0].at, states=kept)
            connection.execute(row)

    def of(self, run_id: int) -> list[AircraftState]:
        """Everything that was told in a flight, in the order in which it came; empty for none."""
        query = (
            select(flight_track.c.states)
            .where(flight_track.c.run_id == max(0, min(run_id, _LARGEST)))
            .order_by(flight_track.c.track_id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).scalars().all()
        return [state for states in rows for state in states]


def _clean(state: AircraftState) -> AircraftState:
    """A state without numbers that are none, and with words of one line."""
    strange = {
        name: None
        for name in _NUMBERS
        if (value := getattr(state, name)) is not None and not math.isfinite(value)
    }
    wind = state.wind
    if wind is not None and not (math.isfinite(wind.from_deg) and math.isfinite(wind.speed_ms)):
        strange["wind"] = None
    warnings = tuple(
        replace(each, code=_word(each.code), message=_word(each.message)) for each in state.warnings
    )
    return replace(state, warnings=warnings, **strange)  # type: ignore[arg-type]


def _word(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text[:_LONGEST_WORD])
