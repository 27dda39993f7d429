"""Cells of one's own, in every form that people have: what comes out, and what is refused."""

import gzip
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
import scanpy
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import mmwrite

from infosem.data import Cells, read_cells, select_genes
from infosem.data.cells import TARGET_SUM
from infosem.errors import InfosemError

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore:.*zarr.*", "ignore::"
                                        "UserWarning")  # fmt: skip  # of anndata's writers

GENES = ["Sox2", "Klf4", "Gata6", "C10orf54", "dl", "Dl", "Actb", "Rpl3"]
N = 60
COUNTS = np.random.default_rng(0).poisson(2.0, (N, len(GENES))) + np.eye(N, len(GENES), dtype=int)
LOGS = np.log1p(COUNTS / COUNTS.sum(axis=1, keepdims=True) * TARGET_SUM)
BARCODES = ["".join(np.random.default_rng(i).choice(list("ACGT"), 12)) + "-1" for i in range(N)]


def adata(x: Any = LOGS, genes: list[str] = GENES, cells: list[str] = BARCODES, **more: Any) -> Any:
    obs, var = pd.DataFrame(index=cells), pd.DataFrame(index=genes)
    return anndata.AnnData(x, obs=obs, var=var, **more)


def dense(cells: Cells) -> np.ndarray:
    x = cells.expression
    return x.toarray() if scipy.sparse.issparse(x) else x


def frame(x: Any = LOGS) -> pd.DataFrame:
    return pd.DataFrame(x, index=BARCODES, columns=GENES)


# --- the forms ------------------------------------------------------------------------------------


def h5ad(folder: Path) -> Path:
    adata().write_h5ad(folder / "cells.h5ad")
    return folder / "cells.h5ad"


def h5ad_csr(folder: Path) -> Path:
    adata(scipy.sparse.csr_matrix(LOGS)).write_h5ad(folder / "cells.h5ad")
    return folder / "cells.h5ad"


def h5ad_csc(folder: Path) -> Path:
    adata(scipy.sparse.csc_matrix(LOGS)).write_h5ad(folder / "cells.h5ad", compression="gzip")
    return folder / "cells.h5ad"


def h5ad_misnamed(folder: Path) -> Path:
    return h5ad(folder).rename(folder / "cells.h5")


def zarr(folder: Path) -> Path:
    adata(scipy.sparse.csr_matrix(LOGS)).write_zarr(folder / "cells.zarr")
    return folder / "cells.zarr"


def loom(folder: Path) -> Path:
    with h5py.File(folder / "cells.loom", "w") as file:
        file["matrix"] = LOGS.T
        file["row_attrs/Gene"] = np.array(GENES, dtype=object)
        file["col_attrs/CellID"] = np.array(BARCODES, dtype="S")
        file["layers/spliced"] = LOGS.T
    return folder / "cells.loom"


def csv(folder: Path) -> Path:
    frame().to_csv(folder / "cells.csv")
    return folder / "cells.csv"


def csv_of_genes(folder: Path) -> Path:
    frame().T.to_csv(folder / "ExpressionData.csv")
    return folder / "ExpressionData.csv"


def tsv_gz(folder: Path) -> Path:
    frame().T.to_csv(folder / "genes.tsv.gz", sep="\t")
    return folder / "genes.tsv.gz"


def by_r(folder: Path) -> Path:
    """write.table of R: blanks, quotation marks, no name above the names of rows."""
    lines = [" ".join(f'"{gene}"' for gene in GENES)]
    lines += [f'"{cell}" ' + " ".join(map(repr, row.tolist()))
              for cell, row in zip(BARCODES, LOGS, strict=True)]  # fmt: skip
    (folder / "cells.txt").write_text("\r\n".join(lines))
    return folder / "cells.txt"


def utf16(folder: Path) -> Path:
    frame().assign(kind="stem").to_csv(folder / "cells.txt", sep="\t", encoding="utf-16")
    return folder / "cells.txt"


