"""Planted variance comes back, and the data that the paper's difference takes."""

import numpy as np
import pandas as pd
import pytest

from infosem_study import statistics
from infosem_study.pages import audit
from infosem_study.pages.audit.variance import shown_errors, shown_splits


def test_components_of_planted_variance_come_back():
    rng = np.random.default_rng(7)
    table = 0.3 + rng.normal(0, 0.05, (300, 1)) + rng.normal(0, 0.1, 30)
    table = table + rng.normal(0, 0.02, table.shape)
    rows = pd.DataFrame(
        [
            {"network": "n", "dataset": "d", "method": "m", "split": s, "seed": r,
             "unseen_auprc": table[s, r]}
            for s in range(300) for r in range(30)
        ]
    )  # fmt: skip
    (line,) = audit.components(rows).to_dict("records")
    assert line["sd_split"] == pytest.approx(0.05, rel=0.15)
    assert line["sd_seed"] == pytest.approx(0.1, rel=0.4)
    assert line["sd_rest"] == pytest.approx(0.02, rel=0.1)
    one_seed = audit.components(rows[rows["seed"] == 0])
    assert not len(one_seed)
    assert audit.describe_components(one_seed).startswith("No method has several")


def test_noise_alone_has_no_components():
    noise = np.random.default_rng(0).normal(0.3, 0.1, (400, 2))
    rows = pd.DataFrame(
        {"network": "n", "dataset": "d", "method": "m", "split": split, "seed": seed,
         "unseen_auprc": value}
        for (split, seed), value in np.ndenumerate(noise)
    )  # fmt: skip
    (line,) = audit.components(rows).to_dict("records")
    assert line["sd_rest"] == pytest.approx(0.1, rel=0.1)
    assert max(line["sd_split"], line["sd_seed"]) < 0.03


def test_answer_sets_splits_against_all_that_moves_a_result_on_one_split():
    table = pd.DataFrame(
        {"network": "n", "dataset": dataset, "method": "m", "sd_split": sd, "sd_seed": 0.03,
         "sd_rest": 0.04}
        for dataset, sd in (("d", 0.1), ("e", 0.05))
    )  # fmt: skip
    assert audit.describe_components(table) == (
        "m, n, ratio of the spread between splits to that between seeds: d 2.0, e 1.0."
    )


def test_components_of_tfs_come_back_with_unequal_numbers():
    rng = np.random.default_rng(8)
    lines = [
        {"network": "n", "dataset": "d", "method": "m", "tf": str(tf), "split": split,
         "gain": mean + noise + of_seed}
        for tf, mean in enumerate(rng.normal(0, 0.2, 400))
        for split, noise in enumerate(rng.normal(0, 0.1, 1 + tf % 3))
        for of_seed in (-1, 1)  # which cancel
    ]  # fmt: skip
    (line,) = audit.tf_components(pd.DataFrame(lines)).to_dict("records")
    assert line["sd_tf"] == pytest.approx(0.2, rel=0.15)
    assert line["sd_rest"] == pytest.approx(0.1, rel=0.15)
    assert (line["n_tfs"], line["n_values"]) == (400, len(lines) / 2)
    once = pd.DataFrame(lines).drop_duplicates("tf")
    assert not len(audit.tf_components(once))


@pytest.fixture
def difference():
    """Rows, and tables from `within` and `within_targets`, with the paper's difference on hESC."""
    lines = [
        {"network": "cell-type-specific", "dataset": "hESC", "method": method, "seed": 0,
         "split": split, "unseen_auprc": 0.3 + (method == "InfoSEM-B") * (0.066 + wobble)}
        for split, wobble in enumerate([-0.1, 0.1] * 5)
        for method in ("DeepSEM", "InfoSEM-B")
    ]  # fmt: skip
    rows = pd.DataFrame(lines)
    more = np.where(rows["method"] == "InfoSEM-B", 0.1, 0.0)
    inside = pd.concat([rows.assign(tf="A", gain=0.1), rows.assign(tf="B", gain=0.2 + more)])
    return rows, inside, rows.assign(n_tfs=8)


