"""Planted variance comes back, and the data that the paper's difference takes."""

import numpy as np
import pandas as pd
import pytest

from infosem_study.pages import audit


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
        "m, n, spread between splits by that of seeds on one split: d 2.0, e 1.0."
    )


def test_components_of_tfs_come_back_with_unequal_numbers():
    rng = np.random.default_rng(8)
    lines = [
        {"network": "n", "dataset": "d", "method": "m", "tf": str(tf), "gain": mean + noise}
        for tf, mean in enumerate(rng.normal(0, 0.2, 400))
        for noise in rng.normal(0, 0.1, 1 + tf % 3)
    ]
    (line,) = audit.tf_components(pd.DataFrame(lines)).to_dict("records")
    assert line["sd_tf"] == pytest.approx(0.2, rel=0.15)
    assert line["sd_rest"] == pytest.approx(0.1, rel=0.15)
    assert (line["n_tfs"], line["n_values"]) == (400, len(lines))
    once = pd.DataFrame(lines).drop_duplicates("tf")
    assert not len(audit.tf_components(once))


@pytest.fixture
def difference():
    """Rows, and tables from `within` and `permutations`, with the paper's difference on hESC."""
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
    errors, sd = 2.8016, np.std([-0.1, 0.1] * 5, ddof=1)
    assert line["ours"] == pytest.approx(0.066)
    assert line["sd"] == pytest.approx(sd)
    assert line["smallest"] == pytest.approx(errors * sd / 10**0.5, rel=1e-4)
    assert line["paper"] > 0
    assert line["splits"] == np.ceil((errors * sd / line["paper"]) ** 2)
    assert (line["tfs"], line["of_tfs"]) == (8 * line["splits"], 32)
    assert (line["within"], line["n_tfs"]) == (pytest.approx(0.05), 2)
    of_two = errors * np.std([0, 0.1], ddof=1) / 2**0.5
    assert line["within_smallest"] == pytest.approx(of_two, rel=1e-4)


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
