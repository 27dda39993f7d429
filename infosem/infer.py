"""Cells in, network out: one call with defaults of its own, and what it returns."""

from __future__ import annotations

import difflib
import os
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.embeddings import centre_and_normalise
from infosem.errors import InfosemError, require
from infosem.files import replacing
from infosem.training import Settings, fit

__all__ = [
    "DEFAULTS",
    "DEFAULT_METHOD",
    "MOST_REGULATORS",
    "PRESETS",
    "Network",
    "RegulatorsWarning",
    "best_pairs",
    "check_device",
    "check_seed",
    "infer",
    "ready",
    "sped_up",
]

MOST_REGULATORS = 6000
"""With more genes than this, TFs alone are regulators unless it is asked for: time and memory grow
with the square of the genes that are regulators, and faster where the inverse is renewed."""

DEFAULT_METHOD = "DeepSEM"
"""The method that needs nothing but expression."""

DEFAULTS: Mapping[str, Settings] = MappingProxyType(dict.fromkeys(
    ("DeepSEM", "InfoSEM-B", "InfoSEM-BC"), Settings()
))  # fmt: skip
"""Settings of each method: DeepSEM's as its authors ran it; what InfoSEM adds has the defaults of
`training.Settings` (sigma_w 1, sigma_l 0.1, rank 128), which the paper's Appendix C has, too. The
weight of its prior, alpha, is left at DeepSEM's; where edges are known, the study chooses it by
them among the powers of ten from 0.1 to 10,000."""

PRESETS: Mapping[str, float] = MappingProxyType({"released": 1.0, "fast": 3.0})
"""By what factor all learning rates are higher and the epochs fewer."""

_OF_EMBEDDING = ("lr_w", "sigma_w", "bias", "pair_rank")
_OF_KNOWN_EDGES = ("lr_logits", "sigma_l", "rank", "absent_mean", "absent_trust")


class RegulatorsWarning(UserWarning):
    """TFs alone are taken as regulators, as there are too many genes."""


@dataclass(frozen=True, eq=False)
class Network:
    """What `infer` returns.

    Attributes
    ----------
    method : str
    settings : Settings
    seed : int
    genes : str array, (n_genes,)
    tfs : int array, (n_tfs,)
        Indices of the TFs in `genes`.
    regulators : int array, (n_regulators,)
        Indices of the genes that have a row of A: all genes, or the TFs.
    adjacency : float array, (n_regulators, n_genes)
        A, with A[i, k] the effect of regulator i on gene k, signed.
    history : dict of str to list of float
        Epoch means of the objective and its terms; of fewer epochs than `settings` says where the
        training was interrupted.
    seconds : float
        Wall time of the training.
    """

    method: str
    settings: Settings
    seed: int
    genes: NDArray[np.str_]
    tfs: NDArray[np.integer]
    regulators: NDArray[np.integer]
    adjacency: NDArray[np.float64]
    history: dict[str, list[float]]
    seconds: float

    @property
    def scores(self) -> NDArray[np.float64]:
        """|A| in the rows of the TFs, (n_tfs, n_genes); higher is more likely an edge."""
        rows = slice(None) if self.settings.regulators == "tfs" else self.tfs
        scores: NDArray[np.float64] = np.abs(self.adjacency[rows])
        return scores

    @property
    def n_pairs(self) -> int:
        """How many pairs of a TF and another gene there are."""
        return len(self.tfs) * (len(self.genes) - 1)

    @property
    def epochs(self) -> int:
        """How many epochs the training has done."""
        return len(self.history["objective"])

    @cached_property
    def edges(self) -> pd.DataFrame:
        """The pairs, best first: columns tf, target and score. A TF is no target of itself."""
        return self.top(self.scores.size)

    def top(self, n: int) -> pd.DataFrame:
        """The first n rows of `edges`, without the memory that all of them take."""
        scores = self.scores
        tf, target = best_pairs(scores, self.tfs, n)
        names = {"tf": self.genes[self.tfs[tf]], "target": self.genes[target]}
        return pd.DataFrame(names | {"score": scores[tf, target]})

    def to_csv(self, path: str | os.PathLike[str], top: int | None = None) -> None:
        """Write `edges`, or the `top` first of them, to a file: whole, or not at all.

        Scores have 6 digits.

        Raises
        ------
        InfosemError
            If the file cannot be written.
        """
        rows = self.edges if top is None else self.top(top)
        try:
            with replacing(Path(path)) as part:
                rows.to_csv(part, index=False, float_format="%.6g")
        except OSError as error:
            todo = "name a file in a folder that can be written"
            raise InfosemError(
                f"{os.fspath(path)}: cannot be written ({error.strerror or error}); {todo}"
            ) from error


