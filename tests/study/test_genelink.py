"""GENELink: against its equations by a plain loop, and what it can know."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from infosem.data import Dataset, simulate
from infosem.errors import InfosemError
from infosem.metrics import auprc, evaluate
from infosem.splits import make_split
from infosem_study.baselines.genelink import _Graph, _Network, genelink


@pytest.fixture(scope="module")
def planted() -> Dataset:
    """Half of the TFs regulate the targets of one kind, half those of the other.

    The kinds differ in expression, too.
    """
    rng = np.random.default_rng(0)
    dataset = simulate(n_tfs=16, n_targets=104, n_cells=30)
    kind = rng.integers(2, size=dataset.n_genes)
    same = kind[dataset.tfs][:, np.newaxis] == kind
    network = rng.random(same.shape) < np.where(same, 0.6, 0.05)
    network[np.arange(dataset.n_tfs), dataset.tfs] = False
    expression = rng.normal(5, 1, dataset.expression.shape) + 2 * np.outer(kind, np.arange(30) % 2)
    return replace(dataset, network=network, expression=expression.clip(0))


def test_planted_network_is_recovered_from_its_neighbourhoods(planted: Dataset) -> None:
    split = make_split(planted, seed=0)
    scores = genelink(planted, split.train_edges(planted.network), seed=0, epochs=60)
    result = evaluate(scores, planted.network, split)
    assert result["seen_auprc"] > result["seen_base"] + 0.15


def test_nothing_is_learned_from_shuffled_labels(planted: Dataset) -> None:
    split = make_split(planted, seed=0)
    rng, lifts = np.random.default_rng(0), []
    for seed in range(4):
        edges = split.train_edges(planted.network)
        edges[split.train] = rng.permutation(edges[split.train])
        scores = genelink(planted, edges, seed=seed, epochs=30)
        labels = planted.network[split.seen]
        lifts.append(auprc(labels, scores[split.seen]) - labels.mean())
    assert abs(np.mean(lifts)) < 0.1


def test_genes_without_a_known_edge_are_all_alike(planted: Dataset) -> None:
    """It sees a gene through its neighbours only: on unseen genes the score is the base rate."""
    split = make_split(planted, seed=0)
    scores = genelink(planted, split.train_edges(planted.network), seed=0, epochs=5)
    assert len(np.unique(scores[split.unseen])) == 1
    result = evaluate(scores, planted.network, split)
    assert result["unseen_auprc"] == pytest.approx(result["unseen_base"])


def test_attention_is_that_of_the_equations(planted: Dataset) -> None:
    """By dense attention, gene by gene, on a small graph with genes that have no edge."""
    torch.manual_seed(0)
    tfs, targets = torch.tensor([0, 0, 1, 2, 1]), torch.tensor([1, 4, 5, 4, 0])
    features = torch.randn(8, 10)
    network = _Network(_Graph(tfs, targets, 8, seed=0), features).eval()
    neighbours: list[set[int]] = [set() for _ in range(8)]
    for tf, target in zip(tfs.tolist(), targets.tolist(), strict=True):
        neighbours[tf].add(target)
        neighbours[target].add(tf)

    def head(module: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        h = x @ module.weight
        left, right = module.a[: h.shape[1], 0], module.a[h.shape[1] :, 0]
        rows = []
        for i in range(8):
            of = sorted(neighbours[i])
            if of:
                e = torch.stack(
                    [functional.leaky_relu(h[i] @ left + h[j] @ right, 0.2) for j in of]
                )
                out = sum(w * h[j] for w, j in zip(torch.softmax(e, 0), of, strict=True))
            else:
                out = h.mean(0)
            out = torch.where(out > 0, out, 0.2 * out)
            rows.append(out / out.norm() + module.bias)
        return torch.stack(rows)

    x = functional.elu(torch.cat([head(module, features) for module in network.first], 1))
    x = sum(head(module, x) for module in network.second) / 3
    expected = []
    for first, _, _, last, _ in network.channels:
        y = functional.leaky_relu(x @ first.weight.T + first.bias, 0.01)
        expected.append(functional.leaky_relu(y @ last.weight.T + last.bias, 0.01))
    for found, wanted in zip(network(), expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_dropout_of_attention_keeps_the_mean() -> None:
    torch.manual_seed(0)
    graph = _Graph(torch.tensor([0, 1]), torch.tensor([2, 2]), 5, seed=0)
    h, a = torch.randn(5, 4), torch.randn(8, 1)
    noisy = torch.stack([graph.attend(h, a, training=True) for _ in range(4000)])
    exact = graph.attend(h, a, training=False)
    assert (noisy.std(0) > 0.05).any(1).all()  # genes with and without edges
    torch.testing.assert_close(noisy.mean(0), exact, rtol=0, atol=0.1)


def test_the_seed_alone_decides(planted: Dataset) -> None:
    edges = make_split(planted, seed=0).train_edges(planted.network)
    torch.manual_seed(5)
    first = genelink(planted, edges, seed=1, epochs=2)
    drawn = torch.rand(1)
    torch.manual_seed(6)
    assert np.array_equal(genelink(planted, edges, seed=1, epochs=2), first)
    assert not np.array_equal(genelink(planted, edges, seed=2, epochs=2), first)
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), drawn)  # the caller's random numbers are left alone


def test_training_ends_when_the_learning_rate_has_vanished(
    planted: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here, to be quick, when it has fallen by a sixth: after 19 batches, a few epochs."""
    monkeypatch.setattr("infosem_study.baselines.genelink._LAST_RATE", 2.5e-3)
    edges = make_split(planted, seed=0).train_edges(planted.network)
    first = genelink(planted, edges, seed=0, epochs=8)
    assert np.array_equal(genelink(planted, edges, seed=0, epochs=16), first)
    assert not np.array_equal(genelink(planted, edges, seed=0, epochs=3), first)


def test_missing_input_is_named(planted: Dataset) -> None:
    edges = make_split(planted, seed=0).train_edges(planted.network)
    with pytest.raises(InfosemError, match="GENELink: train_edges is missing"):
        genelink(planted, None, seed=0)
    few = replace(planted, expression=planted.expression[:, :2], cells=planted.cells[:2])
    with pytest.raises(InfosemError, match="has 2 cells"):
        genelink(few, edges, seed=0)
