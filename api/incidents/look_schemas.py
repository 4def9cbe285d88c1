"""Looks at a fire on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.incidents.looks import no_link, plan_answer
from api.sweeps.answers import PlanAnswer
from drone_jobs.flights.proposing import Proposal
from drone_jobs.planning.look_plan import LookPlace
from models.mission import AirWind, PointRole

__all__ = ["FlownAnswer", "FlyRequest", "LooksAnswer", "LooksRequest"]

Views = Literal[2, 3, "orbit"]


class LooksRequest(RequestBody):
    """Who could look at a fire.

    Attributes:
        views: so many from upwind, or once around.
    """

    views: Views = 3


class FlyRequest(LooksRequest):
    """Let one look at it.

    Attributes:
        aircraft: its name.
        key: of this wish: the same again is the same flight, and no other.
    """

    aircraft: Annotated[str, Field(min_length=1, max_length=80)]
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,128}$")]


class LookPlaceAnswer(BaseModel):
    """What would be looked at; ``radius_m`` holds 90 % of the weight of its likeliest place."""

    lon_deg: float
    lat_deg: float
    radius_m: float


class ProposalAnswer(BaseModel):
    """One aircraft's answer; see :class:`drone_jobs.flights.proposing.Proposal`.

    Attributes:
        is_feasible: whether it could be told to fly it.
        free_at: when it can start.
        looks_at: when it would look first; None where it cannot.
        back_at: when it would be back; None where it cannot.
        energy_share: of a full battery; None where it cannot.
        views: places that it would look from; None where it cannot.
        message: why it cannot; empty where it can.
        remedy: what would help; empty where it can.
        code: of the refusal; empty where it can.
        plan: also of an aircraft that the watch has no link to: its pilot can fly it.
    """

    aircraft: str
    is_feasible: bool
    free_at: datetime
    looks_at: datetime | None
    back_at: datetime | None
    energy_share: float | None
    views: int | None
    message: str
    remedy: str
    code: str
    plan: PlanAnswer | None

    @classmethod
    def of(cls, proposal: Proposal, *, is_linked: bool) -> "ProposalAnswer":
        """As proposed."""
        refusal = proposal.refusal or (None if is_linked else no_link(proposal.aircraft))
        sortie = None if proposal.sweep is None else proposal.sweep.plan.sorties[0]
        looks = () if sortie is None else [p for p in sortie.points if p.role is PointRole.LOOK]
        return cls(
            aircraft=proposal.aircraft,
            is_feasible=refusal is None,
            free_at=proposal.free_at,
            looks_at=proposal.looks_at,
            back_at=proposal.back_at,
            energy_share=None if sortie is None else sortie.energy_share,
            views=None if sortie is None else len(looks),
            message="" if refusal is None else refusal.message,
            remedy="" if refusal is None else refusal.remedy,
            code="" if refusal is None else refusal.code,
            plan=None if proposal.sweep is None else plan_answer(proposal.sweep),
        )


class LooksAnswer(BaseModel):
    """Every aircraft's answer, those first that look first.

    Attributes:
        place: that is looked at.
        wind: that is planned with; without a fresh one a calm.
    """

    proposals: tuple[ProposalAnswer, ...]
    place: LookPlaceAnswer
    wind: AirWind

    @classmethod
    def of(
        cls, found: tuple[Proposal, ...], place: LookPlace, wind: AirWind, linked: frozenset[str]
    ) -> "LooksAnswer":
        """As proposed."""
        told = [ProposalAnswer.of(each, is_linked=each.aircraft in linked) for each in found]
        return cls(
            proposals=tuple(sorted(told, key=lambda each: not each.is_feasible)),
            place=LookPlaceAnswer(
                lon_deg=place.lon_deg, lat_deg=place.lat_deg, radius_m=place.radius_m
            ),
            wind=wind,
        )


class FlownAnswer(BaseModel):
    """The flight, released, and the sweep that it flies."""

    run_id: int
    sweep_id: int
