import errno
import io
import struct
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import av
import numpy as np
import pytest

from camera_gateway.clip import encode_clip
from camera_gateway.pictures import decode_jpeg
from models.errors import InputRefused, StorageFull

MakeJpeg = Callable[..., bytes]
START = datetime(2026, 11, 25, tzinfo=UTC)


def boxes(data: bytes) -> list[bytes]:
    names, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        names.append(data[at + 4 : at + 8])
        at += length
    return names


def decoded(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data)) as container:
        return [f.to_ndarray(format="bgr24") for f in container.decode(video=0)]


def test_a_clip_shows_its_pictures_in_time_order(jpeg: MakeJpeg) -> None:
    stills = [(jpeg(seed, 320, 180), START + timedelta(minutes=seed)) for seed in range(5)]
    data = encode_clip([stills[n] for n in (3, 0, 4, 1, 2)], frames_per_second=2.5)
    assert boxes(data)[0] == b"ftyp"
    assert boxes(data).index(b"moov") < boxes(data).index(b"mdat")
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.average_rate, stream.frames) == (2.5, 5)
        times = [frame.time for frame in container.decode(stream)]
    assert times == pytest.approx([0.4 * n for n in range(5)])
    frames = decoded(data)
    for (still, _at), frame in zip(stills, frames, strict=True):
        assert np.abs(frame.astype(int) - decode_jpeg(still, "x")).mean() < 8.0


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1921, 1081), (1280, 720)),
        ((63, 47), (64, 48)),
        ((1, 1), (2, 2)),
        ((400, 4000), (128, 1280)),
    ],
)
def test_sizes_are_even_and_capped(
    jpeg: MakeJpeg, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    (frame,) = decoded(encode_clip([(jpeg(0, *size), START)]))
    assert (frame.shape[1], frame.shape[0]) == expected


def test_pictures_of_another_shape_get_borders_and_damage_is_left_out(jpeg: MakeJpeg) -> None:
    wide, tall = jpeg(1, 320, 180), jpeg(2, 90, 180)
    stills = [(b"rubbish", START), (wide, START), (tall, START + timedelta(seconds=1))]
    frames = decoded(encode_clip(stills))
    assert len(frames) == 2
    assert frames[1].shape == (180, 320, 3)
    assert frames[1][:, :100].max() < 24
    assert frames[1][:, 120:200].mean() > 40


def test_nothing_to_show_is_refused(jpeg: MakeJpeg) -> None:
    for stills in ([], [(b"rubbish", START)]):
        with pytest.raises(InputRefused, match="No picture"):
            encode_clip(stills)
    for pace in (0.0, 1000.0, float("nan")):
        with pytest.raises(InputRefused, match="frames a second"):
            encode_clip([(jpeg(), START)], frames_per_second=pace)


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, StorageFull), (errno.EIO, OSError)])
def test_a_full_disk_is_told(
    jpeg: MakeJpeg, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    def fail(**_options: str) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", fail)
    with pytest.raises(kind):
        encode_clip([(jpeg(), START)])
