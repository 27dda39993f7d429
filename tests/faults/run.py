"""Do the tests notice a fault? `python tests/faults/run.py [NAME ...]` puts faults in and counts.

Each fault of infosem.toml and infosem_study.toml is put, alone, into a copy of the repository, and
the tests that should notice it are run there: they fail, or it has SURVIVED. A survivor wants a
test. The exit status is 1 where less than 95% of the faults are noticed, and 2 where the tests fail
without any. This takes half an hour and is no part of `make test`; tests/book/test_faults.py sees
to it that every fault can still be put in.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WANTED = 0.95
LIMIT = 600  # seconds; what has not ended by then has been noticed


@dataclass(frozen=True)
class Fault:
    """One small fault.

    Attributes
    ----------
    name : str
    package : str
        "infosem" or "infosem_study"; in which of its files the code is, is searched for.
    code, becomes : str
        A piece of code that occurs once in the package, and what stands there instead.
    breaks : str
        What is wrong then.
    tests : list of str
        Which should notice: names of test files or of functions, wherever these are.
    """

    name: str
    package: str
    code: str
    becomes: str
    breaks: str
    tests: list[str]

    def place(self, root: Path) -> tuple[Path, str]:
        """The file in which the code is, and its text with the fault."""
        texts = {path: path.read_text("utf-8") for path in (root / self.package).rglob("*.py")}
        counts = {path: n for path, text in texts.items() if (n := text.count(self.code))}
        if sum(counts.values()) != 1:
            where = ", ".join(str(path.relative_to(root)) for path in sorted(counts))
            raise ValueError(
                f"{self.name}: the code occurs {sum(counts.values())} times in {self.package} "
                f"({where or 'nowhere'}); give another piece, or drop the fault"
            )
        (path,) = counts
        return path, texts[path].replace(self.code, self.becomes)

    def arguments(self, root: Path) -> list[str]:
        """What names its tests on pytest's command line."""
        found = []
        for name in self.tests:
            files = [
                path.relative_to(root).as_posix()
                for path in sorted((root / "tests").rglob("test_*.py"))
                if path.name == name or re.search(rf"^def {name}\(", path.read_text("utf-8"), re.M)
            ]
            if not files:
                raise ValueError(f"{self.name}: there is no test {name}; name another")
            found += files if name.endswith(".py") else [f"{file}::{name}" for file in files]
        return found


def read() -> list[Fault]:
    """All faults, in the order of the files."""
    return [
        Fault(name, package, **fields)
        for package in ("infosem", "infosem_study")
        for name, fields in tomllib.loads(
            Path(__file__).with_name(f"{package}.toml").read_text("utf-8")
        ).items()
    ]


def test(
    root: Path, arguments: Sequence[str], limit: float | None = None
) -> tuple[int | None, str]:
    """Exit status of pytest in a copy of the repository, None after `limit` s; and its output."""
    environment = os.environ | {
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",  # a file changes twice in a second, and keeps its size
        "OMP_NUM_THREADS": "1",  # the tests are small, and waiting threads slow them down
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return None, process.communicate()[0]
    return process.returncode, output


def main(names: Sequence[str]) -> int:
    """Put in the faults of these names, or all; return the exit status."""
    faults = {fault.name: fault for fault in read()}
    if unknown := set(names) - set(faults):
        print(f"no such fault: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    chosen = [faults[name] for name in names or faults]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "copy")
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".*", "_build", "__pycache__"))
        every = dict.fromkeys(argument for fault in chosen for argument in fault.arguments(root))
        status, output = test(root, [*every])
        if status != 0:
            print(output, "\nthe tests fail without a fault", sep="", file=sys.stderr)
            return 2
        survivors = []
        for fault in chosen:
            path, faulty = fault.place(root)
            sound, started = path.read_text("utf-8"), time.monotonic()
            path.write_text(faulty, "utf-8")
            status, output = test(root, ["-x", *fault.arguments(root)], LIMIT)
            path.write_text(sound, "utf-8")
            if status not in (0, 1, None):  # pytest could not even collect them
                print(output, file=sys.stderr)
            noticed = status in (1, None)
            word = "noticed " if noticed else "SURVIVED"
            seconds = time.monotonic() - started
            print(f"{word} {fault.name}: {fault.breaks} ({seconds:.0f} s)", flush=True)
            survivors += [fault.name] * (not noticed)
    share = 1 - len(survivors) / len(chosen)
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} noticed ({share:.0%})")
    return int(share < WANTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
