"""What a change that does not name it leaves as it is stored: a secret address, half a credential.

A stored password is never sent to a host for which nobody entered it.
"""

from typing import TypeVar

from api.cameras.answers import link_shown
from api.cameras.schemas import CameraBody, link_of
from camera_gateway.credentials import host_of
from models.camera_link import CameraLink, Credential
from models.camera_setup import CameraSetup
from models.errors import InputRefused

__all__ = ["check_same_host", "completed", "stored_for"]

Body = TypeVar("Body", bound=CameraBody)


def completed(body: Body, before: CameraSetup | None) -> Body:
    """The change with what came back blotted, or was left out beside its other half.

    Raises:
        InputRefused: as :func:`check_same_host`; or the address cannot be read.
    """
    return _with_whole_credential(_with_whole_address(body, before), before)


def stored_for(before: CameraSetup, link: CameraLink) -> Credential | None:
    """The stored credential, where the link leads to the host for which it was entered."""
    if before.link is None or "://" not in before.link.address or "://" not in link.address:
        return None
    if host_of(before.link.address)[0].lower() != host_of(link.address)[0].lower():
        return None
    return before.credential


def check_same_host(before: CameraSetup, link: CameraLink) -> None:
    """Pass a link that may have the stored credential.

    Raises:
        InputRefused: it leads to another host; code ``camera_credential_again``.
    """
    if stored_for(before, link) is None:
        raise InputRefused(
            "The address names another host: its password has to be entered again.",
            remedy="Enter user and password for this address.",
            code="camera_credential_again",
        )


def _with_whole_address(body: Body, before: CameraSetup | None) -> Body:
    """Where the address came back as it was shown, secrets blotted out, it stays as it is."""
    if body.link is None or before is None or before.link is None:
        return body
    if body.link.address != link_shown(before.link):
        return body
    link = body.link.model_copy(update={"address": before.link.address})
    return body.model_copy(update={"link": link})


def _with_whole_credential(body: Body, before: CameraSetup | None) -> Body:
    """Where only a user or only a password was entered, the other word stays as it is stored."""
    given = body.credential
    if given is None or not given.is_half or before is None or before.credential is None:
        return body
    if body.link is not None:
        check_same_host(before, link_of(body.link)[0])
    return body.model_copy(update={"credential": given.completed(before.credential)})
