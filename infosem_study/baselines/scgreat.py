"""scGREAT: a transformer that reads a TF and a target, by their expression and their names.

References
----------
Wang et al. (2024), scGREAT: Transformer-based deep-language model for gene regulatory network
inference from single-cell transcriptomics, iScience 27, 109352, and the settings of the released
code.
"""

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedShuffleSplit
from torch import Tensor, nn
from torch.nn import functional

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.splits import UNKNOWN
from infosem_study.baselines.labels import require_labels

__all__ = ["scgreat"]

ENCODED = 512  # to how many numbers a gene's expression is first brought down
LAYERS, HEADS, FEED_FORWARD = 2, 4, 2048
ATTENTION_DROPOUT, DROPOUT = 0.1, 0.2
HEAD = (1024, 512, 256)
BATCH = 32
LEARNING_RATE = 1e-5
DECAY, DECAY_EVERY = 0.999, 10  # batches
LARGEST_GRADIENT = 0.1
HELD_OUT = 0.1
PATIENCE = 5
_EVALUATED_AT_ONCE = 2048
_FEWEST_CELLS = 3
_FEWEST_OF_A_LABEL = 10


def scgreat(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    embedding: str,
    epochs: int = 50,
    validation: NDArray[np.int8] | None = None,
) -> NDArray[np.float64]:
    """Score pairs by a transformer over two tokens, the TF and the target.

    A gene's token is the sum of its z-scored expression, brought to the width of the embedding by
    two linear layers (of 512 and as many numbers as the embedding has), its text embedding, which
    stays as it is, and a learned vector for its place, TF or target. Two layers of attention with
    four heads follow, then four linear layers down to one number, the log-odds. The binary
    cross-entropy of the training pairs is minimised by Adam in batches of 32, with a learning rate
    of 1e-5 that falls by 0.1% every 10 batches, and gradients clipped to a norm of 0.1.

    As released, but for two things. A tenth of the training pairs, stratified by label, is held
    out; training ends once their average precision has not risen for 5 epochs, and the network that
    does best on them is kept. (The released ``main.py`` chooses no network: after every epoch it
    prints the results on the benchmark's validation and test sets, and it breaks off only where the
    AUROC on the former is below 0.501.) Embeddings other than BioBERT's make the tokens as wide as
    themselves, where the released ones have 768 numbers. Where there are validation pairs, these
    are held out, and all training pairs train.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used; each gene is scaled to mean 0 and variance 1.
    train_edges : ndarray of int8, shape (n_tfs, n_genes)
        1 and 0 on the training pairs, ``UNKNOWN`` elsewhere.
    seed : int
        Draws initial values, batches, dropout and the pairs held out; between 0 and 2**32 - 1.
    embedding : str
        Name of one of the data set's embeddings; its width must be a multiple of 4.
    epochs : int
        At most; 50 in the authors' README, 80 in their ``demo.py``.
    validation : ndarray of int8, shape (n_tfs, n_genes), optional
        1 and 0 on pairs that choose the epoch and nothing else, ``UNKNOWN`` elsewhere.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        Log-odds.

    Raises
    ------
    InfosemError
        If ``train_edges`` is missing, has another shape, or has less than ten training pairs of
        either label; if the embedding is missing or of a width that 4 heads cannot share; if there
        are fewer than 3 cells or no epoch.
    """
    if epochs < 1:
        raise InfosemError(f"scGREAT: epochs is {epochs}; choose at least 1")
    edges = require_labels("scGREAT", dataset, train_edges)
    pairs = np.argwhere(edges != UNKNOWN)
    labels = edges[tuple(pairs.T)]
    if np.bincount(labels, minlength=2).min() < _FEWEST_OF_A_LABEL:
        raise InfosemError(
            f"train_edges: scGREAT holds out a tenth of the pairs and needs {_FEWEST_OF_A_LABEL} "
            f"of each label; there are {(labels == 1).sum()} positives and "
            f"{(labels == 0).sum()} negatives"
        )
    if dataset.n_cells < _FEWEST_CELLS:
        raise InfosemError(
            f"scGREAT: data set {dataset.name} has {dataset.n_cells} cells, needs at least "
            f"{_FEWEST_CELLS}"
        )
    text = torch.tensor(dataset.embedding(embedding), dtype=torch.float32)
    if text.shape[1] % HEADS:
        raise InfosemError(
            f"scGREAT: embedding {embedding!r} has {text.shape[1]} numbers per gene; its {HEADS} "
            f"heads need a multiple of {HEADS}"
        )
    x = dataset.expression - dataset.expression.mean(1, keepdims=True)
    deviation = x.std(1, keepdims=True)
    expression = torch.tensor(x / np.where(deviation > 0, deviation, 1), dtype=torch.float32)

    if validation is not None:
        judges = require_labels("scGREAT", dataset, validation)
        held_out = np.argwhere(judges != UNKNOWN)
        held_out_labels = judges[tuple(held_out.T)]
    else:
        split = StratifiedShuffleSplit(1, test_size=HELD_OUT, random_state=seed)
        kept, others = next(split.split(pairs, labels))
        held_out, held_out_labels = pairs[others], labels[others]
        pairs, labels = pairs[kept], labels[kept]

    def genes(of_pairs: NDArray[np.integer]) -> Tensor:
        return torch.from_numpy(np.column_stack([dataset.tfs[of_pairs[:, 0]], of_pairs[:, 1]]))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _Network(expression, text)
        _train(
            network, genes(pairs), torch.from_numpy(labels).float(), epochs,
            genes(held_out), held_out_labels,
        )  # fmt: skip
    scores = _log_odds(network, genes(np.argwhere(np.ones(edges.shape))))
    return scores.reshape(edges.shape)


