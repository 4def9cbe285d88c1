"""The weather as it was entered and imported."""

from sqlalchemy import CheckConstraint, Column, Float, Index, Table, Text

from models.store.columns import Identity, UtcTime
from models.store.tables.base import metadata

__all__ = ["weather_entry"]

weather_entry = Table(
    "weather_entry",
    metadata,
    Column("entry_id", Identity, primary_key=True),
    Column("station", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("temperature_c", Float, nullable=False),
    Column("humidity_percent", Float, nullable=False),
    Column("wind_m_s", Float, nullable=False),
    Column("rain_24h_mm", Float, nullable=False),
    Column("author", Text, nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("origin", Text, nullable=False),
    Column("withdrawn_by", Text, nullable=False),
    Column("withdrawn_at", UtcTime),
    CheckConstraint("author <> ''", name="has_author"),
    CheckConstraint("(withdrawn_by = '') = (withdrawn_at IS NULL)", name="withdrawn_by_somebody"),
    Index(None, "station", "at"),
    Index(None, "at"),
    Index(None, "withdrawn_at"),
    sqlite_autoincrement=True,
)