FORMS = [h5ad, h5ad_csr, h5ad_csc, h5ad_misnamed, zarr, loom, csv, csv_of_genes, tsv_gz, by_r,
         utf16]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_gives_the_same_cells(form: Callable[[Path], Path], tmp_path: Path) -> None:
    path = form(tmp_path)
    found = read_cells(path)
    assert found.name == path.name
    assert found.genes.tolist() == GENES
    assert found.cells.tolist() == BARCODES
    np.testing.assert_allclose(dense(found), LOGS.T, rtol=1e-6)
    assert found.expression.dtype == np.float64
    if form in (h5ad_csr, h5ad_csc, zarr):
        assert found.expression.format == "csr"
    said = {utf16: ("1 columns of text are left out (kind).",)}.get(form, ())
    assert found.notes == said


def write_10x(folder: Path, version: int, pack: bool = True, prefix: str = "") -> None:
    """As Cell Ranger writes it; version 3 with antibodies, too."""
    ids = [f"ENSMUSG{i:011d}" for i in range(len(GENES) + 1)]
    x = np.column_stack([COUNTS, np.full(N, 7)])
    kinds = ["Gene Expression"] * len(GENES) + ["Antibody Capture"]
    names = [*GENES, "CD3_ab"]
    n = len(names) if version == 3 else len(GENES)
    rows = ["\t".join([ids[i], names[i], *([kinds[i]] if version == 3 else [])]) for i in range(n)]
    mmwrite(folder / f"{prefix}matrix.mtx", scipy.sparse.csr_matrix(x[:, :n].T))
    (folder / f"{prefix}{'features' if version == 3 else 'genes'}.tsv").write_text("\n".join(rows))
    (folder / f"{prefix}barcodes.tsv").write_text("\n".join(BARCODES) + "\n")
    if pack:
        for path in list(folder.iterdir()):
            Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()


@pytest.mark.parametrize(
    ("version", "pack", "prefix"),
    [(2, False, ""), (3, True, ""), (3, False, ""), (3, True, "GSM1_")],
)
def test_matrix_market_folders(version: int, pack: bool, prefix: str, tmp_path: Path) -> None:
    write_10x(tmp_path, version, pack, prefix)
    found = read_cells(tmp_path)
    assert found.genes.tolist() == GENES
    assert found.cells.tolist() == BARCODES
    assert found.ids is not None and found.ids[0] == "ENSMUSG00000000000"
    np.testing.assert_allclose(dense(found), LOGS.T)
    assert any("raw counts" in note for note in found.notes)
    same = read_cells(next(path for path in tmp_path.iterdir() if ".mtx" in path.name))
    assert np.array_equal(dense(same), dense(found))
    if (version, pack, prefix) in ((2, False, ""), (3, True, "")):
        peer = scanpy.read_10x_mtx(tmp_path)
        assert peer.var_names.tolist() == GENES
        np.testing.assert_array_equal(peer.X.toarray(), COUNTS)


def test_10x_hdf5(tmp_path: Path) -> None:
    x = scipy.sparse.csc_matrix(COUNTS.T)  # genes x cells
    with h5py.File(tmp_path / "filtered.h5", "w") as file:
        for key in ("data", "indices", "indptr"):
            file[f"matrix/{key}"] = getattr(x, key)
        file["matrix/shape"] = x.shape
        file["matrix/barcodes"] = np.array(BARCODES, dtype="S")
        for key, values in {
            "id": [f"ENSMUSG{i:011d}" for i in range(len(GENES))],
            "name": GENES,
            "feature_type": ["Gene Expression"] * len(GENES),
            "genome": ["mm10"] * len(GENES),
        }.items():
            file[f"matrix/features/{key}"] = np.array(values, dtype="S")
    found = read_cells(tmp_path / "filtered.h5")
    assert found.genes.tolist() == GENES
    assert found.ids is not None
    np.testing.assert_allclose(dense(found), LOGS.T)


def test_a_backed_file_and_a_frame(tmp_path: Path) -> None:
    for form in (h5ad, h5ad_csr):
        backed = anndata.read_h5ad(form(tmp_path), backed="r")
        found = read_cells(backed)
        np.testing.assert_allclose(dense(found), LOGS.T)
        assert backed.isbacked  # it is the user's, and stays open
        backed.file.close()
    np.testing.assert_array_equal(dense(read_cells(frame())), LOGS.T)
    np.testing.assert_array_equal(dense(read_cells(frame().T)), LOGS.T)


