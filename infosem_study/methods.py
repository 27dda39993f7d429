"""The registry of methods: name -> something that scores TF-target pairs.

One call contract for all: ``method(dataset, train_edges, *, seed) -> scores``, where `scores` is a
float array (n_tfs, n_genes) in the data set's order, higher meaning more likely regulated, and
`train_edges` (n_tfs, n_genes) holds 1 for a known edge, 0 for a known non-edge and a negative
number elsewhere. Methods without labels ignore it. No method reads `dataset.network`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.embeddings import TRANSFORMS, centre_and_normalise
from infosem.errors import Diverged, InfosemError
from infosem.splits import UNKNOWN
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
from infosem_study.baselines.scenic import scenic
from infosem_study.baselines.scgreat import scgreat
from infosem_study.baselines.tf_constant import tf_constant
from infosem_study.baselines.tigress import tigress
from infosem_study.knowledge import OWN, known_edges

__all__ = ["METHODS", "Method"]

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
    database : bool
        Whether it is given the edges of a database (see `knowledge`).
    deep : bool
        Whether it is one of the structural models, with `training.Settings` as its settings.
    downsampled : bool
        Whether it is given as many training negatives as positives of every TF (Appendix D).
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
    database: bool = False
    deep: bool = False
    downsampled: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tuned(self) -> bool:
        """Whether settings are chosen on training edges, among `candidates_for`."""
        return self.deep and self.embeddings

    @property
    def base(self) -> str:
        """The name of the method that this is a variant of, or its own."""
        return self.name.partition(" (")[0]

    def __call__(self, dataset: Dataset, train_edges: Edges | None, *, seed: int) -> Scores:
        """Score all pairs, (n_tfs, n_genes)."""
        if not self.deep:
            dataset = dataset.dense()
        settings = dict(self.settings)
        how = settings.pop("labels", None)
        if how is not None and train_edges is not None:
            train_edges = shuffle(dataset, train_edges, how, seed=seed)
        if self.downsampled and train_edges is not None:
            train_edges = downsample(dataset, train_edges, seed=seed)
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
    With a `pair_rank` the prior has a pair-aware term, which the paper does not have.
    """
    vectors = centre_and_normalise(dataset.embedding(embedding))
    return _train(dataset, settings, seed=seed, embedding=vectors)


def infosem_bc(
    dataset: Dataset,
    train_edges: Edges | None,
    *,
    seed: int,
    embedding: str,
    **settings: Any,
) -> Scores:
    """InfoSEM-BC (Section 3.3): InfoSEM-B with the known edges as a prior on the logits."""
    if train_edges is None or not (train_edges >= 0).any():
        raise InfosemError("InfoSEM-BC: train_edges holds no known pair; use InfoSEM-B instead")
    vectors = centre_and_normalise(dataset.embedding(embedding))
    return _train(dataset, settings, seed=seed, embedding=vectors, train_edges=train_edges)


def infosem_bc_of_database(
    dataset: Dataset,
    train_edges: Edges | None,
    *,
    seed: int,
    database: str,
    edges: str = OWN,
    percent: int = 100,
    **settings: Any,
) -> Scores:
    """InfoSEM-BC with the edges of a database as known ones: no label of the data set is used.

    `edges` and `percent` are those of `knowledge.known_edges`, what is drawn there is drawn with
    the training seed.
    """
    known = known_edges(dataset, database, edges=edges, percent=percent, seed=seed)
    return infosem_bc(dataset, known, seed=seed, **settings)


def reading(dataset: Dataset, train_edges: Edges | None, *, seed: int, **settings: Any) -> Scores:
    """One reading of the paper without labels, of which there are hundreds: `pages.multiverse`.

    DeepSEM, and with an `embedding` InfoSEM-B; see `_read`.
    """
    return _read(dataset, None, seed=seed, **settings)


def reading_with_labels(
    dataset: Dataset,
    train_edges: Edges | None,
    *,
    seed: int,
    negatives: str = "known",
    **settings: Any,
) -> Scores:
    """The same of InfoSEM-BC; of `negatives` that are "unknown" it is told nothing."""
    if train_edges is None:
        raise InfosemError("InfoSEM-BC: train_edges is missing; use InfoSEM-B instead")
    if negatives == "unknown":
        train_edges = np.where(train_edges > 0, train_edges, UNKNOWN).astype(np.int8)
    return _read(dataset, train_edges, seed=seed, **settings)


