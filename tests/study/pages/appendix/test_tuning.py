"""The search of InfoSEM's settings: what the method gets, what is kept, what is concluded."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from infosem import make_split, simulate
from infosem.errors import InfosemError
from infosem.splits import UNKNOWN, hide
from infosem_study import Runner, Store, cli, presets
from infosem_study.comparison import compare
from infosem_study.methods import METHODS
from infosem_study.pages.appendix import tuning
from infosem_study.reported import reported

GRID = {
    "InfoSEM-B": [{"sigma_w": 1.0}, {"sigma_w": 100.0}],
    "InfoSEM-BC": [{"sigma_l": 0.1, "h": 4}, {"sigma_l": 1.0, "h": 4}],
}
OPTIONS = {"datasets": ["synthetic"], "runner": Runner(n_jobs=1)}
DRAWN = METHODS["Random"].function


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A ledger with the runs whose settings are varied, briefly trained."""
    store = Store(tmp_path_factory.mktemp("ledger"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(presets._SYNTHETIC, "epochs", 1)
        compare(store, methods=list(GRID), splits=range(2), **OPTIONS)
    return store


@pytest.fixture
def store(runs, tmp_path, monkeypatch):
    """The same, with no file beside it yet."""
    monkeypatch.setitem(presets._SYNTHETIC, "epochs", 1)
    store = Store(tmp_path)
    for row in runs.rows():
        store.append({name: value for name, value in row.items() if name != "key"})
    return store


def watch(monkeypatch, function):
    """Put a function in the place of both methods; returns what it was called with."""
    calls = []

    def watched(dataset, edges, *, seed, **settings):
        calls.append((dataset, edges, settings))
        return function(dataset, edges, seed=seed)

    for name in GRID:
        monkeypatch.setitem(METHODS, name, replace(METHODS[name], function=watched))
    return calls


# --- what the method gets -------------------------------------------------------------------------


def test_a_quarter_of_the_training_pairs_of_each_tf_is_hidden(synthetic):
    split = make_split(synthetic, seed=0)
    hidden = hide(synthetic, split)
    assert not (hidden & ~split.train).any()
    per_tf = split.train.sum(axis=1)
    np.testing.assert_array_equal(hidden.sum(axis=1), np.rint(per_tf / 4))
    assert (hidden != hide(synthetic, replace(split, seed=1))).any()  # of the same pairs


def test_what_is_hidden_does_not_depend_on_the_order_of_genes(synthetic):
    split = make_split(synthetic, seed=0)
    order = np.random.default_rng(0).permutation(synthetic.n_genes)
    moved = replace(
        synthetic,
        genes=synthetic.genes[order],
        expression=synthetic.expression[order],
        tfs=np.argsort(order)[synthetic.tfs],
        network=synthetic.network[:, order],
        embeddings={},
    )
    there = hide(moved, make_split(moved, seed=0))
    np.testing.assert_array_equal(there, hide(synthetic, split)[:, order])


@pytest.mark.parametrize("which", ["hidden", "seen", "unseen", "other"])
def test_labels_of_other_pairs_do_not_reach_the_method(synthetic, which):
    split = make_split(synthetic, seed=0)
    blind, edges, hidden = tuning.given(synthetic, split)
    other = ~(split.train | split.seen | split.unseen)
    pairs = {"hidden": hidden, "seen": split.seen, "unseen": split.unseen, "other": other}[which]
    itself = synthetic.genes == synthetic.tf_names[:, np.newaxis]  # never an edge
    assert (pairs & ~itself).any()
    flipped = replace(synthetic, network=synthetic.network ^ (pairs & ~itself))
    again = tuning.given(flipped, split)
    assert not blind.network.any() and not again[0].network.any()
    np.testing.assert_array_equal(again[0].expression, blind.expression)
    np.testing.assert_array_equal(again[1], edges)
    np.testing.assert_array_equal(again[2], hidden)
    kept = split.train & ~hidden
    np.testing.assert_array_equal(edges[kept], synthetic.network[kept])
    assert (edges[~kept] == UNKNOWN).all()


def test_the_search_gives_the_methods_just_that_and_scores_the_hidden(store, monkeypatch):
    dataset = simulate()
    _, edges, hidden = tuning.given(dataset, make_split(dataset, seed=0))

    def knowing(blind, edges, *, seed):  # right on what is hidden, wrong on all else
        return np.where(hidden, dataset.network, ~dataset.network) * 1.0

    calls = watch(monkeypatch, knowing)
    table = tuning.search(store, grid=GRID, **OPTIONS)
    assert not any(seen.network.any() for seen, *_ in calls)
    without, labelled = calls[:2], calls[2:]
    assert [(given, settings["sigma_w"]) for _, given, settings in without] == [
        (None, 1.0), (None, 100.0)
    ]  # fmt: skip
    for _, given, _ in labelled:
        np.testing.assert_array_equal(given, edges)
    assert [(s["sigma_l"], s["rank"]) for *_, s in labelled] == [(0.1, 4), (1.0, 4)]
    whole = table[table["without"] == ""]
    assert whole["auprc"].tolist() == [1.0] * 4
    tfs = set(dataset.tf_names[hidden.any(axis=1)])
    for _, part in table[table["without"] != ""].groupby("setting"):
        assert set(part["without"]) == tfs


# --- what is kept ---------------------------------------------------------------------------------


def test_what_is_stored_is_not_run_again(store, monkeypatch):
    calls = watch(monkeypatch, DRAWN)
    first = tuning.search(store, grid={"InfoSEM-B": GRID["InfoSEM-B"][:1]}, **OPTIONS)
    assert len(calls) == 1
    table = tuning.search(store, grid=GRID, splits=(0, 1), **OPTIONS)
    assert len(calls) == 8
    assert set(table["split"]) == {0, 1}
    pd.testing.assert_frame_equal(table.head(len(first)), first)
    for module in ("execution", "pages.appendix.tuning"):  # no data are needed any more
        monkeypatch.setattr(f"infosem_study.{module}.load", None)
    again = tuning.search(store, grid=GRID, splits=(0, 1), **OPTIONS)
    pd.testing.assert_frame_equal(again, table)
    assert len(calls) == 8
    path = store.root / "settings" / "planted" / "synthetic.csv"
    assert set(pd.read_csv(path)["key"]) <= {row["key"] for row in store.rows()}


def test_a_stopped_search_goes_on_where_it_was(store, monkeypatch):
    stopped = []

    def stop_at_third(*inputs, seed):
        if len(calls) == 3 and not stopped:
            stopped.append(True)
            raise KeyboardInterrupt
        return DRAWN(*inputs, seed=seed)

    calls = watch(monkeypatch, stop_at_third)
    with pytest.raises(KeyboardInterrupt):
        tuning.search(store, grid=GRID, **OPTIONS)
    table = tuning.search(store, grid=GRID, **OPTIONS)
    assert len(calls) == 5  # the third is done again, the two before it are not
    assert table["setting"].nunique() == 4


def test_real_methods_can_be_searched_and_recomputed(store):
    grid = {name: tried[:1] for name, tried in GRID.items()}
    table = tuning.search(store, grid=grid, **OPTIONS)
    assert table["auprc"].between(0, 1).all()
    assert table["h"].isna().tolist() == (table["method"] == "InfoSEM-B").tolist()
    anew = {**OPTIONS, "runner": Runner(n_jobs=1, recompute=True)}
    again = tuning.search(store, grid=grid, **anew)
    pd.testing.assert_frame_equal(again.drop(columns="seconds"), table.drop(columns="seconds"))


# --- errors ---------------------------------------------------------------------------------------


def test_what_cannot_be_searched_is_named(store):
    with pytest.raises(InfosemError, match=r"grid: \['DeepSEM'\] cannot be searched"):
        tuning.search(store, grid={"DeepSEM": [{"sigma_w": 1.0}]}, **OPTIONS)
    with pytest.raises(InfosemError, match=r"grid: \['alpha'\] are no settings"):
        tuning.search(store, grid={"InfoSEM-B": [{"alpha": 1.0}]}, **OPTIONS)


def test_a_run_that_fails_is_named_with_its_setting(store):
    grid = {"InfoSEM-BC": [{"sigma_l": -1.0, "h": 4}]}
    with pytest.raises(InfosemError, match=r"InfoSEM-BC on synthetic .*sigma_l -1, h 4: settings"):
        tuning.search(store, grid=grid, **OPTIONS)


def test_other_data_than_the_ledgers_are_refused(store, monkeypatch):
    other = simulate(seed=1)
    monkeypatch.setattr(tuning, "load", lambda *_, **__: other)
    with pytest.raises(InfosemError, match=r"not those of the ledger's run"):
        tuning.search(store, grid=GRID, **OPTIONS)


def test_hidden_pairs_without_both_labels_are_an_error(synthetic):
    split = make_split(synthetic, seed=0)
    empty = replace(synthetic, network=np.zeros_like(synthetic.network))
    with pytest.raises(InfosemError, match=r"0 of them positive, and both"):
        hide(empty, split)
    with pytest.raises(InfosemError, match=r"0 would be hidden"):
        hide(synthetic, split, fraction=0.001)


# --- beside the paper -----------------------------------------------------------------------------


def searched(values, dataset="hESC", method="InfoSEM-B", splits=1, n_tfs=20):
    """A table as from `search`: by setting its AUPRC, and how much that varies from TF to TF."""
    draws = np.random.default_rng(0).permutation(np.linspace(-1, 1, n_tfs))
    lines = []
    for split in range(splits):
        for setting, (mean, spread) in values.items():
            without = mean + spread * draws / n_tfs
            named = {"": mean, **{f"TF{i}": value for i, value in enumerate(without)}}
            lines += [
                {"dataset": dataset, "method": method, "split": split, "setting": setting,
                 **dict.fromkeys(("sigma_w", "sigma_l", "h"), np.nan),
                 **dict(zip(setting.split()[::2], [1.0] * 2, strict=False)),
                 "without": tf, "auprc": value}
                for tf, value in named.items()
            ]  # fmt: skip
    return pd.DataFrame(lines).assign(network="cell-type-specific")


def test_the_grid_holds_every_value_of_the_paper():
    paper = reported("Appendix C")
    for name, tried in (("sigma_w", "InfoSEM-B"), ("sigma_l", "InfoSEM-BC"), ("h", "InfoSEM-BC")):
        values = [setting[name] for setting in tuning.GRID[tried]]
        for value in paper.loc[paper["quantity"] == name, "value"]:
            assert np.isclose(values, value).any(), (name, value)


@pytest.mark.parametrize(
    ("best", "spread", "verdict"),
    [
        (0.3, 0.0, "shown"),
        (0.31, 0.0, "shown"),
        (0.33, 1.0, "undecided"),
        (0.35, 0.01, "contradicted"),
    ],
)
def test_verdict_on_the_papers_setting(best, spread, verdict):
    tried = {"sigma_w 0.1": (0.3, 0.0), "sigma_w 1": (0.2, 0.0), "sigma_w 10": (best, spread)}
    table = tuning.chosen(searched(tried))
    (line,) = table.to_dict("records")
    assert line["paper"] == "sigma_w 0.1"
    assert line["difference"] == pytest.approx(best - 0.3)
    assert line["verdict"] == verdict
    assert tuning.format_chosen(table)["verdict on the paper's"].tolist() == [verdict]


def test_where_every_setting_would_pass_none_is_tested():
    tried = {"sigma_w 0.1": (0.3, 0.0), "sigma_w 10": (0.319, 0.0)}
    assert tuning.chosen(searched(tried))["verdict"].tolist() == ["cannot be tested"]


def test_interval_is_that_of_the_jackknife():
    # Of a mean over TFs the jackknife's error is the standard error.
    values = np.random.default_rng(0).normal(0.1, 0.2, 12)
    fewer = {f"TF{i}": np.delete(values, i).mean() for i in range(12)}
    zero = dict.fromkeys(["", *fewer], 0.0)
    lines = [
        {"network": "cell-type-specific", "dataset": "hESC", "method": "InfoSEM-B", "split": split,
         "setting": setting, "sigma_w": 1.0, "sigma_l": np.nan, "h": np.nan,
         "without": tf, "auprc": value}
        for split in range(2)  # the same TFs: a second split adds nothing
        for setting, auprcs in (
            ("sigma_w 0.1", zero), ("sigma_w 1", {"": values.mean(), **fewer})
        )
        for tf, value in auprcs.items()
    ]  # fmt: skip
    (line,) = tuning.chosen(pd.DataFrame(lines)).to_dict("records")
    half = stats.t.ppf(0.975, 11) * stats.sem(values)
    assert line["high"] - line["difference"] == pytest.approx(half)
    assert line["difference"] == pytest.approx(values.mean())


def test_a_setting_that_the_paper_or_the_search_lacks():
    table = searched({"sigma_w 1": (0.3, 0.0)}, dataset="synthetic")
    (line,) = tuning.chosen(table).to_dict("records")
    assert (line["paper"], line["verdict"]) == ("", "not in the paper")
    table = searched({"sigma_l 1, h 32": (0.3, 0.0)}, method="InfoSEM-BC")
    (line,) = tuning.chosen(table).to_dict("records")
    assert (line["paper"], line["verdict"]) == ("sigma_l 0.1, h 128", "not tried")
    assert tuning.format_chosen(tuning.chosen(table))["best - paper's"].tolist() == ["-"]


def test_every_setting_is_shown_and_the_papers_marked():
    parts = [
        searched({"sigma_w 0.1": (0.3, 0.0), "sigma_w 10": (0.4, 0.0)}, dataset=name)
        for name in ("hESC", "hHEP")
    ]
    text = tuning.format_grid(pd.concat(parts))
    assert text.loc[("InfoSEM-B", "sigma_w 0.1")].tolist() == ["0.300*", "0.300"]
    assert text.loc[("InfoSEM-B", "sigma_w 10")].tolist() == ["0.400", "0.400*"]


def test_tune_prints_the_search_beside_the_paper(store, capsys, monkeypatch):
    watch(monkeypatch, DRAWN)
    where = ["--datasets", "synthetic", "--jobs", "1", "--ledger", str(store.root)]
    assert cli.main(["tune", *where]) == 0
    out = capsys.readouterr().out
    assert "sigma_l 0.316228, h 128" in out
    assert "not in the paper" in out
