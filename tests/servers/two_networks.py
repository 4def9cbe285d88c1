"""Runs in a network namespace of its own: a camera by others in another one, a cable between them.

``python two_networks.py IPYCAM_FOLDER WORK_FOLDER VIDEO`` plays a person at the watch's machine:
who discovers the camera, looks at it, and watches it while its cable is pulled and put back. It
prints one line of JSON. Nothing of it touches the machine's own network.
"""

import asyncio
import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from onvif_probe import PASSWORD, PORT, USER, end, start_ipycam, wait_for_port

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))
from outage_rig import setup_of, watched

from camera_gateway.status import GatewayState
from models.camera_link import Adapter, Credential

WATCH, CAMERA = "10.77.0.1", "10.77.0.2"
DOWN_S = 12.0


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def firewatch(*arguments: str) -> dict[str, object]:
    """The tool as a person types it."""
    tool = [str(Path(sys.executable).with_name("firewatch")), "camera", *arguments]
    ran = subprocess.run(tool, capture_output=True, text=True, timeout=90, check=False)  # noqa: S603
    return {"rc": ran.returncode, "out": ran.stdout, "err": ran.stderr}


class Cable:
    """Two ends, one here and one where the camera is."""

    def __init__(self) -> None:
        self._other = subprocess.Popen(["unshare", "--net", "sleep", "600"])  # noqa: S607
        self.there = ("nsenter", f"--net=/proc/{self._other.pid}/ns/net")
        own, until_s = Path("/proc/self/ns/net").readlink(), time.monotonic() + 5.0
        while Path(f"/proc/{self._other.pid}/ns/net").readlink() == own:
            if time.monotonic() > until_s:
                raise SystemExit("no second namespace")
            time.sleep(0.01)
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "watch0", "type", "veth", "peer", "name", "camera0")
        run("ip", "link", "set", "camera0", "netns", str(self._other.pid))
        run("ip", "address", "add", f"{WATCH}/24", "dev", "watch0")
        run("ip", "link", "set", "watch0", "up")
        for command in (
            ("ip", "link", "set", "lo", "up"),
            ("ip", "address", "add", f"{CAMERA}/24", "dev", "camera0"),
            ("ip", "link", "set", "camera0", "up"),
            # A camera has a router; without one it joins no group.
            ("ip", "route", "add", "default", "via", WATCH),
        ):
            run(*self.there, *command)

    def pull(self) -> None:
        run(*self.there, "ip", "link", "set", "camera0", "down")

    def put_back(self) -> None:
        run(*self.there, "ip", "link", "set", "camera0", "up")

    def close(self) -> None:
        self._other.kill()
        self._other.wait()


async def watch_while_it_is_pulled(cable: Cable) -> dict[str, object]:
    address = f"http://{CAMERA}:{PORT}/snapshot.jpg"
    setup = setup_of(Adapter.SNAPSHOT, address, Credential(USER, PASSWORD))
    async with watched(setup) as seen:
        await seen.until(lambda: len(seen.frames) >= 3, 20.0)
        before = len(seen.frames)
        await asyncio.to_thread(cable.pull)
        lost_s = await seen.until(lambda: seen.status().state is GatewayState.LOST, 20.0)
        code = seen.status().trouble_code
        await asyncio.sleep(max(0.0, DOWN_S - lost_s))
        while_down = len(seen.frames)
        await asyncio.to_thread(cable.put_back)
        back_s = await seen.until(lambda: len(seen.frames) > while_down, 30.0)
    return {"before": before, "lost_s": lost_s, "code": code, "back_s": back_s}


def main() -> None:
    package, work, video = map(Path, sys.argv[1:])
    with closing(Cable()) as cable:
        process = start_ipycam(package, work, video, host=CAMERA, by=cable.there)
        try:
            wait_for_port(process, CAMERA)
            secret = work / "password"
            secret.write_text(PASSWORD, encoding="utf-8")
            device = f"http://{CAMERA}:{PORT}/onvif/device_service"
            login = ("--user", USER, "--password-file", str(secret), "--seconds", "2")
            nowhere = ("--interface", "203.0.113.9")
            told = {
                "discover": firewatch("discover", "--seconds", "1.5"),
                "elsewhere": firewatch("discover", "--seconds", "0.5", *nowhere),
                "probe": firewatch("probe", f"{device}?via=snapshot", *login),
                "pulled": asyncio.run(watch_while_it_is_pulled(cable)),
                "quiet": None,
            }
            end(process)
            told["quiet"] = firewatch("discover", "--seconds", "0.5", "--interface", WATCH)
            print(json.dumps(told))  # noqa: T201
        finally:
            end(process)


if __name__ == "__main__":
    main()
