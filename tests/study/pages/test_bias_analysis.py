"""What One-hot LR and others have learned of seen genes, and the files that keep it."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from infosem import make_split, simulate
from infosem.data import CELLS
from infosem.errors import InfosemError
from infosem_study import Runner, Store
from infosem_study.comparison import compare
from infosem_study.methods import METHODS
from infosem_study.pages import bias_analysis
from infosem_study.scheduling import STORED_ONLY

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def additive():
    """A network whose log-odds are a number of the TF plus one of the target; and they."""
    rng = np.random.default_rng(0)
    dataset = simulate(24, 176)
    scores = rng.normal(0, 2, (24, 1)) + rng.normal(0, 0.5, 200) - 1
    network = rng.random(scores.shape) < expit(scores)
    network[np.arange(24), dataset.tfs] = False
    return replace(dataset, network=network), scores


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A ledger with runs on the synthetic data, and its rows."""
    store = Store(tmp_path_factory.mktemp("ledger"))
    methods = ["One-hot LR", "GENELink", "MatComp"]
    options = {"datasets": ["synthetic"], "splits": range(2), "runner": Runner(n_jobs=1)}
    return store, compare(store, methods=methods, **options)


@pytest.fixture
def copied(finished, tmp_path):
    """The same ledger, with no file beside it yet."""
    store = Store(tmp_path)
    for row in finished[0].rows():
        store.append({name: value for name, value in row.items() if name != "key"})
    return store, finished[1]


@pytest.fixture
def no_runs(monkeypatch):
    for module in ("scheduling", "execution"):
        monkeypatch.setattr(
            f"infosem_study.{module}.execute", lambda job, *_, **__: pytest.fail(f"{job} was run")
        )


def coefficients_file(store):
    return store.root / "coefficients" / "planted" / "synthetic.csv"


# --- from scores ----------------------------------------------------------------------------------


def test_planted_coefficients_come_back_in_the_order_of_the_shares(additive):
    dataset, scores = additive
    split = make_split(dataset, seed=0)
    table = bias_analysis.tf_coefficients(dataset, split, scores)
    planted = scores.mean(axis=1)[split.train.any(axis=1)]
    np.testing.assert_allclose(np.diff(table["coefficient"]), np.diff(planted))
    assert table["coefficient"].mean() == pytest.approx(0)
    (line,) = bias_analysis.rank_correlations(table.assign(dataset="planted", split=0)).to_dict(
        "records"
    )
    assert line["rho"] > 0.95
    assert line["range"] == pytest.approx(np.ptp(planted))
    edges = split.train_edges(dataset.network)
    for tf, n_train, share in table[["tf", "n_train", "share"]].to_numpy():
        row = edges[dataset.tf_names == tf]
        assert ((row >= 0).sum(), (row == 1).sum()) == (n_train, round(share * n_train))


def test_centred_coefficients_are_those_of_the_regression(additive):
    # An unseen TF has the coefficient 0, so that seen ones differ from it by their own.
    dataset, _ = additive
    split = make_split(dataset, seed=0)
    scores = METHODS["One-hot LR"](dataset, split.train_edges(dataset.network), seed=0)
    seen = split.train.any(axis=1)
    own = scores[seen].mean(axis=1) - scores[~seen][0].mean()
    table = bias_analysis.tf_coefficients(dataset, split, scores)
    np.testing.assert_allclose(table["coefficient"], own, atol=1e-3 * np.ptp(own))


def test_scores_of_other_methods_have_no_coefficients(additive):
    dataset, scores = additive
    with pytest.raises(InfosemError, match=r"not a sum.*One-hot LR"):
        bias_analysis.tf_coefficients(dataset, make_split(dataset, seed=0), scores**2)


def test_probabilities_are_of_the_seen_test_pairs(additive):
    dataset, scores = additive
    split = make_split(dataset, seed=0)
    seen, unseen = (dataset.tf_names[pairs.any(axis=1)] for pairs in (split.seen, split.unseen))
    table = bias_analysis.tf_probabilities(dataset, split, scores, seen[:2])
    assert table["probability"].between(0, 1).all()
    row = np.flatnonzero(dataset.tf_names == seen[0])[0]
    own = table.loc[table["tf"] == seen[0], "probability"]
    np.testing.assert_allclose(own, np.sort(expit(scores[row, split.seen[row]])))
    with pytest.raises(InfosemError, match=f"{unseen[0]} has no seen test pair"):
        bias_analysis.tf_probabilities(dataset, split, scores, unseen[:1])


# --- stored beside the ledger ---------------------------------------------------------------------


