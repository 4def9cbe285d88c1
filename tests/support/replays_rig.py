"""Replays of an application: a small recording, a desk, and programs that stand for a replay."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from api_rig import ApiRig
from library_rig import packed, sent, worked
from replay_rig import IGNITION, hillside
from starlette.testclient import TestClient

from api.footage.service import shelf_of as library_of
from api.replays import process
from api.replays.desk import ReplayDesk
from api.replays.service import shelf_of
from camera_gateway.pictures import encode_jpeg

__all__ = ["asked", "instead", "library", "replay_desk", "ridge_zip"]


def ridge_zip(count: int = 3, first: int = 0) -> bytes:
    """Pictures of a hillside a minute apart, the first at the ignition; no plume in them."""
    return packed(
        {
            f"ridge/{IGNITION + 60 * number}_{60 * number:+06d}.jpg": encode_jpeg(
                hillside(first + number)
            )
            for number in range(count)
        }
    )


def library(api: ApiRig, client: TestClient, *zips: bytes) -> list[int]:
    """Recordings that are ready, by their numbers."""
    numbers = [
        int(sent(client, f"ridge-{place}.zip", data)["footage_id"])
        for place, data in enumerate(zips or (ridge_zip(),))
    ]
    worked(api)
    return numbers


def asked(client: TestClient, **wanted: object) -> int:
    """A replay that waits."""
    body = {"name": "autumn", "drill_fires": 0, "model": "firewatch-yolo26n-416"} | wanted
    answer = client.post("/api/replays", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["run_id"])


def replay_desk(api: ApiRig, backlog: Callable[[], int] = lambda: 0) -> ReplayDesk:
    """The desk of an application."""
    settings = api.context.settings
    return ReplayDesk(api.context, shelf_of(settings), library_of(settings), backlog)


def instead(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> Path:
    """Have a little program play instead; it knows ``run``, ``out`` and ``say``."""
    head = (
        "import json, pathlib, sys, time\n"
        "run, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[3])\n"
        "def say(**told): print(json.dumps(told), flush=True)\n"
    )
    script = folder / "instead.py"
    script.write_text(head + code, encoding="utf-8")
    monkeypatch.setattr(process, "COMMAND", (sys.executable, str(script)))
    return script
