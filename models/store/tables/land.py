"""The land, every change of it, and the wind of the day."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from models.land import ChangeKind, Fact, Layer
from models.store.columns import Choice, Coded, Identity, UtcTime, Wkb
from models.store.tables.base import metadata

__all__ = ["land_change", "land_edit", "land_feature", "wind_entry"]

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

land_change = Table(
    "land_change",
    metadata,
    Column("change_id", Identity, primary_key=True),
    Column("kind", Choice(ChangeKind), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("note", Text, nullable=False),
    # A change is set back once at most; what was set back by mistake is set forth by one more.
    Column("undoes", ForeignKey("land_change.change_id"), unique=True),
    CheckConstraint("author <> ''", name="has_author"),
)

land_edit = Table(
    "land_edit",
    metadata,
    Column(
        "change_id",
        ForeignKey(land_change.c.change_id),
        primary_key=True,
        autoincrement=False,
    ),
    Column("layer", Choice(Layer), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("before", Text),  # none: it was new
    Column("after", Text),  # none: it was taken away
    CheckConstraint("before IS NOT NULL OR after IS NOT NULL", name="says_something"),
    Index(None, "layer", "code"),
)

wind_entry = Table(
    "wind_entry",
    metadata,
    Column("entry_id", Identity, primary_key=True),
    Column("from_deg", Float, nullable=False),
    Column("speed_m_s", Float, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    CheckConstraint("author <> ''", name="has_author"),
)
