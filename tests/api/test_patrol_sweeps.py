"""Whether the whole area was seen in time, as the console asks for it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from api_rig import ApiRig

from api.patrols.sweeps import planned
from models.patrol import DangerClass, Mover, Patrol, PoseTrust, Tour, TourStop
from models.site import Preset
from models.sweep_time import Planned
from models.times import Times
from models.user import Role
from models.watching import DangerEntry, GapCause, Visit

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOVER = Mover("http://10.0.0.5/onvif/device_service", tokens=((0, "1"), (1, "2")))
DAY = Tour("day", (TourStop(0, 20.0), TourStop(1, 20.0)), Times(6 * 60, 20 * 60))
DRY = Tour("dry", (TourStop(1, 20.0),), least_danger=DangerClass.VERY_HIGH)
NIGHT = Tour("night", (TourStop(0, 20.0),))


def touring(api: ApiRig, *tours: Tour) -> None:
    setup = api.context.store.links.get("t1-red")
    (preset,) = setup.camera.presets
    presets = (preset, Preset(1, "south", preset.pose))
    api.context.store.links.put_patrol("t1-red", Patrol(MOVER, tours), actor="t", presets=presets)


def test_what_was_planned_follows_the_hours_the_danger_and_every_change() -> None:
    midnight = datetime(2026, 4, 4, 16, 0, tzinfo=UTC)  # of 5 April in Shanghai
    at = {hour: midnight + timedelta(hours=hour) for hour in (0, 6, 9, 20, 24)}
    long_ago = midnight - timedelta(days=9)
    always = {"t1": [(long_ago, Patrol(MOVER, (DRY, DAY, NIGHT)))]}
    dangers = [
        DangerEntry(DangerClass.LOW, "wang", midnight - timedelta(days=1)),
        DangerEntry(DangerClass.EXTREME, "wang", at[9]),
    ]
    assert planned(always, dangers, SHANGHAI, at[0], at[24]) == [
        Planned("t1", (0,), at[0], at[6]),
        Planned("t1", (0, 1), at[6], at[9]),
        Planned("t1", (1,), at[9], at[20]),
        Planned("t1", (1,), at[20], at[24]),
    ]
    assert planned(always, [], SHANGHAI, at[9], at[20]) == [Planned("t1", (0, 1), at[9], at[20])]
    changed: dict[str, list[tuple[datetime, Patrol | None]]] = {
        "t1": [(long_ago, None), (at[9], Patrol(MOVER, (NIGHT,))), (at[20], None)],
        "t2": [(at[20], Patrol(MOVER, (NIGHT,)))],
        "t3": [(long_ago, Patrol(MOVER, (NIGHT,), is_on=False))],
    }
    assert planned(changed, [], SHANGHAI, at[0], at[24]) == [
        Planned("t1", (0,), at[9], at[20]),
        Planned("t2", (0,), at[20], at[24]),
    ]
    two_days = planned(always, [], SHANGHAI, at[0], at[0] + timedelta(days=2))
    assert len(two_days) == 6  # small hours, day, evening, and again
    assert [one.until_at for one in two_days[:-1]] == [one.from_at for one in two_days[1:]]


def test_the_console_is_told_what_was_seen_in_time(api: ApiRig) -> None:
    viewer = api.client(Role.VIEWER)
    nothing = viewer.get("/api/patrols/sweeps").json()
    assert (nothing["share"], nothing["cameras"], nothing["limit_s"]) == (None, [], 1800.0)
    touring(api, NIGHT)
    api.clock.advance(5 * 3600.0)
    now = api.clock.now()
    patrols = api.context.store.patrols
    patrols.add_visits(
        Visit("t1-red", 0, at, at + timedelta(minutes=1), PoseTrust.VERIFIED, None, 9)
        for at in (now - timedelta(minutes=minute) for minute in range(240, 60, -10))
    )
    patrols.begin_gap("t1-red", GapCause.OPERATOR, now - timedelta(minutes=50), "wang")
    patrols.begin_gap("t2", GapCause.STUCK, now - timedelta(minutes=9))
    viewer = api.client(Role.VIEWER)  # the session before has run out
    told = viewer.get("/api/patrols/sweeps", params={"hours": 2}).json()
    (camera,) = told["cameras"]
    # Seen until 69 minutes before now, and in time for half an hour more.
    assert (camera["planned_s"], camera["in_time_s"]) == (7200.0, 81 * 60.0)
    assert camera["longest_s"] == told["longest_s"] == 69 * 60.0
    (overdue,) = camera["overdue"]
    assert (overdue["presets"], overdue["cause"]) == ([0], "operator")
    assert told["share"] == told["verified_share"] == 81 / 120
    assert [(gap["camera_id"], gap["who"]) for gap in told["gaps"]] == [
        ("t2", ""),
        ("t1-red", "wang"),
    ]
    assert viewer.get("/api/patrols/sweeps", params={"hours": 0}).status_code == 422
    assert viewer.get("/api/patrols/sweeps", params={"hours": 745}).status_code == 422
