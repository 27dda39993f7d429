"""What the prior has learned: its shares, and where they are kept."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem import InfosemError
from infosem_study import Runner, Store
from infosem_study.comparison import compare
from infosem_study.pages.embedding_sensitivity import (
    directions,
    prior_effects,
)
from infosem_study.variants import load


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), dim=st.integers(1, 6))
def test_shares_of_all_components_add_up_to_one(seed: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    embedding = rng.normal(size=(20, dim))
    shares = directions(embedding, embedding @ rng.normal(size=dim), n_components=8)
    assert (shares >= 0).all()
    assert shares.sum() == pytest.approx(1)
    assert (shares[dim:] == 0).all()


def test_effect_along_one_component_is_found_there() -> None:
    embedding = np.random.default_rng(0).normal(size=(30, 5)) * [1, 5, 3, 1, 1]
    _, _, axes = np.linalg.svd(embedding, full_matrices=False)
    shares = directions(embedding, embedding @ axes[1], n_components=3)
    assert shares == pytest.approx([0, 1, 0], abs=1e-12)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, pd.DataFrame]:
    store = Store(tmp_path_factory.mktemp("ledger"))
    rows = compare(
        store,
        datasets=["synthetic"],
        methods=["InfoSEM-B"],
        splits=[0, 1],
        epochs=3,
        runner=Runner(n_jobs=1),
    )
    return store, rows.replace({"method": {"InfoSEM-B": "InfoSEM-B, text"}})


def test_effects_are_computed_once_and_kept(
    finished: tuple[Store, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, rows = finished
    effects = prior_effects(store, rows)
    assert set(effects["key"]) <= set(rows["key"])
    tfs = load("synthetic", "planted", embedding=None).tf_names
    assert effects.loc[effects["kind"] == "TF", "name"].tolist() == tfs.tolist()
    components = effects[effects["kind"] == "component"]
    assert (components[["source", "target"]].sum() <= 1 + 1e-4).all()

    monkeypatch.setattr(
        "infosem_study.pages.embedding_sensitivity.fit",
        lambda *_, **__: pytest.fail("was run again"),
    )
    assert prior_effects(store, rows).equals(effects)


def test_rows_without_infosem_are_refused(finished: tuple[Store, pd.DataFrame]) -> None:
    store, rows = finished
    with pytest.raises(InfosemError, match="none of 'InfoSEM-B, text'"):
        prior_effects(store, rows.assign(method="DeepSEM"))


def test_seeds_of_other_methods_do_not_matter(finished: tuple[Store, pd.DataFrame]) -> None:
    store, rows = finished
    other = rows.assign(method="Random TF constant", seed=rows["seed"] - 1)
    both = pd.DataFrame([*rows.to_dict("records"), *other.to_dict("records")])
    assert prior_effects(store, both).equals(prior_effects(store, rows))


def test_broken_file_is_named(finished: tuple[Store, pd.DataFrame]) -> None:
    store, rows = finished
    prior_effects(store, rows)
    (path,) = (store.root / "prior").rglob("*.csv")
    path.write_text("no,table\n1,2\n")
    with pytest.raises(InfosemError, match=r"synthetic\.csv: .*delete it"):
        prior_effects(store, rows)
    path.unlink()
