"""Text to lines: nothing is lost, nothing is wider than its line, and punctuation stays behind."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from api.reports.lines import lines_of, pieces_of

TEXT = st.text(
    st.sampled_from("火情无法得知 abc12.,%()\uff08\uff09、。\u201c\u201d《》-/")
    | st.characters(exclude_categories=["Cs"]),
    max_size=80,
).map(lambda text: " ".join(text.split()))


def width_of(char: str) -> float:
    return 2.0 if unicodedata.east_asian_width(char) in "WF" else 1.0


@given(TEXT, st.integers(2, 40))
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, width: int) -> None:
    lines = lines_of(text, float(width), width_of)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(sum(map(width_of, line)) <= width for line in lines)


@given(TEXT)
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(pieces_of(text)) == text


@given(TEXT, st.integers(12, 40))
def test_a_line_begins_with_no_stop_where_there_is_room(text: str, width: int) -> None:
    pieces = list(pieces_of(text))
    if any(sum(map(width_of, piece)) > width for piece in pieces):
        return  # a piece that is wider than a line is broken anywhere
    for line in lines_of(text, float(width), width_of)[1:]:
        assert line == "" or line[0] not in "。、\uff09》\u201d"


def test_it_breaks_where_a_reader_expects() -> None:
    assert lines_of("每项数据\uff0c都可核对。", 10.0, width_of) == ["每项数据\uff0c", "都可核对。"]
    assert lines_of("火情\uff1a一、二", 6.0, width_of) == ["火情\uff1a", "一、二"]
    assert lines_of("\u201c引文\u201d后", 6.0, width_of) == ["\u201c引文\u201d", "后"]
    assert lines_of("cannot be known", 10.0, width_of) == ["cannot be", "known"]
    assert lines_of("第一\n第二", 99.0, width_of) == ["第一", "第二"]
    assert lines_of("abcdefghij", 4.0, width_of) == ["abcd", "efgh", "ij"]
    assert lines_of("", 4.0, width_of) == [""]
