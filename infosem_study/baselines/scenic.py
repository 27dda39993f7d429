"""SCENIC: GRNBoost2, with the targets put on top whose surroundings hold a motif of the TF.

References
----------
Aibar et al. (2017), SCENIC: single-cell regulatory network inference and clustering, Nature Methods
14, 1083-1086. Van de Sande et al. (2020), A scalable SCENIC workflow for single-cell gene
regulatory network analysis, Nature Protocols 15, 2247-2276: pySCENIC, whose defaults these are.
"""

import csv
import hashlib
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset, normalise_genes
from infosem.errors import InfosemError
from infosem_study.baselines.correlation import standardised
from infosem_study.baselines.grnboost2 import grnboost2

__all__ = ["database_digest", "modules", "scenic"]

# Modules.
QUANTILES = (0.75, 0.90)
TOP_TARGETS = 50
TOP_REGULATORS = (5, 10, 50)
FEWEST_GENES = 20
RHO = 0.03
# Motifs.
RANK_THRESHOLD = 1500
AUC_THRESHOLD = 0.05
NES_THRESHOLD = 3.0
MOTIF_FDR = 0.001
ORTHOLOGOUS_IDENTITY = 0.0
SHARE_MISSING = 0.2
# Databases of another species share most symbols once these are upper-cased; names of another kind
# (Ensembl's, or of the fly) share next to none.
_FEWEST_SHARED = 0.1

_RANKINGS = "INFOSEM_CISTARGET_RANKINGS"
_MOTIFS = "INFOSEM_CISTARGET_MOTIFS"
_SOURCE = "https://resources.aertslab.org/cistarget/"


def scenic(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    rankings: str | Path | None = None,
    motifs: str | Path | None = None,
    database: str | None = None,
) -> NDArray[np.float64]:
    """Score pairs by GRNBoost2, those in a regulon above all others.

    GRNBoost2's importances give modules of a TF and genes that follow it (see `modules`). In each
    module and each database every motif gets an AUC: the area under the curve of how many genes of
    the module it ranks among its first r, for r up to 5% of all genes. Its NES is (AUC - mean) /
    standard deviation, over all motifs of the database. A motif is kept if its NES is at least 3
    and it is annotated to the module's own TF, with a similarity q-value of at most 0.001 (an
    orthologous identity of at least 0 is asked for, which any annotation that states one has). Its
    targets are the leading edge: the genes of the module up to the rank, among the first 1500, at
    which its curve is highest above mean + 2 standard deviations of all motifs' curves. A module
    with 20% or more of its genes missing from the database is left out. The regulon of a TF is all
    its targets, over modules, motifs and databases.

    The AUC, curves and leading edges are those of the package ctxcore, on which pySCENIC itself
    rests. It departs from pySCENIC 0.12.1 in that each leading edge is of the annotated motif, not
    of another one (pySCENIC's issue 635). AUCell, which scores cells, is left out.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used, and the names of its genes.
    train_edges
        Not used.
    seed : int
        Of GRNBoost2; nothing else is random.
    rankings : path, optional
        cisTarget database of motif rankings, ``*.genes_vs_motifs.rankings.feather``; several are
        separated as in PATH (``os.pathsep``). By default those that the environment variable
        INFOSEM_CISTARGET_RANKINGS names.
    motifs : path, optional
        Table of the TFs of each motif (``motifs-v10nr_clust-*.tbl`` or ``motifs-v9-*.tbl``), of the
        same collection of motifs. By default that which INFOSEM_CISTARGET_MOTIFS names.
    database : str, optional
        The `database_digest` of the files that the environment variables name; a run is refused
        where they name other files. Not looked at where `rankings` or `motifs` is given.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        The importance, and more than the highest one on top of it for pairs in a regulon. A TF as
        its own target scores 0.

    Raises
    ------
    InfosemError
        If no database is given, ctxcore is not installed, a file is missing or not what it should
        be or of other genes or motifs or not `database`; if there are fewer than 10 cells or 2 TFs.
    """
    files, table = _given(rankings, motifs)
    if database is not None and rankings is None and motifs is None:
        found = database_digest()
        if found != database:
            raise InfosemError(
                f"SCENIC: {_RANKINGS} and {_MOTIFS} name files of digest {found}, the run was "
                f"prepared for {database}; set both variables alike on every machine"
            )
    motifs_of = _annotations(table, dataset)
    databases = [_Database.read(file, dataset, motifs_of, table) for file in files]
    importance = grnboost2(dataset, train_edges, seed=seed)
    regulons = np.zeros(importance.shape, dtype=bool)
    for i, genes in modules(dataset, importance):
        for holdings in databases:
            regulons[i, holdings.targets(dataset.tf_names[i], genes)] = True
    regulons[np.arange(dataset.n_tfs), dataset.tfs] = False
    scores: NDArray[np.float64] = importance + regulons * (importance.max() + 1)
    return scores


