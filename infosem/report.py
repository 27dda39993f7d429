"""A network as one page for a browser: what went in, what came out, and what that is worth."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.ensemble import SHAKY, Ensemble
from infosem.files import AnyPath, replacing
from infosem.infer import best_pairs

__all__ = ["WORTH", "write_report"]

WORTH = (
    "An edge of this network is a guess to test, not a finding. The book of this package measured "
    "such scores against ChIP-seq on four real data sets: among the targets of one TF, DeepSEM and "
    "InfoSEM rank hardly better than chance; over all pairs, a random order of the TFs often "
    "does as well as they do. That seeds agree says that the training is stable, not that the "
    "network is right."
)
"""What the audit says that a score is worth."""

_OURS, _OTHER = "#0072b2", "#d55e00"  # told apart by the colour-blind, too
_STYLE = """
:root { color-scheme: light }
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 0 auto;
  max-width: 46rem; padding: 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem }
table { border-collapse: collapse; font-size: .9rem }
th, td { border-bottom: 1px solid #ccc; padding: .25rem .6rem .25rem 0; text-align: left;
  vertical-align: top; overflow-wrap: normal }
.wide { overflow-x: auto }
.number { text-align: right }
.warning { border-left: .3rem solid #d55e00; padding-left: .7rem }
svg { width: 100%; max-width: 36rem; height: auto; display: block }
svg text { font: 12px system-ui, sans-serif; fill: #222 }
code, pre { font-size: .85rem; white-space: pre-wrap }
"""


def write_report(ensemble: Ensemble, path: AnyPath, *, command: str = "") -> None:
    """Write the page: one file, which asks nothing of the network.

    Parameters
    ----------
    ensemble : Ensemble
    path : path
    command : str
        How to do it again.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    dataset = ensemble.dataset
    title = f"Gene regulatory network of {dataset.name}"
    sections = [
        ("What such a score is worth", f"<p>{escape(WORTH)}</p>"),
        ("What went in", _went_in(ensemble)),
        ("The strongest TFs", _strongest(ensemble)),
        ("The core of the network", _core(ensemble)),
        ("Do the trainings agree?", _agreement(ensemble)),
        ("Beside plain correlation", _beside_correlation(ensemble)),
        ("Known edges among the best", _known(ensemble)),
        ("Training", _training(ensemble)),
        ("Do it again", _again(ensemble, command)),
    ]
    body = "\n".join(f"<section><h2>{name}</h2>\n{text}</section>" for name, text in sections)
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Whatever a name may smuggle in, nothing is run or fetched.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n{body}\n"
        "</body>\n</html>\n"
    )
    with replacing(Path(path)) as part:
        # A name from a damaged file may hold half a character.
        part.write_text(page, encoding="utf-8", errors="replace")


# --- the sections ---------------------------------------------------------------------------------


def _went_in(ensemble: Ensemble) -> str:
    dataset = ensemble.dataset
    facts = [
        f"{dataset.n_cells:,} cells, {dataset.n_genes:,} genes, {dataset.n_tfs:,} TFs: "
        f"{ensemble.n_pairs:,} pairs of a TF and another gene",
        f"method {ensemble.method}, {_count(len(ensemble.runs), 'training')} of "
        f"{ensemble.settings.epochs} epochs each",
    ]
    if ensemble.resamples:
        facts.append(f"{_count(len(ensemble.resamples), 'training')} on resampled cells")
    if ensemble.has_known:
        facts.append(f"{dataset.network.sum():,} known edges")
    if ensemble.settings.regulators == "tfs":
        facts.append("only the TFs are regulators in the model")
    facts += [f"{name}: {text}" for name, text in dataset.provenance.items()]
    return _list([*facts, *ensemble.notes])


def _strongest(ensemble: Ensemble) -> str:
    best = ensemble.top(ensemble.n_best)
    rows = []
    groups = sorted(best.groupby("source"), key=lambda group: (-len(group[1]), group[0]))
    for tf, edges in ((str(name), group) for name, group in groups[:15]):
        first = edges.head(10)
        names = [_target(*pair) for pair in zip(first["target"], first["correlation"], strict=True)]
        more = f" and {len(edges) - 10} more" if len(edges) > 10 else ""
        rows.append([f"<b>{escape(tf)}</b>", f"{len(edges)}", ", ".join(names) + more])
    text = (
        f"<p>By how many of the best {ensemble.n_best:,} pairs they have, with their first "
        "targets. A minus marks a target whose expression falls as that of the TF rises.</p>"
    )
    return text + _table(["TF", "pairs", "first targets"], rows)


def _target(name: str, correlation: float) -> str:
    return escape(name) + (" (−)" if correlation < 0 else "")


def _core(ensemble: Ensemble) -> str:
    edges = ensemble.top(30)
    colours = {1: _OURS, -1: _OTHER}
    text = (
        f"<p>The best {len(edges)} pairs: TFs at the left, their targets at the right. Thicker is "
        f'stronger; <span style="color:{_OURS}">blue</span> where both rise together, '
        f'<span style="color:{_OTHER}">orange</span> where one falls as the other rises.</p>'
    )
    tfs = list(pd.unique(edges["source"]))
    # Each target at the height of its TFs, so that few lines cross.
    height = edges["source"].map(tfs.index).groupby(edges["target"].to_numpy()).mean()
    targets = sorted(pd.unique(edges["target"]), key=lambda name: (height[name], name))
    n_rows = max(len(tfs), len(targets))
    left = {name: 20 * (i + 0.5) * n_rows / len(tfs) + 5 for i, name in enumerate(tfs)}
    right = {name: 20 * (i + 0.5) * n_rows / len(targets) + 5 for i, name in enumerate(targets)}
    shapes = []
    largest = max(edges["weight"].max(), 1e-300)
    for edge in edges.to_dict("records"):
        y, z = left[edge["source"]], right[edge["target"]]
        colour = colours[-1 if edge["correlation"] < 0 else 1]
        width = 0.5 + 3 * edge["weight"] / largest
        shapes.append(
            f'<path d="M112 {y:.1f}C180 {y:.1f} 180 {z:.1f} 248 {z:.1f}" fill="none" '
            f'stroke="{colour}" stroke-width="{width:.2f}" stroke-opacity="0.7"/>'
        )
    for places, x, anchor in ((left, 106, "end"), (right, 254, "start")):
        for name, y in places.items():
            shapes.append(
                f'<text x="{x}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(_short(name))}'
                f"<title>{escape(name)}</title></text>"
            )
    return text + _svg(360, 20 * n_rows + 10, "The best pairs as a network", shapes)


def _agreement(ensemble: Ensemble) -> str:
    matrix, seeds = ensemble.agreement, [str(run.seed) for run in ensemble.runs]
    if len(seeds) == 1:
        return "<p>There is one only, so that nobody knows. Give more seeds.</p>"
    rows = [
        [f"<b>{seed}</b>", *(f"{value:.2f}" for value in line)]
        for seed, line in zip(seeds, matrix, strict=True)
    ]
    others = matrix[~np.eye(len(matrix), dtype=bool)]
    text = (
        f"<p>Spearman's correlation of |A| between seeds, over all pairs: {others.min():.2f} to "
        f"{others.max():.2f}.</p>"
    )
    if others.min() < SHAKY:
        text = text.replace("<p>", '<p class="warning">')
        text += (
            "<p>That is too low: another seed gives another network, so that these cells do not "
            "decide the ranking.</p>"
        )
    best = ensemble.top(ensemble.n_best)
    found = int((best["seeds"] == len(seeds)).sum())
    text += (
        f"<p>Of the best {len(best):,} pairs {found:,} are among the best of every seed, "
        f"and {int((best['seeds'] <= len(seeds) / 2).sum()):,} among those of half of them or "
        "fewer.</p>"
    )
    if ensemble.resamples:
        often = int((best["bootstraps"] > len(ensemble.resamples) / 2).sum())
        text += f"<p>{often:,} are among the best in more than half of the resamples of cells.</p>"
    return text + _table(["seed", *seeds], rows)


def _beside_correlation(ensemble: Ensemble) -> str:
    n, tfs = ensemble.n_best, ensemble.dataset.tfs
    chosen = np.zeros((2, *ensemble.weights.shape), dtype=bool)
    for i, scores in enumerate((ensemble.weights, np.abs(ensemble.correlation))):
        chosen[i][best_pairs(scores, tfs, n)] = True
    shared = int((chosen[0] & chosen[1]).sum())
    return (
        "<p>Spearman's correlation between this ranking and that by the absolute Pearson "
        f"correlation of TF and target: {ensemble.agreement_with_correlation:.2f}. Of the best "
        f"{n:,} pairs {shared:,} are among the best {n:,} by correlation, too; by chance it would "
        f"be {n * n / ensemble.n_pairs:,.0f}.</p>"
    )


def _known(ensemble: Ensemble) -> str:
    if not ensemble.has_known:
        return "<p>No known edges were given.</p>"
    network, tfs = ensemble.dataset.network, ensemble.dataset.tfs
    share = network.sum() / ensemble.n_pairs
    n = ensemble.n_best
    ranks = np.geomspace(min(10, ensemble.n_pairs), ensemble.n_pairs, 60).astype(int)
    ranks = np.unique(np.append(ranks, n))
    lines = {}
    for name, scores in (
        ("this network", ensemble.weights),
        ("correlation", np.abs(ensemble.correlation)),
    ):
        hits = network[best_pairs(scores, tfs, ensemble.n_pairs)]
        lines[name] = ranks, np.cumsum(hits)[ranks - 1] / ranks
    first = [shares[at == n].item() for at, shares in lines.values()]
    text = (
        f"<p>Of the best {n:,} pairs {first[0]:.1%} are known, by correlation {first[1]:.1%}, of "
        f"all pairs {share:.1%}.</p>"
    )
    if ensemble.method == "InfoSEM-BC":
        text += (
            '<p class="warning">These edges were given to the training: that they come first is '
            "no test of it.</p>"
        )
    else:
        text += "<p>The training has not seen them.</p>"
    chart = _chart(
        lines, "best pairs", "share of known", logarithmic=True, dashed=("all pairs", share)
    )
    return text + chart


def _training(ensemble: Ensemble) -> str:
    seconds = sum(run.seconds for run in (*ensemble.runs, *ensemble.resamples))
    lines = {}
    for run in ensemble.runs:
        loss = np.array(run.history["objective"])
        lines[f"seed {run.seed}"] = np.arange(1, len(loss) + 1), loss
    chart = _chart(lines, "epoch", "objective")
    return (
        f"<p>The objective, a line for each seed; it should fall and become flat. All trainings "
        f"took {seconds:,.0f} seconds, one after the other.</p>{chart}"
    )


def _again(ensemble: Ensemble, command: str) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "torch"))
    settings = ", ".join(f"{k}={v!r}" for k, v in ensemble.settings.recorded().items())
    seeds = ", ".join(str(run.seed) for run in ensemble.runs)
    facts = [
        f"infosem {version('infosem')}, Python {platform.python_version()}, {packages}, on "
        f"{platform.system()} {platform.machine()}",
        f"seeds: {seeds}",
        f"settings: {settings}",
    ]
    return (f"<pre>{escape(command)}</pre>" if command else "") + _list(facts)


