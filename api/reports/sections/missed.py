"""Fires that people told of before any camera did, and whether a camera could have.

What cannot be known is said: a fire that nobody ever told of is in no figure; whether a tower sees
a place is reckoned from the towers of now; whether one was looking is known for as long as visits
are kept.
"""

from enum import StrEnum
from typing import Final

from api.coverage.asking import Question, ask
from api.reports.figures import count
from api.reports.fires import Became, Fire
from api.reports.material import Material
from camera_gateway.patrol.desk import VISITS_KEPT
from geo.coverage import SeenVerdict
from models.errors import InputRefused
from models.report import ReportSection, ReportTable, RowRef

__all__ = ["SMOKE_M", "Missed", "missed"]

SMOKE_M: Final = 30.0
"""Smoke over the place that a tower would have seen."""


class Missed(StrEnum):
    """What may be said of a fire that a person told of first."""

    WATCHED = "watched"  # a tower was looking there, and no alert came
    NONE_LOOKED = "none_looked"  # a tower could see it, none was looking
    COULD = "could"  # a tower could see it; whether one was looking is not kept any more
    NOBODY_COULD = "nobody_could"  # no tower can see that place: none could miss it
    UNKNOWN = "unknown"  # no place, no relief, or the relief does not say


MISSED: Final = (Missed.WATCHED, Missed.NONE_LOOKED, Missed.COULD)


def missed(material: Material) -> ReportSection:
    """Fires that somebody has said burn, of which a person told first."""
    real = [one for one in material.fires if one.became is Became.REAL]
    first = [one for one in real if one.told_first]
    found = {one.incident.incident_id: _judged(material, one) for one in first}

    def rows(*kinds: Missed) -> list[RowRef]:
        return [one.row for one in first if found[one.incident.incident_id] in kinds]

    figures = [
        count("told_first", (one.row for one in first)),
        count("missed", rows(*MISSED)),
        *(count(f"missed_{kind}", rows(kind)) for kind in Missed),
    ]
    table = ReportTable(
        "missed_fires",
        ("fire", "told_at", "verdict"),
        tuple(
            (
                one.incident.incident_id,
                "" if one.told is None else one.told.at.isoformat(),
                found[one.incident.incident_id].value,
            )
            for one in first
        ),
        tuple((one.row, *(() if one.told is None else one.told.rows)) for one in first),
    )
    remarks = ["untold_fires_unknown"]
    if first:
        remarks.append("towers_of_now")
    if material.sources.terrain is None:
        remarks.append("no_relief")
    return ReportSection("missed", tuple(figures), (table,), tuple(remarks))


def _judged(material: Material, fire: Fire) -> Missed:
    terrain, place = material.sources.terrain, material.place_of(fire).best
    if terrain is None or place is None or fire.told is None:
        return Missed.UNKNOWN
    question = Question(place.lon_deg, place.lat_deg, SMOKE_M, fire.told.at)
    try:
        asked = ask(
            question,
            material.sources.store,
            terrain,
            cameras=material.cameras,
            aspect_of=material.sources.aspect_of,
        )
    except InputRefused:  # the height of a lens says nothing here
        return Missed.UNKNOWN
    kept = fire.told.at - question.within >= material.now - VISITS_KEPT
    if asked.verdict is SeenVerdict.NONE_LOOKED and not kept:
        return Missed.COULD
    return Missed(asked.verdict.value)
