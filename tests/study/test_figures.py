import matplotlib.pyplot as plt
import pandas as pd
import pytest

from infosem_study import figures


@pytest.mark.parametrize("datasets", [["hESC"], ["hESC", "hHEP", "mDC", "mESC"]])
def test_a_figure_is_closed_and_its_legend_fits_and_names_lines_last(datasets):
    compared = pd.DataFrame(
        {"dataset": dataset, "metric": metric, "method": method, "mean": 0.3, "sem": 0.01,
         "paper": 0.2, "paper_sem": 0.02}
        for dataset in datasets
        for metric in ("AUPRC", "Hit@1%")
        for method in ("Random TF constant", "DeepSEM")
    )  # fmt: skip
    bands = pd.DataFrame(
        {"dataset": dataset, "metric": metric, "test": test, "mean": 0.2 + more, "low": 0.1 + more,
         "high": 0.4 + more}
        for dataset in datasets
        for metric in ("AUPRC", "Hit@1%")
        for test, more in (("seen", 0.5), ("unseen", 0.0))
    )  # fmt: skip
    figure = figures.beside_paper_figure(compared, bands)
    assert not plt.get_fignums()
    assert [axis.get_title() for axis in figure.axes] == datasets + [""] * len(datasets)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["DeepSEM"]  # constants have their band
    for axis in figure.axes:
        (band,) = axis.patches
        assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((0.1, 0.4))
    figure.draw_without_rendering()
    (legend,) = figure.legends
    shown = legend.get_window_extent()
    assert 0 <= shown.x0 < shown.x1 <= figure.bbox.width
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == [
        "this book", "paper", "random orders of the TFs, 95%", "mean of these orders"
    ]  # fmt: skip
