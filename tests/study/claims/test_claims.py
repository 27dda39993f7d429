"""Every claim is judged from frames whose answer is known."""

import re
from fnmatch import fnmatch
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from docutils.nodes import make_id

from infosem.data import CELLS
from infosem_study import Store, claims, studies
from infosem_study.claims.evidence import Evidence, compare, of_constants, rank
from infosem_study.pages import verdicts
from infosem_study.pages.appendix import recall
from infosem_study.reported import reported
from infosem_study.scheduling import STORED_ONLY
from infosem_study.verdicts import (
    CANNOT_BE_TESTED,
    CONTRADICTED,
    OUTCOMES,
    SHOWN,
    SMALLER,
    UNDECIDED,
    claim_id,
)

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOKS = ROOT / "notebooks"
NETWORKS = {
    "cell-type-specific": {"seen": "Table 3", "unseen": "Table 1"},
    "non-cell-type-specific": {"seen": "Table 4", "unseen": "Table 5"},
}
N_SPLITS = 4
METRICS = [f"{test}_{metric}" for test in ("seen", "unseen") for metric in ("auprc", "hit")]


def papers(network):
    """The paper's numbers: a row per data set and method, a column per metric of ours."""
    parts = {}
    for test, source in NETWORKS[network].items():
        table = reported(source)
        for quantity, name in (("AUPRC", "auprc"), ("Hit@1%", "hit")):
            own = table[(table["quantity"] == quantity) & (table["method"] != "SCENIC")]
            parts[f"{test}_{name}"] = own.set_index(["dataset", "method"])["value"]
    return pd.DataFrame(parts)


def compared(network, numbers, *, constants=0.0):
    """Rows as of `compare` whose means are `numbers`; constants per TF have that AUPRC."""
    rng, lines = np.random.default_rng(0), []
    base = numbers.xs("Random", level="method")
    for (dataset, method), means in numbers.iterrows():
        for split in range(N_SPLITS):
            lines.append({"dataset": dataset, "method": method, "seed": 0, "split": split, **means})
    for dataset, seed, split in product(CELLS, range(20), range(N_SPLITS)):
        own = dict.fromkeys(METRICS, constants + 1e-5 * seed)
        lines.append({"dataset": dataset, "method": "Random TF constant", "seed": seed,
                      "split": split, **own})  # fmt: skip
    rows = pd.DataFrame(lines)
    for metric in METRICS:  # what a split does to all methods alike, and a little to each
        common = 0.001 * (rows["split"] - (N_SPLITS - 1) / 2)
        rows[metric] += common + 1e-5 * rng.normal(size=len(rows))
    for test in ("seen", "unseen"):
        rows[f"{test}_base"] = rows["dataset"].map(base[f"{test}_auprc"])
    more = {"embedding": None, "alpha": None, "key": "k", "seconds": 1.0, "peak_mib": 1.0}
    return rows.assign(network=network, **more)


