"""``/api/land/network``: the findings as a table, as shapes for the map, and as a file."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from api.auth.roles import SharedViewer
from api.context import Context, context_of
from api.land.network.desk import NetworkState, Standing
from api.land.network.plan import MEDIA, PlanFormat, collection, plan
from api.land.network.words import Language
from models.config import NetworkRule
from models.errors import Conflict
from models.land import FindingKind, Layer, NetworkFinding, NetworkReport, NotJudged, SeenBy

__all__ = ["router"]

router = APIRouter(prefix="/api/land/network", tags=["land"])

InContext = Annotated[Context, Depends(context_of)]
Kinds = Annotated[list[FindingKind] | None, Query(description="Only these; all when left out.")]
Township = Annotated[str, Query(max_length=64, description="Code; all when left out.")]


class RefAnswer(BaseModel):
    """Another feature; see :class:`models.land.Ref`."""

    layer: Layer
    code: str
    name: str
    distance_m: float


class FindingAnswer(BaseModel):
    """One finding without its shape; see :class:`models.land.NetworkFinding`."""

    kind: FindingKind
    layer: Layer
    code: str
    name: str
    lon_deg: float
    lat_deg: float
    measure: float | None
    unit: str
    township_code: str
    township: str
    township_share: float | None
    others: tuple[RefAnswer, ...]
    members: tuple[str, ...]
    months: tuple[int, ...]
    drill: bool

    @classmethod
    def of(cls, finding: NetworkFinding) -> "FindingAnswer":
        """Of a finding."""
        return cls(
            kind=finding.kind,
            layer=finding.layer,
            code=finding.code,
            name=finding.name,
            lon_deg=finding.lon_deg,
            lat_deg=finding.lat_deg,
            measure=finding.measure,
            unit=finding.unit,
            township_code=finding.township_code,
            township=finding.township,
            township_share=finding.units[0].probability if finding.units else None,
            others=tuple(
                RefAnswer(
                    layer=each.layer, code=each.code, name=each.name, distance_m=each.distance_m
                )
                for each in finding.others
            ),
            members=finding.members,
            months=finding.months,
            drill=finding.drill,
        )


class TownshipCount(BaseModel):
    """How many findings a township has; the empty code is outside all."""

    code: str
    name: str
    findings: int


class NetworkAnswer(BaseModel):
    """The findings, and what they rest on.

    Attributes:
        state: how far it is; the rest is of the newest report, empty before the first.
        at: UTC, when it was made; None before the first.
        land_version: change of the land that it rests on.
        seen_by: how it was told what towers see.
        stands: that were looked at.
        took_ms: to compute.
        drill: something of it is invented.
        rule: what counts.
        counts: findings of each kind that has one, of all townships.
        townships: with findings of the wanted kinds, by code.
        not_judged: kinds of which nothing can be said.
        total: findings that were asked for.
        findings: of these, the first ones.
    """

    state: NetworkState
    at: datetime | None
    land_version: int
    seen_by: SeenBy | None
    stands: int
    took_ms: float
    drill: bool
    rule: NetworkRule
    counts: dict[FindingKind, int]
    townships: tuple[TownshipCount, ...]
    not_judged: tuple[NotJudged, ...]
    total: int
    findings: tuple[FindingAnswer, ...]


@router.get("")
def get_network(
    _user: SharedViewer,
    context: InContext,
    kind: Kinds = None,
    township: Township = "",
    limit: Annotated[int, Query(ge=0, le=20_000)] = 2_000,
) -> NetworkAnswer:
    """The findings in the order of their kinds, the worst of each first."""
    standing = _standing(context)
    report = standing.report
    of_kind = _wanted(report, kind, "")
    found = _wanted(report, kind, township)
    return NetworkAnswer(
        state=standing.state,
        at=None if report is None else report.at,
        land_version=0 if report is None else report.land_version,
        seen_by=None if report is None else report.seen_by,
        stands=0 if report is None else report.stands,
        took_ms=0.0 if report is None else report.took_ms,
        drill=report is not None and report.drill,
        rule=context.settings.network,
        counts=Counter(each.kind for each in _wanted(report, None, township)),
        townships=_townships(of_kind),
        not_judged=() if report is None else report.not_judged,
        total=len(found),
        findings=tuple(map(FindingAnswer.of, found[:limit])),
    )


@router.get("/shapes")
def get_shapes(
    _user: SharedViewer, context: InContext, kind: Kinds = None, township: Township = ""
) -> dict[str, Any]:
    """The same as one GeoJSON collection: stands, gaps, ways to what is missing."""
    return collection(_wanted(_report(context), kind, township))


@router.get("/export", response_class=Response)
def get_export(
    _user: SharedViewer,
    context: InContext,
    kind: Kinds = None,
    township: Township = "",
    wanted: Annotated[PlanFormat, Query(alias="format")] = PlanFormat.EXCEL,
    language: Annotated[Language, Query()] = "zh",
) -> Response:
    """The same as a file for the yearly plan."""
    report = _report(context)
    file = plan(_wanted(report, kind, township), wanted, language)
    day = report.at.astimezone(ZoneInfo(context.settings.time_zone)).strftime("%Y-%m-%d")
    title = "阻隔系统与设施清单" if language == "zh" else "network"
    name = quote(f"{title} {day}.{wanted}")
    return Response(
        file,
        media_type=MEDIA[wanted],
        headers={
            "Content-Disposition": (
                f"attachment; filename=\"network-{day}.{wanted}\"; filename*=UTF-8''{name}"
            ),
            "Cache-Control": "no-store",
        },
    )


def _standing(context: Context) -> Standing:
    return context.network.ask(
        context.land_book,
        context.settings,
        now=context.clock.now(),
        cameras=context.store.cameras.all(),
        terrain=context.terrain,
        coverage=None if context.coverage is None else context.coverage.desk,
    )


def _report(context: Context) -> NetworkReport:
    report = _standing(context).report
    if report is None:
        raise Conflict(
            "The network is being surveyed.",
            remedy="Ask again in some seconds.",
            code="network_pending",
        )
    return report


def _wanted(
    report: NetworkReport | None, kinds: list[FindingKind] | None, township: str
) -> list[NetworkFinding]:
    if report is None:
        return []
    return [
        each
        for each in report.findings
        if (not kinds or each.kind in kinds) and township in {"", each.township_code}
    ]


def _townships(findings: list[NetworkFinding]) -> tuple[TownshipCount, ...]:
    counts = Counter(each.township_code for each in findings)
    names = {each.township_code: each.township for each in findings}
    return tuple(
        TownshipCount(code=code, name=names[code], findings=counts[code]) for code in sorted(counts)
    )
