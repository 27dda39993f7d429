"""A process of its own in which networks are trained, for `ensemble`.

`work`, which it runs, reads pickles from its standard input: what all its trainings share, then one
seed (and resample) after the other. It answers on its standard output, by one word after
each epoch, then by what was found. It ends where its input does, and within seconds where the
process that started it is no more.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infosem.errors import InfosemError
from infosem.training import Fit, fit

__all__ = ["Worker", "end_with_parent", "resampled", "work"]

_COMMAND = "from infosem.worker import work; work()"
_EPOCH = "epoch"
_LOOK = 1.0  # seconds


class Worker:
    """The process, as the one that started it sees it.

    Parameters
    ----------
    threads : int
    shared : dict
        What `training.fit` takes, but the seed.
    """

    def __init__(self, threads: int, shared: dict[str, Any]) -> None:
        # It shall import this very package, wherever this process found it.
        packages = [str(Path(__file__).resolve().parents[1]), *filter(None, sys.path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(packages)}
        for library in ("OMP", "MKL", "OPENBLAS"):  # whose threads would spin
            environment[f"{library}_NUM_THREADS"] = str(threads)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _COMMAND, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for who started it, who ends it
        )
        self._tell({**shared, "threads": threads})

    def _tell(self, what: Any) -> None:
        assert self.process.stdin is not None
        pickle.dump(what, self.process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        self.process.stdin.flush()

    def fit(self, seed: int, resample: int | None, progress: Any) -> Fit:
        """Train there; call `progress` after each epoch."""
        assert self.process.stdout is not None
        try:
            self._tell((seed, resample))
            while (answer := pickle.load(self.process.stdout)) == _EPOCH:
                progress()
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            self.end()
            raise InfosemError(
                f"seed {seed}: its process ended (status {self.process.returncode}); if memory "
                "is short, use fewer at a time: jobs=1"
            ) from error
        if isinstance(answer, InfosemError):
            raise answer
        found: Fit = answer
        return found

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def resampled(expression: Any, resample: int | None) -> Any:
    """The cells, or as many drawn from them with replacement: a bootstrap sample."""
    if resample is None:
        return expression
    n_cells = expression.shape[1]
    drawn: NDArray[np.integer] = np.random.default_rng(resample).integers(n_cells, size=n_cells)
    return expression[:, drawn]


@cache
def end_with_parent(parent: int) -> None:
    """End this process soon after its parent has, however that ended.

    Whoever is killed cannot tell its workers, which would finish what they are doing. The signal
    that Linux sends for this is no way: it comes when the *thread* ends that started the process.

    Parameters
    ----------
    parent : int
        Its process id.
    """

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK)
        os._exit(1)

    threading.Thread(target=look, name="end_with_parent", daemon=True).start()


def work() -> None:
    """Train what is asked for until there is nobody to ask."""
    end_with_parent(int(sys.argv[1]))
    try:
        _work()
    except (EOFError, BrokenPipeError):  # who started it is no more
        os._exit(1)


def _work() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # so that nothing that a library prints gets among the answers

    def answer(what: Any) -> None:
        pickle.dump(what, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()

    questions = sys.stdin.buffer
    shared = pickle.load(questions)
    expression = shared.pop("expression")
    while True:
        try:
            seed, resample = pickle.load(questions)
        except EOFError:
            return
        cells = resampled(expression, resample)
        try:
            answer(fit(cells, seed=seed, progress=lambda: answer(_EPOCH), **shared))
        except InfosemError as error:
            answer(error)
