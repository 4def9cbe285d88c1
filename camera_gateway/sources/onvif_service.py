"""SOAP to one ONVIF camera: the library's descriptions and signatures over our own connection.

onvif-zeep-async brings the WSDL files and the signed header. Its own connections follow redirects,
read without limit and do not check certificates, so requests go over
:class:`~camera_gateway.http_client.CameraHttp`, and an answer with a document type is refused
before the library sees it. Importing it takes a second and 40 MB: it is loaded with the first ONVIF
camera, in a worker thread, and what it does to logging is undone.
"""

import asyncio
import importlib
import logging
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import httpx

from camera_gateway.http_client import CameraHttp
from camera_gateway.xml_reading import read_xml
from models.camera_link import Credential
from models.errors import FrameCorrupt, SourceUnavailable, WatchError

__all__ = ["NotAuthorised", "OnvifService"]

_MAX_LOGGED: Final = 200
_LOGIN_STATUS: Final = {401, 403}
_logger = logging.getLogger(__name__)


class NotAuthorised(Exception):
    """The camera does not take the signature."""


class OnvifService:
    """One of a camera's services.

    Args:
        name: as the library calls it: ``devicemgmt``, ``media``, ``imaging``.
        address: of the service, on the camera's host.
        http: the camera's connection.
        credential: None to ask without a signature.
    """

    def __init__(
        self, name: str, address: str, http: CameraHttp, credential: Credential | None
    ) -> None:
        self._name = name
        self._address = address
        self._http = http
        self._credential = credential
        self._service: Any = None

    async def call(
        self,
        operation: str,
        arguments: Mapping[str, object] | None = None,
        *,
        skew_s: float,
        signed: bool = True,
    ) -> object:
        """Ask.

        Args:
            operation: as in the WSDL.
            arguments: nested mappings; None when it takes none.
            skew_s: the camera's clock less ours, for the signature.
            signed: whether the question says who asks.

        Returns:
            The answer as nested mappings and lists, its outer element taken off.

        Raises:
            NotAuthorised: the camera does not take the signature.
            SourceUnavailable: no answer, or one that is none.
        """
        service = await self.open()
        service.zeep_client.wsse.dt_diff = timedelta(seconds=skew_s)
        with_signature = signed and self._credential is not None
        ask = getattr(service, operation if with_signature else f"authless_{operation}")
        try:
            answer = await ask(dict(arguments or {}))
            serialise = importlib.import_module("zeep.helpers").serialize_object
            return serialise(answer, dict)
        except (WatchError, NotAuthorised):
            raise
        except Exception as error:  # noqa: BLE001  (a foreign answer can fail anywhere inside)
            if _is_refusal(error):
                raise NotAuthorised from None
            # Never the text of the error as a whole: it may repeat what was sent.
            _logger.debug("%s %s: %s", self._name, operation, str(error)[:_MAX_LOGGED])
            raise self._http.words.unavailable(
                f"does not answer {operation} as ONVIF says ({type(error).__name__})",
                "camera_answer",
                "Look whether ONVIF is turned on in the camera, and for newer firmware.",
            ) from None

    async def close(self) -> None:
        """Let go of what the library opened."""
        service, self._service = self._service, None
        if service is not None:
            await service.close()

    async def open(self) -> Any:  # noqa: ANN401  (the library is untyped)
        """Load what is needed to ask; done by the first question where nobody did it before."""
        if self._service is None:
            library = await asyncio.to_thread(_load_library)
            definition = library.SERVICES[self._name]
            who = self._credential or Credential("", "")
            service = library.ONVIFService(
                self._address,
                who.user,
                who.password,
                str(Path(library.__file__ or "").parent / "wsdl" / definition["wsdl"]),
                no_cache=True,  # it would write a database into the home folder
                binding_name=f"{{{definition['ns']}}}{definition['binding']}",
                binding_key=self._name,
            )
            try:
                await service.setup()
            except BaseException:
                await service.close()
                raise
            transport = _Transport(self._http)
            service.zeep_client.transport = transport
            service.zeep_client_authless.transport = transport
            self._service = service
        return self._service


class _Transport:
    """What the library's client sends by."""

    def __init__(self, http: CameraHttp) -> None:
        self._http = http

    async def post_xml(
        self,
        address: str,
        envelope: Any,  # noqa: ANN401  (an element of lxml)
        headers: Mapping[str, str],
    ) -> httpx.Response:
        to_bytes = importlib.import_module("zeep.wsdl.utils").etree_to_string
        try:
            answer, body = await self._http.post(
                address, to_bytes(envelope), headers.get("Content-Type", "application/soap+xml")
            )
            if answer.response.status_code in _LOGIN_STATUS:
                raise NotAuthorised  # some say so by HTTP, with or without a fault in the body
            if answer.response.status_code == httpx.codes.NOT_FOUND:
                self._http.words.check(answer.response)
            if body:
                read_xml(body)
        except (FrameCorrupt, ValueError) as error:
            raise SourceUnavailable(
                f"The camera at {self._http.shown} answers in a way that is not read.",
                remedy="Look whether its address is right.",
                code="camera_answer",
            ) from error
        response = answer.response
        return httpx.Response(response.status_code, headers=response.headers, content=body)


def _load_library() -> ModuleType:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    library = importlib.import_module("onvif.client")
    if not handlers:  # it configures logging for the whole process where nobody has
        root.handlers[:] = handlers
        root.setLevel(level)
    return library


def _is_refusal(error: Exception) -> bool:
    library = importlib.import_module("onvif.util")
    return bool(library.is_auth_error(error))
