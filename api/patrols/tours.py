"""Tours as they are written, in a request and in a list of cameras; unknown keys are refused."""

from typing import Annotated

from pydantic import ConfigDict, Field

from api.bodies import RequestBody
from api.ledger.schemas import TimesRequest
from models.patrol import DangerClass, Mover, Patrol, Tour, TourStop

__all__ = ["PatrolEntry", "TourBody"]


class _Part(RequestBody):
    model_config = ConfigDict(frozen=True)


class StopBody(_Part):
    """One preset of a tour."""

    preset: Annotated[int, Field(ge=0, le=9999)]
    dwell_s: float

    def stop(self) -> TourStop:
        """As the house calls it."""
        return TourStop(self.preset, self.dwell_s)


class TourBody(_Part):
    """A tour, and when it holds."""

    name: Annotated[str, Field(max_length=200)]
    stops: Annotated[tuple[StopBody, ...], Field(max_length=200)]
    times: TimesRequest = TimesRequest()
    least_danger: DangerClass = DangerClass.LOW
    most_danger: DangerClass = DangerClass.EXTREME

    def tour(self) -> Tour:
        """As the house calls it."""
        return Tour(
            self.name.strip(),
            tuple(stop.stop() for stop in self.stops),
            self.times.times(),
            self.least_danger,
            self.most_danger,
        )


class TokenEntry(_Part):
    """What the camera itself calls one of its presets."""

    preset: Annotated[int, Field(ge=0, le=9999)]
    token: Annotated[str, Field(min_length=1, max_length=64)]


class PatrolEntry(_Part):
    """How a camera patrols, as a list of cameras says it."""

    address: Annotated[str, Field(min_length=1, max_length=2000)]
    profile: Annotated[str, Field(max_length=64)] = ""
    is_on: bool = True
    tokens: Annotated[tuple[TokenEntry, ...], Field(max_length=300)] = ()
    tours: Annotated[tuple[TourBody, ...], Field(max_length=200)] = ()

    def patrol(self, address: str) -> Patrol:
        """As the house calls it.

        Args:
            address: whole, without a credential.
        """
        tokens = tuple(sorted((each.preset, each.token) for each in self.tokens))
        tours = tuple(tour.tour() for tour in self.tours)
        return Patrol(Mover(address, self.profile, tokens), tours, self.is_on)
