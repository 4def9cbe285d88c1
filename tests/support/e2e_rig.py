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

from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
FOOTAGE = ROOT.parent / "shared" / "data" / "footage"
CHROMIUM = Path("/usr/bin/chromium")
START_TIMEOUT_S = 90.0

# The browser may speak to our server and to nobody else; its own background traffic is off. The
# map draws by the processor, and the page around it is put together without drawing it by the same
# means: the browser's drawing process took 8 s instead of 21 in one file of tests.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",
]


@dataclass
class Demo:
    """A running demo.

    Attributes:
        address: of the console.
        password: of its only account: ``monitor`` of a demo, ``admin`` of a watch.
        log: what it has said on standard error, growing.
        process: it, to be killed.
    """

    address: str
    password: str
    log: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None


@contextmanager
def running_demo(folder: Path, *arguments: str) -> Iterator[Demo]:
    folder, port = folder / "demo", str(free_port())
    command = ["demo", "--no-flights", *arguments, "--port", port, "--data", str(folder)]
    with _running(command, r"sign in\s+monitor\s+(\S+)", "stop with Ctrl-C") as demo:
        yield demo


@contextmanager
def running_watch(folder: Path, more: str = "", *, again: bool = False) -> Iterator[Demo]:
    """An installation without cameras on its first start; the password is the administrator's.

    With ``more`` settings; ``again`` for a later start, which tells no password.
    """
    port, settings = free_port(), folder / "firewatch.toml"
    settings.write_text(f"data_dir = '{folder / 'data'}'\ninference_threads = 1\n{more}")
    command = ["serve", "--settings", str(settings), "--port", str(port)]
    password, last_line = r"first sign-in: admin\s+(\S+)", "first sign-in"
    if again:
        password, last_line = r"(http://\S+)", "http://"
    with _running(command, password, last_line) as watch:
        yield watch


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], password: str, last_line: str) -> Iterator[Demo]:
    process = subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-m", "api.cli", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    port = command[command.index("--port") + 1]
    demo = Demo(f"http://127.0.0.1:{port}", "", process=process)
    assert process.stdout is not None
    assert process.stderr is not None
    stderr = process.stderr
    reader = threading.Thread(target=lambda: demo.log.extend(stderr), daemon=True)
    reader.start()
    try:
        for line in process.stdout:
            if found := re.search(password, line):
                demo.password = found[1]
            if last_line in line:
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


def sign_in(page: Page, demo: Demo, name: str = "monitor") -> None:
    page.goto(demo.address)
    field_of(page, "signin-name").fill(name)
    field_of(page, "signin-password").fill(demo.password)
    page.get_by_test_id("signin-submit").click()


def field_of(page: Page, test_id: str) -> Locator:
    """The input that carries the id, or the one inside what carries it."""
    return page.locator(f"input[data-testid={test_id}], [data-testid={test_id}] input").first


def enter_as_administrator(page: Page, demo: Demo, folder: Path) -> None:
    """A demo has a monitor only; somebody at the machine adds an administrator, who signs in."""
    settings, own_word = folder / "demo.toml", "langes-neues-wort"
    settings.write_text(f"data_dir = '{folder / 'demo'}'\n")
    command = ["user", "add", "chef", "--role", "admin", "--settings", str(settings)]
    told = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", "api.cli", *command],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = re.search(r"once with\s+(\S+)", told)
    assert found is not None
    word = found[1]
    sign_in(page, Demo(demo.address, word), "chef")
    for name, entered in (("current", word), ("new", own_word), ("again", own_word)):
        field_of(page, f"newpassword-{name}").fill(entered)
    page.get_by_test_id("newpassword-submit").click()
    expect(page.get_by_test_id("cameras-all")).to_be_visible(timeout=60_000)
