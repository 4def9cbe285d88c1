"""Who passed the gates: how long it is kept, how far a fire looks back, who sees plates."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models.config.section import Section

__all__ = ["GatesRule"]


class GatesRule(Section):
    """Passages of checkpoints and smart gates: ``docs/security.md``, "Plates and codes".

    Attributes:
        keep_days: so long after somebody passed it is known; then it is forgotten.
        look_back_hours: so long before a fire was seen first, and the way to it, its passages
            begin.
        plates_role: from this role on people of the whole district see plates and codes.
        key_file: that plates and codes are sealed with; None for ``gates.key`` in the data folder.
    """

    keep_days: Annotated[float, Field(ge=1.0, le=3650.0)] = 30.0
    look_back_hours: Annotated[float, Field(ge=0.5, le=48.0)] = 6.0
    plates_role: Literal["monitor", "admin"] = "admin"
    key_file: Path | None = None
