"""The simulated vehicle as a program of its own, and ground stations that are not ours."""

import asyncio
import importlib.resources
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pexpect  # type: ignore[import-untyped]
from mavsdk_grpc import System

__all__ = ["free_port", "mavproxy", "mavsdk_client", "simulated"]

T = TypeVar("T")


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def simulated(url: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m drone_jobs.links.simulated`` until the context is left."""
    command = [sys.executable, "-m", "drone_jobs.links.simulated", "--url", url, *options]
    with subprocess.Popen(command) as vehicle:  # noqa: S603 -- ours
        try:
            yield vehicle
        finally:
            vehicle.terminate()


@contextmanager
def mavsdk_client(folder: Path, url: str) -> Iterator[Callable[[Callable[[Any], Awaitable[T]]], T]]:
    """A running mavsdk_server; call what comes with what shall be asked of its System."""
    port = free_port(socket.SOCK_STREAM)
    program = importlib.resources.files("mavsdk_grpc") / "bin" / "mavsdk_server"
    with (folder / "mavsdk_server.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 -- of the package
            [str(program), "-p", str(port), url], stdout=log, stderr=subprocess.STDOUT
        )

    def ask(what: Callable[[Any], Awaitable[T]]) -> T:
        async def connected() -> T:
            system = System(mavsdk_server_address="127.0.0.1", port=port)
            await system.connect()
            async for state in system.core.connection_state():
                if state.is_connected:
                    break
            return await what(system)

        return asyncio.run(asyncio.wait_for(connected(), 90))

    try:
        yield ask
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def mavproxy(folder: Path, master: str) -> Iterator[Any]:
    """MAVProxy at a terminal, once it has heard an aircraft."""
    package = _mavproxy_package()
    child = pexpect.spawn(
        sys.executable,
        [
            str(package / "bin" / "mavproxy.py"),
            f"--master={master}",
            f"--state-basedir={folder}",
            "--default-modules=link,wp,fence,rally,param,cmdlong,arm,mode",
        ],
        encoding="utf-8",
        timeout=30,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(package),
            "TERM": "dumb",
            "HOME": str(folder),
            "MAVLINK20": "1",
        },
    )
    try:
        child.expect("online system")
        yield child
    finally:
        child.close(force=True)


def _mavproxy_package() -> Path:
    """Folder with MAVProxy, fetched once per checkout."""
    root = Path(__file__).resolve().parents[2]
    kept = root / ".tools" / "mavproxy-1.8.75"
    if not (kept / "bin" / "mavproxy.py").is_file():
        python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or sys.executable
        fetched = subprocess.run(  # noqa: S603  (pip, with pinned hashes)
            [
                python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes",
                "--disable-pip-version-check", "--root-user-action", "ignore", "--upgrade",
                "--target", str(kept),
                "--requirement", str(root / "tests" / "servers" / "mavproxy.txt"),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )  # fmt: skip
        assert fetched.returncode == 0, f"MAVProxy cannot be fetched: {fetched.stderr[-300:]}"
    return kept
