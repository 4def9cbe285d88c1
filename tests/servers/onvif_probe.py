"""Runs in a network namespace of its own: starts ipycam there, meets it as the product does, tells.

``python onvif_probe.py IPYCAM_FOLDER WORK_FOLDER VIDEO`` prints one line of JSON. ipycam listens to
every address and joins a multicast group, which is why it is not let onto the machine's network.
"""

import asyncio
import ctypes
import dataclasses
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from camera_gateway.pictures import picture_size
from camera_gateway.source import FrameSource
from camera_gateway.sources import MjpegSource, OnvifSource, SnapshotSource
from camera_gateway.sources.onvif_camera import OnvifCamera
from camera_gateway.sources.onvif_discovery import discover_cameras
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import SystemClock
from models.errors import SourceUnavailable, WatchError

USER, PASSWORD, PORT = "admin", "p@ss:w/o#rd?1%", 8080
ADDRESS = f"http://127.0.0.1:{PORT}/onvif/device_service"
START_S = 40.0


def bring_up_loopback() -> None:
    """Loopback up and with multicast, and the groups reached by it (netdevice(7), route(7))."""
    set_flags, up_running_multicast, add_route = 0x8914, 0x1 | 0x40 | 0x1000, 0x890B

    def address(host: str) -> bytes:
        return struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(host))

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.pack("16sH22x", b"lo", up_running_multicast)
        fcntl.ioctl(control, set_flags, flags)
        name = bytearray(b"lo\x00")
        holder = (ctypes.c_char * len(name)).from_buffer(name)
        route = struct.pack(
            "@L16s16s16sHhLPhP",
            0,
            address("224.0.0.0"),
            address("0.0.0.0"),  # noqa: S104  (no gateway)
            address("240.0.0.0"),
            0x1,
            0,
            0,
            0,
            0,
            ctypes.addressof(holder),
        ).ljust(120, b"\x00")
        with suppress(OSError):
            fcntl.ioctl(control, add_route, route)


def start_ipycam(
    package: Path, work: Path, video: Path, *, host: str = "127.0.0.1", by: tuple[str, ...] = ()
) -> subprocess.Popen[bytes]:
    """Start it.

    Args:
        package: folder with ipycam in it.
        work: for its configuration and its log.
        video: that it shows.
        host: that it takes for its own.
        by: a command that runs another one somewhere else.
    """
    config = work / "camera.json"
    settings = {
        "local_ip": host,
        "name": "north tower",
        "username": USER,
        "password": PASSWORD,
        "main_width": 320,
        "main_height": 180,
        "main_fps": 10,
        "onvif_port": PORT,
    }
    config.write_text(json.dumps(settings))
    return subprocess.Popen(  # noqa: S603  (our own interpreter)
        [*by, sys.executable, "-m", "ipycam", "--source", str(video), "--config", str(config)],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(package), "PYTHONWARNINGS": "ignore"},
        stdout=(work / "ipycam.log").open("wb"),
        stderr=subprocess.STDOUT,
    )


def wait_for_port(process: subprocess.Popen[bytes], host: str = "127.0.0.1") -> None:
    until_s = time.monotonic() + START_S
    while time.monotonic() < until_s and process.poll() is None:
        with suppress(OSError), socket.create_connection((host, PORT), 1.0):
            return
        time.sleep(0.1)
    raise SystemExit("ipycam did not start")


async def first_picture(source: FrameSource) -> list[int]:
    until_s = time.monotonic() + 10.0
    try:
        while True:
            try:
                return list(picture_size((await source.read()).jpeg))
            except WatchError:  # until its first picture is encoded it has none
                if time.monotonic() > until_s:
                    raise
                await asyncio.sleep(0.2)
    finally:
        await source.close()


async def meet() -> dict[str, object]:
    credential, clock = Credential(USER, PASSWORD), SystemClock()
    found = await discover_cameras(wait_s=1.5, interface="127.0.0.1")
    told: dict[str, object] = {"found": [dataclasses.asdict(camera) for camera in found]}
    async with OnvifCamera(ADDRESS, credential, clock) as camera:
        told["clock"] = (await camera.clock()).skew_s
        told["facts"] = dataclasses.asdict(await camera.facts())
        profiles = await camera.profiles()
        told["profiles"] = [dataclasses.asdict(profile) for profile in profiles]
        token = profiles[0].token
        told["stream"] = await camera.stream_address(token)
        told["snapshot"] = await camera.snapshot_address(token)
        try:
            told["ir_cut"] = await camera.ir_cut(profiles[0].source_token)
        except WatchError as error:
            told["ir_cut"] = error.code
    async with OnvifCamera(ADDRESS, Credential(USER, "wr0ng"), clock) as camera:
        try:
            told["wrong"] = len(await camera.profiles())
        except SourceUnavailable as error:
            told["wrong"] = error.code
    link = CameraLink(Adapter.ONVIF, f"{ADDRESS}?via=snapshot", 0.2)
    told["onvif picture"] = await first_picture(OnvifSource(link, credential, clock))
    link = CameraLink(Adapter.SNAPSHOT, str(told["snapshot"]), 0.2)
    told["picture"] = await first_picture(SnapshotSource(link, credential, clock))
    link = CameraLink(Adapter.MJPEG, f"http://127.0.0.1:{PORT}/stream.mjpeg", 0.2)
    told["stream picture"] = await first_picture(MjpegSource(link, credential, clock))
    return told


def main() -> None:
    package, work, video = map(Path, sys.argv[1:])
    bring_up_loopback()
    process = start_ipycam(package, work, video)
    try:
        wait_for_port(process)
        print(json.dumps(asyncio.run(meet())))  # noqa: T201
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """As kindly as it lets one."""
    process.terminate()
    try:
        process.wait(5.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
