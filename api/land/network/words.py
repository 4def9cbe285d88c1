"""What the export for the yearly plan says, in both languages; the console says the same."""

from typing import Final, Literal, TypeAlias

from models.land import FindingKind, Layer

__all__ = ["HEADINGS", "KINDS", "LAYERS", "UNITS", "YES", "Language"]

Language: TypeAlias = Literal["zh", "en"]

KINDS: Final[dict[FindingKind, tuple[str, str]]] = {
    FindingKind.STAND_NO_BELT: ("林班小班无阻隔带", "Stand without a belt"),
    FindingKind.STAND_NO_AIR_WATER: ("林班小班无直升机水源", "Stand without helicopter water"),
    FindingKind.STAND_NO_ROAD_WATER: ("林班小班无车载水源", "Stand without water by road"),
    FindingKind.STAND_UNSEEN: ("林班小班瞭望不到", "Stand that no tower sees"),
    FindingKind.BELT_GAP: ("阻隔带缺口", "Gap in the belts"),
    FindingKind.BELT_FREE_END: ("阻隔带断头", "Belt that ends free"),
    FindingKind.BELT_ALONE: ("孤立阻隔带", "Belt that joins nothing"),
    FindingKind.PIPE_NO_SOURCE: ("管网无水源", "Main without water"),
    FindingKind.PIPE_NO_HYDRANT: ("管网无消火栓", "Main without a hydrant"),
    FindingKind.HYDRANT_NO_PIPE: ("消火栓未接管网", "Hydrant on no main"),
    FindingKind.POOL_NO_ACCESS: ("水池不通管路", "Pool off mains and roads"),
    FindingKind.INTAKE_NO_ACCESS: ("取水口不通管路", "Intake off mains and roads"),
    FindingKind.QUAY_NO_ROAD: ("取水码头不通车", "Quay off the road"),
    FindingKind.CHECKPOINT_NO_ROAD: ("检查站不在路上", "Checkpoint on no road"),
    FindingKind.PAD_NO_ROAD: ("停机坪不通车", "Helipad off the road"),
    FindingKind.STATION_NO_ROAD: ("驻地不通车", "Fire team off the road"),
}

LAYERS: Final[dict[Layer, tuple[str, str]]] = {
    Layer.TOWNSHIP: ("镇街", "Township"),
    Layer.VILLAGE: ("村社", "Village"),
    Layer.MOUNTAIN_UNIT: ("山系", "Mountain unit"),
    Layer.FOREST_STAND: ("林班小班", "Forest stand"),
    Layer.FOREST_BELT: ("林火阻隔带", "Belt or break"),
    Layer.WATER_POINT: ("直升机取水点", "Helicopter water"),
    Layer.HELIPAD: ("停机坪", "Helipad"),
    Layer.POOL: ("消防水池水箱", "Pool or tank"),
    Layer.PIPE: ("消防管网", "Fire main"),
    Layer.HYDRANT: ("消火栓", "Hydrant"),
    Layer.INTAKE: ("取水口", "Water intake"),
    Layer.QUAY: ("取水码头", "Water quay"),
    Layer.ROAD: ("道路", "Road"),
    Layer.CHECKPOINT: ("检查站", "Checkpoint"),
    Layer.TOWER: ("瞭望塔", "Lookout tower"),
    Layer.POST: ("监测哨", "Watch post"),
    Layer.NODE: ("林下红外节点", "Infrared node"),
    Layer.STATION: ("扑火队驻地", "Fire team"),
    Layer.AIRSPACE: ("空域", "Airspace"),
}

UNITS: Final = {"share": ("%", "%"), "min": ("分钟", "min"), "m": ("米", "m")}
YES: Final = ("是", "yes")

HEADINGS: Final[tuple[tuple[str, str], ...]] = (
    ("问题", "Lack"),
    ("图层", "Layer"),
    ("名称", "Name"),
    ("编号", "Code"),
    ("镇街", "Township"),
    ("镇街代码", "Township code"),
    ("占比%", "Share of it %"),
    ("数值", "Measure"),
    ("单位", "Unit"),
    ("缺少月份", "Months"),
    ("相关对象", "Next to it"),
    ("距离米", "Distance m"),
    ("其他对象", "Others"),
    ("同一管网", "Same main"),
    ("经度", "Longitude"),
    ("纬度", "Latitude"),
    ("演练", "Drill"),
)
