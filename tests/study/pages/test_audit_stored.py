"""What the audit keeps beside the ledger."""

import numpy as np
import pandas as pd
import pytest

from infosem.errors import InfosemError
from infosem_study import Store
from infosem_study.pages import audit
from infosem_study.scheduling import STORED_ONLY

TABLES = (
    audit.nulls, audit.shortcuts, audit.permutations, audit.within, audit.within_targets,
    audit.folds,
)  # fmt: skip


def test_all_that_is_filled_is_read_and_not_made_again(audited):
    store, rows = audited
    nulls, shortcuts, places, inside, targets, folds = (
        table(store, rows, runner=STORED_ONLY) for table in TABLES
    )
    n_methods = rows["method"].nunique()
    assert len(nulls) == 3 * 5 * 3  # blocks, kinds, measures
    assert len(shortcuts) == 2 * 6 * 2 * 2  # splits, features, roles, signs
    assert len(places) == n_methods - 1  # without One-hot LR, a line for both splits
    assert len(targets) == 2 * n_methods
    assert set(inside["method"]) == set(rows["method"])
    assert len(folds) == 2 * 5  # methods, designs


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_what_is_not_kept_is_asked_for(audited, tmp_path, table):
    _, rows = audited
    with pytest.raises(InfosemError, match=r"not stored|no result"):
        table(Store(tmp_path), rows, runner=STORED_ONLY)


def test_kept_lines_are_of_the_runs_in_the_ledger(audited):
    store, rows = audited
    targets = audit.within_targets(store, rows)
    first = rows[rows["seed"] == 0].merge(targets, on=["method", "split"])
    assert len(first) == len(targets)
    assert (first["key_x"] == first["key_y"]).all()


def test_permutations_are_of_the_mean_over_the_splits_in_the_ledger(audited):
    store, rows = audited
    places = audit.permutations(store, rows).set_index("method")
    means = rows[rows["seed"] == 0].groupby("method")["unseen_auprc"].mean()
    np.testing.assert_allclose(places["auprc"], means[places.index], atol=1e-5)
    assert (places["n_splits"] == 2).all()
    one = rows[rows["split"] == 1]
    with pytest.raises(InfosemError, match="not stored"):  # another mean
        audit.permutations(store, one, runner=STORED_ONLY)


def test_constants_are_at_chance_within_tfs(audited):
    inside = audit.within(*audited)
    constant = inside[inside["method"].isin(["Random TF constant", "One-hot LR"])]
    np.testing.assert_allclose(constant[["gain", "specific"]], 0, atol=1e-5)
    assert inside.loc[inside["method"] == "DeepSEM", "gain"].abs().mean() > 0.01


def test_numbers_are_kept_to_six_digits(audited):
    files = list(audited[0].root.rglob("*.csv"))
    assert len(files) == len(TABLES) + 1  # and the counts of TFs
    n_floats = 0
    for path in files:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in pd.read_csv(path).select_dtypes("float"):
            assert [f"{float(value):.6g}" for value in table[column]] == table[column].tolist()
            n_floats += len(table)
    assert n_floats > 400
