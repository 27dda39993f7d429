"""The benchmark's script: what it plans, resumes and counts."""

from collections import Counter
from dataclasses import asdict, replace

import bench
import pytest
import torch
from peers import grnboost2, rustscenic
from scipy.stats import spearmanr

from infosem.errors import InfosemError
from infosem.model import StructuralModel
from infosem.resolvent import Resolvent


def test_plans_repeat_in_rounds():
    """A noisy minute hits all methods of a data set."""
    tasks = bench.plan(quick=False, real=True)
    assert len({*tasks}) == len(tasks)
    first = [task.method for task in tasks[:14]]
    assert first[:7] == first[7:] == [*bench.PEERS, *bench.OURS, bench.FAST]
    runs = Counter(replace(task, repeat=0) for task in tasks)
    once = {"agreement", "transcriptome", "atlas"}
    assert {n for task, n in runs.items() if task.part not in once} == {3}
    assert {n for task, n in runs.items() if task.part in once} == {1}
    assert {t.dataset for t in bench.plan(quick=True, real=False)} == {"simulated"}


def test_quick_plan_has_no_whole_network_but_of_who_takes_seconds():
    """The others are extrapolated from a part, which their rows say."""
    tasks = bench.plan(quick=True, real=True)
    assert {t.part for t in tasks} >= {"network", "literal", "limit", "many", "busy", "genes"}
    assert {t.method for t in tasks if t.amount is None} == {"rustscenic", bench.FAST}
    assert all(t.amount < bench.DEFAULTS[t.method].epochs for t in tasks if t.method in bench.OURS)


def test_compiled_code_is_loaded_before_a_network_is_extrapolated(monkeypatch, synthetic):
    asked = []
    monkeypatch.setattr(bench, "_inferring", lambda *_: (asked.append, 150))
    part = bench.Task("network", "DeepSEM", "simulated", amount=48)
    row = bench._timed(part, synthetic)
    assert (asked, row["amount"], row["whole"]) == ([3, 48], 48, 150)
    asked.clear()
    bench._timed(replace(part, amount=None), synthetic)
    assert asked == [150]


@pytest.fixture
def measured(monkeypatch):
    """Tasks that a child process was asked for, instead of the processes."""
    asked = []

    def in_child(task):
        asked.append(task.method)
        if task.method == "broken":
            raise InfosemError("no data")
        return {"task": asdict(task), "seconds": 200.0, "peak_mib": 1, "machine": bench.machine()}

    monkeypatch.setattr(bench, "in_child", in_child)
    return asked


def test_run_resumes_where_it_was_stopped(measured, tmp_path, capsys):
    output = tmp_path / "rows.jsonl"
    first, broken, last = (bench.Task("network", m, "hESC") for m in ("DeepSEM", "broken", "other"))
    assert bench.run([first, broken], output) == 1
    assert "NOT MEASURED, no data" in capsys.readouterr().err
    assert bench.run([first, last], output) == 0
    assert measured == ["DeepSEM", "broken", "other"]
    assert bench.run([first], output, again=True) == 0
    assert len(output.read_text().splitlines()) == 3


def test_rows_of_another_machine_do_not_count(measured, tmp_path, monkeypatch):
    task, output = bench.Task("network", "DeepSEM", "hESC"), tmp_path / "rows.jsonl"
    bench.run([task], output)
    monkeypatch.setattr(bench, "machine", lambda: "another")
    bench.run([task], output)
    assert measured == ["DeepSEM", "DeepSEM"]


def test_failure_of_a_child_is_told_in_one_line():
    with pytest.raises(InfosemError, match=r"^infosem.errors.InfosemError: n_tfs: 0 is too small"):
        bench.in_child(bench.Task("network", "DeepSEM", "simulated", genes=10, cells=10))


def test_slow_grnboost2_is_not_repeated(measured, tmp_path):
    tasks = [bench.Task("network", "GRNBoost2", "hESC", repeat=n) for n in range(3)]
    bench.run(tasks, tmp_path / "rows.jsonl")
    assert measured == ["GRNBoost2"]


@pytest.mark.parametrize("trains_networks", [True, False])
def test_no_step_does_less_than_what_is_called_unavoidable(trains_networks):
    """Count the products with P x P matrices of a step, given the inverse."""
    from torch.utils.flop_counter import FlopCounterMode

    genes, cells = 50, 20

    class Given(Resolvent):
        def solve(self, adjacency, rows, *, transposed=False):
            return rows @ (adjacency.T if transposed else adjacency)

    model = StructuralModel(genes, torch.Generator().manual_seed(0), hidden=1)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_((name != "effects") == trains_networks)
    x = torch.randn(cells, genes)
    encoded = model.encode(x)
    with FlopCounterMode(display=False) as counter:
        terms = model.negative_elbo(
            x, torch.ones_like(x), encoded, torch.randn_like(x), model.effects, Given()
        )
        sum(terms).backward()
    # Rows of one cell come on top of the batch (the latent prior), and the networks.
    unavoidable = bench.unavoidable_flops(genes, cells, 1)
    if not trains_networks:
        unavoidable = bench.unavoidable_flops(genes, cells, 2) - unavoidable
    assert unavoidable <= counter.get_total_flops() < 1.2 * unavoidable


def test_unavoidable_operations_follow_the_alternation():
    # One epoch in three trains the networks, from the first.
    assert bench.unavoidable_flops(10, 5, 1) == 2 * 100 * 5 * 6
    assert bench.unavoidable_flops(10, 5, 4) == 2 * 100 * 5 * (6 + 7 + 7 + 6)


def test_rustscenic_and_grnboost2_find_who_drives_a_target(synthetic):
    """The same contract, and much the same ranking."""
    found = [
        peer(synthetic, seed=0, targets=synthetic.tfs[:4])[:, synthetic.tfs[:4]].ravel()
        for peer in (grnboost2, rustscenic)
    ]
    assert all((scores >= 0).all() for scores in found)
    assert spearmanr(*found).statistic > 0.5


def test_counts_are_sparse_and_mostly_zero():
    dataset = bench._counts(200, 10, 1500)
    share = dataset.expression.nnz / (200 * 1500)
    assert 0.05 < share < 0.2
    assert (dataset.n_genes, dataset.n_cells, dataset.n_tfs) == (200, 1500, 10)
