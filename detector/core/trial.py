"""A short trial at start: which arrangement of this machine's cores gets most pictures done.

It is bounded (:data:`TRIAL_S`), the candidates take turns, and what a neighbour of this machine
disturbs does not count. Where nothing can be told, because there is no time or the machine's other
work leaves no quiet moment, the usual arrangement stays and the next start tries again: measured on
a machine with six times as much work as cores, one run on all threads seemed three times as fast,
only because the system favours threads that often wait.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime

from detector.core.arrangement import Arrangement, best, candidates
from detector.core.arrangement_memory import Place, recall, remember
from detector.core.machine import processor_name, usable_cores
from detector.core.session import Network
from models.zoo.registry import ModelCard

__all__ = ["settle", "take_turns"]

logger = logging.getLogger(__name__)

TRIAL_S = 2.5
MOST_ROUNDS = 12
QUIET_SHARE = 0.85
"""So much of its cores the usual arrangement must have had in its best round, to be judged by."""
SHAPE = (1, 3, 384, 640)
"""What a picture of 16 : 9 becomes at 640 pixels."""


def settle(
    network: Network, card: ModelCard, threads: int, memory: Path
) -> tuple[Network, Arrangement]:
    """Arrange a network as is best here, from memory or by a trial.

    Args:
        network: loaded in the usual arrangement.
        card: its.
        threads: that share the work of a call.
        memory: file of what was measured before.
    """
    place = Place(
        processor=processor_name(),
        cores=usable_cores(),
        threads=threads,
        provider=network.provider,
        runtime=onnxruntime.__version__,
        weights=card.sha256,
    )
    usual, *others = candidates(threads)
    known = recall(memory, place)
    if known is not None:
        return network if known == usual else network.arranged(known), known
    ends_s = time.monotonic() + TRIAL_S
    networks = {usual: network}
    for other in others:
        if time.monotonic() < ends_s:
            networks[other] = network.arranged(other)
    work = 2 * threads
    planes = np.full(SHAPE, 114, np.uint8)
    shares: dict[Arrangement, list[float]] = {one: [] for one in networks}
    with ThreadPoolExecutor(threads) as hands:

        def run(arrangement: Arrangement) -> float:
            took_s, share = _turn(networks[arrangement], arrangement, planes, work, hands)
            shares[arrangement].append(share)
            return took_s

        seconds = take_turns(list(networks), run, time.monotonic, ends_s)
    chosen = best(seconds)
    if chosen is None or max(shares[usual]) < QUIET_SHARE:
        logger.info("no quiet time to try arrangements of the cores; %s as usual", usual.name)
        return network, usual
    rates = {one: work / min(each) for one, each in seconds.items()}
    logger.info("cores arranged as %s, tried: %s", chosen.name, _words(rates))
    remember(memory, place, chosen, rates)
    return networks[chosen], replace(chosen, origin="measured")


def take_turns(
    contenders: list[Arrangement],
    run: Callable[[Arrangement], float],
    now_s: Callable[[], float],
    ends_s: float,
) -> dict[Arrangement, list[float]]:
    """Let all work in turns, forwards and backwards, until the time is over or enough is known.

    Args:
        contenders: the usual arrangement first.
        run: lets one work, and answers with the seconds that it took.
        now_s: the time.
        ends_s: after it no turn begins.
    """
    seconds: dict[Arrangement, list[float]] = {one: [] for one in contenders}
    for number in range(-1, MOST_ROUNDS):  # a first round warms up and does not count
        for contender in contenders[:: -1 if number % 2 else 1]:
            if now_s() >= ends_s:
                return seconds
            took_s = run(contender)
            if number >= 0:
                seconds[contender].append(took_s)
    return seconds


def _turn(
    network: Network,
    arrangement: Arrangement,
    planes: np.ndarray,
    work: int,
    hands: ThreadPoolExecutor,
) -> tuple[float, float]:
    """Seconds for the work, and which share of its cores it had meanwhile."""
    workers = arrangement.workers
    shares = [work // workers + (number < work % workers) for number in range(workers)]

    def several(runs: int) -> None:
        for _ in range(runs):
            network.run(planes, beside=True)

    started_s, spent_s = time.perf_counter(), time.process_time()
    list(hands.map(several, shares))
    took_s, spent_s = time.perf_counter() - started_s, time.process_time() - spent_s
    return took_s, spent_s / (took_s * workers * arrangement.threads_each)


def _words(rates: dict[Arrangement, float]) -> str:
    return ", ".join(f"{one.name} {rate:.1f} pictures/s" for one, rate in rates.items())
