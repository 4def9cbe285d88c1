"""Settings of one installation: one TOML file, validated as a whole, overridden by environment.

``firewatch.toml`` says where data lives and how decisions are made; cameras, land layers and users
live in the database. Unknown keys are refused with their name.
"""

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
from models.config.loading import ENVIRONMENT_PREFIX, load_settings
from models.config.looks import LooksRule
from models.config.nodes import NodesRule
from models.config.notices import NoticeRule
from models.config.orders import OrdersRule
from models.config.poses import PoseCheckRule
from models.config.release import ReleaseRule
from models.config.settings import Settings

__all__ = [
    "ENVIRONMENT_PREFIX",
    "AttentionRule",
    "DronesRule",
    "EvidenceRule",
    "ExchangeRule",
    "GatesRule",
    "HeatRule",
    "HelicopterRule",
    "IncidentRule",
    "KeepingRule",
    "LearningRule",
    "LooksRule",
    "NetworkRule",
    "NodesRule",
    "NoticeRule",
    "OrdersRule",
    "PoseCheckRule",
    "RecordingRule",
    "ReleaseRule",
    "SecurityRule",
    "Settings",
    "SuppressionRule",
    "TlsRule",
    "WeatherRule",
    "load_settings",
]
