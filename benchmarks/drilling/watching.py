"""One drill fire through the watch: when it alerts, and what it says of the place.

The pictures go through the watch's own closer look, tracks and evidence. An alert is the fire's
when it opens after ignition and touches the smoke's true box of that time, grown by half its size,
or the first one when a person would not have seen it yet; with it the fire is done. Every alert
before that is a false one. The place is told by the watch's own drafter,
twice: with outlines around 90 % and around 95 % of the same samples.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

import shapely
from pyproj import Geod

from detector.drafting import Drafter
from detector.evaluate.footage import Moment, Sampling
from detector.pipeline import Pipeline, Scorer
from detector.replay.drill import DrillFire
from detector.replay.drill_recording import DrillRecording, Views
from detector.sighting import Sighting
from geo.land import LandBook
from geo.locate import Locator
from geo.terrain import Terrain
from models.clock import ManualClock
from models.config import Settings
from models.fix import Fix, FixOutcome
from models.footage import TrueBox, Truth
from models.frame import Frame, Provenance, TimeSource
from models.site import Position

__all__ = ["Answer", "Watch"]

SHARES: Final = (0.90, 0.95)
GROWN: Final = 0.5
_EARTH: Final = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one fire.

    Attributes:
        name: of the fire.
        scene: of its view.
        range_m: from the tower.
        is_hidden: a ridge hides its place.
        light: day, dusk or night.
        sky: clear, cloud, haze or fog.
        season: of the year.
        visibility_m: of the air.
        sigma_deg: stated deviation of the tilt.
        unseen: why nobody could see it; empty for a visible one.
        first_visible_s: since ignition; None when never.
        alert_s: since ignition; None when it did not alert.
        false_alarms: alerts before its own, or in its stead.
        located: how far its place is known.
        error_m: from the first place told to the true one; None without one.
        r90_m: as stated; None without a place.
        holds_90: the outlines hold the fire; None without a place.
        holds_95: likewise, around 95 % of the samples.
        behind: a stretch that may be hidden is told.
        off_deg: how far the foot of the box stands beside and above the fire's own place, the
            error of the camera apart; None without an alert.
        boxes: of the track up to the alert, edges in pixels as ``xyxy``; none without one.
    """

    name: str
    scene: str
    range_m: float
    is_hidden: bool
    light: str
    sky: str
    season: str
    visibility_m: float
    sigma_deg: float
    unseen: str
    first_visible_s: float | None
    alert_s: float | None
    false_alarms: int
    located: str
    error_m: float | None
    r90_m: float | None
    holds_90: bool | None
    holds_95: bool | None
    behind: bool
    off_deg: tuple[float, float] | None
    boxes: tuple[tuple[float, float, float, float], ...]

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


class Watch:
    """Watches drill fires, one after the other.

    Args:
        terrain: the relief as the watch knows it.
        scorer: finds smoke and flame.
        settings: of the decision.
    """

    def __init__(self, terrain: Terrain, scorer: Scorer, settings: Settings) -> None:
        self._scorer = scorer
        self._settings = settings
        self._locators = [Locator(terrain, held=share) for share in SHARES]
        self._views = Views()

    def answer(self, fire: DrillFire) -> Answer:
        """Play a fire until its alert, or to its end."""
        recording = DrillRecording(fire, self._views)
        truth = recording.truth()
        alerts = _Alerts(truth)
        pipeline = Pipeline(
            self._scorer, alerts, self._settings.evidence, ManualClock(fire.starts_at)
        )
        for number, moment in enumerate(recording.moments(Sampling())):
            alerts.at_s = moment.at_s
            pipeline.process([_frame(fire, moment, number)])
            if alerts.own is not None:
                break
        return self._told(fire, truth, alerts)

    def _told(self, fire: DrillFire, truth: Truth, alerts: "_Alerts") -> Answer:
        weather, own = fire.setting.weather, alerts.own
        fixes = [] if own is None else [self._fix(fire, own, each) for each in self._locators]
        fix = fixes[0] if fixes and fixes[0].outcome is FixOutcome.LOCATED else None
        best = None if fix is None else fix.clusters[0]
        known = truth.fires[0]
        return Answer(
            fire.name,
            fire.scene,
            round(fire.sight.range_m, 1),
            fire.is_hidden,
            weather.light.value,
            weather.sky.value,
            weather.season.value,
            round(weather.visibility_m),
            fire.camera.presets[0].pose.tilt_sigma_deg,
            known.unseen,
            known.first_visible_s,
            None if own is None else alerts.opened_s,
            alerts.wrong,
            "" if not fixes else (fixes[0].reason or fixes[0].outcome).value,
            None if best is None else round(_apart_m(best.position, fire.place), 1),
            None if best is None else round(best.r90_m, 1),
            None if fix is None else _holds(fixes[0], fire.place),
            None if fix is None else _holds(fixes[1], fire.place),
            bool(fixes and fixes[0].hidden),
            _off(fire, fixes[0]) if fixes else None,
            () if own is None else _boxes(own),
        )

    def _fix(self, fire: DrillFire, sighting: Sighting, locator: Locator) -> Fix:
        cameras = {fire.camera.camera_id: fire.camera}
        clock = ManualClock(fire.starts_at)
        return Drafter(cameras, locator, LandBook(), self._settings, clock).fix(sighting)


