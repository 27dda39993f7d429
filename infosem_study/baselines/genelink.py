"""GENELink: graph attention over the known edges, with expression as features of the genes.

References
----------
Chen and Liu (2022), Graph attention network for link prediction of gene regulations from
single-cell RNA-sequencing data, Bioinformatics 38, 4522-4529, and the settings of the released
``main.py``.
"""

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.splits import UNKNOWN
from infosem_study.baselines.labels import require_labels

__all__ = ["genelink"]

HEADS = 3
HIDDEN = (128, 64, 32)
OUTPUT = 16
SLOPE = 0.2
ATTENTION_DROPOUT = 0.5  # see also _Graph._half
DROPOUT = 0.01
BATCH = 256
LEARNING_RATE = 3e-3
DECAY = 0.99
GAIN = 1.414
# Adam moves a parameter by about the learning rate, so that all steps after the one with this rate
# move it by about 1e-5 together.
_LAST_RATE = 1e-5 * (1 - DECAY)
_FEWEST_CELLS = 3


def genelink(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    epochs: int = 20,
    precision: str = "float32",
) -> NDArray[np.float64]:
    """Score pairs by the inner product of two embeddings that a graph attention network learns.

    The graph has the positive training pairs as its edges, in both directions. Two layers of
    attention, of three heads each, turn the z-scored expression of a gene's neighbours into 64
    numbers; one network of two layers makes of these what the gene is as a TF, another what it is
    as a target. The binary cross-entropy of the training pairs is minimised by Adam, with a
    learning rate of 0.003 that falls by 1% at every batch of 256 pairs: after some 1000 batches it
    has vanished, and training ends there.

    A gene sees its neighbours and not itself. One that has no neighbour attends to all genes alike,
    so that every such gene, whatever its expression, gets the same embedding: on interactions
    between unseen genes the scores are constant.

    As released, but for two things: the dropout of 1% between the layers of the last networks is
    on in training only (there, in evaluation too), and nothing is chosen by a validation set.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used; each gene is scaled to mean 0 and variance 1.
    train_edges : ndarray of int8, shape (n_tfs, n_genes)
        1 and 0 on the training pairs, ``UNKNOWN`` elsewhere.
    seed : int
        Draws initial values, batches and dropout.
    epochs : int
        20 in the authors' ``main.py``, 90 in their ``Demo.py``.
    precision : {"float32", "float64"}
        Training magnifies what a processor rounds otherwise than another, in single precision until
        it shows.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        Log-odds.

    Raises
    ------
    InfosemError
        If ``train_edges`` is missing, has another shape, or has less than two training pairs of
        either label; if there are fewer than 3 cells or no epoch.
    """
    if epochs < 1:
        raise InfosemError(f"GENELink: epochs is {epochs}; choose at least 1")
    edges = require_labels("GENELink", dataset, train_edges)
    if dataset.n_cells < _FEWEST_CELLS:
        raise InfosemError(
            f"GENELink: data set {dataset.name} has {dataset.n_cells} cells, needs at least "
            f"{_FEWEST_CELLS}"
        )
    x = dataset.expression - dataset.expression.mean(1, keepdims=True)
    deviation = x.std(1, keepdims=True)
    dtype = getattr(torch, precision)
    features = torch.tensor(x / np.where(deviation > 0, deviation, 1), dtype=dtype)
    positive = torch.from_numpy(edges == 1).nonzero()
    tfs = torch.from_numpy(dataset.tfs)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        graph = _Graph(tfs[positive[:, 0]], positive[:, 1], dataset.n_genes, seed=seed)
        network = _Network(graph, features).to(dtype)
        _train(network, tfs, torch.from_numpy(edges), epochs)
        network.eval()
        with torch.no_grad():
            as_tf, as_target = network()
    # Not by a matrix product, which may round equal rows to unequal numbers.
    scores = (as_tf[tfs, np.newaxis] * as_target).sum(2)
    return cast(NDArray[np.float64], scores.double().numpy())


