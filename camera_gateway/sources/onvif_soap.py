"""SOAP to services of an ONVIF camera without the library: Media 2, and PTZ, which is asked often.

Written out here in full, for it is little: an envelope, a signature, and an answer read as nested
mappings like those of :class:`~camera_gateway.sources.onvif_service.OnvifService`.

Sources: SOAP 1.2 part 1 section 5, WS-Security UsernameToken profile 1.0 section 3.1, ONVIF Core
Specification section 5.9.4.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

import httpx

from camera_gateway.http_client import CameraHttp
from camera_gateway.sources.onvif_service import NotAuthorised
from camera_gateway.xml_reading import read_xml, text_of
from models.camera_link import Credential
from models.clock import Clock
from models.errors import FrameCorrupt, SourceUnavailable

__all__ = ["OnvifFault", "OnvifSoap"]

_SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
_WSS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_DIGEST: Final = f"{_WSS}username-token-profile-1.0#PasswordDigest"
_BASE64: Final = f"{_WSS}soap-message-security-1.0#Base64Binary"
_LOGIN_STATUS: Final = {401, 403}
_SCHEMA: Final = "http://www.onvif.org/ver10/schema"
_MOST_TOLD: Final = 500
_REFUSALS: Final = ("notauthorized", "failedauthentication", "not authorized")
Arguments = Mapping[str, object]


class OnvifFault(SourceUnavailable):
    """The camera understands the question and does not do what is asked.

    Attributes:
        told: the fault's words in small letters; a camera's own, to be searched and not shown.
    """

    told = ""


class OnvifSoap:
    """One service.

    Args:
        namespace: of its operations.
        address: of the service, on the camera's host.
        http: the camera's connection.
        credential: None to ask without a signature.
        clock: stamps the signature.
    """

    def __init__(
        self,
        namespace: str,
        address: str,
        http: CameraHttp,
        credential: Credential | None,
        clock: Clock,
    ) -> None:
        self._namespace = namespace
        self._address = address
        self._http = http
        self._credential = credential
        self._clock = clock

    async def call(
        self, operation: str, arguments: Arguments | None = None, *, skew_s: float
    ) -> object:
        """Ask.

        Args:
            operation: as in the WSDL.
            arguments: text, a list of texts, or a mapping of elements of the common schema to
                their attributes, by name.
            skew_s: the camera's clock less ours, for the signature.

        Returns:
            What the answer contains, by name: text, mappings, and lists where a name repeats.

        Raises:
            NotAuthorised: the camera does not take the signature.
            OnvifFault: it does not do it.
            SourceUnavailable: no answer, or one that is none.
        """
        envelope = self._envelope(operation, arguments or {}, skew_s)
        kind = f'application/soap+xml; charset=utf-8; action="{self._namespace}/{operation}"'
        try:
            answer, body = await self._http.post(self._address, envelope, kind)
            if answer.response.status_code in _LOGIN_STATUS:
                raise NotAuthorised  # some say so by HTTP, with or without a fault in the body
            if answer.response.status_code == httpx.codes.NOT_FOUND:
                self._http.words.check(answer.response)
            root = read_xml(body)
        except (FrameCorrupt, ValueError) as error:
            raise self._no_answer(operation) from error
        fault = root.find("Body/Fault")
        if fault is not None:
            told = " ".join(text.lower() for text in fault.itertext())
            if any(word in told for word in _REFUSALS):
                raise NotAuthorised
            raise self._fault(operation, told[:_MOST_TOLD])
        found = root.find(f"Body/{operation}Response")
        if found is None:
            raise self._no_answer(operation)
        return _fields(found)

    async def close(self) -> None:
        """Nothing is held open here; the connection is the camera's."""

    def _no_answer(self, operation: str) -> SourceUnavailable:
        return self._http.words.unavailable(
            f"does not answer {operation} as ONVIF says",
            "camera_answer",
            "Look whether ONVIF is turned on in the camera, and for newer firmware.",
        )

    def _fault(self, operation: str, told: str) -> OnvifFault:
        told_us = self._no_answer(operation)
        fault = OnvifFault(told_us.message, remedy=told_us.remedy, code="camera_answer")
        fault.told = told
        return fault

    def _envelope(self, operation: str, arguments: Arguments, skew_s: float) -> bytes:
        envelope = Element(f"{{{_SOAP}}}Envelope")
        if self._credential is not None:
            self._sign(SubElement(envelope, f"{{{_SOAP}}}Header"), self._credential, skew_s)
        body = SubElement(envelope, f"{{{_SOAP}}}Body")
        asked = SubElement(body, f"{{{self._namespace}}}{operation}")
        for name, value in arguments.items():
            for each in value if isinstance(value, list) else [value]:
                element = SubElement(asked, f"{{{self._namespace}}}{name}")
                if isinstance(each, Mapping):
                    for part, attributes in each.items():
                        SubElement(element, f"{{{_SCHEMA}}}{part}", attributes)
                else:
                    element.text = str(each)
        return bytes(tostring(envelope, encoding="utf-8", xml_declaration=True))

    def _sign(self, header: Element, credential: Credential, skew_s: float) -> None:
        created = (self._clock.now() + timedelta(seconds=skew_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
        nonce = secrets.token_bytes(16)
        digest = hashlib.sha1(  # noqa: S324  (the standard's)
            nonce + created.encode() + credential.password.encode()
        ).digest()
        security = f"{{{_WSS}wssecurity-secext-1.0.xsd}}"
        utility = f"{{{_WSS}wssecurity-utility-1.0.xsd}}"
        outer = SubElement(header, f"{security}Security", {f"{{{_SOAP}}}mustUnderstand": "true"})
        token = SubElement(outer, f"{security}UsernameToken")
        SubElement(token, f"{security}Username").text = credential.user
        password = SubElement(token, f"{security}Password", {"Type": _DIGEST})
        password.text = base64.b64encode(digest).decode()
        once = SubElement(token, f"{security}Nonce", {"EncodingType": _BASE64})
        once.text = base64.b64encode(nonce).decode()
        SubElement(token, f"{utility}Created").text = created


def _fields(element: Element) -> dict[str, object]:
    """Attributes and children by name; a leaf is its text, what repeats is a list."""
    found: dict[str, object] = dict(element.attrib)
    for child in element:
        value: object = _fields(child) if len(child) or child.attrib else text_of(child, ".")
        before = found.get(child.tag)
        if before is None:
            found[child.tag] = value
        else:
            found[child.tag] = [*(before if isinstance(before, list) else [before]), value]
    return found