@pytest.fixture(scope="module")
def right():
    """Frames that are as the paper has them, the audit's too."""
    specific = papers("cell-type-specific")
    names = ["One-hot LR", "MatComp", "GENELink", "scGREAT"]
    fewer = specific.loc[(slice(None), names), :].copy()
    fewer[["seen_auprc", "seen_hit"]] *= 0.9
    fewer.index = fewer.index.map(lambda pair: (pair[0], f"{pair[1]} (downsampled)"))
    rng, share = np.random.default_rng(0), np.linspace(0.05, 0.45, 10)
    frames = {
        "specific": compared("cell-type-specific", pd.concat([specific, fewer])),
        "non_specific": compared("non-cell-type-specific", papers("non-cell-type-specific")),
        "coefficients": pd.DataFrame(
            {"dataset": d, "key": "k", "method": "One-hot LR", "split": split, "tf": f"T{i}",
             "n_train": 100, "share": share[i], "coefficient": share[i]}
            for d, split, i in product(CELLS, range(2), range(10))
        ),
        "probabilities": pd.DataFrame(
            {"dataset": d, "key": "k", "method": name, "split": 0, "tf": "T0", "probability": 0.1}
            for d, name, _ in product(CELLS, ("One-hot LR", "scGREAT", "GENELink"), range(5))
        ),
        "counts": reported("Appendix B").rename(columns={"value": "paper"}).assign(
            ours=lambda table: table["paper"]
        ),
    }  # fmt: skip
    auprc = {
        "DeepSEM": 0.26, "Random TF constant": 0.2, "InfoSEM-B, text": 0.3,
        "InfoSEM-B, one-hot": 0.24, "InfoSEM-B, random": 0.24, "InfoSEM-B, permuted": 0.24,
        "InfoSEM-B, expression shuffled": 0.24, "Prior alone, text": 0.24,
    }  # fmt: skip
    frames["embeddings"] = pd.DataFrame(
        {"dataset": d, "method": name, "seed": 0, "split": split,
         "unseen_auprc": value + 1e-4 * rng.normal()}
        for d, (name, value), split in product(CELLS, auprc.items(), range(N_SPLITS))
    )  # fmt: skip
    frames["cells"] = pd.DataFrame(
        {"dataset": d, "method": name, "percent": percent, "draw": 0, "seed": 0, "split": split,
         "unseen_auprc": value + 1e-3 * percent + 1e-4 * rng.normal(), "unseen_hit": 0.1}
        for d, (name, value), percent, split in product(
            CELLS,
            {"DeepSEM": 0.1, "InfoSEM-B": 0.2, "InfoSEM-BC": 0.21, "Random TF constant": 0,
             "DeepSEM (longer)": 0.2, "InfoSEM-B (longer)": 0.3}.items(),
            studies.SUBSAMPLING_PERCENTS, range(N_SPLITS),
        )
    )  # fmt: skip
    theirs = reported("Table 6").set_index(["dataset", "method"])["value"]
    frames["recalls"] = pd.DataFrame(
        {"dataset": d, "method": method, "seed": 0, "split": split, "conversion": conversion,
         "embedding": None, "recall": value + 1e-4 * rng.normal() + off, "passing": 0.01,
         "beyond": value + off - 0.01 + 1e-4 * rng.normal()}
        for ((d, method), value), split, (conversion, off) in product(
            theirs.items(), range(N_SPLITS),
            zip([*recall.CONVERSIONS][:2], (0.0, 0.3), strict=True),
        )
    )  # fmt: skip
    frames["settings"] = searched()
    frames["beyond"] = pd.DataFrame(
        {"network": network, "dataset": d, "method": method, "metric": metric, "splits": 10,
         "mean": 0.45, "null mean": 0.3, "low": 0.25, "high": 0.4, "p": 0.2, "q": 0.4}
        for network, d, method, metric in product(
            NETWORKS, CELLS, ("DeepSEM", "InfoSEM-B", "InfoSEM-BC"), ("AUPRC", "Hit@1%")
        )
    )  # fmt: skip
    frames["within"] = pd.DataFrame(
        {"network": network, "dataset": d, "method": method, "seed": 0, "split": 0, "tf": f"T{i}",
         "gain": gain + 1e-3 * (i % 3), "specific": gain}
        for network, d, (method, gain), i in product(
            NETWORKS, CELLS,
            {"DeepSEM": 0.1, "InfoSEM-B": 0.2, "InfoSEM-BC": 0.3, "Random TF constant": 0.0,
             "scGREAT": 0.0, "GENELink": 0.0, "GRNBoost2": 0.0}.items(), range(6),
        )
    )  # fmt: skip
    frames["controls"] = controlled()
    return frames