def _train(
    network: "_Network",
    pairs: Tensor,
    labels: Tensor,
    epochs: int,
    held_out: Tensor,
    held_out_labels: NDArray[np.int8],
) -> None:
    """Train, and leave the network as it was when it ranked the held-out pairs best."""
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, fused=True)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, DECAY_EVERY, DECAY)
    best, best_epoch, weights = -1.0, 0, network.state_dict()
    for epoch in range(epochs):
        network.train()
        for batch in torch.randperm(len(pairs)).split(BATCH):
            log_odds = network(network.tokens(pairs[batch]))
            loss = functional.binary_cross_entropy_with_logits(log_odds, labels[batch])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
            optimiser.step()
            schedule.step()
        precision = average_precision_score(held_out_labels, _log_odds(network, held_out))
        if precision > best:
            best, best_epoch = precision, epoch
            weights = {name: value.clone() for name, value in network.state_dict().items()}
        elif epoch - best_epoch >= PATIENCE:
            break
    network.load_state_dict(weights)


def _log_odds(network: "_Network", pairs: Tensor) -> NDArray[np.float64]:
    """Log-odds of pairs (n_pairs, 2) of genes, in large batches."""
    network.eval()
    with torch.no_grad():
        of_genes = network.encoded()
        parts = [
            network(of_genes[batch] + network.place) for batch in pairs.split(_EVALUATED_AT_ONCE)
        ]
    return cast(NDArray[np.float64], torch.cat(parts).double().numpy())


class _Network(nn.Module):
    """From pairs of genes to their log-odds."""

    expression: Tensor
    text: Tensor

    def __init__(self, expression: Tensor, text: Tensor) -> None:
        super().__init__()
        width = text.shape[1]
        self.register_buffer("expression", expression, persistent=False)
        self.register_buffer("text", text, persistent=False)
        self.encode = nn.Sequential(
            nn.Linear(expression.shape[1], ENCODED), nn.Linear(ENCODED, width), nn.LeakyReLU()
        )
        self.place = nn.Parameter(torch.randn(2, width))
        layer = nn.TransformerEncoderLayer(
            width, HEADS, FEED_FORWARD, ATTENTION_DROPOUT, batch_first=True
        )
        self.transformer = nn.TransformerEncoder(layer, LAYERS)
        first, second, third = HEAD
        self.first = nn.Linear(2 * width, first)
        self.second = nn.Linear(first, second)
        self.third = nn.Linear(second, third)
        self.last = nn.Linear(third, 1)
        self.pool = nn.AvgPool1d(first // third)
        self.dropout = nn.Dropout(DROPOUT)
        self.slope = nn.PReLU()

    def encoded(self) -> Tensor:
        """What a gene's tokens share, (n_genes, width)."""
        out: Tensor = self.encode(self.expression) + self.text
        return out

    def tokens(self, pairs: Tensor) -> Tensor:
        """Tokens (n_pairs, 2, width) of pairs of genes, of these genes only."""
        out: Tensor = self.encode(self.expression[pairs]) + self.text[pairs] + self.place
        return out

    def forward(self, tokens: Tensor) -> Tensor:
        """From tokens (n_pairs, 2, width) to log-odds (n_pairs,)."""
        x = self._squashed(self.first(self.transformer(tokens).flatten(1)))
        pooled = self.pool(x)
        x = self._squashed(self.second(x))
        x = self._squashed(self.third(x) + pooled)
        out: Tensor = self.last(x)[:, 0]
        return out

    def _squashed(self, x: Tensor) -> Tensor:
        out: Tensor = self.slope(self.dropout(x))
        return out
