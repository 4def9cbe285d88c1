"""What the phone page keeps beside the store: photos on their way, and who was refused lately."""

from dataclasses import dataclass

from api.field.refusals import Refusals
from api.field.uploads import Uploads
from models.clock import Clock
from models.config import Settings

__all__ = ["PhoneRoom"]


@dataclass(frozen=True, slots=True)
class PhoneRoom:
    """Of one installation.

    Attributes:
        uploads: photos on their way.
        refusals: of the last minute.
    """

    uploads: Uploads
    refusals: Refusals

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "PhoneRoom":
        """Built once; makes no file."""
        return cls(Uploads(settings.data_dir / "field-photos", clock), Refusals(clock))