def test_layer_raw_and_symbols(tmp_path: Path) -> None:
    ids = [f"ENSG{i:011d}.3" for i in range(len(GENES))]
    data = adata(LOGS - 3, ids, layers={"counts": COUNTS})
    data.var["feature_name"] = [*GENES[:-1], None]
    data.raw = adata(scipy.sparse.csr_matrix(LOGS), ids)
    with pytest.raises(InfosemError, match=r"AnnData: X holds negative values.* take the raw values"
                       r" \(--raw, raw=True\) or the layer 'counts' \(--layer counts"):  # fmt: skip
        read_cells(data)
    np.testing.assert_allclose(dense(read_cells(data, raw=True)), LOGS.T)
    found = read_cells(data, layer="counts", symbols="feature_name")
    np.testing.assert_allclose(dense(found), LOGS.T)
    assert found.genes.tolist() == [*GENES[:-1], ids[-1]]
    assert found.ids.tolist() == ids
    for options, message in (
        ({"layer": "count"}, "no layer 'count'; choose from those that it has: counts"),
        ({"symbols": "name"}, "no column 'name'; choose from those that they have: feature_name"),
        ({"layer": "counts", "raw": True}, "layer: the raw values have no layers"),
    ):
        with pytest.raises(InfosemError, match=message):
            read_cells(data, **options)
    with pytest.raises(InfosemError, match="it has no raw values; leave out raw"):
        read_cells(adata(), raw=True)


def test_the_real_file_of_scanpy() -> None:
    path = Path(scanpy.__file__).parent / "datasets" / "10x_pbmc68k_reduced.h5ad"
    with pytest.raises(InfosemError, match=r"pbmc68k_reduced\.h5ad: X holds negative values, as "
                       r"scaled data do; take the raw values \(--raw"):  # fmt: skip
        read_cells(path)
    found = read_cells(path, raw=True)
    assert found.expression.shape == (765, 700)
    assert found.expression.format == "csr"
    assert found.notes == ("The raw values are taken.",)


# --- what is done to them -------------------------------------------------------------------------


def test_counts_are_normalised_and_said_or_refused() -> None:
    for x in (COUNTS, COUNTS.astype(np.float32), scipy.sparse.csr_matrix(COUNTS)):
        found = read_cells(adata(x))
        np.testing.assert_allclose(dense(found), LOGS.T)
        assert "raw counts: every cell is scaled to a sum of 10,000, then log(1 + x)" in str(
            found.notes
        )
        with pytest.raises(InfosemError, match="AnnData: it holds raw counts, not log-normalised"):
            read_cells(adata(x), normalise=False)
    tpm = COUNTS / COUNTS.sum(axis=1, keepdims=True) * 1e6
    found = read_cells(adata(tpm))
    np.testing.assert_allclose(dense(found), LOGS.T)
    assert "which are no logarithms" in found.notes[0]
    assert read_cells(adata(), normalise=False).notes == ()


def test_scanpys_normalisation_is_the_same() -> None:
    peer = adata(COUNTS.astype(float))
    scanpy.pp.normalize_total(peer, target_sum=1e4)
    scanpy.pp.log1p(peer)
    np.testing.assert_allclose(dense(read_cells(adata(COUNTS))), peer.X.T)


@pytest.mark.parametrize("thin", [False, True])
def test_genes_of_one_name_are_merged(thin: bool) -> None:
    x = np.column_stack([COUNTS, COUNTS[:, :2]])
    names = [*GENES, "Sox2", "Klf4"]
    counted = read_cells(adata(scipy.sparse.csr_matrix(x) if thin else x, names))
    assert counted.genes.tolist() == GENES
    added = COUNTS + np.column_stack([COUNTS[:, :2], np.zeros((N, 6))])
    expected = np.log1p(added / added.sum(axis=1, keepdims=True) * TARGET_SUM)
    np.testing.assert_allclose(dense(counted), expected.T)
    assert "2 genes have the name of another (Klf4, Sox2): their counts are added up." in (
        counted.notes
    )
    logs = np.column_stack([LOGS, 2 * LOGS[:, 0], LOGS[:, 1] / 2])
    kept = read_cells(adata(scipy.sparse.csr_matrix(logs) if thin else logs, names))
    assert sorted(kept.genes) == sorted(GENES)
    place = {gene: i for i, gene in enumerate(kept.genes)}
    np.testing.assert_allclose(dense(kept)[place["Sox2"]], 2 * LOGS[:, 0])
    np.testing.assert_allclose(dense(kept)[place["Klf4"]], LOGS[:, 1])
    assert "the one with the larger sum is kept" in str(kept.notes)


