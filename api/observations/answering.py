"""Observations with the land that they name, as they are told."""

from functools import lru_cache

from api.context import Context
from api.observations.schemas import ObservationAnswer
from geo.joint import JointPlace
from geo.land import LandIndex
from geo.meeting import HELD, ellipse_lonlat
from geo.triangulate import triangulate
from models.crossing import Report
from models.land import UnitShare
from models.observation import Observation
from models.user import Role, User

__all__ = ["observation_answer"]


def observation_answer(
    context: Context, kept: Observation, user: User, index: LandIndex | None = None
) -> ObservationAnswer:
    """One with its townships; how to call back who told it is for people who act on it.

    Args:
        context: of the application.
        kept: the observation.
        user: who asks.
        index: of the land, where it is at hand.
    """
    return ObservationAnswer.of(
        kept,
        _townships(kept, index or context.land_book.refresh().index),
        with_caller=user.is_person and user.role.allows(Role.MONITOR),
    )


def _townships(kept: Observation, index: LandIndex) -> tuple[UnitShare, ...]:
    witness = kept.draft.witness
    if not isinstance(witness, Report):
        return ()
    return index.townships([_place_of(witness)])


@lru_cache(maxsize=5000)  # a list asks for the same ones again and again
def _place_of(witness: Report) -> JointPlace:
    at = witness.position
    ring = ellipse_lonlat(triangulate([witness]))
    return JointPlace(at.lon_deg, at.lat_deg, 1.0, witness.sigma_m * HELD, ring)
