"""Whose fires somebody sees: all of the district, or those that may concern their townships.

What is asked about is always a fire: it is seen when any part of its evidence may concern one of
the townships (:mod:`geo.land.touching` says when; in doubt it does), and with it all that belongs
to it. Cameras, land, wind and danger class are the district's, for everybody; sweeps and schedules
too, for they say nothing of a fire. A flight is seen as the fire is that it looks at, and one that
looks at none by those whose townships its way comes near.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from geo.land import LandMoment
from geo.land.touching import Townships
from models.alert import Alert
from models.crossing import Report
from models.errors import NotFound, NotPermitted
from models.events import Event, EventKind
from models.flight import Run
from models.heat_look import HeatLook
from models.incident import Incident
from models.observation import Observation
from models.store import Store
from models.user import User

__all__ = ["LEAST_SHARE", "Scope", "ScopeBook", "outside"]

LEAST_SHARE: Final = 0.01
"""A fire of which a township had so much of the probability when it was told concerns it, whatever
the land says today."""

MOST_KEPT: Final = 64

_SHARED: Final = frozenset(
    {
        EventKind.SWEEP_CHANGED,
        EventKind.SCHEDULE_CHANGED,
        EventKind.NODE_CHANGED,
        EventKind.CAMERA_CHANGED,
    }
)
"""Told to everybody: their routes show them to everybody."""


class Scope:
    """What one asker may see.

    Args:
        user: who asks.
        store: where evidence is.
        townships: of the asker; None for the whole district.

    Attributes:
        user: who asks.
    """

    def __init__(self, user: User, store: Store, townships: Townships | None) -> None:
        self.user = user
        self._store = store
        self._townships = townships
        self._ways: dict[tuple[int, int | None, int], bool] = {}

    @property
    def is_whole(self) -> bool:
        """Whether they see the whole district."""
        return self._townships is None

    def sees(self, incident: Incident) -> bool:
        """Whether they see a fire; one that was merged is judged by what it was merged into."""
        if self._townships is None:
            return True
        standing = incident
        while standing.merged_into is not None:
            standing = self._store.incidents.get(standing.merged_into)
        # A fire without evidence cannot be judged: it may concern anybody.
        evidence: list[Alert | Observation] = [*standing.alerts, *standing.observations]
        return not evidence or any(self._concerns(one, self._townships) for one in evidence)

    def sees_alert(self, alert: Alert) -> bool:
        """Whether they see an alert: by itself, or with the fire that it is evidence of."""
        if self._townships is None or self._concerns(alert, self._townships):
            return True
        return self.sees(self._store.incidents.get(alert.incident_id))

    def sees_observation(self, observation: Observation) -> bool:
        """The same of what somebody told."""
        if self._townships is None or self._concerns(observation, self._townships):
            return True
        return observation.incident_id is not None and self.sees(
            self._store.incidents.get(observation.incident_id)
        )

    def sees_look(self, look: HeatLook) -> bool:
        """Whether they see a look: by its place, or with the fire that it became."""
        if self._townships is None:
            return True
        if self._townships.may_have_told(Report(look.position, look.sigma_m)):
            return True
        return look.incident_id is not None and self.sees(
            self._store.incidents.get(look.incident_id)
        )

    def sees_run(self, run: Run) -> bool:
        """Whether they see a flight: with the fire that it looks at, else by its way."""
        if self._townships is None:
            return True
        if run.incident_id is not None:
            return self.sees(self._store.incidents.get(run.incident_id))
        key = (run.sweep_id, run.sweep_version, run.sortie)
        if key not in self._ways:
            self._ways[key] = self._townships.may_have_way(self._way(*key))
        return self._ways[key]

    def _way(
        self, sweep_id: int, version: int | None, sortie: int
    ) -> tuple[tuple[float, float], ...]:
        """Corners of a flight with its home; none where its sweep has no such flight any more."""
        missions = self._store.sweeps.get(sweep_id, version).missions
        return missions[sortie - 1].way if sortie <= len(missions) else ()

    def sees_event(self, event: Event) -> bool:
        """Whether they are told of an event; of what is gone since nobody limited is."""
        if self._townships is None or event.kind in _SHARED:
            return True
        seen = {
            "alert": lambda number: self.sees_alert(self._store.alerts.get(number)),
            "incident": lambda number: self.sees(self._store.incidents.get(number)),
            "observation": lambda number: self.sees_observation(
                self._store.observations.get(number)
            ),
            "flight": lambda number: self.sees_run(self._store.runs.get(number)),
            "look": lambda number: self.sees_look(self._store.heat_looks.get(number)),
            "order": self._has_order,
        }.get(event.kind.partition(".")[0])
        try:
            return seen is not None and seen(event.subject_id)
        except NotFound:
            return False

    def _has_order(self, order_id: int) -> bool:
        return self._store.orders.get(order_id).draft.township in self.user.townships

    def check(self, incident_id: int) -> Incident:
        """The fire of a number.

        Raises:
            NotFound: no such fire.
            NotPermitted: it is not theirs; code ``outside_townships``.
        """
        found = self._store.incidents.get(incident_id)
        if not self.sees(found):
            raise outside()
        return found

    def check_alert(self, alert_id: int) -> Alert:
        """The alert of a number. Raises as :meth:`check`."""
        found = self._store.alerts.get(alert_id)
        if not self.sees_alert(found):
            raise outside()
        return found

    def check_observation(self, observation_id: int) -> Observation:
        """The observation of a number. Raises as :meth:`check`."""
        found = self._store.observations.get(observation_id)
        if not self.sees_observation(found):
            raise outside()
        return found

    def check_look(self, look_id: int) -> HeatLook:
        """The look of a number. Raises as :meth:`check`."""
        found = self._store.heat_looks.get(look_id)
        if not self.sees_look(found):
            raise outside()
        return found

    def fires(self, incidents: Iterable[Incident]) -> list[Incident]:
        """Those of some fires that they see."""
        return [one for one in incidents if self.sees(one)]

    def alerts(self, alerts: Iterable[Alert]) -> list[Alert]:
        """Those of some alerts that they see."""
        return [one for one in alerts if self.sees_alert(one)]

    @staticmethod
    def _concerns(one: Alert | Observation, townships: Townships) -> bool:
        if isinstance(one, Observation):
            return townships.may_have_told(one.draft.witness)
        told = one.draft.land.townships
        if any(unit.code in townships.codes and unit.probability >= LEAST_SHARE for unit in told):
            return True
        return townships.may_have(one.draft.fix)


class ScopeBook:
    """Townships of askers, built once for each moment of the land; any thread may use it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[frozenset[str], int], Townships] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, user: User, store: Store, land: LandMoment) -> Scope:
        """What somebody may see, by the land as it is."""
        if not user.townships:
            return Scope(user, store, None)
        key = frozenset(user.townships), land.version
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = Townships(user.townships, land.features)
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
        return Scope(user, store, found)


def outside() -> NotPermitted:
    """The refusal of what is another township's."""
    return NotPermitted(
        "This is not in one of your townships.",
        remedy="Ask an administrator for them, or somebody of the whole district.",
        code="outside_townships",
    )
