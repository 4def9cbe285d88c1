"""The memory of the house: alerts, candidates, ledger, cameras, land, people, events, audit log.

The only place that knows SQL. Repositories take and give the frozen dataclasses of :mod:`models`.
"""

from models.store.alerts import AlertRepository
from models.store.audit import AuditRepository
from models.store.calibrations import CalibrationRepository
from models.store.cameras import CameraRepository
from models.store.candidates import CandidateRepository
from models.store.events import EventRepository
from models.store.keeping import KeepingRepository
from models.store.land import LandRepository
from models.store.ledger import LedgerRepository
from models.store.links import Kept, LinkRepository
from models.store.masks import MaskRepository
from models.store.observations import ObservationRepository
from models.store.patrols import PatrolRepository
from models.store.recordings import RecordingRepository
from models.store.sessions import SessionRepository
from models.store.sign_ins import SignInRepository
from models.store.store import Store
from models.store.tokens import TokenRepository
from models.store.users import UserRepository

__all__ = [
    "AlertRepository",
    "AuditRepository",
    "CalibrationRepository",
    "CameraRepository",
    "CandidateRepository",
    "EventRepository",
    "KeepingRepository",
    "Kept",
    "LandRepository",
    "LedgerRepository",
    "LinkRepository",
    "MaskRepository",
    "ObservationRepository",
    "PatrolRepository",
    "RecordingRepository",
    "SessionRepository",
    "SignInRepository",
    "Store",
    "TokenRepository",
    "UserRepository",
]
