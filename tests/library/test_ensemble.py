"""Several trainings of one network."""

import os
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from scipy import stats

from infosem import Dataset, InfosemError, ensemble, simulate, tl
from infosem.ensemble import Ensemble, SeedsDisagree, infer_ensemble, seeds_of
from infosem.infer import infer
from infosem.settings import Settings
from infosem.worker import Worker

QUICK = {"epochs": 3, "hidden": 8, "threads": 1}

pytestmark = pytest.mark.filterwarnings("ignore::infosem.ensemble.SeedsDisagree")


def shuffled(dataset: Dataset) -> Dataset:
    rng = np.random.default_rng(0)
    other = dataset.take_genes(rng.permutation(dataset.n_genes))
    cells = rng.permutation(dataset.n_cells)
    return replace(other, expression=other.expression[:, cells], cells=other.cells[cells])


@pytest.fixture(scope="module")
def found(synthetic) -> Ensemble:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeedsDisagree)
        return infer_ensemble(synthetic, seeds=3, bootstraps=2, jobs=1, **QUICK)


# --- what it tells --------------------------------------------------------------------------------


def test_weights_are_the_mean_over_the_seeds(synthetic, found):
    assert [run.seed for run in found.runs] == [0, 1, 2]
    ordered = found.dataset
    assert ordered.genes.tolist() == sorted(synthetic.genes)
    alone = [infer(ordered, seed=seed, **QUICK).scores for seed in range(3)]
    np.testing.assert_allclose(found.weights, np.mean(alone, axis=0), rtol=1e-6)


def test_edges_have_the_columns_that_others_take_first(synthetic, found):
    edges = found.top(10**9)
    assert list(edges.columns) == [
        "source", "target", "weight", "rank", "sign", "sign_agreement", "correlation", "seeds",
        "bootstraps", "known",
    ]  # fmt: skip
    assert len(edges) == found.n_pairs == synthetic.n_tfs * (synthetic.n_genes - 1)
    assert edges["weight"].is_monotonic_decreasing
    assert edges["rank"].tolist() == list(range(1, len(edges) + 1))
    assert edges["seeds"].sum() == 3 * found.n_best
    assert edges["bootstraps"].sum() == 2 * found.n_best
    assert edges["known"].sum() == synthetic.network.sum()
    assert len(found.top()) == found.n_edges == 1000
    place = {gene: i for i, gene in enumerate(synthetic.genes)}
    first = edges.iloc[0]
    pair = synthetic.expression[[place[first["source"]], place[first["target"]]]]
    assert first["correlation"] == pytest.approx(np.corrcoef(pair)[0, 1])


def test_signs_are_those_of_most(found):
    flipped = replace(found.runs[0], effects=-found.runs[0].effects)
    other = replace(found, runs=(flipped, *found.runs[1:])).top()
    assert set(other["sign"]) == {1}  # of the mean; all start above 0
    assert other["sign_agreement"].to_numpy() == pytest.approx(2 / 3)
    assert set(replace(found, runs=(flipped,)).top()["sign"]) == {-1}


def test_agreement_is_spearmans_over_the_pairs(found):
    own = np.zeros(found.weights.shape, dtype=bool)
    own[np.arange(len(own)), found.dataset.tfs] = True
    pairs = [np.abs(run.effects)[~own] for run in found.runs]
    expected = stats.spearmanr(pairs[0], pairs[2]).statistic
    assert found.agreement[[0, 2], [2, 0]] == pytest.approx(expected)


@pytest.mark.filterwarnings("error")
def test_seeds_that_disagree_are_said(synthetic, monkeypatch):
    with pytest.warns(SeedsDisagree, match=r"correlates by -?0\.\d\d only"):
        found = infer_ensemble(synthetic, seeds=2, jobs=1, **QUICK)
    assert "the seeds disagree" in found.notes[-1]
    monkeypatch.setattr(ensemble, "SHAKY", -1.0)
    assert infer_ensemble(synthetic, seeds=2, jobs=1, notes=["a"], **QUICK).notes == ("a",)


def test_correlation_of_sparse_cells_is_that_of_dense_ones(found):
    dataset = found.dataset
    constant = dataset.expression.copy()
    constant[3] = 2.0
    for x in (constant, scipy.sparse.csr_array(constant)):
        other = replace(found, dataset=replace(dataset, expression=x)).correlation
        assert not other[:, 3].any()
        with np.errstate(invalid="ignore"):
            expected = np.nan_to_num(np.corrcoef(constant)[dataset.tfs])
        np.testing.assert_allclose(other, expected, atol=1e-9)