def _read(
    dataset: Dataset,
    train_edges: Edges | None,
    *,
    seed: int,
    embedding: str | None = None,
    transform: str = "centred",
    **settings: Any,
) -> Scores:
    """Train with vectors changed by `transform`, one of `embeddings.TRANSFORMS`.

    Where the training diverges all scores are 0, which is chance.
    """
    inputs: dict[str, Any] = {}
    if embedding is not None:
        inputs["embedding"] = TRANSFORMS[transform](dataset.embedding(embedding))
    if train_edges is not None:
        inputs["train_edges"] = train_edges
    try:
        return _train(dataset, settings, seed=seed, **inputs)
    except Diverged:
        return np.zeros((dataset.n_tfs, dataset.n_genes))


def _train(dataset: Dataset, settings: dict[str, Any], *, seed: int, **inputs: Any) -> Scores:
    """|A| in the rows of the TFs."""
    trained = fit(dataset.expression, Settings(**settings), seed=seed, tfs=dataset.tfs, **inputs)
    return trained.scores(dataset.tfs)


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("Random", 1, random, expression=False, labels=False, embeddings=False),
        Method("Random TF constant", 1, tf_constant,
               expression=False, labels=False, embeddings=False),
        Method("One-hot LR", 1, one_hot_lr, expression=False, labels=True, embeddings=False),
        Method("One-hot LR (downsampled)", 1, one_hot_lr, downsampled=True,
               expression=False, labels=True, embeddings=False),
        Method("MatComp", 2, matcomp, expression=False, labels=True, embeddings=False,
               settings={"rank": 128}),
        Method("MatComp (downsampled)", 2, matcomp, downsampled=True,
               expression=False, labels=True, embeddings=False, settings={"rank": 128}),
        Method("MatComp (rank by CV)", 2, matcomp, expression=False, labels=True, embeddings=False,
               settings={"rank": None}),
        Method("GENELink", 1, genelink, expression=True, labels=True, embeddings=False,
               settings={"epochs": 20}),
        Method("GENELink (downsampled)", 1, genelink, downsampled=True,
               expression=True, labels=True, embeddings=False, settings={"epochs": 20}),
        # The authors' 50 epochs take up to an hour. The learning rate falls with every batch, so
        # that on hESC 12 epochs hold 4/10 of the steps that 50 would, weighted by their rate.
        # Downsampled, the pairs are few.
        Method("scGREAT", 1, scgreat, expression=True, labels=True, embeddings=True,
               settings={"epochs": 12}),
        Method("scGREAT (downsampled)", 1, scgreat, downsampled=True,
               expression=True, labels=True, embeddings=True, settings={"epochs": 50}),
        Method("Pearson correlation", 2, pearson, expression=True, labels=False, embeddings=False),
        Method("Partial correlation", 3, partial_correlation,
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
        Method("DeepSEM", 4, deepsem, expression=True, labels=False, embeddings=False, deep=True),
        Method("InfoSEM-B", 4, infosem_b,
               expression=True, labels=False, embeddings=True, deep=True),
        Method("InfoSEM-B (bias)", 4, infosem_b,
               expression=True, labels=False, embeddings=True, deep=True),
        Method("InfoSEM-B (pairs)", 2, infosem_b,
               expression=True, labels=False, embeddings=True, deep=True,
               settings={"pair_rank": 8}),
        Method("Prior alone", 2, prior_alone, expression=False, labels=False, embeddings=True,
               settings={"epochs": 80, "batch_size": 64, "lr_w": 2e-5}),
        Method("InfoSEM-BC", 4, infosem_bc,
               expression=True, labels=True, embeddings=True, deep=True),
        Method("InfoSEM-BC (database)", 1, infosem_bc_of_database,
               expression=True, labels=False, embeddings=True, database=True, deep=True),
        Method("DeepSEM (reading)", 1, reading,
               expression=True, labels=False, embeddings=False, deep=True),
        Method("InfoSEM-B (reading)", 1, reading,
               expression=True, labels=False, embeddings=True, deep=True),
        Method("InfoSEM-BC (reading)", 1, reading_with_labels,
               expression=True, labels=True, embeddings=True, deep=True),
    )
}  # fmt: skip
