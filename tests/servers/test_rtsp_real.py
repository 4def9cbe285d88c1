"""RTSP from GStreamer's server: what comes when all is well, and who is let in."""

import asyncio
import logging
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from rtsp_rig import RtspServer, Wish
from stream_rig import SPECIAL, level_error, loss_of, now_s, source_of

from camera_gateway.pictures import decode_jpeg
from models.camera_link import Credential, Decoding, Transport
from models.errors import SourceRefused, SourceUnavailable
from models.frame import TimeSource

pytestmark = pytest.mark.servers
Videos = dict[str, str]


def process_list() -> list[str]:
    """What everybody on this machine can read of every process."""
    lines = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(line.read_bytes().decode(errors="replace"))
    return lines


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("decoding", [Decoding.AUTO, Decoding.ALL])
def test_pictures_come_in_time_and_get_the_senders_clock(
    videos: Videos, codec: str, transport: Transport, decoding: Decoding
) -> None:
    async def play() -> None:
        source = source_of(server, transport=transport, decoding=decoding)
        came, seen = [], []
        for _ in range(7):
            seen.append(await source.read())
            came.append(now_s())
        facts = source.facts()
        await source.close()
        assert max(after - before for before, after in pairwise(came)) < 2.0
        assert {decode_jpeg(one.jpeg, "test").shape for one in seen} == {(180, 320, 3)}
        assert max(level_error(one) for one in seen) < 3.0
        assert seen[-1].time_source is TimeSource.SENDER
        assert seen[-1].captured_doubt_s is not None
        assert seen[-1].captured_doubt_s < 0.5
        assert abs((datetime.now(UTC) - seen[-1].captured_at).total_seconds()) < 1.0
        assert facts.key_interval_s == pytest.approx(1.0, abs=0.2)
        assert facts.rate_hz == pytest.approx(25.0, abs=4.0)
        assert facts.corrupt_share == 0.0
        assert facts.every_frame_decoded is (decoding is Decoding.ALL)

    with RtspServer(Wish({"/cam": [videos[codec]]})) as server:
        asyncio.run(play())


def test_a_key_frame_of_several_slices_is_one_picture(videos: Videos) -> None:
    async def play() -> None:
        source = source_of(server)
        assert all([level_error(await source.read()) < 3.0 for _ in range(4)])
        assert source.facts().corrupt_share == 0.0
        await source.close()

    with RtspServer(Wish({"/cam": [videos["slices"]]})) as server:
        asyncio.run(play())


def test_a_camera_behind_a_national_standard_media_server(videos: Videos) -> None:
    path = "/rtp/34020000001320000001_34020000001320000001"

    async def play() -> None:
        source = source_of(server, path)
        await source.read()
        await source.close()

    with RtspServer(Wish({path: [videos["h265"]]})) as server:
        asyncio.run(play())


@pytest.mark.parametrize("digest", [False, True])
def test_a_password_of_any_letters_lets_us_in_and_stands_nowhere(
    videos: Videos,
    digest: bool,  # noqa: FBT001
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = Credential(SPECIAL.user, SPECIAL.password + "x")
    secrets = (SPECIAL.password, "p%40ss", "rd%3F1")

    async def play() -> None:
        source = source_of(server, credential=SPECIAL)
        await source.read()
        assert not any(secret in words for words in process_list() for secret in secrets)
        await source.close()
        for credential in (wrong, None):
            began_s = now_s()
            lost = await loss_of(source_of(server, credential=credential))
            assert isinstance(lost, SourceRefused)
            assert lost.code == "credentials_refused"
            assert now_s() - began_s < 2.0
            told = "".join(traceback.format_exception(lost)) + caplog.text
            assert not any(secret in told for secret in secrets)

    wish = Wish({"/cam": [videos["h264"]]}, user=SPECIAL.user, password=SPECIAL.password)
    wish.digest = digest
    with RtspServer(wish) as server:
        asyncio.run(play())


def test_a_path_that_is_not_there_is_refused(videos: Videos) -> None:
    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        lost = asyncio.run(loss_of(source_of(server, "/elsewhere")))
    assert isinstance(lost, SourceRefused)
    assert lost.code == "no_such_stream"


@pytest.mark.parametrize("carries", list(Transport))
def test_a_camera_that_carries_one_transport_refuses_the_other(
    videos: Videos, carries: Transport
) -> None:
    (other,) = set(Transport) - {carries}

    async def play() -> SourceUnavailable:
        source = source_of(server, transport=carries)
        await source.read()
        await source.close()
        return await loss_of(source_of(server, transport=other))

    with RtspServer(Wish({"/cam": [videos["h264"]]}, carries=carries.value)) as server:
        lost = asyncio.run(play())
    assert isinstance(lost, SourceRefused)
    assert lost.code == "transport_refused"
    assert carries.value.upper() in lost.remedy


def test_key_frames_twenty_seconds_apart_joined_in_the_middle(videos: Videos) -> None:
    async def play() -> None:
        async def early() -> None:
            source = source_of(server, every_s=1.0)
            await source.read()
            await asyncio.sleep(30.0)
            await source.close()

        first = asyncio.create_task(early())
        await asyncio.sleep(9.0)
        # The stream goes on where the other one sees it: its next key frame is 11 s away.
        source = source_of(server, every_s=1.0, decoding=Decoding.AUTO)
        began_s = now_s()
        await source.read()
        came = [now_s()]
        assert source.facts().open_s is not None
        assert source.facts().open_s < 2.0
        assert came[0] - began_s < 13.0
        for _ in range(6):
            await source.read()
            came.append(now_s())
        assert max(after - before for before, after in pairwise(came)) < 2.0
        assert source.facts().every_frame_decoded
        await source.close()
        first.cancel()

    with RtspServer(Wish({"/cam": [videos["long"]]})) as server:
        asyncio.run(play())
