"""A network in the forms of other programs, and where it may be written."""

import gzip
import re
import warnings
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import anndata
import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem import InfosemError, outputs
from infosem.ensemble import Ensemble, SeedsDisagree, infer_ensemble
from infosem.outputs import (
    FORMATS,
    SUFFIXES,
    annotate,
    check_output,
    check_room,
    write,
    write_folder,
)

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


@pytest.fixture(scope="module")
def found(synthetic) -> Ensemble:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeedsDisagree)
        return infer_ensemble(synthetic, seeds=2, jobs=1, threads=1, epochs=3, hidden=8)


def renamed(found: Ensemble, names: list[str]) -> Ensemble:
    """With other names of some targets."""
    genes = found.dataset.genes.astype(object)
    genes[np.setdiff1d(np.arange(len(genes)), found.dataset.tfs)[: len(names)]] = names
    return replace(found, dataset=replace(found.dataset, genes=genes.astype(str)))


# --- forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("edges.csv", pd.read_csv),
        ("edges.TSV", lambda path: pd.read_csv(path, sep="\t")),
        ("edges.csv.gz", pd.read_csv),
        ("edges.v2.tsv.gz", lambda path: pd.read_csv(path, sep="\t")),
        ("edges.parquet", pd.read_parquet),
    ],
)
def test_the_suffix_decides(found, tmp_path, name, read):
    write(found, tmp_path / name, 20)
    table = read(tmp_path / name)
    pd.testing.assert_frame_equal(table, found.top(20), check_dtype=False, rtol=1e-5)
    assert [p.name for p in tmp_path.iterdir()] == [name]
    first = (tmp_path / name).read_bytes()
    write(found, tmp_path / name, 20)
    assert (tmp_path / name).read_bytes() == first


def test_another_suffix_is_an_error(found, tmp_path):
    for name in ("edges", "edges.xlsx", "csv"):
        with pytest.raises(InfosemError, match=f"{name}: a name of unknown kind; .* .csv"):
            write(found, tmp_path / name)
    with pytest.raises(InfosemError, match=r"none/a\.csv: cannot be written"):
        write(found, tmp_path / "none" / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_graphml_is_read_by_networkx(found, tmp_path):
    write(found, tmp_path / "a.graphml", 30)
    graph = networkx.read_graphml(tmp_path / "a.graphml")
    edges = found.top(30)
    assert graph.is_directed()
    assert set(graph.edges) == set(zip(edges["source"], edges["target"], strict=True))
    first = edges.iloc[0]
    data = graph.edges[first["source"], first["target"]]
    assert data["weight"] == pytest.approx(first["weight"], rel=1e-5)
    assert data["known"] is bool(first["known"])
    assert {n for n, d in graph.nodes(data=True) if d["is_tf"]} <= set(found.tf_names)


NAMES = st.text(min_size=1, max_size=20).map(lambda name: f"{name}?".strip().upper())


@settings(max_examples=20, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=4, unique_by=lambda name: name.replace("\0", "")))
def test_graphml_is_valid_whatever_genes_are_called(found, tmp_path_factory, names):
    path = tmp_path_factory.mktemp("graphml") / "a.graphml"
    other = renamed(found, names)
    write(other, path, found.n_pairs)
    graph = networkx.read_graphml(path)
    assert graph.number_of_edges() == found.n_pairs
    root = ElementTree.parse(path).getroot()
    keys = {key.get("id"): key.get("for") for key in root.findall(f"{GRAPHML}key")}
    nodes = [node.get("id") for node in root.iter(f"{GRAPHML}node")]
    # The schema's NMTOKEN; each of them once, and none of an edge that is not there.
    assert all(re.fullmatch(r"[\w.:-]+", node) for node in nodes)
    assert len(set(nodes)) == len(nodes)
    for edge in root.iter(f"{GRAPHML}edge"):
        assert {edge.get("source"), edge.get("target")} <= set(nodes)
        assert all(keys[data.get("key")] == "edge" for data in edge)
    told = {node[0].text for node in root.iter(f"{GRAPHML}node")}
    assert {name for name in other.genes if name.isprintable()} <= told


