"""The literal model: DeepSEM's training as released, with none of this package's shortcuts.

It is the reference that the parity tests hold `infosem.training.fit` against, and the alternative
that the benchmark compares its speed with. Every element-wise network is evaluated on every entry
of the batch, I - A is inverted anew at every step, autograd finds every gradient, and two RMSprop
optimisers alternate by epochs. As in the released loop, the gradients of the networks are computed
in the epochs that update A only, too; those of A are not computed where the networks learn.

InfoSEM-B and InfoSEM-BC are the same with the prior mean of Eq. 7 and the logits of Eq. 9. What
the release does not have, the Gaussian likelihood and the standard latent prior, is left out. Left
out of the release is what has no effect: the categorical part of its mixture of one component, and
the 1e-8 and 1e-10 that it adds to variances.

References
----------
GitHub HantaoShu/DeepSEM: src/Model.py, src/DeepSEM_cell_type_specific_GRN_model.py. Its A is
[target, TF]; here A[i, k] is the effect of i on k, and cells are rows, as in `infosem.model`.
"""

import math
import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from infosem.engine import standardise
from infosem.errors import InfosemError
from infosem.model import KnownEdges, StructuralModel
from infosem.training import Fit, Settings

__all__ = ["fit_literally"]

_TERMS = ("objective", "reconstruction", "kl", "prior")


def fit_literally(
    expression: NDArray[np.floating],
    settings: Settings,
    *,
    seed: int,
    embedding: NDArray[np.floating] | None = None,
    tfs: NDArray[np.integer] | None = None,
    train_edges: NDArray[np.integer] | None = None,
) -> Fit:
    """Train as `infosem.training.fit` does, literally; the arguments and the result are the same.

    Random numbers are drawn in the same order, so that the same seed gives the same initial values,
    batches and noise.

    Raises
    ------
    InfosemError
        For a likelihood or a latent prior that the released DeepSEM does not have.
    """
    if (settings.likelihood, settings.latent_prior) != ("squared", "learned"):
        raise InfosemError(
            f"the literal model has no likelihood {settings.likelihood!r} with a latent prior "
            f"{settings.latent_prior!r}; use 'squared' and 'learned'"
        )
    started = time.perf_counter()
    dtype = getattr(torch, settings.precision)
    generator = torch.Generator().manual_seed(seed)
    values, mask = standardise(expression, mask_zeros=settings.mask_zeros)
    x, observed = torch.as_tensor(values, dtype=dtype), torch.as_tensor(mask, dtype=dtype)
    vectors = None if embedding is None else torch.as_tensor(np.asarray(embedding), dtype=dtype)
    labels = None if train_edges is None else torch.as_tensor(np.asarray(train_edges), dtype=dtype)
    model = _LiteralModel(x.shape[1], settings, generator, vectors, tfs, labels).to(dtype)

    rates = {
        "effects": settings.lr_adjacency,
        "w": settings.lr_w,
        "bias": settings.lr_w,
        "logit_source": settings.lr_logits,
        "logit_target": settings.lr_logits,
    }
    named = dict(model.named_parameters())
    networks = [p for name, p in named.items() if name not in rates]
    network_optimiser = torch.optim.RMSprop(networks, lr=settings.lr)
    structure_optimiser = torch.optim.RMSprop(
        [{"params": [named[name]], "lr": lr} for name, lr in rates.items() if name in named]
    )
    schedule = torch.optim.lr_scheduler.ExponentialLR(network_optimiser, settings.decay)

    history: dict[str, list[float]] = {name: [] for name in _TERMS}
    for epoch in range(settings.epochs):
        trains_networks = epoch % 3 == 0
        for name in rates.keys() & named.keys():
            named[name].requires_grad_(not trains_networks)
        optimiser = network_optimiser if trains_networks else structure_optimiser
        batches = torch.randperm(len(x), generator=generator).split(settings.batch_size)
        totals = np.zeros(len(_TERMS))
        for batch in batches:
            noise = torch.randn(len(batch), x.shape[1], generator=generator, dtype=dtype)
            model.zero_grad()
            terms = model(x[batch], observed[batch], noise)
            terms[0].backward()
            optimiser.step()
            totals += [term.item() for term in terms]
        # Once an epoch, whether or not it trained the networks.
        schedule.step()
        for name, value in zip(_TERMS, totals / len(batches), strict=True):
            history[name].append(float(value))
    with torch.no_grad():
        adjacency = model.adjacency().double().numpy()
    return Fit(adjacency, np.arange(len(adjacency)), history, time.perf_counter() - started)


