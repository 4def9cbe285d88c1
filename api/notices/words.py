"""The words of notices, in both languages: Chinese first, English second.

Names that the console has too are the console's; a test compares them.
"""
# ruff: noqa: RUF001  # Chinese has its own commas and colons

from typing import Final

from models.incident import DismissReason, IncidentState, Level
from models.notice import Language, Occasion
from models.observation import ObservationSource

__all__ = ["LEVELS", "OCCASIONS", "PHRASES", "REASONS", "SOURCES", "STATES", "compass", "say"]

Pair = tuple[str, str]

OCCASIONS: Final[dict[Occasion, Pair]] = {
    Occasion.OPENED: ("发现新火情", "new fire"),
    Occasion.SPLIT: ("拆分出新火情", "split off as a fire of its own"),
    Occasion.RAISED: ("火情印证升级", "more evidence, level raised"),
    Occasion.JOINED: ("又有新证据", "one more piece of evidence"),
    Occasion.ACKNOWLEDGED: ("开始核实", "being looked at"),
    Occasion.PROPOSED: ("结论待第二人复核", "a verdict waits for a second person"),
    Occasion.DECLINED: ("复核未通过", "the second person did not agree"),
    Occasion.CONFIRMED: ("确认火情", "confirmed: it burns"),
    Occasion.DISPATCHED: ("已派遣力量", "people are on their way"),
    Occasion.ARRIVED: ("力量已到场", "people have arrived"),
    Occasion.CONTROLLED: ("火势已控制", "under control"),
    Occasion.CLOSED: ("已办结", "closed"),
    Occasion.DISMISSED: ("已排除，不是火情", "dismissed: no fire"),
    Occasion.UNDONE: ("撤回上一结论", "the last verdict was taken back"),
    Occasion.REOPENED: ("火情重新打开", "opened again"),
    Occasion.MERGED: ("并入另一火情", "merged into another fire"),
    Occasion.CALLED: ("呼叫值班人员核查", "somebody is sent to look"),
}

STATES: Final[dict[IncidentState, Pair]] = {
    IncidentState.OPEN: ("待处置", "open"),
    IncidentState.ACKNOWLEDGED: ("核实中", "being looked at"),
    IncidentState.CONFIRMED: ("已确认火情", "confirmed"),
    IncidentState.DISPATCHED: ("已派遣", "dispatched"),
    IncidentState.ARRIVED: ("已到场", "arrived"),
    IncidentState.CONTROLLED: ("已控制", "under control"),
    IncidentState.CLOSED: ("已办结", "closed"),
    IncidentState.DISMISSED: ("已排除", "dismissed"),
}

LEVELS: Final[dict[Level, Pair]] = {
    Level.SINGLE: ("单一来源", "one sensor"),
    Level.CORROBORATED: ("多源印证", "several sensors"),
    Level.STRONG: ("异类互证", "different kinds agree"),
}

SOURCES: Final[dict[ObservationSource, Pair]] = {
    ObservationSource.CALL: ("电话", "telephone"),
    ObservationSource.HOTLINE_12345: ("12345 热线", "hotline 12345"),
    ObservationSource.FIRE_96119: ("96119 火警电话", "fire line 96119"),
    ObservationSource.YU_KUAI_BAN: ("渝快办", "Yu Kuai Ban"),
    ObservationSource.GRID_PLATFORM: ("网格平台", "Grid platform"),
    ObservationSource.PATROL: ("护林员", "ranger"),
    ObservationSource.PILOT: ("飞行员", "pilot"),
    ObservationSource.DRONE: ("无人机", "drone"),
    ObservationSource.NODE: ("林下红外", "node under the trees"),
    ObservationSource.OTHER: ("其他", "other"),
}

