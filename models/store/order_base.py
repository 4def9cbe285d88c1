"""What every part of the orders' repository works with."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from models.clock import Clock
from models.store.database import Database
from models.store.steady import SteadyRepository

__all__ = ["OrderBase"]


class OrderBase:
    """A part of the work orders of one store.

    Args:
        database: to work on.
        clock: for times of day.
        steady: for the moments that clocks are read by.
    """

    def __init__(self, database: Database, clock: Clock, steady: SteadyRepository) -> None:
        self._database = database
        self._clock = clock
        self._steady = steady

    @contextmanager
    def _changing(self) -> Iterator[tuple[Connection, float]]:
        """A writing transaction and its moment, in seconds on the scale that never jumps."""
        self._steady.tick_s()  # the first reading of a process writes, which is for outside
        with self._database.write() as connection:
            # Read inside: what comes later to its turn is told of as later.
            yield connection, self._steady.tick_s()
