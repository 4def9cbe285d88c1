"""Whatever the gate says has words in both languages, with the values that they want."""

import json
import re
from pathlib import Path

import pytest

from models.release import GateRule, ReleaseState

ROOT = Path(__file__).resolve().parents[2]
SAID = [
    *(ROOT / "detector/release").glob("*.py"),
    ROOT / "api/releases/service.py",
]
CODE = re.compile(
    r'"((?:set|decision|fires|false_alarms|speed)_(?:[a-z_]+)|not_compared)"', re.ASCII
)
OTHERS = {"set_unlabelled", "set_problem", "false_alarms_per_camera_day", "set_sha256"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_the_gate_is_said(language: str) -> None:
    path = ROOT / f"console/src/i18n/{language}.json"
    words = json.loads(path.read_text(encoding="utf-8"))
    codes = {code for file in SAID for code in CODE.findall(file.read_text(encoding="utf-8"))}
    codes -= OTHERS
    assert len(codes) >= 25
    assert codes == set(words["gate_check"])
    assert set(words["gate_rule"]) == {one.value for one in GateRule}
    assert set(words["release_state"]) == {one.value for one in ReleaseState}
