"""Names of hosts are looked up once at a time, aside, and nobody else waits for it."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from camera_gateway.host_names import address_of
from camera_gateway.http_client import CameraHttp
from camera_gateway.http_limits import HttpLimits
from camera_gateway.knocking import knock_of
from models.camera_link import Adapter, CameraLink
from models.clock import SystemClock
from models.errors import SourceUnavailable

Found = list[tuple[int, int, int, str, tuple[str, int]]]


class NameServer:
    """Answers for every name at once, when it is told to, or never."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.speaks = threading.Event()
        self.answer: Found | None = None

    def __call__(self, host: bytes | str, *_arguments: object, **_more: object) -> Found:
        self.asked.append(host.decode() if isinstance(host, bytes) else host)
        assert self.speaks.wait(20.0)
        if self.answer is None:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return self.answer


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server)
    yield server
    server.speaks.set()  # whatever still waits in a thread ends


def of(family: int, address: str) -> tuple[int, int, int, str, tuple[str, int]]:
    return (family, socket.SOCK_STREAM, 6, "", (address, 0))


@pytest.mark.parametrize("address", ["192.0.2.7", "::1", "fe80::1"])
def test_an_address_is_its_own_and_nobody_is_asked(name_server: NameServer, address: str) -> None:
    assert asyncio.run(address_of(address)) == address
    assert name_server.asked == []


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        ([of(socket.AF_INET, "192.0.2.7")], "192.0.2.7"),
        ([of(socket.AF_INET6, "::1"), of(socket.AF_INET, "192.0.2.7")], "192.0.2.7"),
        ([of(socket.AF_INET6, "fe80::2"), of(socket.AF_INET6, "fe80::1")], "fe80::2"),
    ],
)
def test_of_several_addresses_the_first_one_of_ipv4_is_taken(
    name_server: NameServer, answer: Found, address: str
) -> None:
    name_server.answer = answer
    name_server.speaks.set()
    assert asyncio.run(address_of("camera-7.lan")) == address


@pytest.mark.parametrize("host", ["camera-7.invalid", "a..b", "a" * 70 + ".cn", "a\0b", ""])
def test_a_name_without_an_address_is_told(host: str) -> None:
    with pytest.raises(socket.gaierror):
        asyncio.run(address_of(host))


def test_however_many_ask_and_stop_waiting_there_is_one_look_up_a_host(
    name_server: NameServer,
) -> None:
    async def play() -> None:
        impatient = [asyncio.create_task(address_of("camera-7.lan")) for _ in range(20)]
        patient = asyncio.create_task(address_of("camera-7.lan"))
        other = asyncio.create_task(address_of("camera-8.lan"))
        await asyncio.sleep(0)
        for task in impatient:
            task.cancel()
        await asyncio.gather(*impatient, return_exceptions=True)
        name_server.answer = [of(socket.AF_INET, "192.0.2.7")]
        name_server.speaks.set()
        assert await asyncio.gather(patient, other) == ["192.0.2.7"] * 2
        assert sorted(name_server.asked) == ["camera-7.lan", "camera-8.lan"]
        assert await address_of("camera-7.lan") == "192.0.2.7"  # asked again: it may have moved
        assert len(name_server.asked) == 3

    asyncio.run(play())


def test_with_a_name_server_that_is_gone_nobody_else_waits_for_a_thread(
    name_server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Detection and the live feed run in the loop's own pool: six threads on two cores."""
    monkeypatch.setattr("camera_gateway.knocking.KNOCK_WITHIN_S", 0.2)
    limits = HttpLimits(connect_s=0.2, read_s=0.2, total_s=20.0)

    async def fetched(address: str) -> str:
        camera = CameraHttp(address, None, limits, SystemClock())
        try:
            await camera.fetch()
        except SourceUnavailable as error:
            return error.code
        finally:
            await camera.close()
        return ""

    async def play() -> None:
        addresses = [f"http://camera-{number}.lan/1" for number in range(40)]
        knocks = [knock_of(CameraLink(Adapter.SNAPSHOT, address)) for address in addresses]
        asking = asyncio.gather(
            *(fetched(address) for address in addresses),
            *(knock() for knock in knocks if knock is not None),
        )
        await asyncio.sleep(0.05)
        began_s = time.monotonic()
        async with asyncio.timeout(5.0):
            await asyncio.to_thread(int)
        assert time.monotonic() - began_s < 2.0
        assert await asking == ["host_unknown"] * 40 + [False] * 40
        assert len(name_server.asked) == 40

    asyncio.run(play())
