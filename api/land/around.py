"""What the land says of a fire's places, for ranking it."""

from collections.abc import Sequence

from api.context import Context
from api.land.answers import answer_of
from detector.incidents.surroundings import LandSaid
from geo.joint import JointPlace
from models.land import Layer

__all__ = ["land_around"]


def land_around(context: Context, places: Sequence[JointPlace]) -> LandSaid | None:
    """The full answer, with the properties of the stands that it names; None without places."""
    report = answer_of(context, places, "fix").report
    if report is None:
        return None
    named = {one.code for one in report.units.get(Layer.FOREST_STAND, ())}
    stands = {
        feature.code: feature.properties
        for feature in context.land_book.features
        if feature.layer is Layer.FOREST_STAND and feature.code in named
    }
    return LandSaid(report, stands)
