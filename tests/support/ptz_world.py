"""A landscape all around, and a camera on a head that turns in it as well or as badly as wanted.

Time is given from outside, so that the same head stands behind a real camera of ONVIF and in a test
that never waits. What it really looks at is :meth:`Head.look_deg`: the truth of every label.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from models.units import ImageBGR

__all__ = ["Head", "Panorama", "Target"]

PX_PER_DEG = 10
TILTS_DEG = (-40.0, 40.0)


@dataclass(frozen=True)
class Panorama:
    """All around, 360 degrees by 80; seeded."""

    canvas: NDArray[np.uint8]

    @classmethod
    def grow(cls, seed: int) -> "Panorama":
        random = np.random.default_rng(seed)
        width, height = 360 * PX_PER_DEG, int(TILTS_DEG[1] - TILTS_DEG[0]) * PX_PER_DEG
        land = np.zeros((height, width), np.float32)
        for cell in (8, 20, 50, 140):
            rough = random.normal(0.0, 1.0, (height // cell + 2, width // cell + 2))
            rough[:, -1] = rough[:, 0]
            land += 11.0 * cv2.resize(rough.astype(np.float32), (width, height))
        ridge = random.normal(0.0, 1.0, (1, 37)).astype(np.float32)
        ridge[0, -1] = ridge[0, 0]
        line = 0.45 * height + 25.0 * cv2.resize(ridge, (width, 1))
        rows = np.arange(height, dtype=np.float32)[:, None]
        grey = np.where(rows < line, 190.0 - 0.05 * rows + 0.25 * land, 85.0 + land)
        tint = np.stack([0.9 * grey, 1.05 * grey, 0.95 * grey], axis=-1)
        return cls(np.clip(tint, 0, 255).astype(np.uint8))

    def view(
        self, azimuth_deg: float, tilt_deg: float, fov_deg: float, size: tuple[int, int]
    ) -> ImageBGR:
        """What lies in that direction, (height, width, 3)."""
        width, height = size
        step = fov_deg * PX_PER_DEG / width
        xs = (azimuth_deg * PX_PER_DEG + (np.arange(width) + 0.5 - width / 2) * step) % (
            self.canvas.shape[1]
        )
        top = (TILTS_DEG[1] - tilt_deg) * PX_PER_DEG
        ys = top + (np.arange(height) + 0.5 - height / 2) * step
        map_x = np.broadcast_to(xs.astype(np.float32), (height, width))
        map_y = np.broadcast_to(ys.astype(np.float32)[:, None], (height, width))
        seen = cv2.remap(
            self.canvas, np.ascontiguousarray(map_x), np.ascontiguousarray(map_y),
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return np.asarray(seen, np.uint8)


@dataclass(frozen=True)
class Target:
    """A preset as the head remembers it: of its motors, degrees."""

    azimuth_deg: float
    tilt_deg: float
    fov_deg: float = 60.0


@dataclass
class Head:
    """One head.

    Attributes:
        panorama: around it.
        presets: by token.
        speed_deg_s: of both axes; the zoom takes no time.
        delay_s: from a command to the first motion.
        backlash_deg: how far the camera lags behind its motor, from one side to the other.
        stuck: axes that do not move: ``pan``, ``tilt``, ``zoom``.
        refuses: no command is taken.
        says: ``honest``; ``idle``: always at rest; ``there``: always at rest at the last target;
            ``mute``: neither motion nor position.
        fog: 0 to 1; 1 hides everything.
        dirt: of the dome, grey levels; it lies in the same place whatever lies behind.
        night: an infrared picture with hardly any light.
        noise: of the sensor, grey levels of the small picture.
    """

    panorama: Panorama
    presets: dict[str, Target] = field(default_factory=dict)
    speed_deg_s: float = 40.0
    delay_s: float = 0.3
    backlash_deg: float = 0.0
    stuck: set[str] = field(default_factory=set)
    refuses: bool = False
    says: str = "honest"
    fog: float = 0.0
    dirt: float = 0.0
    night: bool = False
    noise: float = 1.5
    motor: list[float] = field(default_factory=lambda: [20.0, 0.0])
    look: list[float] = field(default_factory=lambda: [20.0, 0.0])
    fov_deg: float = 60.0
    goal: Target | None = None
    velocity: tuple[float, float] = (0.0, 0.0)
    zoom_speed: float = 0.0
    until_s: float = 0.0
    begin_s: float = 0.0
    now_s: float = 0.0
    commands: list[str] = field(default_factory=list)
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    def goto(self, token: str) -> None:
        """Told to go to a preset."""
        self.commands.append(f"goto {token}")
        self.goal, self.velocity = self.presets[token], (0.0, 0.0)
        self.begin_s = self.now_s + self.delay_s

    def turn(self, pan: float, tilt: float, for_s: float, zoom: float = 0.0) -> None:
        """Told to turn for a while; full speed is ten times that of a tour's slow nudge."""
        self.commands.append("move")
        self.goal = None
        self.velocity = (pan * 100.0, tilt * 100.0)
        self.zoom_speed = zoom
        self.begin_s = self.now_s
        self.until_s = self.now_s + for_s

    def stop(self) -> None:
        """Told to stand still."""
        self.commands.append("stop")
        self.goal, self.velocity, self.zoom_speed = None, (0.0, 0.0), 0.0

    @property
    def is_moving(self) -> bool:
        """Whether it really turns, or is about to."""
        if self.goal is not None:
            off = [abs(_off(self.motor[0], self.goal.azimuth_deg)),
                   abs(self.motor[1] - self.goal.tilt_deg)]  # fmt: skip
            free = [one for axis, one in zip(("pan", "tilt"), off, strict=True)
                    if axis not in self.stuck]  # fmt: skip
            return max(free, default=0.0) > 1e-6
        turns = self.velocity != (0.0, 0.0) or self.zoom_speed != 0.0
        return turns and self.now_s < self.until_s

    def advance(self, to_s: float) -> None:
        """Let time pass, in steps of at most 50 ms while it turns."""
        while self.now_s < to_s - 1e-9:
            rests = not self.is_moving and self.now_s >= self.begin_s
            step_s = to_s - self.now_s if rests else min(0.05, to_s - self.now_s)
            self.now_s += step_s
            self._turn(step_s)

    def look_deg(self) -> tuple[float, float, float]:
        """Where the camera really looks: azimuth, tilt, field of view."""
        return self.look[0] % 360.0, self.look[1], self.fov_deg

    def says_position(self) -> tuple[float, float] | None:
        """Pan and tilt as it tells them, -1 to 1."""
        if self.says == "mute":
            return None
        azimuth, tilt = self.motor
        if self.says == "there" and self.goal is not None:
            azimuth, tilt = self.goal.azimuth_deg, self.goal.tilt_deg
        return ((azimuth % 360.0) / 180.0 - 1.0, tilt / 90.0)

    def says_moving(self) -> bool | None:
        """Whether it says that it moves."""
        if self.says == "mute":
            return None
        return self.is_moving if self.says == "honest" else False

    def picture(self, size: tuple[int, int] = (240, 135)) -> ImageBGR:
        """What it sees now."""
        seen = self.panorama.view(self.look[0], self.look[1], self.fov_deg, size).astype(np.float32)
        if self.night:
            grey = seen.mean(axis=-1, keepdims=True)
            seen = np.repeat(20.0 + 0.01 * (grey - 100.0), 3, axis=-1)
        seen = (1.0 - self.fog) * seen + self.fog * 170.0
        if self.dirt > 0.0:
            spots = np.random.default_rng(8).normal(0.0, 1.0, (14, 24)).astype(np.float32)
            seen = seen + self.dirt * cv2.resize(spots, size)[..., None]
        noise = self.random.normal(0.0, self.noise, seen.shape[:2]).astype(np.float32)
        return np.clip(np.rint(seen + noise[..., None]), 0, 255).astype(np.uint8)

    def _turn(self, step_s: float) -> None:
        if self.now_s < self.begin_s:
            return
        if self.goal is not None:
            most = self.speed_deg_s * step_s
            steps = [_off(self.motor[0], self.goal.azimuth_deg),
                     self.goal.tilt_deg - self.motor[1]]  # fmt: skip
            moves = [min(most, max(-most, one)) for one in steps]
            if "zoom" not in self.stuck:
                self.fov_deg = self.goal.fov_deg
        else:
            running = self.now_s < self.until_s
            moves = [one * step_s if running else 0.0 for one in self.velocity]
            if running and "zoom" not in self.stuck:
                zoomed = self.fov_deg * 2.0 ** (-self.zoom_speed * step_s)
                self.fov_deg = min(65.0, max(4.0, zoomed))
        for index, axis in enumerate(("pan", "tilt")):
            if axis in self.stuck:
                continue
            self.motor[index] += moves[index]
            if index == 1:
                self.motor[1] = min(25.0, max(-25.0, self.motor[1]))
            slack = self.backlash_deg / 2.0
            lag = self.look[index] - self.motor[index]
            self.look[index] = self.motor[index] + min(slack, max(-slack, lag))


def _off(here_deg: float, there_deg: float) -> float:
    return (there_deg - here_deg + 180.0) % 360.0 - 180.0
