"""Addresses and credentials: taken apart when a person types them, put together for one connection.

Kept apart, an address may be shown, logged and exported. Put together, it is handed to a library
and to nothing else, for libraries put addresses into their errors: see
:mod:`camera_gateway.redaction`.

A password with ``@``, ``/``, ``?`` or ``#`` typed as it is makes an address that reads in more than
one way. It is taken only where one reading is left, or one alone names a numeric address;
otherwise it is refused, for a wrong guess sends the password to a stranger.

Source: RFC 3986 sections 2.1 and 3.2.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from models.camera_link import Credential
from models.errors import InputRefused

__all__ = ["SCHEMES", "address_with", "host_of", "split_address"]

SCHEMES: Final = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "http", "https"})
_LONGEST: Final = 2048  # a camera may tell a megabyte of @, each of which would be a reading
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_SITE = re.compile(r"(\[[^\]]*\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(?=$|[/?])")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_REMEDY = "Type rtsp://HOST:PORT/PATH or http://HOST/PATH, user and password beside it."


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read what was typed."""

    who: str | None
    site: str  # host, port, path and query
    numeric: bool


def split_address(typed: str) -> tuple[str, Credential | None]:
    """Take the credential out of an address.

    User and password are read as a URL says: ``%40`` is ``@``. A ``%`` that begins no code stands
    for itself.

    Args:
        typed: ``scheme://[user[:password]@]host[:port][/path][?query]``, spaces around it ignored.

    Returns:
        (address, credential): the address without them; None when nobody is named.

    Raises:
        InputRefused: with a code ``address_scheme``, ``address_unreadable`` or
            ``address_ambiguous``; the text repeats nothing of what was typed, which may be a
            password.
    """
    if len(typed) > _LONGEST:
        raise _unreadable()
    scheme, rest = _scheme_of(typed.strip())
    places = [at for at, letter in enumerate(rest) if letter == "@"]
    found = [_read(None, rest), *(_read(rest[:at], rest[at + 1 :]) for at in places)]
    readings = [reading for reading in found if reading is not None]
    if len(readings) > 1:
        readings = [reading for reading in readings if reading.numeric]
        if len(readings) != 1:
            raise _ambiguous()
    if not readings:
        raise _unreadable()
    (reading,) = readings
    credential = None if reading.who is None else _credential(reading.who)
    return f"{scheme}://{reading.site}", credential


def address_with(address: str, credential: Credential | None) -> str:
    """The address as a library wants it that takes user and password out of the URL.

    Args:
        address: without a credential, as :func:`split_address` gives it.
        credential: None or an empty one leaves the address as it is.

    Returns:
        A URL that carries the password: hand it on, never show it.

    Raises:
        InputRefused: as :func:`split_address`; ``address_ambiguous`` also when the address carries
            a credential already.
    """
    plain, inside = split_address(address)
    if inside is not None:
        raise _ambiguous()
    if credential is None or not (credential.user or credential.password):
        return plain
    scheme, rest = plain.split("://", 1)
    user, password = quote(credential.user, safe=""), quote(credential.password, safe="")
    return f"{scheme}://{user}:{password}@{rest}"


def host_of(address: str) -> tuple[str, int | None]:
    """Host and port of an address, whether or not it carries a credential.

    Returns:
        (host, port): an IPv6 address without its brackets; None where no port is written.

    Raises:
        InputRefused: as :func:`split_address`.
    """
    plain, _credential_inside = split_address(address)
    match = _SITE.match(plain.split("://", 1)[1])
    if match is None:  # pragma: no cover  (split_address took it)
        raise AssertionError
    return match[1].strip("[]"), None if match[2] is None else int(match[2])


def _scheme_of(typed: str) -> tuple[str, str]:
    match = _SCHEME.fullmatch(typed)
    if match is None or match[1].lower() not in SCHEMES:
        raise InputRefused(
            "The address does not begin with rtsp://, rtsps://, http:// or https://.",
            remedy=_REMEDY,
            code="address_scheme",
        )
    return match[1].lower(), match[2]


def _read(who: str | None, site: str) -> _Reading | None:
    """That reading, or None when it makes no sense."""
    # Without a password, an @ behind a / is the path's.
    lone = who is not None and ":" not in who and any(mark in who for mark in "/?#")
    if lone or not _printable(who or ""):
        return None
    match = _SITE.match(site)
    # No camera's address has a fragment, and none has a space.
    if match is None or "#" in site or " " in site or not _printable(site):
        return None
    if match[2] is not None and not 0 < int(match[2]) <= 0xFFFF:
        return None
    try:
        ipaddress.ip_address(match[1].strip("[]"))
    except ValueError:
        return None if _NAME.fullmatch(match[1]) is None else _Reading(who, site, numeric=False)
    bracketed = match[1].startswith("[")
    if bracketed and "%" in match[1]:
        return None  # a zone is of this machine, and the libraries do not take it
    return _Reading(who, site, numeric=True)


def _printable(text: str) -> bool:
    return all(letter.isprintable() for letter in text)


def _credential(who: str) -> Credential:
    if any(mark in who for mark in "@/?#") and _ENCODED.search(who) is not None:
        raise _ambiguous()  # half of it is encoded, and nobody can tell which half
    user, _colon, password = who.partition(":")
    try:
        return Credential(unquote(user, errors="strict"), unquote(password, errors="strict"))
    except UnicodeDecodeError:
        raise InputRefused(
            "User or password of the address is not encoded as UTF-8.",
            remedy=_REMEDY,
            code="address_unreadable",
        ) from None


def _unreadable() -> InputRefused:
    return InputRefused(
        "The address cannot be read: its host, its port or its path is not one.",
        remedy=_REMEDY,
        code="address_unreadable",
    )


def _ambiguous() -> InputRefused:
    return InputRefused(
        "The address reads in more than one way: it is not clear where the password ends.",
        remedy="Type user and password beside the address, or @ / ? # : % in them as "
        "%40 %2F %3F %23 %3A %25.",
        code="address_ambiguous",
    )
