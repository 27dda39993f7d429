"""The registry of methods: name -> something that scores TF-target pairs.

One call contract for all: ``method(dataset, train_edges, *, seed) -> scores``, where `scores` is a
float array (n_tfs, n_genes) in the data set's order, higher meaning more likely regulated, and
`train_edges` (n_tfs, n_genes) holds 1 for a known edge, 0 for a known non-edge and a negative
number elsewhere. Methods without labels ignore it. No method reads `dataset.network`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.embeddings import centre_and_normalise
from infosem.errors import InfosemError
from infosem.training import Settings, fit
from infosem_study.baselines.aracne import aracne, mutual_information_scores
from infosem_study.baselines.correlation import partial_correlation, pearson
from infosem_study.baselines.genelink import genelink
from infosem_study.baselines.genie3 import genie3
from infosem_study.baselines.grnboost2 import grnboost2
from infosem_study.baselines.labels import downsample, shuffle
from infosem_study.baselines.matcomp import matcomp
from infosem_study.baselines.one_hot_lr import one_hot_lr
from infosem_study.baselines.pidc import pidc
from infosem_study.baselines.prior_alone import prior_alone
from infosem_study.baselines.random import random
from infosem_study.baselines.regdiffusion import regdiffusion
from infosem_study.baselines.scenic import database_digest, scenic
from infosem_study.baselines.scgreat import scgreat
from infosem_study.baselines.tf_constant import tf_constant
from infosem_study.baselines.tigress import tigress

__all__ = ["METHODS", "Method", "candidates_for", "infer", "method_for"]

Scores = NDArray[np.float64]
Edges = NDArray[np.int8]


@dataclass(frozen=True)
class Method:
    """A method with its settings, ready to be called.

    Attributes
    ----------
    name : str
        As in the paper.
    version : int
        Raised whenever the results change; a stored result of another version is not used.
    function : callable
        ``function(dataset, train_edges, *, seed, **settings) -> scores``.
    expression, labels, embeddings : bool
        What it looks at (the paper's Table 2).
    motifs : bool
        Whether it looks at a database of the motifs of TFs, too.
    deep : bool
        Whether it is one of the structural models, with `training.Settings` as its settings.
    settings : mapping
        Passed to `function`; recorded with every result. With "labels" among them, one of
        `baselines.labels.SHUFFLES`, the function is given the labels of other training pairs.
    """

    name: str
    version: int
    function: Callable[..., Scores] = field(compare=False)
    expression: bool
    labels: bool
    embeddings: bool
    motifs: bool = False
    deep: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tuned(self) -> bool:
        """Whether settings are chosen on training edges, among `candidates_for`."""
        return self.deep and self.embeddings

    def __call__(self, dataset: Dataset, train_edges: Edges | None, *, seed: int) -> Scores:
        """Score all pairs, (n_tfs, n_genes)."""
        settings = dict(self.settings)
        how = settings.pop("labels", None)
        if how is not None and train_edges is not None:
            train_edges = shuffle(dataset, train_edges, how, seed=seed)
        scores: Scores = self.function(dataset, train_edges, seed=seed, **settings)
        return scores

    def with_settings(self, **changes: Any) -> "Method":
        """The same method with some settings changed."""
        return replace(self, settings={**self.settings, **changes})


def deepsem(dataset: Dataset, train_edges: Edges | None, *, seed: int, **settings: Any) -> Scores:
    """DeepSEM (Shu et al. 2021): |a_ik|, from expression alone."""
    return _train(dataset, settings, seed=seed)


def infosem_b(
    dataset: Dataset, train_edges: Edges | None, *, seed: int, embedding: str, **settings: Any
) -> Scores:
    """InfoSEM-B (Section 3.2): DeepSEM with the prior mean of A given by gene embeddings.

    `embedding` names one of the data set's embeddings, which is centred and scaled to unit norm.
    """
    vectors = centre_and_normalise(dataset.embedding(embedding))
    return _train(dataset, settings, seed=seed, embedding=vectors)


def infosem_pairs(
    dataset: Dataset,
    train_edges: Edges | None,
    *,
    seed: int,
    embedding: str,
    pair_rank: int,
    **settings: Any,
) -> Scores:
    """InfoSEM-B with a pair-aware prior, which the paper does not have (see `training.fit`)."""
    vectors = centre_and_normalise(dataset.embedding(embedding))
    return _train(dataset, settings, seed=seed, embedding=vectors, pair_rank=pair_rank)


def infosem_bc(
    dataset: Dataset,
    train_edges: Edges | None,
    *,
    seed: int,
    embedding: str,
    start_of_effects: float = 1.0,
    **settings: Any,
) -> Scores:
    """InfoSEM-BC (Section 3.3): InfoSEM-B with the known edges as a prior on the logits.

    A^e starts at `start_of_effects` times the start of DeepSEM's A.
    """
    if train_edges is None or not (train_edges >= 0).any():
        raise InfosemError("InfoSEM-BC: train_edges holds no known pair; use InfoSEM-B instead")
    if "start" in settings:
        raise InfosemError(
            "InfoSEM-BC: start is a setting of DeepSEM and InfoSEM-B; give start_of_effects, the "
            "start of A^e, of which that of A is half"
        )
    vectors = centre_and_normalise(dataset.embedding(embedding))
    return _train(
        dataset, {**settings, "start": start_of_effects}, seed=seed, embedding=vectors,
        tfs=dataset.tfs, train_edges=train_edges,
    )  # fmt: skip


def _train(dataset: Dataset, settings: dict[str, Any], *, seed: int, **inputs: Any) -> Scores:
    """|A| in the rows of the TFs; `device`, `progress` and `start` of the settings go to `fit`."""
    to_fit = ("device", "progress", "start")
    how = {name: settings.pop(name) for name in to_fit if name in settings}
    result = fit(dataset.expression, Settings(**settings), seed=seed, **how, **inputs)
    scores: Scores = np.abs(result.adjacency[dataset.tfs])
    return scores


def _downsampled(
    function: Callable[..., Scores],
    dataset: Dataset,
    train_edges: Edges | None,
    *,
    seed: int,
    **settings: Any,
) -> Scores:
    """A method that is given as many training negatives as positives of every TF (Appendix D)."""
    if train_edges is not None:
        train_edges = downsample(dataset, train_edges, seed=seed)
    return function(dataset, train_edges, seed=seed, **settings)


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("Random", 1, random, expression=False, labels=False, embeddings=False),
        Method("Random TF constant", 1, tf_constant,
               expression=False, labels=False, embeddings=False),
        Method("One-hot LR", 1, one_hot_lr, expression=False, labels=True, embeddings=False),
        Method("One-hot LR (downsampled)", 1, partial(_downsampled, one_hot_lr),
               expression=False, labels=True, embeddings=False),
        Method("MatComp", 1, matcomp, expression=False, labels=True, embeddings=False,
               settings={"rank": 128}),
        Method("MatComp (downsampled)", 1, partial(_downsampled, matcomp),
               expression=False, labels=True, embeddings=False, settings={"rank": 128}),
        Method("MatComp (rank by CV)", 1, matcomp, expression=False, labels=True, embeddings=False,
               settings={"rank": None}),
        Method("GENELink", 1, genelink, expression=True, labels=True, embeddings=False,
               settings={"epochs": 20}),
        Method("GENELink (downsampled)", 1, partial(_downsampled, genelink),
               expression=True, labels=True, embeddings=False, settings={"epochs": 20}),
        # The authors' 50 epochs take up to an hour. The learning rate falls with every batch, so
        # that on hESC 12 epochs hold 4/10 of the steps that 50 would, weighted by their rate.
        # Downsampled, the pairs are few.
        Method("scGREAT", 1, scgreat, expression=True, labels=True, embeddings=True,
               settings={"epochs": 12}),
        Method("scGREAT (downsampled)", 1, partial(_downsampled, scgreat),
               expression=True, labels=True, embeddings=True, settings={"epochs": 50}),
        Method("Pearson correlation", 2, pearson, expression=True, labels=False, embeddings=False),
        Method("Partial correlation", 2, partial_correlation,
               expression=True, labels=False, embeddings=False),
        Method("Mutual information", 1, mutual_information_scores,
               expression=True, labels=False, embeddings=False, settings={"n_bins": 10}),
        Method("ARACNE", 1, aracne, expression=True, labels=False, embeddings=False,
               settings={"n_bins": 10}),
        Method("PIDC", 1, pidc, expression=True, labels=False, embeddings=False,
               settings={"n_bins": 10}),
        Method("TIGRESS", 1, tigress, expression=True, labels=False, embeddings=False),
        # With the published 1000 trees it takes most of an hour.
        Method("GENIE3", 1, genie3, expression=True, labels=False, embeddings=False,
               settings={"n_trees": 100}),
        Method("SCENIC", 1, scenic, expression=True, labels=False, embeddings=False, motifs=True),
        Method("RegDiffusion", 1, regdiffusion, expression=True, labels=False, embeddings=False),
        Method("GRNBoost2", 1, grnboost2, expression=True, labels=False, embeddings=False),
        Method("DeepSEM", 3, deepsem, expression=True, labels=False, embeddings=False, deep=True),
        Method("InfoSEM-B", 3, infosem_b,
               expression=True, labels=False, embeddings=True, deep=True),
        Method("InfoSEM-B (bias)", 3, infosem_b,
               expression=True, labels=False, embeddings=True, deep=True),
        Method("InfoSEM-B (pairs)", 1, infosem_pairs,
               expression=True, labels=False, embeddings=True, deep=True,
               settings={"pair_rank": 8}),
        Method("Prior alone", 2, prior_alone, expression=False, labels=False, embeddings=True,
               settings={"epochs": 80, "batch_size": 64, "lr_w": 2e-5}),
        Method("InfoSEM-BC", 3, infosem_bc,
               expression=True, labels=True, embeddings=True, deep=True),
    )
}  # fmt: skip

# The released DeepSEM's settings: sparsity and KL weight from its Hyperparameter.MD (for hESC, for
# other cell-type-specific networks, for non-specific ones), epochs from its main.py (which has 120
# where Hyperparameter.MD has 150), and whether zeros are masked.
_HESC = {"alpha": 0.1, "beta": 0.01, "epochs": 120, "mask_zeros": True}
_CELL_TYPE_SPECIFIC = {"alpha": 1.0, "beta": 0.1, "epochs": 120, "mask_zeros": True}
_NON_SPECIFIC = {"alpha": 100.0, "beta": 1.0, "epochs": 90, "mask_zeros": False}
# The synthetic data are few: small batches and networks and larger steps, so that a run takes
# seconds; in double precision, so that it prints the same digits on any machine.
_SYNTHETIC = {"alpha": 0.1, "beta": 0.1, "epochs": 45, "batch_size": 32, "hidden": 32,
              "lr": 1e-3, "lr_adjacency": 1e-3, "lr_w": 1e-3, "precision": "float64"}  # fmt: skip
_SYNTHETIC_FIXED: dict[str, dict[str, Any]] = {
    "Prior alone": {"epochs": 30, "batch_size": 32, "lr_w": 1e-3},  # as InfoSEM-B, see above
    "GENIE3": {"n_trees": 10},
    "scGREAT": {"epochs": 6},
    "scGREAT (downsampled)": {"epochs": 6},
}

# Appendix C of the paper: sigma_w and sigma_l by network and data set; the rank h is 128.
_SIGMA_W = {"hESC": 0.1, "hHEP": 10.0, "mDC": 10.0, "mESC": 1.0}
_SIGMA_L = {
    "cell-type-specific": {"hESC": 0.1, "hHEP": 0.1**0.5, "mDC": 0.1**0.5, "mESC": 0.1},
    "non-cell-type-specific": {"hESC": 0.1**0.5, "hHEP": 0.1, "mDC": 0.1**0.5, "mESC": 0.1**0.5},
}


# BioBERT vectors of symbols where every gene has one, else MiniLM on descriptions.
_EMBEDDING = {"hESC": "BioBERT", "mESC": "BioBERT", "hHEP": "MiniLM", "mDC": "MiniLM",
              "synthetic": "planted"}  # fmt: skip


def method_for(name: str, dataset: str, network: str) -> Method:
    """The named method with its settings for a data set.

    DeepSEM's settings are those its authors released; those of InfoSEM which the paper gives
    (sigma_w, sigma_l, h) are the paper's. What it does not give is chosen among `candidates_for`.

    Parameters
    ----------
    name : str
        One of `METHODS`.
    dataset, network : str
        Names as in `Dataset`. An unknown data set gets the settings of a typical one.

    Raises
    ------
    InfosemError
        Unknown method.
    """
    if name not in METHODS:
        raise InfosemError(f"method {name!r} is unknown; choose from {', '.join(METHODS)}")
    method = METHODS[name]
    if not method.deep:
        fixed: dict[str, Any] = (
            dict(_SYNTHETIC_FIXED.get(name, {})) if dataset == "synthetic" else {}
        )
        if method.embeddings:
            fixed["embedding"] = _EMBEDDING.get(dataset, "MiniLM")
        if method.motifs and (digest := database_digest()):
            fixed["database"] = digest  # so that another database is another run
        return method.with_settings(**fixed)
    specific = network != "non-cell-type-specific"
    if dataset == "synthetic":
        settings: dict[str, Any] = dict(_SYNTHETIC)
    elif not specific:
        settings = dict(_NON_SPECIFIC)
    else:
        settings = dict(_HESC if dataset == "hESC" else _CELL_TYPE_SPECIFIC)
    if method.embeddings:
        settings["embedding"] = _EMBEDDING.get(dataset, "MiniLM")
        settings["bias"] = name == "InfoSEM-B (bias)"
        settings["sigma_w"] = _SIGMA_W.get(dataset, 1.0) if specific else 100.0
    if method.labels:
        settings["sigma_l"] = _SIGMA_L.get(network, {}).get(dataset, 0.1)
        settings["rank"] = 128
    # All settings are recorded, also those left at their defaults.
    embedding = {"embedding": settings.pop("embedding")} if method.embeddings else {}
    return method.with_settings(**embedding, **asdict(Settings(**settings)))


def candidates_for(dataset: str) -> list[dict[str, float]]:
    """Settings of InfoSEM that the paper leaves open, to be chosen on training edges.

    alpha, the weight of the prior: the larger, the closer A stays to the prior mean.
    """
    alphas = (1.0, 10.0) if dataset == "synthetic" else (1.0, 10.0, 100.0)
    return [{"alpha": alpha} for alpha in alphas]


def infer(
    dataset: Dataset,
    method: str = "InfoSEM-B",
    *,
    train_edges: Edges | None = None,
    seed: int = 0,
    device: str = "cpu",
    progress: bool = False,
    **settings: Any,
) -> pd.DataFrame:
    """Rank the TF-target pairs of a data set by one method.

    Parameters
    ----------
    dataset : Dataset
        For InfoSEM with an embedding, see `embeddings.attach`; the last one attached is used.
    method : str
        One of `METHODS`.
    train_edges : ndarray, (n_tfs, n_genes), optional
        Known pairs, for the methods that use labels: 1 edge, 0 no edge, negative unknown.
    seed : int
    device : str
        "cpu" or "cuda", for the deep methods.
    progress : bool
        Show a progress bar over epochs, for the deep methods.
    **settings
        In place of the method's own for this data set.

    Returns
    -------
    DataFrame
        Columns tf, target and score, best first; a TF is no target of itself.

    Raises
    ------
    InfosemError
        Unknown method, or an input that the method needs and does not get.
    """
    prepared = method_for(method, dataset.name, dataset.network_name)
    if prepared.embeddings and dataset.embeddings:
        prepared = prepared.with_settings(embedding=list(dataset.embeddings)[-1])
    if prepared.deep:
        prepared = prepared.with_settings(device=device, progress=progress)
    scores = prepared.with_settings(**settings)(dataset, train_edges, seed=seed)
    ranking = pd.DataFrame(
        {
            "tf": np.repeat(dataset.tf_names, dataset.n_genes),
            "target": np.tile(dataset.genes, dataset.n_tfs),
            "score": scores.ravel(),
        }
    )
    ranking = ranking[ranking["tf"] != ranking["target"]]
    return ranking.sort_values("score", ascending=False, kind="stable", ignore_index=True)
