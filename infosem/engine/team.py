"""Threads that share out the parts of a step."""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import torch

__all__ = ["Team", "split", "team"]


class Team:
    """Threads that share out the parts of a step and sleep while they wait.

    Threads that spin while they wait, as OpenMP's do, are fast on an idle machine and ruinous on a
    busy one, where they take time from those that they wait for.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._workers = [_Worker() for _ in range(size - 1)]

    def run(self, jobs: Sequence[Callable[[], None]]) -> None:
        """Run the jobs, in this and the other threads, and wait for all of them."""
        left = deque(jobs)

        def work() -> None:
            with contextlib.suppress(IndexError):
                while True:
                    left.popleft()()

        busy = self._workers[: len(jobs) - 1]
        for worker in busy:
            worker.begin(work)
        try:
            work()
        finally:
            for worker in busy:
                worker.wait()

    def each(self, job: Callable[[int], None]) -> None:
        """Run the job for the number of every thread."""
        self.run([partial(job, i) for i in range(self.size)])

    def dismiss(self) -> None:
        """End the threads."""
        for worker in self._workers:
            worker.begin(None)


class _Worker:
    """A thread with two locks, which take a quarter of the time of an executor and its futures."""

    def __init__(self) -> None:
        self._has_work, self._is_done = threading.Lock(), threading.Lock()
        self._has_work.acquire()
        self._is_done.acquire()
        self._job: Callable[[], None] | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._live, daemon=True).start()

    def _live(self) -> None:
        torch.set_num_threads(1)
        while True:
            self._has_work.acquire()
            if self._job is None:
                return
            try:
                self._job()
            except BaseException as error:
                self._error = error
            self._is_done.release()

    def begin(self, job: Callable[[], None] | None) -> None:
        self._job = job
        self._has_work.release()

    def wait(self) -> None:
        """Until the job has ended, even when interrupted; raise its error."""
        found: BaseException | None = None
        while True:
            try:
                self._is_done.acquire()
                break
            except KeyboardInterrupt as interrupt:
                found = interrupt
        found, self._error = self._error or found, None
        if found is not None:
            raise found


@contextlib.contextmanager
def team(size: int) -> Iterator[Team]:
    """Threads for as long as the context lasts, in which torch's operations use one thread each."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    threads = Team(size)
    try:
        yield threads
    finally:
        threads.dismiss()
        torch.set_num_threads(before)


def split(length: int, size: int) -> list[slice]:
    """`size` even parts of a range, some of which may be empty."""
    bounds = np.linspace(0, length, size + 1).round().astype(int).tolist()
    return [slice(a, b) for a, b in pairwise(bounds)]
