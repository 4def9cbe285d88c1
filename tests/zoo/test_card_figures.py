"""What a card promises is what anyone finds who measures it again with ``evaluate images``."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.zoo import card_names, load_card

DATA = Path(__file__).resolve().parents[3] / "shared/data/detection"
AS_FAR_AS_MACHINES_DIFFER = 0.005
"""Another processor rounds otherwise; one box of 63 that changes sides moves a recall by 0.016, and
none is expected to."""
WITHOUT_VNNI = 0.03
"""A processor without 8-bit dot products saturates where this one does not."""

pytestmark = [
    pytest.mark.figures,
    pytest.mark.footage,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.is_dir(), reason="the labelled pictures are not beside us"),
]


@pytest.mark.parametrize("name", card_names())
def test_the_card_says_what_evaluate_images_finds(name: str, tmp_path: Path) -> None:
    firewatch = Path(sys.executable).with_name("firewatch")
    command = [firewatch, "evaluate", "images", "--data", DATA, "--split", "val"]
    command += ["--model", name, "--out", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    found = {row["name"]: row["value"] for row in metrics["measures"]}
    promised = {metric.name: metric.value for metric in load_card(name).metrics}
    assert found.keys() <= promised.keys()
    off = WITHOUT_VNNI if name.endswith("-int8") else AS_FAR_AS_MACHINES_DIFFER
    for measure, value in found.items():
        assert promised[measure] == pytest.approx(value, abs=off), measure
