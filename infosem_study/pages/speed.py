"""Speed and memory: from the rows of benchmarks/bench.py to the tables and figures of the page."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy import stats

from infosem.errors import InfosemError
from infosem_study.figures import METHOD_STYLES, NULL, log_log, panels

__all__ = [
    "describe_disturbance",
    "format_ratios",
    "format_targets",
    "loglog_fit",
    "medians_of",
    "read",
    "scaling_figure",
    "scaling_fits",
    "sections",
]


def read(path: str | os.PathLike[str], machine: str | None = None) -> pd.DataFrame:
    """Read the measurements of one machine.

    Parameters
    ----------
    path : path
        JSON lines, as benchmarks/bench.py appends them; of rows of the same task the last counts.
    machine : str, optional
        As in the rows; by default the only one of the file.

    Returns
    -------
    DataFrame
        One row per measurement. Columns part, method, dataset, genes, cells, repeat, unit (epoch,
        step or target), amount (units measured), whole (units that a network takes), extrapolated,
        others_share (of the processors, taken by other processes meanwhile), threads, seconds (of
        `amount` units), peak_mib, machine, versions, date, what the part adds, and network_seconds
        (seconds * whole / amount).

    Raises
    ------
    InfosemError
        If the file is missing or broken, or has rows of several machines and none is chosen.
    """
    path = Path(path)
    if not path.is_file():
        raise InfosemError(f"{path}: there is no such file; make it with `make bench`")
    rows = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            rows[row["machine"], json.dumps(row["task"], sort_keys=True)] = row
        except (ValueError, KeyError, TypeError) as error:
            raise InfosemError(
                f"{path}, line {number}: not a measurement ({error}); delete the line"
            ) from error
    machines = sorted({name for name, _ in rows})
    if machine is None and len(machines) > 1:
        raise InfosemError(f"{path}: rows of several machines, choose one of {machines}")
    chosen = [row for (name, _), row in rows.items() if machine in (None, name)]
    if not chosen:
        raise InfosemError(f"{path}: no measurement of {machine or 'any machine'}; `make bench`")
    frame = pd.DataFrame(chosen).drop(columns="task")
    return frame.assign(network_seconds=frame["seconds"] * frame["whole"] / frame["amount"])


def medians_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over repeats, with the smallest and the largest.

    Parameters
    ----------
    rows : DataFrame
        From `read`.

    Returns
    -------
    DataFrame
        One row per part, data set, size and method: runs, unit, amount, whole, extrapolated, and of
        unit_seconds (s per epoch, step or target), network_seconds and peak_mib the median under
        the name itself, the extremes under <name>_low and <name>_high.
    """
    timed = rows.assign(unit_seconds=rows["seconds"] / rows["amount"])
    groups = timed.groupby(["part", "dataset", "genes", "cells", "method"], sort=False)
    first = groups[["unit", "amount", "whole", "extrapolated"]].first()
    numbers = {"runs": groups.size()}
    for name in ("unit_seconds", "network_seconds", "peak_mib"):
        numbers |= {
            name: groups[name].median(),
            f"{name}_low": groups[name].min(),
            f"{name}_high": groups[name].max(),
        }
    return first.assign(**numbers).reset_index()


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
    base = medians[medians["method"] == against].set_index(["dataset", "genes", "cells"])
    where = pd.MultiIndex.from_frame(medians[["dataset", "genes", "cells"]])
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
    part : {"genes", "cells"}

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
    part : {"genes", "cells"}
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
        axis.set_xlabel(part)
        axis.set_ylabel(label)
    handles, labels = axes[0, -1].get_legend_handles_labels()
    # Without their error bars, so that the legend shows the markers.
    figure.legend([handle[0] for handle in handles], labels, loc="outside upper center",
                  ncols=len(labels), frameon=False)  # fmt: skip
    return figure


def describe_disturbance(rows: pd.DataFrame, limit: float = 0.05) -> str:
    """In how many measurements other processes took more than a part of the processors.

    Times of several threads suffer more than in proportion, as each step waits for the slowest.

    Parameters
    ----------
    rows : DataFrame
        From `read`.
    limit : float
        That part.
    """
    others = rows["others_share"]
    if not (others > limit).any():
        return (
            f"In none of {len(rows)} measurements did other processes use more than {limit:.0%} "
            "of the processors."
        )
    return (
        f"In {(others > limit).sum()} of {len(rows)} measurements other processes used more than "
        f"{limit:.0%} of the processors, up to {others.max():.0%}: times are too long there."
    )


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
        ("literal", "The literal model beside DeepSEM, same epochs and batches", "DeepSEM"),
        ("genes", "Simulated data, more and more genes", "InfoSEM-B"),
        ("cells", "Simulated data, more and more cells", "DeepSEM"),
    ):
        chosen = medians[medians["part"] == part]
        if len(chosen):
            found[title] = format_ratios(chosen, against)
        if part in ("genes", "cells") and len(fits := scaling_fits(medians, part)):
            found[f"Time = c x {part}^exponent"] = fits.round(2)
    for part, title, columns in (
        ("agreement", "The literal model beside DeepSEM, results on the same draws", _agreement),
        ("limit", "The arithmetic that a step cannot avoid, beside the measured time", _limit),
        ("many", "One thread in each of many processes, or many threads in one", _many),
    ):
        chosen = rows[rows["part"] == part]
        if len(chosen):
            found[title] = columns(chosen)
    if len(goals := format_targets(rows)):
        found["Targets"] = goals
    return found


