"""Every term against numbers worked out another way, and all gradients numerically."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import stats

from infosem import model as m
from infosem.resolvent import Resolvent

P, N, D = 7, 5, 3


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def tensor(array, *, grad: bool = False) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float64, requires_grad=grad)


def known_edges(rng) -> m.KnownEdges:
    return m.KnownEdges(torch.tensor([0, 2, 5]), tensor(rng.integers(-1, 2, size=(3, P))))


def build(rng, **options) -> m.StructuralModel:
    model = m.StructuralModel(
        P,
        torch.Generator().manual_seed(0),
        hidden=6,
        embedding=tensor(rng.normal(size=(P, D))),
        known=known_edges(rng),
        rank=2,
        **options,
    ).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * tensor(rng.normal(size=tuple(parameter.shape)))
        model.effects.fill_diagonal_(0)
    return model


# --- terms ------------------------------------------------------------------------------------


def test_squared_reconstruction_counts_observed_entries_only(rng):
    x, x_hat = rng.normal(size=(2, N, P))
    observed = rng.integers(0, 2, size=(N, P))
    expected = np.mean((x - x_hat)[observed == 1] ** 2)
    assert m.squared_reconstruction(*map(tensor, (x, x_hat, observed))).item() == pytest.approx(
        expected
    )


def test_gaussian_reconstruction_is_the_normal_log_likelihood(rng):
    x, mean, log_variance = rng.normal(size=(3, N, P))
    observed = rng.integers(0, 2, size=(N, P))
    expected = -stats.norm.logpdf(x, mean, np.exp(log_variance / 2))[observed == 1].mean()
    found = m.gaussian_reconstruction(*map(tensor, (x, mean, log_variance, observed)))
    assert found.item() == pytest.approx(expected)


def test_kl_sample_is_a_log_density_ratio(rng):
    mean, log_variance, prior_mean, prior_log_variance, noise = rng.normal(size=(5, N, P))
    z = mean + np.exp(log_variance / 2) * noise
    expected = np.mean(
        stats.norm.logpdf(z, mean, np.exp(log_variance / 2))
        - stats.norm.logpdf(z, prior_mean, np.exp(prior_log_variance / 2))
    )
    found = m.kl_one_sample(*map(tensor, (noise, log_variance, z - prior_mean, prior_log_variance)))
    assert found.item() == pytest.approx(expected)


def test_kl_sample_averages_to_the_closed_form(rng):
    mean, log_variance, prior_log_variance = 0.7, -0.4, 0.3
    noise = tensor(rng.normal(size=(1000, 1000)))
    z = mean + np.exp(log_variance / 2) * noise
    found = m.kl_one_sample(
        noise,
        torch.full_like(noise, log_variance),
        z - 0.2,
        torch.full_like(noise[:1], prior_log_variance),
    )
    variance_ratio = np.exp(log_variance - prior_log_variance)
    shift = (mean - 0.2) ** 2 / np.exp(prior_log_variance)
    assert found.item() == pytest.approx(
        0.5 * (variance_ratio + shift - 1 - np.log(variance_ratio)), abs=0.005
    )


def test_additive_prior_mean_is_the_concatenated_product(rng):
    h, w = rng.normal(size=(P, D)), rng.normal(size=2 * D)
    source, target = m.additive_prior_mean(tensor(h), tensor(w))
    for i in range(P):
        for k in range(P):
            expected = np.concatenate([h[i], h[k]]) @ w
            assert (source[i] + target[k]).item() == pytest.approx(expected)


def test_laplace_residual_against_numpy_and_log_density(rng):
    a, source, target = rng.normal(size=(P, P)), rng.normal(size=P), rng.normal(size=P)
    mean = source[:, None] + target
    off = ~np.eye(P, dtype=bool)
    found = m.laplace_residual(*map(tensor, (a, source, target))).item()
    assert found == pytest.approx(np.abs(a - mean)[off].sum() / P**2)
    log_density = stats.laplace.logpdf(a, mean, scale=1)[off].sum()  # = -sum |a - m| - n log 2
    assert found == pytest.approx((-log_density - off.sum() * np.log(2)) / P**2)
    assert m.laplace_residual(tensor(a)).item() == pytest.approx(np.abs(a)[off].sum() / P**2)


def test_weight_prior_is_the_normal_log_density(rng):
    w = rng.normal(size=(2, 6))
    difference = m.weight_prior(tensor(w[0]), 0.3) - m.weight_prior(tensor(w[1]), 0.3)
    log_density = stats.norm.logpdf(w, 0, 0.3).sum(1)
    assert difference.item() == pytest.approx(log_density[1] - log_density[0])


def test_logit_prior_is_a_normal_about_the_truncated_labels(rng):
    known, sigma = known_edges(rng), 0.4
    labels = known.labels.numpy()
    logits = rng.normal(size=(2, P, P))
    log_density = np.zeros(2)
    for row, tf in enumerate(known.tfs.tolist()):
        for k in range(P):
            if labels[row, k] >= 0:
                p = 0.95 if labels[row, k] == 1 else 0.05
                log_density += stats.norm.logpdf(logits[:, tf, k], np.log(p / (1 - p)), sigma)
    values = [m.logit_prior(tensor(logit[known.tfs]), known, sigma).item() for logit in logits]
    assert values[0] - values[1] == pytest.approx(log_density[1] - log_density[0])


def test_absent_edges_have_a_prior_of_their_own(rng):
    known, sigma, trust = known_edges(rng), 0.4, 0.09
    own = replace(known, absent_mean=0.2, absent_trust=trust)
    logits, labels = rng.normal(size=(2, 3, P)), known.labels.numpy()
    present, absent = labels == 1, labels == 0
    log_density = [
        stats.norm.logpdf(a[present], np.log(0.95 / 0.05), sigma).sum()
        + stats.norm.logpdf(a[absent], np.log(0.2 / 0.8), sigma / trust**0.5).sum()
        for a in logits
    ]
    values = [m.logit_prior(tensor(a), own, sigma).item() for a in logits]
    assert values[0] - values[1] == pytest.approx(log_density[1] - log_density[0])


def test_absent_edges_without_trust_are_unknown(rng):
    known, logits = known_edges(rng), tensor(rng.normal(size=(3, P)))
    unknown = replace(known, labels=known.labels.masked_fill(known.labels == 0, -1))
    found = m.logit_prior(logits, replace(known, absent_trust=0.0), 0.3)
    assert found.item() == m.logit_prior(logits, unknown, 0.3).item() > 0


def test_terms_pass_gradcheck(rng):
    def random(*shape):
        return tensor(rng.normal(size=shape), grad=True)

    known, observed = known_edges(rng), tensor(rng.integers(0, 2, size=(N, P)))
    doubted = replace(known, absent_mean=0.2, absent_trust=0.01)
    checks = [
        (lambda x, y: m.squared_reconstruction(x, y, observed), (random(N, P), random(N, P))),
        (
            lambda x, y, v: m.gaussian_reconstruction(x, y, v, observed),
            (random(N, P), random(N, P), random(N, P)),
        ),
        (m.kl_one_sample, (random(N, P), random(N, P), random(N, P), random(1, P))),
        (m.laplace_residual, (random(P, P), random(P), random(P))),
        (m.laplace_residual, (random(P, P),)),
        (lambda w: m.weight_prior(w, 0.3), (random(2 * D),)),
        (lambda a: m.logit_prior(a, known, 0.3), (random(3, P),)),
        (lambda a: m.logit_prior(a, doubted, 0.3), (random(3, P),)),
    ]
    for function, inputs in checks:
        assert torch.autograd.gradcheck(function, inputs)


# --- the whole bound --------------------------------------------------------------------------


def numpy_mlp(layers, x):
    for layer in layers:
        if isinstance(layer, torch.nn.Linear):
            x = x @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
        else:
            x = np.tanh(x)
    return x


def numpy_bound(model, x, observed, noise, a, *, learned: bool, gaussian: bool):
    """Eq. 4-6 and 10 as the paper writes them: genes x cells, explicit inverses."""
    mean_hat, log_variance_hat = np.empty((2, P, N))
    for i in range(P):
        for j in range(N):
            out = numpy_mlp(model.encoder.layers, np.array([x[j, i], 1.0]))
            mean_hat[i, j], log_variance_hat[i, j] = out
    operator = np.eye(P) - a.T
    mean, variance = operator @ mean_hat, np.exp(operator @ log_variance_hat)
    z = mean + np.sqrt(variance) * noise.T
    if learned:
        prior_mean = operator @ numpy_mlp(model.prior_mean_net, np.ones((1, 1))).T
        prior_variance = np.exp(
            operator @ numpy_mlp(model.prior_log_variance_net, np.ones((1, 1))).T
        )
    else:
        prior_mean, prior_variance = 0.0, model.sigma_z**2
    kl = np.mean(
        stats.norm.logpdf(z, mean, np.sqrt(variance))
        - stats.norm.logpdf(z, prior_mean, np.sqrt(prior_variance))
    )
    z_hat = np.linalg.inv(operator) @ z
    out = numpy_mlp(model.decoder.layers, z_hat.reshape(-1, 1)).reshape(P, N, -1)
    seen = observed.T == 1
    if gaussian:
        likelihood = stats.norm.logpdf(x.T, out[..., 0], np.exp(out[..., 1] / 2))
        return -likelihood[seen].mean(), kl
    return np.mean((x.T - out[..., 0])[seen] ** 2), kl


@pytest.mark.parametrize("likelihood", ["squared", "gaussian"])
@pytest.mark.parametrize("latent_prior", ["learned", "standard"])
def test_bound_agrees_with_plain_numpy(rng, likelihood, latent_prior):
    model = build(rng, likelihood=likelihood, latent_prior=latent_prior, sigma_z=0.8)
    x, noise = rng.normal(size=(2, N, P))
    observed = rng.integers(0, 2, size=(N, P))
    with torch.no_grad():
        a = model.adjacency()
        found = model.negative_elbo(
            tensor(x), tensor(observed), model.encode(tensor(x)), tensor(noise), a, Resolvent()
        )
    logits = (model.logit_source @ model.logit_target).detach().numpy()
    by_hand = model.effects.detach().numpy() / (1 + np.exp(-logits))
    np.testing.assert_allclose(a.numpy(), by_hand)
    expected = numpy_bound(
        model, x, observed, noise, by_hand,
        learned=latent_prior == "learned", gaussian=likelihood == "gaussian",
    )  # fmt: skip
    np.testing.assert_allclose([term.item() for term in found], expected, rtol=1e-10)


def test_whole_objective_passes_gradcheck_for_every_parameter(rng):
    model = build(rng, bias=True, pair_rank=2)
    x, noise = tensor(rng.normal(size=(N, P))), tensor(rng.normal(size=(N, P)))
    observed = tensor(rng.integers(0, 2, size=(N, P)))
    names, values = zip(*model.named_parameters(), strict=True)

    class Objective(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self):
            terms = model.negative_elbo(
                x, observed, model.encode(x), noise, model.adjacency(), Resolvent()
            )
            return sum(terms) + model.negative_log_prior(sigma_w=0.5, sigma_l=0.3)

    objective = Objective()

    def as_function(*parameters):
        replaced = {f"model.{name}": p for name, p in zip(names, parameters, strict=True)}
        return torch.func.functional_call(objective, replaced, ())

    copies = [value.detach().clone().requires_grad_() for value in values]
    structure = {"effects", "w", "bias", "logit_source", "logit_target"}
    assert structure | {"pair_source", "pair_target"} <= set(names)
    assert torch.autograd.gradcheck(as_function, copies, fast_mode=True, atol=1e-5)


def test_start_moves_nothing_but_the_effects():
    usual, twice = (
        m.StructuralModel(7, torch.Generator().manual_seed(0), hidden=4, start=start).state_dict()
        for start in (1.0, 2.0)
    )
    assert torch.equal(twice.pop("effects"), 2 * usual.pop("effects"))
    assert usual.keys() == twice.keys()
    assert all(torch.equal(usual[name], twice[name]) for name in usual)


def test_with_known_edges_the_adjacency_starts_as_deepsem_s():
    """The effects start twice as high, as the gates start at about a half."""
    known = m.KnownEdges(torch.tensor([0, 1]), torch.zeros(2, 40))
    usual, gated = (
        m.StructuralModel(40, torch.Generator().manual_seed(0), hidden=4, **more)
        for more in ({}, {"embedding": torch.ones(40, 3), "known": known})
    )
    ratio = (gated.adjacency() / usual.adjacency())[~torch.eye(40, dtype=torch.bool)]
    assert ratio.mean().item() == pytest.approx(1, abs=0.02)


def test_without_embedding_and_labels_the_model_is_deepsem():
    model = m.StructuralModel(P, torch.Generator().manual_seed(0), hidden=4)
    assert model.prior_mean() == (None, None)
    assert model.adjacency() is model.effects
    names = {name.split(".")[0] for name, _ in model.named_parameters()}
    assert not names & {"w", "bias", "logit_source", "logit_target"}


@pytest.mark.parametrize(("bias", "pair_rank"), [(False, 0), (True, 0), (True, 2)])
def test_log_prior_is_the_sum_of_its_terms_over_all_pairs(rng, bias, pair_rank):
    """Eq. 11 and 12 with sigma_a = 1, by numpy: |A^e - M|, w and the known logits, over P^2."""
    model = build(rng, bias=bias, pair_rank=pair_rank)
    effects, w = model.effects.detach().numpy(), model.w.detach().numpy()
    h = model.embedding.numpy()
    logits = (model.logit_source @ model.logit_target).detach().numpy()
    mean = (h @ w[:D])[:, None] + h @ w[D:] + (model.bias.item() if bias else 0)
    weights = [w]
    if pair_rank:
        weights += [p.detach().numpy() for p in (model.pair_source, model.pair_target)]
        mean = mean + h @ weights[1] @ weights[2].T @ h.T
    labels = model.known.labels.numpy()
    target = np.where(labels == 1, np.log(19), -np.log(19))
    known = ((logits[model.known.tfs] - target) ** 2)[labels >= 0].sum() / (2 * 0.3**2)
    off = ~np.eye(P, dtype=bool)
    expected = np.abs(effects - mean)[off].sum() + known
    expected += sum((part**2).sum() for part in weights) / (2 * 0.5**2)
    found = model.negative_log_prior(sigma_w=0.5, sigma_l=0.3)
    assert found.item() == pytest.approx(expected / P**2)