# --- parts of a page ------------------------------------------------------------------------------


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"{name[:13]}…"


def _list(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _svg(width: int, height: float, title: str, shapes: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"{''.join(shapes)}</svg>"
    )


def _chart(
    lines: Mapping[str, tuple[NDArray[np.generic], NDArray[np.floating]]],
    across: str,
    up: str,
    *,
    logarithmic: bool = False,
    dashed: tuple[str, float] | None = None,
) -> str:
    """Lines over an axis, the first two with their names in colours where they are two."""
    x = np.concatenate([line[0] for line in lines.values()]).astype(float)
    y = np.concatenate([line[1] for line in lines.values()])
    x = np.log10(x) if logarithmic else x
    low, high = (min(y.min(), 0), max(y.max(), dashed[1])) if dashed else (y.min(), y.max())
    x_low, x_high, left, bottom = x.min(), x.max(), 50, 180

    def at(i: float, value: float) -> str:
        across = (i - x_low) / (x_high - x_low or 1)
        above = (value - low) / (high - low or 1)
        return f"{left + 300 * across:.1f},{bottom - 150 * above:.1f}"

    shapes = [f'<path d="M{left} 30V{bottom}H350" fill="none" stroke="#888"/>']
    for value in (low, high):
        y_at = at(x_low, value).split(",")[1]
        shapes.append(
            f'<text x="{left - 5}" y="{float(y_at) + 4}" text-anchor="end">{value:.3g}</text>'
        )
    for i, anchor in ((x_low, "start"), (x_high, "end")):
        told = 10**i if logarithmic else i
        x_at = at(i, low).split(",")[0]
        shapes.append(
            f'<text x="{x_at}" y="{bottom + 16}" text-anchor="{anchor}">{told:,.0f}</text>'
        )
    shapes.append(f'<text x="200" y="{bottom + 16}" text-anchor="middle">{escape(across)}</text>')
    shapes.append(f'<text x="4" y="12">{escape(up)}</text>')
    if dashed:
        start, end = at(x_low, dashed[1]).split(","), at(x_high, dashed[1]).split(",")
        shapes.append(
            f'<path d="M{start[0]} {start[1]}H{end[0]}" stroke="#888" stroke-dasharray="4 3"/>'
        )
    named = len(lines) == 2 and dashed is not None
    for n, (name, (xs, ys)) in enumerate(lines.items()):
        xs = np.log10(xs.astype(float)) if logarithmic else xs
        points = " ".join(at(float(i), float(value)) for i, value in zip(xs, ys, strict=True))
        colour = (_OURS, _OTHER)[n] if named else _OURS
        shapes.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5" '
            f'stroke-opacity="0.8"><title>{escape(name)}</title></polyline>'
        )
        if named:
            shapes.append(
                f'<text x="350" y="{14 + 15 * n}" text-anchor="end" style="fill:{colour}">'
                f"{escape(name)}</text>"
            )
    if dashed:
        shapes.append(f'<text x="350" y="44" text-anchor="end">- - {escape(dashed[0])}</text>')
    return _svg(360, bottom + 25, f"{up} by {across}", shapes)
