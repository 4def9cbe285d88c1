"""A node under the canopy: keeps each frame on its disk until Firewatch has answered for it.

    python3 heat_node.py https://firewatch.bureau.cn ridge-3 key.txt kept/ now.tiff [--every 300]
    python3 heat_node.py mqtts://broker.bureau.cn ridge-3 key.txt kept/ now.tiff

Needs nothing but Python; MQTT also ``heat_node_mqtt.py``. Whatever drives the camera writes its
newest picture to ``now.tiff``, whole (write beside, then rename). The newest frame goes first, then
the oldest: a live frame never waits behind two days. What the answers tell sets clock and interval.
After a loss of power it goes on where it stood; what is sent twice is one frame.
"""

import argparse
import contextlib
import email.utils
import hashlib
import hmac
import http.client
import json
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LONGEST_WAIT_S = 900.0
MOST_KEPT = 20_000  # a week of one a minute and more; beyond it the oldest makes room
Answer = tuple[int, dict[str, Any]]  # status as HTTP has it, and what was told


def signature(key: str, node_id: str, told: dict[str, str], picture: bytes) -> str:
    """The right to push: HMAC-SHA256 with the node's key, as hexadecimal digits."""
    reading = hashlib.sha256(told["reading"].encode()).hexdigest()
    body = hashlib.sha256(picture).hexdigest()
    lines = ["firewatch-node-1", node_id, told["sequence"], told["captured_at"], reading, body]
    return hmac.new(key.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def written(path: Path, data: bytes) -> None:
    """Whole or not at all, also when the battery dies now."""
    beside = path.with_suffix(".part")
    with beside.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)  # the name too
    os.close(folder)


class Outbox:
    """Frames that wait: a file each, a line of JSON and then the picture."""

    def __init__(self, folder: Path, first: int | None = None) -> None:
        self.folder, self.aside, self.newest_tried = folder, folder / "refused", -1
        self.aside.mkdir(parents=True, exist_ok=True)
        self.number = folder / "next"
        if not self.number.exists():  # after a new disk no number may come again
            number = random.randrange(10**15) if first is None else first
            written(self.number, str(number).encode())

    def keep(self, picture: bytes, at: datetime, reading: dict[str, Any], clock: str) -> int:
        """Keep a frame; its number is never used again."""
        sequence = int(self.number.read_text())
        written(self.number, str(sequence + 1).encode())
        told = {
            "sequence": str(sequence),
            "captured_at": at.isoformat(timespec="milliseconds"),
            "reading": json.dumps(reading),
            "clock": clock,
        }
        self.put(told, picture)
        for old in self.waiting()[:-MOST_KEPT]:
            old.unlink()
        return sequence

    def put(self, told: dict[str, str], picture: bytes) -> None:
        """Write a frame, anew or again."""
        path = self.folder / f"{int(told['sequence']):016d}.frame"
        written(path, json.dumps(told).encode() + b"\n" + picture)

    def waiting(self) -> list[Path]:
        """What waits, the oldest first."""
        return sorted(self.folder.glob("*.frame"))

    def pick(self) -> Path | None:
        """The newest frame once, then the oldest."""
        names = self.waiting()
        if not names:
            return None
        is_new = int(names[-1].stem) > self.newest_tried
        self.newest_tried = int(names[-1].stem)
        return names[-1] if is_new else names[0]


