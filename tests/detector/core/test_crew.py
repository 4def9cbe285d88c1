import threading

import pytest

from detector.core.crew import Crew


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("jobs", [0, 1, 2, 40])
def test_every_job_is_done_once(size: int, jobs: int) -> None:
    done: list[int] = []
    Crew(size).run([lambda number=number: done.append(number) for number in range(jobs)])
    assert sorted(done) == list(range(jobs))


def test_a_crew_of_one_is_its_caller() -> None:
    threads: set[int] = set()
    Crew(1).run([lambda: threads.add(threading.get_ident())] * 8)
    assert threads == {threading.get_ident()}


def test_helpers_work_beside_the_caller() -> None:
    # Passes only when three threads are inside at the same time.
    together = threading.Barrier(3, timeout=30)
    Crew(3).run([together.wait] * 3)


def test_a_failure_comes_out_wherever_it_happens() -> None:
    together = threading.Barrier(2, timeout=30)
    caller = threading.get_ident()

    def fails(*, in_caller: bool) -> None:
        together.wait()
        if (threading.get_ident() == caller) == in_caller:
            raise KeyError(in_caller)

    for in_caller in (True, False):
        with pytest.raises(KeyError, match=str(in_caller)):
            Crew(2).run([lambda where=in_caller: fails(in_caller=where)] * 2)


def test_what_has_not_begun_when_a_job_fails_is_left_out() -> None:
    done: list[int] = []

    def fails() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        Crew(1).run([lambda: done.append(1), fails, lambda: done.append(2)])
    assert done == [1]


def test_a_caller_does_not_wait_for_helpers_that_serve_another() -> None:
    crew = Crew(2)
    busy, release, done = threading.Event(), threading.Event(), list[int]()
    caller = threading.get_ident()

    def blocks_the_helper() -> None:
        if threading.get_ident() == caller:
            assert busy.wait(30)
            # The one helper is inside; this second call must get on without it.
            crew.run([lambda number=number: done.append(number) for number in range(5)])
            release.set()
        else:
            busy.set()
            assert release.wait(30)

    crew.run([blocks_the_helper] * 2)
    assert sorted(done) == list(range(5))