REASONS: Final[dict[DismissReason, tuple[str, str]]] = {
    DismissReason.FOG: ("雾", "Fog"),
    DismissReason.HAZE: ("霾", "Haze"),
    DismissReason.LOW_CLOUD: ("低云", "Low cloud"),
    DismissReason.HIGH_CLOUD: ("高云", "High cloud"),
    DismissReason.RAIN: ("雨", "Rain"),
    DismissReason.SNOW: ("雪", "Snow"),
    DismissReason.SKY: ("天空霞光", "Sky, glow"),
    DismissReason.DARK: ("昏暗", "Darkness"),
    DismissReason.SHADOW: ("阴影", "Shadow"),
    DismissReason.LIGHT: ("灯光反光", "Light, glint"),
    DismissReason.TRAIL: ("飞机尾迹", "Contrail"),
    DismissReason.LENS_FLARE: ("镜头眩光", "Lens flare"),
    DismissReason.LENS_DROPLET: ("水滴污渍", "Drop, dirt, web"),
    DismissReason.CAMERA_FAULT: ("相机故障", "Camera fault"),
    DismissReason.CLIFF: ("崖壁", "Cliff"),
    DismissReason.TREE: ("树木枝叶", "Trees, leaves"),
    DismissReason.WATER: ("水面", "Water"),
    DismissReason.ROAD: ("道路", "Road"),
    DismissReason.BUILDING: ("建筑", "Building"),
    DismissReason.ANTENNA: ("塔杆天线", "Mast, antenna"),
    DismissReason.DUST: ("扬尘", "Dust"),
    DismissReason.VEHICLE: ("车辆", "Vehicle"),
    DismissReason.MACHINE: ("作业机械", "Machinery"),
    DismissReason.CHIMNEY: ("烟囱", "Chimney"),
    DismissReason.KITCHEN_SMOKE: ("炊烟", "Kitchen smoke"),
    DismissReason.STEAM: ("水汽", "Steam"),
    DismissReason.FIREWORKS: ("烟花爆竹", "Fireworks"),
    DismissReason.OFFERING: ("祭祀用火", "Offerings"),
    DismissReason.FIELD_BURN: ("农事用火", "Field burn"),
    DismissReason.REGISTERED_BURN: ("报备用火", "Registered burn"),
    DismissReason.DRILL: ("演练", "Drill"),
    DismissReason.MISTAKE: ("误操作", "By mistake"),
    DismissReason.OTHER: ("其他", "Other"),
    DismissReason.CLOUD: ("云", "Cloud"),
    DismissReason.LENS: ("镜头污渍", "Dirty lens"),
    DismissReason.VEGETATION: ("植被", "Vegetation"),
}

PHRASES: Final[dict[str, Pair]] = {
    "drill": ("【演练】", "[DRILL] "),
    "fire": ("火情 {number}", "Fire {number}"),
    "title": ("{drill}【林火】火情 {number}：{what}", "{drill}Forest fire {number}: {what}"),
    "bundle": (
        "{drill}【林火】{count} 起火情有新消息",
        "{drill}Forest fires: news of {count} fires",
    ),
    "test": ("【林火】通知通道测试", "Forest fire watch: test of this channel"),
    "test_body": (
        "这是一条测试消息，没有火情。通道“{name}”工作正常。{site}",
        'This is a test, there is no fire. The channel "{name}" works. {site}',
    ),
    "place": (
        "位置：{lat}，{lon}（WGS 84），90% 误差半径 {radius} 米",
        "Place: {lat}, {lon} (WGS 84), within {radius} m (90 %)",
    ),
    "places": (
        "另有 {count} 处可能位置，见控制台",
        "{count} more possible places: see the console",
    ),
    "direction": (
        "方向：自 {lat}，{lon}（WGS 84）看去方位 {bearing}°（{compass}，真北），尚无交会位置",
        "Direction: {bearing}° ({compass}, true north) from {lat}, {lon} (WGS 84); no place yet",
    ),
    "no_place": ("位置：未知", "Place: unknown"),
    "bearing": (
        "自 {observer} 方位 {bearing}°（{compass}）",
        "Bearing {bearing}° ({compass}) from {observer}",
    ),
    "townships": ("镇街：{names}", "Townships: {names}"),
    "urgency": ("紧急度：{points} 分（满分 100），{level}", "Urgency: {points} of 100, {level}"),
    "unranked": ("紧急度：尚未评定", "Urgency: not ranked yet"),
    "state": ("状态：{state}", "State: {state}"),
    "times": (
        "首次发现 {first}，最近 {last}（{zone}）",
        "First seen {first}, last {last} ({zone})",
    ),
    "seen_by": ("来源：{names}", "Seen by: {names}"),
    "link": ("控制台：{link}", "Console: {link}"),
    "deed": ("{time} {author}：{what}", "{time} {author}: {what}"),
    "reason": ("（{reason}）", " ({reason})"),
    "note": ("。{note}", ". {note}"),
    "into": ("（火情 {number}）", " (fire {number})"),
    "watch": ("系统", "the watch"),
    "comma": ("、", ", "),
    "line_place": ("{lat} {lon} ±{radius}米", "{lat} {lon} ±{radius} m"),
    "line_direction": ("方位 {bearing}°", "bearing {bearing}°"),
    "points": ("{points}分", "{points} points"),
}

_COMPASS: Final = (
    *(("北", "N"), ("东北", "NE"), ("东", "E"), ("东南", "SE")),
    *(("南", "S"), ("西南", "SW"), ("西", "W"), ("西北", "NW")),
)


def say(phrase: str, language: Language, **values: str | int) -> str:
    """A phrase with its values; a brace in a value stays a brace."""
    return pick(PHRASES[phrase], language).format(**values)


def pick(pair: Pair, language: Language) -> str:
    """The word of a language."""
    return pair[0] if language is Language.ZH else pair[1]


def compass(bearing_deg: float, language: Language) -> str:
    """The nearest of eight directions."""
    return pick(_COMPASS[round(bearing_deg / 45.0) % 8], language)
