"""The API keeps what it says of itself, also when it is asked for nonsense: a quick look.

All of it is asked in ``tests/servers``.
"""

from pathlib import Path

import pytest
from api_rig import ApiRig
from schema_rig import fill, fuzzed

OPERATIONS = ("list_incidents", "incidents_add_note", "list_observations")


@pytest.mark.timeout(300)
def test_no_answer_is_another_than_was_said(api: ApiRig, tmp_path: Path) -> None:
    fill(api)
    names = [part for name in OPERATIONS for part in ("--include-operation-id", name)]
    found = fuzzed(api, tmp_path, ["--phases", "coverage", "--seed", "11", *names], seconds=280.0)
    assert found.passed, found.text
    assert found.statuses.get(200, 0) > 20, "it must have been let in, or it proves nothing"
    assert not [status for status in found.statuses if status >= 500]
