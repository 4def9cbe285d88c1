"""What a simulated dock and its aircraft tell of themselves, in the Cloud API's words."""

from typing import Any

from drone_jobs.links.simulated.dock_flight import Flight, Spot

__all__ = ["aircraft_words", "dock_words"]


def dock_words(
    *,
    home: Spot,
    aircraft_serial: str,
    is_inside: bool,
    is_working: bool,
    has_link: bool,
    battery_share: float,
    wind_ms: float,
) -> dict[str, Any]:
    """OSD of the dock; a dock knows the battery only while the aircraft is inside."""
    return {
        "longitude": home.lon_deg,
        "latitude": home.lat_deg,
        "height": home.height_m,
        "mode_code": 4 if is_working else 0,
        "cover_state": 1 if is_working else 0,
        "drone_in_dock": int(is_inside),
        "sub_device": {"device_sn": aircraft_serial, "device_online_status": int(is_working)},
        "emergency_stop_state": 0,
        "drone_charge_state": {"state": 1, "capacity_percent": round(battery_share * 100)}
        if is_inside
        else {},
        "rainfall": 0,
        "wind_speed": wind_ms,
        "environment_temperature": 18.5,
        "wireless_link": {"sdr_link_state": int(has_link), "sdr_quality": 5 if has_link else 0},
        "storage": {"total": 100_000_000, "used": 40_000_000},
        "alternate_land_point": {"is_configured": 1},
    }


def aircraft_words(
    *,
    mode: int,
    home: Spot,
    flight: Flight | None,
    battery_share: float,
    remaining_s: float,
    wind_ms: float,
) -> dict[str, Any]:
    """OSD of the aircraft."""
    spot = home if flight is None else flight.spot
    yaw_deg = 0.0 if flight is None else flight.yaw_deg
    yaw_deg = yaw_deg - 360.0 if yaw_deg > 180.0 else yaw_deg
    return {
        "mode_code": mode,
        "longitude": spot.lon_deg,
        "latitude": spot.lat_deg,
        "height": spot.height_m,
        "elevation": spot.height_m - home.height_m,
        "attitude_head": yaw_deg,
        "horizontal_speed": 0.0 if flight is None else flight.ground_ms,
        "vertical_speed": 0.0 if flight is None else flight.climb_ms,
        "wind_speed": wind_ms,
        "wind_direction": 3,
        "battery": {
            "capacity_percent": round(battery_share * 100),
            "remain_flight_time": round(remaining_s),
        },
        "position_state": {"is_fixed": 2, "gps_number": 18, "rtk_number": 22},
        "storage": {"total": 60_000_000, "used": 10_000_000},
        "81-0-0": {
            "gimbal_pitch": 0.0 if flight is None else flight.pitch_deg,
            "gimbal_roll": 0.0,
            "gimbal_yaw": yaw_deg,
        },
    }
