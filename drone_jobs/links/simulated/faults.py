"""What can be made to go wrong with a simulated vehicle, while it runs."""

from dataclasses import dataclass, field

from models.mission import AirWind, LostLink

__all__ = ["Faults", "Settings"]


@dataclass(slots=True)
class Faults:
    """Orders to fail; change them at any time.

    Attributes:
        is_link_cut: nothing is heard and nothing arrives; it flies on and knows it.
        loss_share: of messages lost each way, [0, 1]; None: as its habits say.
        refuse_item: number of the uploaded item that is refused; None: none is.
        refuse_result: MAV_MISSION_RESULT that it is refused with.
        stall_item: number of the uploaded item that it is deaf to; None: none.
        unhealthy: names of sensors that fail: ``gyro``, ``accelerometer``, ``compass``,
            ``barometer``, ``gps``.
        command_results: MAV_RESULT that a MAV_CMD is answered with, and not done.
        deaf_to: MAV_CMD that it does not answer at all.
    """

    is_link_cut: bool = False
    loss_share: float | None = None
    refuse_item: int | None = None
    refuse_result: int = 1  # MAV_MISSION_ERROR
    stall_item: int | None = None
    unhealthy: set[str] = field(default_factory=set)
    command_results: dict[int, int] = field(default_factory=dict)
    deaf_to: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Settings:
    """What somebody has set on it.

    Attributes:
        low_share: of the battery, at which it flies home by itself.
        critical_share: at which it lands where it is, < low_share.
        lost_link: what it does alone without a ground station; unsaid is home.
        lost_link_after_s: of the link's time without a ground station's heartbeat, > 0.
        return_to_m: least height above home on the way back, >= 0.
        wind: that blows.
        system_id: of its messages, 1 to 255.
        new_battery_after_s: simulated time on the ground after which somebody has given it a full
            battery, > 0; None: nobody does.
    """

    low_share: float = 0.2
    critical_share: float = 0.08
    lost_link: LostLink = LostLink.HOME
    lost_link_after_s: float = 5.0
    return_to_m: float = 30.0
    wind: AirWind = field(default_factory=AirWind)
    system_id: int = 1
    new_battery_after_s: float | None = None
