"""Who did what: one entry of the audit log."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

__all__ = ["SYSTEM", "AuditEntry"]

SYSTEM: Final = "system"
"""Who does what the watch does by itself."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed, chained to the one before it.

    Attributes:
        number: position in the log, from 1, without gaps.
        at: UTC.
        actor: user name, or :data:`SYSTEM` for what the watch does by itself.
        action: kind of deed, ``noun.verb``, e.g. ``alert.stepped``.
        subject: what it was done to: number or key.
        details: further facts; never a password, a hash of one or a token.
        sha256: over the hash of the entry before and all of the above, 64 hexadecimal digits.
    """

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, str | int | None] = field(default_factory=dict)
    sha256: str = ""
