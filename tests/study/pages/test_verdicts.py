"""Every claim has its row, and the verdict that the numbers give it."""

import re
from fnmatch import fnmatch
from inspect import signature
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from docutils.nodes import make_id

from infosem.data import CELLS
from infosem_study import Store
from infosem_study.pages import verdicts
from infosem_study.pages.appendix import recall
from infosem_study.pages.verdicts import shown
from infosem_study.reported import reported
from infosem_study.scheduling import STORED_ONLY
from infosem_study.verdicts import claim_id

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


def compared(network, numbers):
    """Rows as of `compare` whose means are `numbers`."""
    rng, lines = np.random.default_rng(0), []
    base = numbers.xs("Random", level="method")
    for (dataset, method), means in numbers.iterrows():
        for split in range(N_SPLITS):
            lines.append({"dataset": dataset, "method": method, "seed": 0, "split": split, **means})
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
    fewer = specific.loc[(slice(None), ["One-hot LR", "scGREAT"]), :].copy()
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
            for d, name, _ in product(CELLS, ("One-hot LR", "scGREAT"), range(5))
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
            {"DeepSEM": 0.1, "InfoSEM-B": 0.2, "InfoSEM-BC": 0.21, "Random TF constant": 0}.items(),
            (20, 100), range(N_SPLITS),
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
    frames["within"] = pd.DataFrame(
        {"network": network, "dataset": d, "method": method, "split": 0, "tf": f"T{i}",
         "gain": gain + 1e-3 * (i % 3), "specific": gain}
        for network, d, (method, gain), i in product(
            NETWORKS, CELLS,
            {"DeepSEM": 0.1, "InfoSEM-B": 0.2, "InfoSEM-BC": 0.3, "Random TF constant": 0.0,
             "scGREAT": 0.0, "GENELink": 0.0, "GRNBoost2": 0.0}.items(), range(6),
        )
    )  # fmt: skip
    frames["controls"] = controlled()
    frames["beyond"] = beyond("better")
    return frames


def beyond(verdict):
    """As from `nulls.beyond_constant`, with the same verdict on all."""
    return pd.DataFrame(
        {"network": network, "dataset": d, "method": method, "metric": metric, "verdict": verdict}
        for network in NETWORKS
        for d, method in papers(network).index
        for metric in ("AUPRC", "Hit@1%")
    )


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
    return verdicts.claims(**right)


def test_what_labels_add_is_measured_on_the_splits_that_all_have(right, found):
    claim = "seen-infosem-bc-not-from-shares"
    rows = controlled()
    first = rows["split"] == 0
    # Elsewhere InfoSEM-B alone was run, where it needs no labels.
    rows.loc[~first & (rows["method"] == "InfoSEM-B"), "seen_auprc"] = 0.9
    rows = rows[first | (rows["method"] != "InfoSEM-BC")]
    fewer = verdicts.claims(**{**right, "controls": rows}).loc[claim]
    assert fewer["ours"] == found.loc[claim, "ours"]
    assert "6%" in fewer["ours"]  # (.25 - .2) / (1 - .2)


@pytest.fixture(scope="module")
def wrong(right):
    """Where no method knows anything of unseen genes, and labels and text nothing of seen ones."""
    frames = dict(right)
    for name, network in zip(("specific", "non_specific"), NETWORKS, strict=True):
        numbers = papers(network)
        chance = numbers.xs("Random", level="method")
        for d, method in numbers.index:
            numbers.loc[(d, method)] = chance.loc[d] * (1 - 0.1 * method.startswith("InfoSEM"))
        frames[name] = compared(network, numbers)
    frames["beyond"] = beyond("no difference shown")
    return verdicts.claims(**frames)


def verdicts_of(table, pattern):
    """Of the claims whose ids match."""
    chosen = [known for known in table.index if fnmatch(known, pattern)]
    assert chosen, pattern
    return set(table.loc[chosen, "verdict"])


# --- the whole ------------------------------------------------------------------------------------


