"""What the engine was to reach, beside what was measured."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from infosem_study.pages.speed.rows import medians_of

__all__ = ["format_targets"]

_OURS = ("DeepSEM", "InfoSEM-B", "InfoSEM-BC")
_LITERAL, _FAST = "literal DeepSEM", "InfoSEM-B, fast"
_PEERS = ("RegDiffusion", "GRNBoost2", "rustscenic")


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

    def at(part: str, value: str, **where: object) -> pd.DataFrame:
        """A column for each method, a row for each data set and size."""
        chosen = medians[medians["part"] == part]
        for name, wanted in where.items():
            chosen = chosen[chosen[name] == wanted]
        wide = chosen.pivot_table(value, ["dataset", "genes"], "method")
        return wide.reindex(columns=[*_OURS, _FAST, _LITERAL, *_PEERS])

    net = at("network", "network_seconds")
    literal = at("literal", "network_seconds")[_LITERAL]
    large, memory = (at("genes", value, genes=5000) for value in ("unit_seconds", "peak_mib"))
    whole, atlas = at("transcriptome", "network_seconds"), at("atlas", "peak_mib")
    agreement, limit, busy = (rows[rows["part"] == p] for p in ("agreement", "limit", "busy"))
    load = busy.groupby("method")["seconds"].median().reindex(["busy", "alone"])
    at_least, at_most = "at least", "at most"
    checks: list[tuple[str, str, float, float]] = [
        ("DeepSEM, times as fast as the literal model, a network on hESC", at_least, 40,
         (literal / net["DeepSEM"].reindex(literal.index)).min()),
        ("DeepSEM, final objective off the literal model's, relative", at_most, 1e-3,
         _worst(agreement, "objective_difference", max)),
        ("DeepSEM, Spearman of |A| with the literal model's", at_least, 0.999,
         _worst(agreement, "spearman", min)),
        ("DeepSEM, times as fast as the literal model, an epoch at 5000 genes", at_least, 20,
         (large[_LITERAL] / large["DeepSEM"]).min()),
        ("DeepSEM, peak memory at 5000 genes, GiB", at_most, 1.5,
         memory["DeepSEM"].max() / 1024),
        ("InfoSEM-B, times as long as DeepSEM on real data", at_most, 1.1,
         (net["InfoSEM-B"] / net["DeepSEM"]).max()),
        ("InfoSEM-BC, times as long as DeepSEM on real data", at_most, 1.3,
         (net["InfoSEM-BC"] / net["DeepSEM"]).max()),
        ("InfoSEM-B, times as fast as GRNBoost2 on real data", at_least, 3,
         (net["GRNBoost2"] / net["InfoSEM-B"]).min()),
        ("InfoSEM-B, times as long as rustscenic on real data", at_most, 2,
         (net["InfoSEM-B"] / net["rustscenic"]).max()),
        ("InfoSEM-B with the fast preset, times as long as rustscenic", at_most, 1,
         (net[_FAST] / net["rustscenic"]).max()),
        ("InfoSEM-B, times as fast as RegDiffusion on real data", at_least, 15,
         (net["RegDiffusion"] / net["InfoSEM-B"]).min()),
        ("DeepSEM, unavoidable arithmetic by measured time", at_least, 0.5,
         (limit["gflop"] / limit["gflops"] / limit["seconds"]).median() if len(limit) else np.nan),
        ("DeepSEM, times as long beside a busy process for every core", at_most, 2.5,
         load["busy"] / load["alone"]),
        ("a whole transcriptome, minutes", at_most, 30, whole["DeepSEM"].max() / 60),
        ("a whole transcriptome, peak memory, GiB", at_most, 8,
         at("transcriptome", "peak_mib")["DeepSEM"].max() / 1024),
        ("a whole transcriptome, times as fast as rustscenic", at_least, 3,
         (whole["rustscenic"] / whole["DeepSEM"]).min()),
        ("100,000 cells and 3,000 genes, peak memory, GiB", at_most, 4,
         atlas["DeepSEM"].max() / 1024),
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
