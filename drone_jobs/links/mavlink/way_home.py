"""Bringing an aircraft down: home, home again, and land where it is when it will not go home.

A refused way home escalates to LAND: the aircraft heard us and cannot return (no home, no fix).
Silence does not: the way home may have been taken and only its answer lost, and LAND on top of it
would put the aircraft into the forest; so the way home is repeated. A telemetry that shows it on
its way, or down, is an acknowledgement too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drone_jobs.links.link import LinkLost, LinkRefused
from drone_jobs.links.mavlink.commands import Commander, Order, Patience
from models.flight import FlightPhase

__all__ = ["WordHome", "come_home", "land"]

ROUNDS: Final = 6
_EACH: Final = Patience(answer_s=1.0, tries=5, not_now_s=1.0, not_now_tries=1, most_s=15.0)
_COMES: Final = frozenset({FlightPhase.RETURNING, FlightPhase.LANDING, FlightPhase.GROUND})
_LANDS: Final = frozenset({FlightPhase.LANDING, FlightPhase.GROUND})


@dataclass(frozen=True, slots=True)
class WordHome:
    """What brought it down.

    Attributes:
        order: that was acknowledged, RETURN or LAND.
        is_seen: whether its telemetry told it instead of an answer.
        refused: answers before it, in English.
    """

    order: Order
    is_seen: bool = False
    refused: tuple[str, ...] = ()


async def come_home(commander: Commander, phase: Callable[[], FlightPhase]) -> WordHome:
    """Say the way home until it is acknowledged, or LAND where it is refused twice.

    Args:
        commander: of the aircraft.
        phase: what its telemetry tells now.

    Raises:
        LinkRefused: it takes neither (``link_home``).
        LinkLost: it answers nothing and shows nothing (``link_silent``); it may have obeyed.
    """
    refused: list[str] = []
    for turn in range(ROUNDS):
        try:
            await commander.say(Order.RETURN, patience=_EACH)
            return WordHome(Order.RETURN, refused=tuple(refused))
        except LinkRefused as error:
            refused.append(error.message)
            if len(refused) > 1:
                return await _land(commander, phase, refused)
        except LinkLost:
            if phase() in _COMES:
                return WordHome(Order.RETURN, is_seen=True, refused=tuple(refused))
            if turn == ROUNDS - 1:
                raise
    return await _land(commander, phase, refused)


async def land(commander: Commander, phase: Callable[[], FlightPhase]) -> WordHome:
    """Land where it is.

    Raises:
        LinkRefused: it does not (``link_home``).
        LinkLost: it answers nothing and shows nothing (``link_silent``); it may have obeyed.
    """
    return await _land(commander, phase, [])


async def _land(
    commander: Commander, phase: Callable[[], FlightPhase], refused: list[str]
) -> WordHome:
    for turn in range(ROUNDS):
        try:
            await commander.say(Order.LAND, patience=_EACH)
            return WordHome(Order.LAND, refused=tuple(refused))
        except LinkRefused as error:
            refused.append(error.message)
            if phase() in _LANDS:
                return WordHome(Order.LAND, is_seen=True, refused=tuple(refused))
        except LinkLost:
            if phase() in _LANDS:
                return WordHome(Order.LAND, is_seen=True, refused=tuple(refused))
            if turn == ROUNDS - 1:
                raise
    raise LinkRefused(
        f"The aircraft takes no word to come down: {' '.join(refused[-2:])}",
        remedy="Let the pilot take it over by the remote control.",
        code="link_home",
    )