def database_digest() -> str | None:
    """What the database that the environment variables name holds, in few characters.

    Returns
    -------
    str or None
        The first 16 hexadecimal digits of the SHA-256 of each database of rankings, in ascending
        order joined by "+", then "/" and those of the table of motifs. None where a variable is
        not set or names no file, which `scenic` refuses.
    """
    try:
        files, table = _given(None, None)
    except InfosemError:
        return None
    rankings = "+".join(sorted(_digest(file) for file in files))
    return f"{rankings}/{_digest(table)}"


def _digest(path: Path) -> str:
    state = path.stat()
    return _digest_of(path, state.st_size, state.st_mtime_ns)


@lru_cache
def _digest_of(path: Path, size: int, changed: int) -> str:
    """Of a file in this state; a gigabyte takes seconds, so that it is read once a process."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def modules(
    dataset: Dataset, importance: NDArray[np.float64]
) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Sets of genes that follow a TF, as pySCENIC's ``modules_from_adjacencies`` forms them.

    Only pairs with a positive importance and a Pearson correlation over all cells above 0.03 are
    considered. Of these a TF has up to six modules: the targets with an importance above the 75th,
    and above the 90th percentile of all positive importances, whatever the correlation; its 50 most
    important targets; and the targets of which it is among the 5, 10 and 50 most important
    regulators. The TF is added to each module, and modules with fewer than 20 genes are dropped.
    Of equal importances that of the earlier gene, or TF, is taken to be higher.

    Parameters
    ----------
    dataset : Dataset
    importance : ndarray of float, shape (n_tfs, n_genes)
        As `grnboost2` returns it.

    Yields
    ------
    i : int
        Which TF, ``genes[tfs[i]]``.
    genes : ndarray of int
        Positions of the module's genes, that of the TF included, in ascending order.
    """
    x = standardised(dataset, "SCENIC")
    correlation = x[dataset.tfs] @ x.T / dataset.n_cells
    linked = importance > 0  # arboreto, from which pySCENIC starts, lists no other pairs
    if not linked.any():
        return
    activating = np.where(linked & (correlation > RHO), importance, 0.0)
    kinds = [activating > np.quantile(importance[linked], share) for share in QUANTILES]
    kinds.append(_largest(activating, TOP_TARGETS, axis=1))
    kinds.extend(_largest(activating, n, axis=0) for n in TOP_REGULATORS)
    for kind in kinds:
        for i in np.flatnonzero(kind.any(axis=1)):
            genes = np.union1d(np.flatnonzero(kind[i]), dataset.tfs[i])
            if len(genes) >= FEWEST_GENES:
                yield int(i), genes


def _largest(weights: NDArray[np.float64], n: int, axis: int) -> NDArray[np.bool_]:
    """Which are positive and among the n largest along an axis; the first of equal ones."""
    place = np.argsort(np.argsort(-weights, axis=axis, kind="stable"), axis=axis)
    chosen: NDArray[np.bool_] = (place < n) & (weights > 0)
    return chosen


