"""The figures of the audit: what stands where."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from infosem_study.pages import audit
from infosem_study.pages.audit.luck import mean_over_splits


def names_of(axis):
    return [label.get_text() for label in axis.get_yticklabels()]


def legend_of(figure):
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


def points_of(axis, label):
    (line,) = (line for line in axis.get_lines() if line.get_label() == label)
    return line.get_xdata()


def test_ranges_of_luck_stand_beside_the_share_of_positives(audited):
    nulls = audit.nulls(*audited)
    figure = audit.nulls_figure(nulls, "planted")
    assert not plt.get_fignums()
    assert [axis.get_xlabel() for axis in figure.axes] == ["AUPRC", "Hit@1%"]
    assert names_of(figure.axes[0]) == ["noise", "TF constant", "target constant", "sum"]
    whole = mean_over_splits(nulls).query("measure == 'AUPRC'").set_index("kind")
    share = whole.loc["one constant", "mean"]
    assert points_of(figure.axes[0], "share of positives")[0] == share
    medians = points_of(figure.axes[0], "median")
    np.testing.assert_allclose(medians, whole.loc[names_of(figure.axes[0]), "median"])


def test_a_method_is_filled_where_it_can_be_told_from_its_null(audited):
    placed = audit.placed(audit.permutations(*audited))
    placed["q"] = np.where(placed["method"] == "InfoSEM-B", 0.01, placed["q"].fillna(1).clip(0.05))
    (axis,) = audit.placed_figure(placed, "planted").axes
    by_method = placed.set_index("method")["auprc"]
    told = points_of(axis, "false discovery rate below 0.05")
    assert told.tolist() == [by_method["InfoSEM-B"]]
    others = points_of(axis, "not distinguished from the null")
    assert others.tolist() == by_method.drop("InfoSEM-B").tolist()
    (bars,) = axis.collections  # 95% of permutations, of the mean over splits as the points are
    reach = [(path[0, 0], path[1, 0]) for path in bars.get_segments()]
    assert reach == [*zip(placed["low"], placed["high"], strict=True)]


def test_shortcuts_of_tfs_stand_above_those_of_targets_and_what_is_chosen_of_all(audited):
    nulls, means = audit.nulls(*audited), audit.shortcut_means(audit.shortcuts(*audited))
    figure = audit.shortcuts_figure(means, nulls, "planted")
    names = names_of(figure.axes[0])
    assert [name.partition(":")[0] for name in names] == ["TF"] * 6 + ["target"] * 6 + [
        "any of these"
    ]
    chosen = points_of(figure.axes[0], "chosen by training edges")
    best = means.loc[means["feature"] == "any", "auprc"].item()
    assert chosen[-1] == best
    (band,) = figure.axes[0].patches
    whole = mean_over_splits(nulls).query("kind == 'TF constant' and measure == 'AUPRC'")
    assert band.get_x() == whole["low"].item()
    assert band.get_x() + band.get_width() == pytest.approx(whole["high"].item())


def test_measures_within_tfs_share_a_row_per_data_set(audited):
    _, rows = audited
    summary = audit.within_summary(rows, audit.within(*audited), audit.within_targets(*audited))
    figure = audit.within_figure(summary, "planted")
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["pooled", "within TFs", "own TF", "within targets"]
    assert figure.axes[0].get_ylabel() == "synthetic"
    assert names_of(figure.axes[0]) == [*dict.fromkeys(rows["method"])]


def test_errors_of_designs_have_a_line_per_kind(audited):
    folds = audit.folds(*audited)
    figure = audit.designs_figure(folds)
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["Pearson correlation\nplanted", "DeepSEM\nplanted"]
    for axis, (_, own) in zip(figure.axes, folds.groupby("method", sort=False), strict=True):
        for line in axis.get_lines():
            _, design = line.get_label().split(", ")
            part = own[own["design"] == design]
            assert line.get_xdata().tolist() == part["n_blocks"].tolist()
            assert line.get_ydata().tolist() == part["sd"].tolist()
    assert legend_of(figure) == ["synthetic, random", "synthetic, folds"]


def test_controls_are_shown_for_one_test_with_what_is_there():
    left = pd.DataFrame(
        {"dataset": "d", "method": method, "control": control, "gain": gain, "sem": 0.01,
         "test": test}
        for method, test in (("DeepSEM", "unseen"), ("InfoSEM-B", "unseen"), ("MatComp", "seen"))
        for control, gain in (("none", 0.2), ("labels shuffled", 0.1))
    )  # fmt: skip
    figure = audit.controls_figure(left, "unseen")
    assert names_of(figure.axes[0]) == ["DeepSEM", "InfoSEM-B"]
    assert sorted(legend_of(figure)) == ["as it is", "labels of other pairs"]
    assert names_of(audit.controls_figure(left, "seen").axes[0]) == ["MatComp"]
