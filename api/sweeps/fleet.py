"""Which aircraft a name means: the bureau's own, else one of the catalogue."""

from collections.abc import Sequence

from drone_jobs.fleet import find_aircraft
from models.errors import InputRefused
from models.mission import Aircraft
from models.store import Store

__all__ = ["aircraft_of"]


def aircraft_of(store: Store, names: Sequence[str]) -> tuple[Aircraft, ...]:
    """Aircraft by name: the bureau's own, else those of the catalogue.

    Raises:
        InputRefused: one is named twice (``aircraft_twice``), or unknown (``aircraft_unknown``).
    """
    if len(set(names)) < len(names):
        raise InputRefused(
            "An aircraft is named twice.",
            remedy="Name each aircraft once; it flies as often as is needed.",
            code="aircraft_twice",
        )
    own = {kept.aircraft.name: kept.aircraft for kept in store.aircraft.all()}
    return tuple(own[name] if name in own else find_aircraft(name) for name in names)
