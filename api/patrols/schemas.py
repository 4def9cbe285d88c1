"""Patrols as they travel; unknown keys are refused by name."""

from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.cameras.schemas import PresetBody
from api.patrols.tours import TourBody
from camera_gateway.redaction import shown_address
from models.camera_setup import CameraSetup
from models.patrol import DangerClass, Mover, Patrol, Tour
from models.site import Pose, Preset
from models.times import Times

__all__ = ["PatrolAnswer", "PatrolBody"]


class TouredPreset(PresetBody):
    """A view, and what the camera itself calls it; without a token no tour can go there."""

    token: Annotated[str, Field(max_length=64)] = ""

    def preset(self) -> Preset:
        """As the house calls it."""
        return Preset(self.number, self.name.strip(), Pose(**self.pose.model_dump()))


class PatrolBody(RequestBody):
    """How a camera patrols, with all its presets.

    Attributes:
        address: of its ONVIF device service; as it was shown, it stays as it is stored.
        profile: token of the media profile that is turned; empty for the first that can be.
        is_on: whether its tours run.
        presets: all of the camera's.
        tours: in the order in which they are asked.
    """

    address: Annotated[str, Field(min_length=1, max_length=2000)]
    profile: Annotated[str, Field(max_length=64)] = ""
    is_on: bool = True
    presets: Annotated[tuple[TouredPreset, ...], Field(max_length=300)]
    tours: Annotated[tuple[TourBody, ...], Field(max_length=200)] = ()

    def patrol(self, address: str) -> Patrol:
        """As the house calls it.

        Args:
            address: whole, without a credential.
        """
        tokens = ((each.number, each.token.strip()) for each in self.presets)
        mover = Mover(
            address, self.profile.strip(), tuple(sorted(pair for pair in tokens if pair[1]))
        )
        return Patrol(mover, tuple(tour.tour() for tour in self.tours), self.is_on)


class PresetAnswer(BaseModel):
    """A view with the camera's own token of it; empty where it has none."""

    number: int
    name: str
    pose: Pose
    token: str


class StopAnswer(BaseModel):
    """One preset of a tour."""

    preset: int
    dwell_s: float


class TourAnswer(BaseModel):
    """A tour."""

    name: str
    stops: tuple[StopAnswer, ...]
    times: Times
    least_danger: DangerClass
    most_danger: DangerClass


class PatrolAnswer(BaseModel):
    """How a camera patrols; ``is_there`` is False for one that stands still."""

    camera_id: str
    is_there: bool
    address: str
    profile: str
    is_on: bool
    presets: tuple[PresetAnswer, ...]
    tours: tuple[TourAnswer, ...]

    @classmethod
    def of(cls, setup: CameraSetup, usual_address: str) -> "PatrolAnswer":
        """Secrets in the address are blotted out.

        Args:
            setup: of the camera.
            usual_address: proposed for a camera that has no patrol yet.
        """
        patrol = setup.patrol
        mover = Mover(usual_address) if patrol is None else patrol.mover
        return cls(
            camera_id=setup.camera.camera_id,
            is_there=patrol is not None,
            address=shown_address(mover.address) if mover.address else "",
            profile=mover.profile,
            is_on=patrol is None or patrol.is_on,
            presets=tuple(
                PresetAnswer(
                    number=preset.number,
                    name=preset.name,
                    pose=preset.pose,
                    token=mover.token_of(preset.number) or "",
                )
                for preset in setup.camera.presets
            ),
            tours=tuple(_tour(tour) for tour in (patrol.tours if patrol is not None else ())),
        )


def _tour(tour: Tour) -> TourAnswer:
    return TourAnswer(
        name=tour.name,
        stops=tuple(StopAnswer(preset=stop.preset, dwell_s=stop.dwell_s) for stop in tour.stops),
        times=tour.times,
        least_danger=tour.least_danger,
        most_danger=tour.most_danger,
    )
