"""SCENIC: modules of co-expression, and their pruning by motifs."""

import hashlib
import math
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from infosem.data import Dataset, simulate
from infosem.errors import InfosemError
from infosem_study.baselines import scenic as module
from infosem_study.baselines.grnboost2 import grnboost2
from infosem_study.baselines.scenic import modules, scenic
from infosem_study.presets import method_for

N_RANKED = 2000
DIRECT = ("0", "1.0")  # q-value of similarity and orthologous identity of a TF's own motif


@pytest.fixture(scope="module")
def planted() -> Dataset:
    return simulate(n_tfs=8, n_targets=92, n_cells=150)


@pytest.fixture(scope="module")
def importance(planted) -> np.ndarray:
    return grnboost2(planted, None, seed=0)


@pytest.fixture
def quick(monkeypatch, importance) -> None:
    """GRNBoost2 is not run again."""
    monkeypatch.setattr(module, "grnboost2", lambda *_, **__: importance.copy())


@pytest.fixture
def never(monkeypatch) -> None:
    """What is wrong with a file is to be found before GRNBoost2 is run, which takes hours."""
    monkeypatch.setattr(module, "grnboost2", lambda *_, **__: pytest.fail("GRNBoost2 was run"))


@pytest.fixture
def ctxcore() -> None:
    pytest.importorskip("ctxcore", reason="needs the extra `scenic`")


@pytest.fixture(autouse=True)
def no_databases_of_the_user(monkeypatch) -> None:
    for name in ("INFOSEM_CISTARGET_RANKINGS", "INFOSEM_CISTARGET_MOTIFS"):
        monkeypatch.delenv(name, raising=False)


def busiest(dataset: Dataset) -> int:
    return int(dataset.network.sum(axis=1).argmax())


def ranks_of(genes: Sequence[str], favoured: Sequence[Sequence[str]]) -> np.ndarray:
    """For each motif the rank of each gene from 0: the favoured ones first, else at random."""
    rng = np.random.default_rng(0)
    late = np.array([~np.isin(genes, first) for first in favoured]) + rng.random(
        (len(favoured), len(genes))
    )
    return late.argsort(axis=1).argsort(axis=1)


def write_rankings(
    folder: Path, ranks: np.ndarray, genes: Sequence[str], name: str = "a", dtype: type = np.int16
) -> Path:
    """A database as cisTarget's are, with symbols written as for the mouse."""
    frame = pd.DataFrame(ranks.astype(dtype), columns=[gene.title() for gene in genes])
    frame["motifs"] = [f"m{i}" for i in range(len(ranks))]
    path = folder / f"{name}.genes_vs_motifs.rankings.feather"
    frame.to_feather(path)
    return path


def write_motifs(folder: Path, tfs: Mapping[str, tuple[str, tuple[str, str]]]) -> Path:
    """A table of annotations: motif -> TF, and (q-value, orthologous identity)."""
    columns = ["#motif_id", "motif_name", "gene_name", "motif_similarity_qvalue",
               "similar_motif_id", "orthologous_identity", "description"]  # fmt: skip
    rows = [
        [motif, "unquoted \" ' name", tf.title(), qvalue, "None", identity, "gene is annotated"]
        for motif, (tf, (qvalue, identity)) in tfs.items()
    ]
    path = folder / "motifs.tbl"
    path.write_text("".join("\t".join(row) + "\n" for row in [columns, *rows]), encoding="utf-8")
    return path


def all_genes(dataset: Dataset) -> list[str]:
    return [*dataset.genes, *(f"OTHER{i}" for i in range(N_RANKED - dataset.n_genes))]


def one_good_motif(dataset: Dataset) -> np.ndarray:
    """Ranks in which motif 0 has all targets of the busiest TF first; the others are decoys."""
    targets = dataset.genes[dataset.network[busiest(dataset)]]
    return ranks_of(all_genes(dataset), [targets, *([()] * 39)])


# --- modules --------------------------------------------------------------------------------------


