"""Words that bureaus write for layers, choices and yes or no; lists to be lengthened."""

from typing import Final

from models.land import Layer

__all__ = ["CHOICE_WORDS", "DRILL_HEADINGS", "LAYER_NAMES", "LAYER_WORDS", "NO", "YES"]

LAYER_NAMES: Final[dict[Layer, str]] = {
    Layer.TOWNSHIP: "乡镇",
    Layer.VILLAGE: "村社区",
    Layer.MOUNTAIN_UNIT: "山系",
    Layer.FOREST_STAND: "小班",
    Layer.FOREST_BELT: "林火阻隔带",
    Layer.WATER_POINT: "直升机取水点",
    Layer.HELIPAD: "停机坪",
    Layer.POOL: "消防水池水箱",
    Layer.PIPE: "消防管网",
    Layer.HYDRANT: "消火栓",
    Layer.INTAKE: "取水口",
    Layer.QUAY: "取水码头",
    Layer.ROAD: "道路",
    Layer.CHECKPOINT: "检查站",
    Layer.TOWER: "瞭望塔",
    Layer.POST: "监测哨",
    Layer.NODE: "红外节点",
    Layer.STATION: "队伍驻地",
    Layer.AIRSPACE: "空域",
}
"""Of folders, sheets and files that are written for people; read back as the layer."""

LAYER_WORDS: Final[tuple[tuple[Layer, tuple[str, ...]], ...]] = (
    (Layer.AIRSPACE, ("空域", "禁飞", "避让区", "airspace", "no_fly", "no-fly", "nofly")),
    (Layer.WATER_POINT, ("直升机取水", "取水点", "吊桶", "水源点", "waterpoint", "dip")),
    (Layer.HELIPAD, ("停机坪", "起降点", "起降场", "helipad", "heliport")),
    (Layer.QUAY, ("码头", "quay")),
    (Layer.INTAKE, ("取水口", "intake")),
    (Layer.HYDRANT, ("消火栓", "消防栓", "hydrant")),
    (Layer.PIPE, ("管网", "管线", "管道", "水管", "pipe")),
    (Layer.POOL, ("水池", "水箱", "蓄水", "pool", "tank")),
    (Layer.FOREST_BELT, ("阻隔", "隔离带", "防火带", "防火林带", "林带", "belt", "firebreak")),
    (Layer.FOREST_STAND, ("小班", "林班", "一张图", "stand")),
    (Layer.MOUNTAIN_UNIT, ("山系", "山脉", "mountain")),
    (Layer.CHECKPOINT, ("检查站", "检查点", "卡口", "checkpoint", "gate")),
    (Layer.TOWER, ("瞭望塔", "瞭望台", "瞭望", "tower", "lookout")),
    (Layer.POST, ("监测哨", "哨所", "哨卡", "护林点")),
    (Layer.NODE, ("红外", "节点", "node", "sensor")),
    (
        Layer.STATION,
        ("消防队", "救援队", "扑火队", "专业队", "队伍", "靠前驻防", "station", "team"),
    ),
    (Layer.ROAD, ("防火通道", "道路", "公路", "road", "通道")),
    (Layer.VILLAGE, ("村", "社区", "village")),
    (Layer.TOWNSHIP, ("乡镇", "镇街", "街道", "行政区划", "town")),
    (Layer.POST, ("post",)),
)
"""Parts of a file's or layer's name, the surer ones first."""

CHOICE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "good": ("完好", "良好", "正常", "好", "可用", "在用", "使用中"),
    "worn": ("破损", "受损", "一般", "较差", "待维修", "维修"),
    "unusable": ("不可用", "损毁", "损坏", "废弃", "停用", "报废", "失效", "差"),
    "planned": ("规划", "拟建", "在建", "计划", "待建", "规划中"),
    "biological": ("生物", "生物阻隔带", "生物防火林带", "防火林带", "林带", "生物隔离带"),
    "engineered": ("工程", "工程阻隔带", "防火道", "隔离带", "生土带", "防火线", "工程隔离带"),
    "natural": ("自然", "自然阻隔带", "河流", "天然", "自然隔离带"),
    "pool": ("水池", "蓄水池", "消防水池", "池"),
    "tank": ("水箱", "水罐", "储水罐", "消防水箱", "桶"),
    "motorway": ("高速", "高速公路"),
    "national": ("国道",),
    "provincial": ("省道",),
    "county": ("县道",),
    "township": ("乡道",),
    "village": ("村道", "通村公路", "村级公路"),
    "forest": ("林道", "林区道路", "防火通道", "消防通道", "防火道路"),
    "track": ("便道", "机耕道", "土路", "小路", "步道"),
    "checkpoint": ("检查站", "检查点", "人工检查站"),
    "smart_gate": ("智能卡口", "智慧卡口", "卡口", "道闸"),
    "professional": ("专业", "专业队", "专业扑火队", "专业救援队"),
    "semi_professional": ("半专业", "半专业队", "半专业扑火队"),
    "volunteer": ("义务", "志愿", "群众", "应急队", "志愿者队伍"),
    "brigade": ("森林消防", "消防大队", "消防中队", "消防救援"),
    "no_fly": ("禁飞区", "禁飞", "禁飞空域"),
    "keep_away": ("避让区", "避让", "限飞", "限飞区"),
    "approved": ("批准空域", "批准", "已批准", "报备空域"),
}
"""Our choice, and what stands for it in a bureau's table; the first is written by exports."""

YES: Final = frozenset(
    {"是", "有", "能", "可", "可以", "y", "yes", "true", "t", "1", "√", "v", "对"}
)
NO: Final = frozenset(
    {"否", "无", "没有", "不", "不能", "不可", "n", "no", "false", "f", "0", "x", "错"}
)

DRILL_HEADINGS: Final = frozenset({"drill", "演练", "是否演练", "invented"})
