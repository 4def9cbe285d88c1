"""Replays: asked for, played in a process of their own, and read."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from api_rig import ApiRig
from hypothesis import given, settings
from hypothesis import strategies as st
from replayed_rig import RecordingMade, made_result, result_of
from replays_rig import asked, library, replay_desk, ridge_zip

from api.footage.service import shelf_of as library_of
from api.releases.service import freeze
from api.replays.preparing import prepare
from api.replays.results import headline_of, page_policy
from api.replays.service import shelf_of
from api.replays.toml import toml_text
from detector.footage.files import write_whole
from detector.replay.result import canonical
from detector.replay.run_file import read_run
from detector.report import write_report
from models.config import load_settings
from models.detection import ModelReference
from models.errors import InputRefused, StorageFull
from models.events import EventKind
from models.footage import FootageKind, TrueFire, Truth
from models.footage_library import FootageDraft, FootageResult, FootageState
from models.replay_run import ReplayHeadline, ReplayState
from models.user import Role

REPLAY_CHANGED = EventKind.REPLAY_CHANGED
HEADLINE = ReplayHeadline("c" * 64, 0, 0, 0, 0.0, None)


def test_a_replay_is_played_in_a_process_and_read(api: ApiRig) -> None:
    """The whole way with the real program and weights."""
    client, store = api.client(Role.MONITOR), api.context.store
    number, other = library(api, client, ridge_zip(2), ridge_zip(1, first=50))
    fire = TrueFire("barn", 60.0, ignition_s=0.0)
    store.footage.put_truth(number, Truth((fire,)), base=0, author="m")
    first = asked(client, footage_ids=[number, other])
    waits = client.get(f"/api/replays/{first}").json()
    assert (waits["state"], waits["weights"], waits["started_at"]) == ("queued", "", None)
    assert waits["progress"]["recordings"] == 2
    early = client.get(f"/api/replays/{first}/result.json")
    assert (early.status_code, early.json()["code"]) == (404, "replay_not_done")
    store.footage.put_truth(number, Truth(), base=1, author="m")  # what is asked for is fixed
    desk = replay_desk(api)
    assert desk.work_once()
    done = client.get(f"/api/replays/{first}").json()
    assert done["state"] == "done", done
    assert done["weights"].startswith("firewatch-yolo26n-416 ")
    assert done["progress"]["finished"] == 2
    headline = done["headline"]
    assert (headline["fires"], headline["found"], headline["refused"]) == (1, 0, 0)
    result = client.get(f"/api/replays/{first}/result.json").json()
    names = [one["name"] for one in done["footage"]]
    assert names == ["ridge-0.zip", "ridge-1.zip"]
    assert [one["name"] for one in result["sequences"]] == names, "so that frames can be shown"
    assert [one["is_drill"] for one in result["run"]["footage"]] == [False, False]
    assert result["sequences"][0]["truth"]["fires"][0]["name"] == "barn"
    assert result["sequences"][1]["truth"] is None, "nobody has said anything of it"
    cost = client.get(f"/api/replays/{first}/cost.json").json()
    assert cost["frames"] == 3
    assert headline["frames_per_s"] == cost["frames_per_s"] > 0.0
    told = [one.subject_id for one in store.events.after(0) if one.kind is REPLAY_CHANGED]
    assert set(told) == {first}
    assert len(told) >= 4, "asked, begun, further, done"


def finished(api: ApiRig, result: dict[str, Any], name: str = "autumn") -> int:
    """A replay whose files lie there as they do when the watch ends before the store knows."""
    client, store = api.client(Role.MONITOR), api.context.store
    number = asked(client, drill_fires=1, name=name)
    store.replays.begin(number, ModelReference("m", "1", "0" * 64))
    folder = shelf_of(api.context.settings).folder_of(number)
    write_whole(folder / "cost.json", canonical({"frames": 0, "frames_per_s": None}))
    write_whole(
        folder / "result.json", canonical(result | {"run": result["run"] | {"refused": []}})
    )
    write_report(folder, result)
    assert replay_desk(api).work_once()
    assert store.replays.get(number).state is ReplayState.DONE
    return number


def test_what_was_written_before_the_watch_ended_is_done_without_playing_again(
    api: ApiRig,
) -> None:
    number = finished(api, made_result())
    client = api.client(Role.VIEWER)
    headline = client.get(f"/api/replays/{number}").json()["headline"]
    assert (headline["found"], headline["fires"], headline["false_alarms"]) == (1, 2, 2)
    assert headline["camera_days"] == 0.066667
    assert headline["frames_per_s"] is None, "nothing was played, so there is no pace"
    assert client.get(f"/api/replays/{number}/figures.csv").content.startswith(b"\xef\xbb\xbfby,")
    page = client.get(f"/api/replays/{number}/report.html")
    policy = page.headers["content-security-policy"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert policy.endswith("; frame-ancestors 'none'; sandbox allow-scripts")


def test_two_are_compared_and_the_comparison_goes_with_either(api: ApiRig) -> None:
    first, second = finished(api, made_result()), finished(api, made_result(), "again")
    client, shelf = api.client(Role.VIEWER), shelf_of(api.context.settings)
    query = {"first": first, "second": second}
    compared = client.get("/api/replays/compare", params=query).json()
    assert (compared["sequences"], compared["left_out"]) == (3, [])
    assert compared["fires"] == {"gained": [], "lost": []}
    assert compared["second"] == {"run_id": second, "name": "again"}
    made_at = (shelf.compared(first, second) / "of.json").stat().st_mtime_ns
    page = client.get("/api/replays/compare.html", params=query)
    assert "script-src 'sha256-" in page.headers["content-security-policy"]
    assert "sandbox" in page.headers["content-security-policy"]
    assert (shelf.compared(first, second) / "of.json").stat().st_mtime_ns == made_at, "as it was"
    api.client(Role.ADMIN).delete(f"/api/replays/{first}")
    assert not shelf.folder_of(first).exists()
    assert not shelf.compared(first, second).exists()
    assert shelf.folder_of(second).exists()
    gone = client.get("/api/replays/compare", params=query)
    assert (gone.status_code, gone.json()["code"]) == (404, "no_such_replay")


def test_two_with_nothing_in_common_are_not_compared(api: ApiRig) -> None:
    first = finished(api, made_result())
    second = finished(api, result_of([RecordingMade("elsewhere").played()]))
    query = {"first": first, "second": second}
    refused = api.client(Role.VIEWER).get("/api/replays/compare", params=query)
    assert (refused.status_code, refused.json()["code"]) == (422, "compare_footage")


def test_what_is_played_is_written_as_the_command_reads_it(api: ApiRig) -> None:
    client, store = api.client(Role.MONITOR), api.context.store
    (number,) = library(api, client)
    client.patch(f"/api/footage/{number}", json={"scene": '山"\\ridge', "conditions": {}})
    camera = next(one for one in store.cameras.all() if len(one.presets) == 1)
    draft = FootageDraft(
        "ring.mp4", FootageKind.RING, "e" * 64, 9, camera.camera_id, camera_id=camera.camera_id
    )
    ring, _ = store.footage.add(draft, author="m")
    store.footage.finish(ring.footage_id, FootageResult(FootageState.READY))
    place = api.context.settings.data_dir / "footage" / "files" / "ee" / ("e" * 64) / "content"
    place.mkdir(parents=True)
    (place / "ring.mp4").write_bytes(b"x")
    run_id = asked(
        client,
        footage_ids=[number, ring.footage_id],
        drill_fires=2,
        drill_seed=0,
        every=3,
        fps=0.5,
    )
    client.delete(f"/api/footage/{number}")
    api.client(Role.ADMIN).delete(f"/api/footage/{number}")
    run = store.replays.get(run_id)
    folder = shelf_of(api.context.settings).folder_of(run_id)
    path = prepare(store, api.context.settings, library_of(api.context.settings), folder, run)
    read = read_run(path)
    gone, told = read.footage
    assert (gone.name, gone.every, gone.fps) == ("ridge-0.zip", 3, 0.5)
    assert not Path(gone.path).exists(), "it was removed, and is told as missing"
    assert told.path == str(place.resolve() / "ring.mp4")
    assert told.camera is not None
    assert told.camera.camera().presets[0].pose == camera.presets[0].pose
    assert [(one.count, one.seed) for one in read.drill] == [(2, 0)]
    own = load_settings(Path(read.settings), environment={})
    assert own.decision_version == api.context.settings.decision_version
    assert (
        prepare(
            store, api.context.settings, library_of(api.context.settings), folder, run
        ).read_bytes()
        == path.read_bytes()
    )


def test_names_are_told_apart_also_from_those_of_drills(api: ApiRig) -> None:
    client, store = api.client(Role.MONITOR), api.context.store
    numbers = []
    for letter, name in zip("abc", ("a.mp4", "a.mp4", "drill-5-0001"), strict=True):
        draft = FootageDraft(name, FootageKind.VIDEO, letter * 64, 9)
        kept, _ = store.footage.add(draft, author="m")
        store.footage.finish(kept.footage_id, FootageResult(FootageState.READY))
        numbers.append(kept.footage_id)
    run_id = asked(client, footage_ids=numbers, drill_fires=2, drill_seed=5)
    names = [one.name for one in store.replays.get(run_id).draft.footage]
    assert names == ["a.mp4", "a.mp4 (2)", "drill-5-0001 (2)"]


def test_it_is_asked_for_once_however_often_it_is_sent(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    body = {"name": "drills", "drill_fires": 1}
    headers = {"Idempotency-Key": "replay-00000001"}
    answers = [client.post("/api/replays", json=body, headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["model"] == api.context.site.model.name, "the one that is in force"
    assert len(client.get("/api/replays").json()["replays"]) == 1


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({"drill_fires": 0}, 422, "replay_empty"),
        ({"model": "nobody"}, 422, "replay_model"),
        ({"model": "../x.toml"}, 422, "replay_model"),
        ({"name": " a"}, 422, "replay_name"),
        ({"footage_ids": [99]}, 404, "no_such_footage"),
        ({"drill_fires": 1001}, 422, "input_refused"),
        ({"fps": 0}, 422, "input_refused"),
        ({"evry": 2}, 422, "input_refused"),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(
    api: ApiRig, wanted: dict[str, object], status: int, code: str
) -> None:
    body = {"name": "a", "drill_fires": 1} | wanted
    answer = api.client(Role.MONITOR).post("/api/replays", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_pages_follow_each_other_and_deeds_are_of_their_roles(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    numbers = [asked(client, drill_fires=1, name=str(at)) for at in range(3)]
    page = api.client(Role.VIEWER).get("/api/replays", params={"limit": 2}).json()
    assert [one["run_id"] for one in page["replays"]] == [numbers[2], numbers[1]]
    rest = client.get("/api/replays", params={"before": page["next_before"]}).json()
    assert ([one["run_id"] for one in rest["replays"]], rest["next_before"]) == ([numbers[0]], None)
    cancelled = client.post(f"/api/replays/{numbers[0]}/cancel").json()
    assert (cancelled["state"], cancelled["ended_by"]) == ("cancelled", "monitor")
    again = client.post(f"/api/replays/{numbers[0]}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "replay_ended")
    assert client.post(f"/api/replays/{numbers[0]}/resume").json()["state"] == "queued"
    active = api.client(Role.ADMIN).delete(f"/api/replays/{numbers[0]}")
    assert (active.status_code, active.json()["code"]) == (409, "replay_active")
    deeds = [one.action for one in api.context.store.audit.entries(2)]
    assert deeds == ["replay.resumed", "replay.cancelled"]
    of_them = api.client(Role.ADMIN).get("/api/audit", params={"kind": "replay"}).json()["deeds"]
    assert len(of_them) == 5


def test_files_that_somebody_removed_are_told_as_gone(api: ApiRig) -> None:
    client, store = api.client(Role.MONITOR), api.context.store
    number = asked(client, drill_fires=1)
    store.replays.begin(number, ModelReference("m", "1", "0" * 64))
    store.replays.finish(number, HEADLINE)
    for name in ("result.json", "report.html"):
        gone = client.get(f"/api/replays/{number}/{name}")
        assert (gone.status_code, gone.json()["code"]) == (404, "replay_gone")


def test_a_page_with_another_policy_runs_nothing(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    told = '<meta http-equiv="Content-Security-Policy" content="default-src *">'
    for text in (told, "", "<script>alert(1)</script>"):
        page.write_text(text, encoding="utf-8")
        assert "script-src" not in page_policy(page)
        assert page_policy(page).startswith("default-src 'none'")


def test_a_result_that_is_damaged_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cost.json").write_text("{}", encoding="utf-8")
    for text in ("{}", '{"figures": {"counts": {}, "headline": []}}'):
        (tmp_path / "result.json").write_text(text, encoding="utf-8")
        with pytest.raises(InputRefused) as refused:
            headline_of(tmp_path)
        assert refused.value.code == "replay_result"


TABLES = st.recursive(
    st.dictionaries(
        st.text(max_size=5),
        st.one_of(
            st.booleans(),
            st.integers(-(2**60), 2**60),
            st.floats(allow_nan=False),
            st.text(st.characters(codec="utf-8"), max_size=9),
            st.lists(st.text(st.characters(codec="utf-8"), max_size=4), max_size=3),
        ),
        max_size=4,
    ),
    lambda inner: st.dictionaries(
        st.text(max_size=4), st.one_of(inner, st.lists(inner, max_size=2)), max_size=3
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(content=TABLES)
def test_what_is_written_as_toml_is_read_back_equal(content: dict[str, object]) -> None:
    assert tomllib.loads(toml_text(content)) == content


def test_what_no_toml_holds_is_no_toml() -> None:
    with pytest.raises(TypeError):
        toml_text({"a": object()})
    assert toml_text({"a": None, "b": 0}) == '"b" = 0\n'


def test_a_disk_that_is_full_is_told_before_anything_begins(api: ApiRig) -> None:
    shelf = type(shelf_of(api.context.settings))(api.context.settings.data_dir, spare_bytes=2**62)
    with pytest.raises(StorageFull) as refused:
        shelf.check_room()
    assert refused.value.code == "replay_disk"
    assert ReplayState.REFUSED not in {one.state for one in api.context.store.replays.page()}


def test_a_frozen_set_is_played_whole_as_it_was_frozen(api: ApiRig) -> None:
    client, store = api.client(Role.MONITOR), api.context.store
    (number,) = library(api, client)
    store.footage.put_truth(number, Truth(), base=0, author="m")
    frozen = freeze(
        store,
        name="autumn",
        footage_ids=[number],
        drill_fires=2,
        drill_seed=5,
        note="",
        author="admin",
    )
    store.footage.put_truth(number, Truth((TrueFire("late", 1.0),)), base=1, author="m")
    gate = {"gate_id": frozen.gate_id}
    run = store.replays.get(asked(client, **gate))
    assert (run.draft.footage, run.draft.gate_id) == (frozen.draft.footage, frozen.gate_id)
    assert (run.draft.drill_fires, run.draft.drill_seed) == (2, 5)
    assert run.draft.footage[0].truth_version == 1, "not what was said since"
    whole = gate | {"footage_ids": [number], "drill_fires": 2, "drill_seed": 5}
    assert store.replays.get(asked(client, **whole)).draft == run.draft
    for change in ({"every": 2}, {"fps": 1.0}, {"drill_fires": 1}, {"footage_ids": [number + 1]}):
        refused = client.post("/api/replays", json={"name": "a"} | whole | change)
        assert (refused.status_code, refused.json()["code"]) == (422, "replay_gate"), change
    store.releases.retire(frozen.gate_id, author="admin")
    retired = client.post("/api/replays", json={"name": "a"} | gate)
    assert (retired.status_code, retired.json()["code"]) == (409, "set_retired")
    none = client.post("/api/replays", json={"name": "a", "gate_id": 99})
    assert none.status_code == 404
    listed = client.get("/api/replays", params=gate).json()["replays"]
    assert len(listed) == 2
