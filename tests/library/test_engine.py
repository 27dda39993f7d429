"""The engine against the reference loop, and against itself with everything in another order."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import sparse
from scipy.stats import spearmanr

from infosem import training
from infosem.embeddings import centre_and_normalise
from infosem.engine import Engine, NoTable, cells_of, inverse, structure, team
from infosem.errors import InfosemError
from infosem.model import StructuralModel
from infosem.splits import make_split
from infosem.training import Settings, _Trainer, fit

SETTINGS = Settings(epochs=6, batch_size=64, hidden=16, rank=8, alpha=0.1, beta=0.1,
                    lr_adjacency=2e-4, lr_w=2e-4, lr_logits=2e-4, decay=0.9,
                    precision="float64")  # fmt: skip
# Likelihood and latent prior: the released DeepSEM's, Eq. 5, and half of each.
VARIANTS = [("squared", "learned"), ("gaussian", "standard"),
            ("gaussian", "learned"), ("squared", "standard")]  # fmt: skip


def variant(likelihood, latent_prior, **options):
    return replace(
        SETTINGS, likelihood=likelihood, latent_prior=latent_prior, sigma_z=0.8, **options
    )


def trained_by_the_engine(*arguments, **given):
    """`fit`, which may not turn to the reference loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_Trainer", None)
        return fit(*arguments, **given)


@pytest.fixture(scope="module")
def inputs(synthetic):
    """What each method is given."""
    embedding = {"embedding": centre_and_normalise(synthetic.embeddings["planted"])}
    labels = make_split(synthetic, seed=0).train_edges(synthetic.network)
    known = {"train_edges": labels, **embedding}
    return {"DeepSEM": {}, "InfoSEM-B": embedding, "pairs": embedding, "InfoSEM-BC": known}


@pytest.mark.parametrize("regulators", ["all", "tfs"])
@pytest.mark.parametrize("method", ["DeepSEM", "InfoSEM-B", "pairs", "InfoSEM-BC"])
@pytest.mark.parametrize("model", VARIANTS, ids="-".join)
def test_engine_trains_like_the_reference(synthetic, inputs, method, regulators, model):
    options = variant(*model, regulators=regulators)
    if method == "pairs":
        options = replace(options, bias=True, pair_rank=3)
    given = {"tfs": synthetic.tfs, "seed": 3, **inputs[method]}
    expected = fit(synthetic.expression, options, reference=True, **given)
    for threads in (1, 2, 3):
        found = trained_by_the_engine(synthetic.expression, options, threads=threads, **given)
        for term, values in expected.history.items():
            what = f"{term}, {threads} threads"
            np.testing.assert_allclose(found.history[term], values, rtol=1e-8, err_msg=what)
        np.testing.assert_allclose(found.adjacency, expected.adjacency, atol=1e-8)
        np.testing.assert_array_equal(found.regulators, expected.regulators)
        n_rows = synthetic.n_genes if regulators == "all" else synthetic.n_tfs
        assert found.adjacency.shape == (n_rows, synthetic.n_genes)


@pytest.mark.parametrize("regulators", ["all", "tfs"])
@pytest.mark.parametrize(
    "method, change",
    [
        ("DeepSEM", {"steps": "joint"}),
        ("InfoSEM-BC", {"steps": "joint"}),
        ("InfoSEM-BC", {"absent_mean": 0.2, "absent_trust": 0.01}),
        ("InfoSEM-B", {"prior_form": "deviations", "bias": True}),
        ("InfoSEM-B", {"prior_form": "deviations", "steps": "joint", "likelihood": "gaussian"}),
    ],
)
def test_engine_trains_other_readings_like_the_reference(
    synthetic, inputs, method, change, regulators, monkeypatch
):
    options = replace(SETTINGS, regulators=regulators, **change)
    given = {"tfs": synthetic.tfs, "seed": 3, **inputs[method]}
    expected = fit(synthetic.expression, options, reference=True, **given)
    usual = fit(synthetic.expression, replace(SETTINGS, regulators=regulators), **given)
    assert np.abs(usual.adjacency - expected.adjacency).max() > 1e-4
    monkeypatch.setattr(structure, "_LEAST_ROWS", 7)
    monkeypatch.setattr(structure, "_BLOCK_BYTES", 0)
    for threads in (1, 3):
        found = trained_by_the_engine(synthetic.expression, options, threads=threads, **given)
        for term, values in expected.history.items():
            np.testing.assert_allclose(found.history[term], values, rtol=1e-8, err_msg=term)
        np.testing.assert_allclose(found.adjacency, expected.adjacency, atol=1e-8)


