"""KMZ files made by hand, from DJI's documentation and not by any code of ours."""

import io
import zipfile

__all__ = ["kmz", "template_kml", "waylines_wpml"]

NAMES = 'xmlns="http://www.opengis.net/kml/2.2" xmlns:wpml="http://www.dji.com/wpmz/{}"'

CONFIG = """<wpml:missionConfig>
<wpml:flyToWaylineMode>safely</wpml:flyToWaylineMode>
<wpml:finishAction>goHome</wpml:finishAction>
<wpml:exitOnRCLost>goContinue</wpml:exitOnRCLost>
<wpml:executeRCLostAction>hover</wpml:executeRCLostAction>
<wpml:takeOffSecurityHeight>20</wpml:takeOffSecurityHeight>
<wpml:takeOffRefPoint>28.95,106.55,353.9</wpml:takeOffRefPoint>
<wpml:globalTransitionalSpeed>10</wpml:globalTransitionalSpeed>
<wpml:globalRTHHeight>100</wpml:globalRTHHeight>
<wpml:droneInfo><wpml:droneEnumValue>67</wpml:droneEnumValue>
<wpml:droneSubEnumValue>0</wpml:droneSubEnumValue></wpml:droneInfo>
<wpml:payloadInfo><wpml:payloadEnumValue>52</wpml:payloadEnumValue>
<wpml:payloadPositionIndex>0</wpml:payloadPositionIndex></wpml:payloadInfo>
</wpml:missionConfig>"""

HEADING = """<wpml:waypointHeadingParam>
<wpml:waypointHeadingMode>followWayline</wpml:waypointHeadingMode></wpml:waypointHeadingParam>"""
TURN = """<wpml:waypointTurnParam>
<wpml:waypointTurnMode>toPointAndStopWithDiscontinuityCurvature</wpml:waypointTurnMode>
<wpml:waypointTurnDampingDist>0</wpml:waypointTurnDampingDist></wpml:waypointTurnParam>"""

ACTIONS = """<wpml:actionGroup><wpml:actionGroupId>0</wpml:actionGroupId>
<wpml:actionGroupStartIndex>1</wpml:actionGroupStartIndex>
<wpml:actionGroupEndIndex>1</wpml:actionGroupEndIndex>
<wpml:actionGroupMode>sequence</wpml:actionGroupMode>
<wpml:actionTrigger><wpml:actionTriggerType>reachPoint</wpml:actionTriggerType>
</wpml:actionTrigger>
<wpml:action><wpml:actionId>0</wpml:actionId>
<wpml:actionActuatorFunc>gimbalRotate</wpml:actionActuatorFunc>
<wpml:actionActuatorFuncParam>
<wpml:gimbalHeadingYawBase>north</wpml:gimbalHeadingYawBase>
<wpml:gimbalRotateMode>absoluteAngle</wpml:gimbalRotateMode>
<wpml:gimbalPitchRotateEnable>0</wpml:gimbalPitchRotateEnable>
<wpml:gimbalPitchRotateAngle>0</wpml:gimbalPitchRotateAngle>
<wpml:gimbalRollRotateEnable>0</wpml:gimbalRollRotateEnable>
<wpml:gimbalRollRotateAngle>0</wpml:gimbalRollRotateAngle>
<wpml:gimbalYawRotateEnable>1</wpml:gimbalYawRotateEnable>
<wpml:gimbalYawRotateAngle>30</wpml:gimbalYawRotateAngle>
<wpml:gimbalRotateTimeEnable>0</wpml:gimbalRotateTimeEnable>
<wpml:gimbalRotateTime>0</wpml:gimbalRotateTime>
<wpml:payloadPositionIndex>0</wpml:payloadPositionIndex>
</wpml:actionActuatorFuncParam></wpml:action>
<wpml:action><wpml:actionId>1</wpml:actionId>
<wpml:actionActuatorFunc>takePhoto</wpml:actionActuatorFunc>
<wpml:actionActuatorFuncParam><wpml:fileSuffix>point1</wpml:fileSuffix>
<wpml:payloadPositionIndex>0</wpml:payloadPositionIndex>
<wpml:payloadLensIndex>wide</wpml:payloadLensIndex>
<wpml:useGlobalPayloadLensIndex>0</wpml:useGlobalPayloadLensIndex>
</wpml:actionActuatorFuncParam></wpml:action></wpml:actionGroup>"""