def searched():
    """A search that chooses what the paper's Appendix C prints."""
    value = reported("Appendix C").set_index(["network", "dataset", "quantity"])["value"]
    lines = []
    for network, d in product(NETWORKS, CELLS):
        tried = [("InfoSEM-B", {"sigma_w": v}) for v in (0.1, 1.0, 10.0, 100.0)]
        tried += [("InfoSEM-BC", {"sigma_l": v, "h": 128.0}) for v in (0.1, 0.1**0.5)]
        for (method, setting), without in product(tried, ["", "T1", "T2", "T3"]):
            chosen = all(np.isclose(value[network, d, name], v) for name, v in setting.items())
            lines.append(
                {"network": network, "dataset": d, "method": method, "split": 0,
                 "setting": ", ".join(f"{name} {v:g}" for name, v in setting.items()),
                 **{name: setting.get(name, np.nan) for name in ("sigma_w", "sigma_l", "h")},
                 "without": without, "auprc": 0.3 + 0.1 * chosen, "seconds": 1.0, "key": "k"}
            )  # fmt: skip
    return pd.DataFrame(lines)


def controlled(left_unseen=0.0):
    """Rows as of `studies.controls`: methods with labels learn shares, and InfoSEM-BC pairs."""
    taken = {
        "DeepSEM": {"expression shuffled": 0.0},
        "InfoSEM-B": {"expression shuffled": 0.0, "embeddings permuted": 0.0},
        "InfoSEM-BC": {"labels shuffled within TFs": 0.25, "labels shuffled": 0.2},
        **{
            name: {"labels shuffled within TFs": 0.8, "labels shuffled": 0.0}
            for name in ("One-hot LR", "MatComp", "GENELink")
        },
    }
    lines = []
    for network, d, (method, left), split in product(
        NETWORKS, CELLS, taken.items(), range(N_SPLITS)
    ):
        for control, seen in {"none": 1.0, **left}.items():
            seen = 0.2 if method == "InfoSEM-B" else seen
            unseen = 1.0 if control == "none" else left_unseen
            lines.append(
                {"network": network, "dataset": d, "method": method, "control": control, "seed": 0,
                 "split": split, "seen_base": 0.1, "unseen_base": 0.1,
                 "seen_auprc": 0.1 + 0.5 * seen, "unseen_auprc": 0.1 + 0.2 * unseen + 1e-4 * split}
            )  # fmt: skip
    return pd.DataFrame(lines)


@pytest.fixture(scope="module")
def found(right):
    return {one.claim.id: one for one in claims.judged(**right)}


@pytest.fixture(scope="module")
def wrong(right):
    """Where no method knows anything of unseen genes, and InfoSEM is worse than that."""
    frames = dict(right)
    for name, network in zip(("specific", "non_specific"), NETWORKS, strict=True):
        numbers = papers(network)
        chance = numbers.xs("Random", level="method")
        for d, method in numbers.index:
            numbers.loc[(d, method)] = chance.loc[d] * (1 - 0.1 * method.startswith("InfoSEM"))
        frames[name] = compared(network, numbers, constants=1.0)
    return {one.claim.id: one for one in claims.judged(**frames)}


def outcomes(found, pattern):
    """Of the claims whose ids match."""
    chosen = [known for known in found if fnmatch(known, pattern)]
    assert chosen, pattern
    return {found[known].outcome for known in chosen}


def outcome(known, **frames):
    (one,) = [one for one in claims.judged(**frames) if one.claim.id == known]
    return one


# --- the catalogue --------------------------------------------------------------------------------

MAIN = "infosem-b-above-deepsem-auprc-table-1"


def test_ids_are_unique_and_made_of_words():
    ids = [claim.id for _, claim in claims.catalogue()]
    assert len(set(ids)) == len(ids)
    assert all(known == claim_id(known) for known in ids)
    assert len({claim.text for _, claim in claims.catalogue()}) == len(ids)


def test_main_claims_are_few_and_details_are_of_claims():
    by_id = {claim.id: claim for _, claim in claims.catalogue()}
    assert 3 <= sum(claim.headline for claim in by_id.values()) <= 7
    of = {claim.detail_of for claim in by_id.values()} - {""}
    assert of <= set(by_id)
    assert not any(claim.headline and claim.detail_of for claim in by_id.values())
    assert all(not by_id[known].detail_of for known in of)


