"""What ``/api/duals`` and the pairs of ``/api/cameras`` say and take."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from models.dual import (
    AgreementRule,
    DualPair,
    PairRegistration,
    RegistrationSource,
    RegistrationState,
)
from models.site import Camera

__all__ = ["DualsAnswer", "PairAnswer", "PairBody", "RegistrationAnswer", "TargetsBody"]

MOST_TARGETS: Final = 100

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class PairBody(RequestBody):
    """With which camera of heat a visible one is a pair, and how they agree."""

    thermal_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    rule: AgreementRule = AgreementRule.ANY


class TargetBody(RequestBody):
    """One thing in both pictures: shares of width and height from the upper left corner."""

    thermal: tuple[Share, Share]
    visible: tuple[Share, Share]


class TargetsBody(RequestBody):
    """What somebody has shown in both pictures; four things at the least."""

    pairs: Annotated[list[TargetBody], Field(max_length=MOST_TARGETS)]


class RegistrationAnswer(BaseModel):
    """Where the picture of heat lies in the visible one, at one preset.

    ``matrix`` is by rows, of shares of the thermal picture to shares of the visible one.
    """

    preset: int
    preset_name: str
    state: RegistrationState
    source: RegistrationSource
    score: float
    doubt_share: float
    matrix: list[float]
    made_at: datetime
    checked_at: datetime | None

    @classmethod
    def of(cls, found: PairRegistration, camera: Camera) -> "RegistrationAnswer":
        """A registration with the name of its preset, which may be empty."""
        preset = camera.preset(found.preset)
        return cls(
            preset=found.preset,
            preset_name="" if preset is None else preset.name,
            state=found.state,
            source=found.source,
            score=found.score,
            doubt_share=found.doubt_share,
            matrix=list(found.matrix),
            made_at=found.made_at,
            checked_at=found.checked_at,
        )


class PairAnswer(BaseModel):
    """A pair with its registrations by preset."""

    visible_id: str
    visible_name: str
    thermal_id: str
    thermal_name: str
    rule: AgreementRule
    registrations: list[RegistrationAnswer]

    @classmethod
    def of(
        cls,
        pair: DualPair,
        cameras: Mapping[str, Camera],
        registrations: list[PairRegistration],
    ) -> "PairAnswer":
        """A pair with the names of its cameras."""
        visible = cameras[pair.visible_id]
        return cls(
            visible_id=pair.visible_id,
            visible_name=visible.name,
            thermal_id=pair.thermal_id,
            thermal_name=cameras[pair.thermal_id].name,
            rule=pair.rule,
            registrations=[RegistrationAnswer.of(found, visible) for found in registrations],
        )


class DualsAnswer(BaseModel):
    """Every pair, by its visible camera."""

    pairs: list[PairAnswer]
