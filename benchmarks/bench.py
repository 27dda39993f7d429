"""How long, and with how much memory, one network is inferred: this package beside its peers.

    python benchmarks/bench.py            everything: hours
    python benchmarks/bench.py --quick    minutes; what is extrapolated is said so
    python benchmarks/bench.py --parts literal limit --repeats 1    some of it

Every measurement runs in a process of its own, so that its peak memory is its own and nothing is
warm, and takes the time of the inference alone, without imports and loading. Its row is appended to
a file of JSON lines as soon as it ends, so that a run can be stopped and resumed at any time: rows
that the file has for this machine are not measured again. Repeats go round robin over the methods
of a data set: a noisy minute on the machine hits all of them.

Where only a part of a run is measured, the whole is extrapolated from the time of one epoch, step
or target. For the peers the time to start is left out of that, in their favour. Of ours, the first
epochs are measured, which take longest.
"""

import argparse
import contextlib
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, time
from typing import Any

import anndata
import numpy as np
import pandas as pd
import psutil
import torch
from literal import fit_literally
from peers import grnboost2, rustscenic
from scipy import sparse
from scipy.stats import spearmanr

from infosem.data import CELLS, Dataset, data_available, data_folder, simulate
from infosem.engine.products import product
from infosem.errors import InfosemError
from infosem.infer import DEFAULTS, PRESETS, Network, infer, sped_up
from infosem.metrics import auprc
from infosem.splits import make_split
from infosem.training import Settings, fit
from infosem_study.baselines.regdiffusion import regdiffusion
from infosem_study.environment import (
    by_name,
    machine,
    peak_memory_mib,
    reset_peak_memory,
    versions,
)
from infosem_study.pages import speed
from infosem_study.variants import load

MEASURED = Path(__file__).with_name("measured.jsonl")
QUICK = Path(__file__).with_name("quick.jsonl")

PARTS = (
    "network", "literal", "agreement", "genes", "tfs", "cells", "limit", "many", "busy",
    "transcriptome", "atlas", "accuracy",
)  # fmt: skip
OURS = ("DeepSEM", "InfoSEM-B", "InfoSEM-BC")
FAST = "InfoSEM-B, fast"  # infer(preset="fast")
TFS_ONLY = "InfoSEM-B, TFs only"  # infer(regulators="tfs")
PEERS = {  # what they import
    "RegDiffusion": "regdiffusion", "GRNBoost2": "arboreto.core", "rustscenic": "rustscenic.grn",
}  # fmt: skip
TREES = ("GRNBoost2", "rustscenic")
LITERAL = "literal DeepSEM"

QUICK_EPOCHS = 48  # of ours, where they are extrapolated
REGDIFFUSION_STEPS = 1000
# RegDiffusion's first eleven steps are cheaper than the others: they lack the sparsity term.
REGDIFFUSION_FIRST = 12
# GRNBoost2 is repeated where its first run took less than this, in s.
REPEAT_GRNBOOST2_WITHIN = 180.0


@dataclass(frozen=True)
class Task:
    """One measurement.

    Attributes
    ----------
    part : str
        Which question it belongs to; see `plan`.
    method : str
    dataset : str
        A BEELINE cell, or "simulated" with the number of `genes` and `cells`.
    amount : int, optional
        Epochs, steps (RegDiffusion) or targets (GRNBoost2, rustscenic) to run; by default all of a
        network.
    repeat : int
        Also the seed.
    tfs : int, optional
        Of simulated data, by default a twentieth of the genes.
    network : str
        Of real data: which network is asked for.
    """

    part: str
    method: str
    dataset: str
    genes: int | None = None
    cells: int | None = None
    amount: int | None = None
    repeat: int = 0
    tfs: int | None = None
    network: str = "cell-type-specific"

    def __str__(self) -> str:
        size = "" if self.genes is None else f" {self.genes} genes x {self.cells} cells"
        size += "" if self.tfs is None else f", {self.tfs} TFs"
        size += " (non-specific)" if self.network.startswith("non") else ""
        amount = "" if self.amount is None else f", {self.amount} {unit(self.method)}s"
        return f"{self.part}: {self.method}, {self.dataset}{size}{amount}, run {self.repeat + 1}"


