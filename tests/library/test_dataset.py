"""Tests of the data set: its checks, its fingerprint, and how it is made of a user's own cells."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem.data import Dataset, normalise_genes
from infosem.errors import InfosemError

# --- a user's own cells ---------------------------------------------------------------------------

VALUES = np.array([[0, 1.5, 2, 0], [3, 0, 0.5, 1], [1, 1, 0, 2.5]])  # cells x genes


def adata(x: Any = VALUES, names: tuple[str, ...] = ("Sox2", "Klf4", "NA", "Gata6")) -> Any:
    return anndata.AnnData(
        X=x, obs=pd.DataFrame(index=["a", "b", "c"]), var=pd.DataFrame(index=list(names))
    )


@pytest.mark.parametrize("x", [VALUES.astype(np.float32), scipy.sparse.csr_matrix(VALUES)])
def test_from_anndata(x: Any, tmp_path: Path) -> None:
    pairs = [("SOX2", "klf4"), ("klf4", "Gata6"), ("klf4", "klf4"), ("NA", "SOX2"), ("SOX2", "Z")]
    d = Dataset.from_anndata(adata(x), ["Sox2", "KLF4 "], pairs)
    assert scipy.sparse.issparse(d.expression) == scipy.sparse.issparse(x)
    np.testing.assert_array_equal(d.dense().expression, VALUES.T)
    assert (d.genes.tolist(), d.cells.tolist()) == (
        ["Sox2", "Klf4", "NA", "Gata6"],
        ["a", "b", "c"],
    )
    assert d.tf_names.tolist() == ["Klf4", "Sox2"]
    np.testing.assert_array_equal(d.network, np.array([[0, 0, 0, 1], [0, 1, 0, 0]], dtype=bool))
    assert d.provenance["edges dropped"] == "3 of 5"  # to itself, from no TF, to no gene
    adata(x).write_h5ad(tmp_path / "mine.h5ad")
    frame = pd.DataFrame(pairs, columns=["Gene1", "Gene2"])
    same = Dataset.from_anndata(tmp_path / "mine.h5ad", ["Sox2", "Klf4"], frame)
    assert (same.name, same.fingerprint()) == ("mine.h5ad", d.fingerprint())


def test_tfs_that_are_not_in_the_data_are_left_out_and_named() -> None:
    d = Dataset.from_anndata(adata(), ["SOX2", "GATA1", "Nanog"])
    assert d.tf_names.tolist() == ["Sox2"]
    assert d.provenance["tfs not in the data"] == "GATA1, Nanog"


def test_genes_that_differ_in_case_are_two() -> None:
    d = Dataset.from_anndata(adata(names=("dl", "Dl", "Klf4", "C10orf54")), ["dl", "KLF4", "DL"])
    assert d.genes.tolist() == ["dl", "Dl", "Klf4", "C10orf54"]
    assert d.tf_names.tolist() == ["Klf4", "dl"]
    assert d.provenance["tfs not in the data"] == "DL"


def test_from_anndata_without_network() -> None:
    d = Dataset.from_anndata(adata(), ["Sox2", "Klf4"])
    assert (d.n_tfs, d.network_name, bool(d.network.any())) == (2, "", False)


@pytest.mark.parametrize(
    ("x", "names", "tfs", "network", "message"),
    [
        (
            VALUES,
            ("A", "B", "C", "D"),
            ["Sox2", "X"],
            None,
            r"tfs: none is in AnnData \(Sox2, X\); name them as the data do",
        ),
        (VALUES, ("A", "B", "C", "D"), [], None, "AnnData: there is no TF; name"),
        (VALUES, ("A", "B", "A ", "D"), ["A"], None, r"AnnData: duplicate gene names \(A\); keep"),
        (VALUES, ("A", "B", "C", "D"), ["A"], [("X", "Y")], "network: none of its edges joins"),
        (
            VALUES,
            ("A", "B", "C", "D"),
            ["A"],
            "mine.csv",
            "network: not a list of pairs; give pairs",
        ),
        (VALUES - 1, ("A", "B", "C", "D"), ["A"], None, "AnnData: 5 negative values, .*; give log"),
        (
            VALUES * np.nan,
            ("A", "B", "C", "D"),
            ["A"],
            None,
            "AnnData: 12 NaN or infinite values, .*; r",
        ),
        (None, ("A", "B", "C", "D"), ["A"], None, "AnnData: X is not a numeric matrix"),
        (VALUES[:, :0], (), ["A"], None, r"tfs: none is in AnnData \(A\)"),
    ],
)
def test_bad_anndata(x: Any, names: Any, tfs: Any, network: Any, message: str) -> None:
    with pytest.raises(InfosemError, match=message):
        Dataset.from_anndata(adata(x, names), tfs, network)


def test_unreadable_h5ad(tmp_path: Path) -> None:
    (tmp_path / "bad.h5ad").write_bytes(b"not HDF5")
    for name in ("bad.h5ad", "none.h5ad"):
        with pytest.raises(InfosemError, match=rf"{name}: cannot be read \(.*; give the path"):
            Dataset.from_anndata(tmp_path / name, ["A"])


# --- the data set itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expression": np.empty((0, 3))}, "the expression matrix is empty"),
        ({"expression": np.ones((3, 4))}, r"expression \(3, 4\) is not genes x cells \(4, 3\)"),
        ({"expression": np.ones((4, 3), np.float32)}, "the expression is float32; convert"),
        ({"genes": np.array(["A", "B", "C", "A"])}, r"duplicate gene names \(A\)"),
        ({"genes": np.array(["A", " B", "C", "D"])}, "gene names with white space; strip it"),
        ({"genes": np.array(["A", "", "C", "D"])}, "a gene without a name; leave it out"),
        ({"genes": np.array(["A", "", "C", ""])}, "duplicate gene names"),
        ({"cells": np.array(["x", "y", "x"])}, r"duplicate cell names \(x\)"),
        ({"tfs": np.array([1, 4])}, "tfs are not indices of genes"),
        ({"tfs": np.array([-1, 1])}, "tfs are not indices of genes"),
        ({"tfs": np.array([3, 1])}, "tfs out of order; sort by name"),
        ({"tfs": np.array([1, 1])}, "tfs out of order"),
        ({"network": np.zeros((4, 2), bool)}, r"the network is bool \(4, 2\); give a bool array"),
        ({"network": np.zeros((2, 4))}, r"the network is float64 \(2, 4\)"),
        ({"network": np.eye(2, 4, 1, dtype=bool)}, "the network has a TF that regulates itself"),
        ({"embeddings": {"h": np.zeros((3, 2), np.float32)}}, r"embedding 'h' is float32 \(3, 2\)"),
        (
            {"embeddings": {"h": np.full((4, 2), np.nan, np.float32)}},
            "embedding 'h' .*not finite; give finite",
        ),
    ],
)
def test_bad_fields(changes: dict[str, Any], message: str) -> None:
    fields: dict[str, Any] = {
        "expression": np.ones((4, 3)),
        "genes": np.array(["A", "B", "C", "D"]),
        "cells": np.array(["x", "y", "z"]),
        "tfs": np.array([1, 3]),
        "network": np.zeros((2, 4), dtype=bool),
    }
    Dataset("mine", "", **fields)
    with pytest.raises(InfosemError, match=f"^mine: {message}"):
        Dataset("mine", "", **{**fields, **changes})


names = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8)
space = st.sampled_from(["", " ", "\t", "\n ", "\u00a0"])


@given(st.lists(names), space, space)
def test_normalisation(given_names: list[str], before: str, after: str) -> None:
    once = normalise_genes(given_names)
    np.testing.assert_array_equal(normalise_genes(once), once)
    padded = [before + name.upper() + after for name in given_names]
    np.testing.assert_array_equal(normalise_genes(padded), once)


def test_normalisation_of_symbols() -> None:
    symbols = [" Trp53", "C4orf46\n", "HLA-A", "nkx2.5"]
    assert normalise_genes(symbols).tolist() == ["TRP53", "C4ORF46", "HLA-A", "NKX2.5"]


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_fingerprint_does_not_depend_on_order(synthetic: Dataset, random: Any) -> None:
    by_gene, by_cell = list(range(synthetic.n_genes)), list(range(synthetic.n_cells))
    random.shuffle(by_gene)
    random.shuffle(by_cell)
    d = synthetic.take_genes(np.array(by_gene))
    d = replace(d, expression=d.expression[:, by_cell], cells=d.cells[by_cell], name="other")
    assert d.fingerprint() == synthetic.fingerprint()
    assert d.fingerprint("planted") == synthetic.fingerprint("planted")
    names = np.array([d.genes[row] for row in d.network], dtype=object)
    for i, targets in enumerate(names):  # and the same TFs still have the same targets
        assert set(targets) == set(synthetic.genes[synthetic.network[i]])
    assert d.tf_names.tolist() == synthetic.tf_names.tolist()


def test_fingerprint_covers_the_content(synthetic: Dataset) -> None:
    d = synthetic
    value, edge = d.expression.copy(), d.network.copy()
    value[3, 5] += 0.5
    edge[0, np.flatnonzero(~edge[0] & (np.arange(d.n_genes) != d.tfs[0]))[0]] = True
    swapped = d.expression.copy()
    swapped[[0, 1]] = swapped[[1, 0]]
    moved, exchanged = d.expression.copy(), d.expression.copy()
    moved[:, [0, 1]] = moved[:, [1, 0]]  # every gene keeps its moments: only the cells differ
    exchanged[3, [3, 5]] = exchanged[3, [5, 3]]
    cells = d.cells.copy()
    cells[0] = "OTHER"
    genes = np.where(d.genes == d.genes[0], "OTHER", d.genes)
    assert d.genes[0] not in d.tf_names
    versions = [
        d,
        replace(d, expression=value),
        replace(d, expression=swapped),
        replace(d, expression=moved),
        replace(d, expression=exchanged),
        replace(d, network=edge),
        replace(d, cells=cells),
        replace(d, genes=genes),
        replace(d, tfs=d.tfs[1:], network=d.network[1:]),
        replace(d, network=np.zeros_like(edge)),
        replace(d, tfs=d.tfs[1:], network=np.zeros_like(edge)[1:]),
    ]
    assert len({version.fingerprint() for version in versions}) == len(versions)
    vectors = d.embeddings["planted"]
    permuted = d.with_embedding("planted", vectors[np.random.default_rng(0).permutation(100)])
    of_vectors = {version.fingerprint("planted") for version in (d, permuted)}
    assert len({d.fingerprint(), *of_vectors}) == 3
    noise = 1e-9 * np.random.default_rng(0).random(value.shape)
    assert replace(d, expression=d.expression + noise).fingerprint() == d.fingerprint()


def test_take_genes(synthetic: Dataset) -> None:
    index = np.r_[synthetic.tfs[[4, 2]], np.setdiff1d(np.arange(100), synthetic.tfs)[:10]]
    d = synthetic.take_genes(index)
    assert d.tf_names.tolist() == synthetic.tf_names[[2, 4]].tolist()
    np.testing.assert_array_equal(d.genes, synthetic.genes[index])
    np.testing.assert_array_equal(d.expression, synthetic.expression[index])
    np.testing.assert_array_equal(d.network, synthetic.network[[2, 4]][:, index])
    np.testing.assert_array_equal(d.embeddings["planted"], synthetic.embeddings["planted"][index])


def test_with_embedding(synthetic: Dataset) -> None:
    d = synthetic.with_embedding("one-hot", np.eye(100))
    assert set(d.embeddings) == {"planted", "one-hot"}
    assert d.embeddings["one-hot"].dtype == np.float32
    assert set(synthetic.embeddings) == {"planted"}
    with pytest.raises(InfosemError, match="embedding 'short'"):
        synthetic.with_embedding("short", np.eye(99))
