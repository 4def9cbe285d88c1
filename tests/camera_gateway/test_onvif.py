import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from http_rig import HttpRig, answer, digest
from onvif_sim import OnvifSim

from camera_gateway.source import FrameSource, RawFrame
from camera_gateway.sources.onvif_answers import IrCut, OnvifProfile, reachable_address
from camera_gateway.sources.onvif_camera import OnvifCamera
from camera_gateway.sources.onvif_clock import clock_of, skew_candidates
from camera_gateway.sources.onvif_source import OnvifSource
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import Clock, SystemClock
from models.errors import InputRefused, SourceRefused, SourceUnavailable

MakeJpeg = Callable[..., bytes]
HOUR = timedelta(hours=1)


def with_camera(
    sim: OnvifSim,
    use: Callable[[OnvifCamera], Awaitable[None]],
    credential: Credential | None = None,
    *,
    nobody: bool = False,
) -> None:
    async def run() -> None:
        async with sim.open() as rig:
            who = None if nobody else credential or Credential(sim.user, sim.password)
            async with OnvifCamera(rig.url(""), who, SystemClock()) as camera:
                await use(camera)

    asyncio.run(run())


def test_a_camera_tells_of_itself() -> None:
    sim = OnvifSim(ir_cut="OFF")

    async def use(camera: OnvifCamera) -> None:
        clock = await camera.clock()
        assert clock.skew_s is not None
        assert abs(clock.skew_s) < 3.0
        assert (clock.zone, clock.by_ntp) == ("CST-8", True)
        facts = await camera.facts()
        assert (facts.manufacturer, facts.model, facts.firmware) == ("Sim", "Tower", "1.2")
        main, sub = await camera.profiles()
        assert main == OnvifProfile("Profile_1", "Profile_1 of it", "H264", 1920, 1080, "VS0")
        assert (sub.token, sub.width_px) == ("Profile_2", 640)
        assert await camera.stream_address("Profile_1") == (
            "rtsp://127.0.0.1:554/Streaming/Channels/101"
        )
        assert (await camera.snapshot_address("Profile_1")).endswith("/snap.jpg")
        assert await camera.ir_cut("VS0") is IrCut.NIGHT

    with_camera(sim, use)
    assert sim.refused == 0


@pytest.mark.parametrize(
    ("word", "state"),
    [("ON", IrCut.DAY), ("AUTO", IrCut.AUTO), ("SOMETIMES", IrCut.UNKNOWN), ("", IrCut.UNKNOWN)],
)
def test_where_the_infrared_filter_is(word: str, state: IrCut) -> None:
    async def use(camera: OnvifCamera) -> None:
        assert await camera.ir_cut("VS0") is state

    with_camera(OnvifSim(ir_cut=word), use)


@pytest.mark.parametrize(
    ("sim", "refused"),
    [
        (OnvifSim(skew=HOUR), 0),
        (OnvifSim(skew=-timedelta(days=20_000, seconds=77)), 0),  # 1970, after a power cut
        (OnvifSim(told_skew=8 * HOUR), 1),  # tells local time for UTC, and checks by UTC
        (OnvifSim(told_skew=5.75 * HOUR, skew=timedelta(minutes=3)), 1),
        (OnvifSim(tells_time=False), 0),
    ],
)
def test_a_clock_that_is_wrong_does_not_shut_us_out(sim: OnvifSim, refused: int) -> None:
    async def use(camera: OnvifCamera) -> None:
        assert len(await camera.profiles()) == 2
        await camera.facts()
        assert abs(camera.login_skew_s - sim.skew.total_seconds()) < 3.0

    with_camera(sim, use)
    assert sim.refused == refused


def test_a_wrong_password_is_tried_once_and_told_to_nobody() -> None:
    sim = OnvifSim()

    async def use(camera: OnvifCamera) -> None:
        with pytest.raises(SourceRefused) as refused:
            await camera.facts()
        assert refused.value.code == "camera_login"
        assert "wr0ng" not in str(refused.value)

    with_camera(sim, use, Credential("admin", "wr0ng"))
    assert sim.refused == 1
    with_camera(OnvifSim(login_status=401), use, Credential("admin", "wr0ng"))
    with_camera(OnvifSim(), use, nobody=True)


