"""``firewatch exchange``: the mapping file of the city's grid platform."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from api.exchange.fields import FIELDS, Row
from api.exchange.mapping import Mapping, read_mapping
from api.exchange.service import order_values, place_values
from api.exchange.writing import Value, written
from geo.joint import JointPlace
from models.incident import DismissReason
from models.order import (
    Answer,
    ClockState,
    ClosesAt,
    Order,
    OrderDraft,
    OrderEntry,
    OrderEntryKind,
    OrderState,
    Stops,
    Told,
)

__all__ = ["exchange"]

exchange = typer.Typer(help="Exchange of data with the city's grid platform.", no_args_is_help=True)

OPENED: Final = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@exchange.callback()
def group() -> None:
    """Keeps ``check`` a command of its own, alone as it is."""


@exchange.command("check")
def check(file: Annotated[Path, typer.Argument(help="Mapping file, TOML.")]) -> None:
    """Look whether a mapping file can be used; show an invented order as the platform sees it."""
    mapping = read_mapping(file)
    typer.echo(json.dumps(_example(mapping), ensure_ascii=False, indent=2))
    names = [mapping.name(Row.REPORTS, one) for one in FIELDS[Row.REPORTS]]
    typer.echo(f"Fields of reports: {', '.join(one for one in names if one)}.")
    typer.echo(f"{file.name} can be used.")


def _example(mapping: Mapping) -> dict[str, Value]:
    """An order that was answered in time, by a telephone that is not told."""
    township = next((one for one in mapping.codes.township), "500110101")
    village = next((one for one in mapping.codes.village), "500110101001")
    told = Told(OrderEntryKind.ANSWERED, Answer.FALSE, DismissReason.KITCHEN_SMOKE, "炊烟")
    kinds = {OrderEntryKind.OPENED: 0, OrderEntryKind.SEEN: 20, OrderEntryKind.ANSWERED: 150}
    order = Order(
        order_id=1,
        draft=OrderDraft(1, township, (village,), 0.93, ClosesAt.VILLAGE, "entry:1"),
        state=OrderState.CLOSED,
        is_drill=False,
        opened_at=OPENED,
        opened_tick_s=0.0,
        stops=Stops(20.0, 150.0, 150.0, 150.0),
        answer=Answer.FALSE,
        closed_at=OPENED + timedelta(seconds=150),
        version=4,
        entries=tuple(
            OrderEntry(
                number,
                1,
                kind,
                OPENED + timedelta(seconds=after_s),
                float(after_s),
                "duty:1",
                told=told if kind is OrderEntryKind.ANSWERED else None,
            )
            for number, (kind, after_s) in enumerate(kinds.items(), start=1)
        ),
    )
    values = order_values(
        order,
        site_code="500110",
        clocks=dict.fromkeys(("push", "verify", "leave"), ClockState.KEPT.value),
        names={township: "古南街道", village: "示例村"},
        place=place_values(JointPlace(106.6512, 28.8512, 1.0, 240.0, ())),
    )
    return written(mapping, Row.ORDERS, values)
