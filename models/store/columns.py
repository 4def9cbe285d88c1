"""Column types that both databases store alike."""

from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, Final

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry
from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from models.clock import require_utc
from models.errors import StoreDamaged
from models.store.codec import Codec

__all__ = ["Choice", "Coded", "Identity", "NumberedChoice", "UtcTime", "Wkb", "number_of"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RESTORE: Final = "Restore the last backup of the database."
_MICROSECOND: Final = timedelta(microseconds=1)

Identity: Final = BigInteger().with_variant(Integer, "sqlite")
"""A number given by the database. SQLite numbers rows by itself only in a column named INTEGER."""
_LARGEST: Final = 2**63 - 1


def number_of(number: int) -> int:
    """A number that the database can compare with its own; what it has none of names nothing."""
    return max(0, min(number, _LARGEST))


class UtcTime(TypeDecorator[datetime]):
    """A moment as whole microseconds since 1970; SQLite's own times would lose their zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse a naive time, count microseconds exactly."""
        del dialect
        return None if value is None else (require_utc(value) - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The moment, in UTC.

        Raises:
            StoreDamaged: not a number of microseconds in the years 1 to 9999.
        """
        del dialect
        if value is None:
            return None
        try:
            return _EPOCH + timedelta(microseconds=value)
        except (TypeError, OverflowError) as error:
            raise StoreDamaged(
                f"The database says {value!r} where a time stands.", remedy=_RESTORE
            ) from error


class Wkb(TypeDecorator[BaseGeometry]):
    """A geometry as well-known binary; every coordinate keeps every bit."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> bytes | None:
        """Write the geometry."""
        del dialect
        return None if value is None else bytes(shapely.to_wkb(value, include_srid=False))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> BaseGeometry | None:
        """Read the geometry.

        Raises:
            StoreDamaged: the bytes are none.
        """
        del dialect
        if value is None:
            return None
        try:
            return shapely.from_wkb(value)
        except ShapelyError as error:
            raise StoreDamaged(
                "A stored geometry cannot be read.",
                remedy=_RESTORE,
            ) from error


class Coded(TypeDecorator[Any]):
    """A domain dataclass as versioned JSON text, see :mod:`models.store.codec`.

    Args:
        shape: the dataclass or type form.
        name: what it is, for messages.
        remembered: so many different texts are read once only; for values that never change, and
            of which the same ones are read again and again.
    """

    impl = Text
    cache_ok = True

    def __init__(
        self,
        shape: Any,  # noqa: ANN401  # a type form, not a class
        name: str,
        remembered: int = 0,
    ) -> None:
        super().__init__()
        self.shape = shape
        self.name = name
        self.remembered = remembered
        self._codec: Codec[Any] = Codec(shape, name)
        decode = self._codec.decode
        self._decode = lru_cache(remembered)(decode) if remembered > 0 else decode

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """Write the value; None is SQL's NULL."""
        del dialect
        return None if value is None else self._codec.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """Read the value."""
        del dialect
        return None if value is None else self._decode(value)


class Choice(TypeDecorator[Any]):
    """A member of an enumeration by its word.

    Args:
        words: the enumeration.
    """

    impl = Text
    cache_ok = True

    def __init__(self, words: type[Enum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: object, dialect: Dialect) -> object:
        """The word, refused with ValueError when the enumeration has none such."""
        del dialect
        return None if value is None else self.words(value).value

    def process_result_value(self, value: object, dialect: Dialect) -> Enum | None:
        """The member.

        Raises:
            StoreDamaged: an unknown word.
        """
        del dialect
        if value is None:
            return None
        try:
            return self.words(value)
        except ValueError as error:
            raise StoreDamaged(
                f"The database says {value!r} where a {self.words.__name__} stands.",
                remedy=_RESTORE,
            ) from error


class NumberedChoice(Choice):
    """The same for an enumeration of numbers."""

    impl = Integer  # type: ignore[assignment]  # SQLAlchemy means a class to be replaced here
    cache_ok = True