def unit(method: str) -> str:
    """What a run of the method consists of."""
    return "step" if method == "RegDiffusion" else "target" if method in TREES else "epoch"


# --- what is measured -----------------------------------------------------------------------------


def plan(*, quick: bool, real: bool) -> list[Task]:
    """The measurements, in order.

    network
        A whole network on each real data set, by everyone; by the slower peers a part of one.
    literal
        The literal model for three epochs, on the first data set.
    agreement
        The literal model for all epochs, and ours: do the objective and the ranking of edges agree?
    genes, tfs, cells
        Simulated data of growing size.
    limit
        The arithmetic that cannot be avoided, beside the measured time.
    many
        One process per core, each with one thread, beside one process with all threads.
    busy
        A network alone, and beside as many busy processes as there are cores.
    transcriptome
        20,000 genes, 1,600 TFs and 3,000 cells, of sparse counts from a file.
    atlas
        100,000 cells and 3,000 genes, likewise, for an epoch.
    accuracy
        What the fast preset, and TFs as the only regulators, cost on the eight networks.
    """
    stand_in = Task("", "", "simulated", genes=800, cells=400)
    sets = [replace(stand_in, dataset=c, genes=None, cells=None) for c in CELLS]
    sets = [stand_in] if not real else sets[:1] if quick else sets
    repeats = 1 if quick else 3
    part_of = {"RegDiffusion": 20, "GRNBoost2": 40, LITERAL: 3}
    if quick:
        part_of |= dict.fromkeys(OURS, QUICK_EPOCHS)

    def rounds(
        part: str,
        where: Iterable[Task],
        methods: Iterable[str],
        amount: Callable[[str], int | None],
        times: int = repeats,
    ) -> list[Task]:
        return [
            replace(at, part=part, method=method, amount=amount(method), repeat=repeat)
            for at in where
            for repeat in range(times)
            for method in methods
        ]

    def simulated(genes: Iterable[int], cells: Iterable[int]) -> list[Task]:
        return [replace(stand_in, genes=g, cells=c) for g in genes for c in cells]

    epochs = 6 if quick else 12
    tasks = rounds("network", sets, [*PEERS, *OURS, FAST], part_of.get)
    tasks += rounds("literal", sets[:1], [LITERAL], lambda method: 3)
    tasks += rounds("limit", sets[:1], ["DeepSEM"], part_of.get)
    tasks += rounds("many", sets[:1], ["one process", "one process a core"], lambda method: epochs)
    tasks += rounds("busy", sets[:1], ["alone", "busy"], lambda method: 4 * epochs)
    if quick:
        tasks += rounds("genes", simulated([1000], [400]), [LITERAL, *OURS[:2]], lambda m: 3)
        return tasks
    tasks += rounds(
        "genes", simulated([500, 1000, 2000, 5000], [400]), [LITERAL, "DeepSEM", "rustscenic"],
        lambda method: 6 if method == "DeepSEM" else 1,
    )  # fmt: skip
    large = simulated([500, 1000, 2000, 5000, 10000, 20000], [400])
    tasks += rounds("genes", large, [TFS_ONLY], lambda method: 6)
    several = [replace(stand_in, genes=5000, tfs=n) for n in (125, 250, 500, 1000, 2000)]
    tasks += rounds("tfs", several, [TFS_ONLY, "rustscenic"],
                    lambda method: 1 if method == "rustscenic" else 6)  # fmt: skip
    tasks += rounds(
        "cells", simulated([1000], [100, 200, 400, 800, 1600]), ["DeepSEM"], lambda method: 6
    )
    tasks.append(replace(sets[0], part="agreement", method=LITERAL))
    counts = Task("transcriptome", "", "counts", genes=20000, cells=3000, tfs=1600)
    tasks.append(replace(counts, method="rustscenic", amount=1))
    tasks.append(replace(counts, method="DeepSEM"))
    tasks.append(Task("atlas", "DeepSEM", "counts", genes=3000, cells=100_000, tfs=150, amount=1))
    networks = [
        replace(at, network=network)
        for at in sets
        for network in ("cell-type-specific", "non-cell-type-specific")
        if real
    ]
    tasks += rounds("accuracy", networks, ["InfoSEM-B", FAST, TFS_ONLY], lambda method: None)
    return tasks


