"""One moment for tests."""

from datetime import UTC, datetime

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
