"""Tables and figures of the page."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy import stats

from infosem.errors import InfosemError
from infosem_study.figures import METHOD_STYLES, NULL, log_log, panels
from infosem_study.pages.speed.rows import medians_of
from infosem_study.pages.speed.targets import format_targets

__all__ = ["format_ratios", "loglog_fit", "scaling_figure", "scaling_fits", "sections"]


def format_ratios(medians: pd.DataFrame, against: str) -> pd.DataFrame:
    """Part of `medians_of`, as a table to read.

    Every time is a median with the range over the runs in parentheses. What was measured is told: a
    part of a run is extrapolated to the whole. Two columns are how many times as long a network
    takes, and as much memory, as with one of the methods.

    Parameters
    ----------
    medians : DataFrame
        From `medians_of`.
    against : str
        That method.
    """
    by_tfs = (medians["part"] == "tfs").all()
    size = ["dataset", "genes", "cells", *(["tfs"] if by_tfs else [])]
    base = medians[medians["method"] == against].set_index(size)
    where = pd.MultiIndex.from_frame(medians[size])
    epochs = medians["unit"] == "epoch"
    part = [
        f"{amount} of {whole} {unit}s" if extrapolated else f"{whole} {unit}s"
        for amount, whole, unit, extrapolated in zip(
            *(medians[c] for c in ("amount", "whole", "unit", "extrapolated")), strict=True
        )
    ]
    ratios = {
        name: medians[name].to_numpy() / base[name].reindex(where).to_numpy()
        for name in ("network_seconds", "peak_mib")
    }
    return pd.DataFrame(
        {
            "data": medians["dataset"],
            "genes": medians["genes"],
            "cells": medians["cells"],
            "TFs": medians["tfs"],
            "method": medians["method"],
            "runs": medians["runs"],
            "s an epoch": np.where(epochs, _ranges(medians, "unit_seconds"), "-"),
            "s a network": _ranges(medians, "network_seconds"),
            "measured": part,
            f"time / {against}": [f"{r:.3g}" for r in ratios["network_seconds"]],
            "peak MiB": [f"{mib:.0f}" for mib in medians["peak_mib"]],
            f"memory / {against}": [f"{r:.2f}" for r in ratios["peak_mib"]],
        }
    ).reset_index(drop=True)


def loglog_fit(x: ArrayLike, y: ArrayLike) -> tuple[float, float]:
    """Exponent e of y = c x^e by least squares on logarithms, and its standard error.

    The error is NaN for two points, which any power fits.

    Raises
    ------
    InfosemError
        For fewer than two different x, or anything that is not positive.
    """
    sizes, values = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(np.unique(sizes)) < 2 or not (np.all(sizes > 0) and np.all(values > 0)):
        raise InfosemError("log-log fit: give at least two different sizes, all values positive")
    line = stats.linregress(np.log(sizes), np.log(values))
    return float(line.slope), float(line.stderr) if len(sizes) > 2 else float("nan")


def scaling_fits(medians: pd.DataFrame, part: str) -> pd.DataFrame:
    """Exponents of the time of a network, or of an epoch, in the size that the part varies.

    Parameters
    ----------
    medians : DataFrame
        From `medians_of`.
    part : {"genes", "tfs", "cells"}

    Returns
    -------
    DataFrame
        One row per method: sizes (their number), from, to, exponent and stderr. A method that was
        measured at one size only is left out.
    """
    lines = []
    for method, points in medians[medians["part"] == part].groupby("method", sort=False):
        if points[part].nunique() < 2:
            continue
        exponent, stderr = loglog_fit(points[part], points["network_seconds"])
        lines.append(
            {
                "method": method,
                "sizes": len(points),
                "from": points[part].min(),
                "to": points[part].max(),
                "exponent": exponent,
                "stderr": stderr,
            }
        )
    return pd.DataFrame(lines)


def scaling_figure(medians: pd.DataFrame, part: str) -> Figure:
    """Time of an epoch, time of a network and peak memory against the size of the data.

    Both axes are logarithmic. Points are medians, bars the range over the runs. Open markers are
    extrapolated from a part of a run. A method without epochs is missing from the first panel.

    Parameters
    ----------
    medians : DataFrame
        From `medians_of`.
    part : {"genes", "tfs", "cells"}
    """
    medians = medians[medians["part"] == part]
    measures = (
        ("unit_seconds", "time of an epoch (s)", 1.0),
        ("network_seconds", "time of a network (s)", 1.0),
        ("peak_mib", "peak memory (GiB)", 1024.0),
    )
    figure, axes = panels(1, len(measures), 10, 3.6)
    for axis, (column, label, scale) in zip(axes.flat, measures, strict=True):
        for method, points in medians.groupby("method", sort=False):
            if column == "unit_seconds" and points["unit"].iloc[0] != "epoch":
                continue
            colour, marker = METHOD_STYLES.get(str(method), (NULL, "x"))
            points = points.sort_values(part)
            middle = points[column] / scale
            reach = [middle - points[f"{column}_low"] / scale,
                     points[f"{column}_high"] / scale - middle]  # fmt: skip
            is_open = column == "network_seconds" and points["extrapolated"].any()
            axis.errorbar(points[part], middle, yerr=reach, color=colour, marker=marker,
                          markersize=5, linewidth=1, capsize=2,
                          markerfacecolor="white" if is_open else colour,
                          label=method)  # fmt: skip
        log_log(axis, medians[part])
        axis.set_xlabel("TFs" if part == "tfs" else part)
        axis.set_ylabel(label)
    handles, labels = axes[0, -1].get_legend_handles_labels()
    # Without their error bars, so that the legend shows the markers.
    figure.legend([handle[0] for handle in handles], labels, loc="outside upper center",
                  ncols=len(labels), frameon=False)  # fmt: skip
    return figure


def sections(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table that measurements allow, as it is to be read, by its title.

    Parameters
    ----------
    rows : DataFrame
        From `read`.
    """
    medians = medians_of(rows)
    found: dict[str, pd.DataFrame] = {}
    for part, title, against in (
        ("network", "One network on real data", "InfoSEM-B"),
        ("literal", "The literal model beside DeepSEM", "DeepSEM"),
        ("genes", "Simulated data, more and more genes", "DeepSEM"),
        ("tfs", "Simulated data, more and more TFs", "InfoSEM-B, TFs only"),
        ("cells", "Simulated data, more and more cells", "DeepSEM"),
        ("transcriptome", "A whole transcriptome", "DeepSEM"),
        ("atlas", "Many cells", "DeepSEM"),
    ):
        chosen = medians["part"] == part
        if part == "literal":  # beside whole networks of ours
            where = medians.loc[chosen, "dataset"]
            chosen |= (
                (medians["part"] == "network")
                & (medians["method"] == "DeepSEM")
                & medians["dataset"].isin(where)
            )
        if (medians["part"] == part).any():
            found[title] = format_ratios(medians[chosen], against)
        if part in ("genes", "tfs", "cells") and len(fits := scaling_fits(medians, part)):
            found[f"Time = c x {part}^exponent"] = fits.round(2)
    for part, title, columns in (
        ("agreement", "The literal model beside DeepSEM, results on the same draws", _agreement),
        ("limit", "The arithmetic that a step cannot avoid, beside the measured time", _limit),
        ("many", "One thread in each of many processes, or many threads in one", _many),
        ("busy", "A network alone, and beside a busy process for every core", _busy),
        ("accuracy", "What the fast preset and TFs as the only regulators cost", _accuracy),
    ):
        chosen_rows = rows[rows["part"] == part]
        if len(chosen_rows):
            found[title] = columns(chosen_rows)
    if len(goals := format_targets(rows)):
        found["Targets"] = goals
    return found


