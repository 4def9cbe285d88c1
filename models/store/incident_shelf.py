"""Fires as they were last read: one that has not changed since is not put together again.

A fire comes from six tables; a list of sixty took 35 ms to put together, and consoles, the ranking
and the correlation ask for the same ones every second. Whatever belongs to a fire raises its
``version`` when it changes, in the same transaction, so number and version say whether what was
read still holds, also of what another process wrote.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select

from models.errors import NotFound
from models.incident import Incident
from models.store.incident_rows import LARGEST, ONE, whole_incidents
from models.store.tables import incident

__all__ = ["IncidentShelf"]

MOST_KEPT: Final = 300


class IncidentShelf:
    """Reads fires; from any thread.

    What a transaction is still writing must not be kept, for it may be taken back: in a writing
    one this is asked before anything is written.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Incident] = OrderedDict()
        self._lock = Lock()

    def load(self, connection: Connection, *wanted: ColumnElement[bool]) -> list[Incident]:
        """As :func:`models.store.incident_rows.load_incidents`."""
        chosen = select(incident).where(*wanted).order_by(incident.c.incident_id.desc())
        return self._of(connection, connection.execute(chosen).all())

    def one(self, connection: Connection, incident_id: int) -> Incident:
        """As :func:`models.store.incident_rows.one_incident`."""
        number = incident_id if 0 < incident_id <= LARGEST else 0
        found = self._of(connection, connection.execute(ONE, {"number": number}).all())
        if not found:
            raise NotFound(f"There is no fire {incident_id}.")
        return found[0]

    def _of(self, connection: Connection, rows: Sequence[Row[Any]]) -> list[Incident]:
        with self._lock:
            kept = {row.incident_id: self._kept.get(row.incident_id) for row in rows}
        held = {
            row.incident_id: one
            for row in rows
            if (one := kept[row.incident_id]) is not None and one.version == row.version
        }
        read = whole_incidents(connection, [row for row in rows if row.incident_id not in held])
        held.update((one.incident_id, one) for one in read)
        with self._lock:
            for number, one in held.items():
                self._kept[number] = one
                self._kept.move_to_end(number)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return [held[row.incident_id] for row in rows]
