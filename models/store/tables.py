"""The tables; every change to them is a migration in ``migrations/versions``.

An alert has no foreign key to a camera: an alert is never refused because somebody forgot to
register what saw it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from models.alert import AlertState, Decision, DismissReason
from models.camera_link import Adapter, Decoding, Transport
from models.candidate import CandidateDraft
from models.detection import Box, Label
from models.events import EventKind
from models.fix import Fix
from models.frame import FrameMode, Provenance, TimeSource
from models.land import Fact, LandAnswer, Layer
from models.ledger import LedgerDraft
from models.mask import ViewMask
from models.patrol import DangerClass, Patrol, PoseTrust
from models.recording import ClearingCause, KeptKind, RecordingPart, RecordingState
from models.site import Camera, CameraKind, HeightDatum, Pose
from models.store.columns import Choice, Coded, Identity, NumberedChoice, UtcTime, Wkb
from models.suppression import Holder
from models.user import Role
from models.watching import GapCause

__all__ = [
    "account",
    "alert",
    "audit_entry",
    "audit_head",
    "camera",
    "camera_credential",
    "camera_lease",
    "camera_link",
    "camera_patrol",
    "candidate",
    "clearing",
    "danger_entry",
    "event",
    "evidence",
    "land_feature",
    "ledger_entry",
    "metadata",
    "preset",
    "recording",
    "session",
    "verdict",
    "view_mask",
    "visit",
    "watch_gap",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

camera = Table(
    "camera",
    metadata,
    Column("camera_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Choice(CameraKind), nullable=False),
    Column("lon_deg", Float, nullable=False),
    Column("lat_deg", Float, nullable=False),
    Column("height_m", Float, nullable=False),
    Column("height_datum", Choice(HeightDatum), nullable=False),
)

preset = Table(
    "preset",
    metadata,
    Column("camera_id", ForeignKey(camera.c.camera_id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("pose", Coded(Pose, "pose"), nullable=False),
)

former_camera = Table(
    "former_camera",
    metadata,
    Column("camera_id", Text, primary_key=True),
    Column("camera", Coded(Camera, "former camera"), nullable=False),  # as it was last
)

camera_link = Table(
    "camera_link",
    metadata,
    Column("camera_id", ForeignKey(camera.c.camera_id, ondelete="CASCADE"), primary_key=True),
    Column("adapter", Choice(Adapter), nullable=False),
    Column("address", Text, nullable=False),
    Column("every_s", Float, nullable=False),
    Column("transport", Choice(Transport), nullable=False),
    Column("decoding", Choice(Decoding), nullable=False),
    Column("mode", Choice(FrameMode)),
    Column("enabled", Boolean, nullable=False),
)

camera_credential = Table(
    "camera_credential",
    metadata,
    Column("camera_id", ForeignKey(camera_link.c.camera_id, ondelete="CASCADE"), primary_key=True),
    Column("user_name", Text, nullable=False),
    Column("password", Text, nullable=False),
)

camera_patrol = Table(
    "camera_patrol",
    metadata,
    Column("camera_id", ForeignKey(camera.c.camera_id, ondelete="CASCADE"), primary_key=True),
    # The newest is in force; older ones say what a sweep of that time is judged by.
    Column("since_at", UtcTime, primary_key=True),
    Column("patrol", Coded(Patrol, "patrol")),  # none: it stands still
)

# A lease and a gap outlive their camera: who steered what, and when nobody watched, stays true.
camera_lease = Table(
    "camera_lease",
    metadata,
    Column("camera_id", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    CheckConstraint("holder <> ''", name="has_holder"),
)

watch_gap = Table(
    "watch_gap",
    metadata,
    Column("gap_id", Identity, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("cause", Choice(GapCause), nullable=False),
    Column("who", Text, nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime),
    Index(None, "camera_id", "from_at"),
    sqlite_autoincrement=True,
)

visit = Table(
    "visit",
    metadata,
    Column("visit_id", Identity, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("preset", Integer, nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("trust", Choice(PoseTrust), nullable=False),
    Column("pose", Coded(Pose, "pose")),
    Column("frames", Integer, nullable=False),
    Index(None, "from_at"),
)

danger_entry = Table(
    "danger_entry",
    metadata,
    Column("entry_id", Identity, primary_key=True),
    Column("danger", NumberedChoice(DangerClass), nullable=False),
    Column("author", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    CheckConstraint("author <> ''", name="has_author"),
    sqlite_autoincrement=True,
)

view_mask = Table(
    "view_mask",
    metadata,
    Column("mask_id", Identity, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("preset", Integer, nullable=False),
    Column("mask", Coded(ViewMask, "mask"), nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", UtcTime),
    Index(None, "camera_id", "preset"),
    sqlite_autoincrement=True,
)

land_feature = Table(
    "land_feature",
    metadata,
    Column("layer", Choice(Layer), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("position", Integer, nullable=False),  # order inside the layer, as it was given
    Column("name", Text, nullable=False),
    Column("geometry", Wkb, nullable=False),
    Column("min_lon_deg", Float, nullable=False),
    Column("min_lat_deg", Float, nullable=False),
    Column("max_lon_deg", Float, nullable=False),
    Column("max_lat_deg", Float, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("properties", Coded(dict[str, Fact], "land feature"), nullable=False),
)

alert = Table(
    "alert",
    metadata,
    Column("alert_id", Identity, primary_key=True),
    Column("idempotency_key", Text, nullable=False),
    Column("camera_id", Text, nullable=False),
    Column("preset", Integer, nullable=False),
    Column("pose", Coded(Pose, "pose")),
    Column("label", NumberedChoice(Label), nullable=False),
    Column("score", Float, nullable=False),
    Column("mode", Choice(FrameMode), nullable=False),
    Column("provenance", Choice(Provenance), nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("time_source", Choice(TimeSource), nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("decision", Coded(Decision, "decision"), nullable=False),
    Column("fix", Coded(Fix, "fix"), nullable=False),
    Column("land", Coded(LandAnswer, "land answer"), nullable=False),
    Column("state", Choice(AlertState), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("clip_key", Text, nullable=False),
    UniqueConstraint("idempotency_key"),
    Index(None, "state"),
    Index(None, "camera_id", "preset", "state"),
    Index(None, "opened_at"),
    sqlite_autoincrement=True,  # numbers rise and are never used again
)

evidence = Table(
    "evidence",
    metadata,
    Column("evidence_id", Identity, primary_key=True),
    Column("alert_id", ForeignKey(alert.c.alert_id), nullable=False),
    Column("frame_sequence", BigInteger, nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("boxes", Coded(tuple[Box, ...], "list of boxes"), nullable=False),
    # A camera counts its frames from 0 again after a restart: the sequence alone would take a new
    # picture of a fire that still burns for one that is already kept.
    UniqueConstraint("alert_id", "frame_sequence", "captured_at"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("verdict_id", Identity, primary_key=True),
    Column("alert_id", ForeignKey(alert.c.alert_id), nullable=False),
    Column("author", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("from_state", Choice(AlertState), nullable=False),
    Column("to_state", Choice(AlertState), nullable=False),
    Column("reason", Choice(DismissReason)),
    Column("note", Text, nullable=False),
    CheckConstraint("author <> ''", name="has_author"),
    CheckConstraint("(to_state = 'dismissed') = (reason IS NOT NULL)", name="dismissal_has_reason"),
    Index(None, "alert_id"),
)

recording = Table(
    "recording",
    metadata,
    Column("recording_id", Identity, primary_key=True),
    Column("alert_id", ForeignKey(alert.c.alert_id), nullable=False),
    Column("camera_id", Text, nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("state", Choice(RecordingState), nullable=False),
    Column("parts", Coded(tuple[RecordingPart, ...], "parts of a recording"), nullable=False),
    Column("wanted_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),
    Index(None, "alert_id"),
    Index(None, "state"),
    sqlite_autoincrement=True,  # its number is in the names of its files
)

clearing = Table(
    "clearing",
    metadata,
    Column("alert_id", ForeignKey(alert.c.alert_id), primary_key=True),
    Column("kind", Choice(KeptKind), primary_key=True),
    Column("cause", Choice(ClearingCause), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("files", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)

candidate = Table(
    "candidate",
    metadata,
    Column("candidate_id", Identity, primary_key=True),
    Column("key", Text, nullable=False),
    Column("camera_id", Text, nullable=False),
    Column("held_by", Choice(Holder), nullable=False),
    Column("draft", Coded(CandidateDraft, "candidate"), nullable=False),
    Column("noted_at", UtcTime, nullable=False),
    # A few kB beside its row: it goes when the row goes, and nothing is left behind.
    Column("picture", LargeBinary),
    Column("alert_id", BigInteger),
    Column("promoted_by", Text, nullable=False),
    UniqueConstraint("key"),
    Index(None, "noted_at"),
    sqlite_autoincrement=True,  # a number that somebody has noted down never means another one
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("entry_id", Identity, primary_key=True),
    Column("draft", Coded(LedgerDraft, "entry of the ledger"), nullable=False),
    Column("until_at", UtcTime, nullable=False),  # as in the draft, or when it was ended before
    Column("author", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", UtcTime),
    CheckConstraint("author <> ''", name="has_author"),
    Index(None, "until_at"),
    sqlite_autoincrement=True,
)

event = Table(
    "event",
    metadata,
    Column("sequence", Identity, primary_key=True),
    Column("kind", Choice(EventKind), nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,  # a listener resumes by sequence: none may be used twice
)

account = Table(
    "account",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Choice(Role), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("user_name", ForeignKey(account.c.name, ondelete="CASCADE"), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "user_name"),
    Index(None, "expires_at"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),  # canonical JSON: the very text that was hashed
    Column("sha256", Text, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("singleton", Integer, primary_key=True, autoincrement=False),
    Column("entries", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    CheckConstraint("singleton = 1", name="one_row"),
)
