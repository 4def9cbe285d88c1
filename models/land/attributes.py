"""What is known of a feature beside its place: one table for import, forms, checks and exports.

A key is what the program and GeoJSON call it, with its unit; ``short`` is the same for a shapefile,
whose names end after 10 bytes; ``headings`` are the column headings that bureaus write. No standard
that prescribes column names was to be had (LY/T 2581-2016 and T/CSGPC 006-2022 name the layers), so
headings are a list to be lengthened, not a standard.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.land.layers import Layer

__all__ = ["ATTRIBUTES", "CODE_HEADINGS", "NAME_HEADINGS", "Attribute", "AttributeKind", "known"]


class AttributeKind(StrEnum):
    """What a value is."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a layer's features.

    Attributes:
        key: as properties have it.
        kind: what its values are.
        short: name in a shapefile, at most 10 ASCII characters, unique in its layer.
        headings: column headings that mean it; compared without case, spaces and units in brackets.
        least: smallest value of a number; None without a limit.
        most: largest value of a number; None without a limit.
        choices: values of a choice, in the order of a list.
    """

    key: str
    kind: AttributeKind
    short: str
    headings: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


NAME_HEADINGS = (
    "name",
    "名称",
    "名字",
    "单位名称",
    "乡镇名称",
    "村名",
    "XZQMC",
    "mc",
    "站名",
    "点名",
)
CODE_HEADINGS = ("code", "编号", "编码", "代码", "行政区划代码", "XZQDM", "bh", "dm", "序号", "id")


def _text(key: str, short: str, *headings: str) -> Attribute:
    return Attribute(key, AttributeKind.TEXT, short, headings)


def _number(key: str, short: str, least: float, most: float, *headings: str) -> Attribute:
    return Attribute(key, AttributeKind.NUMBER, short, headings, least, most)


def _whole(key: str, short: str, least: int, most: int, *headings: str) -> Attribute:
    return Attribute(key, AttributeKind.WHOLE, short, headings, least, most)


def _yes_no(key: str, short: str, *headings: str) -> Attribute:
    return Attribute(key, AttributeKind.YES_NO, short, headings)


def _choice(key: str, short: str, choices: tuple[str, ...], *headings: str) -> Attribute:
    return Attribute(key, AttributeKind.CHOICE, short, headings, choices=choices)


_TOWNSHIP = _text("township_code", "town_code", "所属乡镇代码", "乡镇代码", "镇街代码")
_GROUND = _number("ground_m", "ground_m", -500.0, 9000.0, "海拔", "高程", "地面高程", "elevation")
_TELEPHONE = _text("telephone", "telephone", "电话", "联系电话", "手机", "phone")
_KEEPER = _text("keeper", "keeper", "管护人", "责任人", "负责人", "联系人")
_STATE = _choice(
    "state", "state", ("good", "worn", "unusable", "planned"), "状态", "完好情况", "现状"
)
_VOLUME = _number("capacity_m3", "cap_m3", 0.0, 1e9, "容量", "库容", "蓄水量", "容积")
_MONTHS = (
    _whole("usable_from_month", "from_month", 1, 12, "可用起始月", "起始月份"),
    _whole("usable_to_month", "to_month", 1, 12, "可用截止月", "截止月份"),
)
"""First and last month of use; from 11 to 4 goes over the turn of the year. Both or neither."""

ATTRIBUTES: dict[Layer, tuple[Attribute, ...]] = {
    Layer.TOWNSHIP: (_TELEPHONE,),
    Layer.VILLAGE: (
        _TOWNSHIP,
        _whole("households", "households", 0, 100_000, "户数"),
        _whole("people", "people", 0, 1_000_000, "人口", "人数"),
        _KEEPER,
        _TELEPHONE,
    ),
    Layer.MOUNTAIN_UNIT: (_KEEPER, _TELEPHONE),
    Layer.FOREST_STAND: (
        _TOWNSHIP,
        _text("species", "species", "树种", "优势树种", "主要树种"),
        _text("age_group", "age_group", "龄组"),
        _number("area_ha", "area_ha", 0.0, 1e6, "面积", "小班面积", "公顷"),
        _whole("danger_class", "danger", 1, 5, "火险等级", "森林火险等级"),
    ),
    Layer.FOREST_BELT: (
        _TOWNSHIP,
        _choice("kind", "kind", ("biological", "engineered", "natural"), "类型", "阻隔带类型"),
        _number("width_m", "width_m", 0.0, 2000.0, "宽度", "带宽", "平均宽度"),
        _number("length_km", "length_km", 0.0, 2000.0, "长度", "带长"),
        _text("species", "species", "树种", "防火树种"),
        _STATE,
        _whole("last_cleared_year", "cleared", 1950, 2200, "清理年份", "维护年份", "建设年份"),
    ),
    Layer.WATER_POINT: (
        _TOWNSHIP,
        _number("depth_m", "depth_m", 0.0, 500.0, "水深", "深度", "最小水深"),
        _VOLUME,
        *_MONTHS,
        _number("clear_radius_m", "clear_m", 0.0, 5000.0, "净空半径", "净空"),
        _yes_no("wires", "wires", "线缆", "高压线", "电线", "架空线"),
        _text("approach", "approach", "进近方向", "进场方向", "航线"),
        _GROUND,
        _STATE,
        _KEEPER,
        _TELEPHONE,
    ),
    Layer.HELIPAD: (
        _TOWNSHIP,
        _number("diameter_m", "diam_m", 0.0, 1000.0, "直径", "尺寸"),
        _text("surface", "surface", "道面", "地面", "材质"),
        _number("max_mass_t", "max_t", 0.0, 100.0, "承重", "最大起降重量"),
        _yes_no("night_lighting", "night", "夜航灯", "夜间照明"),
        _yes_no("wires", "wires", "线缆", "高压线", "架空线"),
        _GROUND,
        _STATE,
    ),
    Layer.POOL: (
        _TOWNSHIP,
        _choice("kind", "kind", ("pool", "tank"), "类型"),
        _VOLUME,
        _GROUND,
        _STATE,
        _KEEPER,
        _TELEPHONE,
    ),
    Layer.PIPE: (
        _TOWNSHIP,
        _whole("diameter_mm", "diam_mm", 1, 5000, "管径", "口径"),
        _number("pressure_mpa", "press_mpa", 0.0, 20.0, "压力", "水压"),
        _STATE,
    ),
    Layer.HYDRANT: (
        _TOWNSHIP,
        _text("supply", "supply", "水源", "供水方式"),
        _VOLUME,
        _number("flow_l_s", "flow_l_s", 0.0, 1000.0, "流量"),
        _number("pressure_mpa", "press_mpa", 0.0, 20.0, "压力", "水压"),
        _whole("outlet_mm", "outlet_mm", 1, 1000, "口径", "接口"),
        _STATE,
    ),
    Layer.INTAKE: (_TOWNSHIP, _number("flow_l_s", "flow_l_s", 0.0, 1e5, "流量"), *_MONTHS, _STATE),
    Layer.QUAY: (
        _TOWNSHIP,
        _number("depth_m", "depth_m", 0.0, 500.0, "水深"),
        *_MONTHS,
        _whole("vehicles", "vehicles", 0, 1000, "可停车辆", "车位"),
        _STATE,
    ),
    Layer.ROAD: (
        _TOWNSHIP,
        _choice(
            "class",
            "class",
            (
                "motorway",
                "national",
                "provincial",
                "county",
                "township",
                "village",
                "forest",
                "track",
            ),
            "等级",
            "道路等级",
            "公路等级",
        ),
        _number("width_m", "width_m", 0.0, 200.0, "宽度", "路宽"),
        _text("surface", "surface", "路面", "路面类型"),
        _number("speed_km_h", "speed_km_h", 1.0, 200.0, "时速", "限速"),
        _STATE,
    ),
    Layer.CHECKPOINT: (
        _TOWNSHIP,
        _choice("kind", "kind", ("checkpoint", "smart_gate"), "类型"),
        _text("road_code", "road_code", "道路编号", "所在道路"),
        _whole("staff", "staff", 0, 1000, "人数", "值守人数"),
        _text("hours", "hours", "时间", "值守时间"),
        _KEEPER,
        _TELEPHONE,
    ),
    Layer.TOWER: (
        _TOWNSHIP,
        _number("mast_m", "mast_m", 0.0, 300.0, "塔高", "高度"),
        _yes_no("staffed", "staffed", "有人值守", "人工瞭望"),
        _GROUND,
        _STATE,
        _TELEPHONE,
    ),
    Layer.POST: (
        _TOWNSHIP,
        _whole("staff", "staff", 0, 1000, "人数"),
        _text("hours", "hours", "时间", "值守时间"),
        _TELEPHONE,
    ),
    Layer.NODE: (_TOWNSHIP, _text("camera_id", "camera_id", "设备编号", "摄像机编号"), _STATE),
    Layer.STATION: (
        _TOWNSHIP,
        _choice(
            "kind", "kind", ("professional", "semi_professional", "volunteer", "brigade"), "类型"
        ),
        _whole("people", "people", 0, 10_000, "人数", "队员人数"),
        _whole("vehicles", "vehicles", 0, 1000, "车辆", "车辆数"),
        _text("equipment", "equipment", "装备", "物资"),
        _KEEPER,
        _TELEPHONE,
    ),
    Layer.AIRSPACE: (
        _choice(
            "rule", "rule", ("no_fly", "keep_away", "approved"), "规则", "空域类型", "管控类型"
        ),
        _number("ceiling_m", "ceiling_m", 0.0, 10_000.0, "限高", "真高", "真高上限"),
        _text("valid_from", "valid_from", "生效时间", "启用时间"),
        _text("valid_until", "valid_to", "失效时间", "截止时间"),
    ),
}


def known(layer: Layer, key: str) -> Attribute | None:
    """The attribute of a layer with that key; None for a fact that came from elsewhere."""
    return next((attribute for attribute in ATTRIBUTES[layer] if attribute.key == key), None)
