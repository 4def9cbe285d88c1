"""What a report is made of: where it is read from, and what was read once for all its sections."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from api.context import Context
from api.coverage.desk import Network
from api.incidents.places import PlaceShelf
from api.land.network.desk import NetworkState
from api.reports.fires import Fire, fires_of
from api.reports.periods import Period
from api.reports.steady_times import Doubt
from detector.incidents.placing import IncidentPlace
from geo.coverage import USUAL_ASPECT
from geo.land import LandBook
from geo.land.book import LandMoment
from geo.terrain import Terrain
from models.clock import Clock
from models.config import Settings
from models.duty import Roster
from models.land import Layer, NetworkReport
from models.report import ReportKind
from models.site import Camera
from models.store import Store
from models.store.report_shapes import DeliveryRow, OrderRow, PushRow

__all__ = ["Material", "Sources"]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a report is read from.

    Attributes:
        settings: of the installation.
        clock: of the installation.
        store: of the installation.
        site_name: of the district.
        land_book: the land.
        places: of fires.
        terrain: relief; None where none is loaded.
        network: what the towers see; None where it is not known.
        lacks: what the facilities lack; None where it is not known. Called for a yearly report.
        aspect_of: width of a camera's picture over its height.
    """

    settings: Settings
    clock: Clock
    store: Store
    site_name: str
    land_book: LandBook
    places: PlaceShelf
    terrain: Terrain | None = None
    network: Network | None = None
    lacks: Callable[[], NetworkReport | None] = lambda: None
    aspect_of: Callable[[str], float] = lambda _camera: USUAL_ASPECT

    @classmethod
    def of(cls, context: Context) -> "Sources":
        """Of the running application."""
        room = context.coverage

        def lacks() -> NetworkReport | None:
            standing = context.network.ask(
                context.land_book,
                context.settings,
                now=context.clock.now(),
                cameras=context.store.cameras.all(),
                terrain=context.terrain,
                coverage=None if room is None else room.desk,
            )
            return standing.report if standing.state is NetworkState.READY else None

        return cls(
            settings=context.settings,
            clock=context.clock,
            store=context.store,
            site_name=context.site.name,
            land_book=context.land_book,
            places=context.places,
            terrain=context.terrain,
            network=None if room is None else room.desk.ready,
            lacks=lacks,
            aspect_of=(lambda _camera: USUAL_ASPECT) if room is None else room.aspect_of,
        )


class Material:
    """What was read for one report; each part once, when the first section asks for it.

    Args:
        sources: where it is read from.
        period: of the report.
        now: UTC.

    Attributes:
        sources: where it is read from.
        period: of the report.
        now: UTC.
        zone: of the site's clock.
    """

    def __init__(self, sources: Sources, period: Period, now: datetime) -> None:
        self.sources = sources
        self.period = period
        self.now = now
        self.zone = ZoneInfo(sources.settings.time_zone)

    @property
    def is_yearly(self) -> bool:
        """Whether the report is about a year."""
        return self.period.kind is ReportKind.YEARLY

    @cached_property
    def land(self) -> LandMoment:
        """The land as it is now."""
        return self.sources.land_book.refresh()

    @cached_property
    def cameras(self) -> list[Camera]:
        """Of the installation."""
        return self.sources.store.cameras.all()

    @cached_property
    def townships(self) -> dict[str, str]:
        """Names by code, in the order of the land."""
        return {one.code: one.name for one in self.land.features if one.layer is Layer.TOWNSHIP}

    @cached_property
    def all_fires(self) -> tuple[Fire, ...]:
        """Fires that were opened in the period, drills too, by number."""
        found = self.sources.store.reports.fires(self.period.from_at, self.period.until_at)
        return fires_of(found)

    @cached_property
    def fires(self) -> tuple[Fire, ...]:
        """The same without drills."""
        return tuple(one for one in self.all_fires if not one.is_drill)

    def place_of(self, fire: Fire) -> IncidentPlace:
        """Where a fire is, by the cameras that stand or stood there."""
        return self.sources.places.of(fire.incident, self.standpoints)

    def township_of(self, fire: Fire) -> str | None:
        """Code of the likeliest township; None where nobody knows one."""
        places = self.place_of(fire).places
        shares = self.land.index.townships(places) if places else ()
        return shares[0].code if shares else None

    @cached_property
    def standpoints(self) -> Mapping[str, Camera]:
        """Cameras by key, also those that were removed."""
        return self.sources.store.cameras.standpoints()

    @cached_property
    def all_orders(self) -> tuple[OrderRow, ...]:
        """Work orders that were opened in the period, drills too, by number."""
        found = self.sources.store.reports.orders(self.period.from_at, self.period.until_at)
        drills = self._drills(one.incident_id for one in found)
        return tuple(
            replace(one, is_drill=True) if one.incident_id in drills else one for one in found
        )

    @cached_property
    def orders(self) -> tuple[OrderRow, ...]:
        """The same without drills."""
        return tuple(one for one in self.all_orders if not one.is_drill)

    @cached_property
    def tick_s(self) -> float:
        """When the report was made, on the scale that never jumps."""
        return self.sources.store.reports.tick_s()

    @cached_property
    def deliveries(self) -> tuple[DeliveryRow, ...]:
        """Notices that were written in the period, without drills, by number."""
        found = self.sources.store.reports.deliveries(self.period.from_at, self.period.until_at)
        drills = self._drills(one.incident_id for one in found)
        return tuple(one for one in found if not one.is_drill and one.incident_id not in drills)

    @cached_property
    def pushes(self) -> tuple[PushRow, ...]:
        """Calls of orders that were made in the period, without drills, by number."""
        found = self.sources.store.reports.pushes(self.period.from_at, self.period.until_at)
        drills = self._drills(one.incident_id for one in found)
        return tuple(one for one in found if not one.is_drill and one.incident_id not in drills)

    def _drills(self, numbers: Iterable[int]) -> set[int]:
        """Which of some fires count for nothing, whenever they were opened."""
        known = {one.incident.incident_id: one for one in self.all_fires}
        asked = set(numbers)
        others = fires_of(self.sources.store.reports.fires_of(asked - known.keys()))
        known |= {one.incident.incident_id: one for one in others}
        return {number for number in asked if number in known and known[number].is_drill}

    @cached_property
    def doubt(self) -> Doubt:
        """When the server's clock was set."""
        reads = self.sources.store.reports
        return Doubt(reads.clock_shifts(self.period.from_at, self.period.until_at))

    @cached_property
    def roster(self) -> Roster:
        """As it was in the period."""
        return self.sources.store.reports.roster(self.period.from_at, self.period.until_at)
