"""``firewatch nodes``, as its user types it."""

from contextlib import closing
from pathlib import Path

import pytest
from command_line import run_firewatch

from api.nodes.listed import MOST_BYTES, read_nodes
from models.clock import SystemClock
from models.errors import InputRefused
from models.heat_node import FrameRefusal
from models.site import Pose
from models.store import Store
from models.thermal import ThermalEncoding

Captured = pytest.CaptureFixture[str]
WHERE = ("--name", "一号", "--lon", "106.5", "--lat", "29.5", "--reach", "60")
LIST = (
    "node_id,name,lon_deg,lat_deg,reach_m,azimuth_deg,tilt_deg,horizontal_fov_deg,intervals_s,"
    "is_drill,encoding\n"
    'r1,一号,106.5,29.5,60,0,-5,56,"600 600 300 60 60",no,centikelvin\n'
    "r2,二号,106.6,29.6,40,,,,,yes,\n"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def opened(tmp_path: Path) -> Store:
    return Store.open(f"sqlite:///{tmp_path}/data/firewatch.db", clock=SystemClock())


def test_a_node_is_set_up_shown_given_a_key_and_retired(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    posed = ("--azimuth", "0", "--tilt=-5", "--fov", "56", "--encoding", "centikelvin")
    assert run_firewatch(monkeypatch, "nodes", "add", "r1", *WHERE, *posed) == 0
    first = capsys.readouterr().out.split()[-1]
    with closing(opened(tmp_path)) as store:
        sender = store.nodes.sender("r1")
        assert sender is not None
        assert sender.key == first
        assert sender.kept.node.pose == Pose(0.0, -5.0, 0.0, 56.0, 0.0, 3.0, 3.0)
        store.nodes.count_refusal("r1", FrameRefusal.FORGED, 3)
    assert run_firewatch(monkeypatch, "nodes", "list") == 0
    assert capsys.readouterr().out == "r1: 一号, nothing yet, 0 frames, forged\n"
    assert run_firewatch(monkeypatch, "nodes", "show", "r1") == 0
    told = capsys.readouterr().out
    assert "azimuth 0, tilt -5, field of view 56, 60 m far" in told
    assert "node_signature 3" in told
    assert run_firewatch(monkeypatch, "nodes", "key", "r1") == 0
    assert capsys.readouterr().out.split()[-1] != first
    assert run_firewatch(monkeypatch, "nodes", "retire", "r1") == 0
    capsys.readouterr()
    assert run_firewatch(monkeypatch, "nodes", "list") == 0
    assert capsys.readouterr().out.endswith("retired\n")
    for refused in (
        ("show", "r2"),
        ("retire", "r2"),
        ("key", "r1"),
        ("add", "R1", *WHERE),
        ("add", "r3", *WHERE, "--azimuth", "3"),
        ("add", "r3", *WHERE, "--azimuth", "360", "--tilt", "0", "--fov", "50"),
        ("import", "none.csv"),
    ):
        assert run_firewatch(monkeypatch, "nodes", *refused) == 1, refused
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_list_is_taken_whole_and_again_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    file = tmp_path / "nodes.csv"
    file.write_text(LIST, encoding="gb18030")
    assert run_firewatch(monkeypatch, "nodes", "import", file) == 0
    made = capsys.readouterr()
    assert [line.partition(",")[0] for line in made.out.splitlines()] == ["r1", "r2"]
    assert made.err == "2 nodes set up, 0 changed, 0 as they were.\n"
    with closing(opened(tmp_path)) as store:
        first, second = (one.node for one in store.nodes.all_kept())
    assert first.intervals_s == (600, 600, 300, 60, 60)
    assert (first.name, first.encoding) == ("一号", ThermalEncoding.CENTIKELVIN)
    assert (second.pose, second.is_drill) == (None, True)
    file.write_text(LIST.replace("二号", "三号"), encoding="utf-8-sig")
    assert run_firewatch(monkeypatch, "nodes", "import", file) == 0
    assert capsys.readouterr().err == "0 nodes set up, 1 changed, 1 as they were.\n"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("node_list_size", "x" * (MOST_BYTES + 1)),
        ("node_list", ""),
        ("node_list", "node_id,name\nr1,a\n"),
        ("node_list", LIST.replace("is_drill", "drill")),
        ("node_list", "node_id,name,lon_deg,lat_deg,reach_m\n" + 'r1,"' + "x" * 200_000 + "\n"),
        ("node_list_line", LIST.replace("r2", "r1")),
        ("node_list_line", LIST.replace("106.6", "406.6")),
        ("node_list_line", LIST.replace("yes", "perhaps")),
        ("node_list_line", LIST.replace("600 600 300", "600 600")),
        ("node_key", LIST.replace("r2", "R2")),
        ("node_pose", LIST.replace("-5,56", ",56")),
    ],
    ids=[
        "size",
        "nothing",
        "lacks",
        "unknown",
        "csv",
        "twice",
        "lon",
        "truth",
        "spans",
        "key",
        "pose",
    ],
)
def test_a_list_that_cannot_be_is_refused(code: str, text: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read_nodes(text.encode(), "nodes.csv")
    assert refused.value.code == code