def modules_by_loops(dataset: Dataset, importance: np.ndarray) -> list[tuple[int, list[int]]]:
    x, n_tfs, n_genes = dataset.expression, dataset.n_tfs, dataset.n_genes
    links = {
        (i, k): importance[i, k]
        for i in range(n_tfs)
        for k in range(n_genes)
        if importance[i, k] > 0
    }
    in_order = sorted(links.values())

    def percentile(share: float) -> float:
        at = share * (len(in_order) - 1)
        low = math.floor(at)
        return in_order[low] + (at - low) * (in_order[low + 1] - in_order[low])

    up = {
        (i, k): v
        for (i, k), v in links.items()
        if np.corrcoef(x[dataset.tfs[i]], x[k])[0, 1] > 0.03
    }
    found = []
    for i in range(n_tfs):
        mine = {k: v for (j, k), v in up.items() if j == i}
        kinds = [[k for k, v in mine.items() if v > percentile(share)] for share in (0.75, 0.9)]
        kinds.append(sorted(mine, key=lambda k, mine=mine: -mine[k])[:50])
        for n in (5, 10, 50):
            stronger = {
                k: sum(up.get((j, k), 0) > v for j in range(n_tfs)) for k, v in mine.items()
            }
            kinds.append([k for k in mine if stronger[k] < n])
        for kind in kinds:
            genes = {*kind, int(dataset.tfs[i])}
            if kind and len(genes) >= 20:
                found.append((i, sorted(genes)))
    return sorted(found)


def test_modules_are_those_of_plain_loops(planted, importance):
    found = sorted((i, genes.tolist()) for i, genes in modules(planted, importance))
    assert found == modules_by_loops(planted, importance)
    assert {i for i, _ in found} != set()
    assert len(found) < 6 * planted.n_tfs  # some are too small


def test_modules_of_twenty_genes_are_large_enough(planted):
    """With a perfect copy of the TF in each of n genes, which only it explains."""
    for n, expected in ((18, 0), (19, 4)):  # the copies above no percentile, for all are equal
        x = np.full(planted.expression.shape, 1.0)  # no variation: no correlation, and no warning
        x[planted.tfs[0]] = np.arange(planted.n_cells)
        copies = np.setdiff1d(np.arange(planted.n_genes), planted.tfs)[:n]
        x[copies] = x[planted.tfs[0]]
        links = np.zeros(planted.network.shape)
        links[:, copies] = 1
        found = list(modules(replace(planted, expression=x), links))
        assert len(found) == expected
        for i, genes in found:
            assert i == 0
            assert genes.tolist() == sorted([*copies, planted.tfs[0]])


def test_no_importance_makes_no_module(planted):
    assert list(modules(planted, np.zeros(planted.network.shape))) == []


# --- pruning --------------------------------------------------------------------------------------


def test_targets_with_the_motif_come_first(tmp_path, planted, importance, quick, ctxcore):
    tf = busiest(planted)
    rankings = write_rankings(tmp_path, one_good_motif(planted), all_genes(planted))
    # The other TFs have motifs too, which rank genes at random.
    tfs = {"m0": (planted.tf_names[tf], DIRECT)}
    tfs |= {f"m{i + 1}": (name, DIRECT) for i, name in enumerate(planted.tf_names)}
    table = write_motifs(tmp_path, tfs)
    scores = scenic(planted, None, seed=0, rankings=rankings, motifs=table)
    regulon = scores > importance.max()

    # Motif 0 ranks the targets before all other genes, so that nothing else can be recovered.
    assert not regulon[np.arange(planted.n_tfs) != tf].any()
    assert regulon[tf].sum() >= 20
    assert not (regulon[tf] & ~planted.network[tf]).any()
    in_module = np.zeros(planted.n_genes, dtype=bool)
    for i, genes in modules(planted, importance):
        in_module[genes] |= i == tf
    assert (regulon[tf] == (in_module & planted.network[tf])).all()
    # All else is as before, in both groups.
    assert (scores[~regulon] == importance[~regulon]).all()
    assert (np.argsort(scores[regulon]) == np.argsort(importance[regulon])).all()
    assert scores[regulon].min() > scores[~regulon].max()
    assert np.isfinite(scores).all()
    assert (scores[np.arange(planted.n_tfs), planted.tfs] == 0).all()


