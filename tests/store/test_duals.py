"""Pairs of cameras and their registrations are kept, and refused where they cannot be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.dual import (
    AgreementRule,
    DualPair,
    PairRegistration,
    RegistrationSource,
    RegistrationState,
)
from models.errors import InputRefused, NotFound
from models.events import EventKind
from models.frame import FrameMode
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store

HERE = Position(106.65, 29.03, 812.5, HeightDatum.SEA_LEVEL)
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
PAIR = DualPair("head-v", "head-t", AgreementRule.ANY)
AFFINE = (0.3, 0.0, 0.1 + 0.2, 0.0, 0.4, 0.25, 0.0, 0.0, 1.0)
FOUND = PairRegistration(
    "head-v",
    0,
    AFFINE,
    0.004,
    0.75,
    RegistrationSource.MUTUAL,
    RegistrationState.GOOD,
    NOON,
    NOON + timedelta(microseconds=1),
)


def north(fov_deg: float = 60.0, number: int = 0) -> Preset:
    return Preset(number, "北", Pose(0.0, 0.0, 0.0, fov_deg))


def put(
    store: Store, camera_id: str, mode: FrameMode | None = None, presets: tuple[Preset, ...] = ()
) -> None:
    camera = Camera(camera_id, camera_id, CameraKind.TOWER, HERE, presets)
    link = CameraLink(Adapter.RTSP, "rtsp://10.0.0.5/1", mode=mode)
    store.links.put(CameraSetup(camera, link), actor="li")


def heads(store: Store) -> None:
    """Two heads of two cameras; the visible camera of one is known to be of visible light."""
    put(store, "head-v")
    put(store, "head-t", FrameMode.THERMAL)
    put(store, "other-v", FrameMode.VISIBLE)
    put(store, "other-t", FrameMode.THERMAL)


def deeds(store: Store) -> list[tuple[str, str, str]]:
    entries = store.audit.entries(99, noun="dual")
    return [(one.actor, one.action, one.subject) for one in reversed(entries)]


def events(store: Store) -> list[int]:
    told = store.events.after(0)
    return [one.subject_id for one in told if one.kind is EventKind.CAMERA_CHANGED]


def test_pairs_outlive_a_restart(store: Store, reopen: Callable[[], Store]) -> None:
    heads(store)
    other = DualPair("other-v", "other-t", AgreementRule.HEAT_FIRST)
    assert store.duals.pairs() == []
    assert store.duals.put(other, "li") == other
    assert store.duals.put(PAIR, "li") == PAIR
    again = reopen().duals
    assert again.pairs() == [PAIR, other]
    assert again.pair("head-v") == PAIR
    for camera_id in ("head-t", "nobody"):
        with pytest.raises(NotFound) as missing:
            again.pair(camera_id)
        assert missing.value.code == "no_such_pair"


def test_the_same_again_is_no_deed_and_another_rule_keeps_the_registrations(store: Store) -> None:
    heads(store)
    store.duals.put(PAIR, "li")
    store.duals.keep(FOUND, "li")
    store.duals.put(PAIR, "li")
    both = replace(PAIR, rule=AgreementRule.BOTH)
    store.duals.put(both, "wang")
    assert store.duals.pairs() == [both]
    assert store.duals.registrations("head-v") == [FOUND]
    assert deeds(store) == [
        ("li", "dual.paired", "head-v"),
        ("li", "dual.registered", "head-v"),
        ("wang", "dual.paired", "head-v"),
    ]
    assert store.audit.entries(1)[0].details == {"thermal": "head-t", "rule": "both"}
    assert events(store) == [1, 1, 1]


def test_with_another_camera_of_heat_the_registrations_go(store: Store) -> None:
    heads(store)
    store.duals.put(PAIR, "li")
    store.duals.keep(FOUND, "li")
    store.duals.put(replace(PAIR, thermal_id="other-t"), "li")
    assert store.duals.registrations("head-v") == []
    store.duals.put(DualPair("other-v", "head-t", AgreementRule.ANY), "li")
    assert [one.thermal_id for one in store.duals.pairs()] == ["other-t", "head-t"]


@pytest.mark.parametrize(
    ("visible", "thermal", "code"),
    [
        ("head-t", "head-t", "dual_same"),
        ("other-v", "head-v", "dual_not_thermal"),
        ("bare", "bare-2", "dual_not_thermal"),
        ("head-t", "other-t", "dual_not_visible"),
        ("other-v", "head-t", "dual_taken"),
        ("turns", "other-t", "dual_presets"),
    ],
)
def test_what_cannot_be_a_pair_is_refused_and_changes_nothing(
    store: Store, visible: str, thermal: str, code: str
) -> None:
    heads(store)
    for camera_id in ("bare", "bare-2"):  # without a link: nobody knows what they show
        store.cameras.put(Camera(camera_id, "无", CameraKind.TOWER, HERE, ()))
    put(store, "turns", presets=(north(number=3),))
    store.duals.put(PAIR, "li")
    with pytest.raises(InputRefused) as refused:
        store.duals.put(DualPair(visible, thermal, AgreementRule.ANY), "li")
    assert refused.value.code == code
    assert refused.value.remedy
    assert store.duals.pairs() == [PAIR]
    assert len(deeds(store)) == 1


def test_a_camera_that_was_given_away_as_visible_is_taken(store: Store) -> None:
    """A mode may be said otherwise later: the visible one of a pair is then known for heat."""
    heads(store)
    store.duals.put(PAIR, "li")
    put(store, "head-v", FrameMode.THERMAL)
    with pytest.raises(InputRefused) as refused:
        store.duals.put(DualPair("other-v", "head-v", AgreementRule.ANY), "li")
    assert refused.value.code == "dual_taken"


@pytest.mark.parametrize(("visible", "thermal"), [("head-v", "nobody"), ("nobody", "head-t")])
def test_a_pair_needs_two_cameras(store: Store, visible: str, thermal: str) -> None:
    heads(store)
    with pytest.raises(NotFound):
        store.duals.put(DualPair(visible, thermal, AgreementRule.ANY), "li")


def test_a_pair_that_is_parted_or_loses_a_camera_is_gone_with_all_of_it(store: Store) -> None:
    heads(store)
    ends: tuple[Callable[[], None], ...] = (
        lambda: store.duals.remove("head-v", "li"),
        lambda: store.links.remove("head-v", actor="li"),
        lambda: store.links.remove("head-t", actor="li"),
    )
    for end in ends:
        put(store, "head-v")
        put(store, "head-t", FrameMode.THERMAL)
        store.duals.put(PAIR, "li")
        store.duals.keep(FOUND, "li")
        end()
        assert store.duals.pairs() == []
        assert store.duals.registrations("head-v") == []
        assert store.duals.registration("head-v", 0) is None
        with pytest.raises(NotFound):
            store.duals.remove("head-v", "li")
        with pytest.raises(NotFound):
            store.duals.keep(FOUND, "li")
    assert [deed for _, deed, _ in deeds(store)].count("dual.unpaired") == 1


def test_nobody_pairs_parts_or_registers_without_a_name(store: Store) -> None:
    heads(store)
    with pytest.raises(InputRefused):
        store.duals.put(PAIR, " ")
    store.duals.put(PAIR, "li")
    with pytest.raises(InputRefused):
        store.duals.remove("head-v", "")
    with pytest.raises(InputRefused):
        store.duals.keep(FOUND, "")
    assert store.duals.pairs() == [PAIR]
    assert store.duals.registrations("head-v") == []


def test_registrations_outlive_a_restart_by_preset(
    store: Store, reopen: Callable[[], Store]
) -> None:
    put(store, "head-v", presets=(north(), north(number=3)))
    put(store, "head-t", FrameMode.THERMAL, presets=(north(30.0),))
    store.duals.put(PAIR, "li")
    third = replace(FOUND, preset=3, source=RegistrationSource.LENSES, score=0.0, checked_at=None)
    for found in (third, FOUND):
        assert store.duals.keep(found, "system")
    again = reopen().duals
    assert again.registrations("head-v") == [FOUND, third]
    assert again.registration("head-v", 3) == third
    assert again.registration("head-v", 0) == FOUND
    for preset in (1, -1, 2**70):
        assert again.registration("head-v", preset) is None
    assert again.registrations("head-t") == []
    with pytest.raises(NotFound) as missing:
        again.keep(replace(FOUND, preset=1), "li")
    assert missing.value.code == "no_such_preset"


def test_a_camera_without_presets_has_the_one_view_0(store: Store) -> None:
    heads(store)
    store.duals.put(PAIR, "li")
    with pytest.raises(NotFound):
        store.duals.keep(replace(FOUND, preset=1), "li")
    assert store.duals.keep(FOUND, "li")


def test_a_check_that_finds_the_same_is_no_deed_and_one_that_does_not_is(store: Store) -> None:
    heads(store)
    store.duals.put(PAIR, "li")
    later = NOON + timedelta(days=1)
    drifted = replace(FOUND, state=RegistrationState.DRIFTED)
    steps = (
        FOUND,
        replace(FOUND, checked_at=later, score=0.5),
        drifted,
        replace(FOUND, source=RegistrationSource.TARGETS),
        replace(FOUND, matrix=(*AFFINE[:8], 2.0)),
    )
    for step in steps:
        assert store.duals.keep(step, "system")
        assert store.duals.registration("head-v", 0) == step
    assert [deed for _, deed, _ in deeds(store)] == [
        "dual.paired",
        "dual.registered",
        "dual.checked",
        "dual.registered",
        "dual.registered",
    ]
    assert store.audit.entries(1)[0].details == {
        "preset": 0,
        "method": "mutual",
        "state": "good",
    }
    assert len(events(store)) == 5


def test_what_was_judged_by_another_registration_is_not_kept(store: Store) -> None:
    heads(store)
    store.duals.put(PAIR, "li")
    assert not store.duals.keep(FOUND, "system", instead_of=FOUND), "there is none at all"
    store.duals.keep(FOUND, "system")
    shown = replace(FOUND, source=RegistrationSource.TARGETS)
    assert store.duals.keep(shown, "li", instead_of=FOUND)
    computed = replace(FOUND, state=RegistrationState.DRIFTED)
    assert not store.duals.keep(computed, "system", instead_of=FOUND)
    assert store.duals.registration("head-v", 0) == shown


def test_a_preset_that_is_gone_takes_its_registration_along(store: Store) -> None:
    put(store, "head-v", presets=(north(), north(number=3)))
    put(store, "head-t", FrameMode.THERMAL, presets=(north(),))
    store.duals.put(PAIR, "li")
    store.duals.keep(replace(FOUND, preset=3), "li")
    put(store, "head-v", presets=(north(),))
    assert store.duals.registrations("head-v") == []
    assert store.duals.registration("head-v", 3) is None


@pytest.mark.parametrize("camera_id", ["head-v", "head-t"])
@pytest.mark.parametrize(
    ("fov_deg", "state"), [(56.0, "good"), (45.0, "drifted"), (80.0, "drifted")]
)
def test_a_lens_that_was_zoomed_is_trusted_no_more_until_pictures_tell(
    store: Store, camera_id: str, fov_deg: float, state: str
) -> None:
    """A sensor that looks elsewhere than it was told says that nothing is hot where smoke is."""
    modes = {"head-v": None, "head-t": FrameMode.THERMAL}
    for one, mode in modes.items():
        put(store, one, mode, presets=(north(),))
    store.duals.put(PAIR, "li")
    store.duals.keep(FOUND, "li")
    put(store, camera_id, modes[camera_id], presets=(north(fov_deg),))
    read = store.duals.registration("head-v", 0)
    assert read == replace(FOUND, state=RegistrationState(state))
    assert store.duals.keep(FOUND, "system", instead_of=read)
    assert store.duals.registration("head-v", 0) == FOUND


def test_a_preset_that_came_later_has_no_zoom_to_compare(store: Store) -> None:
    heads(store)
    store.duals.put(PAIR, "li")
    store.duals.keep(FOUND, "li")
    put(store, "head-v", presets=(north(),))
    assert store.duals.registration("head-v", 0) == FOUND
    store.duals.keep(FOUND, "li")
    put(store, "head-v")
    assert store.duals.registration("head-v", 0) == FOUND


@pytest.mark.parametrize(
    "changes",
    [
        {"matrix": AFFINE[:8]},
        {"matrix": (*AFFINE, 1.0)},
        {"matrix": (float("nan"), *AFFINE[1:])},
        {"matrix": (float("inf"), *AFFINE[1:])},
        {"matrix": (1e7, *AFFINE[1:])},
        {"matrix": (0.0,) * 9},
        {"matrix": (1.0, 2.0, 0.0, 2.0, 4.0, 0.0, 0.0, 0.0, 1.0)},
        {"doubt_share": -0.001},
        {"doubt_share": float("nan")},
        {"score": -0.1},
        {"score": 1.1},
    ],
)
def test_what_is_no_registration_is_refused(store: Store, changes: dict[str, object]) -> None:
    heads(store)
    store.duals.put(PAIR, "li")
    with pytest.raises(InputRefused) as refused:
        store.duals.keep(replace(FOUND, **changes), "li")  # type: ignore[arg-type]
    assert refused.value.code == "dual_matrix"
    assert store.duals.registrations("head-v") == []


@pytest.mark.parametrize("name", ["made_at", "checked_at"])
def test_a_moment_without_a_zone_is_a_mistake(store: Store, name: str) -> None:
    heads(store)
    store.duals.put(PAIR, "li")
    changes = {name: NOON.replace(tzinfo=None)}
    with pytest.raises(ValueError, match="no time zone"):
        store.duals.keep(replace(FOUND, **changes), "li")  # type: ignore[arg-type]


SHARES = st.floats(0.0, 1.0)


@given(
    corners=st.tuples(*[st.floats(-0.4, 0.4)] * 8),
    found=st.builds(
        replace,
        st.just(FOUND),
        doubt_share=SHARES,
        score=SHARES,
        source=st.sampled_from(RegistrationSource),
        state=st.sampled_from(RegistrationState),
    ),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_kept_reads_back_to_the_bit(
    store: Store, corners: tuple[float, ...], found: PairRegistration
) -> None:
    heads(store)
    store.duals.put(PAIR, "li")
    a, b, c, d, e, f, g, h = corners
    whole = replace(found, matrix=(1.0 + a, b, c, d, 1.0 + e, f, g / 4.0, h / 4.0, 1.0))
    store.duals.keep(whole, "li")
    assert store.duals.registration("head-v", 0) == whole
