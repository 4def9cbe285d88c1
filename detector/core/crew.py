"""Threads that share the work of a call with its caller.

On a CPU the fastest way through many pictures is one picture per core from beginning to end:
measured on 2 cores, a session of one thread for each of two workers beats one session of two
threads, and by 1.8 times when a neighbour uses one of the cores (``docs/performance.md``).
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

__all__ = ["Crew"]


class Crew:
    """A caller and its helpers.

    Args:
        size: threads that work on one call, the caller's own included; at least 1.
    """

    def __init__(self, size: int) -> None:
        self._helpers = size - 1
        # Its threads start with the first call that needs them, and end with the crew.
        self._pool = ThreadPoolExecutor(max(1, self._helpers), thread_name_prefix="detector")

    def run(self, jobs: Sequence[Callable[[], None]]) -> None:
        """Do all jobs, in no particular order; the caller works as well, and never waits idle.

        Several callers may run at once: each brings its own thread, the helpers serve all.

        Raises:
            Exception: what a job raised; jobs not begun by then are left out.
        """
        waiting = deque(jobs)

        def work() -> None:
            while True:
                try:
                    job = waiting.popleft()
                except IndexError:
                    return
                try:
                    job()
                except BaseException:
                    waiting.clear()
                    raise

        helping = [self._pool.submit(work) for _ in range(min(self._helpers, len(jobs) - 1))]
        try:
            work()
        finally:
            # Helpers that another caller keeps busy have nothing left to do here.
            helping = [helper for helper in helping if not helper.cancel()]
            failures = [helper.exception() for helper in helping]
        for failure in failures:
            if failure is not None:
                raise failure
