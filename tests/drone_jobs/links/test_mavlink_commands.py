"""Commands over MAVLink: repeated, refused, waited for; and the way home that is not given up."""

import asyncio
from datetime import UTC, datetime

import pytest
from command_peer import CommandPeer

from drone_jobs.links.link import LinkLost, LinkRefused
from drone_jobs.links.mavlink.commands import Commander, Patience
from drone_jobs.links.mavlink.way_home import come_home, land
from drone_jobs.links.mavlink.words import Route
from models.clock import ManualClock
from models.flight import FlightPhase

RTL, LAND, ARM = 20, 21, 400
OK, NOT_NOW, DENIED, FAILED, UNDER_WAY = 0, 1, 2, 4, 5


def rig(script: dict[int, list[list[int]]]) -> tuple[CommandPeer, Commander, ManualClock]:
    peer, clock = CommandPeer(script), ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    return peer, Commander(peer, clock), clock


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([[OK]], 1),
        ([[], [], [OK]], 3),
        ([[NOT_NOW], [NOT_NOW], [OK]], 3),
        ([[UNDER_WAY, UNDER_WAY, OK]], 1),
        ([[UNDER_WAY], [OK]], 2),  # it began, and was not heard of again
    ],
)
def test_accepted(answers: list[list[int]], said: int) -> None:
    peer, commander, clock = rig({ARM: answers})
    done = asyncio.run(commander.say(ARM, 1.0))
    assert (done.order, done.said) == (ARM, said)
    assert [each.confirmation for each in peer.said] == list(range(said))
    assert {(each.param1, each.param2, each.target_system) for each in peer.said} == {(1.0, 0.0, 1)}
    assert done.took_s == clock.monotonic_s()


@pytest.mark.parametrize(
    ("answers", "words", "said"),
    [
        ([[DENIED]], "ARM: denied", 1),
        ([[99]], "ARM: result 99", 1),
        ([[NOT_NOW]], "ARM: not now", 6),
        ([[UNDER_WAY, FAILED]], "ARM: it failed", 1),
    ],
)
def test_refused(answers: list[list[int]], words: str, said: int) -> None:
    peer, commander, _ = rig({ARM: answers})
    with pytest.raises(LinkRefused, match=words) as caught:
        asyncio.run(commander.say(ARM, 1.0))
    assert caught.value.code == "link_command"
    assert len(peer.said) == said


def test_silence_is_no_answer() -> None:
    peer, commander, clock = rig({ARM: [[]]})
    with pytest.raises(LinkLost, match="may have obeyed") as caught:
        asyncio.run(commander.say(ARM, 1.0))
    assert caught.value.code == "link_silent"
    assert len(peer.said) == 8
    assert clock.monotonic_s() == 12.0


def test_one_that_is_always_under_way_is_given_up() -> None:
    _, commander, clock = rig({ARM: [[UNDER_WAY]]})
    with pytest.raises(LinkLost):
        asyncio.run(commander.say(ARM, patience=Patience(tries=100)))
    assert 60.0 < clock.monotonic_s() <= 75.0


def test_one_that_puts_off_for_ever_is_given_up() -> None:
    _, commander, clock = rig({ARM: [[NOT_NOW]]})
    with pytest.raises(LinkRefused, match="not now"):
        asyncio.run(commander.say(ARM, patience=Patience(not_now_tries=100)))
    assert 60.0 < clock.monotonic_s() <= 65.0


def test_answers_to_others_are_not_ours() -> None:
    peer, commander, _ = rig({ARM: [[OK]]})
    peer.for_system = 254
    with pytest.raises(LinkLost):
        asyncio.run(commander.say(ARM))
    peer.for_system = 0  # to all
    assert asyncio.run(commander.say(ARM)).said == 1


def test_answers_to_another_command_and_stale_ones_are_not_ours() -> None:
    peer, commander, _ = rig({ARM: [[OK]], RTL: [[]]})
    peer.answer(RTL, OK)  # nobody waits for it

    async def both() -> tuple[object, object]:
        return await asyncio.gather(commander.say(ARM), commander.say(RTL), return_exceptions=True)

    armed, home = asyncio.run(both())
    assert not isinstance(armed, BaseException)
    assert isinstance(home, LinkLost)


