import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from infosem import training
from infosem.embeddings import centre_and_normalise
from infosem.engine import Engine, standardise
from infosem.errors import InfosemError
from infosem.metrics import auprc
from infosem.model import KnownEdges, StructuralModel
from infosem.training import Settings, _StructureOptimiser, fit

SMALL = Settings(epochs=6, batch_size=150, hidden=16, rank=4, lr=1e-3, lr_adjacency=1e-3, lr_w=1e-3)


@pytest.fixture(scope="module")
def planted():
    """Four TFs with six targets each, X = (I - A^T)^-1 Z with Z ~ N(0, 1); and A."""
    rng = np.random.default_rng(1)
    n_genes, n_cells = 28, 600
    order = rng.permutation(n_genes)
    a = np.zeros((n_genes, n_genes))
    a[order[np.arange(24) % 4], order[4:]] = rng.uniform(0.7, 1.2, 24) * rng.choice([-1, 1], 24)
    x = np.linalg.solve(np.eye(n_genes) - a.T, rng.normal(size=(n_genes, n_cells)))
    return x - x.min() + 1, a


@pytest.fixture(scope="module")
def inputs(planted):
    rng = np.random.default_rng(0)
    x, _ = planted
    return {
        "expression": x,
        "embedding": rng.normal(size=(len(x), 5)),
        "tfs": np.array([3, 8, 11]),
        "train_edges": rng.integers(-1, 2, size=(3, len(x))),
    }


# Enough steps on few data: larger rates and batches than the defaults, found by trying.
RECOVERY = Settings(
    epochs=120,
    hidden=16,
    batch_size=100,
    alpha=0.5,
    beta=1.0,
    lr=5e-3,
    decay=1.0,
    lr_adjacency=1e-3,
    mask_zeros=False,
)


def recovered(planted, settings):
    """AUPRC of |A| for the planted edges, for the same edges reversed, and for either."""
    x, a = planted
    found = np.abs(fit(x, settings, seed=0).adjacency)
    pairs = ~np.eye(len(a), dtype=bool)
    edges = a != 0
    return (
        auprc(edges[pairs], found[pairs]),
        auprc(edges.T[pairs], found[pairs]),
        auprc((edges | edges.T)[pairs], (found + found.T)[pairs]),
    )


def test_planted_network_is_recovered_with_the_right_orientation(planted):
    forward, backward, _ = recovered(planted, replace(RECOVERY, latent_prior="standard"))
    assert forward > 0.7
    assert backward < 0.5


def test_learned_latent_prior_recovers_who_is_linked(planted):
    # Not who regulates whom: its free variances let the regression run either way.
    forward, _, linked = recovered(planted, RECOVERY)
    assert linked > 0.8
    assert linked > forward