_OURS = ("DeepSEM", "InfoSEM-B", "InfoSEM-BC")
_LITERAL = "literal DeepSEM"


def format_targets(rows: pd.DataFrame) -> pd.DataFrame:
    """What the engine was to reach, beside what was measured.

    Ratios are of medians; where a target speaks of several data sets the worst of them counts. A
    target is left out where what it speaks of was not measured.

    Parameters
    ----------
    rows : DataFrame
        From `read`.

    Returns
    -------
    DataFrame
        One row per target, as text: target, measured, and met ("yes", "no").
    """
    medians = medians_of(rows)

    def by_method(value: str) -> pd.DataFrame:
        wide = medians.pivot_table(value, ["part", "dataset", "genes"], "method")
        return wide.reindex(columns=[*_OURS, _LITERAL, "RegDiffusion", "GRNBoost2"])

    time, memory = by_method("network_seconds"), by_method("peak_mib")

    def at(frame: pd.DataFrame, part: str, **index: object) -> pd.DataFrame:
        chosen = frame[frame.index.get_level_values("part") == part]
        for name, value in index.items():
            chosen = chosen[chosen.index.get_level_values(name) == value]
        return chosen

    pairs, net, large = (
        at(time, "literal", dataset="hESC"), at(time, "network"), at(time, "genes", genes=5000)
    )  # fmt: skip
    least_literal = memory[list(_OURS)].max(axis=1) / memory[_LITERAL]
    agreement, limit = (rows[rows["part"] == part] for part in ("agreement", "limit"))
    at_least, at_most = "at least", "at most"
    checks: list[tuple[str, str, float, float]] = [
        ("DeepSEM, times as fast as the literal model on hESC", at_least, 20,
         (pairs[_LITERAL] / pairs["DeepSEM"]).min()),
        ("the same over a whole network, the literal model's epochs taken as equal", at_least, 20,
         (at(time, "literal", dataset="hESC")[_LITERAL].droplevel(0)
          / at(time, "network", dataset="hESC")["DeepSEM"].droplevel(0)).min()),
        ("DeepSEM, final objective off the literal model's, relative", at_most, 1e-3,
         _worst(agreement, "objective_difference", max)),
        ("DeepSEM, Spearman of |A| with the literal model's", at_least, 0.999,
         _worst(agreement, "spearman", min)),
        ("InfoSEM-B, times as long as DeepSEM on real data", at_most, 1.3,
         (net["InfoSEM-B"] / net["DeepSEM"]).max()),
        ("InfoSEM-BC, times as long as DeepSEM on real data", at_most, 1.6,
         (net["InfoSEM-BC"] / net["DeepSEM"]).max()),
        ("InfoSEM-B, times as fast as RegDiffusion on real data", at_least, 1,
         (net["RegDiffusion"] / net["InfoSEM-B"]).min()),
        ("InfoSEM-B, times as fast as GRNBoost2 on real data", at_least, 1,
         (net["GRNBoost2"] / net["InfoSEM-B"]).min()),
        ("this package, peak memory by the literal model's", at_most, 1, least_literal.max()),
        ("this package, peak memory at 5000 genes, GiB", at_most, 3,
         at(memory, "genes", genes=5000)[list(_OURS)].max().max() / 1024),
        ("DeepSEM, times as fast as the literal model at 5000 genes", at_least, 10,
         (large[_LITERAL] / large["DeepSEM"]).min()),
        ("DeepSEM, unavoidable arithmetic by measured time", at_least, 0.5,
         (limit["gflop"] / limit["gflops"] / limit["seconds"]).median() if len(limit) else np.nan),
    ]  # fmt: skip
    return pd.DataFrame(
        [
            {
                "target": f"{what}: {word} {goal:g}",
                "measured": f"{value:.6f}" if goal == 0.999 else f"{value:.3g}",
                "met": "yes" if (value >= goal if word == at_least else value <= goal) else "no",
            }
            for what, word, goal, value in checks
            if np.isfinite(value)
        ]
    )


def _worst(rows: pd.DataFrame, column: str, worst: Callable[[pd.Series], float]) -> float:
    return float(worst(rows[column])) if len(rows) else float("nan")


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


def _ranges(medians: pd.DataFrame, name: str) -> list[str]:
    """Median with the range in parentheses, where there is more than one run."""
    return [
        f"{middle:.3g} ({low:.3g}-{high:.3g})" if runs > 1 else f"{middle:.3g}"
        for middle, low, high, runs in zip(
            medians[name], medians[f"{name}_low"], medians[f"{name}_high"], medians["runs"],
            strict=True,
        )
    ]  # fmt: skip
