"""Everything that a report can say is said in both languages, in the watch's own words."""

import json
import string
from pathlib import Path

import pytest
from replayed_rig import made_result

from camera_gateway.truth import Fault
from detector.report.markup import Both
from detector.report.shape import OUTCOMES, VERDICTS
from detector.report.tables import known_measure
from detector.report.words import _texts, known, say, word
from models.alert import Finding
from models.detection import Label
from models.footage import Light, Season, Sky
from models.frame import FrameMode

CONSOLE = Path(__file__).resolve().parents[3] / "console/src/i18n"


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same_things_with_the_same_places_to_fill() -> None:
    zh, en = _texts()
    assert zh.keys() == en.keys()
    assert {key for key in zh if places(zh[key]) != places(en[key])} == set()
    assert all(text.strip() for texts in (zh, en) for text in texts.values())
    open_lists = ("finding.", "drop.", "part.", "label.", "verdict.", "outcome.", "by.")
    assert not [key for key in zh if key.startswith(open_lists) and places(zh[key])]


@pytest.mark.parametrize("section", ["finding", "drop", "label"])
@pytest.mark.parametrize(("side", "language"), [(0, "zh"), (1, "en")])
def test_findings_and_refusals_are_told_as_the_console_tells_them(
    section: str, side: int, language: str
) -> None:
    console = json.loads((CONSOLE / f"{language}.json").read_text(encoding="utf-8"))[section]
    ours = {
        key.removeprefix(f"{section}."): text
        for key, text in _texts()[side].items()
        if key.startswith(f"{section}.")
    }
    console.pop("other", None)  # what the console says of words that it does not have
    assert ours == console


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("finding", list(Finding)),
        ("drop", [*Fault, "corrupt", "duplicate", "out_of_order"]),
        ("part", [*Light, *Sky, *Season, *FrameMode, "small", "medium", "large"]),
        ("label", [label.word for label in Label]),
        ("verdict", list(VERDICTS)),
        ("define", list(VERDICTS)),
        ("outcome", list(OUTCOMES)),
    ],
)
def test_every_word_of_the_watch_has_words_here(section: str, words: list[str]) -> None:
    assert [one for one in words if not known(section, str(one))] == []


def test_every_figure_and_cut_has_words() -> None:
    figures = made_result()["figures"]
    assert [one["name"] for one in figures["headline"] if not known_measure(one["name"])] == []
    assert [one["by"] for one in figures["slices"] if not known("by", one["by"])] == []


def test_what_nobody_has_words_for_is_said_as_it_is() -> None:
    assert word("finding", "{0.__class__}") == Both("{0.__class__}", "{0.__class__}")
    assert word("measure", "event_recall.name").en == "event_recall.name"
    assert say("unit.s", n="{n}") == Both("{n} 秒", "{n} s")
    assert say("card.at", at=Both("甲", "a")) == Both("时刻 甲", "at a")