def test_same_seed_gives_the_same_scores(tmp_path, planted, ctxcore):
    few = replace(planted, expression=planted.expression[:, :20], cells=planted.cells[:20])
    rankings = write_rankings(tmp_path, one_good_motif(few), all_genes(few))
    table = write_motifs(tmp_path, {"m0": (few.tf_names[busiest(few)], DIRECT)})
    first, again, other = (
        scenic(few, None, seed=seed, rankings=rankings, motifs=table) for seed in (3, 3, 4)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def regulons_by_loops(dataset, importance, ranks, genes, motifs_of) -> np.ndarray:
    """Which pairs are in a regulon, rank by rank and motif by motif."""
    column = {gene: j for j, gene in enumerate(genes)}
    top = round(0.05 * len(genes))
    regulons = np.zeros(importance.shape, dtype=bool)
    for i, members in modules_by_loops(dataset, importance):
        of = {k: column[dataset.genes[k]] for k in members if dataset.genes[k] in column}
        if len(of) <= 0.8 * len(members):
            continue
        curves, areas = [], []
        for motif in ranks:
            at = {motif[j] for j in of.values()}
            curve, height = [], 0
            for rank in range(1500):
                height += rank in at
                curve.append(height)
            curves.append(curve)
            # ctxcore follows R's SCENIC, which leaves out the last of the first 5%.
            areas.append(sum(curve[: top - 1]) / (top * len(of)))
        mean = sum(areas) / len(areas)
        deviation = math.sqrt(sum((a - mean) ** 2 for a in areas) / len(areas))
        bound = []
        for column_of_curves in zip(*curves, strict=True):
            m = sum(column_of_curves) / len(ranks)
            spread = math.sqrt(sum((c - m) ** 2 for c in column_of_curves) / len(ranks))
            bound.append(m + 2 * spread)
        for motif in motifs_of[i]:
            if (areas[motif] - mean) / deviation >= 3:
                above = [c - b for c, b in zip(curves[motif], bound, strict=True)]
                last = above.index(max(above))
                for k, j in of.items():
                    if ranks[motif][j] <= last and k != dataset.tfs[i]:
                        regulons[i, k] = True
    return regulons


def test_enrichment_and_leading_edge_are_the_published_ones(
    tmp_path, planted, importance, quick, ctxcore
):
    """Two databases, that lack some genes, of motifs that favour some targets of some TFs."""
    rng = np.random.default_rng(1)
    motifs_of = {i: [2 * i, 2 * i + 1] for i in range(planted.n_tfs)}
    tfs = {f"m{m}": (planted.tf_names[i], DIRECT) for i in motifs_of for m in motifs_of[i]}
    table = write_motifs(tmp_path, tfs)
    expected = np.zeros(planted.network.shape, dtype=bool)
    paths = []
    for name in "ab":
        genes = rng.permutation(all_genes(planted)[5:]).tolist()
        favoured = [
            planted.genes[row][rng.random(row.sum()) < 0.6]
            for row in planted.network
            for _ in range(2)
        ]
        ranks = ranks_of(genes, favoured + [()] * 24)
        paths.append(write_rankings(tmp_path, ranks, genes, name))
        found = regulons_by_loops(planted, importance, ranks, genes, motifs_of)
        assert (found & ~expected).any()
        expected |= found
    rankings = os.pathsep.join(map(str, paths))
    scores = scenic(planted, None, seed=0, rankings=rankings, motifs=table)
    assert (expected.any(axis=1)).sum() >= 3
    np.testing.assert_array_equal(scores > importance.max(), expected)


@pytest.mark.parametrize("annotation", ["another TF", ("0.0011", "1.0"), ("0", "None")])
def test_a_motif_counts_for_the_tf_it_is_surely_annotated_to(
    annotation, tmp_path, planted, importance, quick, ctxcore
):
    tf = busiest(planted)
    rankings = write_rankings(tmp_path, one_good_motif(planted), all_genes(planted))
    other, own = planted.tf_names[tf - 1], planted.tf_names[tf]
    of_first = (other, DIRECT) if annotation == "another TF" else (own, annotation)
    table = write_motifs(tmp_path, {"m0": of_first, "m1": (other, DIRECT)})
    scores = scenic(planted, None, seed=0, rankings=rankings, motifs=table)
    np.testing.assert_array_equal(scores[tf], importance[tf])
    # As sure as need be, and now the same motif counts.
    table = write_motifs(tmp_path, {"m0": (own, ("0.001", "0.0"))})
    scores = scenic(planted, None, seed=0, rankings=rankings, motifs=table)
    assert (scores[tf] > importance.max()).sum() >= 20


def test_a_module_that_the_database_hardly_knows_is_left_out(
    tmp_path, planted, importance, quick, ctxcore
):
    tf = busiest(planted)
    table = write_motifs(tmp_path, {"m0": (planted.tf_names[tf], DIRECT)})
    ranks, genes = one_good_motif(planted), np.array(all_genes(planted))
    counts = []
    for missing in (0.15, 0.3):
        members = np.unique(np.concatenate([g for i, g in modules(planted, importance) if i == tf]))
        lost = planted.genes[members][np.arange(len(members)) % 20 < 20 * missing]
        kept = ~np.isin(genes, lost)
        fewer = ranks[:, kept].argsort(axis=1).argsort(axis=1)
        rankings = write_rankings(tmp_path, fewer, genes[kept].tolist())
        scores = scenic(planted, None, seed=0, rankings=rankings, motifs=table)
        counts.append((scores > importance.max()).sum())
    assert counts[0] > 10
    assert counts[1] == 0


def test_files_may_be_named_by_environment_variables(
    tmp_path, monkeypatch, planted, quick, ctxcore
):
    rankings = write_rankings(tmp_path, one_good_motif(planted), all_genes(planted))
    table = write_motifs(tmp_path, {"m0": (planted.tf_names[busiest(planted)], DIRECT)})
    by_argument = scenic(planted, None, seed=0, rankings=rankings, motifs=table)
    monkeypatch.setenv("INFOSEM_CISTARGET_RANKINGS", str(rankings))
    monkeypatch.setenv("INFOSEM_CISTARGET_MOTIFS", str(table))
    assert np.array_equal(scenic(planted, None, seed=0), by_argument)
    with pytest.raises(InfosemError, match="elsewhere: there is no such file"):
        scenic(planted, None, seed=0, rankings="elsewhere")


def test_another_database_is_another_run(tmp_path, monkeypatch, planted, quick, ctxcore):
    """Its content is among the settings, and with these only the same content is read."""

    def settings():
        return dict(method_for("SCENIC", "hESC", "cell-type-specific").settings)

    def set_paths(*rankings: Path) -> None:
        monkeypatch.setenv("INFOSEM_CISTARGET_RANKINGS", os.pathsep.join(map(str, rankings)))
        monkeypatch.setenv("INFOSEM_CISTARGET_MOTIFS", str(table))

    assert settings() == {}
    table = write_motifs(tmp_path, {"m0": (planted.tf_names[busiest(planted)], DIRECT)})
    set_paths(tmp_path / "absent")
    assert settings() == {}
    first = write_rankings(tmp_path, one_good_motif(planted), all_genes(planted), "a")
    other = write_rankings(tmp_path, one_good_motif(planted)[::-1], all_genes(planted), "b")
    set_paths(first)
    of_first = settings()
    digests = [hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in (first, table)]
    assert of_first == {"database": "/".join(digests)}
    by_path = scenic(planted, None, seed=0, rankings=first, motifs=table)
    assert np.array_equal(scenic(planted, None, seed=0, **of_first), by_path)
    set_paths(first, other)
    of_both = settings()
    set_paths(other, first)
    assert settings() == of_both != of_first
    with pytest.raises(InfosemError, match=f"was prepared for {digests[0]}/.*set both variables"):
        scenic(planted, None, seed=0, **of_first)
    set_paths(first)
    write_motifs(tmp_path, {"m1": (planted.tf_names[0], DIRECT), "m2": ("TF2", DIRECT)})
    assert settings() not in ({}, of_first)  # the same path, with another content


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["rankings", "motifs", "neither"])
def test_without_a_database_it_says_what_to_do(given, tmp_path, planted, never):
    files = {given: tmp_path / "file"} if given != "neither" else {}
    wanted = (
        "^SCENIC: not run: needs a cisTarget database; fetch .*resources.aertslab.org/cistarget"
    )
    with pytest.raises(InfosemError, match=wanted):
        scenic(planted, None, seed=0, **files)


