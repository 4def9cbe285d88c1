"""The script ``run``: it answers from anywhere, fails with one clear line, and its locks are whole.

A full set-up on a bare machine is rehearsed by hand (docs/decisions/0002); here its refusals and
its promises about the locks are proven on copies, without the network.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("runtime", "dev", "uv", "node")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?: ; (.+?))? \\$", re.MULTILINE)
NO_NETWORK = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",  # the discard port: refused at once
    "PIP_FIND_LINKS": "",
    "PIP_NO_CACHE_DIR": "1",
    "PIP_RETRIES": "0",
}


def call(
    script: Path, *arguments: str, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script
        [str(script), *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the script needs of a checkout, in a folder with a blank in its name."""
    folder = tmp_path / "fire watch"
    folder.mkdir()
    for name in ("run", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    return folder


def stub(folder: Path, name: str, body: str) -> None:
    """A command that shadows the real one on PATH."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)


def pins(lock: str) -> dict[str, set[tuple[str, str]]]:
    """Versions with their markers by name; a universal lock may hold several of one name."""
    found: dict[str, set[tuple[str, str]]] = {}
    text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
    for name, version, marker in PIN.findall(text):
        found.setdefault(canonicalize_name(name), set()).add((version, marker))
    return found


def test_help_needs_no_set_up_and_works_from_anywhere(checkout: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(checkout / "run")
    for script in (checkout / "run", link):
        result = call(script, "help", cwd=Path("/"))
        assert result.returncode == 0
        assert "./run COMMAND" in result.stdout
    assert sorted(path.name for path in checkout.iterdir()) == [
        "pyproject.toml",
        "requirements",
        "run",
    ]


@pytest.mark.parametrize("arguments", [["fly"], ["setup", "everything"], ["bench", "no-such"]])
def test_wrong_use_is_one_line_and_code_2(checkout: Path, arguments: list[str]) -> None:
    result = call(checkout / "run", *arguments, cwd=checkout)
    assert result.returncode == 2
    assert result.stdout == ""
    assert re.fullmatch(r"run: .+\n", result.stderr)


def test_no_command_shows_the_help_and_is_wrong_use(checkout: Path) -> None:
    result = call(checkout / "run", cwd=checkout)
    assert result.returncode == 2
    assert "Usage: ./run COMMAND" in result.stderr


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_checkout_without_console_cannot_show_anything(checkout: Path, command: str) -> None:
    result = call(checkout / "run", command, cwd=checkout)
    assert result.returncode == 1
    assert result.stderr == "run: console/ is missing: this checkout is not whole.\n"


def test_an_old_python_is_named_with_the_remedy(checkout: Path, tmp_path: Path) -> None:
    for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11"):
        stub(tmp_path / "bin", name, '[ "$1" = --version ] && echo Python 3.9.2 && exit; exit 1')
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    result = call(checkout / "run", "setup", cwd=checkout, PATH=path)
    assert result.returncode == 1
    assert "needs python3 3.11 or newer, found Python 3.9.2." in result.stderr
    assert "apt-get install" in result.stderr


def test_an_active_environment_without_pip_is_stepped_over(checkout: Path) -> None:
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "venv", "--without-pip", str(checkout / "active")], check=True
    )
    path = f"{checkout / 'active/bin'}:{os.environ['PATH']}"
    result = call(checkout / "run", "setup", cwd=checkout, PATH=path, **NO_NETWORK)
    assert "fetching the installer uv" in result.stderr


def test_a_python_without_pip_is_named_with_the_remedy(checkout: Path, tmp_path: Path) -> None:
    stub(tmp_path / "bin", "python3", '[ "$1" = -m ] && exit 1; echo "$0"')
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    result = call(checkout / "run", "setup", cwd=checkout, PATH=path)
    assert result.returncode == 1
    assert result.stderr.endswith("has no pip. As root: apt-get install python3-pip\n")


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("[Errno 13] Permission denied: '/x'", "no permission to write"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was locked"),
        ("Temporary failure in name resolution", "registry cannot be reached"),
        ("something else", "the lines above say why"),
    ],
)
def test_a_failed_step_shows_its_end_and_one_cause(
    checkout: Path, tmp_path: Path, said: str, cause: str
) -> None:
    # Fails at the install only: the questions before it are answered with success.
    stub(
        tmp_path / "bin",
        "python3",
        f'case "$*" in "-m pip install"*) echo "{said}" >&2; exit 1 ;; *) echo "$0" ;; esac',
    )
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    result = call(checkout / "run", "setup", cwd=checkout, PATH=path)
    assert result.returncode == 1
    *_, last = result.stderr.splitlines()
    assert said in result.stderr
    assert last.startswith("run: fetching the installer uv failed: ")
    assert cause in last
    assert not (checkout / ".tools/uv").exists()


def test_without_a_network_the_real_pip_ends_in_that_line(checkout: Path) -> None:
    result = call(checkout / "run", "setup", cwd=checkout, **NO_NETWORK)
    assert result.returncode == 1
    assert "the package registry cannot be reached" in result.stderr.splitlines()[-1]


def stamp(checkout: Path, file: str) -> str:
    """What the script keeps of a file that it installed from: path and content, hashed."""
    content = f"{checkout}\n".encode() + (checkout / file).read_bytes()
    return f"{hashlib.sha256(content).hexdigest()}  -\n"


@pytest.fixture
def finished(checkout: Path) -> Path:
    """A checkout whose set-up is done, as the script leaves it."""
    stamps = checkout / ".tools/stamp"
    stamps.mkdir(parents=True)
    (stamps / "dev").write_text(stamp(checkout, "requirements/dev.txt"), encoding="utf-8")
    (stamps / "project").write_text(stamp(checkout, "pyproject.toml"), encoding="utf-8")
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").symlink_to(sys.executable)
    return checkout


@pytest.mark.parametrize("arguments", [["setup"], ["setup", "dev"]])
def test_a_second_start_does_nothing_at_once(finished: Path, arguments: list[str]) -> None:
    before = sorted(finished.rglob("*"))
    start = time.monotonic()
    result = call(finished / "run", *arguments, cwd=Path("/"), PATH="/usr/bin:/bin")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert time.monotonic() - start < 10.0  # 0.3 s; a set-up takes longer than that
    assert sorted(finished.rglob("*")) == before


@pytest.mark.parametrize("changed", ["lock", "moved", "interrupted", "python"])
def test_whatever_was_installed_from_calls_for_a_new_set_up(finished: Path, changed: str) -> None:
    if changed == "lock":
        with (finished / "requirements/dev.txt").open("a", encoding="utf-8") as lock:
            lock.write("# newer\n")
    elif changed == "moved":
        finished = finished.rename(finished.with_name("elsewhere"))
    elif changed == "interrupted":
        (finished / ".tools/stamp/unfinished").touch()
    else:
        (finished / ".venv/bin/python").unlink()
    result = call(finished / "run", "setup", cwd=finished, **NO_NETWORK)
    assert result.returncode == 1
    assert "fetching the installer uv" in result.stderr


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_everything_by_hash_and_names_no_registry(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all(re.match(PIN, entry) and "--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links|--trusted", text)


def test_developers_run_the_demo_with_the_same_packages() -> None:
    runtime, dev = pins("runtime"), pins("dev")
    assert {name: dev.get(name) for name in runtime} == runtime


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("runtime", PROJECT["project"]["dependencies"]),
        ("runtime", PROJECT["project"]["optional-dependencies"]["cpu"]),
        ("runtime", PROJECT["build-system"]["requires"]),
        ("runtime", PROJECT["dependency-groups"]["build"]),
        ("dev", PROJECT["dependency-groups"]["dev"]),
        ("dev", PROJECT["dependency-groups"]["e2e"]),
    ],
)
def test_lock_and_project_agree(lock: str, wanted: list[str]) -> None:
    locked = pins(lock)
    for line in wanted:
        requirement = Requirement(line)
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, f"{line} is not locked: requirements/lock"
        assert all(requirement.specifier.contains(version) for version, _ in versions), line


def test_the_builds_of_the_runtime_exclude_each_other() -> None:
    # Two of them in one environment overwrite each other's files, and the last one wins.
    extras = PROJECT["project"]["optional-dependencies"]
    builds = {name for name, wanted in extras.items() if "onnxruntime" in " ".join(wanted)}
    assert builds == {"cpu", "gpu", "openvino"}
    assert [{one["extra"] for one in group} for group in PROJECT["tool"]["uv"]["conflicts"]] == [
        builds
    ]
    assert {name for name in pins("runtime") if name.startswith("onnxruntime")} == {"onnxruntime"}


def test_neither_a_trainer_nor_a_second_opencv_is_locked() -> None:
    forbidden = {"torch", "ultralytics", "opencv-python", "opencv-contrib-python"}
    assert not forbidden & pins("dev").keys()
