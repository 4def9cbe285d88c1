"""Thermal pictures; the files here are built by the formats, real ones are read elsewhere."""

import re
import struct
from pathlib import Path

import pytest
from drone_rig import app1, exif_block, frame
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drone_jobs.imagery.thermal import RawLayout, Thermal, read_thermal
from models.errors import InputRefused

PICTURE = frame(640, 512)
END = b"\xff\xda\x00\x02\x11\x22\xff\x00\x33\xff\xd9"


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def split(marker: int, content: bytes, head: bytes = b"") -> bytes:
    size = 60_000
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(
        segment(marker, head + (bytes((index, len(pieces) - 1)) if head else b"") + piece)
        for index, piece in enumerate(pieces)
    )


def flir(width: int, height: int, order: str = ">", raw: str = "<") -> bytes:
    """FLIR's file: a head of 64 bytes, two records, the second of raw numbers."""
    entries = [(32, 0x60, 8), (1, 0x80, 32 + width * height * 2)]
    head = b"FFF\x00" + b"CAMERA".ljust(16, b"\x00") + struct.pack(order + "III", 101, 64, 2)
    table = b"".join(
        struct.pack(order + "HHIIII", kind, 2, 100, index, at + 64, length).ljust(32, b"\x00")
        for index, (kind, at, length) in enumerate(entries)
    )
    content = (head.ljust(64, b"\x00") + table).ljust(0x80 + 64, b"\x00")
    return (
        content
        + struct.pack(raw + "HHH", 2, width, height).ljust(32, b"\x00")
        + bytes(width * height * 2)
    )


def written(path: Path, *pieces: bytes, end: bytes = END) -> Thermal:
    head = b"\xff\xd8" + app1(exif_block({0x0110: "CAM"}, {}, {}))
    path.write_bytes(head + b"".join(pieces) + end)
    return read_thermal(path)


@pytest.mark.parametrize(
    ("marker", "layout"), [(0xE3, RawLayout.DJI_APP3), (0xE4, RawLayout.DJI_APP4)]
)
@pytest.mark.parametrize(
    ("picture", "raw"),
    [((640, 512), (640, 512)), ((1280, 1024), (640, 512)), ((320, 256), (320, 256))],
)
def test_numbers_in_the_shape_of_the_picture_are_a_sensors(
    tmp_path: Path,
    marker: int,
    layout: RawLayout,
    picture: tuple[int, int],
    raw: tuple[int, int],
) -> None:
    thermal = written(
        tmp_path / "a.jpg", split(marker, bytes(raw[0] * raw[1] * 2)), frame(*picture)
    )
    assert thermal.is_radiometric
    assert (thermal.layout, thermal.raw_px, thermal.picture_px) == (layout, raw, picture)
    assert thermal.camera == "CAM"
    assert "only DJI's own library" in thermal.told


@pytest.mark.parametrize("length", [0, 1, 2 * 75 * 60, 655_361, 655_362, 4096])
def test_other_numbers_are_none(tmp_path: Path, length: int) -> None:
    thermal = written(tmp_path / "a.jpg", split(0xE3, bytes(length)), PICTURE)
    assert not thermal.is_radiometric
    assert thermal.raw_px is None
    assert "no readings" in thermal.told


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("raw", [">", "<"])
def test_flirs_file_tells_its_size(tmp_path: Path, order: str, raw: str) -> None:
    content = split(0xE1, flir(336, 256, order, raw), b"FLIR\x00\x01")
    thermal = written(tmp_path / "a.jpg", content, PICTURE)
    assert (thermal.layout, thermal.raw_px) == (RawLayout.FLIR, (336, 256))
    assert "FLIR" in thermal.told


def test_flirs_file_that_breaks_off_is_none(tmp_path: Path) -> None:
    whole = flir(336, 256)
    for length in (0, 3, 20, 64, 100, 0x80 + 70, len(whole) - 1):
        content = split(0xE1, whole[:length], b"FLIR\x00\x01")
        assert not written(tmp_path / "a.jpg", content, PICTURE).is_radiometric
    other = whole.replace(struct.pack(">HHI", 1, 2, 100), struct.pack(">HHI", 7, 2, 100))
    content = split(0xE1, other, b"FLIR\x00\x01")
    assert not written(tmp_path / "a.jpg", content, PICTURE).is_radiometric


@given(damage=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=12))
@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_a_damaged_head_of_flirs_file_does_no_harm(
    tmp_path: Path, damage: list[tuple[int, int]]
) -> None:
    content = bytearray(flir(100, 80))
    for at, value in damage:
        content[at] = value
    thermal = written(tmp_path / "a.jpg", split(0xE1, bytes(content), b"FLIR\x00\x01"), PICTURE)
    if thermal.raw_px is not None:
        assert 2 * thermal.raw_px[0] * thermal.raw_px[1] <= 2 * 65_535**2


def test_a_picture_that_breaks_off_is_told(tmp_path: Path) -> None:
    thermal = written(tmp_path / "a.jpg", PICTURE, end=b"\xff\xda\x00\x02" + bytes(3_000_000))
    assert not thermal.is_whole
    assert "breaks off" in thermal.told
    parted = b"\xff\xda\x00\x02" + bytes((1 << 20) - 3) + b"\xff\xd9"
    assert written(tmp_path / "b.jpg", PICTURE, end=parted).is_whole


def test_fill_bytes_between_segments_are_passed_over(tmp_path: Path) -> None:
    raw = b"".join(b"\xff\xff" + piece for piece in [split(0xE3, bytes(60_000))])
    rest = split(0xE3, bytes(655_360 - 60_000))
    assert written(tmp_path / "a.jpg", raw, rest, PICTURE).raw_px == (640, 512)


def test_no_temperature_is_ever_told(tmp_path: Path) -> None:
    """Not even the one that FLIR writes in plain beside its numbers."""
    packet = (
        b"http://ns.adobe.com/xap/1.0/\x00"
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:FLIR="http://www.dji.com/FLIR/1.0/" FLIR:CentralTemperature="34"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    content = split(0xE1, flir(640, 512), b"FLIR\x00\x01")
    thermal = written(tmp_path / "a.jpg", app1(packet), content, PICTURE)
    assert re.findall(r"\d+", thermal.told) == ["640", "512"]
    assert "not made into temperatures" in thermal.told


def test_what_is_no_jpeg_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"II*\x00" + bytes(100))
    with pytest.raises(InputRefused) as refused:
        read_thermal(path)
    assert refused.value.code == "drone_photo"