def test_links_lead_to_sections_of_the_pages():
    for section in {claim.section for _, claim in claims.catalogue()}:
        name, _, anchor = section.partition("#")
        text = (NOTEBOOKS / f"{name}.py").read_text(encoding="utf-8")
        heads = re.findall(r"^# #+ (.+)$", text, flags=re.MULTILINE)
        assert anchor in [make_id(head) for head in heads], section
        assert name in claims.PAGES


def test_every_gain_stands_beside_the_same_within_tfs(found):
    gains = [one for one in found.values() if one.claim.gain is not None]
    assert len(gains) > 20
    assert found[MAIN].within.whole.mean == pytest.approx(0.1, abs=0.01)


# --- from frames to outcomes ----------------------------------------------------------------------


def test_what_cannot_be_tested_says_why(found):
    cannot = {known: one for known, one in found.items() if one.outcome == CANNOT_BE_TESTED}
    # These have a test, and frames, of their own.
    assert {one.topic for known, one in cannot.items() if known.startswith("database-")} == {
        "known edges"
    }
    cannot = {known: one for known, one in cannot.items() if one.topic != "known edges"}
    assert set(cannot) == {
        "seen-as-in-earlier-studies", "genept", "noisier-negatives", "blind-not-above-chance",
        "downsampling-not-above-unseen-blind",
    }  # fmt: skip
    assert "by construction" in cannot["blind-not-above-chance"].because
    assert all(one.found is None for one in cannot.values())
    assert {one.outcome for one in found.values()} <= set(OUTCOMES)


def test_without_results_nothing_can_be_tested(found):
    table = claims.judged()
    assert [one.claim.id for one in table] == [*found]
    assert {one.outcome for one in table} == {CANNOT_BE_TESTED}


@pytest.mark.parametrize("missing", ["specific", "probabilities", "recalls", "within"])
def test_any_frame_may_be_missing(right, found, missing):
    table = claims.judged(**{**right, missing: None})
    assert [one.claim.id for one in table] == [*found]
    n_missing = sum(one.outcome == CANNOT_BE_TESTED for one in table)
    before = sum(one.outcome == CANNOT_BE_TESTED for one in found.values())
    assert before < n_missing < len(table)


def test_of_other_data_nothing_is_claimed(right):
    other = right["specific"].assign(dataset="synthetic")
    assert claims.judged(specific=other) == []
    assert not len(claims.of_page("table1", specific=other))
    assert claims.describe([]) == "No claim is about these data.\n"
    assert claims.headline_markdown([]).endswith("No main claim was judged.\n")
    assert claims.details([]) == ""
    assert "<tbody>" in claims.topic_table([], "text")


def test_the_paper_s_own_numbers_show_what_it_says(found):
    for pattern in (
        "order-*", "counts-*", "settings-*", "small-auprc",
        MAIN, "infosem-bc-above-*-auprc-*", "text-above-*", "cells-*-deepsem-*",
        "recall-infosem-bc-*", "seen-names-are-enough", "seen-one-hot-lr-from-shares",
        "seen-infosem-bc-not-from-shares", "drop-*", "more-negatives", "*-predicts-shares",
        "downsampling-lowers-seen",
    ):  # fmt: skip
        assert outcomes(found, pattern) == {SHOWN}, pattern
    # Some of its errors are wider than a fifth of its numbers, so that these tell nothing.
    assert outcomes(found, "numbers-*") <= {SHOWN, UNDECIDED}