@dataclass(frozen=True)
class _Database:
    """What a cisTarget database says about the genes of a data set.

    Attributes
    ----------
    ranks : DataFrame of int, motifs x genes
        From 0; the columns are the positions of the genes in the data set.
    n_ranked : int
        Number of genes that the database ranks, known to the data set or not.
    motifs_of : dict of str to bool array (n_motifs,)
        Which motifs are annotated to a TF of the data set.
    """

    ranks: pd.DataFrame
    n_ranked: int
    motifs_of: dict[str, NDArray[np.bool_]]

    @classmethod
    def read(
        cls, file: Path, dataset: Dataset, motifs_of: dict[str, set[str]], table: Path
    ) -> "_Database":
        """Read the ranks of the data set's genes and find the motifs of its TFs."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # ctxcore imports the deprecated pkg_resources
                from ctxcore.genesig import GeneSignature
                from ctxcore.rnkdb import FeatherRankingDatabase
        except ModuleNotFoundError as error:  # ctxcore, or a package that it imports undeclared
            package = (error.name or "ctxcore").partition(".")[0]
            raise InfosemError(
                f"SCENIC: the package {package} is missing; `pip install infosem[scenic]`"
            ) from error
        todo = f"give a file *.genes_vs_motifs.rankings.feather from {_SOURCE}"
        try:
            database = FeatherRankingDatabase(str(file), name=file.name)
            names = database.genes
        except (OSError, ValueError) as error:  # pyarrow's errors are among them
            wrong = f"not a cisTarget database of rankings ({error})"
            raise InfosemError(f"{file}: {wrong}; {todo}") from error
        if not (database.ct_db.is_genes_db and database.ct_db.is_rankings_db):
            raise InfosemError(f"{file}: holds no rankings of genes; {todo}")
        n_ranked = len(names)
        if not AUC_THRESHOLD * n_ranked <= RANK_THRESHOLD < n_ranked:
            raise InfosemError(
                f"{file}: ranks {n_ranked} genes, where the thresholds of SCENIC are made for "
                f"{RANK_THRESHOLD + 1} to {RANK_THRESHOLD / AUC_THRESHOLD:.0f}; {todo}"
            )
        position = {gene: k for k, gene in enumerate(dataset.genes)}
        known: dict[int, str] = {}  # the first of the names that differ in case alone
        for name, gene in zip(names, normalise_genes(names), strict=True):
            if gene in position:
                known.setdefault(position[gene], name)
        if len(known) < _FEWEST_SHARED * dataset.n_genes or not known:
            raise InfosemError(
                f"{file}: ranks only {len(known)} of the {dataset.n_genes} genes of data set "
                f"{dataset.name}; take a database of its species, or gene symbols as names"
            )
        signature = GeneSignature(name=dataset.name, gene2weight=list(known.values()))
        try:
            ranks = database.load(signature)[list(known.values())]
        except (OSError, ValueError) as error:
            wrong = f"damaged ({error})"
            raise InfosemError(f"{file}: {wrong}; fetch it again from {_SOURCE}") from error
        ranks.columns = list(known)
        own = {tf: np.asarray(ranks.index.isin(motifs)) for tf, motifs in motifs_of.items()}
        if not any(which.any() for which in own.values()):
            raise InfosemError(
                f"{file}: none of its motifs is annotated to a TF of data set {dataset.name} in "
                f"{table}; take both from one collection of motifs (v9 or v10)"
            )
        return cls(ranks.sort_index(axis=1), n_ranked, own)

    def targets(self, tf: str, genes: NDArray[np.intp]) -> list[int]:
        """The genes of a module that its TF's motifs point to."""
        from ctxcore.recovery import aucs, leading_edge, recovery

        ranks = self.ranks.loc[:, self.ranks.columns.isin(genes)]
        missing = len(genes) - ranks.shape[1]
        if tf not in self.motifs_of or missing / len(genes) >= SHARE_MISSING:
            return []
        weights = np.ones(ranks.shape[1])
        auc = aucs(ranks, self.n_ranked, weights, AUC_THRESHOLD)
        if not auc.std() > 0:
            return []
        nes = (auc - auc.mean()) / auc.std()
        kept = np.flatnonzero((nes >= NES_THRESHOLD) & self.motifs_of[tf])
        if not len(kept):  # the curves, of all motifs, take far longer than the AUCs
            return []
        curves, _ = recovery(
            ranks, self.n_ranked, weights, RANK_THRESHOLD, AUC_THRESHOLD, no_auc=True
        )
        bound = curves.mean(axis=0) + 2 * curves.std(axis=0)
        values, columns = ranks.to_numpy(), ranks.columns.to_numpy()
        edges = (leading_edge(curves[k], bound, values[k], columns)[0] for k in kept)
        return sorted({int(gene) for edge in edges for gene, _ in edge})


def _given(rankings: str | Path | None, motifs: str | Path | None) -> tuple[list[Path], Path]:
    """Files of rankings and of annotations, by argument or by environment variable."""
    text = os.environ.get(_RANKINGS, "") if rankings is None else str(rankings)
    files = [Path(part) for part in text.split(os.pathsep) if part]
    table = os.environ.get(_MOTIFS, "") if motifs is None else str(motifs)
    if not files or not table:
        raise InfosemError(
            "SCENIC: not run: needs a cisTarget database; fetch rankings "
            "(*.genes_vs_motifs.rankings.feather) and the motif annotations (motifs-*.tbl) that "
            f"belong to them from {_SOURCE} and set {_RANKINGS} and {_MOTIFS} to their paths"
        )
    for file in (*files, Path(table)):
        if not file.is_file():
            raise InfosemError(
                f"{file}: there is no such file; correct {_RANKINGS} or {_MOTIFS}, or the arguments"
            )
    return files, Path(table)


def _annotations(table: Path, dataset: Dataset) -> dict[str, set[str]]:
    """Names of the motifs of each TF of the data set that has any."""
    numbers = ["motif_similarity_qvalue", "orthologous_identity"]
    try:
        # No name is taken for a missing value, "NA" neither; the numbers may be "None".
        frame = pd.read_csv(
            table,
            sep="\t",
            usecols=["#motif_id", "gene_name", *numbers],
            dtype=str,
            keep_default_na=False,
            quoting=csv.QUOTE_NONE,
        )
    except (OSError, ValueError) as error:  # pandas' errors are among them
        raise InfosemError(
            f"{table}: not a table of motif annotations ({error}); give a file motifs-*.tbl from "
            f"{_SOURCE}"
        ) from error
    qvalue, identity = (pd.to_numeric(frame[column], errors="coerce") for column in numbers)
    frame = frame[(qvalue <= MOTIF_FDR) & (identity >= ORTHOLOGOUS_IDENTITY)]
    frame = frame.assign(tf=normalise_genes(frame["gene_name"]))
    frame = frame[frame["tf"].isin(dataset.tf_names)]
    if frame.empty:
        raise InfosemError(
            f"{table}: has no motif for any TF of data set {dataset.name}; take the table of its "
            "species, or gene symbols as names"
        )
    return {str(tf): set(group["#motif_id"]) for tf, group in frame.groupby("tf")}