def test_all_that_other_modules_judge_is_found_there(found):
    untestable = {"seen-as-in-earlier-studies", "genept", "noisier-negatives"}
    assert set(found.index[found["verdict"] == "not run"]) == untestable
    assert found.index.is_unique
    assert found["claim"].is_unique
    assert set(found["verdict"]) <= {"reproduced", "partly", "not reproduced", "not run"}
    assert (found["because"].str.len() > 1).all()


def test_without_results_nothing_was_run(found):
    table = verdicts.claims()
    assert table.index.tolist() == found.index.tolist()
    assert set(table["verdict"]) == {"not run"}
    assert set(table["survives the audit"]) == {"-", "not run"}


@pytest.mark.parametrize("missing", ["specific", "probabilities", "recalls"])
def test_any_frame_may_be_missing(right, found, missing):
    table = verdicts.claims(**{**right, missing: None})
    assert table.index.tolist() == found.index.tolist()
    n_missing = (table["verdict"] == "not run").sum()
    assert (found["verdict"] == "not run").sum() < n_missing < len(table)


def test_of_other_data_nothing_is_claimed(right):
    table = verdicts.claims(specific=right["specific"].assign(dataset="synthetic"))
    assert set(table["verdict"]) == {"not claimed"}
    assert set(table["survives the audit"]) == {"-"}


def test_links_lead_to_sections_of_the_pages(found):
    for link in found["page"].unique():
        name, _, section = link.partition("#")
        text = (NOTEBOOKS / f"{name}.py").read_text(encoding="utf-8")
        heads = re.findall(r"^# #+ (.+)$", text, flags=re.MULTILINE)
        assert section in [make_id(head) for head in heads], link
        assert name in verdicts.PAGES


def test_rows_are_linked_and_escaped(found):
    table = found.head(1).assign(because="p < 0.05 & more")
    soup = BeautifulSoup(verdicts.linked(table), "html.parser")
    assert soup.table["class"] == ["dataframe"]
    assert len(soup.thead.find_all("tr")) == 1  # so that it can be sorted
    assert "p < 0.05 & more" in [cell.text for cell in soup.find_all("td")]
    assert soup.a["href"] == "bias_analysis.html#verdicts"
    assert soup.a.text == "Seen genes"
    assert [cell.text for cell in soup.tbody.find_all("th")] == table["claim"].tolist()


def test_what_is_not_stored_is_missing(tmp_path, capsys):
    frames = verdicts.gather(
        Store(tmp_path), datasets=["hESC"], splits=range(2), runner=STORED_ONLY
    )
    assert set(frames.values()) == {None}
    out = capsys.readouterr().out
    for study in ("compare", "sensitivity", "subsampling", "search", "counts", "controls"):
        assert f"{study}: " in out
    assert set(verdicts.claims(**frames)["verdict"]) == {"not run"}


def test_what_is_stored_is_gathered():
    store = Store(ROOT / "results")
    frames = verdicts.gather(store, datasets=["mDC"], splits=range(2), runner=STORED_ONLY)
    assert set(frames) == set(signature(verdicts.claims).parameters)
    assert all(len(frame) for frame in frames.values())
    assert all(set(frame["dataset"]) == {"mDC"} for frame in frames.values())


def test_what_is_said_in_short_is_of_points_that_claims_have(found):
    assert set(found["point"]) - {""} == set(shown.POINTS)


def test_ids_are_made_of_words(found):
    assert all(known == claim_id(known) for known in found.index)


# --- verdicts -------------------------------------------------------------------------------------


def test_the_paper_s_own_numbers_reproduce_its_tables(found):
    for pattern in (
        "numbers-*", "order-*", "recall-above-auprc", "counts-*", "settings-*", "small-auprc",
        "infosem-b-above-deepsem-*", "infosem-bc-above-*", "text-*", "cells-*-deepsem-*",
        "recall-infosem-bc-*",
    ):  # fmt: skip
        assert verdicts_of(found, pattern) == {"reproduced"}, pattern