class _Alerts:
    """Takes alerts, and tells the fire's own from others."""

    def __init__(self, truth: Truth) -> None:
        self.at_s = self.opened_s = 0.0
        self.own: Sighting | None = None
        self._others: set[tuple[str, int, int]] = set()
        self._boxes = truth.boxes

    @property
    def wrong(self) -> int:
        return len(self._others)

    def take(self, sighting: Sighting) -> None:
        if self.own is not None or sighting.key in self._others:
            return
        near = sorted(self._boxes, key=lambda box: abs(box.at_s - self.at_s))[:1]
        if self.at_s >= 0.0 and all(_touches(sighting, true) for true in near):
            self.own, self.opened_s = sighting, self.at_s
        else:
            self._others.add(sighting.key)

    def note(self, sighting: Sighting) -> None:
        """What does not alert is not judged."""


def _touches(sighting: Sighting, true: TrueBox) -> bool:
    width, height = sighting.width_px, sighting.height_px
    wide, high = (true.x_max - true.x_min) * GROWN, (true.y_max - true.y_min) * GROWN
    box = sighting.track.last_box
    return (
        box.x_min < (true.x_max + wide) * width
        and box.x_max > (true.x_min - wide) * width
        and box.y_min < (true.y_max + high) * height
        and box.y_max > (true.y_min - high) * height
    )


def _frame(fire: DrillFire, moment: Moment, number: int) -> Frame:
    assert isinstance(moment.picture, bytes)  # a drill's pictures are whole
    return Frame(
        camera_id=fire.camera.camera_id,
        preset=0,
        sequence=number,
        captured_at=moment.captured_at,
        received_at=moment.captured_at,
        time_source=TimeSource.SIMULATED,
        jpeg=moment.picture,
        mode=fire.setting.mode,
        provenance=Provenance.DRILL,
        pose=fire.camera.presets[0].pose,
    )


def _boxes(sighting: Sighting) -> tuple[tuple[float, float, float, float], ...]:
    boxes = (hit.box for hit in sighting.track.hits if hit.box is not None)
    return tuple(
        (round(box.x_min, 1), round(box.y_min, 1), round(box.x_max, 1), round(box.y_max, 1))
        for box in boxes
    )


def _holds(fix: Fix, place: tuple[float, float]) -> bool:
    point = shapely.Point(place)
    return any(shapely.Polygon(each.outline_lonlat).covers(point) for each in fix.clusters)


def _off(fire: DrillFire, fix: Fix) -> tuple[float, float]:
    true, stated = fire.setting.pose, fire.camera.presets[0].pose
    turned_deg = fire.sight.bearing_deg + stated.azimuth_deg - true.azimuth_deg
    beside_deg = ((fix.bearing_deg or 0.0) - turned_deg + 180.0) % 360.0 - 180.0
    above_deg = (fix.elevation_deg or 0.0) - fire.sight.elevation_deg
    return round(beside_deg, 3), round(above_deg - stated.tilt_deg + true.tilt_deg, 3)


def _apart_m(position: Position, place: tuple[float, float]) -> float:
    return float(_EARTH.inv(position.lon_deg, position.lat_deg, *place)[2])
