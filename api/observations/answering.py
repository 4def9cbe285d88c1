"""Observations with the land that they name, as they are told."""

from api.context import Context
from api.observations.schemas import ObservationAnswer
from geo.joint import JointPlace
from geo.meeting import HELD, ellipse_lonlat
from geo.triangulate import triangulate
from models.crossing import Report
from models.land import UnitShare
from models.observation import Observation
from models.user import Role, User

__all__ = ["observation_answer"]


def observation_answer(context: Context, kept: Observation, user: User) -> ObservationAnswer:
    """One with its townships; how to call back who told it is for people who act on it."""
    return ObservationAnswer.of(
        kept,
        _townships(context, kept),
        with_caller=user.is_person and user.role.allows(Role.MONITOR),
    )


def _townships(context: Context, kept: Observation) -> tuple[UnitShare, ...]:
    witness = kept.draft.witness
    if not isinstance(witness, Report):
        return ()
    at = witness.position
    ring = ellipse_lonlat(triangulate([witness]))
    place = JointPlace(at.lon_deg, at.lat_deg, 1.0, witness.sigma_m * HELD, ring)
    return context.land_book.refresh().index.around([place]).townships