def test_methods_that_know_nothing_contradict_it(wrong):
    for pattern in (
        "infosem-b-above-deepsem-auprc-*", "infosem-bc-above-deepsem-auprc-*",
        "infosem-bc-top-1-auprc-*", "infosem-b-infosem-bc-above-*",
    ):  # fmt: skip
        assert outcomes(wrong, pattern) == {CONTRADICTED}, pattern
    assert outcomes(wrong, "*-percent*") == {CONTRADICTED, SMALLER}
    assert outcomes(wrong, "drop-auprc-*") <= {CONTRADICTED, UNDECIDED}


def test_where_text_and_tables_disagree_both_are_told(found):
    gain = found["infosem-bc-over-infosem-b-percent"]
    assert "give 7.4%" in gain.found.note
    assert "the paper's +11.1% lies outside" in gain.because
    assert found["drop-auprc-non-specific"].found.note.endswith("its tables give 87%")
    assert found["drop-auprc-non-specific"].found.whole.mean == pytest.approx(0.87, abs=0.005)


def test_a_main_claim_is_one_comparison_the_mean_over_data_sets(right, found):
    one = found[MAIN].found
    theirs = (
        reported("Table 1")
        .query("quantity == 'AUPRC'")
        .pivot(index="dataset", columns="method", values="value")
    )
    difference = (theirs["InfoSEM-B"] - theirs["DeepSEM"]).mean()
    assert one.paper == pytest.approx(difference)
    assert one.whole.mean == pytest.approx(difference, abs=1e-4)
    assert (len(one.cases), one.whole.n, one.seeds) == (4, N_SPLITS, "1")


def test_fewer_data_sets_are_compared_with_the_same_of_the_paper(right):
    rows = right["specific"]
    one = outcome(MAIN, specific=rows[rows["dataset"].isin(["hESC", "mDC"])])
    assert set(one.found.cases) == {"hESC", "mDC"}
    assert one.found.paper == pytest.approx((0.066 + one.found.papers["mDC"]) / 2)


def test_one_split_decides_nothing(right):
    rows = right["specific"]
    one = outcome(MAIN, specific=rows[rows["split"] == 0])
    assert (one.outcome, one.because) == (UNDECIDED, "a single split has no interval")


# --- comparisons ----------------------------------------------------------------------------------


def test_of_several_pairs_the_one_that_tells_most_against_the_claim_counts():
    rows = pd.DataFrame(
        {"dataset": "hESC", "method": name, "seed": 0, "split": split, "unseen_base": 0.1,
         "unseen_auprc": value + 1e-3 * split}
        for name, value in (("DeepSEM", 0.5), ("MatComp", 0.3), ("GENELink", 0.4))
        for split in range(3)
    )  # fmt: skip
    evidence = Evidence(specific=rows)
    rivals = ["MatComp", "GENELink", "scGREAT"]

    def mean(how, wanted=rivals):
        return compare(["DeepSEM"], wanted, evidence, how=how).cases["hESC"].mean

    assert (mean("least"), mean("most")) == pytest.approx((0.1, 0.2))
    assert mean("mean", rivals[:2]) == pytest.approx(0.15)
    assert compare(["DeepSEM"], ["Random"], evidence).cases["hESC"].mean == pytest.approx(0.401)
    note = compare(["DeepSEM"], rivals, evidence).note
    assert note == "closest: DeepSEM and GENELink; not run: scGREAT"


def test_a_claim_counts_where_the_paper_makes_it(right):
    """Its DeepSEM is above chance on hESC, and below it on mESC."""
    evidence = Evidence(specific=right["specific"])
    found = compare(["DeepSEM"], ["Random"], evidence, claimed=True)
    assert "hESC" in found.cases and "mESC" not in found.cases


def test_ranks_are_on_the_splits_that_both_have(right):
    rows = right["specific"].copy()
    of_bc = rows["method"] == "InfoSEM-BC"
    unseen = ["unseen_auprc", "unseen_hit"]
    # It is last on every split, but was run on the two easy ones only.
    rows.loc[of_bc, unseen] = 0.01 + 1e-4 * rows.loc[of_bc, ["split", "split"]].to_numpy()
    rows.loc[rows["split"] < 2, unseen] += 1
    rows = rows[~of_bc | (rows["split"] < 2)]
    found = rank(["InfoSEM-BC"], 1, "Table 1", "AUPRC", Evidence(specific=rows))
    assert found.whole.high < 0
    assert found.note.endswith("its table has it on 4 of 4")


