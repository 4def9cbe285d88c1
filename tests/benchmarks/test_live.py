from itertools import pairwise

import pytest
import rtsp_rig

from benchmarks.live.command import gaps_of, main


def test_without_a_server_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rtsp_rig, "why_no_server", lambda: "No module named 'gi'")
    assert main(["--quick"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "apt-get install python3-gi" in said.err


def test_gaps_are_told_in_cadences_and_shares_a_camera() -> None:
    moments = [0.0, *range(5, 501, 5), 520.0]
    gaps = [after - before for before, after in pairwise(moments)]
    told = {"gaps": gaps, "cpu_s": 30.0, "wall_s": 20.0, "resident_mib": 1000.0}
    found = gaps_of(told, cameras=100, every_s=5.0)
    assert (found.p99, found.longest) == (1.0, 4.0)
    assert found.core_share == pytest.approx(0.015)
    assert found.resident_mib == 10.0
    assert {one.bar for one in found.figures("together", "so")} == {None}