def test_where_text_and_tables_disagree_both_are_told(found):
    both = "infosem-b-top-2-auprc-hit-1-table-1"
    assert found.loc[both, "paper"] == "3 of 4 (its table: 2)"
    assert found.loc[both, "verdict"] == "partly"
    gain = found.loc["infosem-bc-over-infosem-b-percent"]
    assert gain["verdict"] == "partly"
    assert "give 7.4%" in gain["because"]
    lost = "drop-auprc-non-specific"
    assert found.loc[lost, "paper"] == "79% (its tables: 87%)"
    assert found.loc[lost, "ours"].startswith("87%")
    assert found.loc[lost, "verdict"] == "partly"


def test_methods_that_know_nothing_reproduce_nothing(wrong):
    for pattern in (
        "infosem-b-above-*", "infosem-bc-above-*", "*-percent*", "order-auprc-*",
        "infosem-bc-top-1-*", "infosem-b-infosem-bc-top-2-*", "seen-supervised-*",
    ):  # fmt: skip
        assert verdicts_of(wrong, pattern) == {"not reproduced"}, pattern
    assert "partly" not in verdicts_of(wrong, "drop-*specific")


def test_ranks_are_on_the_splits_that_both_have(right):
    rows = right["specific"].copy()
    of_bc = rows["method"] == "InfoSEM-BC"
    unseen = ["unseen_auprc", "unseen_hit"]
    # It is last on every split, but was run on the easy one only.
    rows.loc[of_bc, unseen] = 0.01
    rows.loc[rows["split"] == 0, unseen] += 1
    rows = rows[~of_bc | (rows["split"] == 0)]
    line = verdicts.claims(specific=rows).loc["infosem-bc-top-1-auprc-table-1"]
    assert (line["ours"], line["verdict"]) == ("0 of 4", "not reproduced")


def test_how_near_a_rank_is_stands_beside_it(found):
    line = found.loc["infosem-bc-top-1-auprc-table-1"]
    nearest = r"nearest decision: InfoSEM-BC on hESC by AUPRC, [+-]0.000 \(0.000\) to InfoSEM-B$"
    assert re.search(nearest, line["because"])  # a tie in the paper


def test_shares_of_positives_are_told_from_pairs(found):
    assert verdicts_of(found, "seen-one-hot-lr-from-shares") == {"reproduced"}
    of_bc = found.loc["seen-infosem-bc-not-from-shares"]
    assert of_bc["verdict"] == "reproduced"
    assert "hESC 6%" in of_bc["ours"]


# --- the audit ------------------------------------------------------------------------------------

BETTER = "infosem-b-above-deepsem-auprc-table-1"


def test_what_passes_all_tests_survives(found):
    audited = found.loc[~found["survives the audit"].isin(["-"]), "survives the audit"]
    assert len(audited) > 30
    assert set(audited) == {"yes"}
    assert found.loc["downsampling-not-above-unseen", "survives the audit"] == "-"


def test_what_fails_a_test_says_which(right):
    def answer(**changes):
        names = ("specific", "within", "controls", "beyond")
        frames = {name: right[name] for name in names} | changes
        for name, frame in frames.items():  # fewer data sets are faster
            if frame is not None:
                frames[name] = frame[frame["dataset"].isin(["hESC", "mDC"])]
        return verdicts.claims(**frames).loc[BETTER, "survives the audit"]

    lucky = beyond("no difference shown")
    assert answer(beyond=lucky) == "no: not shown to beat a TF constant"
    within = right["within"]
    same = within.assign(gain=0.1)
    assert answer(within=same) == "no: not better within TFs"
    assert answer(controls=controlled(1.0)) == "no: as good with expression shuffled"
    partly = pd.concat([within[within["dataset"] == "mDC"], same[same["dataset"] != "mDC"]])
    assert answer(within=partly) == "on mDC only"
    for missing in ("within", "controls", "beyond"):
        assert answer(**{missing: None}) == "not run"
    # One failure is enough, whatever was not run.
    assert answer(beyond=lucky, within=None) == "no: not shown to beat a TF constant"