class _LiteralModel(nn.Module):
    """The objective, term by term, with the initial values of a `StructuralModel`."""

    def __init__(
        self,
        n_genes: int,
        settings: Settings,
        generator: torch.Generator,
        embedding: Tensor | None,
        tfs: NDArray[np.integer] | None,
        labels: Tensor | None,
    ) -> None:
        super().__init__()
        self.settings, self.embedding, self.tfs, self.labels = settings, embedding, tfs, labels
        initial = _initial_values(n_genes, settings, generator, embedding, tfs, labels)
        hidden = settings.hidden
        self.encoder = _element_wise_net(2, hidden, 2)  # (x, 1) -> mean, log-variance
        self.decoder = _element_wise_net(1, hidden, 1)
        self.prior_mean_net = _constant_input_net(hidden, n_genes)
        self.prior_log_variance_net = _constant_input_net(hidden, n_genes)
        for name, net in self.named_children():
            # The package keeps the layers of an element-wise network under `layers`.
            prefixes = (f"{name}.layers.", f"{name}.")
            prefix = next(p for p in prefixes if any(key.startswith(p + "0.") for key in initial))
            net.load_state_dict(
                {
                    key.removeprefix(prefix): v
                    for key, v in initial.items()
                    if key.startswith(prefix)
                }
            )
        for name, value in initial.items():
            if "." not in name:  # effects, w, bias, logit_source, logit_target
                self.register_parameter(name, nn.Parameter(value))
        dtype = getattr(torch, settings.precision)
        # Eq. 9: the labels 1 and 0, truncated.
        self.likely, self.unlikely = torch.tensor([0.95, 0.05], dtype=dtype)
        self.off_diagonal = 1 - torch.eye(n_genes, dtype=dtype)

    def adjacency(self) -> Tensor:
        """A (genes, genes), for InfoSEM-BC A^e * sigmoid(A^l)."""
        effects = self.effects * self.off_diagonal
        if self.labels is None:
            return effects
        return effects * torch.sigmoid(self.logit_source @ self.logit_target)

    def forward(self, x: Tensor, observed: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
        """Objective, reconstruction, KL and prior of one batch (cells, genes)."""
        one_minus_a = torch.eye(len(self.effects), dtype=x.dtype) - self.adjacency()
        inverse = torch.linalg.inv(one_minus_a)

        entries = torch.stack([x.flatten(), torch.ones(x.numel(), dtype=x.dtype)], dim=1)
        mean_hat, log_variance_hat = self.encoder(entries).T.reshape(2, *x.shape)
        mean, variance = mean_hat @ one_minus_a, torch.exp(log_variance_hat @ one_minus_a)
        z = mean + variance.sqrt() * noise

        one = torch.ones(1, 1, dtype=x.dtype)
        prior_mean = self.prior_mean_net(one) @ one_minus_a
        prior_variance = torch.exp(self.prior_log_variance_net(one) @ one_minus_a)
        kl = (_log_normal(z, mean, variance) - _log_normal(z, prior_mean, prior_variance)).mean()

        x_hat = self.decoder((z @ inverse).reshape(-1, 1)).reshape(x.shape)
        reconstruction = ((x - x_hat) ** 2 * observed).sum() / observed.sum()
        prior = self.negative_log_prior()
        objective = reconstruction + self.settings.beta * kl + self.settings.alpha * prior
        return objective, reconstruction, kl, prior

    def negative_log_prior(self) -> Tensor:
        """DeepSEM's mean |A|; about the prior mean of Eq. 7, with Eq. 9's logits, in InfoSEM."""
        settings, n_pairs = self.settings, self.effects.numel()
        residual = self.effects
        if self.embedding is not None:
            source, target = self.w.view(2, -1)
            residual = residual - (self.embedding @ source)[:, None] - self.embedding @ target
            if settings.bias:
                residual = residual - self.bias
        total = (residual * self.off_diagonal).abs().mean()
        if self.embedding is not None:
            total = total + (self.w**2).sum() / (2 * settings.sigma_w**2) / n_pairs
        if self.labels is not None:
            logits = (self.logit_source @ self.logit_target)[self.tfs]
            truncated = torch.special.logit(
                torch.where(self.labels > 0, self.likely, self.unlikely)
            )
            squares = ((logits - truncated) ** 2)[self.labels >= 0]
            total = total + squares.sum() / (2 * settings.sigma_l**2) / n_pairs
        return total


def _initial_values(
    n_genes: int,
    settings: Settings,
    generator: torch.Generator,
    embedding: Tensor | None,
    tfs: NDArray[np.integer] | None,
    labels: Tensor | None,
) -> dict[str, Tensor]:
    """What the package's model starts from; drawn in single precision, as `fit` does."""
    known = None if labels is None else KnownEdges(torch.as_tensor(np.asarray(tfs)), labels)
    model = StructuralModel(
        n_genes,
        generator,
        hidden=settings.hidden,
        embedding=embedding,
        bias=settings.bias,
        known=known,
        rank=min(settings.rank, n_genes),
    )
    return {name: value.clone() for name, value in model.state_dict().items()}


def _element_wise_net(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.Tanh(),
        nn.Linear(hidden, hidden),
        nn.Tanh(),
        nn.Linear(hidden, outputs),
    )


def _constant_input_net(hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, outputs))


def _log_normal(z: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return -0.5 * (math.log(2 * math.pi) + torch.log(variance) + (z - mean) ** 2 / variance)
