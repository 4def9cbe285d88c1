"""The seam of those who play: one contract, in this process and in others, and what death costs."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from worker_rig import MakeTestPlayer

from detector.replay.workers import Here, Listener, Processes, Workers, _work
from models.errors import InputRefused, ModelMismatch

Make = Callable[[Path], Workers[str, str]]


def here(folder: Path) -> Workers[str, str]:
    return Here(MakeTestPlayer(folder))


def processes(folder: Path) -> Workers[str, str]:
    return Processes(2, MakeTestPlayer(folder), lambda task: task)


class Heard:
    def __init__(self) -> None:
        self.answers: dict[str, str | InputRefused] = {}
        self.frames: list[tuple[str, int]] = []

    def listener(self) -> Listener[str, str]:
        return Listener(
            lambda task, frames: self.frames.append((task, frames)),
            lambda task, answer: self.answers.update({task: answer}),
        )


@pytest.mark.parametrize("make", [here, processes])
def test_each_recording_is_answered_and_a_refusal_costs_only_itself(
    make: Make, tmp_path: Path
) -> None:
    heard = Heard()
    tasks = ["play a", "refuse b", "play c", "play d"]
    make(tmp_path).play(tasks, heard.listener())
    assert set(heard.answers) == set(tasks)
    refusal = heard.answers.pop("refuse b")
    assert isinstance(refusal, InputRefused)
    assert (refusal.code, refusal.message) == ("no_footage", "b is no footage.")
    assert all(str(answer).split()[0] == task[-1] for task, answer in heard.answers.items())
    assert heard.frames
    assert all(frames == 1 for _, frames in heard.frames)
    ours = {str(answer).endswith(f" {os.getpid()}") for answer in heard.answers.values()}
    assert ours == {make is here}


@pytest.mark.parametrize("make", [here, processes])
def test_what_is_no_fault_of_a_recording_ends_the_play(make: Make, tmp_path: Path) -> None:
    heard = Heard()
    with pytest.raises(ModelMismatch, match="weights do not run"):
        make(tmp_path).play(["fail a"], heard.listener())
    assert heard.answers == {}
    make(tmp_path).play([], heard.listener())
    assert heard.answers == {}


def test_a_process_that_dies_costs_a_try_and_twice_a_recording(tmp_path: Path) -> None:
    heard = Heard()
    tasks = ["die-once a", "play b", "die c", "play d"]
    processes(tmp_path).play(tasks, heard.listener())
    assert set(heard.answers) == set(tasks)
    refusal = heard.answers["die c"]
    assert isinstance(refusal, InputRefused)
    assert refusal.code == "replay_worker_died"
    assert "die c" in refusal.message
    for task in ("die-once a", "play b", "play d"):
        assert str(heard.answers[task]).startswith(f"{task[-1]} played by")


def test_whoever_listens_may_end_it_and_no_process_stays(tmp_path: Path) -> None:
    pids: list[int] = []

    def enough(_task: str, answer: str | InputRefused) -> None:
        pids.append(int(str(answer).split()[-1]))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        processes(tmp_path).play(
            ["play a", "sleep b"], Listener(lambda _task, _frames: None, enough)
        )
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_process_answers_each_task_and_ends_when_nobody_listens(tmp_path: Path) -> None:
    """The same loop as in other processes, in this one."""
    ours, theirs = multiprocessing.Pipe()
    for task in ("refuse a", "play b"):
        ours.send(task)
    heard: list[object] = []

    def listen() -> None:
        while sum(isinstance(one, str | InputRefused) for one in heard) < 2:
            heard.append(ours.recv())
        ours.close()

    listening = threading.Thread(target=listen)
    listening.start()
    before = signal.getsignal(signal.SIGINT)
    try:
        _work(theirs, MakeTestPlayer(tmp_path))
    finally:
        signal.signal(signal.SIGINT, before)
    listening.join()
    answers = [one for one in heard if isinstance(one, str | InputRefused)]
    assert isinstance(answers[0], InputRefused)
    assert answers[1] == f"b played by {os.getpid()}"