def test_what_is_empty_is_dropped_and_counted() -> None:
    x = COUNTS.copy()
    x[3] = 0
    x[:, 4] = 0
    cells = [*BARCODES[:-1], BARCODES[0]]
    found = read_cells(adata(x, [*GENES[:-1], ""], cells))
    assert found.genes.tolist() == [gene for gene in GENES[:-1] if gene != "dl"]
    assert len(found.cells) == N - 1
    assert len(set(found.cells)) == N - 1
    assert found.cells[-1] == f"{BARCODES[0]}-1"
    assert found.notes[:4] == (
        "1 genes without a name are dropped.",
        "1 cells have the name of another; a number is put behind it.",
        "1 cells without any value are dropped.",
        "1 genes without a value in any cell are dropped.",
    )


def test_names_that_occur_twice_in_a_table_survive(tmp_path: Path) -> None:
    table = pd.DataFrame(COUNTS, index=BARCODES, columns=[*GENES[:-1], "Sox2"])
    table.to_csv(tmp_path / "cells.csv")
    found = read_cells(tmp_path / "cells.csv")
    assert found.genes.tolist() == GENES[:-1]  # and none called Sox2.1


def test_names_that_look_missing_are_names(tmp_path: Path) -> None:
    table = frame().set_axis(["NA", "NAN", *GENES[2:]], axis=1)
    table.to_csv(tmp_path / "cells.csv")
    assert read_cells(tmp_path / "cells.csv").genes.tolist()[:2] == ["NA", "NAN"]


# --- rows and columns -----------------------------------------------------------------------------


def test_where_the_cells_are_is_found_or_told(tmp_path: Path) -> None:
    plain = frame().set_axis([f"g{i}" for i in range(8)], axis=1)
    plain = plain.set_axis([f"c{i}" for i in range(N)], axis=0)
    plain.to_csv(tmp_path / "plain.csv")
    with pytest.raises(InfosemError, match=r"plain\.csv: neither its rows \(c0, c1, c2, \.\.\.\) "
                       r"nor its columns .* look like genes; say where the cells are"):  # fmt: skip
        read_cells(tmp_path / "plain.csv")
    told = read_cells(tmp_path / "plain.csv", orientation="rows")
    by_tfs = read_cells(tmp_path / "plain.csv", known_genes=["G3"])
    assert told.genes.tolist() == by_tfs.genes.tolist() == plain.columns.tolist()
    plain.T.to_csv(tmp_path / "ExpressionData.csv")  # as BEELINE's simulated ones
    assert read_cells(tmp_path / "ExpressionData.csv").genes.tolist() == plain.columns.tolist()
    with pytest.raises(InfosemError, match="orientation: 'row' is unknown; choose from rows, col"):
        read_cells(frame(), orientation="row")


def test_a_transposed_anndata_is_named_and_can_be_told() -> None:
    turned = adata().T
    with pytest.raises(InfosemError, match=r"AnnData: the cells are named as genes are \(Sox2, .*"
                       r"transposed; say that the cells are in its columns"):  # fmt: skip
        read_cells(turned)
    found = read_cells(turned, orientation="columns")
    assert found.genes.tolist() == GENES
    np.testing.assert_array_equal(dense(found), LOGS.T)


# --- what is refused ------------------------------------------------------------------------------