def test_one_command_of_a_kind_at_a_time() -> None:
    peer, commander, _ = rig({ARM: [[], [OK], [], [DENIED]]})

    async def both() -> tuple[object, object]:
        return await asyncio.gather(
            commander.say(ARM, 1.0), commander.say(ARM, 0.0), return_exceptions=True
        )

    first, second = asyncio.run(both())
    assert not isinstance(first, BaseException)
    assert isinstance(second, LinkRefused)
    assert [each.param1 for each in peer.said] == [1.0, 1.0, 0.0, 0.0]


def test_nobody_there() -> None:
    class Nobody(CommandPeer):
        @property
        def route(self) -> Route:
            raise LinkLost("No aircraft is heard.", code="link_silent")

    commander = Commander(Nobody({}), ManualClock(datetime(2026, 3, 1, tzinfo=UTC)))
    with pytest.raises(LinkLost, match="No aircraft"):
        asyncio.run(commander.say(ARM))


def test_answers_of_its_camera_are_not_its_own() -> None:
    peer, commander, _ = rig({ARM: [[OK]]})
    peer.component = 100
    with pytest.raises(LinkLost):
        asyncio.run(commander.say(ARM))
    assert not peer.listeners


def flying() -> FlightPhase:
    return FlightPhase.MISSION


def test_home_at_once_and_after_losses() -> None:
    peer, commander, _ = rig({RTL: [[]] * 12 + [[OK]]})
    word = asyncio.run(come_home(commander, flying))
    assert (word.order, word.refused, word.is_seen) == (RTL, (), False)
    assert set(peer.orders) == {RTL}
    assert len(peer.orders) == 13


def test_a_refused_way_home_is_said_again_and_then_it_lands() -> None:
    peer, commander, _ = rig({RTL: [[DENIED]], LAND: [[OK]]})
    word = asyncio.run(come_home(commander, flying))
    assert word.order == LAND
    assert peer.orders == [RTL, RTL, LAND]
    assert len(word.refused) == 2


def test_silence_never_becomes_landing() -> None:
    peer, commander, _ = rig({RTL: [[]], LAND: [[OK]]})
    with pytest.raises(LinkLost):
        asyncio.run(come_home(commander, flying))
    assert set(peer.orders) == {RTL}
    assert len(peer.orders) == 30


def test_refused_between_silences() -> None:
    peer, commander, _ = rig({RTL: [[]] * 25 + [[DENIED]], LAND: [[OK]]})
    assert asyncio.run(come_home(commander, flying)).order == LAND
    assert peer.orders[-1] == LAND


def test_seen_on_its_way_is_acknowledged() -> None:
    peer, commander, _ = rig({RTL: [[]]})
    word = asyncio.run(come_home(commander, lambda: FlightPhase.RETURNING))
    assert (word.order, word.is_seen) == (RTL, True)
    assert len(peer.orders) == 5


def test_landing() -> None:
    peer, commander, _ = rig({LAND: [[], [OK]]})
    assert asyncio.run(land(commander, flying)).order == LAND
    assert peer.orders == [LAND, LAND]
    silent: list[list[int]] = [[]]
    for answers in (silent, [[DENIED]]):
        peer, commander, _ = rig({LAND: answers})
        word = asyncio.run(land(commander, lambda: FlightPhase.LANDING))
        assert word.is_seen


def test_it_takes_no_word() -> None:
    _, commander, _ = rig({RTL: [[DENIED]], LAND: [[FAILED]]})
    with pytest.raises(LinkRefused, match="LAND: it failed") as caught:
        asyncio.run(come_home(commander, flying))
    assert caught.value.code == "link_home"
    _, commander, _ = rig({LAND: [[]]})
    with pytest.raises(LinkLost):
        asyncio.run(land(commander, flying))
