"""Dual-spectrum towers: pairs of cameras, and where one's picture lies in the other's."""

from sqlalchemy import Column, Float, ForeignKey, Integer, Table

from models.dual import AgreementRule, RegistrationSource, RegistrationState
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.store.tables.cameras import camera

__all__ = ["dual_pair", "dual_registration"]

dual_pair = Table(
    "dual_pair",
    metadata,
    Column("number", Identity, primary_key=True),  # which events name
    Column(
        "visible_id",
        ForeignKey(camera.c.camera_id, ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    Column(
        "thermal_id",
        ForeignKey(camera.c.camera_id, ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    Column("rule", Choice(AgreementRule), nullable=False),
    sqlite_autoincrement=True,
)

dual_registration = Table(
    "dual_registration",
    metadata,
    Column(
        "number",
        ForeignKey(dual_pair.c.number, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("preset", Integer, primary_key=True, autoincrement=False),
    Column("matrix", Coded(tuple[float, ...], "homography"), nullable=False),
    Column("doubt_share", Float, nullable=False),
    Column("score", Float, nullable=False),
    Column("source", Choice(RegistrationSource), nullable=False),
    Column("state", Choice(RegistrationState), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("checked_at", UtcTime),
    # Horizontal fields of view of the preset when it was confirmed last: a lens that was zoomed
    # since shows another picture. None where that camera has no such preset.
    Column("visible_fov_deg", Float),
    Column("thermal_fov_deg", Float),
)
