"""Every field report is answered: by tests that exist, or by the reason why there is none."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROWS = [
    line.strip("| ").split(" | ")
    for line in (ROOT / "docs/field-reports.md").read_text(encoding="utf-8").splitlines()
    if "#" in line and line.startswith("| ")
]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_all_of_them_are_there() -> None:
    assert len(ROWS) >= 35


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_report_names_tests_or_says_why_not(row: list[str]) -> None:
    _report, _happened, answer = row
    named = NAMED.findall(answer)
    assert named or re.match(r"none: .{20,}", answer)
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {test}(" in text, f"{path} has no {test}"
