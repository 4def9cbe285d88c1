"""Schemathesis on every operation of the running application, all checks."""

from pathlib import Path

import pytest
from api_rig import build_api
from schema_rig import fill, fuzzed


@pytest.mark.timeout(2400)
def test_no_operation_answers_otherwise_than_it_says(tmp_path: Path) -> None:
    rig = build_api(tmp_path)
    try:
        fill(rig)
        found = fuzzed(rig, tmp_path, ["--phases", "coverage,fuzzing", "-n", "5"], seconds=2300.0)
    finally:
        rig.context.store.close()
    assert found.passed, found.text
    assert found.statuses.get(200, 0) > 200, "it must have been let in, or it proves nothing"
    assert not [status for status in found.statuses if status >= 500]
