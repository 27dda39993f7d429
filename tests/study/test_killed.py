"""Who is killed leaves nothing that goes on computing: with real processes, killed for real."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import psutil
import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")

# Runs that would take an hour, each of which says that it has begun.
STUDY = """
import os, time
from pathlib import Path
from infosem_study import Runner

def long(i):
    Path(str(os.getpid())).touch()
    end = time.monotonic() + 3600
    while time.monotonic() < end:
        pass

list(Runner(n_jobs=2).each(long, [(0,), (1,)]))
"""
ENSEMBLE = """
import os
from pathlib import Path
from infosem import infer_ensemble, simulate, worker

start = worker.Worker.__init__
def told(self, *given):
    start(self, *given)
    Path(str(self.process.pid)).touch()
worker.Worker.__init__ = told
infer_ensemble(simulate(), seeds=2, jobs=2, epochs=10**6)
"""


def workers(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.iterdir() if path.name.isdigit()]


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait(until: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        time.sleep(0.1)
    return until()


def begins(process: subprocess.Popen[bytes], folder: Path) -> bool:
    return wait(lambda: len(workers(folder)) == 2 or process.poll() is not None, 900)


@pytest.mark.parametrize("how", ["study", "ensemble", "papermill"])
def test_workers_end_with_who_started_them(how: str, tmp_path: Path) -> None:
    code = ENSEMBLE if how == "ensemble" else STUDY
    command = [sys.executable, "-c", code]
    if how == "papermill":
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        notebook.metadata.kernelspec = {
            "name": "python3", "display_name": "Python 3", "language": "python",
        }  # fmt: skip
        nbformat.write(notebook, tmp_path / "a.ipynb")
        command = [sys.executable, "-m", "papermill", "a.ipynb", "b.ipynb"]
    started: list[int] = []
    try:
        for _ in range(3):  # anew where a kernel lost a port: see tests/book/test_notebooks.py
            with open(tmp_path / "said", "w") as said:
                process = subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=said)
            begun = begins(process, tmp_path)
            if "Kernel died before replying" not in (tmp_path / "said").read_text():
                break
        assert begun and process.poll() is None, (tmp_path / "said").read_text()
        started = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        assert {*workers(tmp_path)} <= {*started}
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    try:
        assert wait(lambda: not any(map(is_running, workers(tmp_path))), 60)
    finally:
        for pid in filter(is_running, started):
            os.kill(pid, signal.SIGKILL)
