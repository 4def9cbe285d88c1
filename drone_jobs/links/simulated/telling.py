"""What the simulated vehicle tells of itself: its telemetry, as messages.

Heights above sea level are EGM96; times since boot are of the simulated flight. PX4 tells its
gimbal with GIMBAL_DEVICE_ATTITUDE_STATUS, ArduPilot here with the older MOUNT_STATUS (hundredths of
a degree), so a link has to read both.
"""

import math
from datetime import datetime, timedelta
from typing import Final

from drone_jobs.links.simulated.camera import Picture
from drone_jobs.links.simulated.faults import Faults, Settings
from drone_jobs.links.simulated.ground_grid import SPACING_M, GroundGrid
from drone_jobs.links.simulated.held_items import FENCE, MISSION, RALLY
from drone_jobs.links.simulated.modes import Mode, custom_mode
from drone_jobs.links.simulated.pilot import Pilot
from drone_jobs.links.simulated.plan_server import PlanServer
from drone_jobs.links.simulated.quirks import Habits
from drone_jobs.links.simulated.words import Message, mavlink, with_ids
from geo.crs import Wgs84, geoid_m
from models.errors import InputRefused
from models.mission import Autopilot

__all__ = ["INTERVALS_S", "Telling"]

INTERVALS_S: Final[dict[int, float]] = {
    mavlink.MAVLINK_MSG_ID_HEARTBEAT: 1.0,
    mavlink.MAVLINK_MSG_ID_SYS_STATUS: 1.0,
    mavlink.MAVLINK_MSG_ID_SYSTEM_TIME: 1.0,
    mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: 0.5,
    mavlink.MAVLINK_MSG_ID_ATTITUDE: 0.25,
    mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: 0.25,
    mavlink.MAVLINK_MSG_ID_VFR_HUD: 0.5,
    mavlink.MAVLINK_MSG_ID_BATTERY_STATUS: 1.0,
    mavlink.MAVLINK_MSG_ID_HOME_POSITION: 2.0,
    mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: 1.0,
    mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: 1.0,
    mavlink.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS: 0.25,
    mavlink.MAVLINK_MSG_ID_MOUNT_STATUS: 0.25,
    mavlink.MAVLINK_MSG_ID_TERRAIN_REPORT: 1.0,
    mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION: 0.0,
}
"""Seconds of the link between two; 0.0 is told only when it is asked for."""

_SENSORS: Final = {
    "gyro": mavlink.MAV_SYS_STATUS_SENSOR_3D_GYRO,
    "accelerometer": mavlink.MAV_SYS_STATUS_SENSOR_3D_ACCEL,
    "compass": mavlink.MAV_SYS_STATUS_SENSOR_3D_MAG,
    "barometer": mavlink.MAV_SYS_STATUS_SENSOR_ABSOLUTE_PRESSURE,
    "gps": mavlink.MAV_SYS_STATUS_SENSOR_GPS,
}
_PRESENT: Final = sum(_SENSORS.values())
_FULL_MV: Final = 25_200
_EMPTY_MV: Final = 19_800
_NO_CELL: Final = 65_535


