"""What a camera looks like in a request and in a file; unknown keys are refused by name."""

from pathlib import PurePath
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, SecretStr, ValidationError

from api.bodies import RequestBody
from api.cameras.list_faults import fault_of
from api.cameras.place import PlaceBody
from api.patrols.tours import PatrolEntry
from camera_gateway.credentials import split_address
from models.camera_link import Adapter, CameraLink, Credential, Decoding, Transport
from models.camera_setup import CameraSetup
from models.errors import InputRefused
from models.frame import FrameMode
from models.site import Camera, CameraKind, Pose, Preset
from models.thermal import ThermalEncoding

__all__ = ["CameraBody", "CameraEntry", "CredentialBody", "LinkBody", "link_of", "read_entry"]

SCHEMES: Final = {
    Adapter.RTSP: ("rtsp", "rtsps"),
    Adapter.MJPEG: ("http", "https"),
    Adapter.SNAPSHOT: ("http", "https"),
    Adapter.ONVIF: ("http", "https"),
}


LinkEncoding = Literal["as_told", "white_hot", "black_hot"]
"""A camera's picture is a JPEG; of its eight bits nothing else is to be declared."""


class _Part(RequestBody):
    model_config = ConfigDict(frozen=True)


class PoseBody(_Part):
    """Where a preset looks."""

    azimuth_deg: Annotated[float, Field(ge=0.0, lt=360.0)]
    tilt_deg: Annotated[float, Field(ge=-90.0, le=90.0)] = 0.0
    roll_deg: Annotated[float, Field(ge=-180.0, le=180.0)] = 0.0
    horizontal_fov_deg: Annotated[float, Field(gt=0.0, lt=180.0)]
    radial_k1: Annotated[float, Field(ge=-5.0, le=5.0)] = 0.0
    azimuth_sigma_deg: Annotated[float, Field(ge=0.0, le=180.0)] = 0.3
    tilt_sigma_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 0.3


class PresetBody(_Part):
    """A view that a camera returns to."""

    number: Annotated[int, Field(ge=0, le=9999)]
    name: Annotated[str, Field(max_length=80)] = ""
    pose: PoseBody


class LinkBody(_Part):
    """How a camera is read; an address may carry user and password, which are taken out of it."""

    adapter: Adapter
    address: Annotated[str, Field(min_length=1, max_length=2000)]
    every_s: Annotated[float, Field(gt=0.0, le=3600.0)] = 5.0
    transport: Transport = Transport.TCP
    decoding: Decoding = Decoding.AUTO
    mode: FrameMode | None = None
    enabled: bool = True
    encoding: LinkEncoding = "as_told"


class CredentialBody(_Part):
    """Who a camera takes us for; a word that is left out beside another one stays as it is."""

    user: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[SecretStr, Field(max_length=500)] = SecretStr("")

    def credential(self) -> Credential | None:
        """What is kept; None when both words are empty."""
        password = self.password.get_secret_value()
        return Credential(self.user, password) if self.user or password else None

    @property
    def is_half(self) -> bool:
        """Whether one of the two words is given and the other left out."""
        return len(self.model_fields_set & {"user", "password"}) == 1

    def completed(self, stored: Credential) -> "CredentialBody":
        """With the stored word for the one that was left out."""
        if "user" in self.model_fields_set:
            return CredentialBody(user=self.user, password=SecretStr(stored.password))
        return CredentialBody(user=stored.user, password=self.password)


class CameraBody(_Part):
    """A camera without its key.

    Attributes:
        name: shown to monitors.
        kind: tower or canopy.
        position: of the lens; may be left out for a camera that is known already.
        presets: may be left out as well.
        link: how it is read; left out for a known camera it stays, None removes it.
        credential: None keeps the one that is stored, an empty one removes it.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    kind: CameraKind = CameraKind.TOWER
    position: PlaceBody | None = None
    presets: tuple[PresetBody, ...] | None = None
    link: LinkBody | None = None
    credential: CredentialBody | None = None

    def setup(self, camera_id: str, before: CameraSetup | None) -> CameraSetup:
        """What is to be stored; a credential of None is to be kept.

        Args:
            camera_id: key.
            before: what is stored; None for a new camera.

        Raises:
            InputRefused: a new camera without a position, a position that cannot be in its
                coordinate system, or an address that cannot be read.
        """
        if self.position is not None:
            position = self.position.position()
        elif before is not None:
            position = before.camera.position
        else:
            raise InputRefused(
                f"Camera {camera_id} is new and has no position.",
                remedy="Give longitude, latitude and height.",
                code="camera_without_position",
            )
        presets: tuple[Preset, ...] = () if before is None else before.camera.presets
        if self.presets is not None:
            presets = tuple(
                Preset(each.number, each.name, Pose(**each.pose.model_dump()))
                for each in sorted(self.presets, key=lambda each: each.number)
            )
        camera = Camera(camera_id, self.name, self.kind, position, presets)
        given = None if self.credential is None else self.credential.credential()
        if self.link is None:
            kept = before is not None and "link" not in self.model_fields_set
            stays = before.link if before and kept else None
            return CameraSetup(camera, stays, None if stays is None else given)
        link, inside = link_of(self.link)
        return CameraSetup(camera, link, given or inside)

    @property
    def keeps_credential(self) -> bool:
        """Whether nothing is said of a credential, neither beside the address nor in it."""
        if self.link is None:
            return "link" not in self.model_fields_set and self.credential is None
        return self.credential is None and link_of(self.link)[1] is None


class CameraEntry(CameraBody):
    """A camera as a file lists it; one without a patrol keeps what it has."""

    camera_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    patrol: PatrolEntry | None = None


def link_of(body: LinkBody) -> tuple[CameraLink, Credential | None]:
    """The link, and the credential that its address carried.

    Raises:
        InputRefused: the address is not one of its adapter; the text repeats nothing of it.
    """
    values = body.model_dump() | {"encoding": ThermalEncoding(body.encoding)}
    schemes = SCHEMES.get(body.adapter)
    if schemes is None:
        if not PurePath(body.address).is_absolute():
            raise InputRefused("The path of a recording must begin with '/'.", code="address_path")
        return CameraLink(**values), None
    address, inside = split_address(body.address)
    if address.split("://", 1)[0].lower() not in schemes:
        raise InputRefused(
            f"A camera read by {body.adapter} has an address that begins with {schemes[0]}://.",
            remedy="Choose another way to read it, or mend the address.",
            code="address_scheme",
        )
    return CameraLink(**{**values, "address": address}), inside


def read_entry(values: dict[str, Any]) -> CameraEntry:
    """Validate one camera of a file.

    Raises:
        ListFault: names the first key that is not allowed, and never its value.
    """
    try:
        return CameraEntry.model_validate(values, strict=False)  # a cell of CSV is a text
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise fault_of(dict(first)) from None
