"""Work orders: when they are opened by themselves, and how long people have."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models.config.section import Section

__all__ = ["OrdersRule"]

Limit = Annotated[float, Field(ge=10.0, le=3600.0)]


class OrdersRule(Section):
    """Work orders: ``docs/orders.md``.

    Attributes:
        open_when: the state of a fire at which its orders are opened without being asked for;
            ``by_hand`` for never. Drills are opened by hand only.
        push_s: within so long somebody has said that they have it.
        verify_s: within so long somebody has said whether it burns.
        leave_s: within so long a team has left.
        least_probability: a township gets an order from this probability on that the fire lies in
            it; the likeliest always does.
        link_hours: so long a one-time link can be used.
        key_file: that links are made with; None for ``links.key`` in the data folder.
    """

    open_when: Literal["by_hand", "open", "acknowledged", "confirmed"] = "confirmed"
    push_s: Limit = 60.0
    verify_s: Limit = 180.0
    leave_s: Limit = 300.0
    least_probability: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    link_hours: Annotated[float, Field(ge=0.1, le=72.0)] = 12.0
    key_file: Path | None = None