@pytest.mark.parametrize("method", ["pairs", "InfoSEM-BC"])
def test_blocks_of_the_gradient_make_up_the_whole(synthetic, inputs, method, monkeypatch):
    options = replace(SETTINGS, pair_rank=3 if method == "pairs" else 0)
    given = {"tfs": synthetic.tfs, "seed": 3, "threads": 2, **inputs[method]}
    whole = fit(synthetic.expression, options, **given)
    monkeypatch.setattr(structure, "_LEAST_ROWS", 7)
    monkeypatch.setattr(structure, "_BLOCK_BYTES", 0)
    assert len(structure._blocks(torch.zeros(100, 50))) == 15
    found = fit(synthetic.expression, options, **given)
    np.testing.assert_allclose(found.adjacency, whole.adjacency, atol=1e-10)


@pytest.mark.parametrize("method", ["DeepSEM", "InfoSEM-B", "InfoSEM-BC"])
@pytest.mark.parametrize("regulators", ["all", "tfs"])
@pytest.mark.parametrize("model", VARIANTS[:2], ids="-".join)
def test_single_precision_stays_near_the_reference(synthetic, inputs, method, regulators, model):
    options = variant(*model, precision="float32", regulators=regulators)
    given = {"tfs": synthetic.tfs, "seed": 3, **inputs[method]}
    found = trained_by_the_engine(synthetic.expression, options, **given)
    expected = fit(synthetic.expression, options, reference=True, **given)
    # The first step of RMSprop is 10 lr sign(gradient), whose sign the tolerance may decide.
    assert np.quantile(np.abs(found.adjacency - expected.adjacency), 0.99) < 5e-5
    np.testing.assert_allclose(found.history["objective"], expected.history["objective"], rtol=1e-4)


def test_strong_prior_in_single_precision_stays_near_the_reference(synthetic):
    """A stays near where the first steps took its mean; with the tolerance of later steps .989."""
    options = replace(SETTINGS, epochs=12, alpha=100, beta=0.01, lr_adjacency=2e-5, lr_w=1e-4,
                      decay=0.95, precision="float32")  # fmt: skip
    vectors = np.random.default_rng(0).normal(size=(synthetic.n_genes, 768))
    given = {"embedding": centre_and_normalise(vectors), "seed": 3}
    found, expected = (
        np.abs(fit(synthetic.expression, options, reference=reference, **given).adjacency)
        for reference in (False, True)
    )
    pairs = ~np.eye(synthetic.n_genes, dtype=bool)
    assert spearmanr(found[pairs], expected[pairs]).statistic > 0.9995


@pytest.mark.parametrize(
    ("method", "regulators"), [("DeepSEM", "tfs"), ("InfoSEM-BC", "all"), ("InfoSEM-BC", "tfs")]
)
def test_corrections_of_an_old_inverse_serve_as_well(
    synthetic, inputs, method, regulators, monkeypatch
):
    """As they do where genes are many, and renewing the inverse is dear."""
    monkeypatch.setattr(inverse, "_RENEWAL", 1e9)
    options = replace(SETTINGS, precision="float32", regulators=regulators)
    given = {"tfs": synthetic.tfs, "seed": 3, **inputs[method]}
    kept, correct = [], Engine._corrected

    def watched(self, *arguments, **how):
        kept.append(self.inverse.corrections)
        return correct(self, *arguments, **how)

    monkeypatch.setattr(Engine, "_corrected", watched)
    found = fit(synthetic.expression, options, threads=2, **given)
    assert max(kept, default=0) > 0
    expected = fit(synthetic.expression, options, reference=True, **given)
    assert np.quantile(np.abs(found.adjacency - expected.adjacency), 0.99) < 5e-5