def test_orders_are_of_methods_on_the_same_splits(right):
    rows = right["specific"]
    few = (rows["method"] == "scGREAT") & (rows["split"] > 0)
    lucky = rows["unseen_auprc"].where(rows["method"] != "scGREAT", 0.99)
    with_it, without = (
        outcome("order-auprc-table-1", specific=own).found
        for own in (rows.assign(unseen_auprc=lucky)[~few], rows[rows["method"] != "scGREAT"])
    )
    assert with_it.cases == without.cases


def test_what_labels_add_is_measured_on_the_splits_that_all_have(right, found):
    known = "seen-infosem-bc-not-from-shares"
    rows = controlled()
    first = rows["split"] < 2
    # Elsewhere InfoSEM-B alone was run, where it needs no labels.
    rows.loc[~first & (rows["method"] == "InfoSEM-B"), "seen_auprc"] = 0.9
    rows = rows[first | (rows["method"] != "InfoSEM-BC")]
    fewer = outcome(known, controls=rows).found
    assert fewer.whole.mean == pytest.approx(found[known].found.whole.mean)
    # Half of what labels add (1 - .2) less what shares alone do (.25 - .2), times .5.
    assert fewer.whole.mean == pytest.approx(0.5 * (0.4 - 0.05))


def test_random_orders_have_the_spread_of_their_draws(right):
    found = of_constants("InfoSEM-B", "Table 1", "AUPRC", Evidence(**right))
    one = found.cases["hESC"]
    assert one.mean == pytest.approx(0.45 - 0.3)
    # A method is better than chance where it lies above 97.5% of the orders.
    assert [one.low, one.high] == pytest.approx([0.45 - 0.4, 0.45 - 0.25])
    assert "hESC 0.200 (q 0.400)" in found.note
    # The mean of data sets has draws of its own.
    own = right["beyond"].query("dataset == 'hESC'")
    mean = own.assign(dataset="mean", low=0.28, high=0.32, p=0.001, q=np.nan)
    together = of_constants(
        "InfoSEM-B", "Table 1", "AUPRC",
        Evidence(**{**right, "beyond": pd.concat([right["beyond"], mean])}),
    )  # fmt: skip
    assert together.cases == found.cases
    assert [together.whole.low, together.whole.high] == pytest.approx([0.13, 0.17])
    assert "mean 0.001;" in together.note


def test_a_setting_without_effect_cannot_be_tested(right):
    flat = right["settings"].assign(auprc=0.3)
    one = outcome("settings-infosem-b-cell-type-specific", settings=flat)
    assert one.outcome == CANNOT_BE_TESTED
    assert "sigma_w has no effect to speak of" in one.because


def test_a_search_on_one_network_tells_nothing_of_the_other(right):
    own = right["settings"][right["settings"]["network"] == "cell-type-specific"]
    table = {one.claim.id: one.outcome for one in claims.judged(settings=own)}
    found = [table[f"settings-infosem-b-{network}"] for network in NETWORKS]
    assert found == [SHOWN, CANNOT_BE_TESTED]


def test_recall_is_told_with_what_is_beyond_the_pairs_that_pass(right):
    recalls = right["recalls"]
    none = recalls.assign(beyond=1e-3 * (recalls["split"] - 1.5))
    table = {one.claim.id: one.outcome for one in claims.judged(recalls=none)}
    assert table["recall-infosem-bc-above-infosem-b"] == SHOWN
    assert table["recall-beyond-infosem-bc-above-infosem-b"] == UNDECIDED
    assert table["recall-beyond-passing"] == UNDECIDED


