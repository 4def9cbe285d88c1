"""Whatever is said of a file of land layers is said in both languages, and nothing else is."""

import json
import re
from enum import StrEnum
from pathlib import Path

import pytest

from geo.exchange import Format, NoteCode, refusals
from geo.land.importing import LineCode, Verdict
from models.land import ATTRIBUTES, AttributeKind, ChangeKind

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@pytest.fixture(params=["zh", "en"])
def words(request: pytest.FixtureRequest) -> dict[str, dict[str, str]]:
    text = (ROOT / f"console/src/i18n/{request.param}.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("enumeration", "section"),
    [
        (NoteCode, "land_note"),
        (LineCode, "land_line"),
        (LineCode, "land_reason"),
        (Verdict, "land_verdict"),
        (ChangeKind, "land_change"),
        (Format, "land_format"),
    ],
)
def test_each_code_has_words_and_each_word_a_code(
    words: dict[str, dict[str, str]], enumeration: type[StrEnum], section: str
) -> None:
    assert set(words[section]) == {each.value for each in enumeration}
    assert all(text.strip() for text in words[section].values())


def test_every_refusal_of_a_file_says_what_to_do(words: dict[str, dict[str, str]]) -> None:
    for code in refusals._REMEDIES:
        assert words["problem"].get(code, "").strip(), code


def test_every_attribute_and_every_choice_has_a_name(words: dict[str, dict[str, str]]) -> None:
    for attributes in ATTRIBUTES.values():
        for attribute in attributes:
            assert words["attribute"].get(attribute.key, "").strip(), attribute.key
            if attribute.kind is AttributeKind.CHOICE:
                named = words["choice"][attribute.key]
                assert set(attribute.choices) <= set(named), attribute.key  # type: ignore[arg-type]
