"""DJI's docks over the Cloud API's MQTT."""

from drone_jobs.links.dji.broker import BrokerSettings, MqttBroker
from drone_jobs.links.dji.bus import Bus, Listener, LocalBus
from drone_jobs.links.dji.dock import DockLink
from drone_jobs.links.dji.live import LiveQuality
from drone_jobs.links.dji.osd import CoverState, DockMode, DockState, Rainfall
from drone_jobs.links.dji.progress import BreakPoint, Progress, TaskStatus, reason_of
from drone_jobs.links.dji.settings import DockSettings, Files, Standing
from drone_jobs.links.dji.task import Window

__all__ = [
    "BreakPoint",
    "BrokerSettings",
    "Bus",
    "CoverState",
    "DockLink",
    "DockMode",
    "DockSettings",
    "DockState",
    "Files",
    "Listener",
    "LiveQuality",
    "LocalBus",
    "MqttBroker",
    "Progress",
    "Rainfall",
    "Standing",
    "TaskStatus",
    "Window",
    "reason_of",
]
