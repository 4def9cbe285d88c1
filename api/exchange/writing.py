"""Our values in the platform's names, words, codes and times."""

from collections.abc import Mapping as Values
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from api.exchange.fields import FIELDS, MANY, OTHERWISE, Kind, Row
from api.exchange.mapping import Mapping

__all__ = ["Scalar", "Value", "written", "written_time"]

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = Scalar | list[Scalar]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def written(mapping: Mapping, row: Row, values: Values[str, object]) -> dict[str, Value]:
    """A row as the platform has it.

    Args:
        mapping: of the platform.
        row: what it is about.
        values: by our names, all that :data:`api.exchange.fields.FIELDS` has of the row; tuples of
            those in :data:`api.exchange.fields.MANY`, times in UTC.
    """
    told: dict[str, Value] = {}
    for field, kind in FIELDS[row].items():
        name = mapping.name(row, field)
        if not name or (kind is Kind.GCJ02 and not mapping.place.gcj02):
            continue
        value = values[field]
        if field in MANY:
            told[name] = [_one(mapping, kind, one) for one in value]  # type: ignore[attr-defined]
        else:
            told[name] = _one(mapping, kind, value)
    return told


def written_time(mapping: Mapping, at: datetime) -> str | int:
    """A moment as the platform has it; whole seconds, or milliseconds where it counts those."""
    rule = mapping.time
    if rule.format == "epoch_ms":
        return (at - _EPOCH) // timedelta(milliseconds=1)
    if rule.format == "epoch_s":
        return (at - _EPOCH) // timedelta(seconds=1)
    there = at.astimezone(rule.offset)
    if rule.format == "plain":
        return f"{there:%Y-%m-%d %H:%M:%S}"
    return there.isoformat(timespec="seconds")


def _one(mapping: Mapping, kind: Kind, value: object) -> Scalar:
    if isinstance(value, datetime):
        return written_time(mapping, value)
    table = mapping.table(kind)
    if isinstance(value, str) and table:
        # Of codes that no table names the platform has the same; of words the table has them all.
        return table.get(value, table.get(OTHERWISE, str(value)))
    return value  # type: ignore[return-value]  # a number, a text, true, false or None
