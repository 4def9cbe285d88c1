"""Footage, and what was found in it."""

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Index, Integer, Table, Text

from models.detection import Box, ModelReference
from models.fix import Fix
from models.flight import AttitudeSource
from models.imagery import HitGap, ImageryKind, ImageryState
from models.store.columns import Choice, Coded, Identity, UtcTime, Wkb
from models.store.tables.base import metadata
from models.store.tables.flights import flight_run
from models.store.tables.places import observation

__all__ = ["imagery", "imagery_hit"]

_GAPS = Coded(tuple[HitGap, ...], "gaps")

imagery = Table(
    "imagery",
    metadata,
    Column("imagery_id", Identity, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # so that a file is taken once
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", Identity, nullable=False),
    Column("kind", Choice(ImageryKind), nullable=False),
    Column("run_id", ForeignKey(flight_run.c.run_id)),
    Column("zone", Text, nullable=False),  # empty: nobody has said
    Column("stated_fov_deg", Float),
    Column("author", Text, nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("round", Integer, nullable=False),
    Column("state", Choice(ImageryState), nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("taken_at", UtcTime),
    Column("frames", Integer, nullable=False),
    Column("gaps", _GAPS, nullable=False),
    Column("attitude", Choice(AttitudeSource), nullable=False),
    Column("footprint", Wkb),
    CheckConstraint("author <> ''", name="has_author"),
    Index(None, "state"),
    Index(None, "run_id"),
    sqlite_autoincrement=True,
)

imagery_hit = Table(
    "imagery_hit",
    metadata,
    Column("hit_id", Identity, primary_key=True),
    Column("imagery_id", ForeignKey(imagery.c.imagery_id), nullable=False),
    Column("frame", Integer, nullable=False),
    Column("time_s", Float, nullable=False),
    Column("box", Coded(Box, "box"), nullable=False),
    Column("fix", Coded(Fix, "fix")),
    Column("gaps", _GAPS, nullable=False),
    Column("observation_id", ForeignKey(observation.c.observation_id)),
    Column("model", Coded(ModelReference, "model")),  # of what was found before it was kept: none
    Index(None, "imagery_id"),
    Index(None, "observation_id"),
    sqlite_autoincrement=True,
)
