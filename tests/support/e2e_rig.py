"""A demo as a user starts it, and a browser as a monitor uses it."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parents[2]
FOOTAGE = ROOT.parent / "shared" / "data" / "footage"
CHROMIUM = Path("/usr/bin/chromium")
START_TIMEOUT_S = 90.0

# The browser may speak to our server and to nobody else; its own background traffic is off.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


@dataclass
class Demo:
    """A running demo.

    Attributes:
        address: of the console.
        password: of the account ``monitor``.
        log: what it has said on standard error, growing.
    """

    address: str
    password: str
    log: list[str] = field(default_factory=list)


@contextmanager
def running_demo(folder: Path, *arguments: str) -> Iterator[Demo]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "demo", *arguments]
    process = subprocess.Popen(  # noqa: S603  # our own program
        [*command, "--port", str(port), "--data", str(folder / "demo")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    demo = Demo(f"http://127.0.0.1:{port}", "")
    assert process.stdout is not None
    assert process.stderr is not None
    stderr = process.stderr
    reader = threading.Thread(target=lambda: demo.log.extend(stderr), daemon=True)
    reader.start()
    try:
        for line in process.stdout:
            if found := re.search(r"sign in\s+monitor\s+(\S+)", line):
                demo.password = found[1]
            if "stop with Ctrl-C" in line:
                break
        assert demo.password, "".join(demo.log)
        yield demo
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        reader.join(5)
        process.stdout.close()
        stderr.close()


@dataclass
class Seen:
    """What went on behind a page.

    Attributes:
        outside: addresses that the page asked for elsewhere.
        errors: what the page's console or scripts complained of.
    """

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def sign_in(page: Page, demo: Demo) -> None:
    page.goto(demo.address)
    field_of(page, "signin-name").fill("monitor")
    field_of(page, "signin-password").fill(demo.password)
    page.get_by_test_id("signin-submit").click()


def field_of(page: Page, test_id: str) -> Locator:
    """The input that carries the id, or the one inside what carries it."""
    return page.locator(f"input[data-testid={test_id}], [data-testid={test_id}] input").first