def test_a_camera_that_wants_a_login_for_its_time_or_over_http() -> None:
    sim = OnvifSim(login_status=401)

    async def use(camera: OnvifCamera) -> None:
        assert len(await camera.profiles()) == 2

    async def run() -> None:
        async with sim.open() as rig:
            for path in ("/onvif/device_service", "/onvif/media"):
                rig.routes[path] = digest(rig.routes[path], sim.user, sim.password)
            credential = Credential(sim.user, sim.password)
            async with OnvifCamera(rig.url(""), credential, SystemClock()) as camera:
                await use(camera)

    asyncio.run(run())
    with_camera(OnvifSim(closed=True), use)


def test_an_address_behind_a_router_is_rewritten_and_used() -> None:
    sim = OnvifSim(site="192.168.1.64")

    async def use(camera: OnvifCamera) -> None:
        assert len(await camera.profiles()) == 2
        found = await camera.snapshot_address("Profile_1")
        assert sim.rig is not None
        assert found == sim.rig.url("/snap.jpg")

    with_camera(sim, use)


def test_an_older_camera_is_asked_in_the_older_way() -> None:
    sim = OnvifSim(faults={"GetServices"})

    async def use(camera: OnvifCamera) -> None:
        assert len(await camera.profiles()) == 2
        assert await camera.ir_cut("VS0") is IrCut.AUTO

    with_camera(sim, use)
    assert sim.operations.count("GetCapabilities") == 1


ENVELOPE = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>%s</s:Body></s:Envelope>'
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + ENVELOPE % b"<x>&b;&b;</x>"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>It works!</html>",
        b"\x00\x01\x02",
        LAUGHS,
        b'<!DOCTYPE l SYSTEM "http://127.0.0.1/x">' + ENVELOPE % b"",
        ENVELOPE % b"",
        ENVELOPE % b"<tt:undeclared/>",
        b"<a>" * 70 + b"</a>" * 70,
        ENVELOPE % (b"<x>" + b"a" * 1_200_000 + b"</x>"),
    ],
)
def test_an_answer_that_is_none(body: bytes) -> None:
    async def use(camera: OnvifCamera) -> None:
        with pytest.raises(SourceUnavailable) as failed:
            await camera.facts()
        assert failed.value.code == "camera_answer"

    with_camera(OnvifSim(raw={"GetDeviceInformation": body}), use)


def test_nonsense_for_an_address_is_told() -> None:
    async def use(camera: OnvifCamera) -> None:
        with pytest.raises(SourceUnavailable, match="no address for its stream"):
            await camera.stream_address("Profile_1")

    with_camera(OnvifSim(rtsp="somewhere"), use)


def test_a_camera_without_media_service() -> None:
    async def use(camera: OnvifCamera) -> None:
        with pytest.raises(SourceUnavailable, match="has no media service"):
            await camera.profiles()

    empty = (
        b'<tds:GetServicesResponse xmlns:tds="http://www.onvif.org/ver10/device/wsdl"/>',
        b'<tds:GetCapabilitiesResponse xmlns:tds="http://www.onvif.org/ver10/device/wsdl"/>',
    )
    raw = {"GetServices": ENVELOPE % empty[0], "GetCapabilities": ENVELOPE % empty[1]}
    with_camera(OnvifSim(raw=raw), use)


def test_a_camera_with_the_newer_media_service_alone_is_read() -> None:
    sim = OnvifSim(media=frozenset({2}), skew=HOUR, site="192.168.1.64")

    async def use(camera: OnvifCamera) -> None:
        main, sub = await camera.profiles()
        assert main == OnvifProfile("Profile_3", "Profile_3 of it", "H265", 2560, 1440, "VS0")
        assert (sub.token, sub.encoding) == ("Profile_2", "H264")
        assert await camera.stream_address("Profile_3") == (
            "rtsp://127.0.0.1:554/Streaming/Channels/101"
        )
        assert sim.rig is not None
        assert await camera.snapshot_address("Profile_3") == sim.rig.url("/snap.jpg")

    with_camera(sim, use)
    assert sim.refused == 0

    async def at_once(camera: OnvifCamera) -> None:
        assert (await camera.stream_address("Profile_3")).startswith("rtsp://127.0.0.1:554/")

    with_camera(sim, at_once)
    link = resolved(OnvifSim(media=frozenset({2})))[0]
    assert (link.adapter, link.address[:7]) == (Adapter.RTSP, "rtsp://")


def test_both_media_services_together_tell_every_profile_once() -> None:
    sim = OnvifSim(media=frozenset({1, 2}))

    async def use(camera: OnvifCamera) -> None:
        found = await camera.profiles()
        assert [profile.token for profile in found] == ["Profile_1", "Profile_2", "Profile_3"]
        assert [profile.encoding for profile in found] == ["H264", "H264", "H265"]
        assert (await camera.stream_address("Profile_3")).startswith("rtsp://")
        assert (await camera.stream_address("Profile_1")).startswith("rtsp://")

    with_camera(sim, use)


