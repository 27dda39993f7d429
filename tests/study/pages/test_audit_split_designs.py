"""Other ways to draw the blocks, for the same scores."""

import numpy as np
import pandas as pd
import pytest

from infosem import make_split
from infosem_study.pages import audit
from infosem_study.pages.audit.split_designs import designs


def test_folds_of_one_division_have_less_error_than_as_many_random_blocks(busy):
    dataset, _ = busy
    scores = np.random.default_rng(6).random(dataset.network.shape)
    table = designs(dataset, scores, n=100).set_index(["design", "n_blocks"])
    assert [*table.index] == [("random", 4), ("random", 10), ("random", 16), ("folds", 4),
                              ("folds", 16)]  # fmt: skip
    sd = table["sd"]
    assert sd["folds", 16] < sd["random", 16]
    assert sd["random", 16] < sd["random", 4]


def test_blocks_are_like_those_of_splits(busy):
    dataset, _ = busy
    blocks = [make_split(dataset, seed=seed).unseen for seed in range(40)]
    share = np.mean([dataset.network[block].mean() for block in blocks])
    constant = designs(dataset, np.zeros(dataset.network.shape), n=40)
    means = constant.set_index(["design", "n_blocks"])["mean"]
    for design in (("random", 4), ("random", 10), ("random", 16), ("folds", 4)):
        assert means[design] == pytest.approx(share, rel=0.05)
    perfect = designs(dataset, dataset.network.astype(float), n=2)
    assert (perfect["mean"] == 1).all()


def test_without_a_method_that_does_not_depend_on_the_split_there_are_no_folds(audited):
    store, rows = audited
    assert not len(audit.folds(store, rows, ["One-hot LR (bias)"]))
    assert set(audit.folds(store, rows)["method"]) == {"Pearson correlation", "DeepSEM"}


def test_answer_sets_the_error_of_folds_against_that_of_random_blocks():
    sds = {("random", 4): 0.04, ("random", 10): 0.025, ("random", 16): 0.02, ("folds", 4): 0.02,
           ("folds", 16): 0.005}  # fmt: skip
    table = pd.DataFrame(
        {"network": "n", "dataset": dataset, "method": "m", "design": design, "n_blocks": n,
         "sd": sd * (2 if dataset == "e" and design == "folds" else 1)}
        for dataset in ("d", "e")
        for (design, n), sd in sds.items()
    )  # fmt: skip
    assert audit.describe_folds(table) == (
        "n, ratio of the errors of two designs: 4 folds against 4 random blocks: 0.50 to "
        "1.00; 4 folds against 10 random blocks: 0.80 to 1.60; 16 folds against 16 random blocks: "
        "0.25 to 0.50; 16 folds against 10 random blocks: 0.20 to 0.40."
    )
