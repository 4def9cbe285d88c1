"""The items of a QGroundControl plan, in the order in which they are uploaded."""

import math
from dataclasses import dataclass, field
from typing import Any, Final

from drone_jobs.missions.commands import SYSTEM_OF, Command, MissionItem
from drone_jobs.missions.limits import MOST_CODE, check_count, number
from drone_jobs.missions.told import Told
from models.errors import InputRefused
from models.height import HeightSystem

__all__ = ["PlanItems"]

DEEPEST: Final = 4  # a survey in a list is two
_NEAR_M: Final = 0.01
_MODE_SYSTEM: Final = {
    1: HeightSystem.TAKE_OFF,
    2: HeightSystem.EGM96,
    3: HeightSystem.EGM96,
    4: HeightSystem.GROUND,
}
_CALCULATED: Final = 3
_LANDINGS: Final = frozenset({"fwLandingPattern", "vtolLandingPattern"})
_KEYS: Final = {"command": "Command", "frame": "Frame", "params": "Params", "type": "Type"}


@dataclass(slots=True)
class PlanItems:
    """Reads items.

    Attributes:
        name: of the file, for people.
        told: takes the notes.
        found: so far.
    """

    name: str
    told: Told
    found: list[MissionItem] = field(default_factory=list)

    def read(self, items: list[Any], depth: int = 1) -> None:
        """Append a list of items.

        Raises:
            InputRefused: one is damaged (``mission_damaged``), a survey without items
                (``mission_survey``), too many (``mission_items``).
        """
        if depth > DEEPEST:
            raise self._damaged("has surveys inside surveys without end")
        for item in items:
            check_count(len(self.found) + 1, self.name)
            if not isinstance(item, dict):
                raise self._damaged("holds an item that is none")
            if "complexItemType" in item or item.get("type") == "ComplexItem":
                self._complex(item, depth)
            else:
                self._simple(item)

    def _complex(self, item: dict[str, Any], depth: int) -> None:
        kind = str(item.get("complexItemType"))[:40]
        if kind in _LANDINGS:
            self.told.warn(
                "landing_pattern",
                f"The plan ends with a landing pattern ({kind}), of which the landing is kept.",
                "Look at the approach in the ground station.",
                kind=kind,
            )
            self.found.append(MissionItem(Command.LAND, 3, seq=len(self.found) + 1))
            return
        style = item.get("TransectStyleComplexItem")
        inner = style.get("Items") if isinstance(style, dict) else None
        if not isinstance(inner, list) or not inner:
            raise InputRefused(
                f"{self.name}: its {kind} holds no items, so nobody knows its lines.",
                remedy="Open the plan in QGroundControl, wait until the lines are drawn, save it.",
                code="mission_survey",
            )
        self.told.note(
            "survey_items",
            f"A {kind} is taken as the {len(inner)} items that it holds.",
            kind=kind,
            items=len(inner),
        )
        self.read(inner, depth + 1)

    def _simple(self, item: dict[str, Any]) -> None:
        seq = len(self.found) + 1
        params = self._get(item, "params")
        if not isinstance(params, list) or len(params) != 7:
            raise self._damaged(f"holds an item ({seq}) without its seven parameters")
        values = [
            math.nan if each is None else number(each, f"item {seq}", self.name) for each in params
        ]
        command = self._whole(item, "command", seq)
        frame = self._whole(item, "frame", seq)
        first, second, third, fourth, lat_deg, lon_deg, z_m = values
        frame, z_m = self._height(item, frame, z_m, seq)
        self.found.append(
            MissionItem(command, frame, (first, second, third, fourth), lat_deg, lon_deg, z_m, seq)
        )

    def _height(self, item: dict[str, Any], frame: int, z_m: float, seq: int) -> tuple[int, float]:
        """Frame and height that are meant; where the item contradicts itself, that is told."""
        mode = item.get("AltitudeMode")
        system = SYSTEM_OF.get(frame)
        if not isinstance(mode, int) or mode not in _MODE_SYSTEM or system is None:
            return frame, z_m
        if mode == _CALCULATED and system is HeightSystem.EGM96:
            return self._calculated(item, frame, z_m, seq)
        told_m = item.get("Altitude")
        same_system = _MODE_SYSTEM[mode] is system
        if told_m is not None:
            told_m = number(told_m, f"the height of item {seq}", self.name)
        if not same_system or (told_m is not None and abs(told_m - z_m) > _NEAR_M):
            self._contradicts(seq, z_m)
        return frame, z_m

    def _calculated(
        self, item: dict[str, Any], frame: int, z_m: float, seq: int
    ) -> tuple[int, float]:
        above_sea_m = item.get("AMSLAltAboveTerrain")
        if above_sea_m is not None:
            above_sea_m = number(above_sea_m, f"the height of item {seq}", self.name)
            if math.isfinite(z_m) and abs(above_sea_m - z_m) > _NEAR_M:
                self._contradicts(seq, above_sea_m)
            return frame, above_sea_m
        above_ground_m = number(item.get("Altitude"), f"the height of item {seq}", self.name)
        if math.isfinite(z_m) and abs(z_m - above_ground_m) > _NEAR_M:
            return frame, z_m
        self.told.warn(
            "height_not_calculated",
            f"Item {seq} is {above_ground_m:g} m above terrain, and its height above sea level was "
            "not calculated yet: it is taken as above ground.",
            "Save the plan again once its terrain is loaded; as it is, an aircraft may fly it as "
            "a height above sea level.",
            item=seq,
            height_m=above_ground_m,
        )
        return 10, above_ground_m

    def _contradicts(self, seq: int, z_m: float) -> None:
        self.told.warn(
            "heights_disagree",
            f"Item {seq} tells two heights; {z_m:g} m in its frame is what is uploaded.",
            "Set the height again and save the plan.",
            item=seq,
            height_m=z_m,
        )

    def _whole(self, item: dict[str, Any], key: str, seq: int) -> int:
        value = self._get(item, key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_CODE:
            raise self._damaged(f"holds an item ({seq}) without a {key} that there is")
        return value

    def _get(self, item: dict[str, Any], key: str) -> Any:  # noqa: ANN401 -- JSON until looked at
        """A key, or the same written large, as some programs do; told once."""
        if key in item or _KEYS[key] not in item:
            return item.get(key)
        if not any(note.code == "keys_large" for note in self.told.notes):
            self.told.note(
                "keys_large",
                f"{self.name} writes its keys with capitals, which QGroundControl does not read.",
            )
        return item[_KEYS[key]]

    def _damaged(self, what: str) -> InputRefused:
        return InputRefused(
            f"{self.name} {what}.", remedy="Save the plan again.", code="mission_damaged"
        )