@pytest.mark.parametrize("broken", ["media", "media2"])
def test_one_media_service_that_fails_does_not_take_the_other_with_it(broken: str) -> None:
    async def use(camera: OnvifCamera) -> None:
        assert len(await camera.profiles()) == 2

    with_camera(OnvifSim(media=frozenset({1, 2}), faults={f"{broken} GetProfiles"}), use)


def test_where_no_media_service_answers_it_is_told() -> None:
    async def use(camera: OnvifCamera) -> None:
        with pytest.raises(SourceUnavailable) as failed:
            await camera.profiles()
        assert failed.value.code == "camera_answer"

    with_camera(OnvifSim(media=frozenset({1, 2}), faults={"GetProfiles"}), use)
    for body in (b"", LAUGHS, ENVELOPE % b"", b"<html>404</html>"):
        with_camera(OnvifSim(media=frozenset({2}), raw={"GetProfiles": body}), use)


def test_the_newer_service_takes_a_wrong_login_as_the_older_one_does() -> None:
    for sim in (OnvifSim(media=frozenset({2})), OnvifSim(media=frozenset({2}), login_status=401)):

        async def use(camera: OnvifCamera) -> None:
            with pytest.raises(SourceRefused) as refused:
                await camera.profiles()
            assert refused.value.code == "camera_login"
            assert "wr0ng" not in str(refused.value)

        with_camera(sim, use, Credential("admin", "wr0ng"))


def test_a_service_that_is_not_where_it_was_said_to_be_is_refused() -> None:
    async def run() -> None:
        sim = OnvifSim(media=frozenset({2}))
        async with sim.open() as rig:
            rig.routes["/onvif/media2"] = answer(status=404)
            credential = Credential(sim.user, sim.password)
            async with OnvifCamera(rig.url(""), credential, SystemClock()) as camera:
                with pytest.raises(SourceRefused) as refused:
                    await camera.profiles()
        assert refused.value.code == "camera_address"

    asyncio.run(run())


def test_no_camera_at_all() -> None:
    async def run() -> None:
        async with HttpRig({"/onvif/device_service": answer(status=404)}) as rig:
            async with OnvifCamera(rig.url("/"), None, SystemClock()) as camera:
                with pytest.raises(SourceRefused) as refused:
                    await camera.facts()
                assert refused.value.code == "camera_address"
            url = rig.url("")
        async with OnvifCamera(url, None, SystemClock()) as camera:
            with pytest.raises(SourceUnavailable) as failed:
                await camera.facts()
            assert failed.value.code == "camera_unreachable"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("http://10.0.0.5/onvif/media", "http://10.0.0.5/onvif/media"),
        ("http://10.0.0.5:81/a", "http://10.0.0.5:81/a"),
        ("http://192.168.1.9:80/a?b=c", "http://10.0.0.5:8080/a?b=c"),
        ("http://u:p@192.168.1.9/a", "http://10.0.0.5:8080/a"),
        ("rtsp://192.168.1.9", "rtsp://10.0.0.5"),
        ("rtsp://[fe80::1]:554/x", "rtsp://10.0.0.5:554/x"),
        ("http://192.168.1.9:80:80/a", "http://10.0.0.5:8080/a"),
    ],
)
def test_an_address_on_the_host_that_was_entered(told: str, expected: str) -> None:
    assert reachable_address(told, "http://10.0.0.5:8080/onvif/device_service") == expected


def test_an_address_on_a_host_of_ip_version_6() -> None:
    assert reachable_address("rtsp://10.0.0.9:554/a", "http://[2001:db8::7]:81/x") == (
        "rtsp://[2001:db8::7]:554/a"
    )
    with pytest.raises(InputRefused):
        reachable_address("", "http://10.0.0.5")


def test_times_to_try() -> None:
    assert skew_candidates(3600.0) == (3600.0, 0.0)
    assert skew_candidates(1.0) == (1.0,)
    assert skew_candidates(400.0) == (400.0,)


@pytest.mark.parametrize(
    "answer_",
    [
        None,
        {},
        {"UTCDateTime": None, "TimeZone": None},
        {"UTCDateTime": {"Date": {"Year": 2026}, "Time": {}}},
        {"UTCDateTime": {"Date": {"Year": 0, "Month": 0, "Day": 0}, "Time": {"Hour": 0}}},
        {"UTCDateTime": {"Date": {}, "Time": None}},
    ],
)
def test_a_clock_that_tells_nothing(answer_: object) -> None:
    clock = clock_of(answer_, SystemClock().now())
    assert (clock.reported_at, clock.skew_s, clock.zone) == (None, None, "")


