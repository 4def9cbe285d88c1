"""The question and its answers; the network itself is asked in tests/servers."""

import asyncio
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.sources import onvif_discovery
from camera_gateway.sources.onvif_discovery import FoundCamera, discover_cameras, read_answer

ID = "5f3c2c1e-0000-4000-8000-000000000001"


def probe_match(
    addresses: str, scopes: str = "", endpoint: str = "urn:uuid:7", to: str = ID
) -> bytes:
    return (
        '<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-'
        'envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery"><SOAP-ENV:Header>'
        f"<wsa:RelatesTo>urn:uuid:{to}</wsa:RelatesTo></SOAP-ENV:Header><SOAP-ENV:Body>"
        "<wsd:ProbeMatches><wsd:ProbeMatch><wsa:EndpointReference><wsa:Address>"
        f"{endpoint}</wsa:Address></wsa:EndpointReference><wsd:Scopes>{scopes}</wsd:Scopes>"
        f"<wsd:XAddrs>{addresses}</wsd:XAddrs></wsd:ProbeMatch></wsd:ProbeMatches>"
        "</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()


def found(data: bytes, answered_from: str = "10.0.0.5") -> list[FoundCamera]:
    return list(read_answer(data, ID, answered_from))


def test_an_answer_is_read() -> None:
    scopes = (
        "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/hardware/DS-2TD "
        "onvif://www.onvif.org/name/%E5%8C%97%E5%B1%B1%20%00tower"
    )
    address = "http://10.0.0.5/onvif/device_service"
    assert found(probe_match(address, scopes)) == [
        FoundCamera(address, "urn:uuid:7", "北山 tower", "DS-2TD", "10.0.0.5")
    ]


def test_the_address_on_our_side_is_taken() -> None:
    told = "http://169.254.1.1/onvif http://10.0.0.50/onvif http://10.0.0.5:81/onvif"
    (camera,) = found(probe_match(told, endpoint=""))
    assert (camera.address, camera.endpoint) == (
        "http://10.0.0.5:81/onvif",
        "http://10.0.0.5:81/onvif",
    )
    (camera,) = found(probe_match("http://169.254.1.1/onvif"))
    assert camera.address == "http://169.254.1.1/onvif"


def test_an_answer_without_the_element_around_its_matches_is_read() -> None:
    data = probe_match("http://10.0.0.5/onvif")
    bare = data.replace(b"<wsd:ProbeMatches>", b"").replace(b"</wsd:ProbeMatches>", b"")
    assert found(bare) == found(data) != []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        probe_match("http://10.0.0.5/onvif", to="another"),
        probe_match(""),
        probe_match("file:///etc/passwd"),
        probe_match("http://u:p@10.0.0.5/onvif"),
        probe_match("http://[/onvif"),
    ],
)
def test_what_is_no_answer_is_passed_over(data: bytes) -> None:
    assert found(data) == []


@given(st.binary(max_size=300))
def test_rubbish_is_passed_over(data: bytes) -> None:
    assert found(data) == []


class Neighbour(asyncio.DatagramProtocol):
    """A camera on this machine that answers every question twice, and rubbish in between."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport
        self.asked = 0

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert ID.encode() in data
        self.asked += 1
        for endpoint in ("urn:uuid:2", "urn:uuid:1", "urn:uuid:2"):
            address = f"http://127.0.0.1:8{endpoint[-1]}/onvif"
            self.transport.sendto(probe_match(address, endpoint=endpoint), addr)
            self.transport.sendto(b"rubbish", addr)


@pytest.fixture
def one_id() -> Iterator[uuid.UUID]:
    return iter([uuid.UUID(ID)])


def test_each_camera_is_found_once(
    monkeypatch: pytest.MonkeyPatch, one_id: Iterator[uuid.UUID]
) -> None:
    async def run() -> tuple[FoundCamera, ...]:
        loop = asyncio.get_running_loop()
        transport, neighbour = await loop.create_datagram_endpoint(
            Neighbour, local_addr=("127.0.0.1", 0)
        )
        monkeypatch.setattr(onvif_discovery, "GROUP", transport.get_extra_info("sockname"))
        try:
            return await discover_cameras(
                wait_s=0.1, interface="127.0.0.1", new_id=lambda: next(one_id)
            )
        finally:
            transport.close()
            await asyncio.sleep(0)  # it closes in the loop's next round
            assert neighbour.asked == 2

    cameras = asyncio.run(run())
    assert [camera.endpoint for camera in cameras] == ["urn:uuid:1", "urn:uuid:2"]
    assert cameras[0].answered_from == "127.0.0.1"


def test_a_network_that_is_not_there_is_told() -> None:
    with pytest.raises(OSError, match=r"\[Errno"):
        asyncio.run(discover_cameras(wait_s=0.01, interface="203.0.113.7"))