# --- what changes nothing -------------------------------------------------------------------------


def test_order_of_genes_and_cells_changes_nothing(synthetic, found):
    other = infer_ensemble(shuffled(synthetic), seeds=3, bootstraps=2, jobs=1, **QUICK)
    pd.testing.assert_frame_equal(other.top(), found.top(), check_exact=True)


def test_order_changes_nothing_where_text_and_edges_are_known(synthetic):
    how = {"method": "InfoSEM-BC", "seeds": 1, "jobs": 1, "lr_logits": 0.1, **QUICK}
    one, other = (infer_ensemble(d, **how) for d in (synthetic, shuffled(synthetic)))
    pd.testing.assert_frame_equal(other.top(), one.top(), check_exact=True)


def test_processes_and_threads_change_nothing_but_the_last_digits(synthetic, found):
    other = infer_ensemble(synthetic, seeds=3, bootstraps=2, jobs=2, **QUICK)
    pd.testing.assert_frame_equal(other.top(), found.top(), check_exact=True)
    threads = infer_ensemble(synthetic, seeds=3, jobs=1, **{**QUICK, "threads": 2})
    np.testing.assert_allclose(threads.weights, found.weights, rtol=1e-4)


# --- stopped and gone on with ---------------------------------------------------------------------


def test_what_has_finished_is_not_trained_again(synthetic, found, tmp_path, monkeypatch):
    def counted(*arguments, **options):
        trained.append(options["seed"])
        return fit(*arguments, **options)

    fit, trained = ensemble.fit, []
    monkeypatch.setattr(ensemble, "fit", counted)
    how = {"folder": tmp_path / "runs", "jobs": 1, **QUICK}
    infer_ensemble(synthetic, seeds=2, bootstraps=1, **how)
    assert trained == [0, 1, 0]
    del trained[:]
    again = infer_ensemble(shuffled(synthetic), seeds=3, bootstraps=2, **how)
    assert trained == [2, 1]
    pd.testing.assert_frame_equal(again.top(), found.top(), check_exact=True)
    assert again.runs[0].history == found.runs[0].history
    for other, changed in ((synthetic, {"beta": 0.1}), (simulate(seed=1), {})):
        del trained[:]
        infer_ensemble(other, seeds=1, **how, **changed)
        assert trained == [0]
    next((tmp_path / "runs").glob("seed-1-*")).write_bytes(b"damaged")
    del trained[:]
    infer_ensemble(synthetic, seeds=2, **how)
    assert trained == [1]


def test_a_process_that_is_killed_is_one_clear_error(synthetic, tmp_path, monkeypatch):
    def killed(self, task, *arguments):
        if task == 1:
            self.process.kill()
        return fit(self, task, *arguments)

    fit = Worker.fit
    monkeypatch.setattr(Worker, "fit", killed)
    with pytest.raises(InfosemError, match=r"seed 1: its process ended \(status -9\)"):
        infer_ensemble(synthetic, seeds=[0, 1], jobs=2, folder=tmp_path, **QUICK)


def test_an_error_of_a_process_is_the_same_error_here(synthetic):
    with pytest.raises(InfosemError, match="the objective is nan after epoch"):
        infer_ensemble(synthetic, seeds=2, jobs=2, **{**QUICK, "lr": 1e30})


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="asks Linux who is there")
def test_processes_end_with_the_one_that_started_them(tmp_path):
    program = (
        "from infosem import simulate\n"
        "from infosem.ensemble import infer_ensemble\n"
        f"infer_ensemble(simulate(), seeds=2, jobs=2, folder={str(tmp_path)!r}, epochs=10**6)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])

    def wait(until) -> None:
        for _ in range(600):
            if until():
                return
            time.sleep(0.1)
        pytest.fail("takes too long")

    def workers() -> list[int]:
        lists = Path(f"/proc/{parent.pid}/task").glob("*/children")
        return [int(pid) for path in lists for pid in path.read_text().split()]

    def gone(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    wait(lambda: len(workers()) == 2)
    pids = workers()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait(lambda: all(gone(pid) for pid in pids))


# --- what goes in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": 0}, "seeds: 0 are no ensemble"),
        ({"seeds": []}, "seeds: there is none"),
        ({"seeds": [1, 1]}, "seeds: one is named twice"),
        ({"seeds": [2**64]}, "seed: 18446744073709551616 is none"),
        ({"seeds": None}, "seeds: None are none; give how many"),
        ({"seeds": "ab"}, "seed: 'a' is none"),
        ({"seeds": True}, "seeds: True are none"),
        ({"bootstraps": -1}, "bootstraps: -1; give a whole number from 0"),
        ({"jobs": 0}, "jobs: 0; give a whole number from 1"),
        ({"threads": 1.5}, "threads: 1.5; give a whole number from 1"),
        ({"device": "gpu"}, "device: 'gpu' is unknown"),
        ({"method": "GENIE3"}, "method: 'GENIE3' is unknown"),
        ({"epoch": 3}, "epoch: there is no such setting"),
    ],
)
def test_what_cannot_be_used_is_one_clear_error(synthetic, monkeypatch, options, message):
    monkeypatch.setattr(ensemble, "fit", lambda *_, **__: pytest.fail("was trained"))
    with pytest.raises(InfosemError, match=message):
        infer_ensemble(synthetic, **options)


