"""Settings of one installation: one TOML file, validated as a whole, overridden by environment.

``firewatch.toml`` says where data lives and how decisions are made; cameras, land layers and users
live in the database. Unknown keys are refused with their name.
"""

import hashlib
import logging
import os
import stat
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import InputRefused

__all__ = [
    "AttentionRule",
    "EvidenceRule",
    "HelicopterRule",
    "KeepingRule",
    "NetworkRule",
    "NoticeRule",
    "PoseCheckRule",
    "RecordingRule",
    "SecurityRule",
    "Settings",
    "SuppressionRule",
    "TlsRule",
    "WeatherRule",
    "load_settings",
]

logger = logging.getLogger(__name__)

ENVIRONMENT_PREFIX = "FIREWATCH_"
SECRETS = ("database_url",)
"""Keys that a file may hold instead: ``KEY_file`` names it."""

MOST_SECRET = 10_000


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EvidenceRule(_Section):
    """How hits over time become an alert; measured in ``docs/detector.md``.

    Attributes:
        floor_score: detections below it are not even tracked.
        alert_log_odds: a track alerts when its evidence reaches this, natural logarithm.
        min_hits: frames in which the track must have been seen.
        forget_s: a track unseen for this long by capture time ends.
    """

    floor_score: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05
    alert_log_odds: Annotated[float, Field(gt=0.0)] = 2.0
    min_hits: Annotated[int, Field(ge=1)] = 2
    forget_s: Annotated[float, Field(gt=0.0)] = 900.0


class AttentionRule(_Section):
    """How much a frame is looked at closer; measured in ``docs/detector.md``.

    Attributes:
        cost: most pixels of the network's input a frame, over those of the full frame alone; 1
            looks at the full frame only.
        part_log_odds: added to the log-odds of what a closer look finds; below 0 trusts it less. At
            -0.5 its false boxes on the training negatives score like the full frame's.
    """

    cost: Annotated[float, Field(ge=1.0, le=100.0)] = 3.0
    part_log_odds: Annotated[float, Field(ge=-20.0, le=20.0)] = -0.5


class SuppressionRule(_Section):
    """How long a verdict holds the same plume back; what it never hides: ``docs/detector.md``.

    Attributes:
        cool_down_s: after a verdict the same plume, unchanged, alerts again when this has passed.
        night_flame_s: the same for flame in the dark; doubles with each verdict about the same
            flame within a day, up to ``cool_down_s``.
    """

    cool_down_s: Annotated[float, Field(ge=0.0, le=7 * 86400.0)] = 4 * 3600.0
    night_flame_s: Annotated[float, Field(ge=0.0, le=86400.0)] = 1800.0


class RecordingRule(_Section):
    """What is recorded of streams; measured in ``docs/performance.md``.

    Attributes:
        enabled: whether streams are recorded at all.
        ring_minutes: so much of every camera's newest video is there.
        ring_gb: most of all cameras together, in units of 10⁹ bytes; the oldest goes first.
        least_free_gb: so much of the disk stays free, in units of 10⁹ bytes.
        pre_roll_s: an alert's recording begins so long before the first sighting.
        post_roll_s: it ends so long after the last one.
        longest_s: of one recording; a fire that burns on gets further ones.
        most: recordings of one alert.
    """

    enabled: bool = True
    ring_minutes: Annotated[float, Field(ge=2.0, le=1440.0)] = 10.0
    ring_gb: Annotated[float, Field(gt=0.0)] = 40.0
    least_free_gb: Annotated[float, Field(ge=0.0)] = 2.0
    pre_roll_s: Annotated[float, Field(ge=0.0, le=300.0)] = 30.0
    post_roll_s: Annotated[float, Field(ge=0.0, le=300.0)] = 60.0
    longest_s: Annotated[float, Field(ge=10.0, le=600.0)] = 120.0
    most: Annotated[int, Field(ge=1, le=100)] = 10


class KeepingRule(_Section):
    """How long the evidence of settled alerts stays; that of others is never cleared.

    Attributes:
        fire_days: of alerts that were confirmed and closed.
        false_alarm_days: of alerts that were dismissed.
        stray_days: of files that belong to nothing.
        evidence_gb: most of all evidence together, in units of 10⁹ bytes.
    """

    fire_days: Annotated[float, Field(ge=1.0)] = 1095.0
    false_alarm_days: Annotated[float, Field(ge=1.0)] = 180.0
    stray_days: Annotated[float, Field(ge=1.0)] = 7.0
    evidence_gb: Annotated[float, Field(gt=0.0)] = 200.0


