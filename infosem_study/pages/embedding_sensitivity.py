"""What the prior mean of InfoSEM-B has learned: of which TFs, along which directions of the text.

The prior mean of Eq. 7 is a sum, of one number for the TF and one for the target. They are kept
beside the ledger (see `derive`).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.embeddings import centre_and_normalise
from infosem.errors import InfosemError
from infosem.training import Settings, fit
from infosem_study.derived import derive, runs_of
from infosem_study.execution import confirm, one_thread
from infosem_study.jobs import stored_job
from infosem_study.store import Store
from infosem_study.variants import load

__all__ = ["directions", "prior_effects"]

N_COMPONENTS = 10
"""How many principal components of the embedding are told."""
_COLUMNS = {"kind": str, "name": str, "source": float, "target": float}


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
    own = rows[rows["method"] == "InfoSEM-B, text"]
    if not len(own):
        raise InfosemError("rows: none of 'InfoSEM-B, text'; give those of study.sensitivity")
    own = own[own["seed"] == own["seed"].min()]
    runs = []
    for _, part in own.groupby(["dataset", "network"], sort=False):
        most = part[part["key"] == part["key"].mode().iloc[0]]
        runs += runs_of(most.sort_values("split").head(1), ["InfoSEM-B, text"])
    return derive(store, "prior", _COLUMNS, runs, lambda run: _effects(store, run))


def _effects(store: Store, run: Mapping[str, Any]) -> pd.DataFrame:
    job = stored_job(store, run)
    settings = dict(job.method.settings)
    name = settings.pop("embedding")
    dataset = load(*job.data[:2], embedding=name)
    vectors = centre_and_normalise(dataset.embedding(name))
    with one_thread():
        trained = fit(dataset.expression, Settings(**settings), seed=job.seed, embedding=vectors)
    confirm(store, run, np.abs(trained.adjacency[dataset.tfs]))
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
