"""The page of embeddings (Figure 4): what the text is worth, and what the prior learned of it.

The prior mean of Eq. 7 is a sum, of one number for the TF and one for the target: of which TFs, and
along which directions of the text? Both are a derived table (see `derived`).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from infosem.embeddings import centre_and_normalise
from infosem.errors import InfosemError
from infosem.training import Settings, fit
from infosem_study.derived import derive, runs_of
from infosem_study.execution import confirm, one_thread
from infosem_study.figures import (
    DOTTED,
    NULL,
    OURS,
    PAPER,
    constants_band,
    dot_panels,
    heights_of,
    legend,
    panels,
)
from infosem_study.jobs import stored_job
from infosem_study.nulls import CONSTANT
from infosem_study.statistics import METRICS, summarise
from infosem_study.store import Store
from infosem_study.variants import load

__all__ = [
    "directions",
    "methods_figure",
    "prior_effects",
    "prior_figure",
]

N_COMPONENTS = 10
"""How many principal components of the embedding are told."""
_TEXT = "InfoSEM-B, text"  # as `studies.sensitivity` calls it
_COLUMNS = {"kind": str, "name": str, "source": float, "target": float}


# --- what the prior learned -----------------------------------------------------------------------


def directions(
    embedding: NDArray[np.float64], effects: NDArray[np.float64], n_components: int = N_COMPONENTS
) -> NDArray[np.float64]:
    """How much of the effects lies along each principal component of the embedding.

    Parameters
    ----------
    embedding : ndarray, (n_genes, dim)
        H of Eq. 7.
    effects : ndarray, (n_genes,)
        One of the two parts of the prior mean, H times a vector.
    n_components : int

    Returns
    -------
    ndarray, (n_components,)
        Shares of the sum of squares of the effects; of all components they add up to 1. Where the
        embedding has fewer components, 0.
    """
    genes, size, _ = np.linalg.svd(embedding, full_matrices=False)
    along = np.where(size > 1e-9 * size[0], genes.T @ effects, 0.0)
    shares = np.zeros(n_components)
    first = along[:n_components]
    shares[: len(first)] = np.square(first) / np.square(effects).sum()
    return shares


def prior_effects(store: Store, rows: pd.DataFrame) -> pd.DataFrame:
    """What the prior mean says of each TF, and which directions of the embedding it uses.

    Of InfoSEM-B with the weight of the prior that most splits chose, and the first training seed.
    The run is done again for it, and must give the metrics of the ledger.

    Parameters
    ----------
    store : Store
        In whose folder the files are.
    rows : DataFrame
        From `studies.sensitivity`.

    Returns
    -------
    DataFrame
        dataset, key, kind, name, source, target. Where kind is "TF", name is a TF, source its part
        of the prior mean as a regulator and target as a target. Where kind is "component", name is
        the number of a principal component, and source and target are the shares of `directions`.

    Raises
    ------
    InfosemError
        If `rows` has none of InfoSEM-B, a file is broken, or something is missing and cannot be
        made: see `scheduling.Runner`.
    """
    own = rows[rows["method"] == _TEXT]
    if not len(own):
        raise InfosemError("rows: none of 'InfoSEM-B, text'; give those of studies.sensitivity")
    own = own[own["seed"] == own["seed"].min()]
    runs = []
    for _, part in own.groupby(["dataset", "network"], sort=False):
        most = part[part["key"] == part["key"].mode().iloc[0]]
        runs += runs_of(most.sort_values("split").head(1), [_TEXT])
    return derive(store, "prior", _COLUMNS, runs, lambda run: _effects(store, run))


def _effects(store: Store, run: Mapping[str, Any]) -> pd.DataFrame:
    job = stored_job(store, run)
    settings = dict(job.method.settings)
    name = settings.pop("embedding")
    dataset = load(*job.data[:2], embedding=name)
    vectors = centre_and_normalise(dataset.embedding(name))
    with one_thread():
        trained = fit(dataset.expression, Settings(**settings), seed=job.seed, embedding=vectors)
    confirm(store, run, trained.scores(dataset.tfs))
    source, target = trained.prior_source, trained.prior_target
    assert source is not None and target is not None  # there was an embedding
    tfs = pd.DataFrame(
        {
            "kind": "TF",
            "name": dataset.tf_names,
            "source": source[dataset.tfs],
            "target": target[dataset.tfs],
        }
    )
    components = pd.DataFrame(
        {
            "kind": "component",
            "name": [str(i + 1) for i in range(N_COMPONENTS)],
            "source": directions(vectors, source),
            "target": directions(vectors, target),
        }
    )
    return pd.concat([tfs, components])


# --- figures --------------------------------------------------------------------------------------


def methods_figure(rows: pd.DataFrame, bands: pd.DataFrame, metric: str = "unseen_auprc") -> Figure:
    """Means of one metric over splits, one panel per data set, one line per method.

    Error bars are standard errors over splits. The grey band holds 95% of random orders of the TFs,
    the dashed line is their mean, the dotted one the share of positives.

    Parameters
    ----------
    rows : DataFrame
        From `studies.sensitivity`.
    bands : DataFrame
        From `nulls.bands`.
    metric : str
        A column of `rows`, of unseen genes.
    """
    summary = summarise(rows, [metric])
    datasets = rows["dataset"].unique()
    heights = heights_of(name for name in rows["method"].unique() if name != CONSTANT)
    figure, axes = dot_panels(
        1, datasets, heights, 2.4 + 2.1 * len(datasets), 0.9 + 0.28 * len(heights)
    )
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = summary[summary["dataset"] == dataset].set_index("method")
        ours = panel.loc[[name for name in heights.index if name in panel.index]]
        axis.errorbar(ours["mean"], heights[ours.index], xerr=ours["sem"], fmt="o", color=OURS,
                      markersize=5, label="mean and standard error over splits")  # fmt: skip
        constants_band(axis, bands, dataset, METRICS[metric])
        base = rows.loc[rows["dataset"] == dataset].drop_duplicates("split")["unseen_base"].mean()
        axis.axvline(base, **DOTTED, label="share of positives")
        axis.set_xlabel(METRICS[metric])
    legend(figure, axes[0, 0])
    return figure


def prior_figure(effects: pd.DataFrame, n_tfs: int = 10) -> Figure:
    """What the prior mean of InfoSEM-B learned, one column per data set.

    Above, the TFs with the largest part in the prior mean as regulators. Below, how much of these
    parts lies along each principal component of the embedding, for regulators and for targets.

    Parameters
    ----------
    effects : DataFrame
        From `prior_effects`.
    n_tfs : int
    """
    datasets = effects["dataset"].unique()
    figure, axes = panels(2, len(datasets), 0.8 + 2.3 * len(datasets), 5, height_ratios=[3, 2])
    for (axis, below), dataset in zip(axes.T, datasets, strict=True):
        own = effects[effects["dataset"] == dataset]
        tfs = own[own["kind"] == "TF"].set_index("name")["source"]
        largest = tfs.reindex(tfs.abs().sort_values(ascending=False, kind="stable").index)[:n_tfs]
        axis.barh(largest.index[::-1], 1000 * largest.to_numpy()[::-1], color=OURS)
        axis.axvline(0, color=NULL, linewidth=0.8)
        axis.set_title(dataset, fontsize=10)
        axis.set_xlabel("part of the prior mean (0.001)")
        axis.tick_params(axis="y", labelsize=8)
        components = own[own["kind"] == "component"]
        x = np.arange(1, len(components) + 1)
        below.bar(x - 0.2, 100 * components["source"], 0.4, color=OURS, label="as regulators")
        below.bar(x + 0.2, 100 * components["target"], 0.4, color=PAPER, label="as targets")
        below.set_xticks(x[::3])
        below.set_xlabel("principal component of the text")
    axes[1, 0].set_ylabel("share of the effects (%)")
    legend(figure, axes[1, 0])
    return figure
