"""scGREAT: against its equations by a plain computation, and what it can know."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from infosem.data import Dataset, simulate
from infosem.errors import InfosemError
from infosem.metrics import auprc, evaluate
from infosem.splits import UNKNOWN, make_split
from infosem_study.baselines import scgreat as module
from infosem_study.baselines.scgreat import _log_odds, _Network, scgreat


@pytest.fixture
def faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small network and large steps, so that it learns in seconds."""
    monkeypatch.setattr(module, "LEARNING_RATE", 1e-3)
    monkeypatch.setattr(module, "FEED_FORWARD", 32)
    monkeypatch.setattr(module, "ENCODED", 16)
    monkeypatch.setattr(module, "HEAD", (64, 32, 16))


@pytest.fixture(scope="module")
def planted() -> Dataset:
    """TFs regulate the targets of their own kind, and expression and text both tell the kind."""
    rng = np.random.default_rng(0)
    dataset = simulate(n_tfs=16, n_targets=104, n_cells=30)
    kind = rng.integers(2, size=dataset.n_genes)
    same = kind[dataset.tfs][:, np.newaxis] == kind
    network = rng.random(same.shape) < np.where(same, 0.6, 0.05)
    network[np.arange(dataset.n_tfs), dataset.tfs] = False
    expression = rng.normal(5, 1, dataset.expression.shape) + 2 * np.outer(kind, np.arange(30) % 2)
    text = rng.normal(0, 1, (dataset.n_genes, 16)) + kind[:, np.newaxis]
    planted = replace(dataset, network=network, expression=expression.clip(0))
    return planted.with_embedding("text", text)


def test_planted_rule_holds_for_seen_and_unseen_genes(planted: Dataset, faster: None) -> None:
    """The rule is one of kinds, which inputs tell, so that it carries over to unseen genes."""
    split = make_split(planted, seed=0)
    edges = split.train_edges(planted.network)
    scores = scgreat(planted, edges, seed=0, embedding="text", epochs=20)
    result = evaluate(scores, planted.network, split)
    assert result["seen_auprc"] > result["seen_base"] + 0.15
    assert result["unseen_auprc"] > result["unseen_base"] + 0.15


def test_nothing_is_learned_from_shuffled_labels(planted: Dataset, faster: None) -> None:
    split = make_split(planted, seed=0)
    rng, lifts = np.random.default_rng(0), []
    for seed in range(4):
        edges = split.train_edges(planted.network)
        edges[split.train] = rng.permutation(edges[split.train])
        scores = scgreat(planted, edges, seed=seed, embedding="text", epochs=6)
        labels = planted.network[split.seen]
        lifts.append(auprc(labels, scores[split.seen]) - labels.mean())
    assert abs(np.mean(lifts)) < 0.1


def test_log_odds_are_those_of_the_equations() -> None:
    """Two tokens, two layers of attention with the norms behind, and the head, by hand."""
    torch.manual_seed(0)
    expression, text = torch.randn(5, 10), torch.randn(5, 16)
    network = _Network(expression, text).eval()
    pair = torch.tensor([[3, 1]])

    w = dict(network.named_parameters())
    encode = network.encode

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        x = (x - x.mean(-1, keepdim=True)) / (x.var(-1, correction=0, keepdim=True) + 1e-5).sqrt()
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    rows = []
    for place, gene in enumerate([3, 1]):
        h = encode[1].weight @ (encode[0].weight @ expression[gene] + encode[0].bias)
        rows.append(
            functional.leaky_relu(h + encode[1].bias, 0.01) + text[gene] + network.place[place]
        )
    x = torch.stack(rows)
    for i in range(2):
        of = f"transformer.layers.{i}"
        q, k, v = (
            x @ w[f"{of}.self_attn.in_proj_weight"].T + w[f"{of}.self_attn.in_proj_bias"]
        ).chunk(3, 1)
        heads = []
        for one in (slice(j, j + 4) for j in range(0, 16, 4)):
            weights = torch.softmax(q[:, one] @ k[:, one].T / 4**0.5, 1)
            heads.append(weights @ v[:, one])
        attended = torch.cat(heads, 1) @ w[f"{of}.self_attn.out_proj.weight"].T
        x = norm(x + attended + w[f"{of}.self_attn.out_proj.bias"], f"{of}.norm1")
        inner = torch.relu(x @ w[f"{of}.linear1.weight"].T + w[f"{of}.linear1.bias"])
        x = norm(x + inner @ w[f"{of}.linear2.weight"].T + w[f"{of}.linear2.bias"], f"{of}.norm2")

    def bend(x: torch.Tensor) -> torch.Tensor:
        return torch.where(x > 0, x, network.slope.weight * x)

    y = bend(network.first.weight @ x.flatten() + network.first.bias)
    pooled = y.reshape(256, 4).mean(1)
    y = bend(network.second.weight @ y + network.second.bias)
    y = bend(network.third.weight @ y + network.third.bias + pooled)
    expected = network.last.weight @ y + network.last.bias

    with torch.no_grad():
        torch.testing.assert_close(network(network.tokens(pair)), expected, rtol=1e-4, atol=1e-5)
    assert _log_odds(network, pair) == pytest.approx(expected.detach().numpy(), rel=1e-4)