def _train(network: "_Network", tfs: Tensor, edges: Tensor, epochs: int) -> None:
    pairs = (edges != UNKNOWN).nonzero()
    labels = edges[pairs[:, 0], pairs[:, 1]].to(network.features.dtype)
    sources, targets = tfs[pairs[:, 0]], pairs[:, 1]
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=1, gamma=DECAY)
    for _ in range(epochs):
        for batch in torch.randperm(len(pairs)).split(BATCH):
            if schedule.get_last_lr()[0] < _LAST_RATE:
                return
            as_tf, as_target = network()
            ends = (as_tf, sources[batch]), (as_target, targets[batch])
            log_odds = torch.mul(*(_rows(h, of) for h, of in ends)).sum(1)
            loss = functional.binary_cross_entropy_with_logits(log_odds, labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()


def _rows(h: Tensor, of: Tensor) -> Tensor:
    """``h[of]``; its gradient is summed in one order, whatever the number of threads."""
    return h.index_select(0, of)


class _Graph:
    """The edges in both directions, and the genes that have none.

    Attributes
    ----------
    to, of : Tensor of int, (n_entries,)
        Gene `to` attends to gene `of`.
    alone : Tensor of int, (n_alone,)
        Genes without an edge.
    """

    def __init__(self, tfs: Tensor, targets: Tensor, n_genes: int, *, seed: int) -> None:
        both = torch.stack([torch.cat([tfs, targets]), torch.cat([targets, tfs])])
        self.to, self.of = torch.unique(both, dim=1)  # two TFs may regulate each other
        self.n_genes = n_genes
        self._rng = np.random.default_rng(seed)
        has_edge = torch.zeros(n_genes, dtype=torch.bool)
        has_edge[self.to] = True
        self.alone = (~has_edge).nonzero()[:, 0]

    def attend(self, h: Tensor, a: Tensor, training: bool) -> Tensor:
        """Each gene's neighbours, averaged with the weights of attention; (n_genes, n_hidden)."""
        by_self, by_neighbour = (h @ a.view(2, -1).T).unbind(1)
        e = functional.leaky_relu(_rows(by_self, self.to) + _rows(by_neighbour, self.of), SLOPE)
        # A softmax over the neighbours of each gene; that of a constant less is the same.
        highest = h.new_full((self.n_genes,), -torch.inf)
        highest = highest.scatter_reduce(0, self.to, e.detach(), "amax")
        weight = torch.exp(e - highest[self.to])
        total = h.new_zeros(self.n_genes).index_add(0, self.to, weight)
        weight = functional.dropout(weight / _rows(total, self.to), ATTENTION_DROPOUT, training)
        out = torch.zeros_like(h).index_add(0, self.to, weight[:, np.newaxis] * _rows(h, self.of))
        if training:
            half = self._half().to(h.dtype)
            return out.index_copy(0, self.alone, (half @ h) * (2 / self.n_genes))
        return out.index_copy(0, self.alone, h.mean(0).expand(len(self.alone), -1))

    def _half(self) -> Tensor:
        """What dropout leaves, a half of the ones, (n_alone, n_genes); bits cost little."""
        shape = len(self.alone), self.n_genes
        n = shape[0] * shape[1]
        drawn = np.frombuffer(self._rng.bytes(-(-n // 8)), dtype=np.uint8)
        bits = np.unpackbits(drawn, count=n).reshape(shape)
        return torch.from_numpy(bits).float()


class _Head(nn.Module):
    """One head of graph attention."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_in, n_out))
        self.a = nn.Parameter(torch.empty(2 * n_out, 1))
        self.bias = nn.Parameter(torch.zeros(n_out))
        for parameter in (self.weight, self.a):
            nn.init.xavier_uniform_(parameter, gain=GAIN)

    def forward(self, x: Tensor, graph: _Graph) -> Tensor:
        """From features (n_genes, n_in) to (n_genes, n_out)."""
        out = graph.attend(x @ self.weight, self.a, self.training)
        return functional.normalize(functional.leaky_relu(out, SLOPE)) + self.bias


class _Network(nn.Module):
    """From expression to what each gene is as a TF and as a target."""

    def __init__(self, graph: _Graph, features: Tensor) -> None:
        super().__init__()
        self.graph, self.features = graph, features
        first, second, third = HIDDEN
        self.first = nn.ModuleList(_Head(features.shape[1], first) for _ in range(HEADS))
        self.second = nn.ModuleList(_Head(HEADS * first, second) for _ in range(HEADS))
        self.channels = nn.ModuleList()
        for _ in range(2):
            layers = nn.Linear(second, third), nn.Linear(third, OUTPUT)
            for layer in layers:
                nn.init.xavier_uniform_(layer.weight, gain=GAIN)
            self.channels.append(
                nn.Sequential(
                    layers[0], nn.LeakyReLU(), nn.Dropout(DROPOUT), layers[1], nn.LeakyReLU()
                )
            )

    def forward(self) -> tuple[Tensor, Tensor]:
        """Embeddings as a TF and as a target, each (n_genes, OUTPUT)."""
        x = functional.elu(torch.cat([head(self.features, self.graph) for head in self.first], 1))
        x = torch.stack([head(x, self.graph) for head in self.second]).mean(0)
        as_tf, as_target = (self._of_channel(channel, x) for channel in self.channels)
        return as_tf, as_target

    def _of_channel(self, channel: nn.Module, x: Tensor) -> Tensor:
        out: Tensor = channel(x)
        if not self.training and len(self.graph.alone):
            # Equal rows stay equal, however a matrix product rounds them.
            out[self.graph.alone] = out[self.graph.alone[0]].clone()
        return out
