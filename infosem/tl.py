"""Tools on an AnnData, as scverse has them: what is found is left in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from infosem.data import Dataset
from infosem.embeddings import attach
from infosem.ensemble import infer_ensemble
from infosem.errors import InfosemError
from infosem.infer import DEFAULT_METHOD
from infosem.outputs import annotate

if TYPE_CHECKING:
    from anndata import AnnData

__all__ = ["infer"]


def infer(
    adata: AnnData,
    tfs: Iterable[str],
    method: str = DEFAULT_METHOD,
    *,
    network: pd.DataFrame | Iterable[tuple[str, str]] | None = None,
    embedding: str = "MiniLM symbols",
    top: int | None = None,
    key_added: str = "infosem",
    copy: bool = False,
    **options: Any,
) -> AnnData | None:
    """Infer the network of an AnnData, by several trainings.

    Parameters
    ----------
    adata : AnnData
        ``X`` (cells x genes, dense or sparse) holds log-normalised expression.
    tfs : iterable of str
        Names of the TFs.
    method : {"DeepSEM", "InfoSEM-B", "InfoSEM-BC"}
    network : DataFrame with columns Gene1 and Gene2, or pairs (TF, target), optional
        Known edges.
    embedding : str
        For InfoSEM: vectors of the genes, see `embeddings.attach`.
    top : int, optional
        How many pairs to leave, by default `Ensemble.n_edges`.
    key_added : str
        Where: ``adata.varp[key_added]`` is a sparse matrix of their weights, regulators in rows,
        ``adata.uns[key_added]["edges"]`` a table of them, whose columns `Ensemble.top` tells.
    copy : bool
        Leave `adata` as it is, and return a copy with the network.
    **options
        Of `ensemble.infer_ensemble`: seeds, bootstraps, jobs, folder, settings and others.

    Returns
    -------
    AnnData or None
        The copy, if one was asked for.
    """
    if isinstance(adata, str) or not hasattr(adata, "varp"):
        raise InfosemError(f"adata: a {type(adata).__name__} is no AnnData; give one")
    dataset = Dataset.from_anndata(adata, tfs, network)
    if method != "DeepSEM":
        dataset = attach(dataset, embedding)
        options["embedding"] = embedding
    found = infer_ensemble(dataset, method, **options)
    adata = adata.copy() if copy else adata
    annotate(adata, found, top, key_added)
    return adata if copy else None
