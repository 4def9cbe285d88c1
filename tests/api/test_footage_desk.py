"""The desk of the library: it works beside the watch, and a fault costs what it belongs to."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from api_rig import ApiRig
from imagery_rig import WhiteDetector
from library_rig import desk_of, pictures_zip, sent, video, worked

from api.footage import exporting, importing
from api.footage.desk import FootageDesk
from api.footage.exporting import export_zip
from api.footage.importing import Importer
from api.footage.proposing import truth_with
from api.footage.service import shelf_of
from detector.footage import probe
from models.detection import Detections, Label, ModelReference
from models.errors import InputRefused, StorageFull, StoreUnreachable
from models.footage import Rights, TrueBox, Truth
from models.footage_library import (
    Footage,
    FootageState,
    Proposal,
    ProposalDraft,
    ProposalState,
    ProposedBox,
)
from models.units import ImageBGR
from models.user import Role


def added(api: ApiRig, first: int = 0) -> int:
    client = api.client(Role.MONITOR)
    return int(sent(client, "a.zip", pictures_zip(2, first=first))["footage_id"])


def test_it_works_through_what_waits_and_stops_when_it_is_told(api: ApiRig) -> None:
    numbers = [added(api, first) for first in (0, 20)]
    desk, store = desk_of(api), api.context.store

    async def work() -> None:
        running = asyncio.create_task(desk.run())
        async with asyncio.timeout(20.0):
            while await asyncio.to_thread(store.footage.next_queued) is not None:
                pass
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(work())
    assert [store.footage.get(one).state for one in numbers] == [FootageState.READY] * 2


def test_live_frames_go_first(api: ApiRig) -> None:
    number = added(api)
    waits = iter([3, 2, 1])
    asked: list[int] = []

    def backlog() -> int:
        asked.append(next(waits, 0))
        return asked[-1]

    shelf = shelf_of(api.context.settings)
    desk = FootageDesk(api.context, shelf, WhiteDetector(), backlog)
    assert desk.work_once()
    assert asked[:4] == [3, 2, 1, 0]
    assert api.context.store.footage.get(number).state is FootageState.READY


def test_a_fault_of_ours_refuses_the_recording_and_the_next_one_is_done(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = added(api), added(api, 20)

    def fails_once(path: Path) -> Any:  # noqa: ANN401
        monkeypatch.setattr(importing, "probe", probe)
        raise ZeroDivisionError(path)

    monkeypatch.setattr(importing, "probe", fails_once)
    worked(api)
    states = [api.context.store.footage.get(one) for one in (first, second)]
    assert [one.state for one in states] == [FootageState.REFUSED, FootageState.READY]
    assert states[0].result is not None
    assert states[0].result.code == "footage_failed"


def test_a_fault_of_the_disk_leaves_it_queued_and_is_no_attempt(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = added(api)
    shelf = shelf_of(api.context.settings)

    def is_full(_path: Path) -> Any:  # noqa: ANN401
        raise StorageFull("full")

    monkeypatch.setattr(importing, "probe", is_full)
    for _ in range(5):
        with pytest.raises(StorageFull):
            desk_of(api).work_once()
    monkeypatch.setattr(importing, "probe", probe)
    assert shelf.attempt(number) == 1
    worked(api)
    assert api.context.store.footage.get(number).state is FootageState.READY


def test_one_that_is_not_seen_to_its_end_says_so(
    api: ApiRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(1000))

    def in_haste(path: Path) -> Any:  # noqa: ANN401
        return probe(path, most_s=5.0, now=lambda: float(next(ticks)))

    monkeypatch.setattr(importing, "probe", in_haste)
    data = video(tmp_path / "v.mp4", 30)
    number = sent(api.client(Role.MONITOR), "v.mp4", data)["footage_id"]
    worked(api)
    result = api.context.store.footage.get(number).result
    assert result is not None
    assert result.facts is not None
    assert 0 < result.facts.frames < 30
    assert (
        len(shelf_of(api.context.settings).index(api.context.store.footage.get(number).draft).at_s)
        == result.facts.frames
    )
    assert "not looked through to its end" in result.facts.damage


def test_a_removed_recording_is_not_finished(api: ApiRig) -> None:
    number = added(api)
    store, shelf = api.context.store, shelf_of(api.context.settings)
    footage = store.footage.get(number)
    store.footage.remove(number, author="boss")
    Importer(store, shelf).work(footage)
    assert store.footage.next_queued() is None
    assert shelf.zip_of(footage.draft) is None
    assert not list((api.context.settings.data_dir / "footage" / "files").rglob("*.jpg"))


class Wide:
    """A detector whose boxes stick out."""

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        del floor_score
        height, width = images[0].shape[:2]
        boxes = np.array([[-50, -50, width / 2, height / 2], [-9, 5, -1, 9]], np.float32)
        scores = np.array([0.9, 0.8], np.float32)
        return [Detections(boxes, scores, np.zeros(2, np.int64)) for _ in images]


def test_boxes_are_cut_at_the_border(api: ApiRig) -> None:
    number = added(api)
    worked(api)
    store = api.context.store
    asked = store.proposals.ask(ProposalDraft(number, (0,), (-600.0,)), author="m")
    desk = FootageDesk(api.context, shelf_of(api.context.settings), Wide(), lambda: 0)
    assert desk.work_once()
    (box,) = store.proposals.get(number, asked.proposal_id).boxes
    assert (box.x_min, box.y_min, box.x_max, box.y_max) == (0.0, 0.0, 0.5, 0.5)


def test_frames_of_a_proposal_are_boxed_anew_and_others_stay(api: ApiRig) -> None:
    drawn = [TrueBox(at_s, Label.FLAME, 0.0, 0.0, 0.5, 0.5) for at_s in (1.0, 2.0)]
    before = Truth((), tuple(drawn), (1.0, 2.0))
    seen = (ProposedBox(2.0, Label.SMOKE, 0.9, 0.1, 0.1, 0.2, 0.2),)
    proposal = Proposal(
        1,
        ProposalDraft(1, (4, 8), (2.0, 3.0)),
        "m",
        api.clock.now(),
        ProposalState.READY,
        seen,
        ModelReference("m", "1", "a" * 64),
    )
    taken = truth_with(before, proposal, [0, 0])
    assert [(box.at_s, box.label) for box in taken.boxes] == [
        (1.0, Label.FLAME),
        (2.0, Label.SMOKE),
    ]
    assert taken.boxed_at_s == (1.0, 2.0, 3.0)
    assert truth_with(before, proposal, []).boxes == (drawn[0],)


def boxed(api: ApiRig, first: int) -> Footage:
    number = added(api, first)
    worked(api)
    store = api.context.store
    store.footage.put_truth(number, Truth(boxed_at_s=(-600.0, 0.0)), base=0, author="m")
    known = store.footage.get(number)
    return store.footage.change(
        number,
        scene=f"s{first}",
        conditions=known.draft.conditions,
        rights=Rights("own", may_train=True),
        version=known.version,
        author="m",
    )


def test_what_is_gone_from_the_disk_is_left_out_of_a_set(
    api: ApiRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = boxed(api, 0), boxed(api, 20)
    shelf, store = shelf_of(api.context.settings), api.context.store
    shelf.remove(one.draft.sha256)
    monkeypatch.setattr(exporting, "CHECKED_EVERY", 1)
    out = tmp_path / "set.zip"
    made = export_zip(store, shelf, out, numbers=None, val_share=0.2, author="m")
    assert sum(made.pictures.values()) == 2
    monkeypatch.setattr(exporting, "MOST_PICTURES", 1)
    with pytest.raises(InputRefused) as refused:
        export_zip(store, shelf, out, numbers=[other.footage_id], val_share=0.2, author="m")
    assert refused.value.code == "export_size"


def test_a_disk_without_links_gets_a_copy(
    api: ApiRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(_source: Path, _target: Path) -> None:
        raise OSError(18, "another disk")

    monkeypatch.setattr(os, "link", cannot)
    source = tmp_path / "v.mp4"
    source.write_bytes(b"abc")
    shelf = shelf_of(api.context.settings)
    shelf.link(source, "a" * 64, "v.mp4")
    shelf.link(source, "a" * 64, "other.mp4")
    folder = api.context.settings.data_dir / "footage" / "files" / "aa" / ("a" * 64) / "content"
    assert [path.read_bytes() for path in folder.iterdir()] == [b"abc"]


def test_a_store_that_fails_is_asked_again(api: ApiRig, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, tries = desk_of(api), 0

    def fails() -> bool:
        nonlocal tries
        tries += 1
        raise StoreUnreachable("not now")

    monkeypatch.setattr(desk, "work_once", fails)

    async def work() -> None:
        running = asyncio.create_task(desk.run())
        async with asyncio.timeout(20.0):
            while tries < 2:
                api.clock.advance(60.0)
                await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(work())