def test_stored_lines_are_read_and_not_made_again(copied, request):
    store, rows = copied
    coefs = bias_analysis.coefficients(store, rows)
    tfs = bias_analysis.illustrated_tfs(coefs)
    probs = bias_analysis.probabilities(store, rows, tfs)
    assert set(zip(coefs["key"], coefs["split"], strict=True)) == set(
        rows.loc[rows["method"] == "One-hot LR", ["key", "split"]].itertuples(index=False)
    )
    assert probs["probability"].between(0, 1).all()
    assert set(probs["method"]) == {"One-hot LR", "GENELink"}
    assert tuple(probs["tf"].unique()) == tfs["synthetic"]
    request.getfixturevalue("no_runs")
    pd.testing.assert_frame_equal(bias_analysis.coefficients(store, rows), coefs)
    pd.testing.assert_frame_equal(bias_analysis.probabilities(store, rows, tfs), probs)
    stored = pd.read_csv(coefficients_file(store), dtype=str)
    assert all(f"{float(text):.6g}" == text for text in stored["coefficient"])


def test_stale_file_is_refused_until_recomputed(copied):
    store, rows = copied
    coefs = bias_analysis.coefficients(store, rows)
    path = coefficients_file(store)
    path.write_text(path.read_text().replace(coefs["key"][0], "0123456789ab"))
    with pytest.raises(InfosemError, match=r"synthetic\.csv: stale.*0123456789ab"):
        bias_analysis.coefficients(store, rows)
    again = bias_analysis.coefficients(store, rows, runner=Runner(n_jobs=1, recompute=True))
    pd.testing.assert_frame_equal(again, coefs)
    assert "0123456789ab" not in path.read_text()


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "key,method,split\n1,2,x\n"])
def test_broken_file_is_refused(copied, no_runs, text):
    store, rows = copied
    path = coefficients_file(store)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(InfosemError, match=r"synthetic\.csv: .*delete it"):
        bias_analysis.coefficients(store, rows)


def test_file_is_replaced_at_once_or_not_at_all(copied, monkeypatch):
    store, rows = copied
    first = rows[rows["split"] == 0]
    bias_analysis.coefficients(store, first)
    path = coefficients_file(store)
    before = path.read_bytes()

    def killed(*paths):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("os.replace", killed)
        bias_analysis.coefficients(store, rows)
    assert path.read_bytes() == before
    assert set(bias_analysis.coefficients(store, rows)["split"]) == {0, 1}
    assert path.read_bytes().startswith(before)
    assert list(path.parent.iterdir()) == [path]


def test_run_that_gives_other_metrics_than_the_ledger_is_refused(copied):
    store, rows = copied
    (row,) = (r for r in store.rows() if r["method"] == "One-hot LR" and "0" in r["splits"])
    row = copy.deepcopy(row)
    row["splits"]["0"]["seen_auprc"] += 0.01
    store.append({name: value for name, value in row.items() if name != "key"})
    with pytest.raises(InfosemError, match=r"One-hot LR on synthetic.*other metrics.*0\.01"):
        bias_analysis.coefficients(store, rows[rows["split"] == 0])
    assert not coefficients_file(store).exists()


def test_what_gives_no_log_odds_is_refused(finished):
    store, rows = finished
    with pytest.raises(InfosemError, match=r"MatComp.*no log-odds"):
        bias_analysis.probabilities(store, rows, {}, ["MatComp"])
    with pytest.raises(InfosemError, match="no run of One-hot LR"):
        bias_analysis.coefficients(store, rows[rows["method"] == "MatComp"])


def test_committed_files_belong_to_the_committed_ledger(no_runs):
    # What is on the page about the real data is read, without data.
    store = Store(ROOT / "results")
    rows = compare(store, datasets=CELLS, methods=["One-hot LR", "GENELink"], runner=STORED_ONLY)
    coefs = bias_analysis.coefficients(store, rows)
    assert coefs.groupby("dataset")["split"].nunique().to_dict() == dict.fromkeys(CELLS, 10)
    told = bias_analysis.predictions(
        coefs, bias_analysis.probabilities(store, rows, bias_analysis.illustrated_tfs(coefs))
    )
    assert told.groupby("dataset").size().to_dict() == dict.fromkeys(CELLS, 4)
    of_paper = told.dropna(subset="paper_share")
    assert set(of_paper["tf"]) == {"TFAP2A", "SNAI2"}
    assert of_paper["share"].to_numpy() == pytest.approx(of_paper["paper_share"], abs=0.02)


# --- tables ---------------------------------------------------------------------------------------


def test_example_of_the_paper_is_taken_where_it_can_be():
    shares = {"AR": 0.0, "JUND": 0.95, "SNAI2": 0.06, "TFAP2A": 0.9}
    table = pd.DataFrame({"tf": list(shares), "share": list(shares.values()), "split": 0})
    coefs = pd.concat([table.assign(dataset=name) for name in ("hESC", "mESC")])
    assert bias_analysis.illustrated_tfs(coefs) == {
        "hESC": ("TFAP2A", "SNAI2"),
        "mESC": ("JUND", "AR"),
    }
    assert bias_analysis.illustrated_tfs(coefs[coefs["tf"] != "SNAI2"])["hESC"] == ("JUND", "AR")