# The source.


class Recorded:
    """Stands where a stream would be read: what is tested is what it is asked to read."""

    links: list[CameraLink]
    is_blocked = True

    def __init__(self, link: CameraLink, credential: Credential | None, clock: Clock) -> None:
        self.links.append(link)
        assert credential is not None
        assert clock is not None

    async def read(self) -> RawFrame:
        raise SourceUnavailable("read")

    async def close(self) -> None:
        self.links.append(self.links[-1])


def resolved(sim: OnvifSim, query: str = "") -> list[CameraLink]:
    class Reader(Recorded):
        links: list[CameraLink] = []  # noqa: RUF012  (one per test)

    async def run() -> None:
        async with sim.open() as rig:
            link = CameraLink(Adapter.ONVIF, rig.url(f"/onvif/device_service{query}"), 7.0)
            credential = Credential(sim.user, sim.password)
            openers: dict[Adapter, Callable[..., FrameSource]] = dict.fromkeys(
                (Adapter.RTSP, Adapter.SNAPSHOT), Reader
            )
            source = OnvifSource(link, credential, SystemClock(), openers=openers)
            assert not source.is_blocked
            for _number in range(2):
                with pytest.raises(SourceUnavailable):
                    await source.read()
            await source.close()
            assert source.is_blocked is bool(Reader.links)
            await source.close()
            with pytest.raises(SourceUnavailable):
                await source.read()

    asyncio.run(run())
    return Reader.links


def test_the_stream_is_found_once_and_closed_once() -> None:
    sim = OnvifSim()
    opened, closed = resolved(sim)
    assert opened == closed
    assert (opened.adapter, opened.every_s) == (Adapter.RTSP, 7.0)
    assert opened.address == "rtsp://127.0.0.1:554/Streaming/Channels/101"
    assert sim.operations.count("GetStreamUri") == 1


def test_a_profile_and_a_way_can_be_named() -> None:
    link = resolved(OnvifSim(), "?profile=Profile_2&via=snapshot")[0]
    assert link.adapter is Adapter.SNAPSHOT
    assert link.address.endswith("/snap.jpg")
    assert resolved(OnvifSim(faults={"GetStreamUri"}))[0].adapter is Adapter.SNAPSHOT
    assert resolved(OnvifSim(faults={"GetStreamUri"}), "?via=stream") == []


def test_a_profile_that_does_not_tell_its_encoder_is_better_than_none() -> None:
    profile = (
        b'<trt:GetProfilesResponse xmlns:trt="http://www.onvif.org/ver10/media/wsdl" '
        b'xmlns:tt="http://www.onvif.org/ver10/schema"><trt:Profiles token="P0" fixed="true">'
        b"<tt:Name>main</tt:Name></trt:Profiles></trt:GetProfilesResponse>"
    )
    sim = OnvifSim(raw={"GetProfiles": ENVELOPE % profile})
    assert resolved(sim)[0].adapter is Adapter.RTSP
    empty = b'<trt:GetProfilesResponse xmlns:trt="http://www.onvif.org/ver10/media/wsdl"/>'
    assert resolved(OnvifSim(raw={"GetProfiles": ENVELOPE % empty})) == []


def test_a_profile_that_is_not_there_is_refused() -> None:
    async def run() -> None:
        sim = OnvifSim()
        async with sim.open() as rig:
            link = CameraLink(Adapter.ONVIF, rig.url("/onvif/device_service?profile=x"))
            source = OnvifSource(link, Credential(sim.user, sim.password), SystemClock())
            with pytest.raises(SourceRefused, match="Profile_1, Profile_2"):
                await source.read()
            await source.close()

    asyncio.run(run())


def test_pictures_come_through(jpeg: MakeJpeg) -> None:
    async def run() -> None:
        sim = OnvifSim(snapshot=answer(jpeg()), site="192.168.1.64:80")
        async with sim.open() as rig:
            address = rig.url("/onvif/device_service?via=snapshot")
            source = OnvifSource(
                CameraLink(Adapter.ONVIF, address),
                Credential(sim.user, sim.password),
                SystemClock(),
            )
            assert (await source.read()).jpeg == jpeg()
            await source.close()

    asyncio.run(run())