def _agreement(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "data": rows["dataset"],
            "epochs": rows["amount"],
            "literal, s": rows["seconds"].round(1),
            "DeepSEM, s": rows["our_seconds"].round(1),
            "ratio": (rows["seconds"] / rows["our_seconds"]).round(1),
            "final objective, relative difference": [
                f"{d:.1e}" for d in rows["objective_difference"]
            ],
            "Spearman of |A|": [f"{s:.6f}" for s in rows["spearman"]],
        }
    ).reset_index(drop=True)


def _limit(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over the runs."""
    ideal = rows["gflop"] / rows["gflops"]
    table = pd.DataFrame(
        {
            "data": rows["dataset"],
            "epochs": rows["amount"],
            "GFLOP/s of a product": rows["gflops"].round(0),
            "unavoidable GFLOP": rows["gflop"].round(0),
            "unavoidable s": ideal.round(2),
            "measured s": rows["seconds"].round(2),
            "share": (ideal / rows["seconds"]).round(2),
        }
    )
    return table.groupby(["data", "epochs"], sort=False).median().reset_index()


def _many(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over the repeats."""
    groups = rows.groupby(["dataset", "method", "runs", "processes", "amount"], sort=False)
    table = groups[["seconds", "peak_mib"]].median().reset_index()
    base = table.loc[table["processes"] == 1, "seconds"]
    return pd.DataFrame(
        {
            "data": table["dataset"],
            "how": table["method"],
            "runs": [
                f"{runs:.0f} of {epochs} epochs"
                for runs, epochs in zip(table["runs"], table["amount"], strict=True)
            ],
            "s for all": table["seconds"].round(2),
            "throughput / one process": (base.median() / table["seconds"]).round(2),
            "peak MiB, together": table["peak_mib"].round(0),
        }
    )


def _busy(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over the repeats."""
    seconds = rows.groupby(["dataset", "amount", "method"], sort=False)["seconds"].median()
    table = seconds.unstack("method").reset_index()
    return pd.DataFrame(
        {
            "data": table["dataset"],
            "epochs": table["amount"],
            "alone, s": table["alone"].round(2),
            "beside busy processes, s": table["busy"].round(2),
            "ratio": (table["busy"] / table["alone"]).round(2),
        }
    )


def _accuracy(rows: pd.DataFrame) -> pd.DataFrame:
    """Differences to InfoSEM-B, paired by seed: mean and standard error over seeds."""
    where = ["network", "dataset"]
    wide = rows.pivot_table(["auprc", "gain_within_tfs"], [*where, "repeat"], "method")
    lines = []
    for key, block in wide.groupby(where, sort=False):
        line = dict(zip(("network", "data"), key, strict=True)) | {"seeds": len(block)}
        for measure, name in (("auprc", "AUPRC"), ("gain_within_tfs", "gain within TFs")):
            base = block[measure]["InfoSEM-B"]
            line[name] = f"{base.mean():.3f}"
            for method, short in (("InfoSEM-B, fast", "fast"), ("InfoSEM-B, TFs only", "TFs only")):
                if method in block[measure]:
                    off = block[measure][method] - base
                    error = f" ± {off.std(ddof=1) / len(off) ** 0.5:.3f}" if len(off) > 1 else ""
                    line[f"{name}, {short}"] = f"{off.mean():+.3f}{error}"
        lines.append(line)
    return pd.DataFrame(lines)


def _ranges(medians: pd.DataFrame, name: str) -> list[str]:
    """Median with the range in parentheses, where there is more than one run."""
    return [
        f"{middle:.3g} ({low:.3g}-{high:.3g})" if runs > 1 else f"{middle:.3g}"
        for middle, low, high, runs in zip(
            medians[name], medians[f"{name}_low"], medians[f"{name}_high"], medians["runs"],
            strict=True,
        )
    ]  # fmt: skip