class PoseCheckRule(_Section):
    """How often it is checked that presets look where they were calibrated: ``docs/geo.md``.

    Attributes:
        enabled: whether it is checked at all.
        every_s: after a check the next one begins so much later; it takes daylight and clear sight.
        pictures: of one check; their mean counts.
        apart_s: at least so long between two of them.
    """

    enabled: bool = True
    every_s: Annotated[float, Field(ge=1.0, le=7 * 86400.0)] = 6 * 3600.0
    pictures: Annotated[int, Field(ge=3, le=50)] = 9
    apart_s: Annotated[float, Field(ge=0.1, le=3600.0)] = 60.0


class HelicopterRule(_Section):
    """The helicopter that water points are weighed for: ``docs/land.md``, "Helicopter water".

    Attributes:
        bucket_litres: that it brings to the fire each time.
        needs_depth_m: of water to fill the bucket in.
        cruise_km_h: over ground, with and without the bucket full.
        fill_minutes: at the water, from coming in to leaving.
        drop_minutes: at the fire, likewise.
        climb_m_s: up and down; where the mountain is steep it sets the time, not the cruise.
        clear_radius_m: free ground that it needs around the water.
    """

    bucket_litres: Annotated[float, Field(gt=0.0, le=50_000.0)] = 3000.0
    needs_depth_m: Annotated[float, Field(ge=0.0, le=50.0)] = 2.5
    cruise_km_h: Annotated[float, Field(gt=0.0, le=500.0)] = 160.0
    fill_minutes: Annotated[float, Field(gt=0.0, le=60.0)] = 2.0
    drop_minutes: Annotated[float, Field(ge=0.0, le=60.0)] = 1.0
    climb_m_s: Annotated[float, Field(gt=0.0, le=50.0)] = 5.0
    clear_radius_m: Annotated[float, Field(ge=0.0, le=1000.0)] = 30.0


class NetworkRule(_Section):
    """What the yearly plan calls a lack of the facilities: ``docs/land.md``, "The network".

    Attributes:
        guard_m: a belt, road or water guards what of a stand's border lies so near to its edge.
        belt_share: of a stand's border that belts must guard, where none runs through it.
        road_width_m: from which width on a road guards and ends a belt; one of unknown width does
            from county road upwards.
        join_m: what lies so near together was meant to touch.
        gap_m: farther apart, two ends are no gap but two ends.
        road_m: as far from a road an engine still reaches a facility.
        water_minutes: of a helicopter's round, or of a drive, that is water at hand.
        smoke_m: how high smoke over a stand is when it must be seen.
        seen_share: of a stand that a tower must see.
        sight_m: as far as a tower is taken to see where no relief is loaded.
    """

    guard_m: Annotated[float, Field(gt=0.0, le=1000.0)] = 100.0
    belt_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    road_width_m: Annotated[float, Field(ge=0.0, le=100.0)] = 4.0
    join_m: Annotated[float, Field(gt=0.0, le=500.0)] = 30.0
    gap_m: Annotated[float, Field(gt=0.0, le=5000.0)] = 500.0
    road_m: Annotated[float, Field(gt=0.0, le=5000.0)] = 100.0
    water_minutes: Annotated[float, Field(gt=0.0, le=600.0)] = 15.0
    smoke_m: Annotated[float, Field(ge=0.0, le=100.0)] = 30.0
    seen_share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    sight_m: Annotated[float, Field(gt=0.0, le=50_000.0)] = 10_000.0


class IncidentRule(_Section):
    """How fires are worked on: ``docs/incidents.md``.

    Attributes:
        second_check: verdicts that a second person must agree with before they take effect.
    """

    second_check: tuple[Literal["confirmed", "dismissed"], ...] = ()