def test_other_rows_of_a_full_matrix_held_at_zero_are_tfs_as_the_only_regulators(synthetic):
    """The full matrix by the reference loop, whose other rows are set to zero after every step."""
    n, genes = synthetic.n_tfs, synthetic.n_genes
    order = np.concatenate([synthetic.tfs, np.setdiff1d(np.arange(genes), synthetic.tfs)])
    cells = cells_of(synthetic.expression[order], mask_zeros=True, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    some = StructuralModel(genes, generator, n_regulators=n, hidden=16).double()
    full = StructuralModel(genes, torch.Generator(), hidden=16).double()
    state = some.state_dict()
    rows = state.pop("effects").clone()
    full.load_state_dict(state, strict=False)
    with torch.no_grad():
        full.effects.zero_()[:n] = rows
    drawn = generator.get_state()
    reference = _Trainer(full, SETTINGS, generator, cells)
    step = reference.structure.step

    def held(adjacency, gradient):
        prior = step(adjacency, gradient)
        full.effects.data[n:] = 0
        return prior

    reference.structure.step = held
    expected = [reference.epoch(trains_networks=epoch % 3 == 0) for epoch in range(4)]
    generator.set_state(drawn)
    with team(2) as threads:
        engine = Engine(some, SETTINGS, generator, cells, threads)
        found = [engine.epoch(trains_networks=epoch % 3 == 0) for epoch in range(4)]
        engine.finish()
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    torch.testing.assert_close(some.effects, full.effects[:n], atol=1e-10, rtol=1e-8)


def trained(expression, start, noise, orders):
    """A after four epochs from a given start, with given orders of cells and draws (in order)."""
    model = StructuralModel(len(expression), torch.Generator().manual_seed(0), hidden=16).double()
    model.load_state_dict(start)
    noise, orders = iter(noise), iter(orders)
    with pytest.MonkeyPatch.context() as patch, team(2) as threads:
        patch.setattr(torch, "randn", lambda *shape, **_: next(noise))
        patch.setattr(torch, "randperm", lambda *_, **__: next(orders))
        cells = cells_of(expression, mask_zeros=True, dtype=torch.float64)
        engine = Engine(model, SETTINGS, torch.Generator(), cells, threads)
        for epoch in range(4):
            engine.epoch(trains_networks=epoch % 3 == 0)
        engine.finish()
    return model.effects.detach()


def test_order_of_genes_and_cells_changes_nothing(synthetic):
    genes, cells, size = synthetic.n_genes, synthetic.n_cells, SETTINGS.batch_size
    generator = torch.Generator().manual_seed(1)
    model = StructuralModel(genes, generator, hidden=16).double()
    start = {name: value.clone() for name, value in model.state_dict().items()}
    orders = [torch.randperm(cells, generator=generator) for _ in range(4)]
    noise = [
        torch.randn(len(batch), genes, generator=generator, dtype=torch.float64)
        for order in orders
        for batch in order.split(size)
    ]
    usual = trained(synthetic.expression, start, noise, orders)

    by_gene = torch.randperm(genes, generator=generator)
    by_cell = torch.randperm(cells, generator=generator)
    place = torch.argsort(by_cell)  # where a cell has gone
    moved = {name: value.clone() for name, value in start.items()}
    moved["effects"] = start["effects"][by_gene][:, by_gene]
    for net in ("prior_mean_net", "prior_log_variance_net"):
        for name in (f"{net}.2.weight", f"{net}.2.bias"):
            moved[name] = start[name][by_gene]
    found = trained(
        synthetic.expression[by_gene][:, by_cell], moved, [draws[:, by_gene] for draws in noise],
        [place[order] for order in orders],
    )  # fmt: skip
    torch.testing.assert_close(found, usual[by_gene][:, by_gene], atol=1e-9, rtol=1e-7)


@pytest.mark.parametrize("reference", [False, True])
def test_sparse_cells_train_as_dense_ones(synthetic, reference):
    thin = sparse.csr_array(synthetic.expression)
    dense, found = (
        fit(x, SETTINGS, seed=0, reference=reference) for x in (synthetic.expression, thin)
    )
    np.testing.assert_allclose(found.adjacency, dense.adjacency, atol=1e-9)


def test_inverse_serves_many_steps_and_is_renewed(synthetic, monkeypatch):
    made = []
    engine_of = training.Engine

    def watched(*arguments):
        made.append(engine_of(*arguments))
        return made[-1]

    monkeypatch.setattr(training, "Engine", watched)
    monkeypatch.setattr(inverse, "_FIRST_STEPS", 0)  # of which there are as many as in this run
    released = replace(SETTINGS, epochs=12, precision="float32", lr_adjacency=2e-5)
    fit(synthetic.expression, released, seed=0)
    steps = 8 * -(-synthetic.n_cells // SETTINGS.batch_size)
    assert 1 < made[0].inverse.renewals < steps / 2


def test_interrupt_keeps_what_there_is_where_that_is_asked_for(synthetic, monkeypatch):
    epoch, count = Engine.epoch, []

    def interrupted(self, **how):
        count.append(1)
        if len(count) % 3 == 0:
            raise KeyboardInterrupt
        return epoch(self, **how)

    monkeypatch.setattr(Engine, "epoch", interrupted)
    kept = fit(synthetic.expression, SETTINGS, seed=0, keeps_interrupted=True)
    assert len(kept.history["objective"]) == 2
    monkeypatch.setattr(Engine, "epoch", epoch)
    two = fit(synthetic.expression, replace(SETTINGS, epochs=2), seed=0)
    np.testing.assert_array_equal(kept.adjacency, two.adjacency)
    monkeypatch.setattr(Engine, "epoch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit(synthetic.expression, SETTINGS, seed=0)


def test_where_no_table_serves_the_reference_loop_does_it(synthetic, monkeypatch):
    def refuse(self, **_):
        raise NoTable

    expected = fit(synthetic.expression, SETTINGS, seed=0, reference=True)
    monkeypatch.setattr(Engine, "epoch", refuse)
    found = fit(synthetic.expression, SETTINGS, seed=0)
    assert np.array_equal(found.adjacency, expected.adjacency)


def test_log_variances_that_run_away_end_as_in_the_reference(synthetic):
    """At a rate that is far too high: no table serves, and the objective stops being finite."""
    options = variant("gaussian", "standard", lr=100.0)
    for reference in (False, True):
        with pytest.raises(InfosemError, match="the objective is nan after epoch 1 of 6"):
            fit(synthetic.expression, options, seed=0, reference=reference)
