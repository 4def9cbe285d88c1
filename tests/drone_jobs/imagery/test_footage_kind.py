"""What kind of file somebody hands in."""

import gzip
import json
from pathlib import Path

import pytest

from drone_jobs.imagery.files import FootageKind, footage_kind
from models.errors import InputRefused

TS = (b"\x47" + bytes(187)) * 4
M2TS = (bytes(4) + b"\x47" + bytes(187)) * 4
MAVLINK = (1_700_000_000_000_000).to_bytes(8, "big") + b"\xfd\x09" + bytes(20)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.JPG", b"\xff\xd8\xff\xe1" + bytes(20), FootageKind.STILL),
        ("a.bin", b"\xff\xd8\xff\xe0" + bytes(20), FootageKind.STILL),
        ("a.MP4", bytes(3) + b"\x20ftypisom" + bytes(20), FootageKind.VIDEO),
        ("a.MOV", bytes(3) + b"\x08wide" + bytes(20), FootageKind.VIDEO),
        ("a.mkv", b"\x1a\x45\xdf\xa3" + bytes(20), FootageKind.VIDEO),
        ("a.ts", TS, FootageKind.VIDEO),
        ("a.m2ts", M2TS, FootageKind.VIDEO),
        ("a.SRT", b"1\n00:00:00,000 --> 00:00:01,000\n", FootageKind.SUBTITLES),
        ("a.txt", b"\xef\xbb\xbf1\r\n00:00:00,000 --> 00:00:01,000", FootageKind.SUBTITLES),
        ("a.txt", b"1\n2026.08.05 14:11:51,393\n[iso", FootageKind.SUBTITLES),
        ("a.srt", b"1\n", FootageKind.SUBTITLES),  # its reader says what is wrong with it
    ],
)
def test_a_kind_is_told_by_the_content(
    tmp_path: Path, name: str, content: bytes, kind: FootageKind
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert footage_kind(path) is kind


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jpg", b"", "footage_empty"),
        ("a.jpg", b"PK\x03\x04" + bytes(9), "footage_mission"),
        ("a.plan", json.dumps({"fileType": "Plan"}).encode(), "footage_mission"),
        ("a.waypoints", b"QGC WPL 110\n", "footage_mission"),
        ("a.kml", b'\xef\xbb\xbf<?xml version="1.0"?><kml/>', "footage_mission"),
        ("a.tlog", MAVLINK, "footage_log"),
        ("a.BIN", b"\xa3\x95\x80\x80" + bytes(80), "footage_log"),
        ("a.tif", b"II*\x00" + bytes(9), "footage_tiff"),
        ("a.dng", b"MM\x00*" + bytes(9), "footage_tiff"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(9), "footage_unknown"),
        ("a.srt", bytes(100), "footage_unknown"),
        ("a.gz", gzip.compress(b"a", mtime=0), "footage_unknown"),
        ("a.ts", TS[:300], "footage_unknown"),
        ("a.txt", b"hello", "footage_unknown"),
        ("a", b"\x47", "footage_unknown"),
    ],
)
def test_everything_else_is_refused_by_its_own_name(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        footage_kind(path)
    assert refused.value.code == code
    assert refused.value.remedy


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.jpg"):
        with pytest.raises(InputRefused) as refused:
            footage_kind(path)
        assert refused.value.code == "footage_unreadable"