def test_a_missing_file_is_named(tmp_path, planted, never):
    there, absent = tmp_path / "there", tmp_path / "absent"
    there.write_text("")
    for rankings, motifs in ((f"{there}{os.pathsep}{absent}", there), (there, absent)):
        with pytest.raises(InfosemError, match="absent: there is no such file"):
            scenic(planted, None, seed=0, rankings=rankings, motifs=motifs)


@pytest.mark.parametrize("content", [b"", b"a\tb\n1\t2\n", b"ARROW1\x00\xff\xfe"])
def test_a_file_that_is_no_table_of_motifs_is_named(content, tmp_path, planted, never):
    path = tmp_path / "wrong.tbl"
    path.write_bytes(content)
    with pytest.raises(InfosemError, match=r"wrong\.tbl: not a table of motif annotations"):
        scenic(planted, None, seed=0, rankings=path, motifs=path)


@pytest.mark.parametrize("tf, sure", [("ABD-B", DIRECT), ("TF1", ("0.5", "1.0"))])
def test_a_table_without_the_tfs_is_named(tf, sure, tmp_path, planted, never):
    table = write_motifs(tmp_path, {"m0": (tf, sure)})
    with pytest.raises(InfosemError, match=r"motifs\.tbl: has no motif for any TF"):
        scenic(planted, None, seed=0, rankings=table, motifs=table)