@pytest.fixture
def memorising():
    """Rows as they would be if the paper were right in all, on all of its data sets."""
    rng = np.random.default_rng(0)
    seen = {"One-hot LR": 0.8, "MatComp": 0.8, "GENELink": 0.75, "DeepSEM": 0.4}
    seen |= {f"{name} (downsampled)": 0.6 for name in list(seen)[:3]}
    lines = [
        {
            "dataset": dataset, "method": method, "seed": 0, "split": split, "embedding": None,
            "seen_base": 0.3, "seen_auprc": value + 0.01 * rng.normal(),
            "unseen_base": 0.4, "unseen_auprc": 0.4 + (method == "DeepSEM") * (0.2 + 0.01 * split),
        }
        for dataset in CELLS
        for method, value in seen.items()
        for split in range(10 if method != "GENELink (downsampled)" else 3)
    ]  # fmt: skip
    tfs = pd.DataFrame({"tf": ["A", "B", "C"], "share": [0.1, 0.4, 0.9], "method": "One-hot LR"})
    tfs = tfs.assign(coefficient=tfs["share"] - 0.5, n_train=90, key="0")
    places = [(dataset, split) for dataset in CELLS for split in range(3)]
    coefs = pd.concat([tfs.assign(dataset=dataset, split=split) for dataset, split in places])
    pairs = coefs[(coefs["split"] == 0) & (coefs["tf"] != "B")]
    probs = pairs.drop(columns=["share", "coefficient"]).assign(probability=pairs["share"])
    return pd.DataFrame(lines), coefs, probs


def test_drop_of_the_paper_s_tables_is_the_42_percent_of_its_text(memorising):
    rows, *_ = memorising
    table = bias_analysis.drops(rows)
    assert f"{table['paper_drop'].mean():.0%}" == "42%"
    # (0.8 + 0.8 + 0.75) / 3 on seen genes and 0.4 on unseen ones; the downsampled do not count.
    assert table["drop"].to_numpy() == pytest.approx(1 - 0.4 / (2.35 / 3), abs=0.01)
    text = bias_analysis.format_drops(table)
    assert text["dataset"].tolist() == [*CELLS, "mean"]
    assert text["paper: drop"].iloc[-1] == "42%"


def test_downsampled_methods_are_compared_on_the_splits_of_both(memorising):
    rows, *_ = memorising
    lifts = bias_analysis.downsampling(rows)
    line = lifts.query("dataset == 'mDC' and method == 'GENELink' and test == 'seen'")
    assert line["training"].tolist() == ["all", "downsampled"]
    assert line["n_splits"].tolist() == [3, 3]
    assert line["mean"].to_numpy() == pytest.approx([0.45, 0.3], abs=0.02)
    table = bias_analysis.format_downsampling(lifts)
    assert len(table) == 12
    assert table["unseen, downsampled"].iloc[0] == "0.000 (0.000)"


def test_figures_show_every_data_set_and_method(memorising):
    rows, coefs, probs = memorising
    compared = bias_analysis.seen_beside_unseen(rows[rows["split"] < 3])
    bands = pd.DataFrame(
        {"dataset": dataset, "metric": "AUPRC", "test": test, "mean": mean, "low": mean - 0.1,
         "high": mean + 0.2}
        for dataset in CELLS
        for test, mean in (("seen", 0.2), ("unseen", 0.3))
    )  # fmt: skip
    both = bias_analysis.seen_unseen_figure(compared, bands)
    left_ends = [axis.patches[0].get_x() for axis in both.axes]
    assert left_ends == pytest.approx([0.1] * len(CELLS) + [0.2] * len(CELLS))
    assert [axis.get_title() for axis in both.axes[:4]] == list(CELLS)
    names = [label.get_text() for label in both.axes[0].get_yticklabels()]
    assert {"One-hot LR", "DeepSEM", "scGREAT"} <= set(names)  # the paper's, where ours is missing
    assert not any(name.startswith("InfoSEM") for name in names)
    drawn = bias_analysis.coefficients_figure(coefs, bias_analysis.rank_correlations(coefs))
    assert len(drawn.axes) == 2 * len(CELLS)
    histograms = bias_analysis.probabilities_figure(probs, bias_analysis.predictions(coefs, probs))
    assert [axis.get_title() for axis in histograms.axes[:2]] == [
        "hESC, A: share 0.10", "hESC, C: share 0.90"
    ]  # fmt: skip
    less = bias_analysis.downsampling_figure(bias_analysis.downsampling(rows))
    assert len(less.axes) == 2 * len(CELLS)