class WeatherRule(_Section):
    """How fire danger follows from the weather: ``docs/incidents.md``, "The danger of the day".

    Attributes:
        latitude_deg: of the district; the length of its days shapes the index.
        noon_hour: of the site's clock when the sun stands highest; in Chongqing 13:00.
        within_hours: readings so far from it still are those of the day.
        longest_gap_days: over so many days in a row without a reading the codes are carried as they
            were; over more the index begins anew.
        start_ffmc: fine fuel moisture code that a chain begins with.
        start_dmc: duff moisture code, likewise.
        start_dc: drought code, likewise.
        classes: index from which the danger classes 2 to 5 hold, rising.
    """

    latitude_deg: Annotated[float, Field(ge=-90.0, le=90.0)] = 29.0
    noon_hour: Annotated[float, Field(ge=0.0, lt=24.0)] = 13.0
    within_hours: Annotated[float, Field(ge=0.5, le=12.0)] = 3.0
    longest_gap_days: Annotated[int, Field(ge=0, le=30)] = 2
    start_ffmc: Annotated[float, Field(ge=0.0, le=101.0)] = 85.0
    start_dmc: Annotated[float, Field(ge=0.0, le=1000.0)] = 6.0
    start_dc: Annotated[float, Field(ge=0.0, le=2000.0)] = 15.0
    classes: tuple[float, float, float, float] = (5.2, 11.2, 21.3, 38.0)

    @model_validator(mode="after")
    def _rising(self) -> "WeatherRule":
        if not all(low < high for low, high in pairwise((0.0, *self.classes))):
            raise ValueError("classes are four rising numbers above 0")
        return self


