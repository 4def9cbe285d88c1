"""What the store asks of the place that it is kept in."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection, Engine

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WRITES", "Home", "Serving"]

WRITES = "firewatch_writes"
"""Execution option of a connection whose transaction is going to write."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Engines of a store in use; they share their connections.

    Attributes:
        reading: each transaction of it sees one moment and writes nothing.
        writing: each transaction of it writes.
    """

    reading: Engine
    writing: Engine

    def dispose(self) -> None:
        """Let every connection go."""
        self.reading.dispose()
        self.writing.dispose()


class Home(Protocol):
    """A place for one store."""

    @property
    def name(self) -> str:
        """For messages; holds no password."""

    def locked(self) -> AbstractContextManager[None]:
        """One process at a time creates, examines or migrates what is here.

        Raises:
            WatchError: the place cannot be used; which kind says why.
        """

    def is_there(self) -> bool:
        """Whether anything is kept here; asked while locked."""

    def make(self, fill: "Callable[[Home], None]") -> None:
        """Make a store where there is none: wholly, or not at all.

        Args:
            fill: makes the tables in the place that it is given.
        """

    def examining(self) -> AbstractContextManager[Connection]:
        """A connection that cannot write, to what proved to be sound.

        Raises:
            StoreDamaged: it is not.
        """

    def migrating(self) -> AbstractContextManager[Connection]:
        """A transaction that may change tables; it is committed at the end of the block.

        Raises:
            StoreDamaged: a row would belong to nothing.
        """

    def serve(self) -> Serving:
        """Engines for any number of threads; the place is in use from here on."""
