"""``firewatch incident``: list, show and export from the machine itself."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from api_rig import ApiRig
from typer.testing import CliRunner, Result

from api.cli import app
from models.alert import Alert
from models.crossing import Bearing, Report
from models.errors import InputRefused, NotFound
from models.incident import DismissReason, IncidentState
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position


@pytest.fixture
def run(api: ApiRig, burn: Callable[[], Alert], tmp_path: Path) -> Callable[..., Result]:
    """A located fire, a direction and a merged one; runs the tool on them."""
    burn()
    store = api.context.store
    for at in range(3):
        stand = Position(-84.0 + 0.3 * at, 36.25, 0.0, HeightDatum.GROUND)
        witness = Bearing(stand, 30.0, 2.0) if at == 0 else Report(stand, 100.0)
        draft = ObservationDraft(
            ObservationSource.CALL, witness, api.clock.now(), "t", "冒烟\x1b[31m"
        )
        store.observations.add(draft, author="m", key=f"key-000{at}")
    store.incident_joins.merge(4, 3, author="m", note="同一处")
    store.verdicts.step(
        3,
        expected=IncidentState.OPEN,
        to_state=IncidentState.DISMISSED,
        author="m",
        reason=DismissReason.FOG,
    )
    settings = tmp_path / "f.toml"
    settings.write_text(f'data_dir = "{tmp_path}"\n', encoding="utf-8")

    def run(*arguments: str) -> Result:
        given = ["incident", *arguments, "--settings", str(settings)]
        return CliRunner().invoke(app, given)

    return run


def test_what_needs_people_is_listed(run: Callable[..., Result]) -> None:
    lines = run("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert "direction only" in lines[0]
    assert "双河镇" in lines[1]
    everything = run("list", "--all").stdout.splitlines()
    assert [line.split()[1] for line in everything] == ["dismissed", "open", "open"]
    assert len(run("list", "--all", "--state", "dismissed").stdout.splitlines()) == 1
    assert run("list", "--state", "closed").stdout == ""
    short = run("list", "--limit", "1")
    assert "and 1 more" in short.output


def test_one_is_shown_with_its_history(run: Callable[..., Result]) -> None:
    told = run("show", "1").stdout
    assert "alert 1: t1-red" in told
    assert "→open" in told
    dismissed = run("show", "3").stdout
    assert "acknowledged→dismissed (fog) m" in dismissed
    assert "observation 2: call, 冒烟?[31m" in dismissed, "no terminal is told what to do"
    assert "merged_into        3" in run("show", "4").stdout
    assert isinstance(run("show", "77").exception, NotFound)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg", "kml", "kmz", "zip"])
def test_they_are_exported(
    api: ApiRig, run: Callable[..., Result], tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"fires.{ending}"
    done = run("export", str(file), "--all")
    assert "3 fires are in" in done.output
    assert file.stat().st_size > 100
    if ending == "csv":
        rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
        assert [row["状态"] for row in rows] == ["已排除", "待处置", "待处置"]
    deed = api.context.store.audit.entries(1)[0]
    assert (deed.action, deed.actor) == ("incident.exported", "command line")


def test_a_file_says_by_its_ending_what_it_is(run: Callable[..., Result], tmp_path: Path) -> None:
    for name in ("fires", "fires.dwg", "fires.shp"):
        refused = run("export", str(tmp_path / name)).exception
        assert isinstance(refused, InputRefused)
        assert refused.code == "export_ending"
    none = run("export", str(tmp_path / "f.csv"), "--state", "closed").exception
    assert isinstance(none, NotFound)