class NoticeRule(_Section):
    """How people are told: ``docs/notifications.md``. Channels live in the database.

    Attributes:
        enabled: whether this process sends; notices are written in any case.
        public_url: address of the console as the people who are told open it; empty for no links.
        sender: who warns, in CAP and GB/T 35965; without spaces, commas, ``<`` and ``&``.
        ca_file: PEM file of authorities trusted beside the system's.
        proxy: for channels over HTTP; empty for none.
        failing_tries: a channel that failed so often in a row degrades the watch.
        keep_days: receipts are kept for so long.
        unit_code: 14 digits of the unit that warns, in GB/T 35965.
        event_code: of a forest fire, in GB/T 35965, as the receiving platform codes it.
    """

    enabled: bool = True
    public_url: Annotated[str, Field(pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$")] = ""
    sender: Annotated[str, Field(pattern=r"^[^\s,<&]{1,100}$")] = "firewatch"
    ca_file: Path | None = None
    proxy: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    failing_tries: Annotated[int, Field(ge=1, le=1000)] = 3
    keep_days: Annotated[float, Field(ge=1.0, le=36500.0)] = 365.0
    unit_code: Annotated[str, Field(pattern=r"^[0-9]{14}$")] = "0" * 14
    event_code: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,10}$")] = "10701"


class SecurityRule(_Section):
    """Who gets in, and how long what is personal stays: ``docs/security.md``.

    Attributes:
        session_hours: a signed-in browser is signed out after so long, whatever it does.
        idle_hours: and so long after its last request; an open console asks all the time.
        hosts: names by which the console may be opened, without the port; empty for any.
        trusted_proxies: addresses or networks of reverse proxies whose word is taken for who asks
            and whether by TLS; empty for none.
        caller_days: so long it is kept who told of a fire and how to call them back.
    """

    session_hours: Annotated[float, Field(ge=0.5, le=168.0)] = 12.0
    idle_hours: Annotated[float, Field(ge=0.1, le=168.0)] = 2.0
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    caller_days: Annotated[float, Field(ge=1.0, le=3650.0)] = 90.0


class TlsRule(_Section):
    """TLS spoken by Firewatch itself; both or neither.

    Attributes:
        certificate: PEM file with the whole chain.
        key: PEM file, not encrypted, readable by the service only.
    """

    certificate: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _both(self) -> "TlsRule":
        if (self.certificate is None) is not (self.key is None):
            raise ValueError("certificate and key belong together")
        return self


class Settings(_Section):
    """Everything that an installation may set.

    Attributes:
        data_dir: database, evidence and caches live here.
        database_url: SQLAlchemy URL of SQLite or PostgreSQL; empty for ``firewatch.db`` in
            ``data_dir``. A URL with a password belongs into a file of its own:
            ``database_url_file`` names one.
        host: address to listen on.
        port: 1 to 65535.
        model_card: name of the weights in ``models/zoo``.
        inference_threads: threads of the network, 0 for one per core.
        max_batch: most frames in one batch, at most one a camera.
        max_frame_age_s: a live frame older than this since receipt is dropped and counted.
        time_zone: of the clock on screen, and of local times in linked folders.
        attention: how much a frame is looked at closer.
        evidence: how hits become an alert.
        suppression: how long a verdict holds the same plume back.
        recording: what is recorded of streams.
        keeping: how long the evidence of settled alerts stays.
        pose_check: how often presets are checked against their reference pictures.
        helicopter: that water points are weighed for.
        network: what the yearly plan calls a lack of the facilities.
        incidents: how fires are worked on.
        weather: how fire danger follows from the weather.
        notices: how people are told.
        security: who gets in, and how long what is personal stays.
        tls: spoken by Firewatch itself.
    """

    data_dir: Path = Path("data")
    database_url: Annotated[str, Field(repr=False)] = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    model_card: str = "firewatch-yolo26n"
    inference_threads: Annotated[int, Field(ge=0)] = 0
    max_batch: Annotated[int, Field(ge=1)] = 8
    max_frame_age_s: Annotated[float, Field(gt=0.0)] = 30.0
    time_zone: str = "Asia/Shanghai"
    attention: AttentionRule = AttentionRule()
    evidence: EvidenceRule = EvidenceRule()
    suppression: SuppressionRule = SuppressionRule()
    recording: RecordingRule = RecordingRule()
    keeping: KeepingRule = KeepingRule()
    pose_check: PoseCheckRule = PoseCheckRule()
    helicopter: HelicopterRule = HelicopterRule()
    network: NetworkRule = NetworkRule()
    incidents: IncidentRule = IncidentRule()
    weather: WeatherRule = WeatherRule()
    notices: NoticeRule = NoticeRule()
    security: SecurityRule = SecurityRule()
    tls: TlsRule = TlsRule()

    @property
    def store_url(self) -> str:
        """Database URL in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'firewatch.db').resolve()}"

    @property
    def decision_version(self) -> str:
        """Hash of the settings that shape a decision, 12 hexadecimal digits."""
        rules = (self.evidence, self.attention, self.suppression)
        shaping = "".join(rule.model_dump_json() for rule in rules) + self.model_card
        return hashlib.sha256(shaping.encode()).hexdigest()[:12]


def load_settings(path: Path | None, environment: dict[str, str] | None = None) -> Settings:
    """Read the TOML file, lay the environment over it, validate the whole.

    Args:
        path: the file; None for defaults.
        environment: ``FIREWATCH_PORT=8080`` sets a top-level key,
            ``FIREWATCH_EVIDENCE__MIN_HITS=3`` one of a section; the process's own when left out.

    Raises:
        InputRefused: the file is missing or not TOML, or a key or value is not allowed.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputRefused(
                f"The settings file {path} cannot be read: {error.strerror}.",
                remedy="Name an existing TOML file.",
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputRefused(
                f"The settings file {path} is not TOML: {error}.", remedy="Mend that line."
            ) from error
    for key, value in (os.environ if environment is None else environment).items():
        if key.startswith(ENVIRONMENT_PREFIX):
            _lay_over(values, key.removeprefix(ENVIRONMENT_PREFIX).lower().split("__"), value)
    for name in SECRETS:
        if f"{name}_file" in values:
            values[name] = _secret_of(name, values.pop(f"{name}_file"), has_value=name in values)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputRefused(
            f"The setting {name} is refused: {first['msg']}.",
            remedy=f"See docs/settings.md; it was read from {path or 'the environment'}.",
        ) from error


def _secret_of(name: str, file: object, *, has_value: bool) -> str:
    """A secret from a file of its own, without the line's end."""
    if has_value:
        raise InputRefused(f"Both {name} and {name}_file are set.", remedy="Leave one of them out.")
    path = Path(str(file))
    try:
        with path.open(encoding="utf-8") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            text = opened.read(MOST_SECRET)
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(
            f"The file {path} of {name} cannot be read.",
            remedy="Name a text file that the service may read.",
        ) from error
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        logger.warning("%s holds a secret and others may read or change it: chmod 640", path)
    return text.strip()


def _lay_over(values: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        section = values.setdefault(part, {})
        if not isinstance(section, dict):
            return  # validation names the key that is not a section
        values = section
    values[path[-1]] = value
