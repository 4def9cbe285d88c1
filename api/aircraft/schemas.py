"""Aircraft on the wire; every field as in :class:`models.mission.Aircraft`."""

from collections.abc import Iterable
from dataclasses import replace

from pydantic import BaseModel

from api.bodies import RequestBody
from api.languages import Language, problem_words
from drone_jobs.fleet import RefusedAircraft
from drone_jobs.fleet_fields import aircraft_from
from models.mission import (
    Aircraft,
    Autopilot,
    BatteryPoint,
    Camera,
    FleetTaken,
    KeptAircraft,
    Registration,
    WpmlCodes,
)
from models.user import Role, User

__all__ = ["AircraftAnswer", "AircraftRequest", "FleetAnswer", "ImportAnswer", "ModelAnswer"]

_UNSAID = Registration()


class CameraBody(RequestBody):
    """See :class:`models.mission.Camera`."""

    name: str
    horizontal_fov_deg: float
    vertical_fov_deg: float
    width_px: int
    height_px: int
    is_thermal: bool = False
    lens: str = ""


class BatteryBody(RequestBody):
    """See :class:`models.mission.BatteryPoint`."""

    airspeed_ms: float
    endurance_s: float


class WpmlBody(RequestBody):
    """See :class:`models.mission.WpmlCodes`."""

    drone: int
    drone_sub: int
    payload: int
    payload_position: int = 0


class RegistrationBody(RequestBody):
    """See :class:`models.mission.Registration`."""

    number: str = ""
    product_id: str = ""
    operator_certificate: str = ""
    insurance: str = ""
    pilot: str = ""
    is_activated: bool = False


class AircraftBody(RequestBody):
    """An aircraft; see :class:`models.mission.Aircraft`."""

    name: str
    model: str
    autopilot: Autopilot
    speed_ms: float
    cameras: tuple[CameraBody, ...]
    most_airspeed_ms: float | None = None
    most_wind_ms: float | None = None
    climb_ms: float | None = None
    descent_ms: float | None = None
    acceleration_ms2: float = 2.5
    battery: tuple[BatteryBody, ...] = ()
    usable_share: float = 0.6
    ceiling_m: float | None = None
    least_gimbal_deg: float = -90.0
    most_gimbal_deg: float = 30.0
    turnaround_s: float = 900.0
    wpml: WpmlBody | None = None
    registration: RegistrationBody = RegistrationBody()
    home_name: str = ""
    home_lon_deg: float | None = None
    home_lat_deg: float | None = None
    note: str = ""


class AircraftRequest(RequestBody):
    """An aircraft to be kept.

    Attributes:
        aircraft: itself.
        version: that was looked at; None for one that is not there.
    """

    aircraft: AircraftBody
    version: int | None = None

    def built(self) -> Aircraft:
        """Of the domain.

        Raises:
            InputRefused: it cannot be, see :func:`models.mission.check_aircraft`.
        """
        return aircraft_from(self.aircraft.model_dump(mode="json"))


class ModelAnswer(BaseModel):
    """An aircraft; see :class:`models.mission.Aircraft`."""

    name: str
    model: str
    autopilot: Autopilot
    speed_ms: float
    cameras: tuple[Camera, ...]
    most_airspeed_ms: float | None
    most_wind_ms: float | None
    climb_ms: float | None
    descent_ms: float | None
    acceleration_ms2: float
    battery: tuple[BatteryPoint, ...]
    usable_share: float
    ceiling_m: float | None
    least_gimbal_deg: float
    most_gimbal_deg: float
    turnaround_s: float
    wpml: WpmlCodes | None
    registration: Registration
    home_name: str
    home_lon_deg: float | None
    home_lat_deg: float | None
    note: str

    @classmethod
    def of(cls, aircraft: Aircraft) -> "ModelAnswer":
        """As it is."""
        return cls(**{name: getattr(aircraft, name) for name in ModelAnswer.model_fields})


class AircraftAnswer(ModelAnswer):
    """One of the bureau's own.

    Attributes:
        version: to name when it is changed.
        missing_limits: fields without which nothing is planned for it.
    """

    version: int
    missing_limits: tuple[str, ...]

    @classmethod
    def kept(cls, kept: KeptAircraft, asker: User) -> "AircraftAnswer":
        """As it is kept; its papers and its pilot are told to monitors and administrators."""
        aircraft = kept.aircraft
        if not asker.role.allows(Role.MONITOR):
            aircraft = replace(aircraft, registration=_UNSAID)
        return cls(
            **dict(ModelAnswer.of(aircraft)),
            version=kept.version,
            missing_limits=aircraft.missing_limits,
        )


class FleetAnswer(BaseModel):
    """Aircraft to plan with.

    Attributes:
        aircraft: the bureau's own, by name.
        catalogue: models with their makers' published figures, and examples.
    """

    aircraft: tuple[AircraftAnswer, ...]
    catalogue: tuple[ModelAnswer, ...]


class RefusedAnswer(BaseModel):
    """An aircraft of a file that was not taken.

    Attributes:
        name: as far as it can be told, else its place in the file.
        message: why; in Chinese where that is asked for.
        remedy: what would make it one, in English.
        code: of the reason.
    """

    name: str
    message: str
    remedy: str
    code: str

    @classmethod
    def of(cls, one: RefusedAircraft, language: Language) -> "RefusedAnswer":
        """In a language."""
        words = one.message
        if language == "zh":
            words = problem_words(one.code, 422, language, one.message)
        return cls(name=one.name, message=words, remedy=one.remedy, code=one.code)


class ImportAnswer(BaseModel):
    """What became of a file.

    Attributes:
        taken: names of those that were not there.
        changed: names of those that were otherwise.
        refused: the others that are not as they were already.
    """

    taken: tuple[str, ...]
    changed: tuple[str, ...]
    refused: tuple[RefusedAnswer, ...]

    @classmethod
    def of(
        cls, taken: FleetTaken, refused: Iterable[RefusedAircraft], language: Language
    ) -> "ImportAnswer":
        """By name."""
        return cls(
            taken=taken.taken,
            changed=taken.changed,
            refused=tuple(RefusedAnswer.of(one, language) for one in refused),
        )