PLACES = ((106.55, 28.95), (106.56, 28.95))


def waylines_wpml(*, version: str = "1.0.2") -> str:
    """The documentation's sample of an execution file, with places and its missing elements."""
    points = "".join(
        f"""<Placemark><Point><coordinates>
{lon},{lat}
</coordinates></Point><wpml:index>{at}</wpml:index>
<wpml:executeHeight>416.57</wpml:executeHeight>
<wpml:waypointSpeed>{(10, 7)[at]}</wpml:waypointSpeed>{HEADING}{TURN}
{ACTIONS if at == 1 else ""}</Placemark>"""
        for at, (lon, lat) in enumerate(PLACES)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<kml {NAMES.format(version)}><Document>{CONFIG}
<Folder><wpml:templateId>0</wpml:templateId>
<wpml:executeHeightMode>WGS84</wpml:executeHeightMode>
<wpml:waylineId>0</wpml:waylineId>
<wpml:autoFlightSpeed>10</wpml:autoFlightSpeed>
{points}</Folder></Document></kml>"""


def template_kml(*, kind: str = "waypoint", mode: str = "EGM96", version: str = "1.0.2") -> str:
    """The documentation's sample of a template; 452.9 m above sea level is 416.57 m there."""
    points = "".join(
        f"""<Placemark><Point><coordinates>{lon},{lat}</coordinates></Point>
<wpml:index>{at}</wpml:index>
<wpml:ellipsoidHeight>416.57</wpml:ellipsoidHeight><wpml:height>452.9</wpml:height>
<wpml:useGlobalHeight>0</wpml:useGlobalHeight>
<wpml:useGlobalSpeed>1</wpml:useGlobalSpeed>
<wpml:useGlobalHeadingParam>1</wpml:useGlobalHeadingParam>
<wpml:useGlobalTurnParam>1</wpml:useGlobalTurnParam>
<wpml:gimbalPitchAngle>-45</wpml:gimbalPitchAngle>
{ACTIONS if at == 1 else ""}</Placemark>"""
        for at, (lon, lat) in enumerate(PLACES)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<kml {NAMES.format(version)}><Document><wpml:author>张三</wpml:author>{CONFIG}
<Folder><wpml:templateType>{kind}</wpml:templateType><wpml:templateId>0</wpml:templateId>
<wpml:waylineCoordinateSysParam><wpml:coordinateMode>WGS84</wpml:coordinateMode>
<wpml:heightMode>{mode}</wpml:heightMode></wpml:waylineCoordinateSysParam>
<wpml:autoFlightSpeed>7</wpml:autoFlightSpeed>
<wpml:globalHeight>60</wpml:globalHeight>
<wpml:gimbalPitchMode>usePointSetting</wpml:gimbalPitchMode>
<wpml:globalWaypointHeadingParam>
<wpml:waypointHeadingMode>followWayline</wpml:waypointHeadingMode>
<wpml:waypointHeadingPathMode>clockwise</wpml:waypointHeadingPathMode>
</wpml:globalWaypointHeadingParam>
<wpml:globalWaypointTurnMode>toPointAndStopWithDiscontinuityCurvature</wpml:globalWaypointTurnMode>
<wpml:globalUseStraightLine>0</wpml:globalUseStraightLine>
{points}</Folder></Document></kml>"""


def kmz(
    waylines: str | bytes | None = None,
    template: str | bytes | None = None,
    **others: str | bytes,
) -> bytes:
    """An archive of these files; ``others`` by their names, with ``__`` for a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if template is not None:
            archive.writestr("wpmz/template.kml", template)
        if waylines is not None:
            archive.writestr("wpmz/waylines.wpml", waylines)
        for name, content in others.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()