def test_the_network_that_ranks_held_out_pairs_best_is_kept(
    planted: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Precision falls after the second epoch: training ends, and the second's network is back."""
    monkeypatch.setattr(module, "PATIENCE", 3)
    told = iter([0.2, 0.5, 0.4, 0.3, 0.3, 0.9, 0.9])
    monkeypatch.setattr(module, "average_precision_score", lambda *_: next(told))
    edges = make_split(planted, seed=0).train_edges(planted.network)
    stopped = scgreat(planted, edges, seed=0, embedding="text", epochs=7)
    assert list(told) == [0.9, 0.9]  # epochs 3 to 5 were no better
    told = iter([0.2, 0.5])
    assert np.array_equal(scgreat(planted, edges, seed=0, embedding="text", epochs=2), stopped)


def test_validation_pairs_are_held_out_and_all_training_pairs_train(
    planted: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = make_split(planted, seed=0)
    edges = split.train_edges(planted.network)
    judges = np.where(split.seen, planted.network, UNKNOWN).astype(np.int8)
    given = []
    monkeypatch.setattr(module, "_train", lambda *arguments: given.append(arguments))
    for validation in (None, judges):
        scgreat(planted, edges, seed=0, embedding="text", epochs=1, validation=validation)
    (_, few, _, _, tenth, _), (_, pairs, labels, _, held_out, held_out_labels) = given
    assert len(few) + len(tenth) == len(pairs) == split.train.sum()
    rows, columns = np.nonzero(split.seen)
    assert held_out.tolist() == np.column_stack([planted.tfs[rows], columns]).tolist()
    assert (held_out_labels == planted.network[split.seen]).all()
    assert labels.sum() == planted.network[split.train].sum()


def test_the_seed_alone_decides(planted: Dataset, faster: None) -> None:
    edges = make_split(planted, seed=0).train_edges(planted.network)
    torch.manual_seed(5)
    first = scgreat(planted, edges, seed=1, embedding="text", epochs=1)
    drawn = torch.rand(1)
    torch.manual_seed(6)
    again = scgreat(planted, edges, seed=1, embedding="text", epochs=1)
    assert np.array_equal(again, first)
    assert not np.array_equal(scgreat(planted, edges, seed=2, embedding="text", epochs=1), first)
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), drawn)  # the caller's random numbers are left alone


def test_missing_input_is_named(planted: Dataset) -> None:
    edges = make_split(planted, seed=0).train_edges(planted.network)
    with pytest.raises(InfosemError, match="scGREAT: train_edges is missing"):
        scgreat(planted, None, seed=0, embedding="text")
    with pytest.raises(InfosemError, match=r"no embedding 'BioBERT'.*attach"):
        scgreat(planted, edges, seed=0, embedding="BioBERT")
    few = replace(planted, expression=planted.expression[:, :2], cells=planted.cells[:2])
    with pytest.raises(InfosemError, match="has 2 cells"):
        scgreat(few, edges, seed=0, embedding="text")
    odd = planted.with_embedding("odd", planted.embeddings["text"][:, :15])
    with pytest.raises(InfosemError, match="15 numbers per gene; its 4 heads"):
        scgreat(odd, edges, seed=0, embedding="odd")
    few_positives = edges.copy()
    few_positives.flat[np.flatnonzero(edges == 1)[5:]] = UNKNOWN
    with pytest.raises(InfosemError, match="needs 10 of each label; there are 5 positives"):
        scgreat(planted, few_positives, seed=0, embedding="text")
