"""Reports of the city's platform, taken one by one; and what became of them."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from api.auth.scope import Scope
from api.context import Context
from api.exchange.fields import Row
from api.exchange.inbound import read_report
from api.exchange.mapping import Mapping
from api.exchange.schemas import ReportAnswer, ReportsAnswer
from api.exchange.service import Desk
from api.exchange.writing import Value, written
from api.incidents.facts import incident_facts
from api.languages import Language, problem_words
from api.observations.witnessing import check_near
from detector.incidents import Correlator
from models.crossing import Report
from models.errors import Conflict, InputRefused, NotFound
from models.incident import Incident
from models.observation import Observation

__all__ = ["result_of", "take_all"]


def take_all(
    context: Context, scope: Scope, reports: Sequence[dict[str, Any]], language: Language
) -> ReportsAnswer:
    """Take what can be taken; each row is on the disk, or refused with its reason, by itself.

    A row may be outside the townships of who hands it in: whoever is told of a fire says so.

    Raises:
        ExchangeStopped: the mapping file cannot be used; then nothing was taken.
        WatchError: the store failed; what was taken before is known when it comes again.
    """
    desk = Desk.of(context)
    return ReportsAnswer(
        results=tuple(
            _result(desk, scope, number, row, language) for number, row in enumerate(reports)
        )
    )


def result_of(context: Context, scope: Scope, external_id: str) -> dict[str, Value]:
    """What became of a report of the asker's own.

    Of a fire that is not in their townships nothing is told, and of orders only theirs.

    Raises:
        NotFound: they never handed in such a number.
        ExchangeStopped: the mapping file cannot be used.
    """
    desk, store = Desk.of(context), context.store
    known = store.exchange.known(scope.user.name, external_id)
    if known is None:
        raise NotFound("There is no report of that number of yours.")
    kept = store.observations.get(known.observation_id)
    incident = None if kept.incident_id is None else store.incidents.get(kept.incident_id)
    if incident is not None and not scope.sees(incident):
        incident = None
    values: dict[str, Any] = {
        "external_id": external_id,
        "received_at": known.received_at,
        "withdrawn_at": kept.withdrawn_at,
        **_of_fire(desk, scope, incident),
    }
    return written(desk.mapping, Row.RESULTS, values)


def _of_fire(desk: Desk, scope: Scope, incident: Incident | None) -> dict[str, Any]:
    if incident is None:
        return {
            **dict.fromkeys(("incident_id", "incident_state", "reason")),
            **dict.fromkeys(("order_ids", "order_states", "answers"), ()),
        }
    number = incident.incident_id
    orders = [
        one
        for one in desk.context.store.orders.of_fires([number]).get(number, [])
        if scope.is_whole or one.draft.township in scope.user.townships
    ]
    return {
        "incident_id": number,
        "incident_state": incident.state.value,
        "reason": incident_facts(desk.context, incident).values["reason"],
        "order_ids": tuple(one.order_id for one in orders),
        "order_states": tuple(one.state.value for one in orders),
        "answers": tuple(None if one.answer is None else one.answer.value for one in orders),
    }


def _result(
    desk: Desk, scope: Scope, number: int, row: dict[str, Any], language: Language
) -> ReportAnswer:
    external_id = _number_of(desk.mapping, row)
    try:
        kept = _taken(desk, scope.user.name, row)
    except (InputRefused, NotFound, Conflict) as refusal:
        status = HTTPStatus.CONFLICT if isinstance(refusal, Conflict) else HTTPStatus(422)
        title = problem_words(refusal.code, status, language, status.phrase)
        return ReportAnswer(
            row=number,
            external_id=external_id,
            outcome="refused",
            code=refusal.code,
            title=title,
            detail=refusal.message if language == "en" else title,
            remedy=refusal.remedy if language == "en" else "",
        )
    return ReportAnswer(
        row=number,
        external_id=external_id,
        outcome="taken",
        observation_id=kept.observation_id,
        incident_id=kept.incident_id,
    )


def _taken(desk: Desk, source: str, row: dict[str, Any]) -> Observation:
    context, store = desk.context, desk.context.store
    report = read_report(desk.mapping, row, desk.land.features)
    witness = report.draft.witness
    assert isinstance(witness, Report)  # noqa: S101  # what a report says is a place
    check_near(context, witness.position.lon_deg, witness.position.lat_deg)
    correlator = Correlator(store, store.cameras.standpoints())
    kept, is_new = store.exchange.take(
        report.draft,
        source=source,
        external_id=report.external_id,
        sha256=report.sha256,
        link=correlator.link_of_told(report.draft),
        corrects=report.corrects,
    )
    if is_new and kept.incident_id is not None:
        correlator.settle(kept.incident_id)
        kept = store.observations.get(kept.observation_id)
    return kept


def _number_of(mapping: Mapping, row: dict[str, Any]) -> str:
    """The number as it came, so that a refusal finds its report; empty when it is none."""
    told = row.get(mapping.name(Row.REPORTS, "external_id"))
    return told[:80] if isinstance(told, str) and told.isprintable() else ""