def test_h5ad_has_cells_and_network(found, tmp_path):
    write(found, tmp_path / "a.h5ad", 10)
    adata = anndata.read_h5ad(tmp_path / "a.h5ad")
    np.testing.assert_array_equal(adata.X.T, found.dataset.expression)
    assert adata.varp["infosem"].nnz == 10
    assert adata.var["is_tf"].sum() == len(found.tf_names)
    with pytest.raises(InfosemError, match="adata: has none of the network's genes"):
        annotate(adata[:, ["G02"]].copy(), found)


def test_a_folder_holds_what_is_asked_for(found, tmp_path):
    files = write_folder(found, tmp_path / "network", formats=list(FORMATS), top=7)
    assert {p.name for p in files} == {"edges.csv", "report.html", *FORMATS.values()}
    assert {p.name for p in (tmp_path / "network").iterdir()} == {p.name for p in files}
    scenic = pd.read_csv(tmp_path / "network" / "adjacencies.csv")
    assert list(scenic.columns) == ["TF", "target", "importance"]
    edges = pd.read_csv(tmp_path / "network" / "edges.csv")
    assert scenic["importance"].tolist() == edges["weight"].tolist()
    assert len(edges) == 7
    with pytest.raises(InfosemError, match="format: 'gml' is unknown; choose pyscenic"):
        write_folder(found, tmp_path / "other", formats=["gml"])
    assert not (tmp_path / "other").exists()


def test_a_link_and_a_mode_survive(found, tmp_path):
    path, link = tmp_path / "there.csv", tmp_path / "link.csv"
    path.write_text("")
    path.chmod(0o600)
    link.symlink_to(path)
    write(found, link, 3)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(pd.read_csv(path)) == 3


# --- where it may be written ----------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_only_networks_of_ours_are_replaced(found, tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    assert not check_output(str(path), [])
    write(found, path, 3)
    assert not check_output(str(path), [])
    path.write_bytes(b"")
    assert not check_output(str(path), [])
    for foreign in (
        b"my,own\n1,2\n",
        gzip.compress(b"my,own\n"),
        b"\x89HDF\r\n\x1a\n",
        b"\x1f\x8b",
    ):
        path.write_bytes(foreign)
        with pytest.raises(InfosemError, match="is there and holds no network of infosem"):
            check_output(str(path), [])
        assert path.read_bytes() == foreign


def test_the_input_is_no_output(tmp_path):
    cells, link = tmp_path / "cells.h5ad", tmp_path / "link.csv"
    cells.write_text("cells")
    link.symlink_to(cells)
    for output in (cells, link, tmp_path / "." / "cells.h5ad"):
        with pytest.raises(InfosemError, match="is the input"):
            check_output(str(output), ["tfs.txt", str(cells)])


def test_a_folder_is_new_or_empty_or_ours(tmp_path):
    for good in ("new", "new/", "a/b/c", ""):
        assert check_output(str(tmp_path / good), [])
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    for bad, message in (
        ("", "is a folder of other files"),
        ("file", "is a file"),
        ("file/new", "cannot be written"),
    ):
        with pytest.raises(InfosemError, match=message):
            check_output(str(tmp_path / bad), [])
    (tmp_path / outputs.RUNS).mkdir()
    assert check_output(str(tmp_path), [])


def test_a_device_or_a_read_only_file_is_no_output(tmp_path, monkeypatch):
    (tmp_path / "edges.csv").symlink_to("/dev/null")
    with pytest.raises(InfosemError, match="is no file"):
        check_output(str(tmp_path / "edges.csv"), [])
    (tmp_path / "mine.csv").write_text("")
    monkeypatch.setattr("os.access", lambda *_: False)  # which root has to everything
    with pytest.raises(InfosemError, match="is read-only"):
        check_output(str(tmp_path / "mine.csv"), [])


def test_room_is_looked_for_before_the_training(tmp_path):
    check_room(tmp_path / "new" / "network", 5, 1000, 1000)
    with pytest.raises(InfosemError, match=r"needs \d+ MiB, and \d+ are free; make room"):
        check_room(tmp_path / "new", 5, 10**15, 1)
    assert Path(tmp_path).is_dir()