def tiny_plan() -> list[Task]:
    """What takes seconds: the literal model beside DeepSEM on a small simulated data set."""
    return [
        Task("literal", method, "simulated", genes=100, cells=200, amount=6)
        for method in (LITERAL, "DeepSEM")
    ]


# --- one measurement, in a process of its own -----------------------------------------------------


def measure(task: Task) -> dict[str, Any]:
    """Carry out a task and return its row."""
    torch.set_num_threads(n_cores())
    dataset = _dataset(task)
    special = {
        "agreement": _agreement, "limit": _limit, "many": _many, "busy": _busy,
        "transcriptome": _from_file, "atlas": _from_file, "accuracy": _accuracy,
    }  # fmt: skip
    started, busy, own = perf_counter(), _busy_seconds(), _own_seconds()
    result = special.get(task.part, _timed)(task, dataset)
    others = _busy_seconds() - busy - (_own_seconds() - own)
    share = max(0.0, others / (n_cores() * (perf_counter() - started)))
    found = versions()
    if task.method in PEERS:
        package = PEERS[task.method].split(".")[0]
        found |= {name: metadata.version(name) for name in (package, "scikit-learn")}
    return {
        "task": asdict(task),
        "part": task.part,
        "method": task.method,
        "dataset": task.dataset,
        "genes": dataset.n_genes,
        "cells": dataset.n_cells,
        "tfs": dataset.n_tfs,
        "repeat": task.repeat,
        "unit": unit(task.method),
        "threads": n_cores(),
        **result,
        "extrapolated": result["amount"] < result["whole"],
        "others_share": round(share, 3),
        "machine": by_name(machine()),
        "versions": found,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def n_cores() -> int:
    """Number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


def _busy_seconds() -> float:
    """Processor time that the whole machine has spent, in s."""
    times = psutil.cpu_times()._asdict()
    return float(sum(times[name] for name in ("user", "nice", "system") if name in times))


def _own_seconds() -> float:
    """Processor time of this process, of its workers and of those that have ended, in s."""
    own = psutil.Process()
    total = sum(own.cpu_times()[:4])  # user, system, and both of children that have ended
    for child in own.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(child.cpu_times()[:2])
    return float(total)


def _dataset(task: Task) -> Dataset:
    if task.dataset in ("simulated", "counts"):
        assert task.genes is not None and task.cells is not None
        n_tfs = task.tfs or task.genes // 20  # about the share of TFs among the real genes
        if task.dataset == "counts":
            return _counts(task.genes, n_tfs, task.cells)
        return simulate(n_tfs, task.genes - n_tfs, task.cells)
    of_text = task.method.startswith("InfoSEM")
    dataset = load(task.dataset, task.network, embedding="MiniLM" if of_text else None)
    if task.method not in TREES:
        return dataset
    folder = data_folder()
    assert folder is not None
    names = pd.read_csv(folder / "beeline" / task.dataset / "tfs.csv.gz")["TF"].str.upper()
    tfs = dataset.genes.argsort()
    tfs = tfs[np.isin(dataset.genes[tfs], names)]
    return replace(dataset, tfs=tfs, network=np.zeros((len(tfs), dataset.n_genes), dtype=bool))


def _counts(genes: int, tfs: int, cells: int) -> Dataset:
    """Counts without a network, 90% of them zero, log-normalised, by way of an .h5ad file."""
    rng = np.random.default_rng(0)
    level = rng.gamma(0.5, size=genes)
    blocks = []
    for start in range(0, cells, 1000):
        size = rng.lognormal(0, 0.3, size=(min(1000, cells - start), 1))
        # The mean count at which a tenth of them is not zero.
        blocks.append(sparse.csr_array(rng.poisson(0.115 * size * level / level.mean())))
    counts = sparse.vstack(blocks, format="csr").astype(np.float32)
    counts = sparse.csr_array(counts.multiply(1e4 / np.maximum(counts.sum(1), 1)[:, None]))
    counts.data = np.log1p(counts.data)
    names = [f"G{i}" for i in range(genes)]
    frame = {"obs": pd.DataFrame(index=[f"C{i}" for i in range(cells)]),
             "var": pd.DataFrame(index=names)}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "counts.h5ad"
        anndata.AnnData(counts, **frame).write_h5ad(path)
        del counts, blocks
        return Dataset.from_anndata(path, names[:tfs])


def _inferring(task: Task, dataset: Dataset) -> tuple[Callable[[int], Any], int]:
    """What a user would call, as a function of the number of epochs; and how many there are."""
    method, _, how = task.method.partition(", ")
    more: dict[str, Any] = {"preset": "fast"} if how == "fast" else {}
    if how == "TFs only":
        more["regulators"] = "tfs"
    if method == "InfoSEM-BC":
        more["known_edges"] = make_split(dataset, seed=0).train_edges(dataset.network)
    released = DEFAULTS[method]
    if task.network == "non-cell-type-specific":
        more |= _NON_SPECIFIC
        released = replace(released, epochs=_NON_SPECIFIC_EPOCHS)
    whole = sped_up(released, PRESETS[more.get("preset", "released")]).epochs

    def run(epochs: int) -> Network:
        return infer(dataset, method, seed=task.repeat, epochs=epochs, **more)

    return run, whole


# As the released DeepSEM on non-specific networks (Hyperparameter.MD).
_NON_SPECIFIC = {"alpha": 100.0, "beta": 1.0, "mask_zeros": False}
_NON_SPECIFIC_EPOCHS = 90


def _timed(task: Task, dataset: Dataset, *, resets: bool = True) -> dict[str, Any]:
    """Time and peak memory of one inference, or of a part of it."""
    if task.method in PEERS:
        importlib.import_module(PEERS[task.method])
        run, whole = _peer(task, dataset)
    else:
        run, whole = _ours(task, dataset)
    if resets:
        reset_peak_memory()
    if task.amount is None or task.method not in PEERS:
        amount = task.amount or whole
        if task.part == "network" and amount < whole:
            run(3)  # loads compiled code, which is not to be extrapolated
        seconds = _seconds(run, amount)
    elif task.method == "rustscenic":
        amount, seconds = dataset.n_tfs, _seconds(run, 1)
    elif task.method == "RegDiffusion":
        amount = task.amount
        run(1)  # what the first run of a process takes longer is no part of the difference
        start = _seconds(run, REGDIFFUSION_FIRST)
        seconds = _seconds(run, REGDIFFUSION_FIRST + amount) - start
    else:
        amount = task.amount
        run(n_cores())  # starts the workers
        seconds = _seconds(run, amount)
    return {"amount": amount, "whole": whole, "seconds": seconds, "peak_mib": _peak_mib()}


def _seconds(run: Callable[[int], Any], amount: int) -> float:
    started = perf_counter()
    run(amount)
    return perf_counter() - started


def _peer(task: Task, dataset: Dataset) -> tuple[Callable[[int], Any], int]:
    """A function of the number of steps or targets, and how many a network takes."""
    seed = task.repeat
    if task.method == "RegDiffusion":
        return lambda n: regdiffusion(dataset, None, seed=seed, n_steps=n), REGDIFFUSION_STEPS
    order = np.random.default_rng(seed).permutation(dataset.n_genes)
    if task.method == "rustscenic":
        # Whatever the amount: all targets, or the fewest, which are the TFs.
        some = None if task.amount is None else order[:0]
        return lambda n: rustscenic(dataset, seed=seed, targets=some), dataset.n_genes
    return lambda n: grnboost2(dataset, seed=seed, targets=order[:n]), dataset.n_genes


def _ours(task: Task, dataset: Dataset) -> tuple[Callable[[int], Any], int]:
    """A function of the number of epochs, and how many a network takes."""
    if task.method == LITERAL:
        settings = DEFAULTS["DeepSEM"]
        return (
            lambda n: fit_literally(
                dataset.expression, replace(settings, epochs=n), seed=task.repeat
            ),
            settings.epochs,
        )
    return _inferring(task, dataset)


def _peak_mib() -> float:
    """Peak memory of this process and of its workers, in MiB; shared pages count for each."""
    total = peak_memory_mib()
    for child in psutil.Process().children(recursive=True):
        try:
            status = Path(f"/proc/{child.pid}/status").read_text()
        except OSError:  # ended, or not Linux
            continue
        total += sum(int(kib) / 1024 for kib in re.findall(r"VmHWM:\s*(\d+) kB", status))
    return total


def _agreement(task: Task, dataset: Dataset) -> dict[str, Any]:
    """DeepSEM for `amount` epochs (by default all), literally and by this package, same draws."""
    settings = DEFAULTS["DeepSEM"]
    if task.amount is not None:
        settings = replace(settings, epochs=task.amount)
    ours = fit(dataset.expression, settings, seed=task.repeat)
    reset_peak_memory()
    literal = fit_literally(dataset.expression, settings, seed=task.repeat)
    pairs = ~np.eye(dataset.n_genes, dtype=bool)
    ends = [f.history["objective"][-1] for f in (ours, literal)]
    return {
        "amount": settings.epochs,
        "whole": settings.epochs,
        "seconds": literal.seconds,
        "peak_mib": _peak_mib(),
        "our_seconds": ours.seconds,
        "objective": ends[0],
        "objective_difference": abs(ends[0] - ends[1]) / abs(ends[1]),
        "spearman": float(
            spearmanr(np.abs(ours.adjacency[pairs]), np.abs(literal.adjacency[pairs])).statistic
        ),
    }


def _limit(task: Task, dataset: Dataset) -> dict[str, Any]:
    """DeepSEM beside the rate at which this process multiplies matrices."""
    settings = DEFAULTS["DeepSEM"]
    epochs = task.amount or settings.epochs
    fit(dataset.expression, replace(settings, epochs=3), seed=task.repeat)  # compiles, if need be
    before = _best_gflops(dataset.n_genes)
    reset_peak_memory()
    seconds = fit(dataset.expression, replace(settings, epochs=epochs), seed=task.repeat).seconds
    return {
        "amount": epochs,
        "whole": settings.epochs,
        "seconds": seconds,
        "peak_mib": _peak_mib(),
        "gflops": (before + _best_gflops(dataset.n_genes)) / 2,
        "gflop": unavoidable_flops(dataset.n_genes, dataset.n_cells, epochs) / 1e9,
    }


def unavoidable_flops(genes: int, cells: int, epochs: int) -> int:
    """Floating-point operations of the products with P x P matrices that no step can do without.

    A row times a P x P matrix is 2 P^2 operations, and so is an outer product of two rows. A step
    with a batch of B cells needs, of these, in `model.StructuralModel.negative_elbo`:

    where A is trained (7 B)
        2 B for the mean and the log-variance times I - A, B for the noise times its inverse, taken
        as given; back, B for the adjoint times the inverse, and 3 B outer products for the gradient
        with respect to A: of the mean, the log-variance and the solution, with their adjoints. The
        encoder's outputs are constant then and need no gradient.
    where the networks are trained (6 B)
        the same 2 B and B; back, B for the adjoint times the inverse and 2 B for the adjoints of
        the mean and the log-variance times (I - A)^T. A needs no gradient.

    Every batch together holds all cells, and every third epoch, from the first, trains the
    networks. Not counted: the networks themselves, the inverse and its renewals, the corrections of
    the solves, and all that passes over P x P entries without multiplying, such as RMSprop.
    """
    network_epochs = (epochs + 2) // 3
    return 2 * genes**2 * cells * (6 * network_epochs + 7 * (epochs - network_epochs))


def _best_gflops(genes: int, rows: int = 129, products: int = 30) -> float:
    """Median rate of a product of a step, by the fastest library at hand, in 1e9 operations a s.

    Of torch's MKL, its oneDNN, and numpy's BLAS, each with all threads.
    """
    a, b = torch.rand(rows, genes), torch.rand(genes, genes)
    x, y, out = a.numpy(), b.numpy(), np.empty((rows, genes), dtype=np.float32)
    ways: list[Callable[[], Any]] = [
        lambda: torch.mm(a, b), lambda: product(a, b), lambda: np.matmul(x, y, out=out),
    ]  # fmt: skip
    rates = []
    for way in ways:
        way()
        seconds = np.median([_seconds(lambda _, way=way: way(), 1) for _ in range(products)])
        rates.append(2 * rows * genes**2 / float(seconds) / 1e9)
    return max(rates)


def _busy(task: Task, dataset: Dataset) -> dict[str, Any]:
    """DeepSEM, alone or beside as many processes that compute as there are cores."""
    settings = replace(DEFAULTS["DeepSEM"], epochs=task.amount or 12)
    fit(dataset.expression, replace(settings, epochs=3), seed=task.repeat)
    others = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(n_cores() if task.method == "busy" else 0)
    ]
    reset_peak_memory()
    try:
        seconds = fit(dataset.expression, settings, seed=task.repeat).seconds
    finally:
        for other in others:
            other.kill()
    return {
        "amount": settings.epochs, "whole": settings.epochs, "seconds": seconds,
        "peak_mib": _peak_mib(),
    }  # fmt: skip


def _from_file(task: Task, dataset: Dataset) -> dict[str, Any]:
    """As `_timed`, with the memory that reading the file took."""
    del dataset
    reset_peak_memory()
    dataset = _dataset(task)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*are taken as regulators")
        return _timed(task, dataset, resets=False)


def _accuracy(task: Task, dataset: Dataset) -> dict[str, Any]:
    """One network, judged by all pairs of its TFs and within them."""
    run, whole = _inferring(task, dataset)
    reset_peak_memory()
    started = perf_counter()
    scores = run(whole).scores
    seconds = perf_counter() - started
    gains, labels, values = [], [], []
    for row, tf in enumerate(dataset.tfs):
        others = np.arange(dataset.n_genes) != tf
        positive, score = dataset.network[row, others], scores[row, others]
        labels.append(positive)
        values.append(score)
        share = positive.mean()
        if 0 < share < 1:
            gains.append((auprc(positive, score) - share) / (1 - share))
    return {
        "amount": whole, "whole": whole, "seconds": seconds, "peak_mib": _peak_mib(),
        "network": task.network, "gain_within_tfs": float(np.mean(gains)),
        "auprc": auprc(np.concatenate(labels), np.concatenate(values)),
    }  # fmt: skip


def _many(task: Task, dataset: Dataset) -> dict[str, Any]:
    """As many runs as there are cores: in one process each, or one after the other with all."""
    settings = DEFAULTS["DeepSEM"]
    settings = replace(settings, epochs=task.amount or settings.epochs)
    runs = n_cores()
    processes = runs if task.method == "one process a core" else 1
    context = get_context("spawn")
    barrier, results = context.Barrier(processes), context.Queue()
    workers = [
        context.Process(
            target=_runs,
            args=(barrier, results, dataset.expression, settings, runs // processes,
                  runs // processes),
        )
        for _ in range(processes)
    ]  # fmt: skip
    for worker in workers:
        worker.start()
    starts, ends, peaks = zip(*(results.get(timeout=3600) for _ in workers), strict=True)
    for worker in workers:
        worker.join()
    return {
        "amount": settings.epochs,
        "whole": settings.epochs,
        "seconds": max(ends) - min(starts),
        "peak_mib": sum(peaks),
        "runs": runs,
        "processes": processes,
    }


def _runs(
    barrier: Any, results: Any, x: np.ndarray, settings: Settings, n_runs: int, threads: int
) -> None:
    """Wait until all processes are ready, then train `n_runs` times."""
    torch.set_num_threads(threads)
    barrier.wait()
    started = time()
    for seed in range(n_runs):
        fit(x, settings, seed=seed)
    results.put((started, time(), peak_memory_mib()))


# --- all measurements -----------------------------------------------------------------------------


def run(tasks: Iterable[Task], output: Path, *, again: bool = False) -> int:
    """Measure what the file lacks for this machine; return the number of failures."""
    here, failures = by_name(machine()), 0
    lines = output.read_text().splitlines() if output.exists() else []
    stored = [row for row in map(json.loads, lines) if by_name(row["machine"]) == here]
    seconds = {} if again else {_identity(row["task"]): row["seconds"] for row in stored}
    for task in tasks:
        first = seconds.get(_identity(asdict(replace(task, repeat=0))), 0.0)
        if task.method == "GRNBoost2" and task.repeat and first > REPEAT_GRNBOOST2_WITHIN:
            continue
        if _identity(asdict(task)) in seconds:
            continue
        try:
            row = in_child(task)
        except InfosemError as error:
            failures += 1
            print(f"{task}: NOT MEASURED, {error}", file=sys.stderr, flush=True)
            continue
        with output.open("a") as file:
            file.write(json.dumps(row, sort_keys=True) + "\n")
        seconds[_identity(row["task"])] = row["seconds"]
        print(f"{task}: {row['seconds']:.2f} s, {row['peak_mib']:.0f} MiB",
              file=sys.stderr, flush=True)  # fmt: skip
    return failures


def in_child(task: Task) -> dict[str, Any]:
    """`measure` in a new process.

    Raises
    ------
    InfosemError
        With the last line of what the process said, where it failed.
    """
    command = [sys.executable, __file__, "--measure", json.dumps(asdict(task))]
    child = subprocess.run(command, capture_output=True, text=True)
    if child.returncode:
        why = child.stderr.strip().splitlines() or [f"exit status {child.returncode}"]
        raise InfosemError(why[-1])
    row: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return row


def _identity(task: dict[str, Any]) -> tuple[Any, ...]:
    return astuple(Task(**task))


def report(rows: pd.DataFrame) -> str:
    """Every table that the rows allow."""
    sections = [f"Machine: {rows['machine'].iloc[0]}", speed.describe_disturbance(rows)]
    if rows["extrapolated"].any():
        sections.append(
            "Where a part of a run was measured, as the tables say, the whole is extrapolated from "
            f"it. Our first epochs take longest: from {QUICK_EPOCHS} of 150, a network comes out a "
            "tenth to a quarter slower than it is."
        )
    for title, table in speed.sections(rows).items():
        sections.append(f"{title}\n\n{table.to_string(index=False)}")
    return "\n\n".join(sections)


def main() -> int:
    """Measure, print the tables and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="one data set, parts of runs: minutes")
    size.add_argument("--tiny", action="store_true", help="a small simulated data set: seconds")
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="only these questions")
    parser.add_argument("--methods", nargs="+", help="only these methods")
    parser.add_argument("--repeats", type=int, help="at most so many runs of the same")
    parser.add_argument("--output", type=Path, help="file of rows, to which new ones are appended")
    parser.add_argument("--again", action="store_true", help="measure also what the file has")
    parser.add_argument("--measure", help=argparse.SUPPRESS)  # one task, as the child that it is
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(Task(**json.loads(arguments.measure)))))
        return 0
    real = arguments.tiny or data_available() is not None
    if not real:
        print("The real data are not at hand: a simulated set of 800 genes stands in for them.")
    tasks = tiny_plan() if arguments.tiny else plan(quick=arguments.quick, real=real)
    tasks = [
        task
        for task in tasks
        if (arguments.parts is None or task.part in arguments.parts)
        and (arguments.methods is None or task.method in arguments.methods)
        and (arguments.repeats is None or task.repeat < arguments.repeats)
    ]
    output = arguments.output or (QUICK if arguments.quick or arguments.tiny else MEASURED)
    failures = run(tasks, output, again=arguments.again)
    if not output.exists():
        raise InfosemError(f"{output}: nothing could be measured; see the messages above")
    print(report(speed.read(output, machine=by_name(machine()))))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
