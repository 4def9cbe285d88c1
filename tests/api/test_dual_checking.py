"""The daily check of registrations, and the pictures at hand: a real store, hourly pictures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from anyio.from_thread import BlockingPortal
from api_rig import ApiRig, build_api
from dual_rig import HERE, LAID, PAIR, Hand, head, heat_of, scene

from api.dual.checking import DualChecks
from api.dual.sampling import PicturesAtHand
from camera_gateway.pictures import decode_jpeg
from camera_gateway.ring import FrameRing
from detector.dual.homography import Found, Matrix, normal
from detector.dual.registration import displaced_share
from models.audit import SYSTEM
from models.condition import Condition
from models.dual import PairRegistration, RegistrationSource, RegistrationState
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.heat_intake import FrameDraft
from models.heat_node import HeatNode, NodeReading, key_of_view
from models.thermal import ThermalEncoding
from models.user import Role

GOOD, UNCHECKED, DRIFTED = RegistrationState
SIZE = (960, 540)
GREY = scene()
HEAT = heat_of(GREY)
FOG = np.full_like(GREY, 190)
TURNED = np.roll(GREY, 60, axis=1)  # the visible camera looks 6 % further to the left


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def api(tmp_path: Path, portal: BlockingPortal, hand: Hand) -> Iterator[ApiRig]:
    rig = build_api(tmp_path, portal=portal)
    rig.context = replace(rig.context, dual_pictures=hand)
    rig.context.masks.replace(())
    head(rig.context.store)
    rig.context.store.duals.put(PAIR, "admin")
    yield rig
    rig.context.nodes.intake.close()
    rig.context.store.close()


@pytest.fixture
def checks(api: ApiRig) -> DualChecks:
    return DualChecks(api.context, lambda: 0)


def held(api: ApiRig) -> PairRegistration | None:
    return api.context.store.duals.registration(PAIR.visible_id, 0)


def keep(api: ApiRig, matrix: Matrix, source: RegistrationSource) -> PairRegistration:
    now = api.clock.now()
    made = PairRegistration(PAIR.visible_id, 0, matrix, 0.003, 0.6, source, GOOD, made_at=now)
    api.context.store.duals.keep(made, "admin")
    return made


def an_hour_later(api: ApiRig, hand: Hand, grey: np.ndarray, hours: float = 1.01) -> None:
    api.clock.advance(hours * 3600.0)
    hand.show(grey, HEAT, api.clock.now())


def deeds(api: ApiRig) -> list[tuple[str, str]]:
    entries = api.context.store.audit.entries(50)
    return [(one.actor, one.action) for one in entries if one.action.startswith("dual.")]


def test_a_first_registration_is_found_by_both_lenses_and_the_pictures(
    api: ApiRig, checks: DualChecks, hand: Hand
) -> None:
    assert checks.work_once()  # no pictures yet
    assert held(api) is None
    assert not checks.work_once()  # not again at once
    an_hour_later(api, hand, GREY)
    assert checks.work_once()
    found = held(api)
    assert found is not None
    assert (found.source, found.state) == (RegistrationSource.MUTUAL, GOOD)
    assert found.checked_at == found.made_at == api.clock.now()
    assert displaced_share(found.matrix, LAID, SIZE) < 0.005
    assert (SYSTEM, "dual.registered") in deeds(api)
    an_hour_later(api, hand, GREY)
    assert not checks.work_once()  # a day has not gone by


def test_a_first_one_on_which_few_parts_agree_needs_other_pictures_that_say_the_same(
    api: ApiRig, checks: DualChecks, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Found] = []
    monkeypatch.setattr("api.dual.checking.register", lambda *_, **__: said.pop(0))
    beside = normal(np.array([[1, 0, 0.1], [0, 1, 0], [0, 0, 1.0]]) @ np.reshape(LAID, (3, 3)))
    for matrix, is_kept in ((LAID, False), (beside, False), (LAID, False), (LAID, True)):
        said.append(Found(matrix, 0.003, 0.28))
        an_hour_later(api, hand, GREY)
        assert checks.work_once()
        assert (held(api) is not None) == is_kept


def test_it_is_confirmed_each_day_and_unchecked_after_two_in_fog(
    api: ApiRig, checks: DualChecks, hand: Hand
) -> None:
    keep(api, LAID, RegistrationSource.TARGETS)
    an_hour_later(api, hand, GREY)
    assert checks.work_once()
    first = held(api)
    assert first is not None
    assert (first.state, first.checked_at) == (GOOD, api.clock.now())
    an_hour_later(api, hand, FOG, 25.0)
    assert checks.work_once()
    assert held(api) == first
    an_hour_later(api, hand, FOG, 24.0)
    assert checks.work_once()
    assert held(api) == replace(first, state=UNCHECKED)
    an_hour_later(api, hand, GREY)
    assert checks.work_once()
    assert held(api) == replace(first, checked_at=api.clock.now())
    told = [action for _, action in deeds(api)]
    assert told.count("dual.checked") == 2  # what changed its state, and no other check


def test_what_a_person_has_shown_drifts_after_two_checks_and_waits_for_a_person(
    api: ApiRig, checks: DualChecks, hand: Hand
) -> None:
    keep(api, LAID, RegistrationSource.TARGETS)
    states = []
    for _ in range(5):
        an_hour_later(api, hand, TURNED)
        assert checks.work_once()
        one = held(api)
        assert one is not None
        assert one.matrix == LAID
        states.append(one.state)
    assert states == [GOOD, DRIFTED, DRIFTED, DRIFTED, DRIFTED]
    cameras = {one["camera_id"]: one for one in api.client(Role.VIEWER).get("/api/cameras").json()}
    told = [(flag["kind"], flag["preset"], flag["name"]) for flag in cameras["head-v"]["poses"]]
    assert told == [("heat_drifted", 0, "北坡")]
    assert cameras["head-t"]["poses"] == []
    health = api.client().get("/api/health").json()
    assert health["status"] == "degraded"
    assert [flag["kind"] for flag in health["poses"]] == ["heat_drifted"]
    assert deeds(api)[0] == (SYSTEM, "dual.checked")
    an_hour_later(api, hand, GREY)  # it is turned back
    assert checks.work_once()
    last = held(api)
    assert last is not None
    assert last.state is GOOD


def test_what_the_pictures_found_they_find_anew_and_say_so(
    api: ApiRig, checks: DualChecks, hand: Hand
) -> None:
    keep(api, LAID, RegistrationSource.MUTUAL)
    for state in (GOOD, DRIFTED):
        an_hour_later(api, hand, TURNED)
        assert checks.work_once()
        assert (one := held(api)) is not None
        assert (one.state, one.matrix) == (state, LAID)
    an_hour_later(api, hand, TURNED)
    assert checks.work_once()
    anew = held(api)
    assert anew is not None
    assert (anew.state, anew.made_at) == (GOOD, api.clock.now())
    right = normal(np.array([[1, 0, 0.0625], [0, 1, 0], [0, 0, 1.0]]) @ np.reshape(LAID, (3, 3)))
    assert displaced_share(anew.matrix, right, SIZE) < 0.005
    assert deeds(api)[0] == (SYSTEM, "dual.registered")


def test_the_same_two_pictures_blame_nobody_twice(
    api: ApiRig, checks: DualChecks, hand: Hand
) -> None:
    keep(api, LAID, RegistrationSource.TARGETS)
    hand.show(TURNED, HEAT, api.clock.now())
    for _ in range(3):
        api.clock.advance(3700.0)
        assert checks.work_once()
    assert (one := held(api)) is not None
    assert one.state is GOOD


def test_pictures_made_apart_say_nothing(api: ApiRig, checks: DualChecks, hand: Hand) -> None:
    before = keep(api, LAID, RegistrationSource.TARGETS)
    hand.show(GREY, HEAT, api.clock.now())
    hand.heat[PAIR.thermal_id, 0] = replace(
        hand.heat[PAIR.thermal_id, 0], captured_at=api.clock.now() - timedelta(minutes=31)
    )
    assert checks.work_once()
    assert held(api) == before


def test_a_damaged_picture_and_a_removed_camera_end_nothing(
    api: ApiRig, checks: DualChecks, hand: Hand
) -> None:
    keep(api, LAID, RegistrationSource.TARGETS)
    an_hour_later(api, hand, GREY)
    seen = hand.seen[PAIR.visible_id, 0]
    hand.seen[PAIR.visible_id, 0] = replace(seen, jpeg=seen.jpeg[:200])
    assert checks.work_once()
    assert (one := held(api)) is not None
    assert one.checked_at is None
    api.context.store.duals.remove(PAIR.visible_id, "admin")
    assert not checks.work_once()


def frame(api: ApiRig, sequence: int, jpeg: bytes, **others: object) -> Frame:
    now = api.clock.now() + timedelta(seconds=sequence)
    given = Frame(
        PAIR.visible_id,
        0,
        sequence,
        now,
        now,
        TimeSource.RECEIPT,
        jpeg,
        FrameMode.VISIBLE,
        Provenance.LIVE,
        None,
    )
    return replace(given, **others)  # type: ignore[arg-type]


def test_the_visible_picture_is_the_newest_of_the_ring_and_small(api: ApiRig) -> None:
    ring = FrameRing(10**8, 48)
    at_hand = PicturesAtHand(ring, api.context.store, api.context.settings.data_dir)
    assert at_hand.visible(PAIR.visible_id, 0) is None
    wide = cv2.resize(cv2.cvtColor(GREY, cv2.COLOR_GRAY2BGR), (1920, 1080))
    jpeg = cv2.imencode(".jpg", wide)[1].tobytes()
    good = frame(api, 1, jpeg)
    for one in (
        frame(api, 0, b"old"),
        good,
        frame(api, 2, jpeg, preset=3),
        frame(api, 3, jpeg, conditions=frozenset({Condition.STUCK})),
        frame(api, 4, jpeg, mode=FrameMode.THERMAL),
        frame(api, 5, jpeg[:500]),
    ):
        ring.add(one)
    found = at_hand.visible(PAIR.visible_id, 0)
    assert found is not None
    assert found.captured_at == good.captured_at
    assert decode_jpeg(found.jpeg, "x").shape == (540, 960, 3)
    ring.forget(PAIR.visible_id)  # as when somebody draws a mask
    assert at_hand.visible(PAIR.visible_id, 0) is None


def test_the_picture_of_heat_is_the_newest_frame_of_the_view_that_can_be_read(
    api: ApiRig,
) -> None:
    store, data_dir = api.context.store, api.context.settings.data_dir
    at_hand = PicturesAtHand(FrameRing(1000, 4), store, data_dir)
    assert at_hand.thermal(PAIR.thermal_id, 0) is None  # no view of it yet
    key = key_of_view(PAIR.thermal_id, 0)
    node = HeatNode(
        key, "北坡", HERE, None, 800.0, ThermalEncoding.AS_TOLD, view=(PAIR.thermal_id, 0)
    )
    store.nodes.put_view(node, author=SYSTEM)
    assert at_hand.thermal(PAIR.thermal_id, 0) is None
    good = cv2.imencode(".tiff", HEAT)[1].tobytes()
    files = api.context.nodes.files
    for sequence, data in enumerate((good, b"II*\x00 no picture")):
        at, mark = api.clock.now(), f"{sequence:064x}"
        files.put(key, at, sequence, data, sha256=mark, suffix="tif")
        draft = FrameDraft(key, sequence, at, at, mark, len(data), "tif", NodeReading(), 60)
        store.nodes.take(draft)
        api.clock.advance(60.0)
    found = at_hand.thermal(PAIR.thermal_id, 0)
    assert found is not None
    assert found.captured_at == api.clock.now() - timedelta(seconds=120)
    assert np.array_equal(found.image.levels, HEAT)
