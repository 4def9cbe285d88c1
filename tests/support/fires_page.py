"""The console on a server of this process with fires that several sources see; no cameras run."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import uvicorn
from api_rig import PASSWORDS, START, ApiRig, build_api
from crossing_rig import fix_of, tower
from e2e_rig import Demo, free_port
from fire_rig import draft_of

from api.app import create_app
from api.auth.passwords import hash_password
from api.context import Context
from geo.locate import Locator
from geo.relief import drill_relief
from models.alert import Alert, EvidenceFrame
from models.config import IncidentRule
from models.config.drone_links import DroneLinkRule
from models.crossing import Report
from models.detection import Box, Label
from models.dual import HeatVote
from models.frame import Provenance
from models.incident import Level, Link, LinkReason, Urgency, UrgencyFactor, UrgencyReason
from models.observation import Observation, ObservationDraft, ObservationSource
from models.site import Camera, HeightDatum, Position
from models.user import Role, User

__all__ = [
    "COLLEAGUE",
    "COLLEAGUES_WORD",
    "EAST",
    "FIRE",
    "SECOND_FIRE",
    "WEST",
    "FiresPage",
    "fires_page",
]

WEST = tower("w1", -84.36, 36.24, 80.0)
EAST = tower("e1", -84.25, 36.24, 280.0)
FIRE = (-84.3061900, 36.2463033)
SECOND_FIRE = (-84.3061900, 36.2600000)
SIZE = (960, 540)
COLLEAGUE, COLLEAGUES_WORD = "li", "li-li-li-li-li"


@dataclass
class FiresPage:
    """A running console and the hands of who fills its store.

    Attributes:
        api: the application's rooms.
        demo: its address, and the password of ``monitor``.
    """

    api: ApiRig
    demo: Demo

    def burn(
        self,
        camera: Camera,
        fire: tuple[float, float] = FIRE,
        link: Link | None = None,
        *,
        score: float = 0.8,
        provenance: Provenance = Provenance.LIVE,
        votes: tuple[HeatVote, ...] = (),
    ) -> Alert:
        """A camera sees a fire, in three pictures."""
        store, vault = self.api.context.store, self.api.context.vault
        at = START + timedelta(seconds=len(store.alerts.newest(1000)))
        fix = fix_of(camera, fire, locator=Locator(drill_relief()))
        land = self.api.context.land_book.index.answer(fix)
        draft = draft_of(camera, fix, at=at, land=land, score=score, provenance=provenance)
        draft = replace(draft, decision=replace(draft.decision, votes=votes))
        frames = []
        for index in range(3):
            box = Box(Label.SMOKE, score, 420.0, 250.0 - 12 * index, 500.0 + 12 * index, 300.0)
            key = f"seed/{camera.camera_id}-{at:%H%M%S}-{index}.jpg"
            digest = vault.put(key, picture(camera, box))
            seen = at - timedelta(minutes=2 * (2 - index))
            frames.append(EvidenceFrame(index, seen, seen, key, digest, *SIZE, (box,)))
        alert, _ = store.alerts.open_alert(draft, frames, link)
        return alert

    def tell(
        self,
        fire: tuple[float, float] = FIRE,
        link: Link | None = None,
        source: ObservationSource = ObservationSource.HOTLINE_12345,
        words: str = "坡上冒白烟, 看得见火光",
    ) -> Observation:
        """Somebody tells of a place."""
        place = Report(Position(*fire, 0.0, HeightDatum.GROUND), 300.0)
        draft = ObservationDraft(source, place, START, "来电", words)
        key = f"told-{source}-{fire}-{words}"
        kept, _ = self.api.context.store.observations.add(draft, author="li", key=key, link=link)
        return kept

    def rank(self, incident_id: int, points: float, level: Level = Level.SINGLE) -> None:
        """As the ranker of a running watch does."""
        factors = (
            UrgencyFactor(UrgencyReason.PROBABILITY, points * 0.6, {"percent": 95.0}, {}),
            UrgencyFactor(
                UrgencyReason.VILLAGE, points * 0.4, {"distance_m": 840.0}, {"village": "石壕社区"}
            ),
        )
        self.api.context.store.incidents.rank(incident_id, Urgency(points, level, factors, START))

    def seen_by_two(self) -> int:
        """One fire that two towers see and somebody tells of; its number."""
        first = self.burn(WEST, score=0.9)
        joins = Link(first.incident_id, LinkReason.CROSSING, detail="2 方位线")
        self.burn(EAST, link=joins, score=0.7)
        self.tell(link=replace(joins, reason=LinkReason.NEAR, detail=""))
        return first.incident_id


def picture(camera: Camera, box: Box) -> bytes:
    """A hillside with a grey plume where the box is, and the camera's key in a corner."""
    shade = np.linspace(200, 70, SIZE[1], dtype=np.uint8)[:, None]
    drawn = np.dstack([np.repeat(shade, SIZE[0], axis=1)] * 3)
    drawn[SIZE[1] // 2 :, :, :2] //= 2
    centre = (int(box.x_min + box.x_max) // 2, int(box.y_min + box.y_max) // 2)
    half = (int(box.x_max - box.x_min) // 2, int(box.y_max - box.y_min) // 2)
    cv2.ellipse(drawn, centre, half, 0.0, 0.0, 360.0, (215,) * 3, -1)
    cv2.putText(drawn, camera.camera_id, (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (255,) * 3, 3)
    return cv2.imencode(".jpg", drawn)[1].tobytes()


@contextmanager
def fires_page(
    folder: Path,
    second_check: Sequence[Literal["confirmed", "dismissed"]] = (),
    *,
    links: Sequence[DroneLinkRule] = (),
    adapt: Callable[[Context], Context] = lambda context: context,
) -> Iterator[FiresPage]:
    """A server with two monitors: ``monitor``, and a colleague; with links to aircraft."""
    api = build_api(folder)
    store = api.context.store
    for camera in (WEST, EAST):
        store.cameras.put(camera)
    word = hash_password(COLLEAGUES_WORD)
    store.users.add(User(COLLEAGUE, Role.MONITOR, word, must_change_password=False), actor="t")
    rule = IncidentRule(second_check=tuple(second_check))
    drones = api.context.settings.drones.model_copy(update={"links": tuple(links)})
    changed = {"incidents": rule, "drones": drones}
    context = replace(
        api.context,
        settings=api.context.settings.model_copy(update=changed),
        locator=Locator(api.context.terrain),
    )
    context = adapt(context)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(context), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.02)
        yield FiresPage(
            ApiRig(context, api.clock),
            Demo(f"http://127.0.0.1:{port}", PASSWORDS[Role.MONITOR]),
        )
    finally:
        server.should_exit = True
        thread.join(20)
        store.close()
