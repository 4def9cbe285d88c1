"""``firewatch order`` as its user types it."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from command_line import run_firewatch

from api.commands.user import open_store
from models.clock import SystemClock
from models.crossing import Report
from models.duty import DISTRICT, PersonDraft, Post
from models.incident import DismissReason
from models.land import LandFeature, Layer
from models.observation import ObservationDraft, ObservationSource
from models.order import Answer, ClockKind, ClosesAt, OrderDraft, OrderEntryKind, Told
from models.site import HeightDatum, Position

PHONE = "13800001234"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Of a district with a fire and two orders, one of them over."""
    file = tmp_path / "firewatch.toml"
    file.write_text(f'data_dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    outline = shapely.box(106.0, 29.0, 106.1, 29.1)
    place = shapely.Point(106.05, 29.05)
    with closing(open_store(file)) as store:
        store.land.replace(
            Layer.TOWNSHIP, [LandFeature(Layer.TOWNSHIP, "T1", "万隆镇", outline, drill=True)]
        )
        store.land.replace(
            Layer.VILLAGE, [LandFeature(Layer.VILLAGE, "V1", "红星村", place, drill=True)]
        )
        at = Position(106.05, 29.05, 0.0, HeightDatum.GROUND)
        seen_at = SystemClock().now() - timedelta(minutes=1)
        told = ObservationDraft(ObservationSource.CALL, Report(at, 50.0), seen_at)
        fire = store.observations.add(told, author="t", key="told-0001")[0].incident_id
        assert fire is not None
        person = store.duty.add_person(PersonDraft("张三", PHONE, Post.TEAM, "T1"), author="t")
        drafts = [
            OrderDraft(fire, "T1", ("V1",), 0.83, ClosesAt.VILLAGE, "hand:t:1", "看一看"),
            OrderDraft(fire, DISTRICT, (), None, ClosesAt.DISTRICT, "hand:t:1"),
        ]
        first, second = store.orders.open(drafts, author="t")
        for number, clock in enumerate((None, ClockKind.PUSH)):
            store.orders.call(
                first.order_id,
                person.person_id if number == 0 else None,
                expected_calls=number,
                clock=clock,
                round_=0,
                author="t",
                link_s=60.0,
            )
        answer = Told(OrderEntryKind.ANSWERED, Answer.UNSURE, note="看不清")
        store.orders.tell(first.order_id, answer, author="t")
        false = Told(OrderEntryKind.ANSWERED, Answer.FALSE, DismissReason.FOG)
        store.orders.tell(second.order_id, false, author="t")
        store.orders.close(second.order_id, author="t")
    return file


def test_list_and_show(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--settings", settings)
    assert run_firewatch(monkeypatch, "order", "list", *asked) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("1  fire 1  T1 万隆镇  answered: unsure  push kept ")
    assert "verify running " in line
    assert run_firewatch(monkeypatch, "order", "list", "--all", *asked) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2  fire 1  the district  closed: false  push kept ")
    assert lines[1:] != []
    assert run_firewatch(monkeypatch, "order", "list", "--all", "--limit", "1", *asked) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    assert "say --limit" in said.err

    assert run_firewatch(monkeypatch, "order", "show", "1", *asked) == 0
    shown = capsys.readouterr().out
    for words in (
        "township     T1 万隆镇",
        "villages     V1 红星村",
        "probability  83%",
        "closes at    village",
        "clock        push kept ",
        "called  call 1: 张三  by t",
        "called  call 2: the duty room, as push had run out  by t",
        "answered  unsure  看不清  by t",
        "opened  看一看  by t",
    ):
        assert words in shown, words
    assert PHONE not in shown
    assert run_firewatch(monkeypatch, "order", "show", "2", *asked) == 0
    shown = capsys.readouterr().out
    assert "answered  false  fog  by t" in shown
    assert "probability" not in shown
    assert run_firewatch(monkeypatch, "order", "show", "3", *asked) == 1
    assert "There is no order 3." in capsys.readouterr().err
