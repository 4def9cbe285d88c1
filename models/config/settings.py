"""All settings together: the top level of the settings file, and its sections."""

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import Field

from models.config.access import SecurityRule, TlsRule
from models.config.deciding import AttentionRule, EvidenceRule, SuppressionRule
from models.config.drones import DronesRule
from models.config.exchange import ExchangeRule
from models.config.fires import IncidentRule, WeatherRule
from models.config.gates import GatesRule
from models.config.heat import HeatRule
from models.config.keeping import KeepingRule, RecordingRule
from models.config.land import HelicopterRule, NetworkRule
from models.config.learning import LearningRule
from models.config.looks import LooksRule
from models.config.nodes import NodesRule
from models.config.notices import NoticeRule
from models.config.orders import OrdersRule
from models.config.poses import PoseCheckRule
from models.config.release import ReleaseRule
from models.config.section import Section

__all__ = ["Settings"]


class Settings(Section):
    """Everything that an installation may set.

    Attributes:
        data_dir: database, evidence and caches live here.
        database_url: SQLAlchemy URL of SQLite or PostgreSQL; empty for ``firewatch.db`` in
            ``data_dir``. A URL with a password belongs into a file of its own:
            ``database_url_file`` names one.
        host: address to listen on.
        port: 1 to 65535.
        model_card: name of the weights that the watch begins with; what was activated since goes
            before it.
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
        gates: how long it is known who passed them, and who sees that.
        orders: when people are sent, and how long they have.
        heat: when a hot place in a node's view is worth a look.
        looks: what becomes of looks that heat proposes.
        drones: how high and how they fly.
        exchange: with the city's grid platform.
        learning: what the watch learns of people's verdicts.
        nodes: under the trees: what is taken of them, and when one is unwell.
        release: how fast a model must be to go live.
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
    gates: GatesRule = GatesRule()
    orders: OrdersRule = OrdersRule()
    heat: HeatRule = HeatRule()
    looks: LooksRule = LooksRule()
    drones: DronesRule = DronesRule()
    exchange: ExchangeRule = ExchangeRule()
    learning: LearningRule = LearningRule()
    nodes: NodesRule = NodesRule()
    release: ReleaseRule = ReleaseRule()
    notices: NoticeRule = NoticeRule()
    security: SecurityRule = SecurityRule()
    tls: TlsRule = TlsRule()

    @property
    def store_url(self) -> str:
        """Database URL in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'firewatch.db').resolve()}"

    @property
    def gates_key_file(self) -> Path:
        """Key file of plates and codes in force."""
        return self.gates.key_file or self.data_dir / "gates.key"

    @property
    def links_key_file(self) -> Path:
        """Key file of one-time links in force."""
        return self.orders.key_file or self.data_dir / "links.key"

    @property
    def decision_version(self) -> str:
        """Hash of the settings that shape a decision, 12 hexadecimal digits."""
        rules = (self.evidence, self.attention, self.suppression)
        shaping = "".join(rule.model_dump_json() for rule in rules) + self.model_card
        return hashlib.sha256(shaping.encode()).hexdigest()[:12]
