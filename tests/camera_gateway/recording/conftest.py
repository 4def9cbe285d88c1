"""A store, a vault and a ring on a real folder, with time that moves when it is told to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from recorder_rig import RecorderRig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[RecorderRig]:
    made = RecorderRig(tmp_path)
    yield made
    made.close()
