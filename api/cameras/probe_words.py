"""A probe in plain words: what was found, what it costs, what to set."""

from typing import Final

from camera_gateway.opening import RECORDED
from camera_gateway.probe import Advice, ProbeReport
from camera_gateway.redaction import shown_address
from models.frame import TimeSource

__all__ = ["told"]

SECONDS_A_DAY: Final = 86400
RIGHT_S: Final = 2.0
_TIMES: Final = {
    TimeSource.SENDER: "from the camera's clock, in the stream",
    TimeSource.CAMERA_CLOCK: "from the camera's clock, beside the picture",
    TimeSource.EXIF: "from the picture's EXIF data",
    TimeSource.FILE_NAME: "from the file names",
    TimeSource.CONTAINER: "from the recording's time line",
    TimeSource.SIMULATED: "from the drill's clock",
    TimeSource.RECEIPT: "unknown; the time of receipt is used",
}
_ADVICE: Final = {
    Advice.KEY_INTERVAL: (
        "Key frames are {key:.1f} s apart and a picture is wanted every {every:g} s, so every "
        "frame has to be decoded. Set the I-frame interval to {frames} frames or less, and turn "
        "the smart codec (H.264+, H.265+) off."
    ),
    Advice.SLOW: "A picture is wanted every {every:g} s and comes every {gap:.1f} s.",
    Advice.TIME_UNKNOWN: "The camera tells no time of capture: set its NTP server.",
    Advice.CLOCK_OFF: "The camera's clock is {off:.0f} s off: set its NTP server and time zone.",
    Advice.SMALL_PICTURE: (
        "{width} x {height} pixels are few for distant smoke: this is probably the sub stream; "
        "take the main stream."
    ),
    Advice.LARGE_PICTURE: "A picture of {kb:.0f} kB is more than needed: lower its JPEG quality.",
    Advice.DAMAGED: "{damaged} pictures came damaged: look at the line; over UDP choose TCP.",
    Advice.NO_PASSWORD: "The camera asks for no password: anybody on its network may look.",
}


def told(report: ProbeReport) -> list[str]:
    """The report, one line each."""
    link, stream = report.link, report.stream
    lines = [f"found   {link.adapter.value} at {shown_address_or_path(report)}"]
    size = f"{report.width_px} x {report.height_px}"
    if stream is None:
        lines.append(f"        {size}, {report.picture_bytes / 1000:.0f} kB a picture")
    else:
        facts = [stream.codec.upper(), size]
        if stream.rate_hz is not None:
            facts.append(f"{stream.rate_hz:.1f} pictures a second")
        if stream.key_interval_s is not None:
            facts.append(f"a key frame every {stream.key_interval_s:.1f} s")
        lines.append(f"        {', '.join(facts)}")
    pace = "" if report.gap_s is None else f", then one every {report.gap_s:.1f} s"
    lines.append(
        f"        {report.pictures} pictures, {report.damaged} damaged; the first after "
        f"{report.first_picture_s:.1f} s{pace}"
    )
    lines.append(f"        capture time {_TIMES[report.time_source]}")
    if report.light is not None:
        lines.append(f"        light: {report.light.value}")
    lines += _onvif(report)
    lines += _costs(report)
    advice = [_ADVICE[each].format(**_numbers(report)) for each in report.advice]
    lines += [f"set     {line}" for line in advice] or ["set     nothing; this is well configured"]
    return lines


def _onvif(report: ProbeReport) -> list[str]:
    """What an ONVIF camera says of itself; its letters may be anybody's."""
    facts = report.onvif
    if facts is None:
        return []
    device = facts.device
    made = " ".join(word for word in (device.manufacturer, device.model) if word) or "no maker told"
    firmware = f", firmware {device.firmware}" if device.firmware else ""
    lines = [f"        {made}{firmware}; infrared filter: {facts.ir_cut.value}"]
    clock = facts.clock
    if clock.skew_s is None:
        lines.append("        it does not tell its time")
    else:
        ahead = "ahead" if clock.skew_s > 0.0 else "behind"
        by = "a time server" if clock.by_ntp else "hand"
        zone = f", zone {clock.zone}" if clock.zone else ""
        off = "right" if abs(clock.skew_s) < RIGHT_S else f"{abs(clock.skew_s):.0f} s {ahead}"
        lines.append(f"        its clock: {off}{zone}, set by {by}")
    for profile in facts.profiles[:8]:
        kind = profile.encoding or "no picture"
        size = f" {profile.width_px} x {profile.height_px}" if profile.width_px else ""
        lines.append(f"        profile {profile.token}: {kind}{size}")
    return lines


def shown_address_or_path(report: ProbeReport) -> str:
    """The address without secrets; a path as it is."""
    address = report.link.address
    return shown_address(address) if "://" in address else address


def _costs(report: ProbeReport) -> list[str]:
    lines = []
    if report.core_share is not None:
        lines.append(f"costs   {100 * report.core_share:.1f} % of one processor core while reading")
    rate = None if report.link.adapter in RECORDED else _bits_per_s(report)
    if rate is not None:
        day_gb = rate / 8 * SECONDS_A_DAY / 1e9
        lines.append(f"        {rate / 1e6:.2f} Mbit/s of the line, {day_gb:.1f} GB a day")
    return lines


def _bits_per_s(report: ProbeReport) -> float | None:
    if report.stream is not None:
        return report.stream.bits_per_s
    if report.line_bits_per_s is not None:  # more comes than is taken
        return report.line_bits_per_s
    return None if not report.gap_s else 8.0 * report.picture_bytes / report.gap_s


def _numbers(report: ProbeReport) -> dict[str, float]:
    stream = report.stream
    key_s = (stream.key_interval_s if stream else None) or 0.0
    rate = (stream.rate_hz if stream else None) or 25.0
    sender_s = (stream.sender_offset_s if stream else None) or 0.0
    return {
        "key": key_s,
        "every": report.link.every_s,
        "frames": max(1, round(rate * min(2.0, report.link.every_s))),
        "gap": report.gap_s or 0.0,
        "off": max(
            abs(report.clock_offset_s or 0.0), abs(sender_s), abs(report.own_clock_s or 0.0)
        ),
        "width": report.width_px,
        "height": report.height_px,
        "kb": report.picture_bytes / 1000,
        "damaged": report.damaged,
    }
