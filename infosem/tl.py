"""Tools on an AnnData, as scverse has them: what is found is left in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from infosem.ensemble import infer_ensemble
from infosem.errors import InfosemError
from infosem.files import AnyPath
from infosem.infer import DEFAULT_METHOD
from infosem.outputs import annotate
from infosem.prepare import prepare

if TYPE_CHECKING:
    from anndata import AnnData

__all__ = ["infer"]


def infer(
    adata: AnnData,
    method: str = DEFAULT_METHOD,
    *,
    species: str | None = None,
    tfs: AnyPath | Iterable[str] | None = None,
    edges: AnyPath | pd.DataFrame | Iterable[tuple[str, str]] | None = None,
    text: str | None = None,
    genes: int | None = None,
    layer: str | None = None,
    raw: bool = False,
    symbols: str | None = None,
    top: int | None = None,
    key_added: str = "infosem",
    copy: bool = False,
    **options: Any,
) -> AnnData | None:
    """Infer the network of an AnnData, by several trainings.

    Parameters
    ----------
    adata : AnnData
        Counts, which are normalised, or log-normalised expression. It is not changed but for what
        is left in it.
    method : {"DeepSEM", "InfoSEM-B", "InfoSEM-BC"}
    species, tfs, edges, text, genes, layer, raw, symbols
        As of `prepare`. InfoSEM takes symbols as text unless it is said otherwise.
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

    Raises
    ------
    InfosemError
        As `prepare` and `infer_ensemble`.
    """
    if isinstance(adata, str) or not hasattr(adata, "varp"):
        raise InfosemError(f"adata: a {type(adata).__name__} is no AnnData; give one")
    if text is None and method != "DeepSEM":
        text = "symbols"
    prepared = prepare(
        adata, species=species, tfs=tfs, edges=edges, text=text, genes=genes, layer=layer, raw=raw,
        symbols=symbols,
    )  # fmt: skip
    found = infer_ensemble(prepared.dataset, method, notes=prepared.notes, **options)
    adata = adata.copy() if copy else adata
    annotate(adata, found, top, key_added, symbols=symbols)
    return adata if copy else None
