"""What a notice tells of a fire: where it is, how sure that is, how urgent, and who has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.incidents.places import PlaceShelf
from detector.incidents.placing import IncidentPlace
from geo.land import LandBook
from models.incident import Entry, Incident
from models.land import Layer, UnitShare
from models.notice import USUAL_OCCASIONS, Occasion, occasion_of
from models.site import Camera
from models.store import Store

__all__ = ["FactFinder", "Facts", "News"]


@dataclass(frozen=True, slots=True)
class News:
    """Why it is told.

    Attributes:
        occasion: as what.
        entry: of the history.
    """

    occasion: Occasion
    entry: Entry


@dataclass(frozen=True, slots=True)
class Facts:
    """One fire of a notice.

    Attributes:
        incident: as it is now.
        news: why it is told, oldest first; none where it is told for an order's sake.
        told: entries that were told before, by number.
        place: where it is.
        townships: with their shares; empty when nobody knows.
        seen_by: names of the cameras and what else saw it.
        link: to its page of the console; empty when no address is set.
    """

    incident: Incident
    news: tuple[News, ...]
    told: tuple[Entry, ...]
    place: IncidentPlace
    townships: tuple[UnitShare, ...]
    seen_by: tuple[str, ...]
    link: str

    @property
    def last(self) -> News:
        """The newest of what is told."""
        return self.news[-1]


class FactFinder:
    """Gathers facts.

    Args:
        store: with the cameras.
        land_book: with the townships.
        places: where fires are, reckoned once.
        public_url: of the console; empty for no links.
        site_name: of the district.
        zone: of the site's clock.
    """

    def __init__(
        self,
        store: Store,
        land_book: LandBook,
        places: PlaceShelf,
        *,
        public_url: str,
        site_name: str,
        zone: ZoneInfo,
    ) -> None:
        self._store = store
        self._land_book = land_book
        self._places = places
        self._public_url = public_url.rstrip("/")
        self.site_name = site_name or "Firewatch"
        self.zone = zone

    def of(self, incident: Incident, entries: Sequence[Entry], told: Sequence[Entry] = ()) -> Facts:
        """Facts of a fire.

        Args:
            incident: whose.
            entries: why it is told, of kinds that are told at all; may be empty.
            told: what was told before.
        """
        cameras = self._store.cameras.standpoints()
        place = self._places.of(incident, cameras)
        townships = self._land_book.refresh().index.townships(place.places)
        link = f"{self._public_url}/#fire-{incident.incident_id}" if self._public_url else ""
        news = [News(kind, one) for one in entries if (kind := occasion_of(one)) is not None]
        return Facts(
            incident,
            tuple(sorted(news, key=lambda one: one.entry.entry_id)),
            tuple(told),
            place,
            townships,
            _seen_by(incident, cameras),
            link,
        )

    def names(self) -> dict[str, str]:
        """Names of townships and villages of the land, by their codes."""
        units = Layer.TOWNSHIP, Layer.VILLAGE
        features = self._land_book.refresh().features
        return {one.code: one.name for one in features if one.layer in units}

    def latest(self, incident: Incident) -> Facts:
        """Facts of the newest thing that is usually told of a fire, after all before it."""
        worth = [one for one in incident.entries if occasion_of(one) in USUAL_OCCASIONS]
        return self.of(incident, worth[-1:], worth[:-1])


def _seen_by(incident: Incident, cameras: dict[str, Camera]) -> tuple[str, ...]:
    names = []
    for alert in incident.alerts:
        camera = cameras.get(alert.draft.camera_id)
        names.append(alert.draft.camera_id if camera is None else camera.name)
    return tuple(dict.fromkeys(names))
