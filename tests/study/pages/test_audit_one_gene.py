"""Scores that look at one gene of a pair."""

import numpy as np
import pandas as pd
import pytest

from infosem_study.pages import audit
from infosem_study.pages.audit.one_gene import features


def test_a_score_of_tfs_gains_nothing_within_tfs_and_one_of_targets_within_targets(audited):
    table = audit.shortcuts(*audited)
    assert len(table) == 2 * 6 * 2 * 2  # splits, features, roles, signs
    np.testing.assert_allclose(table.loc[table["role"] == "TF", "tf_gain"], 0, atol=1e-5)
    np.testing.assert_allclose(table.loc[table["role"] == "target", "target_gain"], 0, atol=1e-5)
    assert (table.loc[table["role"] == "TF", "target_gain"].abs() > 1e-3).any()
    assert (table.loc[table["role"] == "target", "tf_gain"].abs() > 1e-3).any()


def test_features_are_those_of_a_gene_alone(synthetic):
    found = features(synthetic, "planted")
    x = synthetic.expression
    assert found["share of zeros"][5] == np.mean(x[5] == 0)
    assert found["variance of expression"][5] == pytest.approx(np.var(x[5]))
    correlations = np.abs(np.corrcoef(x)[5])
    assert found["mean |correlation|"][5] == pytest.approx(correlations.mean())
    assert found["length of the symbol"][5] == len(synthetic.genes[5])
    vectors = synthetic.embeddings["planted"]
    mean = vectors.mean(axis=0)
    cosine = vectors[5] @ mean / np.linalg.norm(vectors[5]) / np.linalg.norm(mean)
    assert found["closeness to the mean text"][5] == pytest.approx(cosine)


@pytest.fixture
def chosen():
    """Training edges are right of zeros on both splits, of the mean on one, and prefer zeros."""
    numbers = {  # by split: AUPRC of training edges, of the unseen block
        ("mean", "+"): [(0.3, 0.2), (0.1, 0.4)],
        ("mean", "-"): [(0.2, 0.1), (0.2, 0.1)],
        ("zeros", "+"): [(0.1, 0.3), (0.1, 0.3)],
        ("zeros", "-"): [(0.4, 0.5), (0.4, 0.7)],
    }
    table = pd.DataFrame(
        {"network": "n", "dataset": "d", "split": split, "feature": feature, "role": "TF",
         "sign": sign, "train_auprc": train, "auprc": auprc, "tf_gain": auprc / 100,
         "target_gain": auprc / 10}
        for (feature, sign), of_splits in numbers.items()
        for split, (train, auprc) in enumerate(of_splits)
    )  # fmt: skip
    return audit.shortcut_means(table)


def test_training_edges_choose_the_sign_on_every_split_and_the_best_of_all(chosen):
    auprc = chosen.set_index(["feature", "role", "sign"])["auprc"]
    assert auprc["mean", "TF", "+"] == pytest.approx(0.3)
    assert auprc["mean", "TF", "by training edges"] == pytest.approx((0.2 + 0.1) / 2)
    assert auprc["zeros", "TF", "by training edges"] == pytest.approx(0.6)
    assert auprc["any", "any", "by training edges"] == pytest.approx(0.6)
    gains = chosen.set_index(["feature", "role", "sign"])["target_gain"]
    assert gains["any", "any", "by training edges"] == pytest.approx(0.06)
    assert len(chosen) == 2 * 3 + 1


def test_answer_says_which_models_a_shortcut_reaches(chosen):
    rows = pd.DataFrame(
        {"network": "n", "dataset": "d", "method": method, "split": split, "seed": seed,
         "unseen_auprc": auprc + seed}
        for method, auprc in {"DeepSEM": 0.5, "InfoSEM-B": 0.65, "PIDC": 0.1}.items()
        for split in range(2)
        for seed in range(2)
    )  # fmt: skip
    assert audit.describe_shortcuts(chosen, rows) == (
        "d (n): the best shortcut is the TF's zeros (-), with an AUPRC of 0.600, chosen on the "
        "test itself. The one that training edges choose has 0.600 and reaches DeepSEM (0.500). "
        "Choosing the sign of a TF's feature by training edges and not by a coin changes the AUPRC "
        "by +0.050. Within TFs the highest gain is +0.006 (TF's zeros, -)."
    )
