import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from camera_gateway.jpeg_structure import scan_jpeg
from camera_gateway.picture_header import declared_size
from camera_gateway.pictures import (
    check_jpeg,
    decode_jpeg,
    encode_jpeg,
    picture_size,
    read_picture,
)
from models.errors import FrameCorrupt, InputRefused
from models.units import ImageBGR

MakePicture = Callable[..., ImageBGR]
MakeJpeg = Callable[..., bytes]


def save(path: Path, image: NDArray[np.generic], suffix: str = ".png") -> Path:
    path.write_bytes(cv2.imencode(suffix, image)[1].tobytes())
    return path


def with_orientation(data: bytes, orientation: int, order: str = "<") -> bytes:
    """The JPEG with an Exif segment in front."""
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    value = struct.pack(order + "HH", orientation, 0)
    tiff = mark + struct.pack(order + "IHHHI", 8, 1, 0x0112, 3, 1) + value + bytes(4)
    body = b"Exif\x00\x00" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def code_of(path: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        read_picture(path)
    assert path.name.split("\0")[0] in refused.value.message
    assert refused.value.remedy
    return refused.value.code


@pytest.mark.parametrize(
    "suffix", [".jpg", ".png", ".tiff", ".webp", ".bmp", ".gif", ".avif", ".jp2", ".ppm"]
)
def test_every_known_format_is_read_whatever_its_name(
    tmp_path: Path, picture: MakePicture, suffix: str
) -> None:
    image = picture(3)
    read = read_picture(save(tmp_path / "wrong.txt", image, suffix))
    assert read.shape == image.shape
    assert read.dtype == np.uint8
    assert np.abs(read.astype(int) - image).mean() < 16.0  # a GIF has 256 colours


def test_grey_and_transparent_pictures_become_colour(tmp_path: Path, picture: MakePicture) -> None:
    grey = picture()[:, :, 0]
    assert (read_picture(save(tmp_path / "grey.png", grey)) == grey[:, :, None]).all()
    see_through = np.dstack([picture(), grey])
    assert (read_picture(save(tmp_path / "alpha.png", see_through)) == picture()).all()


def test_deep_pictures_are_stretched_over_their_own_values(tmp_path: Path) -> None:
    ramp = np.linspace(7000, 7600, 48 * 64).reshape(48, 64)
    for deep in (ramp.astype(np.uint16), ramp.astype(np.float32)):
        read = read_picture(save(tmp_path / "deep.tiff", deep, ".tiff"))
        assert read.shape == (48, 64, 3)
        assert (read.min(), read.max()) == (0, 255)
        assert (np.diff(read[:, :, 0].ravel().astype(int)) >= 0).all()
    flat = np.full((4, 4), 900, np.uint16)
    assert not read_picture(save(tmp_path / "flat.tiff", flat, ".tiff")).any()
    holes = ramp.astype(np.float32)
    holes[0, :3] = (np.nan, np.inf, -np.inf)
    assert read_picture(save(tmp_path / "holes.tiff", holes, ".tiff")).max() == 255


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_pictures_are_turned_upright(
    tmp_path: Path, jpeg: MakeJpeg, orientation: int, order: str
) -> None:
    plain = decode_jpeg(jpeg(), "north")
    data = with_orientation(jpeg(), orientation, order)
    turns: dict[int, ImageBGR] = {
        1: plain,
        2: plain[:, ::-1],
        3: plain[::-1, ::-1],
        4: plain[::-1],
        5: plain.transpose(1, 0, 2),
        6: np.rot90(plain, -1),
        7: plain[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(plain),
    }
    decoded = decode_jpeg(data, "north")
    assert (decoded == turns[orientation]).all()
    (tmp_path / "turned").write_bytes(data)
    assert (read_picture(tmp_path / "turned") == decoded).all()
    assert picture_size(data) == (decoded.shape[1], decoded.shape[0])


def test_nonsense_in_exif_means_upright(jpeg: MakeJpeg) -> None:
    for value in (0, 9, 4242):
        assert picture_size(with_orientation(jpeg(), value)) == (64, 48)
    for body in (b"", b"XX", b"II*\x00", b"II*\x00\xff\xff\xff\xff", b"II*\x00\x08\0\0\0\0\0"):
        segment = b"Exif\x00\x00" + body
        data = jpeg()[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment
        assert picture_size(data + jpeg()[2:]) == (64, 48)


def test_paths_that_hold_no_picture_are_refused_with_their_reason(
    tmp_path: Path, jpeg: MakeJpeg
) -> None:
    assert code_of(tmp_path / "absent.jpg") == "file_missing"
    assert code_of(tmp_path) == "file_is_folder"
    assert code_of(tmp_path / "nul\0.jpg") == "file_unreadable"
    assert code_of(Path("/proc/self/mem")) == "file_unreadable"
    for name, content, code in (
        ("empty.jpg", b"", "file_empty"),
        ("text.jpg", b"no picture at all", "not_a_picture"),
        ("video.jpg", b"\0\0\0\x20ftypisom", "not_a_picture"),
        ("half.jpg", jpeg()[:-400], "picture_damaged"),
        ("pointer.jpg", b"version https://git-lfs.github.com/spec/v1\noid", "git_lfs_pointer"),
        ("short.png", b"\x89PNG\r\n\x1a\n", "picture_damaged"),
        ("none.gif", b"GIF89a\0\0\0\0", "picture_damaged"),
        ("none.ppm", b"P6 words", "picture_damaged"),
        ("none.avif", b"\0\0\0\x20ftypavif", "picture_damaged"),
    ):
        (tmp_path / name).write_bytes(content)
        assert code_of(tmp_path / name) == code


def test_a_small_file_that_declares_a_huge_picture_is_never_decoded(
    tmp_path: Path, jpeg: MakeJpeg
) -> None:
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    png += struct.pack(">I", zlib.crc32(chunk))
    (tmp_path / "bomb.png").write_bytes(png)
    assert code_of(tmp_path / "bomb.png") == "picture_too_large"
    data = bytearray(jpeg())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 60_000, 60_000)
    with pytest.raises(FrameCorrupt, match="100 million"):
        decode_jpeg(bytes(data), "north")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tiff", ".webp"])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, picture: MakePicture, suffix: str) -> None:
    whole = cv2.imencode(suffix, picture(1))[1].tobytes()
    for share in (0.1, 0.3, 0.5, 0.7, 0.9, 0.97):
        (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
        assert code_of(tmp_path / "cut") in {"picture_damaged", "not_a_picture"}


@given(cut=st.integers(0, 10_000))
def test_a_camera_picture_cut_anywhere_is_corrupt(jpeg: MakeJpeg, cut: int) -> None:
    data = jpeg()
    with pytest.raises(FrameCorrupt, match="north"):
        decode_jpeg(data[: cut % len(data)], "north")
    with pytest.raises(FrameCorrupt):
        picture_size(data[: cut % len(data)])


@given(data=st.binary(max_size=600))
def test_rubbish_is_corrupt_and_never_crashes(data: bytes) -> None:
    for begin in (b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xc0\x00\x11\x08"):
        with pytest.raises(FrameCorrupt):
            decode_jpeg(begin + data, "north")


def test_damage_inside_the_coded_bytes_is_corrupt(jpeg: MakeJpeg) -> None:
    data = jpeg(width_px=640, height_px=480)
    scan = data.index(b"\xff\xda")
    # The end marker stands, half of the coded bytes in front of it do not.
    hollow = data[: scan + 2000] + data[-2:]
    with pytest.raises(FrameCorrupt, match="decoder says"):
        decode_jpeg(hollow, "north")
    for reduction in (2, 4, 8):
        with pytest.raises(FrameCorrupt, match="decoder says"):
            decode_jpeg(hollow, "north", reduction=reduction)
    with pytest.raises(FrameCorrupt, match="decoder says"):
        check_jpeg(hollow, "north")
    with pytest.raises(FrameCorrupt, match="no picture"):
        decode_jpeg(b"\xff\xd8\xff\xd9", "north")


def test_rubbish_between_tables_and_behind_the_end_is_harmless(jpeg: MakeJpeg) -> None:
    data = jpeg()
    table = data.index(b"\xff\xdb")
    stray = data[:table] + b"\x11\x22\x33" + data[table:] + b"\0\0trailing"
    assert (decode_jpeg(stray, "north") == decode_jpeg(data, "north")).all()
    check_jpeg(stray, "north")


def test_fill_bytes_before_a_marker_are_no_rubbish(jpeg: MakeJpeg) -> None:
    data = jpeg()
    table = data.index(b"\xff\xdb")
    filled = data[:table] + b"\xff" * 3 + data[table:-2] + b"\xff" + data[-2:]
    header = scan_jpeg(filled)
    assert header.stray_bytes == 0
    assert header.end == len(filled)
    assert scan_jpeg(data[:table] + b"\x11\x22\xff\xff" + data[table:]).stray_bytes == 2
    assert (decode_jpeg(filled, "north") == decode_jpeg(data, "north")).all()


def test_encoding_keeps_the_picture(picture: MakePicture) -> None:
    image = picture(5, 320, 200)
    again = decode_jpeg(encode_jpeg(image), "north")
    assert np.abs(again.astype(int) - image).mean() < 3.0
    for wrong in (image[:, :, 0], image[:, :, :2], image.astype(np.float32), image[:0]):
        with pytest.raises(ValueError, match=r"picture|pixels"):
            encode_jpeg(wrong)  # type: ignore[arg-type]


def test_nothing_that_codecs_print_reaches_the_terminal(
    tmp_path: Path, jpeg: MakeJpeg, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.tiff").write_bytes(b"II*\x00\x08\0\0\0" + bytes(90))
    code_of(tmp_path / "broken.tiff")
    data = jpeg(width_px=640, height_px=480)
    with pytest.raises(FrameCorrupt):
        decode_jpeg(data[:3000] + data[-2:], "north")
    os.write(2, b"still here\n")
    assert capfd.readouterr().err == "still here\n"


ODD = {
    "exiftool_FLIR.fpf": "not_a_picture",
    "git_lfs_pointer_00000.jpg": "git_lfs_pointer",
    "pillow_broken_data_stream.png": "picture_damaged",
    "pillow_hopper_bad_exif.jpg": "picture_damaged",
    "pillow_truncated_image.png": "picture_damaged",
    "pillow_truncated_jpeg.jpg": "picture_damaged",
    "pixelprobe_corrupted.tiff": "picture_damaged",
    "pixelprobe_valid.jpeg": "not_a_picture",
}


@pytest.mark.footage
def test_real_oddities_are_read_or_refused(
    footage: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seen = 0
    for path in sorted((footage / "oddities").iterdir()):
        if path.suffix in {".mp4", ".avi"}:
            continue
        seen += 1
        if path.name in ODD:
            assert code_of(path) == ODD[path.name]
            continue
        image = read_picture(path)
        data = path.read_bytes()
        assert image.ndim == 3
        if data.startswith(b"\xff\xd8"):
            assert picture_size(data) == (image.shape[1], image.shape[0])
            assert (decode_jpeg(data, path.name) == image).all()
    assert seen >= 30
    assert capfd.readouterr().err == ""


def test_headers_that_no_encoder_here_writes() -> None:
    os2_bitmap = b"BM" + bytes(12) + struct.pack("<IHH", 12, 7, 5)
    upside_down = b"BM" + bytes(12) + struct.pack("<Iii", 40, 7, -5)
    riff = b"RIFF\0\0\0\0WEBP"
    extended = riff + b"VP8X" + bytes(8) + (6).to_bytes(3, "little") + (4).to_bytes(3, "little")
    lossless = riff + b"VP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 6 | 4 << 14)
    lossy = riff + b"VP8 " + bytes(10) + struct.pack("<HH", 7, 5)
    for data in (os2_bitmap, upside_down, extended, lossless, lossy):
        assert declared_size(data) == (7, 5)
    assert declared_size(b"nothing known") is None
    for cut in (b"BM", riff, b"II*\x00\xff\xff\xff\xff", b"GIF89a"):
        with pytest.raises(ValueError, match="cut short"):
            declared_size(cut)


def test_odd_markers(jpeg: MakeJpeg) -> None:
    data = jpeg()
    again = data[:2] + b"\xff\xd8\xff\x01" + data[2:]
    assert picture_size(again) == (64, 48)
    frame = data.index(b"\xff\xc0")
    empty = data[: frame + 5] + bytes(4) + data[frame + 9 :]
    with pytest.raises(FrameCorrupt, match="no pixels"):
        picture_size(empty)
    broken = data[: frame + 2] + b"\x00\x01" + data[frame + 4 :]
    with pytest.raises(FrameCorrupt, match="before its end"):
        picture_size(broken)


def test_a_picture_that_makes_the_library_fail_is_damaged(
    tmp_path: Path, jpeg: MakeJpeg, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_data: object, _flags: int) -> None:
        raise cv2.error

    (tmp_path / "a.jpg").write_bytes(jpeg())
    monkeypatch.setattr(cv2, "imdecode", fail)
    assert code_of(tmp_path / "a.jpg") == "picture_damaged"
