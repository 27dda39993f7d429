"""DeepSEM, InfoSEM-B and InfoSEM-BC: the generative model and its evidence lower bound.

This file holds the mathematics only; it reads no file and runs no loop (see `training`).
Equation numbers are those of InfoSEM (Cui et al. 2025), which builds on DeepSEM (Shu et al. 2021).

Orientation, here and everywhere in the package: rows are regulators and columns are targets,
A[i, k] is the effect of gene i on gene k. A batch is laid out with cells as rows and genes as
columns, (cells, genes), so that the paper's Z = (I - A^T) Z_hat, whose columns are cells, reads
z = z_hat (I - A), and Z_hat = (I - A^T)^-1 Z reads z_hat = z (I - A)^-1.

    Eq. 4-6   x -> encoder -> q(z_hat) ; z = z_hat (I - A) ; z_hat = z (I - A)^-1 -> decoder -> x
    Eq. 7, 8  a_ik ~ Laplace([h_i, h_k] w^T, sigma_a),  w ~ N(0, sigma_w^2)
    Eq. 9     A = A^e * sigmoid(A^l),  a^l_ik ~ N(logit(0.95 or 0.05), sigma_l^2) where known
    Eq. 10-12 the objective: expected reconstruction + log priors - beta KL

The objective that is minimised is the negative bound in DeepSEM's scaling, in which every term is
a mean: reconstruction over the observed entries, beta times the KL over all entries, and alpha
times the mean absolute residual of the Laplace prior. The paper gives no sigma_a. It is taken as 1,
and all of log p(A, w) is scaled by alpha / P^2, so that its terms keep the proportions of Eq. 11
and 12. At this scale the prior of w is too flat to matter, and alpha also scales how firmly known
edges are held.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from infosem.resolvent import Resolvent
from infosem.scalar_map import ScalarMap

__all__ = [
    "KnownEdges",
    "StructuralModel",
    "additive_prior_mean",
    "gaussian_reconstruction",
    "kl_one_sample",
    "laplace_residual",
    "logit_prior",
    "squared_reconstruction",
    "starting_effects",
    "weight_prior",
]

_LOGIT_KNOWN = math.log(0.95 / 0.05)  # Eq. 9 truncates the labels 1 and 0 to 0.95 and 0.05


@dataclass(frozen=True, eq=False)
class KnownEdges:
    """Labels of some TF-gene pairs, the conditioning set Y of Eq. 9.

    Attributes
    ----------
    tfs : Tensor, (n_tfs,) int
        Gene index of each row of `labels`.
    labels : Tensor, (n_tfs, n_genes)
        1 for a known edge, 0 for a known non-edge, anything negative for unknown.
    absent_mean : float
        Probability at which the prior of a known non-edge has its mean. Eq. 9 has 0.05.
    absent_trust : float
        Factor on the precision of that prior, 1 / sigma_l^2. Eq. 9 trusts both labels alike, a
        factor of 1; but an edge that a database lacks is hardly known to be none. With 0 nothing is
        known of it.
    """

    tfs: Tensor
    labels: Tensor
    absent_mean: float = 0.05
    absent_trust: float = 1.0


# --- the terms of the objective ---------------------------------------------------------------


def squared_reconstruction(x: Tensor, x_hat: Tensor, observed: Tensor) -> Tensor:
    """Mean squared error over the observed entries: the released DeepSEM's reconstruction.

    x, x_hat, observed : (cells, genes); observed is 1 where an entry counts, else 0.
    """
    return ((x - x_hat).square() * observed).sum() / observed.sum()


def gaussian_reconstruction(
    x: Tensor, mean: Tensor, log_variance: Tensor, observed: Tensor
) -> Tensor:
    """Mean negative log-likelihood of Eq. 5, N(x; f(z_hat), g(z_hat)), over observed entries.

    All arguments (cells, genes); g is the exponential of `log_variance`.
    """
    nll = log_variance + (x - mean).square() * torch.exp(-log_variance) + math.log(2 * math.pi)
    return 0.5 * (nll * observed).sum() / observed.sum()


def kl_one_sample(
    noise: Tensor, log_variance: Tensor, z_minus_prior_mean: Tensor, prior_log_variance: Tensor
) -> Tensor:
    """One-sample estimate of KL[q(Z|X) | p(Z)] in Eq. 10, as a mean over entries.

    log q(z) - log p(z) at z = mean + exp(log_variance / 2) * noise, for diagonal Gaussians.
    noise, log_variance, z_minus_prior_mean : (cells, genes); prior_log_variance broadcasts.
    """
    log_q = -log_variance - noise.square()
    log_p = -prior_log_variance - z_minus_prior_mean.square() * torch.exp(-prior_log_variance)
    return 0.5 * (log_q - log_p).mean()


def additive_prior_mean(embedding: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
    """Prior mean of Eq. 7 in its additive form: [h_i, h_k] w^T = source_i + target_k.

    embedding (genes, d), w (2 d,) -> source (genes,), target (genes,).
    """
    source, target = w.view(2, -1)
    return embedding @ source, embedding @ target


def laplace_residual(
    adjacency: Tensor,
    source: Tensor | None = None,
    target: Tensor | None = None,
    pairs: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """Sum over P^2 of |a_ik - (source_i + target_k)|: -log p(A) of Eq. 5, 7 and 8.

    Up to the factor 1 / sigma_a and a constant. Without source and target the prior mean is 0, as
    in DeepSEM; with factors of pairs it has their product, too. The diagonal is no random variable
    (a gene has no edge to itself) and adds nothing, as do the rows of genes that regulate none.

    adjacency (regulators, genes), source (genes,), target (genes,), pairs (genes, rank) each ->
    scalar. The regulators are the first genes.
    """
    n_regulators, n_genes = adjacency.shape
    residual = adjacency if source is None else adjacency - source[:n_regulators, None]
    if target is not None:
        residual = residual - target
    if pairs is not None:
        residual = residual - pairs[0][:n_regulators] @ pairs[1].T
    return (residual.abs().sum() - residual.diagonal().abs().sum()) / n_genes**2


def weight_prior(w: Tensor, sigma_w: float) -> Tensor:
    """-log p(w) of Eq. 7, w ~ N(0, sigma_w^2), up to a constant."""
    return w.square().sum() / (2 * sigma_w**2)


def logit_prior(logits: Tensor, known: KnownEdges, sigma_l: float) -> Tensor:
    """-log p(A^l | Y) of Eq. 9, up to a constant: unknown pairs have a flat prior.

    logits (n_tfs, n_genes), of the TFs of `known` -> scalar.
    """
    labels = known.labels
    absent = math.log(known.absent_mean / (1 - known.absent_mean))
    residual = logits - (absent + (_LOGIT_KNOWN - absent) * labels)
    trust = (labels > 0) + known.absent_trust * (labels == 0)
    return (residual.square() * trust).sum() / (2 * sigma_l**2)


class _Structure(torch.autograd.Function):
    """Both linear maps of Eq. 6 and the sampling between them, with one gradient of A for both.

    mapped = stacked (I - A), whose rows from `cells` to 2 `cells` are log-variances of z;
    jitter = exp(log_variance / 2) * noise; jitter_hat = jitter (I - A)^-1.

    With fewer regulators than genes A = [A_TT A_TN] lacks the rows of the others, which are zero:
    of x (I - A) = b, x_T = b_T (I - A_TT)^-1 and x = b + x_T A; of x (I - A^T) = b, x_N = b_N and
    x_T = (b_T + b_N A_TN^T) (I - A_TT^T)^-1.
    """

    @staticmethod
    def forward(ctx, adjacency, stacked, noise, resolvent):  # type: ignore[no-untyped-def]
        n = len(adjacency)
        mapped = torch.addmm(stacked, stacked[:, :n], adjacency, alpha=-1)
        jitter = torch.exp(0.5 * mapped[len(noise) : 2 * len(noise)]).mul_(noise)
        jitter_hat = resolvent.solve(adjacency[:, :n], jitter[:, :n])
        if n < jitter.shape[1]:
            jitter_hat = torch.addmm(jitter, jitter_hat, adjacency)
        ctx.resolvent = resolvent
        ctx.save_for_backward(adjacency, stacked, jitter, jitter_hat)
        return mapped, jitter, jitter_hat

    @staticmethod
    def backward(ctx, grad_mapped, grad_jitter, grad_jitter_hat):  # type: ignore[no-untyped-def]
        adjacency, stacked, jitter, jitter_hat = ctx.saved_tensors
        n_cells, n = len(jitter), len(adjacency)
        # With l = g (I - A^T)^-1, the gradients of x = b (I - A)^-1 are l for b and x^T l for A.
        adjoint = grad_jitter_hat[:, :n]
        if n < jitter.shape[1]:
            adjoint = torch.addmm(adjoint, grad_jitter_hat[:, n:], adjacency[:, n:].T)
        adjoint = ctx.resolvent.solve(adjacency[:, :n], adjoint, transposed=True)
        if n < jitter.shape[1]:
            adjoint = torch.cat([adjoint, grad_jitter_hat[:, n:]], dim=1)
        grad_mapped = grad_mapped.clone()
        grad_mapped[n_cells : 2 * n_cells] += 0.5 * jitter * (grad_jitter + adjoint)
        grad_adjacency = grad_stacked = None
        if ctx.needs_input_grad[0]:
            left, right = torch.cat([-stacked, jitter_hat]), torch.cat([grad_mapped, adjoint])
            grad_adjacency = left[:, :n].T @ right
        if ctx.needs_input_grad[1]:
            grad_stacked = grad_mapped.clone()
            grad_stacked[:, :n] -= grad_mapped @ adjacency.T
        return grad_adjacency, grad_stacked, None, None


# --- the model --------------------------------------------------------------------------------


def starting_effects(
    n_genes: int, generator: torch.Generator, n_regulators: int | None = None
) -> Tensor:
    """Where DeepSEM starts A (regulators, genes): 1 / (P - 1), a little noise, zero diagonal.

    Where all genes are regulators, I - A is then close to singular in the direction of ones.
    """
    shape = n_genes if n_regulators is None else n_regulators, n_genes
    start = torch.rand(*shape, generator=generator).mul_(2e-4).add_(1 / (n_genes - 1))
    return start.fill_diagonal_(0)


class StructuralModel(nn.Module):
    """The generative and the inference model of Figure 1; what is not given is left out.

    Without `embedding` and `known` this is DeepSEM, with `embedding` InfoSEM-B, with both
    InfoSEM-BC.

    Parameters
    ----------
    n_genes : int
    generator : torch.Generator
        Source of every initial value.
    n_regulators : int, optional
        The first so many genes have rows of A; the others regulate none. By default all have.
    hidden : int
        Width of the networks.
    embedding : Tensor, (n_genes, d), optional
        Gene embeddings H of Eq. 7.
    bias : bool
        Add a constant to the prior mean of Eq. 7. The paper has none.
    pair_rank : int
        Rank of B in a term h_i B h_k^T of the prior mean, which the paper does not have: Eq. 7 is a
        sum over TF and target, and ranks the targets alike for every TF. 0 is no such term.
    start : float
        A starts at this multiple of `starting_effects`. With known edges A^e has twice that, as
        sigmoid(A^l) starts at about 1/2.
    known : KnownEdges, optional
        Known part of the network, for Eq. 9.
    rank : int
        Rank h of A^l = A_a A_b.
    likelihood : {"squared", "gaussian"}
        Reconstruction: squared error (released DeepSEM) or Eq. 5.
    latent_prior : {"learned", "standard"}
        p(Z): the per-gene mean and variance that the released DeepSEM learns, or the
        N(0, sigma_z^2) of Eq. 5.
    sigma_z : float
        Standard deviation of the standard latent prior.
    prior_form : {"centred", "deviations"}
        Whether the prior mean M of Eq. 7 is the centre of A, or is added to deviations whose centre
        is 0: then `effects` are these, and A is M plus `effects`.
    """

    def __init__(
        self,
        n_genes: int,
        generator: torch.Generator,
        *,
        n_regulators: int | None = None,
        hidden: int = 128,
        embedding: Tensor | None = None,
        bias: bool = False,
        pair_rank: int = 0,
        start: float = 1.0,
        known: KnownEdges | None = None,
        rank: int = 128,
        likelihood: str = "squared",
        latent_prior: str = "learned",
        sigma_z: float = 1.0,
        prior_form: str = "centred",
    ) -> None:
        super().__init__()
        self.embedding, self.known = embedding, known
        self.likelihood, self.latent_prior, self.sigma_z = likelihood, latent_prior, sigma_z
        self.adds_mean = prior_form == "deviations" and embedding is not None

        effects = starting_effects(n_genes, generator, n_regulators)
        self.effects = nn.Parameter(effects.mul_(start if known is None else 2 * start))
        self.encoder = ScalarMap(hidden, 2, generator, constant_input=True)
        self.decoder = ScalarMap(hidden, 1 if likelihood == "squared" else 2, generator)
        if latent_prior == "learned":
            self.prior_mean_net = _constant_input_net(hidden, n_genes, generator)
            self.prior_log_variance_net = _constant_input_net(hidden, n_genes, generator)
        if embedding is not None:
            self.w = nn.Parameter(torch.zeros(2 * embedding.shape[1]))
            self.bias = nn.Parameter(torch.zeros(())) if bias else None
        if known is not None:
            rows = len(effects)
            self.logit_source = nn.Parameter(0.1 * torch.randn(rows, rank, generator=generator))
            self.logit_target = nn.Parameter(0.1 * torch.randn(rank, n_genes, generator=generator))
        self.pair_rank = pair_rank if embedding is not None else 0
        if embedding is not None and pair_rank:
            # B = U V^T starts at 0, as w does, at a place from which it can leave.
            shape = embedding.shape[1], pair_rank
            drawn = torch.randn(*shape, generator=generator) / math.sqrt(pair_rank)
            self.pair_source, self.pair_target = nn.Parameter(drawn), nn.Parameter(0 * drawn)

    def adjacency(self) -> Tensor:
        """Weighted adjacency matrix A (regulators, genes), A[i, k] for i -> k, zero diagonal.

        With known edges it is Eq. 9, where A^l = A_a A_b has low rank (Appendix A.2).
        """
        if self.adds_mean:
            source, target = self.prior_mean()
            assert source is not None and target is not None
            whole = self.effects + source[: len(self.effects), None] + target
            return _hollow(whole)
        if self.known is None:
            return self.effects
        return self.effects * torch.sigmoid(self.logit_source @ self.logit_target)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of q(z_hat | x), Eq. 6; (cells, genes) each."""
        mean, log_variance = self.encoder(x)
        return mean, log_variance

    def negative_elbo(
        self,
        x: Tensor,
        observed: Tensor,
        encoded: tuple[Tensor, Tensor],
        noise: Tensor,
        adjacency: Tensor,
        resolvent: Resolvent,
    ) -> tuple[Tensor, Tensor]:
        """Reconstruction and KL of Eq. 10, one sample.

        Parameters
        ----------
        x, observed, noise : Tensor, (cells, genes)
            Data, mask of the entries that count, and standard normal draws.
        encoded : tuple of Tensor
            `self.encode(x)`.
        adjacency : Tensor, (regulators, genes)
            `self.adjacency(...)`.
        resolvent : Resolvent
            Solves with I - A; it keeps an inverse from step to step.

        Returns
        -------
        reconstruction, kl : Tensor
            Scalars.
        """
        mean_hat, log_variance_hat = encoded
        n_cells = len(x)
        if self.latent_prior == "learned":
            one = x.new_ones(1, 1)
            mean_hat = mean_hat - (prior_hat := self.prior_mean_net(one))
            stacked = torch.cat([mean_hat, log_variance_hat, self.prior_log_variance_net(one)])
        else:
            prior_hat = None
            stacked = torch.cat([mean_hat, log_variance_hat])
        # Eq. 6, for the mean (less that of the prior), the log-variance and the prior's
        # log-variance at once: DeepSEM maps log-variances by I - A, too. As z_hat = z (I - A)^-1
        # and the mean of z is that of z_hat times (I - A), only the noise needs solving.
        mapped, jitter, jitter_hat = _Structure.apply(adjacency, stacked, noise, resolvent)  # type: ignore[no-untyped-call]
        mean, log_variance = mapped[:n_cells], mapped[n_cells : 2 * n_cells]
        if self.latent_prior == "learned":
            prior_log_variance = mapped[2 * n_cells :]
        else:
            prior_log_variance = torch.full_like(mapped[:1], 2 * math.log(self.sigma_z))
        kl = kl_one_sample(noise, log_variance, mean + jitter, prior_log_variance)
        z_hat = mean_hat + jitter_hat
        if prior_hat is not None:
            z_hat = z_hat + prior_hat
        decoded = self.decoder(z_hat)
        if self.likelihood == "squared":
            return squared_reconstruction(x, decoded[0], observed), kl
        return gaussian_reconstruction(x, decoded[0], decoded[1], observed), kl

    def prior_mean(self) -> tuple[Tensor | None, Tensor | None]:
        """Additive parts of the prior mean of Eq. 7; (None, None) for DeepSEM's mean of 0."""
        if self.embedding is None:
            return None, None
        source, target = additive_prior_mean(self.embedding, self.w)
        return source if self.bias is None else source + self.bias, target

    def pair_factors(self) -> tuple[Tensor, Tensor] | None:
        """H U and H V, (genes, pair_rank), whose product H U V^T H^T is added to the prior mean."""
        if self.embedding is None or not self.pair_rank:
            return None
        return self.embedding @ self.pair_source, self.embedding @ self.pair_target

    def negative_log_prior(self, *, sigma_w: float, sigma_l: float) -> Tensor:
        """-log p(A, w | H, Y) of Eq. 11 and 12 over P^2, for sigma_a = 1, up to a constant."""
        mean = (None, None) if self.adds_mean else self.prior_mean()
        residual = laplace_residual(self.effects, *mean, self.pair_factors())
        return residual + self.negative_log_hyperprior(sigma_w=sigma_w, sigma_l=sigma_l)

    def negative_log_hyperprior(self, *, sigma_w: float, sigma_l: float) -> Tensor:
        """The part of `negative_log_prior` without A^e: of w (and U and V), and of A^l."""
        total = self.effects.new_zeros(())
        if self.embedding is not None:
            total = total + weight_prior(self.w, sigma_w)
        if self.pair_rank:
            for weights in (self.pair_source, self.pair_target):
                total = total + weight_prior(weights, sigma_w)
        if self.known is not None:
            logits = self.logit_source[self.known.tfs] @ self.logit_target
            total = total + logit_prior(logits, self.known, sigma_l)
        return total / self.effects.shape[1] ** 2


def _hollow(matrix: Tensor) -> Tensor:
    """The same with a zero diagonal, also where it is not square."""
    diagonal = torch.eye(*matrix.shape, dtype=torch.bool, device=matrix.device)
    return matrix.masked_fill(diagonal, 0)


def _constant_input_net(hidden: int, outputs: int, generator: torch.Generator) -> nn.Sequential:
    """DeepSEM's networks of the mixture component, of which there is one: a constant input."""
    net = nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, outputs))
    for layer in (net[0], net[2]):
        nn.init.xavier_normal_(layer.weight, generator=generator)  # type: ignore[arg-type]
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return net