@pytest.mark.parametrize("with_labels", [False, True])
@pytest.mark.parametrize(("with_embedding", "pair_rank"), [(False, 0), (True, 0), (True, 2)])
def test_structure_step_is_that_of_torch(inputs, with_embedding, pair_rank, with_labels):
    """Three steps in blocks against automatic differentiation and torch's RMSprop."""
    n_genes = len(inputs["expression"])
    options = replace(
        SMALL, alpha=3.0, bias=True, precision="float64", lr_w=2e-3, lr_logits=3e-3
    )  # each another rate
    generator = torch.Generator().manual_seed(0)
    embedding = torch.as_tensor(inputs["embedding"]) if with_embedding else None
    labels = torch.as_tensor(inputs["train_edges"]).double()
    known = KnownEdges(torch.as_tensor(inputs["tfs"]), labels) if with_labels else None
    model = StructuralModel(
        n_genes, generator, hidden=4, embedding=embedding, bias=True, known=known, rank=4,
        pair_rank=pair_rank,
    ).double()  # fmt: skip
    other = copy.deepcopy(model)
    rates = {"effects": options.lr_adjacency, "w": options.lr_w, "bias": options.lr_w,
             "pair_source": options.lr_w, "pair_target": options.lr_w,
             "logit_source": options.lr_logits, "logit_target": options.lr_logits}  # fmt: skip
    named = dict(other.named_parameters())
    reference = torch.optim.RMSprop(
        [{"params": [named[name]], "lr": lr} for name, lr in rates.items() if name in named]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_BLOCK_BYTES", 8 * n_genes * 5)  # five rows a block, three left
        optimiser = _StructureOptimiser(model, options)
    assert len(optimiser.blocks) == 6
    for _ in range(3):
        slope = torch.randn(n_genes, n_genes, generator=generator, dtype=torch.float64)
        reference.zero_grad()
        prior = other.negative_log_prior(sigma_w=options.sigma_w, sigma_l=options.sigma_l)
        off_diagonal = 1 - torch.eye(n_genes).double()
        ((other.adjacency() * off_diagonal * slope).sum() + options.alpha * prior).backward()
        reference.step()
        found = optimiser.step(optimiser.adjacency(), slope.clone())
        assert found.item() == pytest.approx(prior.item())
        for name in rates.keys() & named.keys():
            torch.testing.assert_close(dict(model.named_parameters())[name], named[name])


def test_mean_that_is_added_moves_by_the_slope_of_the_elbo_alone(inputs):
    """Three steps against automatic differentiation and torch's RMSprop."""
    n_genes = len(inputs["expression"])
    options = replace(SMALL, alpha=3.0, precision="float64", prior_form="deviations")
    generator = torch.Generator().manual_seed(0)
    model = StructuralModel(
        n_genes, generator, hidden=4, embedding=torch.as_tensor(inputs["embedding"]),
        prior_form="deviations",
    ).double()  # fmt: skip
    other = copy.deepcopy(model)
    reference = torch.optim.RMSprop(
        [{"params": [other.effects], "lr": options.lr_adjacency},
         {"params": [other.w], "lr": options.lr_w}]
    )  # fmt: skip
    optimiser = _StructureOptimiser(model, options)
    for _ in range(3):
        slope = torch.randn(n_genes, n_genes, generator=generator, dtype=torch.float64)
        reference.zero_grad()
        prior = other.negative_log_prior(sigma_w=options.sigma_w, sigma_l=options.sigma_l)
        ((other.adjacency() * slope).sum() + options.alpha * prior).backward()
        reference.step()
        found = optimiser.step(optimiser.adjacency(), slope.clone())
        assert found.item() == pytest.approx(prior.item())
        torch.testing.assert_close(model.w, other.w)
        torch.testing.assert_close(model.adjacency(), other.adjacency())
    assert model.adjacency().diagonal().abs().max() == 0


def test_joint_steps_train_everything_at_every_epoch(inputs, monkeypatch):
    changes, epoch = [], Engine.epoch

    def watched(self, *arguments, trains_networks):
        parameters = dict(self.model.named_parameters())
        before = {name: value.detach().clone() for name, value in parameters.items()}
        result = epoch(self, *arguments, trains_networks=trains_networks)
        self.finish()
        changes.append({n for n, v in parameters.items() if torch.equal(v, before[n])})
        return result

    monkeypatch.setattr(Engine, "epoch", watched)
    fit(**inputs, settings=replace(SMALL, steps="joint"), seed=0)
    assert changes == [set()] * SMALL.epochs  # nothing stays


def test_same_seed_same_bits_and_other_seed_other_result(inputs):
    first, second, other = (fit(**inputs, settings=SMALL, seed=s) for s in (0, 0, 1))
    assert np.array_equal(first.adjacency, second.adjacency)
    assert first.history == second.history
    assert not np.array_equal(first.adjacency, other.adjacency)


def test_diagonal_stays_zero(inputs):
    for given_inputs in (inputs, {"expression": inputs["expression"]}):
        result = fit(**given_inputs, settings=SMALL, seed=0)
        assert np.all(np.diag(result.adjacency) == 0)
        assert np.count_nonzero(result.adjacency) == result.adjacency.size - len(result.adjacency)


def test_epochs_alternate_between_networks_and_structure(inputs, monkeypatch):
    changes = []
    epoch = Engine.epoch

    def watched(self, *arguments, trains_networks):
        parameters = dict(self.model.named_parameters())
        before = {name: value.detach().clone() for name, value in parameters.items()}
        result = epoch(self, *arguments, trains_networks=trains_networks)
        self.finish()
        changes.append({n for n, v in parameters.items() if not torch.equal(v, before[n])})
        return result

    monkeypatch.setattr(Engine, "epoch", watched)
    fit(**inputs, settings=replace(SMALL, bias=True), seed=0)
    structure = {"effects", "w", "bias", "logit_source", "logit_target"}
    assert changes[1] == changes[2] == changes[4] == changes[5] == structure
    assert changes[0] == changes[3]
    assert not changes[0] & structure
    assert {name.split(".")[0] for name in changes[0]} == {
        "encoder", "decoder", "prior_mean_net", "prior_log_variance_net"
    }  # fmt: skip


def test_rate_of_the_networks_decays_after_each_epoch(inputs, monkeypatch):
    rates, epoch = [], Engine.epoch

    def watched(self, *arguments, **how):
        rates.append(self.rate)
        return epoch(self, *arguments, **how)

    monkeypatch.setattr(Engine, "epoch", watched)
    fit(inputs["expression"], replace(SMALL, epochs=4, lr=1e-3, decay=0.5), seed=0)
    assert rates == pytest.approx([1e-3, 5e-4, 2.5e-4, 1.25e-4])


def test_known_edges_are_learned_as_logits(inputs):
    options = replace(SMALL, epochs=30, batch_size=100, lr_logits=3e-2, rank=20)
    result = fit(**inputs, settings=options, seed=0)
    labels = inputs["train_edges"]
    unlabelled = fit(inputs["expression"], options, seed=0, embedding=inputs["embedding"]).adjacency
    ratio = np.abs(result.adjacency[inputs["tfs"]]) / np.abs(unlabelled[inputs["tfs"]]).clip(1e-9)
    assert np.median(ratio[labels == 1]) > 3 * np.median(ratio[labels == 0])


def test_pair_aware_prior_learns_which_targets_belong_to_which_source():
    """A of products of two-dimensional embeddings: no sum over source and target fits it."""
    rng = np.random.default_rng(0)
    embedding = centre_and_normalise(rng.normal(size=(30, 6)))
    effects = embedding[:, :2] @ embedding[:, 2:4].T
    effects = effects - np.diag(np.diag(effects))
    left = {}
    for pair_rank in (0, 2):
        options = replace(SMALL, alpha=1.0, lr_w=1e-2, lr_adjacency=1e-9, precision="float64")
        model = StructuralModel(
            30, torch.Generator().manual_seed(0), hidden=4, pair_rank=pair_rank,
            embedding=torch.as_tensor(embedding),
        ).double()  # fmt: skip
        model.effects.data = torch.as_tensor(effects)
        optimiser = _StructureOptimiser(model, options)
        for _ in range(400):
            prior = optimiser.step(optimiser.adjacency(), torch.zeros(30, 30).double())
        left[pair_rank] = prior.item()
    assert left[2] < 0.3 * left[0]


def test_prior_mean_follows_the_effects(planted):
    """A heavy prior about the learned mean leaves less of a residual than one about zero."""
    x, _ = planted
    options = replace(SMALL, epochs=12, batch_size=100, alpha=100.0, lr_w=3e-4, lr_adjacency=1e-4)
    result = fit(x, options, seed=0, embedding=np.eye(len(x)))
    assert result.history["prior"][-1] < 0.9 * np.abs(result.adjacency).mean()


def test_objective_is_the_weighted_sum_of_its_terms(inputs):
    options = replace(SMALL, alpha=0.7, beta=0.3)
    history = fit(**inputs, settings=options, seed=0).history
    terms = (np.array(history[name]) for name in ("reconstruction", "kl", "prior"))
    expected = sum(w * term for w, term in zip((1.0, 0.3, 0.7), terms, strict=True))
    np.testing.assert_allclose(history["objective"], expected, rtol=1e-5)


@settings(max_examples=50, deadline=None)
@given(
    hnp.arrays(np.float64, (4, 12), elements=st.sampled_from([0.0, 0.5, 1.0, 2.5, 1e3])),
    st.booleans(),
)
def test_standardise_gives_unit_moments_over_what_counts(expression, mask_zeros):
    x, observed = standardise(expression, mask_zeros=mask_zeros)
    assert x.shape == observed.shape == expression.T.shape
    assert np.isfinite(x).all()
    assert np.array_equal(observed, expression.T != 0 if mask_zeros else np.ones_like(observed))
    for gene in range(len(expression)):
        counted = expression[gene][observed[:, gene]]
        values = x[observed[:, gene], gene]
        if len(np.unique(counted)) > 1:
            assert values.mean() == pytest.approx(0, abs=1e-6)
            assert values.std() == pytest.approx(1)
        else:
            assert np.all(x[:, gene] == 0)
    if mask_zeros:
        assert np.abs(x).max() <= 10


def test_outliers_are_clipped_where_zeros_do_not_count():
    expression = np.ones((1, 1000)) + 0.01 * np.random.default_rng(0).random((1, 1000))
    expression[0, 0] = 100
    assert standardise(expression, mask_zeros=True)[0].max() == 10
    assert standardise(expression, mask_zeros=False)[0].max() > 30


def test_objective_that_is_not_finite_is_an_error_with_a_way_out(inputs):
    with pytest.raises(InfosemError, match=r"objective is (nan|inf).*lower the learning rates"):
        fit(inputs["expression"], replace(SMALL, lr=1e30, epochs=12), seed=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs is 0, must be positive"),
        ({"alpha": -1.0}, "alpha is -1.0, must be >= 0"),
        ({"absent_trust": -1.0}, "absent_trust is -1.0, must be >= 0"),
        ({"absent_mean": 1.0}, "absent_mean is 1.0, must be between 0 and 1"),
        ({"likelihood": "poisson"}, "likelihood is 'poisson', must be one of"),
    ],
)
def test_settings_are_checked(change, message):
    with pytest.raises(InfosemError, match=message):
        replace(SMALL, **change)


def test_labels_without_their_rows_are_an_error(inputs):
    with pytest.raises(InfosemError, match="train_edges is given without tfs"):
        fit(inputs["expression"], SMALL, seed=0, train_edges=inputs["train_edges"])
