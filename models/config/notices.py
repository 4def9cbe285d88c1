"""How people are told."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["NoticeRule"]


class NoticeRule(Section):
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