class Web:
    """Pushes over HTTP; the connection is kept."""

    def __init__(self, address: str, node_id: str, key: str) -> None:
        self.url, self.node_id, self.key = urlsplit(address), node_id, key
        kind = http.client.HTTPSConnection if self.url.scheme == "https" else None
        self.line = (kind or http.client.HTTPConnection)(self.url.netloc, timeout=60)

    def send(self, told: dict[str, str], picture: bytes) -> Answer:
        """Push a frame; OSError or HTTPException where nobody answers."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Firewatch-Sequence": told["sequence"],
            "Firewatch-Captured-At": told["captured_at"],
            "Firewatch-Reading": told["reading"],
            "Firewatch-Signature": signature(self.key, self.node_id, told, picture),
        }
        path = f"{self.url.path.rstrip('/')}/api/nodes/{self.node_id}/frames"
        try:
            self.line.request("POST", path, picture, headers)
            answer = self.line.getresponse()
            body = answer.read(100_000)
        except (OSError, http.client.HTTPException):
            self.line.close()
            raise
        is_json = answer.headers.get_content_type().endswith("json")
        said: dict[str, Any] = json.loads(body) if is_json else {}
        said["retry_after_s"] = answer.headers.get("Retry-After")
        if "Date" in answer.headers:  # refusals carry no other clock
            at = email.utils.parsedate_to_datetime(answer.headers["Date"])
            said.setdefault("server_time", at.isoformat())
        return answer.status, said


class Node:
    """Takes frames and sends them; ``wall`` is its own clock, right or wrong."""

    def __init__(
        self,
        outbox: Outbox,
        line: Any,  # noqa: ANN401  # Web or Broker, which only one of them can import
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.outbox, self.line, self.wall = outbox, line, wall
        self.offset_s, self.interval_s, self.wait_s = 0.0, 300.0, 0.0
        self.run = f"{random.getrandbits(64):016x}"  # its clock may start anew with each run

    def now(self) -> datetime:
        """The time, as Firewatch has it as far as that is known."""
        return datetime.fromtimestamp(self.wall() + self.offset_s, UTC)

    def take(self, picture: bytes, reading: dict[str, Any]) -> int:
        """Keep a frame that was taken now."""
        reading = {"kept_frames": len(self.outbox.waiting()), **reading}
        return self.outbox.keep(picture, self.now(), reading, f"{self.run} {self.offset_s}")

    def push(self) -> float | None:
        """Send one frame: seconds to wait before the next; None when nothing waits."""
        path = self.outbox.pick()
        if path is None:
            return None
        line, _, picture = path.read_bytes().partition(b"\n")
        told: dict[str, str] = json.loads(line)
        run, offset_s = told.pop("clock").split()
        began_s = self.wall() + self.offset_s
        try:
            status, said = self.line.send(told, picture)
        except (OSError, http.client.HTTPException, ValueError):
            return self.back_off()
        self.learn(said, began_s)
        wrong_s = self.offset_s - float(offset_s) if run == self.run else 0.0
        if status in {200, 201}:
            path.unlink()
        elif said.get("code") in {"node_ahead", "node_stale"} and abs(wrong_s) > 600.0:
            # The clock was wrong when it was taken, and by how much is known now.
            at = datetime.fromisoformat(told["captured_at"]) + timedelta(seconds=wrong_s)
            told |= {"captured_at": at.isoformat(timespec="milliseconds")}
            self.outbox.put({**told, "clock": f"{self.run} {self.offset_s}"}, picture)
        elif status in {409, 413, 422}:
            path.replace(self.outbox.aside / path.name)  # it will never be taken
        else:  # also 401 and 404: somebody may set the node up again
            return self.back_off(said.get("retry_after_s"))
        self.wait_s = 0.0
        return 0.0

    def learn(self, said: dict[str, Any], began_s: float) -> None:
        """Clock and interval of an answer."""
        if isinstance(said.get("interval_s"), int):
            self.interval_s = min(max(float(said["interval_s"]), 10.0), 86_400.0)
        if isinstance(said.get("server_time"), str):
            server_s = datetime.fromisoformat(said["server_time"]).timestamp()
            wrong_s = server_s - (began_s + self.wall() + self.offset_s) / 2.0
            if abs(wrong_s) > 2.0:  # a slow line tells no better
                self.offset_s += wrong_s

    def back_off(self, told: object = None) -> float:
        """Seconds to wait: as told, or twice as long as before; nodes must not come all at once."""
        self.wait_s = min(max(2.0 * self.wait_s, 5.0), LONGEST_WAIT_S)
        wanted_s = float(str(told)) if str(told).isdigit() else self.wait_s
        return min(wanted_s, LONGEST_WAIT_S) * random.uniform(0.8, 1.2)


def main() -> None:
    """Take and send until stopped."""
    parser = argparse.ArgumentParser()
    for name in ("address", "node_id", "key_file", "folder", "picture"):
        parser.add_argument(name)
    parser.add_argument("--every", type=float, help="seconds; else as Firewatch says")
    asked = parser.parse_args()
    key = Path(asked.key_file).read_text().strip()
    line: Any = Web(asked.address, asked.node_id, key)
    if asked.address.startswith("mqtt"):
        from heat_node_mqtt import Broker  # noqa: PLC0415  # who pushes over HTTP needs no MQTT

        line = Broker(asked.address, asked.node_id, key)
    node = Node(Outbox(Path(asked.folder)), line)
    take_s = send_s = time.monotonic()
    while True:
        now_s = time.monotonic()
        if now_s >= take_s:
            with contextlib.suppress(FileNotFoundError):  # there is none yet
                node.take(Path(asked.picture).read_bytes(), {})
            take_s = now_s + (asked.every or node.interval_s)
        if now_s >= send_s:
            wait_s = node.push()
            send_s = take_s if wait_s is None else now_s + wait_s
        time.sleep(max(0.0, min(take_s, send_s) - time.monotonic()))


if __name__ == "__main__":
    main()