def test_a_missing_package_is_named(tmp_path, monkeypatch, planted, never):
    table = write_motifs(tmp_path, {"m0": ("TF1", DIRECT)})
    monkeypatch.setitem(sys.modules, "ctxcore.genesig", None)
    wanted = r"^SCENIC: the package ctxcore is missing; `pip install infosem\[scenic\]`$"
    with pytest.raises(InfosemError, match=wanted):
        scenic(planted, None, seed=0, rankings=table, motifs=table)


@pytest.mark.parametrize("content", [b"", b"not feather, but long enough", b"ARROW1\0\0ARROW1"])
def test_a_file_that_is_no_feather_is_named(content, tmp_path, planted, never, ctxcore):
    table = write_motifs(tmp_path, {"m0": ("TF1", DIRECT)})
    path = tmp_path / "a.genes_vs_motifs.rankings.feather"
    path.write_bytes(content)
    wanted = r"a\.genes_vs_motifs\.rankings\.feather: not a cisTarget database of rankings"
    with pytest.raises(InfosemError, match=wanted):
        scenic(planted, None, seed=0, rankings=path, motifs=table)


def test_a_feather_that_is_no_ranking_of_genes_is_named(tmp_path, planted, never, ctxcore):
    table = write_motifs(tmp_path, {"m0": ("TF1", DIRECT)})
    genes = all_genes(planted)
    ranks = ranks_of(genes, [()] * 3)

    def refused(path: Path, wanted: str) -> None:
        with pytest.raises(InfosemError, match=f"^{re.escape(str(path))}: {wanted}"):
            scenic(planted, None, seed=0, rankings=path, motifs=table)

    good = write_rankings(tmp_path, ranks, genes)
    for name in ("b.feather", "b.genes_vs_tracks.rankings.feather"):
        refused(Path(good.rename(tmp_path / name)), "not a cisTarget database of rankings")
        good = write_rankings(tmp_path, ranks, genes)
    refused(Path(good.rename(tmp_path / "b.regions_vs_motifs.rankings.feather")), "holds no rank")
    scores = write_rankings(tmp_path, ranks, genes, dtype=np.float32)
    refused(scores, "not a cisTarget database of rankings")
    refused(Path(scores.rename(tmp_path / "b.genes_vs_motifs.scores.feather")), "holds no rankings")
    few = ranks_of(genes[:1500], [()] * 3)
    refused(write_rankings(tmp_path, few, genes[:1500]), "ranks 1500 genes, where")


def test_a_database_of_other_genes_or_motifs_is_named(tmp_path, planted, never, ctxcore):
    table = write_motifs(tmp_path, {"metacluster_1.1": ("TF1", DIRECT)})
    genes = all_genes(planted)
    ranks = ranks_of(genes, [()] * 3)
    rankings = write_rankings(tmp_path, ranks, genes)
    with pytest.raises(
        InfosemError,
        match=r"a\.genes_vs_motifs\.rankings\.feather: none of its motifs is annotated",
    ):
        scenic(planted, None, seed=0, rankings=rankings, motifs=table)
    ensembl = [*genes[:9], *(f"ENSG{i}" for i in range(9, N_RANKED))]
    rankings = write_rankings(tmp_path, ranks, ensembl)
    with pytest.raises(InfosemError, match=r"\.feather: ranks only 9 of the 100 genes of data"):
        scenic(planted, None, seed=0, rankings=rankings, motifs=table)
