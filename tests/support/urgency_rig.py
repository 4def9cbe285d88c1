"""What stands around a fire, built as values, for reckoning its urgency."""

from dataclasses import replace
from datetime import timedelta

from fire_rig import NOON, alert_of, eye, looks

from detector.incidents.surroundings import LandSaid, Sensors, Surroundings
from models.alert import Alert, Finding, FrameScore
from models.detection import Box, Label
from models.land import (
    Asset,
    AtRisk,
    Barrier,
    BurnNear,
    Fact,
    LandReport,
    Layer,
    UnitShare,
    WaterReport,
)
from models.patrol import DangerClass
from models.suppression import Overcome
from models.weather import DangerNow, DangerSource
from models.wind import Wind

TOWER = eye("t1", 106.60)
SMOKE = looks(TOWER, (106.60, 29.05))


def seen(
    log_odds: float = 3.0,
    *,
    times: float = 1.0,
    findings: tuple[Finding, ...] = (Finding.PERSISTED,),
    label: Label = Label.SMOKE,
    overcome: tuple[Overcome, ...] = (),
) -> Alert:
    """An alert whose plume grows by some times within ten minutes."""
    alert = alert_of(1, TOWER, SMOKE)
    scores = tuple(
        FrameScore(
            number,
            NOON,
            0.8,
            None if number == 1 else Box(label, 0.8, 0.0, 0.0, 100.0 * share, 10.0),
            elapsed_s=600.0 * number / 3.0,
        )
        for number, share in enumerate((1.0, 1.0, 1.0, times))
    )
    decision = replace(
        alert.draft.decision,
        log_odds=log_odds,
        scores=scores,
        findings=findings,
        overcome=overcome,
    )
    return replace(alert, draft=replace(alert.draft, decision=decision, label=label))


def asset(layer: Layer = Layer.VILLAGE, distance_m: float = 1000.0, name: str = "青山村") -> Asset:
    nearest_m = max(0.0, distance_m - 50.0)
    return Asset(
        layer=layer,
        code="1",
        name=name,
        distance_m=distance_m,
        distance_min_m=nearest_m,
        distance_max_m=distance_m + 50.0,
        bearing_deg=90.0,
        drill=False,
        route=None,
        facts={},
    )


def belt(*, gap_m: float = 0.0, holds: bool = True, name: str = "一号林带") -> Barrier:
    state = "good" if holds else "worn"
    return Barrier(
        code="b1",
        name=name,
        kind="biological",
        state=state,
        width_m=20.0,
        from_fire_m=300.0,
        inside=False,
        holds=holds,
        gap_m=gap_m,
        drill=False,
    )


def village(
    distance_m: float = 1000.0,
    *,
    downwind_deg: float | None = None,
    barriers: tuple[Barrier, ...] = (),
    open_share: float = 1.0,
    name: str = "青山村",
) -> AtRisk:
    return AtRisk(asset(distance_m=distance_m, name=name), downwind_deg, barriers, open_share)


def burn(distance_m: float = 0.0, distance_max_m: float = 300.0) -> BurnNear:
    return BurnNear(7, "李四", "", distance_m, 0.0, distance_max_m, None, NOON + timedelta(hours=3))


def land(
    *at_risk: AtRisk,
    stands: dict[str, dict[str, Fact]] | None = None,
    shares: tuple[UnitShare, ...] | None = None,
    nearest: tuple[Asset, ...] = (),
    burns: tuple[BurnNear, ...] = (),
    layers: tuple[Layer, ...] = (Layer.VILLAGE, Layer.FOREST_STAND),
) -> LandSaid:
    """The land around a fire; its layers of villages and stands are loaded unless left out."""
    stands = {} if stands is None else stands
    if shares is None:
        shares = tuple(UnitShare(code, f"林班{code}", 0.5) for code in stands)
    units: dict[Layer, tuple[UnitShare, ...]] = dict.fromkeys(layers, ())
    if Layer.FOREST_STAND in units:
        units[Layer.FOREST_STAND] = shares
    report = LandReport(
        at=NOON,
        land_version=1,
        units=units,
        elsewhere=0.0,
        at_risk=at_risk,
        water=WaterReport((), (), 4),
        nearest=nearest,
        burns=burns,
        wind=None,
        wind_used=False,
        drill=False,
        took_ms=1.0,
    )
    return LandSaid(report, stands)


def danger(
    level: DangerClass | None = DangerClass.LOW,
    source: DangerSource = DangerSource.ENTERED,
    *,
    stale: bool = False,
) -> DangerNow:
    return DangerNow(source, level, stale, "zhang", NOON)


def wind(speed_m_s: float = 2.0) -> Wind:
    return Wind(0.0, speed_m_s, NOON, "zhang")


def by_day(said: LandSaid | None = None, **changes: object) -> Surroundings:
    """A calm, safe day; located where the land says something."""
    around = Surroundings(
        at=NOON,
        sensors=Sensors(masts=1),
        land=said,
        located=said is not None,
        wind=wind(0.0),
        danger=danger(),
        is_night=False,
    )
    return replace(around, **changes)  # type: ignore[arg-type]
