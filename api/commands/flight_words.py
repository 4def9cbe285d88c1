"""A word to an aircraft in the air: said to the watch that flies it, by a person who signs in."""

import ssl
import time
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer

from api.commands.terminal import password_in, speakable
from drone_jobs.flights.following import Word
from models.config import load_settings
from models.errors import InputRefused, NotSignedIn, SourceUnavailable
from models.flight import FINAL, RunState

__all__ = ["CertificateFile", "PasswordFile", "Server", "UserName", "say_word"]

UserName = Annotated[str, typer.Option("--user", help="Account of the monitor who says so.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="File whose first line is the password; asked for without.")
]
Server = Annotated[str, typer.Option(help="Address of the watch; that of the settings without.")]
CertificateFile = Annotated[
    Path | None, typer.Option(help="PEM of who vouches for the watch, where no public one does.")
]

WAIT_S: Final = 20.0
LOOK_S: Final = 1.0
_DOES: Final = {
    Word.PAUSE: {RunState.PAUSED},
    Word.RESUME: {RunState.FLYING},
    Word.COME_HOME: {RunState.RETURNING},
    Word.LAND: {RunState.RETURNING},
}
"""States of the flight whose aircraft has heard a word, beside those in which it has ended."""


def say_word(  # noqa: PLR0917 -- as they are typed
    number: int,
    word: Word,
    user: str,
    password_file: Path | None,
    server: str,
    certificate: Path | None,
    settings_file: Path | None,
) -> None:
    """Sign in, say a word to the aircraft of a flight, and print what is told until it is done.

    Args:
        number: of the flight.
        word: for its aircraft.
        user: account of a monitor.
        password_file: with its password; asked for on the terminal without one.
        server: address of the watch; empty for that of the settings.
        certificate: PEM of who vouches for it; None for the machine's own list.
        settings_file: of the installation.

    Raises:
        InputRefused: the address is none, or the watch refuses the word.
        NotSignedIn: it does not take the account.
        SourceUnavailable: the watch does not answer, and whether it took the word is not known; or
            the aircraft does not do it within 20 s (``flight_word_unheard``).
    """
    address = server or _own_address(settings_file)
    password = password_in(password_file) or typer.prompt("Password", hide_input=True, err=True)
    try:
        trust = ssl.create_default_context(cafile=certificate)
        with httpx.Client(
            base_url=address, timeout=WAIT_S, verify=trust, trust_env=False
        ) as client:
            signed = client.post("/api/session", json={"name": user, "password": password})
            if signed.status_code != 200:
                raise NotSignedIn(_why(signed), code="not_signed_in")
            try:
                told = client.post(f"/api/flights/{number}/words", json={"word": word.value})
                if told.status_code != 202:
                    raise InputRefused(_why(told), code="flight_word")
                state = _watched(client, number, word, told.json())
            finally:
                client.delete("/api/session")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, OSError) as error:
        raise InputRefused(
            f"{address} is no address of a watch, or {certificate} no certificate.",
            remedy="Give --server as http://HOST:PORT or https://HOST:PORT.",
            code="flight_server",
        ) from error
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise SourceUnavailable(
            f"The watch at {address} does not answer.",
            remedy="Look at the flight again; use the remote control if the aircraft must land.",
            code="flight_server",
        ) from error
    if state is None:
        raise SourceUnavailable(
            f"The aircraft of flight {number} does not {_said(word)} after {WAIT_S:.0f} s.",
            remedy="The word is said on; look at the flight, and use the remote control.",
            code="flight_word_unheard",
        )
    typer.echo(speakable(f"{number}  told to {_said(word)}; it is {state}"))


def _watched(
    client: httpx.Client, number: int, word: Word, flight: dict[str, Any]
) -> RunState | None:
    """Print the steps that follow; the state once the word is done, None when it is not in time."""
    seen, until_s = len(flight["steps"]), time.monotonic() + WAIT_S
    while True:
        state = RunState(flight["state"])
        if state in FINAL | _DOES[word]:
            return state
        if time.monotonic() >= until_s:
            return None
        time.sleep(LOOK_S)
        flight = client.get(f"/api/flights/{number}").raise_for_status().json()
        for step in flight["steps"][seen:]:
            line = f"{step['state']}  by {step['author']}  {step['note']}".strip()
            typer.echo(speakable(line[:500]), err=True)
        seen = len(flight["steps"])


def _said(word: Word) -> str:
    return word.value.replace("_", " ")


def _own_address(settings_file: Path | None) -> str:
    settings = load_settings(settings_file)
    scheme = "http" if settings.tls.certificate is None else "https"
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return f"{scheme}://{host}:{settings.port}"


def _why(answer: httpx.Response) -> str:
    """The watch's own words; cut, for whatever answers there may say anything."""
    try:
        told = answer.json()
        words = f"{told['detail']} {told['remedy']}".strip()
    except (ValueError, KeyError, TypeError):
        words = f"The watch answered with status {answer.status_code}."
    return speakable(words[:500])
