"""What a gate may tell, and when two ways of writing a plate are the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputRefused
from models.passage import (
    FROM_THE_FUTURE,
    OLDEST,
    Passage,
    PassageDraft,
    PassageKind,
    SealedDraft,
    Way,
    bare,
    check_passage,
)

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
CAR = PassageDraft("k1", NOW, Way.IN, PassageKind.PLATE, "渝A12345", "1")
PEOPLE = PassageDraft("k1", NOW, Way.OUT, PassageKind.COUNT)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    "written",
    [
        *("渝A12345", "渝a12345", "渝A·12345", "渝A•12345", "渝A・12345", "渝A･12345"),
        *("渝 A-12345", "渝A.12345", "渝A_12345\n", "渝A\u00a012345"),
        *("渝Ａ１２３４５", "渝ａ\u3000１２３４５"),  # noqa: RUF001  # as such keyboards write them
    ],
)
def test_a_plate_is_the_same_however_it_is_written(written: str) -> None:
    assert bare(written) == "渝A12345"


@pytest.mark.parametrize("other", ["渝B12345", "川A12345", "渝AD12345", "渝A12346", "渝A1234"])
def test_another_plate_stays_another(other: str) -> None:
    assert bare(other) != bare("渝A12345")


LETTERS = "渝川粤港澳学警挂使领ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


@given(st.text(LETTERS, min_size=1, max_size=12), st.data())
def test_what_people_write_between_and_how_wide_does_not_matter(
    plate: str, data: st.DataObject
) -> None:
    def as_written(letter: str) -> str:
        wide = chr(ord(letter) + 0xFEE0) if letter.isascii() else letter
        shape = data.draw(st.sampled_from([letter, letter.lower(), wide, wide.lower()]))
        return shape + data.draw(st.text(" \t\u3000·•・.-_", max_size=2))

    assert bare("".join(map(as_written, plate))) == plate


@given(st.text(max_size=64))
def test_bare_is_bare(who: str) -> None:
    assert not any(sign.isspace() or sign in "·•.-_" for sign in bare(who))
    assert bare(f" {who}·") == bare(who)


@pytest.mark.parametrize(
    "draft",
    [
        CAR,
        PEOPLE,
        replace(CAR, gate="卡" * 80, who="x" * 64, key="k" * 80),
        replace(CAR, kind=PassageKind.CODE, who="0"),
        replace(CAR, at=NOW + FROM_THE_FUTURE),
        replace(CAR, at=NOW - OLDEST),
        replace(PEOPLE, who=" · "),  # what people write between nothing
    ],
)
def test_what_can_be_is_taken(draft: PassageDraft) -> None:
    check_passage(draft, NOW)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (replace(CAR, gate=" "), "gate_name"),
        (replace(CAR, gate="x" * 81), "gate_name"),
        (replace(CAR, gate="k\0"), "gate_name"),
        (replace(CAR, key="x" * 81), "gate_name"),
        (replace(CAR, key="1\0"), "gate_name"),
        (replace(CAR, at=NOW + FROM_THE_FUTURE + TICK), "gate_time"),
        (replace(CAR, at=NOW - OLDEST - TICK), "gate_time"),
        (replace(CAR, who=""), "gate_who"),
        (replace(CAR, who="-"), "gate_who"),
        (replace(CAR, kind=PassageKind.CODE, who="　"), "gate_who"),
        (replace(CAR, who="渝A12345" + "0" * 58), "gate_who"),
        (replace(CAR, who="渝A12345\0"), "gate_who"),
        (replace(PEOPLE, who="渝A12345"), "gate_who"),
    ],
)
def test_what_cannot_be_is_refused_without_the_plate(draft: PassageDraft, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        check_passage(draft, NOW)
    assert refused.value.code == code
    assert "12345" not in f"{refused.value}"


def test_nothing_that_is_shown_by_accident_holds_a_plate() -> None:
    sealed = SealedDraft("k1", NOW, Way.IN, PassageKind.PLATE, "a" * 64, b"12345")
    passage = Passage(1, "k1", NOW, Way.IN, PassageKind.PLATE, "a" * 64, b"12345", NOW, "g")
    assert "12345" not in f"{CAR} {sealed} {passage}"