class Telling:
    """Makes messages.

    Args:
        habits: of the autopilot.
        pilot: who flies.
        plans: that are held.
        grid: heights of the ground that it knows.
        faults: that are ordered.
        settings: for its state.
        began_at: UTC, when the simulated time began.
    """

    def __init__(
        self,
        habits: Habits,
        pilot: Pilot,
        plans: PlanServer,
        *,
        grid: GroundGrid,
        faults: Faults,
        settings: Settings,
        began_at: datetime,
    ) -> None:
        self._habits, self._pilot, self._plans = habits, pilot, plans
        self._grid, self._faults, self._settings = grid, faults, settings
        self._began_at = began_at
        self._is_px4 = habits.autopilot is Autopilot.PX4
        self._makers = {
            mavlink.MAVLINK_MSG_ID_HEARTBEAT: self._heartbeat,
            mavlink.MAVLINK_MSG_ID_SYS_STATUS: self._sys_status,
            mavlink.MAVLINK_MSG_ID_SYSTEM_TIME: self._system_time,
            mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: self._gps,
            mavlink.MAVLINK_MSG_ID_ATTITUDE: self._attitude,
            mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: self._position,
            mavlink.MAVLINK_MSG_ID_VFR_HUD: self._hud,
            mavlink.MAVLINK_MSG_ID_BATTERY_STATUS: self._battery,
            mavlink.MAVLINK_MSG_ID_HOME_POSITION: self._home,
            mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: self._mission_current,
            mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: self._landed,
            mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION: self._version,
        }
        if self._is_px4:
            self._makers[mavlink.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS] = self._gimbal
        else:
            self._makers[mavlink.MAVLINK_MSG_ID_MOUNT_STATUS] = self._mount
            self._makers[mavlink.MAVLINK_MSG_ID_TERRAIN_REPORT] = self._terrain

    def knows(self, number: int) -> bool:
        """Whether it tells messages of a number."""
        return number in self._makers

    def message(self, number: int) -> Message:
        """One of those that it knows, as of now."""
        return self._makers[number]()

    def utc_at(self, time_s: float) -> datetime:
        """UTC of a simulated time."""
        return self._began_at + timedelta(seconds=time_s)

    def picture(self, picture: Picture) -> Message:
        """CAMERA_FEEDBACK of one."""
        taken_at = self.utc_at(picture.at_s)
        above_home_m = picture.above_sea_m - self._pilot.home.above_sea_m
        return mavlink.MAVLink_camera_feedback_message(
            round(taken_at.timestamp() * 1e6),
            0,
            0,
            picture.number % 65_536,
            round(picture.lat_deg * 1e7),
            round(picture.lon_deg * 1e7),
            picture.above_sea_m,
            above_home_m,
            0.0,
            picture.pitch_deg,
            picture.yaw_deg,
            0.0,
            0,
            (picture.number + 1) % 65_536,
        )

    @property
    def _boot_ms(self) -> int:
        return int(self._pilot.time_s * 1000.0) % 2**32

    @property
    def _has_fix(self) -> bool:
        return "gps" not in self._faults.unhealthy

    def _heartbeat(self) -> Message:
        pilot = self._pilot
        base = mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
        if pilot.is_armed:
            base |= mavlink.MAV_MODE_FLAG_SAFETY_ARMED
        if pilot.mode in {Mode.MISSION, Mode.RETURN, Mode.LAND}:
            base |= mavlink.MAV_MODE_FLAG_AUTO_ENABLED
        state = mavlink.MAV_STATE_ACTIVE if pilot.is_armed else mavlink.MAV_STATE_STANDBY
        share = pilot.body.battery_share
        if pilot.is_crashed:
            state = mavlink.MAV_STATE_EMERGENCY
        elif pilot.is_airborne and share < self._settings.low_share:
            state = mavlink.MAV_STATE_CRITICAL
        kind = mavlink.MAV_AUTOPILOT_PX4 if self._is_px4 else mavlink.MAV_AUTOPILOT_ARDUPILOTMEGA
        number = custom_mode(pilot.mode, self._habits.autopilot)
        return mavlink.MAVLink_heartbeat_message(
            mavlink.MAV_TYPE_QUADROTOR, kind, base, number, state, 3
        )

    def _sys_status(self) -> Message:
        ill = sum(code for name, code in _SENSORS.items() if name in self._faults.unhealthy)
        share = self._pilot.body.battery_share
        return mavlink.MAVLink_sys_status_message(
            _PRESENT,
            _PRESENT,
            _PRESENT & ~ill,
            200,
            self._millivolts,
            -1,
            math.floor(share * 100.0),
            *(0,) * 6,
        )

    @property
    def _millivolts(self) -> int:
        return round(_EMPTY_MV + (_FULL_MV - _EMPTY_MV) * self._pilot.body.battery_share)

    def _system_time(self) -> Message:
        now = self.utc_at(self._pilot.time_s)
        return mavlink.MAVLink_system_time_message(round(now.timestamp() * 1e6), self._boot_ms)

    def _place(self) -> tuple[int, int, int]:
        body = self._pilot.body
        if not self._has_fix:
            return 0, 0, 0
        return (
            round(body.lat_deg * 1e7),
            round(body.lon_deg * 1e7),
            round(body.above_sea_m * 1000.0),
        )

    def _gps(self) -> Message:
        body = self._pilot.body
        fix = mavlink.GPS_FIX_TYPE_3D_FIX if self._has_fix else mavlink.GPS_FIX_TYPE_NO_FIX
        course = math.degrees(math.atan2(body.east_ms, body.north_ms)) % 360.0
        ellipsoid_mm = 0
        if self._has_fix:
            try:
                geoid = float(geoid_m(Wgs84.at(body.lon_deg, body.lat_deg)))
                ellipsoid_mm = round((body.above_sea_m + geoid) * 1000.0)
            except InputRefused:
                ellipsoid_mm = 0  # nobody knows it there; 0 is "not told" in MAVLink
        return mavlink.MAVLink_gps_raw_int_message(
            self._boot_ms * 1000,
            fix,
            *self._place(),
            80,
            120,
            round(body.ground_speed_ms * 100.0),
            round(course * 100.0) % 36_000,
            14 if self._has_fix else 0,
            ellipsoid_mm,
        )

    def _attitude(self) -> Message:
        yaw = math.radians((self._pilot.body.heading_deg + 180.0) % 360.0 - 180.0)
        return mavlink.MAVLink_attitude_message(self._boot_ms, 0.0, 0.0, yaw, 0.0, 0.0, 0.0)

    def _position(self) -> Message:
        body = self._pilot.body
        lat_e7, lon_e7, sea_mm = self._place()
        return mavlink.MAVLink_global_position_int_message(
            self._boot_ms,
            lat_e7,
            lon_e7,
            sea_mm,
            round(self._pilot.above_home_m * 1000.0),
            round(body.north_ms * 100.0),
            round(body.east_ms * 100.0),
            round(-body.climb_ms * 100.0),
            round(body.heading_deg * 100.0) % 36_000,
        )

    def _hud(self) -> Message:
        body = self._pilot.body
        throttle = 50 if self._pilot.is_airborne else 0
        return mavlink.MAVLink_vfr_hud_message(
            body.airspeed_ms,
            body.ground_speed_ms,
            round(body.heading_deg) % 360,
            throttle,
            body.above_sea_m,
            body.climb_ms,
        )

    def _battery(self) -> Message:
        body = self._pilot.body
        state = mavlink.MAV_BATTERY_CHARGE_STATE_OK
        if body.battery_share < self._settings.critical_share:
            state = mavlink.MAV_BATTERY_CHARGE_STATE_CRITICAL
        elif body.battery_share < self._settings.low_share:
            state = mavlink.MAV_BATTERY_CHARGE_STATE_LOW
        return mavlink.MAVLink_battery_status_message(
            0,
            mavlink.MAV_BATTERY_FUNCTION_ALL,
            mavlink.MAV_BATTERY_TYPE_LIPO,
            2500,
            [self._millivolts, *(_NO_CELL,) * 9],
            -1,
            -1,
            -1,
            math.floor(body.battery_share * 100.0),
            round(body.remaining_s),
            state,
        )

    def _home(self) -> Message:
        home = self._pilot.home
        return mavlink.MAVLink_home_position_message(
            round(home.lat_deg * 1e7),
            round(home.lon_deg * 1e7),
            round(home.above_sea_m * 1000.0),
            *(0.0, 0.0, 0.0),
            [1.0, 0.0, 0.0, 0.0],
            *(0.0, 0.0, 0.0),
        )

    def _mission_current(self) -> Message:
        pilot = self._pilot
        total = len(self._plans.lists[MISSION])
        state = mavlink.MISSION_STATE_NOT_STARTED
        if not pilot.items:
            state = mavlink.MISSION_STATE_NO_MISSION
        elif pilot.is_complete and pilot.index >= total:
            state = mavlink.MISSION_STATE_COMPLETE
        elif pilot.is_paused or (pilot.is_airborne and pilot.mode is not Mode.MISSION):
            state = mavlink.MISSION_STATE_PAUSED
        elif pilot.is_airborne:
            state = mavlink.MISSION_STATE_ACTIVE
        mode = 1 if pilot.mode is Mode.MISSION else 2
        seq = min(pilot.index, max(total - 1, 0))
        message = mavlink.MAVLink_mission_current_message(seq, total, state, mode)
        if not self._habits.has_ids:
            return message
        kinds = {"mission_id": MISSION, "fence_id": FENCE, "rally_points_id": RALLY}
        return with_ids(message, **{name: self._plans.id_of(kind) for name, kind in kinds.items()})

    def _landed(self) -> Message:
        pilot = self._pilot
        state = mavlink.MAV_LANDED_STATE_ON_GROUND
        if pilot.is_landing:
            state = mavlink.MAV_LANDED_STATE_LANDING
        elif pilot.is_airborne:
            state = mavlink.MAV_LANDED_STATE_IN_AIR
        return mavlink.MAVLink_extended_sys_state_message(0, state)

    def _gimbal(self) -> Message:
        pitch = math.radians(self._pilot.camera.pitch_deg) / 2.0
        yaw = math.radians(self._pilot.body.heading_deg) / 2.0
        turned = [
            math.cos(yaw) * math.cos(pitch),
            -math.sin(yaw) * math.sin(pitch),
            math.cos(yaw) * math.sin(pitch),
            math.sin(yaw) * math.cos(pitch),
        ]
        flags = (
            mavlink.GIMBAL_DEVICE_FLAGS_YAW_LOCK | mavlink.GIMBAL_DEVICE_FLAGS_YAW_IN_EARTH_FRAME
        )
        return mavlink.MAVLink_gimbal_device_attitude_status_message(
            0, 0, self._boot_ms, flags, turned, 0.0, 0.0, 0.0, 0
        )

    def _mount(self) -> Message:
        pitch = round(self._pilot.camera.pitch_deg * 100.0)
        return mavlink.MAVLink_mount_status_message(0, 0, pitch, 0, 0, 2)

    def _terrain(self) -> Message:
        body = self._pilot.body
        ground_m = self._grid.height_at(body.lon_deg, body.lat_deg)
        is_known = not math.isnan(ground_m)
        return mavlink.MAVLink_terrain_report_message(
            round(body.lat_deg * 1e7),
            round(body.lon_deg * 1e7),
            SPACING_M if is_known else 0,
            ground_m if is_known else 0.0,
            body.above_sea_m - ground_m if is_known else 0.0,
            min(self._grid.pending, 65_535),
            min(self._grid.loaded, 65_535),
        )

    def _version(self) -> Message:
        able = (
            mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_INT
            | mavlink.MAV_PROTOCOL_CAPABILITY_COMMAND_INT
            | mavlink.MAV_PROTOCOL_CAPABILITY_MAVLINK2
            | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_FENCE
            | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_RALLY
        )
        if not self._is_px4:
            able |= mavlink.MAV_PROTOCOL_CAPABILITY_TERRAIN
        nothing = [0] * 8
        version = (1 << 24 | 15 << 16 if self._is_px4 else 4 << 24 | 5 << 16) | 255
        return mavlink.MAVLink_autopilot_version_message(
            able, version, 0, 0, 0, nothing, nothing, nothing, 0, 0, self._settings.system_id
        )
