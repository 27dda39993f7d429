"""The page of what authors published: agreement of networks, and rivals on published pairs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from infosem import InfosemError
from infosem.metrics import auprc
from infosem_study import METHODS, Runner, Store, cli, published
from infosem_study.jobs import Job, results_of
from infosem_study.pages import published as page
from infosem_study.pages.published import scgreat as rivals_module
from infosem_study.scheduling import STORED_ONLY, Rehearsal

ROOT = Path(__file__).resolve().parents[3]
HERE = Runner(n_jobs=1)


# --- agreement ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pearson(tmp_path_factory):
    """A store with two runs that stand for DeepSEM's, on the synthetic data, and their rows."""
    store = Store(tmp_path_factory.mktemp("ledger"))
    jobs = [Job(METHODS[name], "synthetic", "planted", 0, (0,))
            for name in ("Pearson correlation", "Partial correlation")]  # fmt: skip
    HERE.run(jobs, store)
    rows = pd.DataFrame(results_of(store, jobs)).assign(rate="decaying", seed=[0, 1])
    return store, rows


def test_agreement_compares_each_run_with_the_published_and_two_with_each_other(
    pearson, synthetic, monkeypatch
):
    store, rows = pearson
    scores = METHODS["Pearson correlation"](synthetic, None, seed=0)
    i, k = np.nonzero(np.ones(scores.shape))
    i, k = i[::2], k[::2]  # half of the pairs were published
    weight = -(scores[i, k] ** 2)  # negative, and in the same order by size
    output = pd.DataFrame(
        {"tf": synthetic.tf_names[i], "target": synthetic.genes[k], "weight": weight}
    )
    monkeypatch.setattr(published, "deepsem_output", lambda: output)
    table = page.agreement(store, rows, runner=HERE).set_index("seed")
    assert table.index.tolist() == ["", "0", "1", "0 and 1"]
    assert (table["pairs"] == len(i)).all()
    assert table["Spearman"]["0"] == pytest.approx(1)
    other = METHODS["Partial correlation"](synthetic, None, seed=0)[i, k]
    expected = stats.spearmanr(other, scores[i, k]).statistic
    assert table["Spearman"]["1"] == pytest.approx(expected, abs=1e-5)
    assert table["Spearman"]["0 and 1"] == pytest.approx(expected, abs=1e-5)
    assert np.isnan(table["Spearman"][""])
    labels = synthetic.network[i, k]
    assert (
        table["AUPRC"][""]
        == table["AUPRC"]["0"]
        == pytest.approx(auprc(labels, scores[i, k]), abs=1e-5)
    )
    n_edges = labels.sum()
    top = labels[np.argsort(-scores[i, k])[:n_edges]].mean()
    assert table["EPR"]["0"] == pytest.approx(top / labels.mean(), abs=1e-5)
    # What is stored is not computed again; the file of the authors need not be there.
    monkeypatch.setattr(published, "deepsem_output", lambda: pytest.fail("read again"))
    again = page.agreement(store, rows, runner=STORED_ONLY)
    text = page.format_agreement(again)
    assert text.index.tolist() == ["as published", "decaying rate, seed 0", "decaying rate, seed 1",
                                   "decaying rate, seeds 0 and 1"]  # fmt: skip
    assert text.loc["decaying rate, seed 0"].tolist()[:2] == ["the published", "1.000"]
    assert len(page.agreement_figure(again).axes[0].lines) == 2


def test_released_runs_differ_in_rate_and_seed_alone(tmp_path):
    rows = page.released(Store(tmp_path), datasets=["hESC", "mDC"], runner=Rehearsal())
    assert [*zip(rows["rate"], rows["seed"], strict=True)] == [
        ("decaying", 0), ("decaying", 1), ("constant", 0), ("constant", 1)
    ]  # fmt: skip
    assert set(rows["dataset"]) == {"hESC:genes-all"}
    assert rows["key"].nunique() == 4
    assert page.released(Store(tmp_path), datasets=["mDC"], runner=Rehearsal()).empty


def test_the_golden_test_of_deepsem_stands():
    """Of stored results: a decaying rate gives the published network, a constant one does not."""
    store = Store(ROOT / "results")
    rows = page.released(store, datasets=["hESC"], runner=STORED_ONLY)
    table = page.agreement(store, rows, runner=STORED_ONLY)
    with_theirs = table[table["against"] == "published"].set_index(["rate", "seed"])["Spearman"]
    assert len(with_theirs) == 4
    assert (with_theirs["decaying"] >= 0.93).all()
    assert (with_theirs["constant"] <= 0.75).all()
    (theirs,) = table[table["rate"] == ""].to_dict("records")
    assert theirs["EPR"] == pytest.approx(1.218, abs=5e-4)
    assert theirs["AUPRC"] == pytest.approx(0.1905, abs=5e-5)


# --- rivals ---------------------------------------------------------------------------------------


@pytest.fixture
def pairs(synthetic, monkeypatch):
    """Pairs of the synthetic data in the place of the published ones; what is asked for scores."""
    i, k = np.nonzero(np.ones(synthetic.network.shape))
    rng = np.random.default_rng(0)
    every = pd.DataFrame(
        {
            "tf": synthetic.tf_names[i],
            "target": synthetic.genes[k],
            "label": synthetic.network[i, k].astype(int),
        }
    ).iloc[rng.permutation(len(i))]
    parts = {"train": every[:700], "validation": every[700:900], "test": every[900:]}
    parts = {name: part.reset_index(drop=True) for name, part in parts.items()}
    noise = rng.random(len(parts["test"]))
    monkeypatch.setattr(published, "scgreat_pairs", lambda cell, part: parts[part])
    monkeypatch.setattr(
        published, "scgreat_predictions", lambda cell: parts["test"].assign(score=noise)
    )
    monkeypatch.setattr(rivals_module, "load", lambda *_, **__: synthetic)
    return parts, noise