def best_pairs(
    scores: NDArray[np.floating], tfs: NDArray[np.integer], n: int
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Row and column of the n highest scores, best first; equal ones as they stand.

    Parameters
    ----------
    scores : float array, (n_tfs, n_genes)
    tfs : int array, (n_tfs,)
        The column of each row's own gene, which is no pair with itself.
    n : int
        No more than there are pairs are returned.
    """
    flat = scores.copy()
    flat[np.arange(len(tfs)), tfs] = -1  # last of all
    flat = flat.ravel()
    n = min(n, scores.size - len(tfs))
    kept = np.arange(len(flat))
    if n < len(flat) - len(tfs):  # without the memory and the time that sorting all takes
        bound = np.partition(flat, len(flat) - n)[len(flat) - n]
        kept = np.flatnonzero(flat >= bound)
    best = kept[np.argsort(-flat[kept], kind="stable")][:n]
    row, column = np.divmod(best, scores.shape[1])
    return row, column


def infer(
    dataset: Dataset,
    method: str = DEFAULT_METHOD,
    *,
    embedding: str | None = None,
    known_edges: NDArray[np.integer] | None = None,
    seed: int = 0,
    device: str = "cpu",
    threads: int | None = None,
    progress: bool = False,
    preset: str = "released",
    **settings: Any,
) -> Network:
    """Infer the network of a data set.

    Parameters
    ----------
    dataset : Dataset
    method : {"DeepSEM", "InfoSEM-B", "InfoSEM-BC"}
        From expression alone; with text about the genes as a prior; with known edges as another.
    embedding : str, optional
        For InfoSEM: which of the data set's embeddings, see `embeddings.attach`. It is centred and
        scaled to unit length. May be left out if there is only one.
    known_edges : int array, (n_tfs, n_genes), optional
        For InfoSEM-BC: 1 for an edge, 0 for no edge, negative where nothing is known. By default
        from the data set's network: its edges; no edge from a TF that has some to any other gene;
        nothing known of TFs that have none.
    seed : int
        The same seed on the same machine gives the same network.
    device : str
        "cpu", or "cuda" where torch finds one.
    threads : int, optional
        Of a CPU; by default torch's number.
    progress : bool
        Show a progress bar over epochs, with the objective and the time that is left; Ctrl-C then
        ends the training, and what there is is returned.
    preset : {"released", "fast"}
        "fast" takes a third of the epochs at three times the learning rates of A, of its prior and
        of the networks, and a third of the time; the page *Speed* shows what it costs.
    **settings
        Of `settings.Settings`, in place of those in `DEFAULTS`. Where the genes are more than
        `MOST_REGULATORS`, `regulators` is "tfs", which a `RegulatorsWarning` says.

    Returns
    -------
    Network

    Raises
    ------
    InfosemError
        For an unknown method, setting or device, one that the method does not use, and an input
        that the method needs and does not get.
    """
    check_seed(seed)
    check_device(device)
    chosen, inputs = ready(dataset, method, embedding, known_edges, preset, settings)
    trained = fit(
        dataset.expression, chosen, seed=seed, tfs=dataset.tfs, device=device, threads=threads,
        progress=progress, keeps_interrupted=progress, **inputs,
    )  # fmt: skip
    return Network(
        method=method,
        settings=chosen,
        seed=seed,
        genes=dataset.genes,
        tfs=dataset.tfs,
        regulators=trained.regulators,
        adjacency=trained.adjacency,
        history=trained.history,
        seconds=trained.seconds,
    )


def ready(
    dataset: Dataset,
    method: str,
    embedding: str | None,
    known_edges: NDArray[np.integer] | None,
    preset: str,
    settings: Mapping[str, Any],
) -> tuple[Settings, dict[str, Any]]:
    """The settings of a training and what `training.fit` takes besides the expression.

    Whatever cannot be used is an error here, before anything is trained. The parameters are those
    of `infer`.
    """
    if not isinstance(dataset, Dataset):
        kind = f"a {type(dataset).__name__}" if not isinstance(dataset, str) else repr(dataset)
        raise InfosemError(
            f"dataset: {kind} is none; make one by Dataset.from_anndata, of an AnnData or its file"
        )
    require(dataset.n_genes > 1, dataset.name, "one gene is no network", "give more")
    wrong = f"{dataset.n_cells} cells cannot tell which genes vary together"
    require(dataset.n_cells > 2, dataset.name, wrong, "give more; some hundreds are needed")
    x = dataset.expression
    require(x.max() > 0, dataset.name, "all values are 0", "give log-normalised expression")
    if method not in DEFAULTS:
        raise InfosemError(
            f"method: {method!r} is unknown{_nearest(method, DEFAULTS)}; choose from "
            f"{', '.join(DEFAULTS)}. The methods that these are compared with are in infosem_study"
        )
    if "regulators" not in settings and dataset.n_genes > MOST_REGULATORS:
        warnings.warn(
            f"{dataset.n_genes} genes: only the {dataset.n_tfs} TFs are taken as regulators; with "
            f"regulators='all' A would take {dataset.n_genes**2 * 16 / 2**30:.1f} GiB and more",
            RegulatorsWarning,
            stacklevel=3,
        )
        settings = {**settings, "regulators": "tfs"}
    chosen = _settings(method, preset, settings)
    inputs: dict[str, Any] = {}
    if method == "DeepSEM":
        if embedding is not None:
            raise InfosemError("embedding: DeepSEM does not use one; leave it out, or use InfoSEM")
    else:
        name = _embedding(dataset, embedding, method)
        inputs["embedding"] = centre_and_normalise(dataset.embedding(name))
    if method == "InfoSEM-BC":
        inputs["train_edges"] = _known(dataset, known_edges)
    elif known_edges is not None:
        raise InfosemError(f"known_edges: {method} does not use them; use InfoSEM-BC")
    return chosen, inputs


def _settings(method: str, preset: str, given: Mapping[str, Any]) -> Settings:
    """The preset's settings with those given, which must exist and concern the method."""
    if preset not in PRESETS:
        raise InfosemError(
            f"preset: {preset!r} is unknown{_nearest(preset, PRESETS)}; choose from "
            f"{', '.join(PRESETS)}"
        )
    known = [field.name for field in fields(Settings)]
    for name in given:
        if name not in known:
            raise InfosemError(
                f"{name}: there is no such setting{_nearest(name, known)}; choose from "
                f"{', '.join(known)}"
            )
        if name in _OF_KNOWN_EDGES and method != "InfoSEM-BC":
            raise InfosemError(f"{name}: is of known edges, which {method} does not use; drop it")
        if name in _OF_EMBEDDING and method == "DeepSEM":
            raise InfosemError(f"{name}: is of embeddings, which DeepSEM does not use; drop it")
    return Settings(**{**asdict(sped_up(DEFAULTS[method], PRESETS[preset])), **given})


def sped_up(settings: Settings, factor: float) -> Settings:
    """Fewer epochs by a factor, with all learning rates higher by it."""
    return replace(
        settings,
        epochs=round(settings.epochs / factor),
        decay=settings.decay**factor,
        **{name: getattr(settings, name) * factor
           for name in ("lr", "lr_adjacency", "lr_w", "lr_logits")},
    )  # fmt: skip


def _embedding(dataset: Dataset, name: str | None, method: str) -> str:
    """The embedding that is asked for, or the only one."""
    if name is not None:
        return name
    there = sorted(dataset.embeddings)
    if len(there) != 1:
        has = f"has several ({', '.join(there)}): name one" if there else (
            "has none: attach one (infosem.attach), or use method='DeepSEM'"
        )  # fmt: skip
        raise InfosemError(f"embedding: {method} needs one, and the data set {has}")
    return there[0]


def _known(dataset: Dataset, given: NDArray[np.integer] | None) -> NDArray[np.integer]:
    """The known pairs, (n_tfs, n_genes), of which there must be some."""
    shape = dataset.network.shape
    if given is None:
        known = np.where(dataset.network.any(axis=1, keepdims=True), dataset.network, -1)
        known[np.arange(dataset.n_tfs), dataset.tfs] = -1  # a TF with itself is no pair
        wrong = "the data set's network has no edge"
    else:
        known = np.asarray(given)
        if known.shape != shape:
            raise InfosemError(
                f"known_edges: the shape is {known.shape}; give (n_tfs, n_genes), {shape}"
            )
        if not np.issubdtype(known.dtype, np.integer) or known.max() > 1:
            raise InfosemError(
                "known_edges: give integers, 1 for an edge, 0 for no edge, negative for unknown"
            )
        wrong = "no pair is known"
    if not (known >= 0).any():
        raise InfosemError(
            f"known_edges: {wrong}; give some to Dataset.from_anndata (network=...) or to infer, "
            "or use InfoSEM-B"
        )
    return known


def check_seed(seed: Any) -> None:
    """Fail unless it is a whole number that every generator takes."""
    is_number = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not is_number or not 0 <= seed < 2**63:
        raise InfosemError(f"seed: {seed!r} is none; give a whole number from 0 to 2**63 - 1")


def check_device(device: str) -> None:
    """Fail unless torch can train there."""
    try:
        kind = torch.device(device).type
    except (RuntimeError, TypeError) as error:
        raise InfosemError(f"device: {device!r} is unknown to torch; use cpu or cuda") from error
    if kind not in ("cpu", "cuda"):
        raise InfosemError(f"device: {device!r} cannot be used; use cpu or cuda")
    if kind == "cuda" and not torch.cuda.is_available():
        raise InfosemError("device: torch finds no CUDA device here; use cpu")


def _nearest(name: str, known: Any) -> str:
    found = difflib.get_close_matches(name, list(known), n=1)
    return f" (is it {found[0]}?)" if found else ""
