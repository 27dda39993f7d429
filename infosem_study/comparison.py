"""A comparison of methods: the jobs that it is made of, and the settings that it chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from infosem.errors import InfosemError
from infosem.splits import Protocol
from infosem_study.jobs import Job, results_of
from infosem_study.methods import METHODS, Method
from infosem_study.presets import candidates_for, method_for
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store
from infosem_study.variants import base_name

__all__ = ["compare", "jobs_of"]

# What takes long, and is trained anew on every split, is run on the first splits only: as many for
# each network, and fewer on some data sets.
_N_SPLITS: dict[tuple[str, ...], int] = {
    ("scGREAT", "cell-type-specific"): 5,
    ("scGREAT (downsampled)", "cell-type-specific"): 3,
    ("scGREAT (downsampled)", "cell-type-specific", "hESC"): 1,
    ("scGREAT (downsampled)", "cell-type-specific", "hHEP"): 0,
    ("scGREAT (downsampled)", "cell-type-specific", "mESC"): 0,
    ("GENELink (downsampled)", "cell-type-specific"): 3,
}
# How many of the seeds a method has that is trained anew on every split, and a variant that the
# paper does not speak of.
_N_SEEDS: dict[tuple[str, ...], int] = {
    ("InfoSEM-BC",): 1,
    ("InfoSEM-BC", "cell-type-specific"): 5,
    ("InfoSEM-B (bias)",): 1,
}
# These take over the weight of the prior that InfoSEM-B was given on the same split.
_AS_INFOSEM_B = ("InfoSEM-BC", "InfoSEM-B (bias)")
# Settings that only InfoSEM-BC looks at.
_OF_KNOWN_EDGES = ("lr_logits", "sigma_l", "rank", "absent_mean", "absent_trust")
# Cheap rows without information are averaged over many draws, to know them well.
_UNINFORMED_SEEDS = tuple(range(20))


def jobs_of(
    stage: str,
    store: Store,
    dataset: str,
    *,
    network: str,
    methods: Sequence[str],
    splits: Sequence[int],
    seeds: Sequence[int],
    embedding: str | None = None,
    epochs: int | None = None,
    settings: Mapping[str, Any] | None = None,
    keeps_alpha: bool = False,
    labels: str | None = None,
    protocol: Protocol | None = None,
    complete: bool = False,
) -> list[Job]:
    """Jobs of one stage of a comparison on one data set: "fixed", "screen" or "chosen".

    Methods with fixed settings; candidates for the others; and what was chosen among these.
    """
    name_of_data = base_name(dataset)
    if name_of_data == "synthetic":
        network, complete = "planted", True

    tried = candidates_for(name_of_data)

    def job(method: Method, seed: int, on: Sequence[int]) -> Job:
        return Job(method, dataset, network, seed, tuple(on), protocol or Protocol())

    def prepared(name: str, *, as_usual: bool = False) -> Method:
        method = method_for(name, name_of_data, network)
        if method.embeddings and embedding:
            method = method.with_settings(embedding=embedding)
        if method.labels and labels:
            method = method.with_settings(labels=labels)
        changes = {**(settings or {}), **({"epochs": epochs} if epochs else {})}
        if as_usual:
            changes = {}
        if not method.labels:  # they would make it another run, with the same results
            changes = {k: v for k, v in changes.items() if k not in _OF_KNOWN_EDGES}
        return method.with_settings(**changes) if method.deep else method

    def candidates(name: str) -> list[Method]:
        usual = prepared(name, as_usual=keeps_alpha)
        return [usual.with_settings(**c) for c in tried]

    def chosen(name: str, splits: Sequence[int]) -> dict[int, Method]:
        """By split: the candidate with the highest AUPRC on the training edges, first seed."""
        screened = candidates(name)
        results = results_of(store, [job(m, seeds[0], splits) for m in screened])
        fits = np.reshape([r["train_auprc"] for r in results], (len(screened), len(splits)))
        return {s: screened[i] for s, i in zip(splits, fits.argmax(axis=0), strict=True)}

    jobs = []
    for name in methods:
        method = prepared(name)
        case = (name, network, name_of_data)
        first = splits if complete else splits[: _most_specific(_N_SPLITS, case)]
        trained = seeds if complete else seeds[: _most_specific(_N_SEEDS, case)]
        if stage == "fixed" and not method.tuned:
            if method.labels:  # trained anew on every split, it gets one seed
                jobs += [job(method, seeds[0], [s]) for s in first]
                continue
            own_seeds: Sequence[int] = trained if method.deep else seeds[:1]
            if not (method.expression or method.embeddings):
                own_seeds = _UNINFORMED_SEEDS
            jobs += [job(method, seed, splits) for seed in own_seeds]
        elif stage == "screen" and method.tuned and name not in _AS_INFOSEM_B:
            jobs += [job(m, seeds[0], splits) for m in candidates(name)]
        elif stage == "chosen" and method.tuned:
            by_split = chosen("InfoSEM-B" if name in _AS_INFOSEM_B else name, first)
            for split, winner in by_split.items():
                shared = {k: winner.settings[k] for k in tried[0]}
                jobs += [job(method.with_settings(**shared), seed, [split]) for seed in trained]
    return _merged(jobs)


def _most_specific(limits: Mapping[tuple[str, ...], int], case: tuple[str, ...]) -> int | None:
    """The limit for a method, network and data set, else for the first of them; None for none."""
    return next((limits[case[:n]] for n in (3, 2, 1) if case[:n] in limits), None)


def _merged(jobs: list[Job]) -> list[Job]:
    """Label-free jobs that differ in their splits only become one: they train once."""
    merged: dict[str, Job] = {}
    for job in jobs:
        name = repr(job.identity()) + (repr(job.splits) if job.method.labels else "")
        same = merged.get(name, replace(job, splits=()))
        merged[name] = replace(same, splits=(*same.splits, *job.splits))
    return list(merged.values())


# What is chosen can be known only after the others; these run side by side.
_STAGES = (("fixed", "screen"), ("chosen",))


def compare(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    methods: Sequence[str],
    splits: Sequence[int] = tuple(range(10)),
    seeds: Sequence[int] = (0,),
    embedding: str | None = None,
    epochs: int | None = None,
    settings: Mapping[str, Any] | None = None,
    keeps_alpha: bool = False,
    labels: str | None = None,
    protocol: Protocol | None = None,
    complete: bool = False,
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Rows of a comparison of methods, such as Table 1, computing what the ledger lacks.

    The settings of InfoSEM-B that the paper does not give are chosen on each split by the AUPRC of
    its *training* edges, among `presets.candidates_for`, with the first training seed. The unseen
    block plays no part in it. InfoSEM-BC and InfoSEM-B with a bias take over the choice of
    InfoSEM-B.

    Parameters
    ----------
    store : Store
    datasets : sequence of str
        As in `variants.load`. On the synthetic one RegDiffusion is left out: it needs a package of
        its own, which not every machine has that builds the book.
    network : str
        Of the real data sets: another than Table 1's gives the rows of the paper's Tables 4 and 5.
    methods : sequence of str
    splits, seeds : sequence of int
        Split seeds, and training seeds of the deep methods (`Method.deep`). The others that draw
        anything take the first only.
    embedding : str, optional
        Instead of the one that each data set has in Table 1; see `embeddings.attach`.
    epochs : int, optional
        Of the deep methods, instead of their own.
    settings : mapping, optional
        Other `training.Settings` of the deep methods, instead of their own. Those that concern
        known edges only are for the methods with labels.
    keeps_alpha : bool
        Give InfoSEM the weight of its prior that its own settings chose on the same split, not the
        one that `settings` and `epochs` choose: several times as few runs.
    labels : str, optional
        Give the methods that learn from labels those of other pairs: see `baselines.labels`.
    protocol : Protocol, optional
        How splits are drawn, instead of the default.
    complete : bool
        Run all methods on all splits and with all seeds. Otherwise those that take long are run on
        the first splits only, and a variant of InfoSEM-B with fewer seeds.
    runner : Runner
        Whether and where to run.

    Returns
    -------
    DataFrame
        One row per data set, method, training seed and split, with the metrics and the key of the
        ledger's row.

    Raises
    ------
    InfosemError
        For an unknown method or data set, and where a run is missing and cannot be made, for want
        of its data perhaps (see `scheduling.Runner`).
    """
    if unknown := sorted(set(methods) - set(METHODS)):
        raise InfosemError(f"methods: {unknown} unknown; choose from {list(METHODS)}")
    asked = {"datasets": datasets, "methods": methods, "splits": splits, "seeds": seeds}
    for name, given in asked.items():
        if not len(given):
            raise InfosemError(f"{name}: none is given; give at least one")
    # Each once, whatever is given twice.
    datasets, methods = list(dict.fromkeys(datasets)), list(dict.fromkeys(methods))
    splits, seeds = list(dict.fromkeys(splits)), list(dict.fromkeys(seeds))
    needed = [*methods]
    if set(_AS_INFOSEM_B) & set(methods) and "InfoSEM-B" not in methods:
        needed.append("InfoSEM-B")  # on which their settings rest
    shown: dict[str, list[Job]] = {dataset: [] for dataset in datasets}
    for stages in _STAGES:
        jobs: list[Job] = []
        for dataset, stage in product(datasets, stages):
            is_synthetic = base_name(dataset) == "synthetic"
            at_hand = [name for name in needed if not (is_synthetic and name == "RegDiffusion")]
            stage_jobs = jobs_of(
                stage, store, dataset, network=network, methods=at_hand, splits=splits,
                seeds=seeds, embedding=embedding, epochs=epochs, settings=settings,
                keeps_alpha=keeps_alpha, labels=labels, protocol=protocol, complete=complete,
            )  # fmt: skip
            jobs += stage_jobs
            if stage != "screen":
                shown[dataset] += [job for job in stage_jobs if job.method.name in methods]
        runner.run(jobs, store)
    frames = [pd.DataFrame(results_of(store, jobs)) for jobs in shown.values() if jobs]
    if not frames:
        raise InfosemError(f"methods: {', '.join(methods)} cannot be run on {', '.join(datasets)}")
    return pd.concat(frames, ignore_index=True)