def test_a_folder_that_cannot_be_made_is_said_before_the_training(synthetic, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InfosemError, match="file/runs: cannot be made"):
        infer_ensemble(synthetic, folder=tmp_path / "file" / "runs", **QUICK)
    with pytest.raises(InfosemError, match="dataset: a DataFrame is none"):
        infer_ensemble(pd.DataFrame())


def test_seeds_are_a_number_or_a_list():
    assert seeds_of(3) == (0, 1, 2)
    assert seeds_of(2, 5) == (5, 6)
    assert seeds_of(iter([4, 2])) == (4, 2)


# --- in an AnnData --------------------------------------------------------------------------------


def test_tl_leaves_the_network_in_the_anndata(tmp_path, found, synthetic):
    adata = anndata.AnnData(
        scipy.sparse.csr_matrix(synthetic.expression.T),
        obs=pd.DataFrame(index=synthetic.cells),
        var=pd.DataFrame(index=[gene.lower() for gene in synthetic.genes]),
    )
    how = {"seeds": 2, "jobs": 1, "top": 50, **QUICK}
    how["tfs"] = synthetic.tf_names
    copy = tl.infer(adata, copy=True, **how)
    assert not adata.uns
    assert tl.infer(adata, key_added="mine", **how) is None
    edges, matrix = adata.uns["mine"]["edges"], adata.varp["mine"]
    assert len(edges) == matrix.nnz == 50
    first = edges.iloc[0]
    i, k = (list(adata.var_names).index(first[end]) for end in ("source", "target"))
    assert matrix[i, k] == pytest.approx(first["weight"])
    adata.write_h5ad(tmp_path / "with.h5ad")
    again = anndata.read_h5ad(tmp_path / "with.h5ad")
    assert again.uns["mine"]["edges"]["target"].tolist() == edges["target"].tolist()
    assert again.uns["mine"]["method"] == "DeepSEM"
    assert copy.uns["infosem"]["seeds"].tolist() == ["0", "1"]
    with pytest.raises(InfosemError, match="adata: a DataFrame is no AnnData"):
        tl.infer(pd.DataFrame(), tfs=["A"])


def test_tl_names_genes_by_a_column_and_leaves_raw_genes_in_the_table(synthetic):
    n = synthetic.n_genes
    adata = anndata.AnnData(
        synthetic.expression.T.copy(),
        obs=pd.DataFrame(index=synthetic.cells),
        var=pd.DataFrame({"name": synthetic.genes}, index=[f"id{i}" for i in range(n)]),
    )
    adata.raw = adata.copy()
    adata = adata[:, n // 4 :].copy()
    how = {"seeds": 1, "jobs": 1, "top": 200, "symbols": "name", "raw": True, **QUICK}
    tl.infer(adata, tfs=synthetic.tf_names, **how)
    edges, there = adata.uns["infosem"]["edges"], set(adata.var["name"])
    inside = edges["source"].isin(there) & edges["target"].isin(there)
    assert 0 < inside.sum() < len(edges) == 200
    assert adata.varp["infosem"].nnz == inside.sum()


# --- memory ---------------------------------------------------------------------------------------


def test_as_many_trainings_at_a_time_as_memory_holds(synthetic, monkeypatch):
    available = SimpleNamespace(available=0)
    monkeypatch.setattr(ensemble, "virtual_memory", lambda: available)
    assert ensemble._room_for(synthetic, Settings()) == 1
    available.available = 8 * 2**30
    small = ensemble._room_for(synthetic, Settings())
    assert 5 <= small <= 20
    big = SimpleNamespace(n_genes=15000, n_tfs=1000, expression=np.zeros((1, 1)))
    assert ensemble._room_for(big, Settings()) == 1  # A alone has 900 MB
    assert 5 <= ensemble._room_for(big, Settings(regulators="tfs")) < small