def test_one_hot_lr_is_judged_beside_the_published_predictions(pairs, tmp_path, monkeypatch):
    parts, noise = pairs
    asked = []

    def one_hot_lr(dataset, edges, *, seed, validation):
        assert not dataset.network.any()  # labels come from the pairs alone
        asked.append((int((edges >= 0).sum()), int((validation >= 0).sum())))
        return original(dataset, edges, seed=seed, validation=validation)

    original = rivals_module._METHODS["One-hot LR"]
    monkeypatch.setitem(rivals_module._METHODS, "One-hot LR", one_hot_lr)
    monkeypatch.setattr(rivals_module, "_N_RESAMPLES", 50)
    table = page.rivals(Store(tmp_path), runner=HERE)
    assert asked == [(700, 200)] * 2
    assert table[["dataset", "method"]].to_numpy().tolist() == [
        ["hESC", page.AS_PUBLISHED], ["hESC", "One-hot LR"], ["mESC", "One-hot LR"]
    ]  # fmt: skip
    theirs, ours, other = table.to_dict("records")
    assert theirs["AUPRC"] == pytest.approx(auprc(parts["test"]["label"], noise), abs=1e-5)
    assert theirs["AUROC"] == pytest.approx(0.5, abs=0.1)
    assert ours["AUPRC gain"] == pytest.approx(ours["AUPRC"] - theirs["AUPRC"], abs=1e-5)
    for name in ("AUROC", "AUPRC", "within TFs"):
        assert ours[f"{name} low"] < ours[f"{name} gain"] < ours[f"{name} high"]
    assert np.isnan(other["AUPRC gain"])
    text = page.format_rivals(table)
    assert text[text["method"] == "scGREAT"]["AUPRC"].tolist() == ["not run"]
    assert page.format_differences(table)["method"].tolist() == ["One-hot LR"]
    assert len(page.rivals_figure(table).axes) == 6
    stored = page.rivals(Store(tmp_path), runner=STORED_ONLY)
    pd.testing.assert_frame_equal(stored, table)


def test_scgreat_is_trained_only_where_it_is_asked_for_and_then_shown(
    pairs, tmp_path, monkeypatch, synthetic
):
    def scgreat(dataset, edges, *, seed, validation, embedding, epochs):
        assert (embedding, epochs) == ("BioBERT", METHODS["scGREAT"].settings["epochs"])
        return synthetic.network + 0.0

    monkeypatch.setitem(rivals_module._METHODS, "scGREAT", scgreat)
    monkeypatch.setattr(rivals_module, "_N_RESAMPLES", 5)
    store = Store(tmp_path)
    table = page.rivals(store, cells=["hESC"], slow=True, runner=HERE)
    (line,) = table[table["method"] == "scGREAT"].to_dict("records")
    assert line["AUPRC"] == line["within TFs"] == 1
    again = page.rivals(store, cells=["hESC"], runner=STORED_ONLY)
    pd.testing.assert_frame_equal(again, table)
    assert "not run" not in page.format_rivals(again)["AUPRC"].tolist()


def test_predictions_of_other_pairs_are_refused(pairs, tmp_path, monkeypatch):
    parts, _ = pairs
    other = parts["test"].assign(score=0.5, label=1 - parts["test"]["label"])
    monkeypatch.setattr(published, "scgreat_predictions", lambda cell: other)
    with pytest.raises(InfosemError, match="the predictions are not those of the test pairs"):
        page.rivals(Store(tmp_path), cells=["hESC"], runner=HERE)
    with pytest.raises(InfosemError, match=r"cells: \['mDC'\] have no published pairs"):
        page.rivals(Store(tmp_path), cells=["mDC"])


def test_one_hot_lr_beats_scgreat_on_its_own_data():
    """Of stored results."""
    table = page.rivals(Store(ROOT / "results"), runner=STORED_ONLY)
    numbers = table.set_index(["dataset", "method"])
    theirs, ours = numbers.loc["hESC", page.AS_PUBLISHED], numbers.loc["hESC", "One-hot LR"]
    assert (theirs["AUROC"], theirs["AUPRC"]) == pytest.approx((0.862, 0.563), abs=1e-3)
    assert (ours["AUROC"], ours["AUPRC"]) == pytest.approx((0.885, 0.621), abs=5e-3)
    assert ours["AUPRC low"] > 0
    mouse = numbers.loc["mESC", "One-hot LR"]
    assert (mouse["AUROC"], mouse["AUPRC"]) == pytest.approx((0.924, 0.857), abs=2e-3)


@pytest.mark.needs_data
def test_stored_results_of_one_hot_lr_come_out_again(tmp_path, monkeypatch):
    monkeypatch.setattr(rivals_module, "_N_RESAMPLES", 1)
    again = page.rivals(Store(tmp_path), cells=["hESC"], runner=HERE)
    stored = page.rivals(Store(ROOT / "results"), cells=["hESC"], runner=STORED_ONLY)
    measures = ["AUROC", "AUPRC", "within TFs"]
    for name in (page.AS_PUBLISHED, "One-hot LR"):
        now, before = (t[t["method"] == name][["key", *measures]] for t in (again, stored))
        assert now["key"].tolist() == before["key"].tolist()
        assert np.allclose(now[measures], before[measures], atol=5e-4)


def test_the_command_says_of_what_nothing_was_published(tmp_path, capsys):
    assert cli.main(["run", "published", "--datasets", "mDC", "--ledger", str(tmp_path)]) == 2
    assert "nothing was published" in capsys.readouterr().err
