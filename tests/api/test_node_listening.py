"""Listening to nodes where no broker is, or none that can be had; tests/servers has a real one."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from api_rig import ApiRig
from dock_rig import until

from api.nodes.listening import ListenerFacts, NodeListener
from api.nodes.pushes import Push, Receipt
from models.clock import SystemClock
from models.config.node_broker import NodeBrokerRule
from models.config.nodes import NodesRule


def nothing(_: Push) -> Receipt:
    raise AssertionError


def test_without_a_broker_nothing_listens() -> None:
    listener = NodeListener(NodeBrokerRule(), nothing, SystemClock())
    asyncio.run(listener.run())
    assert listener.facts == ListenerFacts()


def test_a_broker_that_is_not_there_is_tried_again() -> None:
    async def story() -> None:
        rule = NodeBrokerRule(url="mqtt://127.0.0.1:1", keepalive_s=5)
        listener = NodeListener(rule, nothing, SystemClock(), first_wait_s=0.01)
        running = asyncio.create_task(listener.run())
        await until(lambda: listener.facts.last_fault, most_s=30.0)
        assert not listener.facts.is_joined
        assert not running.done()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(story())


def test_health_tells_of_a_lost_broker(api: ApiRig) -> None:
    assert api.client().get("/api/health").json()["node_broker"] is None
    nodes = NodesRule(broker=NodeBrokerRule(url="mqtt://broker.bureau.cn"))
    settings = api.context.settings.model_copy(update={"nodes": nodes})
    rig = replace(api, context=replace(api.context, settings=settings))
    answer = rig.client().get("/api/health")
    health = answer.json()
    assert health["status"] == "degraded"
    assert health["node_broker"] == {"is_joined": False, "taken": 0, "failed": 0, "let_go": 0}
    assert "bureau.cn" not in answer.text
