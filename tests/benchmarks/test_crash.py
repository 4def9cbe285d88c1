"""A few kills of the two hundred: the same harness, the same bars."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_kills_under_load_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    """In a process of its own, for its children are forked."""
    out = tmp_path / "crash.json"
    command = [sys.executable, "benchmarks/crash.py", "--quick", "--json", str(out)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    found = {one["name"]: one for one in json.loads(out.read_text())["measures"]}
    assert found["kills"]["value"] == 15
    assert found["promises"]["value"] > 0
    for name in ("promises_lost", "rules_broken", "notices_never_sent", "notices_under_two_marks"):
        assert found[name]["value"] == 0, found[name]
