"""What people told, between its table and the domain."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, bindparam, select

from models.errors import NotFound
from models.observation import Observation, ObservationDraft
from models.store.tables import observation

__all__ = ["load_observations", "observations_of_fires", "one_observation"]

_LARGEST: Final = 2**63 - 1
_OF_FIRES: Final = (
    select(observation)
    .where(observation.c.incident_id.in_(bindparam("numbers", expanding=True)))
    .order_by(observation.c.observation_id)
)


def load_observations(
    connection: Connection, *wanted: ColumnElement[bool], limit: int | None = None
) -> list[Observation]:
    """Those that meet every condition on the table ``observation``, newest first."""
    query = select(observation).where(*wanted).order_by(observation.c.observation_id.desc())
    return [_observation(row) for row in connection.execute(query.limit(limit))]


def observations_of_fires(connection: Connection, incident_ids: Sequence[int]) -> list[Observation]:
    """Those that some fires have, oldest first; at most a few hundred fires at once."""
    return [_observation(row) for row in connection.execute(_OF_FIRES, {"numbers": incident_ids})]


def one_observation(connection: Connection, observation_id: int) -> Observation:
    """One of them.

    Raises:
        NotFound: no such observation.
    """
    number = max(0, min(observation_id, _LARGEST))
    found = load_observations(connection, observation.c.observation_id == number)
    if not found:
        raise NotFound(f"There is no observation {observation_id}.")
    return found[0]


def _observation(row: Row[Any]) -> Observation:
    return Observation(
        row.observation_id,
        ObservationDraft(
            row.source, row.witness, row.seen_at, row.told, row.words, row.caller or ""
        ),
        row.author,
        row.entered_at,
        row.withdrawn_by,
        row.withdrawn_at,
        row.incident_id,
    )