def test_power_says_what_the_paper_s_difference_takes(difference):
    (line,) = audit.power(*difference).to_dict("records")
    errors, sd = shown_errors(10), np.std([-0.1, 0.1] * 5, ddof=1)
    assert line["ours"] == pytest.approx(0.066)
    assert line["sd"] == pytest.approx(sd)
    assert line["smallest"] == pytest.approx(errors * sd / 10**0.5, rel=1e-4)
    assert line["paper"] > 0
    assert line["splits"] == shown_splits(sd, line["paper"]) > 10
    assert (line["tfs"], line["of_tfs"]) == (8 * line["splits"], 32)
    assert (line["within"], line["n_tfs"]) == (pytest.approx(0.05), 2)
    of_two = shown_errors(2) * np.std([0, 0.1], ddof=1) / 2**0.5
    assert line["within_smallest"] == pytest.approx(of_two, rel=1e-4)


def share_shown(n, difference, sd=1.0, n_repeats=400, seed=0):
    """How often the interval of a paired difference over n splits lies above 0, and below."""
    rng = np.random.default_rng(seed)
    frames = []
    for repeat in range(n_repeats):
        base = rng.normal(0, 3 * sd, n)
        values = {"B": base + difference + rng.normal(0, sd, n), "A": base}
        frames += [
            pd.DataFrame({"dataset": repeat, "method": method, "seed": 0, "split": range(n),
                          "unseen_auprc": own})
            for method, own in values.items()
        ]  # fmt: skip
    table = statistics.paired(pd.concat(frames), "B", "A", ["unseen_auprc"])
    return (table["low"] > 0).mean(), (table["high"] < 0).mean()


@pytest.mark.parametrize("n", [3, 10])
def test_smallest_difference_is_shown_in_four_of_five_simulations(n):
    """And none in one of twenty, half of them on either side."""
    above, below = share_shown(n, shown_errors(n) / n**0.5)
    assert above == pytest.approx(0.8, abs=3 * (0.16 / 400) ** 0.5)
    assert below == 0
    wrong = sum(share_shown(n, 0.0, seed=1))
    assert wrong == pytest.approx(0.05, abs=3 * (0.0475 / 400) ** 0.5)
    # By the normal approximation, it would be too small for so few splits.
    assert shown_errors(n) > 2.8016 * 1.1
    assert shown_errors(1) == np.inf


@pytest.mark.parametrize("difference", [0.4, 0.9, 3.0])
def test_splits_that_are_needed_show_the_difference_in_four_of_five_simulations(difference):
    n = int(shown_splits(1.0, difference))
    assert shown_errors(n) <= difference * n**0.5
    assert n == 2 or shown_errors(n - 1) > difference * (n - 1) ** 0.5
    above, _ = share_shown(n, difference, n_repeats=200)
    assert above > 0.8 - 3 * (0.16 / 200) ** 0.5
    assert np.isnan(shown_splits(1.0, -0.1))


def test_within_tfs_the_interval_shows_as_much_or_a_little_more():
    """It is one of resampling, which is too narrow by about a tenth for a dozen TFs."""
    n, rng = 12, np.random.default_rng(2)
    parts = []
    for repeat in range(200):
        for effect, name in ((0.0, "none"), (shown_errors(n) / n**0.5, "some")):
            own = rng.normal(0, 1, n) + effect
            parts += [
                pd.DataFrame({"network": name, "dataset": str(repeat), "tf": range(n), "split": 0,
                              "method": method, "gain": value})
                for method, value in (("B", own), ("A", np.zeros(n)))
            ]  # fmt: skip
    table = audit.paired_within(pd.concat(parts), "B", "A")
    shown = ((table["low"] > 0) | (table["high"] < 0)).groupby(table["network"]).mean()
    assert 0.78 < shown["some"] < 0.95
    assert 0.03 < shown["none"] < 0.15


def test_answer_names_the_differences_that_take_more_tfs_than_there_are(difference):
    table = audit.power(*difference)
    (line,) = table.to_dict("records")
    assert line["tfs"] > 32
    assert audit.describe_power(table).endswith(
        f"no gain: hESC, cell-type-specific (paper {line['paper']:+.3f}: {line['tfs']:.0f} TFs, "
        "there are about 32)."
    )
    few = audit.describe_power(table.assign(tfs=16))
    assert few.startswith("Of 1 of the paper's differences, 1 could be shown")
    worse = audit.describe_power(table.assign(paper=-0.1, tfs=np.nan))
    assert worse.endswith("no gain: hESC, cell-type-specific (paper -0.100).")


def test_where_the_paper_has_no_difference_none_is_asked_for(difference):
    elsewhere = [frame.assign(network="planted", dataset="synthetic") for frame in difference]
    table = audit.power(*elsewhere)
    assert np.isnan(table["paper"].item())
    assert audit.describe_power(table) == "The paper has no such difference on these data."
