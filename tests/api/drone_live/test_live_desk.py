"""The desk with a stream in this process; real servers and a flight are in ``tests/servers``."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from live_rig import Live, live, patch_units
from tiny_rtsp import Script, TinyRtsp

from api.drone_live.book import LiveMode, LiveState
from api.drone_live.desk import LiveDesk
from api.imagery.service import shelf_of
from models.errors import StoreUnreachable
from models.imagery import ImageryState

UNITS = patch_units((420, 200))


def test_it_looks_while_it_is_told_to_and_behind_the_towers(tmp_path: Path) -> None:
    async def story(server: TinyRtsp) -> None:
        async with live(tmp_path, live_url=server.address) as made:
            await made.until(lambda: made.office.room.desk.leads)
            await asyncio.sleep(0.5)
            assert made.is_in(LiveState.IDLE)
            assert made.detector.asked == 0, "it stands on the ground, and nobody has asked"
            made.order(LiveMode.ON)
            await made.until(lambda: made.status.imagery_id is not None)
            assert made.is_in(LiveState.LIVE)
            number = made.status.imagery_id or 0
            made.backlog[0] = 1
            await made.until(lambda: made.desk.waits == 1)  # nobody takes it any more
            await asyncio.sleep(0.5)  # one may have been under way
            asked = made.detector.asked
            await asyncio.sleep(1.2)
            assert (made.detector.asked, made.desk.waits) == (asked, 1)
            made.backlog[0] = 0
            await made.until(lambda: made.detector.asked > asked)
            assert made.status.passed_over >= 1
            made.order(LiveMode.OFF)
            await made.until(lambda: made.is_in(LiveState.IDLE))
            store = made.context.store
            await made.until(lambda: store.imagery.get(number).state is ImageryState.SCORED)
            result = store.imagery.get(number).result
            assert result is not None
            assert (result.code, result.frames > 0) == ("", True)
            hits = store.imagery.hits(number)
            assert hits
            assert all(hit.draft.gaps for hit in hits), "on the ground nothing is placed"
            assert store.observations.newest(9) == []

    with TinyRtsp(Script(UNITS, rate_hz=25.0)) as server:
        asyncio.run(story(server))


def test_what_a_dead_process_left_is_ended_and_a_lost_stream_says_why(tmp_path: Path) -> None:
    async def story(server: TinyRtsp) -> None:
        async with live(tmp_path, live_url=server.address) as made:
            left = made.context.store.live_imagery.begin("quad")
            await made.until(lambda: _code(made, left) == "live_cut")
            made.order(LiveMode.ON)
            await made.until(lambda: made.is_in(LiveState.LOST))
            assert made.status.code == "no_such_stream"
            assert made.status.message
            assert made.status.next_attempt_at is not None

    with TinyRtsp(Script(UNITS, status={"DESCRIBE": 404})) as server:
        asyncio.run(story(server))


def _code(made: Live, number: int) -> str:
    result = made.context.store.imagery.get(number).result
    return "" if result is None else result.code


def test_a_stream_that_ends_is_told_in_its_footage(tmp_path: Path) -> None:
    async def story(server: TinyRtsp) -> None:
        async with live(tmp_path, live_url=server.address) as made:
            made.order(LiveMode.ON)
            await made.until(lambda: made.status.imagery_id is not None)
            number = made.status.imagery_id or 0
            server.__exit__(None, None, None)
            await made.until(lambda: made.is_in(LiveState.LOST))
            made.order(LiveMode.OFF)
            await made.until(lambda: bool(_code(made, number)))
            assert _code(made, number) in {
                "stream_ended", "stream_silent", "connection_refused", "no_answer",
            }  # fmt: skip

    with TinyRtsp(Script(UNITS, rate_hz=25.0)) as server:
        asyncio.run(story(server))


def test_a_secret_that_is_not_there_yet_and_a_store_that_fails_are_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.drone_live.watching.AGAIN_S", 0.3)
    secret = tmp_path / "secret"

    async def story(server: TinyRtsp) -> None:
        rule = {"live_user": "admin", "live_password_file": str(secret)}
        async with live(tmp_path, live_url=server.address, **rule) as made:
            made.order(LiveMode.ON)
            await made.until(lambda: made.status.code == "live_secret")
            assert made.is_in(LiveState.LOST)
            secret.write_text("geheim", encoding="utf-8")
            begin = made.context.store.live_imagery.begin

            def away(*_: object, **__: object) -> int:
                raise StoreUnreachable("The database is away.", code="store_unreachable")

            monkeypatch.setattr(made.context.store.live_imagery, "begin", away)
            await made.until(lambda: made.status.code == "store_unreachable")
            monkeypatch.setattr(made.context.store.live_imagery, "begin", begin)
            await made.until(lambda: made.status.imagery_id is not None)
            await made.until(lambda: made.status.code == "")

    with TinyRtsp(Script(UNITS, rate_hz=25.0, login=("admin", "geheim"))) as server:
        asyncio.run(story(server))


def test_a_watch_without_flights_or_streams_has_nothing_to_do(tmp_path: Path) -> None:
    async def story() -> None:
        async with live(tmp_path, live_url="rtsp://127.0.0.1:9/") as made:
            without = replace(made.context, flights=None)
            desk = LiveDesk(without, shelf_of(tmp_path), made.detector, lambda: 0)
            await desk.look()
            assert desk.waits == 0
        (tmp_path / "b").mkdir()
        async with live(tmp_path / "b") as made:
            await made.desk.run()  # comes back at once

    asyncio.run(story())