def test_a_claim_is_audited_where_the_paper_makes_it(right):
    """Its DeepSEM is above methods that know names only on all data sets but mESC."""
    frames = {name: right[name] for name in ("specific", "within", "controls", "beyond")}
    within = frames["within"]
    failing = (within["dataset"] == "mESC") & (within["method"] == "DeepSEM")
    frames["within"] = within.assign(gain=within["gain"].where(~failing, -0.1))
    table = verdicts.claims(**frames)
    line = table.loc["deepsem-above-one-hot-lr-matcomp-genelink"]
    assert line["survives the audit"] == "yes"


def test_orders_are_of_methods_on_the_same_splits(right):
    rows = right["specific"]
    few = (rows["method"] == "scGREAT") & (rows["split"] > 0)
    lucky = rows["unseen_auprc"].where(rows["method"] != "scGREAT", 0.99)
    found, without = (
        verdicts.claims(specific=own)["ours"]
        for own in (rows.assign(unseen_auprc=lucky)[~few], rows[rows["method"] != "scGREAT"])
    )
    assert found["order-auprc-table-1"] == without["order-auprc-table-1"]


def test_a_search_on_one_network_tells_nothing_of_the_other(right):
    own = right["settings"][right["settings"]["network"] == "cell-type-specific"]
    table = verdicts.claims(specific=right["specific"], settings=own)
    found = table.loc[[f"settings-infosem-b-{network}" for network in NETWORKS], "verdict"]
    assert found.tolist() == ["reproduced", "not run"]


def test_few_cells_are_no_merit_where_cells_do_not_help(right):
    cells = right["cells"].copy()
    of_deepsem = cells["method"] == "DeepSEM"
    cells.loc[of_deepsem, "unseen_auprc"] = 0.1 + 1e-3 * cells["split"]
    line = verdicts.claims(cells=cells).loc["cells-infosem-b-20-not-below-deepsem-100"]
    assert line["verdict"] == "reproduced"
    assert line["survives the audit"] == "no: cells do not help DeepSEM"


def test_recall_is_free_where_as_many_pairs_pass(right):
    def survives(recalls):
        table = verdicts.claims(non_specific=right["non_specific"], recalls=recalls)
        assert table.loc[higher, "verdict"] == "reproduced"
        return table.loc[[higher, high], "survives the audit"].tolist()

    higher, high = "recall-infosem-b-above-deepsem", "recall-above-auprc"
    recalls = right["recalls"]
    assert survives(recalls) == ["yes", "yes"]
    none = "no: not beyond the share of all pairs that pass"
    assert survives(recalls.assign(beyond=1e-3 * (recalls["split"] - 1.5))) == [none, none]
    # Both are beyond it, and the one no farther than the other.
    assert survives(recalls.assign(beyond=0.1 + 1e-3 * recalls["split"])) == [none, "yes"]
    own = (recalls["dataset"] != "mDC") | (recalls["method"] != "InfoSEM-B")
    partly = recalls.assign(beyond=recalls["beyond"].where(own, -0.1))
    assert survives(partly) == ["on hESC, hHEP, mESC only"] * 2


# --- in short -------------------------------------------------------------------------------------


def test_what_is_said_depends_on_the_verdicts(found, wrong):
    text, other = map(verdicts.describe, (found, wrong))
    n = (found["verdict"] == "reproduced").sum()
    assert text.startswith(f"**Of {len(found)} claims: {n} reproduced, ")
    assert "InfoSEM-B is ahead of DeepSEM wherever the paper says so" in text
    assert "InfoSEM-B is nowhere shown to be ahead of DeepSEM" in other
    assert "InfoSEM-BC is ahead of InfoSEM-B wherever the paper says so" in text
    assert "InfoSEM-BC is nowhere shown to be ahead of InfoSEM-B" in other
    assert "Nothing was run that could tell" in verdicts.describe(verdicts.claims())
