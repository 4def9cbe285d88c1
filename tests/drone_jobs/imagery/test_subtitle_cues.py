"""Files of subtitles: how cues are found, what is left out, and what damage does."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from subtitle_rig import LINE, QIJIANG, THERMAL, file, place, read

from drone_jobs.imagery import subtitle_cues
from drone_jobs.imagery.subtitles import read_subtitles
from models.errors import InputRefused

CHINA = ZoneInfo("Asia/Shanghai")


def test_blank_lines_marks_of_order_and_returns_do_not_matter() -> None:
    plain = file(THERMAL.format(1), THERMAL.format(2)).decode()
    expected = read_subtitles(plain.encode(), "a").entries
    for text in (
        "\ufeff" + plain,
        plain.replace("\n", "\r\n"),
        plain.replace("</font>\n", "</font>\n\n\n"),
        file(THERMAL.format(1), THERMAL.format(2), number=False).decode(),
    ):
        assert read_subtitles(text.encode(), "a").entries == expected
    assert read_subtitles(plain.encode("utf-16"), "a").entries == expected


def test_a_number_within_a_text_begins_nothing() -> None:
    subtitles = read("17\n[latitude: 28.8] [longitude: 106.6]\n42")
    assert len(subtitles.entries) == 1
    assert place(subtitles.entries[0].look) == (106.6, 28.8)


def test_without_lines_of_times_the_dates_time_it() -> None:
    text = "".join(
        f"{second + 1}\n2026.08.05 14:11:{50 + second},393,525\n"
        f"[latitude : 28.85] [longtitude : 106.65] [iso : 100]\n\n"
        for second in range(3)
    )
    subtitles = read_subtitles(text.encode(), "a")
    assert [(each.start_s, each.end_s) for each in subtitles.entries] == [(0, 1), (1, 2), (2, 3)]
    assert any("timed by their dates" in note for note in subtitles.notes)


def test_dates_that_run_backwards_are_left_out() -> None:
    text = "".join(
        f"{index + 1}\n2026.08.{day} 14:11:51\n[iso : 100]\n\n"
        for index, day in enumerate(("05", "04", "05", "99"))
    )
    subtitles = read_subtitles(text.encode(), "a")
    assert [each.start_s for each in subtitles.entries] == [0.0, 0.0]
    assert subtitles.notes[0] == "2 subtitles are damaged and left out."


def test_dates_that_are_none_leave_nothing() -> None:
    with pytest.raises(InputRefused) as refused:
        read_subtitles(b"1\n2026.99.05 14:11:51\n[iso : 100]\n", "a")
    assert refused.value.code == "subtitles_foreign"


def test_an_end_before_its_start_and_a_text_without_end_are_left_out() -> None:
    good = file(THERMAL.format(1)).decode()
    odd = f"2\n00:00:09,000 --> 00:00:08,000\n{THERMAL}\n\n3\n00:00:10,000 --> 00:00:11,000\n"
    subtitles = read_subtitles((good + odd + "x" * 5000).encode(), "a")
    assert len(subtitles.entries) == 1
    assert subtitles.notes[0] == "2 subtitles are damaged and left out."


def test_cues_in_disorder_are_put_in_order() -> None:
    one, two = file(THERMAL.format(1), THERMAL.format(2)).decode().split("\n\n")
    entries = read_subtitles(f"{two}\n\n{one}\n".encode(), "a").entries
    assert [each.start_s for each in entries] == [0.0, 1.0]


def test_several_cameras_in_one_file_are_told() -> None:
    subtitles = read(LINE, THERMAL.format(2), site=QIJIANG)
    assert any("several cameras" in note for note in subtitles.notes)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "subtitles_empty"),
        (b"\xef\xbb\xbf \r\n\x00", "subtitles_empty"),
        (b"1\n", "subtitles_none"),
        (b"1\nhello\n", "subtitles_none"),
        (b"\x00\x01\x02\x03", "subtitles_text"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nGood evening.\n", "subtitles_foreign"),
        (b"1\n00:00:09,000 --> 00:00:02,000\nISO:100\n", "subtitles_foreign"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read_subtitles(data, "DJI_0001.SRT")
    assert refused.value.code == code
    assert "DJI_0001.SRT" in refused.value.message
    assert refused.value.remedy


def test_files_that_are_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = file(*[THERMAL.format(1)] * 3)
    for name, limit in (("LARGEST_BYTES", len(data) - 1), ("MOST_CUES", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(subtitle_cues, name, limit)
            with pytest.raises(InputRefused) as refused:
                read_subtitles(data, "a")
            assert refused.value.code == "subtitles_size"
    assert len(read_subtitles(data, "a").entries) == 3


# Damage


@given(end=st.integers(0, len(LINE)))
@settings(max_examples=60)
def test_a_text_that_breaks_off_anywhere_tells_nothing_else(end: int) -> None:
    """A number cut short would be another place; it is told whole or not at all."""
    data = file(LINE[:end])
    try:
        entry = read_subtitles(data, "a", site=QIJIANG).entries[0]
    except InputRefused as refused:
        assert refused.code == "subtitles_foreign"  # noqa: PT017
        return
    assert place(entry.look) in {(106.65, 28.85), (None, None)}
    assert entry.home in {(106.651, 28.85), None}
    assert entry.look.above_take_off_m in {85.8, None}
    assert entry.look.pitch_deg in {-24.4, None}


@given(end=st.integers(0, len(THERMAL)))
@settings(max_examples=60)
def test_labels_that_break_off_anywhere_tell_nothing_else(end: int) -> None:
    try:
        entry = read_subtitles(file(THERMAL[:end]), "a").entries[0]
    except InputRefused as refused:
        assert refused.code == "subtitles_foreign"  # noqa: PT017
        return
    assert place(entry.look) in {(106.65, 28.85), (None, None)}
    assert entry.look.above_take_off_m in {75.645, None}
    assert entry.absolute_m in {227.888, None}
    assert entry.look.pitch_deg in {-49.1, None}


@given(
    data=st.lists(
        st.sampled_from(
            [
                b"1\n",
                b"00:00:01,000 --> 00:00:02,000\n",
                b"99:99:99,1 --> 1:1:1,1\n",
                b"GPS(",
                b"[",
                b"]",
                b"2026-01-01 00:00:00,1,",
                b"latitude: 1",
                b"\xff\xfe",
                b"\x00",
                b")",
                b"[iso: 1]\n",
                b"-",
            ]
        ),
        max_size=30,
    ).map(b"".join)
)
@settings(max_examples=60)
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        subtitles = read_subtitles(data, "a", zone=CHINA, site=QIJIANG)
    except InputRefused as refused:
        assert refused.code.startswith("subtitles_")  # noqa: PT017
    else:
        assert subtitles.entries


def test_a_hostile_line_is_read_in_little_time() -> None:
    text = "[" * 1500 + "GPS (" * 200 + "latitude: " * 90
    data = file(*[text[:4000]] * 200)
    assert read_subtitles(data + b"\n\n900\n00:10:00,000 --> 00:10:01,000\nISO:100\n", "a").entries
