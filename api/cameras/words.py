"""Headers and values of camera lists, as bureaus write them and as programs do."""

import re
from typing import Final

_UNIT = re.compile(r"[(\uff08].*")  # in brackets, Chinese ones too

__all__ = ["COLUMNS", "SYSTEMS", "VALUES", "column_of", "system_of", "value_of", "word_of"]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "camera_id": ("编号", "相机编号", "摄像机编号", "设备编号"),
    "name": ("名称", "相机名称", "摄像机名称", "点位名称"),
    "kind": ("类型", "相机类型"),
    "lon_deg": ("经度", "lon", "longitude"),
    "lat_deg": ("纬度", "lat", "latitude"),
    "easting_m": ("东坐标", "横坐标", "easting"),
    "northing_m": ("北坐标", "纵坐标", "northing"),
    "coordinates": ("坐标系", "坐标系统", "crs"),
    "height_m": ("高度", "高程", "海拔", "镜头高程", "height"),
    "height_datum": ("高度基准", "高程基准"),
    "preset": ("预置位", "预置位编号"),
    "preset_name": ("预置位名称",),
    "azimuth_deg": ("方位角", "azimuth"),
    "tilt_deg": ("俯仰角", "tilt"),
    "roll_deg": ("滚转角", "roll"),
    "horizontal_fov_deg": ("视场角", "水平视场角", "fov"),
    "radial_k1": ("畸变系数",),
    "azimuth_sigma_deg": ("方位角误差",),
    "tilt_sigma_deg": ("俯仰角误差",),
    "adapter": ("接入方式", "协议", "protocol"),
    "address": ("地址", "取流地址", "url"),
    "every_s": ("间隔", "间隔秒", "取图间隔"),
    "transport": ("传输", "传输方式"),
    "decoding": ("解码", "解码方式"),
    "mode": ("光谱", "成像方式"),
    "enabled": ("启用", "是否启用"),
    "encoding": ("热像数值",),
    "user": ("用户名", "用户", "账号"),
    "password": ("密码", "口令"),
}
"""Key of a camera list: what else heads its column; the first is written in a Chinese list."""

VALUES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "kind": {"tower": ("瞭望塔", "塔", "铁塔"), "canopy": ("林下卡口", "林下", "卡口")},
    "height_datum": {
        "sea_level": ("海拔", "1985国家高程基准", "85高程", "1985", "egm96"),
        "ellipsoid": ("椭球高", "大地高"),
        "ground": ("离地", "离地高"),
    },
    "adapter": {
        "rtsp": ("视频流", "国标流", "gb28181"),
        "mjpeg": ("mjpg",),
        "snapshot": ("抓图", "快照"),
        "onvif": (),
        "folder": ("文件夹",),
        "video": ("录像", "视频文件"),
    },
    "transport": {"tcp": (), "udp": ()},
    "decoding": {"auto": ("自动",), "key_frames": ("关键帧",), "all": ("全部",)},
    "mode": {
        "visible": ("可见光",),
        "infrared": ("近红外", "红外"),
        "thermal": ("热成像", "热红外"),
    },
    "enabled": {"true": ("是", "1", "yes", "启用"), "false": ("否", "0", "no", "停用")},
    "encoding": {
        "as_told": ("按文件所示",),
        "white_hot": ("亮为热", "白热"),
        "black_hot": ("暗为热", "黑热"),
    },
}
"""Words of a column that has only certain ones; the first Chinese one is written."""

SYSTEMS: Final[dict[str, tuple[str, ...]]] = {
    "WGS84": ("wgs-84", "gps", "北斗"),
    "CGCS2000": ("国家2000", "2000国家大地坐标系", "国家大地坐标系2000"),
    "GCJ-02": ("gcj02", "火星坐标", "高德", "腾讯"),
    "BD-09": ("bd09", "百度"),
    "GK": ("高斯", "高斯克吕格", "高斯-克吕格"),
}
"""Coordinate systems under the names that people write; anything else goes to the door as it is."""


def column_of(header: str) -> str | None:
    """The key that a header stands for; spaces, case and a unit in brackets do not matter."""
    bare = _bare(_UNIT.sub("", header))
    for key, others in COLUMNS.items():
        if bare == key or bare in others:
            return key
    return None


def value_of(key: str, text: str) -> str:
    """The program's word for what a cell says; what is not known is left for the validation."""
    bare = _bare(text)
    for word, others in VALUES[key].items():
        if bare == word or bare in others:
            return word
    return text.strip()


def system_of(text: str) -> str:
    """The coordinate system that a cell names, as the door takes it."""
    bare = _bare(text)
    for name, others in SYSTEMS.items():
        if bare == name.lower() or bare in others:
            return name
    return text.strip()


def word_of(key: str, value: str, *, chinese: bool) -> str:
    """The word to be written for the program's."""
    others = VALUES.get(key, {}).get(value, ())
    return others[0] if chinese and others else value


def _bare(text: str) -> str:
    return text.strip().strip("\ufeff").strip().lower()