def bad_value(value: float) -> np.ndarray:
    x = LOGS.copy()
    x[2, 1] = value
    return x


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (adata(np.zeros_like(LOGS)), "every value is 0"),
        (adata(np.full_like(LOGS, 1.5)), "every gene has the same value in all cells"),
        (adata(LOGS[:1], cells=BARCODES[:1]), "one cell with any value: nothing varies together"),
        (adata(LOGS[:2], cells=BARCODES[:2]), "two cells with any value"),
        (adata(LOGS[:, :1], GENES[:1]), "one gene is no network"),
        (adata(LOGS[:0], cells=[]), "there is no cell or no gene in it"),
        (adata(LOGS - 1), "negative values, as scaled data do; give counts, or log-normalised"),
        (adata(bad_value(np.nan)), f"1 values are missing .* gene Klf4 in cell {BARCODES[2]}; re"),
        (adata(scipy.sparse.csr_matrix(bad_value(np.inf))), f"gene Klf4 in cell {BARCODES[2]}"),
        (adata(None), "it has no X; give one"),
        (adata(None, layers={"logs": LOGS}), r"it has no X; take the layer 'logs' \(--layer logs"),
        (adata(np.full((N, len(GENES)), "a", dtype=object)), "it holds no numeric matrix"),
        (LOGS, "cells: ndarray is none; give a path, an AnnData or a DataFrame"),
        (None, "cells: NoneType is none"),
        ("nowhere.h5ad", r"nowhere\.h5ad: there is no such file; give an \.h5ad"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(source: Any, message: str) -> None:
    with pytest.raises(InfosemError, match=message):
        read_cells(source)


def broken(folder: Path) -> dict[str, str]:
    """Files that are none, and what is said of them."""
    whole = h5ad(folder).read_bytes()
    (folder / "cut.h5ad").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.h5ad").write_bytes(b"")
    (folder / "noise.h5ad").write_bytes(bytes(range(256)) * 20)
    (folder / "tfs.txt").write_text("SOX2\nKLF4\n")
    (folder / "cells.rds").write_bytes(b"RDX3")
    (folder / "cut.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n" * 50)[:30])
    (folder / "holes.csv").write_text("cell,Sox2,Klf4\nc1,1.5,\nc2,0.5,2.5\n")
    (folder / "words.csv").write_text("cell,Sox2,Klf4\nc1,many,2\nc2,few,3\nc3,1,2\n")
    (folder / "none.csv").write_text("")
    (folder / "folder").mkdir()
    with h5py.File(folder / "other.h5", "w") as file:
        file["something"] = [1, 2]
    return {
        "cut.h5ad": "cannot be read", "empty.h5ad": "it holds no table",
        "noise.h5ad": "it is binary", "tfs.txt": "it has one column: a list, no table of cells",
        "cells.rds": "a file of R; write it as", "cut.csv.gz": "damaged gzip file",
        "holes.csv": "column Klf4 holds '' in row c1, not a number",
        "words.csv": "column Sox2 holds 'many' in row c1", "none.csv": "it holds no table",
        "folder": "there is no matrix.mtx in it; give", "other.h5": "holds no cells",
    }  # fmt: skip


