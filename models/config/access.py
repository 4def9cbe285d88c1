"""Who gets in, and by what."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from models.config.section import Section

__all__ = ["SecurityRule", "TlsRule"]


class SecurityRule(Section):
    """Who gets in, and how long what is personal stays: ``docs/security.md``.

    Attributes:
        session_hours: a signed-in browser is signed out after so long, whatever it does.
        idle_hours: and so long after its last request; an open console asks all the time.
        hosts: names by which the console may be opened, without the port; empty for any.
        trusted_proxies: addresses or networks of reverse proxies whose word is taken for who asks
            and whether by TLS; empty for none.
        caller_days: so long it is kept who told of a fire and how to call them back.
    """

    session_hours: Annotated[float, Field(ge=0.5, le=168.0)] = 12.0
    idle_hours: Annotated[float, Field(ge=0.1, le=168.0)] = 2.0
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    caller_days: Annotated[float, Field(ge=1.0, le=3650.0)] = 90.0


class TlsRule(Section):
    """TLS spoken by Firewatch itself; both or neither.

    Attributes:
        certificate: PEM file with the whole chain.
        key: PEM file, not encrypted, readable by the service only.
    """

    certificate: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _both(self) -> "TlsRule":
        if (self.certificate is None) is not (self.key is None):
            raise ValueError("certificate and key belong together")
        return self