# --- as it is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ahead", "outcome"), [(0.05, "shown"), (-0.05, "contradicted"), (0.0, "undecided")]
)
def test_edges_of_a_database_are_judged_over_tfs(ahead, outcome):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "dataset": dataset, "database": "D", "percent": 100, "known": True, "seed": seed,
            "score": score, "edges": edges, "form": form, "tf": f"TF{tf}",
            "within": ahead * (edges == "own") + rng.normal(0, 0.02), "own": 0.0,
        }
        for dataset in ("hESC", "mDC")
        for seed in (0, 1)
        for score, edges, form in (("InfoSEM-BC", "own", "paper's"), ("InfoSEM-B", "", ""))
        for tf in range(20)
    )  # fmt: skip
    found = {one.claim.id: one for one in claims.judged("known_edges", known=frame)}
    within = found["database-within-no-edges"]
    assert within.outcome == outcome
    assert within.found.whole.mean == pytest.approx(ahead, abs=0.01)
    assert within.found.seeds == "2"
    assert [*within.found.cases] == ["hESC", "mDC"]
    assert found["database-within-edges-of-other-tfs"].outcome == "cannot be tested"


def test_what_is_said_depends_on_the_outcomes(found, wrong):
    text, other = (claims.describe([*table.values()]) for table in (found, wrong))
    n = sum(one.claim.headline for one in found.values())
    assert text.startswith(f"**Of the paper's {n - 2} main claims: ") and "our 2 main" in text
    assert "InfoSEM-B improves upon DeepSEM by AUPRC, cell-type-specific: shown.**" in text
    assert "on 4 data sets, 4 splits, 1 seed" in text
    assert "InfoSEM-B improves upon DeepSEM by AUPRC, cell-type-specific: contradicted.**" in other
    assert text.count("\n- ") == n


def test_the_front_page_has_a_row_for_each_main_claim(found):
    lines = claims.headline_markdown([*found.values()]).splitlines()
    assert lines[0].startswith("| claim | paper | ours [95%] | outcome | within TFs |")
    assert sum(line.startswith("|") for line in lines) == 2 + len(claims.headlines(found.values()))
    assert lines[-1].startswith("Of the paper's 5 main claims: ")


def test_main_claims_are_folded_by_data_set(found):
    soup = BeautifulSoup(claims.details([*found.values()]), "html.parser")
    assert len(soup.find_all("details")) == 7
    (own,) = [part for part in soup.find_all("details") if found[MAIN].claim.text in part.text]
    cells = [cell.text for cell in own.find_all("td")]
    assert {"hESC", "mESC", "mean"} <= set(cells)
    assert any("Hit@1%" in cell for cell in cells)


def test_details_are_linked_and_main_claims_are_not_among_them(found):
    soup = BeautifulSoup(claims.topic_table([*found.values()], "text"), "html.parser")
    assert soup.table["class"] == ["dataframe"]
    assert len(soup.thead.find_all("tr")) == 1  # so that it can be sorted
    texts = [cell.text for cell in soup.tbody.find_all("th")]
    assert found[MAIN].claim.text not in texts
    assert soup.a["href"].startswith("table1.html#")


def test_a_page_shows_the_claims_of_its_sections(right, found):
    table = claims.of_page("embedding_sensitivity", embeddings=right["embeddings"])
    own = [one for one in found.values() if one.claim.section.startswith("embedding_sens")]
    assert table["claim"].tolist() == [one.claim.sentence for one in own]
    assert table["outcome"].tolist() == [one.outcome for one in own]


# --- the page -------------------------------------------------------------------------------------


def test_what_is_not_stored_is_missing(tmp_path, capsys):
    frames = verdicts.gather(
        Store(tmp_path), datasets=["hESC"], splits=range(2), runner=STORED_ONLY
    )
    assert set(frames.values()) == {None}
    out = capsys.readouterr().out
    for study in ("compare", "sensitivity", "subsampling", "search", "counts", "controls"):
        assert f"{study}: " in out