def test_broken_files_are_one_sentence(tmp_path: Path) -> None:
    said = broken(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    for name, message in said.items():
        with pytest.raises(InfosemError, match=rf"{name}: .*{message}") as caught:
            read_cells(tmp_path / name)
        assert "\n" not in str(caught.value)
        assert "; " in str(caught.value)  # what to do
    assert sorted(tmp_path.rglob("*")) == before


def test_mtx_that_does_not_belong_together(tmp_path: Path) -> None:
    write_10x(tmp_path, 2, pack=False)
    (tmp_path / "barcodes.tsv").write_text("\n".join(BARCODES[:-1]))
    with pytest.raises(InfosemError, match=r"matrix\.mtx: it is 8 x 60, but there are 8 genes, 59"):
        read_cells(tmp_path)
    (tmp_path / "barcodes.tsv").unlink()
    with pytest.raises(InfosemError, match=r"no barcodes\.tsv or cells\.tsv beside matrix\.mtx"):
        read_cells(tmp_path)
    (tmp_path / "inner").mkdir()
    for path in list(tmp_path.glob("*.*")):
        path.rename(tmp_path / "inner" / path.name)
    with pytest.raises(InfosemError, match=rf"no matrix\.mtx in it; give {tmp_path}/inner"):
        read_cells(tmp_path)


def test_a_package_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zarr(tmp_path)

    def missing(*_: object) -> None:
        raise ImportError("zarr", name="zarr")

    monkeypatch.setattr(anndata, "read_zarr", missing)
    with pytest.raises(InfosemError, match=r"to read it takes zarr; pip install 'infosem\[io\]'"):
        read_cells(path)
    monkeypatch.setitem(sys.modules, "scanpy", None)
    with pytest.raises(InfosemError, match=r"genes: .*takes scanpy; pip install 'infosem\[io\]'"):
        select_genes(read_cells(adata()), 3, [])


FEW = [(20, 30, "only 20 cells: too few to"), (60, 700, "60 cells for 700 genes")]


@pytest.mark.parametrize(("n_cells", "n_genes", "said"), FEW)
def test_few_cells_are_said(n_cells: int, n_genes: int, said: str) -> None:
    x = np.random.default_rng(0).random((n_cells, n_genes))
    found = read_cells(adata(x, [f"Gene{i}" for i in range(n_genes)], BARCODES[:n_cells]))
    assert said in found.notes[-1]


# --- fewer genes ----------------------------------------------------------------------------------


def many_genes() -> Cells:
    rng = np.random.default_rng(0)
    level = rng.uniform(0.2, 3, 400)
    x = rng.poisson(level * rng.gamma(2, 0.5, (80, 400)))
    x[:, 7] = rng.poisson(3, 80) * rng.integers(0, 2, 80) * 4  # one that varies much
    names = [f"Gene{i}" for i in range(400)]
    return read_cells(adata(x, names, [f"c{i}" for i in range(80)]))


def test_the_most_variable_genes_and_all_tfs_are_kept() -> None:
    cells = many_genes()
    kept = select_genes(cells, 50, ["GENE1", "gene2", "Gene3", "other"])
    assert {"Gene7", "Gene1", "Gene2", "Gene3"} <= set(kept.genes)
    assert 50 <= len(kept.genes) <= 53
    assert kept.expression.shape == (len(kept.genes), len(kept.cells))
    assert "the 50 most variable ones and all TFs" in kept.notes[-1]
    peer = anndata.AnnData(cells.expression.T.toarray() if scipy.sparse.issparse(cells.expression)
                           else cells.expression.T)  # fmt: skip
    peer.var_names = cells.genes
    scanpy.pp.highly_variable_genes(peer, n_top_genes=50, flavor="cell_ranger")
    assert set(peer.var_names[peer.var["highly_variable"]]) == set(
        select_genes(cells, 50, []).genes
    )
    assert select_genes(cells, 10**6, []) is cells
    with pytest.raises(InfosemError, match="genes: 0 is no number of genes"):
        select_genes(cells, 0, [])


def test_the_order_of_genes_does_not_matter() -> None:
    cells = many_genes()
    order = np.random.default_rng(1).permutation(len(cells.genes))
    kept = select_genes(cells.take_genes(order), 50, ["Gene1"])
    assert set(kept.genes) == set(select_genes(cells, 50, ["Gene1"]).genes)


# --- whatever there is ----------------------------------------------------------------------------

CELL = st.one_of(
    st.floats(width=32), st.integers(-2, 9).map(float), st.just(0.0),
)  # fmt: skip
THREE = st.lists(st.sampled_from(["Sox2", "sox2", "", "NA", "dl", " Dl"]), min_size=3, max_size=3)
KINDS = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(str.encode),
    st.text(max_size=200).map(lambda text: text.encode("utf-16")),
    st.lists(st.lists(st.sampled_from(["1", "0", "2.5", "x", "", "NA", "Sox2", '"', "-1", "1e999"]),
                      max_size=5), max_size=6)
    .map(lambda rows: "\n".join(",".join(row) for row in rows).encode()),
    st.binary(max_size=60).map(lambda data: b"\x89HDF\r\n\x1a\n" + data),
    st.binary(max_size=60).map(lambda data: gzip.compress(data)),
    st.binary(max_size=60).map(lambda data: b"\x1f\x8b" + data),
)  # fmt: skip


@settings(max_examples=100, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(KINDS, st.sampled_from(["h5ad", "csv", "tsv.gz", "loom", "mtx", "rds"]))
def test_any_file_is_cells_or_one_sentence(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"any.{suffix}"
    path.write_bytes(data)
    check(path)
    assert os.listdir(tmp_path) == [path.name]
    path.unlink()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=5), st.booleans(), THREE)
def test_any_matrix_is_cells_or_one_sentence(rows: Any, thin: bool, names: list[str]) -> None:
    x = np.array(rows, dtype=float).reshape(-1, 3)
    cells = [f"c{i}" for i in range(len(x))]
    check(adata(scipy.sparse.csr_matrix(x) if thin else x, names, cells))


def check(source: Any) -> None:
    try:
        found = read_cells(source)
    except InfosemError as error:
        assert "\n" not in str(error)
        assert ";" in str(error)
        return
    x = dense(found)
    assert x.shape == (len(found.genes), len(found.cells))
    assert np.isfinite(x).all()
    assert (x >= 0).all()
    assert (x.sum(axis=0) > 0).all()
    assert len(set(found.genes)) == len(found.genes)
    assert "" not in found.genes
