"""Every row of one store into another, whatever keeps them; counted and compared.

Rows are copied as they are kept, not as what they mean: text stays the very text that was hashed,
and nothing is decoded. Numbers that were given and whose rows are gone are not given again.
"""

import hashlib
from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    TableClause,
    Text,
    column,
    delete,
    func,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.types import TypeDecorator

from models.errors import StoreDamaged
from models.store.tables import metadata

__all__ = ["copy_rows"]

_AT_ONCE: Final = 500
_BYTES: Final = 32
_sqlite_sequence: Final = table("sqlite_sequence", column("name", Text), column("seq", BigInteger))


def copy_rows(
    source: Connection, target: Connection, *, emptied: Collection[str] = ()
) -> dict[str, int]:
    """Copy a store into one that was just made.

    Args:
        source: a transaction that sees one moment of a store of this version.
        target: a transaction that writes; its store has no row but the first of the audit log.
        emptied: tables of which nothing is copied.

    Returns:
        Rows by table.

    Raises:
        StoreDamaged: what was written is not what was read.
    """
    copied = {}
    for one in metadata.sorted_tables:
        if one.name in emptied:
            continue
        target.execute(delete(one))
        read = _copy(source, target, one)
        if _sum(target, one) != read:
            raise StoreDamaged(
                f"The table {one.name} did not arrive as it left.",
                remedy="Try again into a new, empty database.",
                code="store_not_copied",
            )
        copied[one.name] = read[0]
    _go_on_from(target, _numbers(source))
    return copied


def _copy(source: Connection, target: Connection, one: Table) -> tuple[int, int]:
    plain, own = _plain(one), _own_references(one)
    rows, digest = 0, 0
    for batch in _batches(source, _all(plain, one)):
        target.execute(insert(plain), [{**row, **dict.fromkeys(own)} for row in batch])
        rows, digest = rows + len(batch), digest + sum(map(_hash, batch))
    # A row may point to one that comes after it: those pointers are set when all are there.
    for name in own:
        (key,) = one.primary_key.columns
        points = _all(plain, one).where(plain.c[name].is_not(None))
        for batch in _batches(source, points):
            for row in batch:
                target.execute(
                    update(plain)
                    .where(plain.c[key.name] == row[key.name])
                    .values({name: row[name]})
                )
    return rows, digest % 256**_BYTES


def _sum(connection: Connection, one: Table) -> tuple[int, int]:
    rows, digest = 0, 0
    for batch in _batches(connection, _all(_plain(one), one)):
        rows, digest = rows + len(batch), digest + sum(map(_hash, batch))
    return rows, digest % 256**_BYTES


def _hash(row: dict[str, Any]) -> int:
    """Of a row, so that the sum over a table does not depend on its order."""
    return int.from_bytes(hashlib.sha256(repr(list(row.values())).encode()).digest())


def _batches(connection: Connection, query: Select[Any]) -> Iterator[list[dict[str, Any]]]:
    rows = connection.execute(query, execution_options={"yield_per": _AT_ONCE})
    for batch in rows.mappings().partitions():
        yield [dict(row) for row in batch]


def _all(plain: TableClause, one: Table) -> Select[Any]:
    return select(plain).order_by(*(plain.c[key.name] for key in one.primary_key.columns))


def _plain(one: Table) -> TableClause:
    """The table without what its values mean."""

    def kept(each: Column[Any]) -> Any:  # noqa: ANN401  # a type of a column
        kind = each.type
        return kind.impl_instance if isinstance(kind, TypeDecorator) else kind

    return table(one.name, *(column(each.name, kept(each)) for each in one.columns))


def _own_references(one: Table) -> list[str]:
    return [
        each.name for each in one.columns for key in each.foreign_keys if key.column.table is one
    ]


def _numbers(connection: Connection) -> dict[Table, int]:
    """The last number that was given in each table that numbers its rows by itself."""
    given: dict[Table, int] = {}
    if connection.dialect.name == "sqlite":
        rows = connection.execute(select(_sqlite_sequence))
        return {metadata.tables[name]: seq for name, seq in rows if name in metadata.tables}
    for one, key in _numbered():
        sequence = connection.execute(select(_sequence_of(one, key))).scalar_one()
        last, used = connection.exec_driver_sql(
            f"SELECT last_value, is_called FROM {sequence}"  # noqa: S608  # the server's own name
        ).one()
        given[one] = last if used else 0
    return given


def _go_on_from(connection: Connection, given: dict[Table, int]) -> None:
    for one, key in _numbered():
        there = connection.execute(select(func.max(key))).scalar_one() or 0
        number = max(given.get(one, 0), there)
        if connection.dialect.name == "sqlite":
            if one.dialect_options["sqlite"]["autoincrement"]:
                name = _sqlite_sequence.c.name
                connection.execute(delete(_sqlite_sequence).where(name == one.name))
                connection.execute(insert(_sqlite_sequence).values(name=one.name, seq=number))
        elif number > 0:
            connection.execute(select(func.setval(_sequence_of(one, key), number)))


def _numbered() -> Iterator[tuple[Table, Column[Any]]]:
    for one in metadata.sorted_tables:
        if one.autoincrement_column is not None:
            yield one, one.autoincrement_column


def _sequence_of(one: Table, key: Column[Any]) -> ColumnElement[Any]:
    return func.pg_get_serial_sequence(one.name, key.name)
