"""The drawings of the book's own: the paper's Figure 1, its cover; Figure 2, a split; a favicon.

    python book/cover.py FOLDER     writes cover.svg, split.svg, favicon.png, _static/preview.png

`book/build.py` draws them among the staged pages, so that none is committed.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch

# Okabe and Ito's colours, as in infosem_study/figures.py.
TEXT, LABELS, INK, OBSERVED = "#0072B2", "#D55E00", "#222222", "#D9D9D9"
RADIUS = 0.38


class Panel(NamedTuple):
    """One graphical model: where its variables stand, and which follows from which."""

    title: str
    equations: str
    nodes: dict[str, tuple[float, float]]
    stochastic: list[tuple[str, str]]  # solid: drawn from a distribution
    deterministic: list[tuple[str, str]]  # dashed: computed


CHAIN = {"Z": (3.4, 2.6), r"\hat Z": (3.4, 1.3), "X": (3.4, 0.0)}
PANELS = [
    Panel(
        "(a) DeepSEM, generative model",
        "Eq. 4 and 5",
        {"A": (1.5, 1.3)} | CHAIN,
        [(r"\hat Z", "X")],
        [("A", r"\hat Z"), ("Z", r"\hat Z")],
    ),
    Panel(
        "(b) DeepSEM, inference model",
        "Eq. 6",
        {"A": (1.5, 2.6)} | CHAIN,
        [("X", r"\hat Z")],
        [("A", "Z"), (r"\hat Z", "Z")],
    ),
    Panel(
        "(c) InfoSEM-B",
        "Eq. 7",
        {"H": (-0.3, 2.05), r"\mathbf{w}": (-0.3, 0.55), "A": (1.5, 1.3)} | CHAIN,
        [("H", "A"), (r"\mathbf{w}", "A"), (r"\hat Z", "X")],
        [("A", r"\hat Z"), ("Z", r"\hat Z")],
    ),
    Panel(
        "(d) InfoSEM-BC",
        "Eq. 8 and 9",
        {
            "H": (-1.2, 2.6),
            r"\mathbf{w}": (-1.2, 1.3),
            "Y": (-1.2, 0.0),
            "A^e": (0.3, 1.95),
            "A^l": (0.3, 0.0),
            "A": (1.75, 1.3),
        }
        | CHAIN,
        [("H", "A^e"), (r"\mathbf{w}", "A^e"), ("Y", "A^l"), (r"\hat Z", "X")],
        [("A^e", "A"), ("A^l", "A"), ("A", r"\hat Z"), ("Z", r"\hat Z")],
    ),
]
COLOURS = {"H": TEXT, r"\mathbf{w}": TEXT, "A^e": TEXT, "Y": LABELS, "A^l": LABELS}


def cover() -> Figure:
    """Draw the graphical models of DeepSEM, InfoSEM-B and InfoSEM-BC."""
    with matplotlib.rc_context({"mathtext.fontset": "cm"}):
        figure = Figure(figsize=(7.6, 5.5), layout="constrained")
        for axis, panel in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
            draw_panel(axis, panel)
        handles = [
            Line2D([], [], color=INK, label="drawn from a distribution"),
            Line2D([], [], color=INK, linestyle="--", label="computed"),
            Patch(facecolor=OBSERVED, edgecolor=INK, label="observed"),
            Patch(facecolor="white", edgecolor=TEXT, label="from text"),
            Patch(facecolor="white", edgecolor=LABELS, label="from known edges"),
        ]
        figure.legend(
            handles=handles, loc="outside lower center", ncols=3, frameon=False,
            fontsize=11, columnspacing=1.5,
        )  # fmt: skip
        return figure


def draw_panel(axis: Axes, panel: Panel) -> None:
    """Draw one graphical model."""
    for edges, style in ((panel.stochastic, "-"), (panel.deterministic, "--")):
        for source, target in edges:
            arrow = FancyArrowPatch(
                panel.nodes[source], panel.nodes[target], arrowstyle="-|>", mutation_scale=15,
                shrinkA=0, shrinkB=0, linewidth=1.4, linestyle=style, zorder=1,
                color=COLOURS.get(source, INK),
            )  # fmt: skip
            axis.add_patch(arrow)
            arrow.set_patchA(Circle(panel.nodes[source], RADIUS, transform=axis.transData))
            arrow.set_patchB(Circle(panel.nodes[target], RADIUS, transform=axis.transData))
    for name, (x, y) in panel.nodes.items():
        face = OBSERVED if name in {"X", "H", "Y"} else "white"
        edge = COLOURS.get(name, INK)
        axis.add_patch(Circle((x, y), RADIUS, facecolor=face, edgecolor=edge, linewidth=1.4))
        axis.text(x, y, f"${name}$", fontsize=18, ha="center", va="center")
    axis.set_title(panel.title, fontsize=13, loc="left")
    axis.text(3.95, -0.1, panel.equations, fontsize=11, color="#555555", ha="left")
    axis.set(xlim=(-1.6, 5.1), ylim=(-0.5, 3.1), aspect="equal")
    axis.set_axis_off()


# Which pairs a split has where, as in the paper's example: 3 TFs, 6 target genes.
UNSEEN_TFS, UNSEEN_TARGETS = {"TF3"}, {"TG3", "TG6"}
SEEN_TEST = {("TF1", "TG5"), ("TF2", "TG1")}
IS_EDGE = {
    ("TF1", "TG1"), ("TF1", "TG2"), ("TF1", "TG4"), ("TF2", "TG1"), ("TF2", "TG5"), ("TF3", "TG3")
}  # fmt: skip
SETS = {
    "(a) training": TEXT,
    "(b) seen test": "#009E73",
    "(c) unseen test": LABELS,
}


def split() -> Figure:
    """Draw which pairs of TFs and targets are trained on and tested on."""
    figure = Figure(figsize=(7.6, 3.4), layout="constrained")
    tfs = {f"TF{i}": (0.0, 5.0 - 2 * (i - 1) - 0.5) for i in (1, 2, 3)}
    targets = {f"TG{i}": (2.4, 5.0 - (i - 1)) for i in range(1, 7)}
    for axis, (title, colour) in zip(figure.subplots(1, 3), SETS.items(), strict=True):
        used = set()
        for pair in ((tf, target) for tf in tfs for target in targets):
            unseen = (pair[0] in UNSEEN_TFS) + (pair[1] in UNSEEN_TARGETS)
            of = {0: "(b) seen test" if pair in SEEN_TEST else "(a) training", 2: "(c) unseen test"}
            if of.get(unseen) != title:
                continue
            used |= {*pair}
            (x, y), (x2, y2) = tfs[pair[0]], targets[pair[1]]
            axis.plot([x + 0.28, x2 - 0.3], [y, y2], color=colour, linewidth=1.6,
                      linestyle="-" if pair in IS_EDGE else (0, (3, 2)))  # fmt: skip
        for name, (x, y) in {**tfs, **targets}.items():
            style = {"color": INK if name in used else "#767676", "fontsize": 12}
            axis.text(x, y, name, ha="center", va="center", **style)
        axis.set_title(title, fontsize=13, loc="left", color=colour)
        axis.set(xlim=(-0.45, 2.85), ylim=(-0.5, 5.5))
        axis.set_axis_off()
    handles = [
        Line2D([], [], color=INK, label="edge (a positive)"),
        Line2D([], [], color=INK, linestyle=(0, (3, 2)), label="no edge (a negative)"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=11)
    return figure


def favicon() -> Figure:
    """Draw one edge of a network: a regulator, its target and an arrow."""
    figure = Figure(figsize=(1, 1))
    axis = figure.add_axes((0, 0, 1, 1))
    box = FancyBboxPatch((0.2, 0.2), 0.6, 0.6, boxstyle="round,pad=0.2", color=TEXT)
    axis.add_patch(box)
    arrow = FancyArrowPatch(
        (0.3, 0.7), (0.72, 0.28), arrowstyle="-|>", mutation_scale=22, linewidth=5,
        color="white", shrinkA=0, shrinkB=6,
    )  # fmt: skip
    axis.add_patch(arrow)
    for x, y in ((0.28, 0.72), (0.74, 0.26)):
        axis.add_patch(Circle((x, y), 0.15, color="white"))
    axis.set(xlim=(0, 1), ylim=(0, 1))
    axis.set_axis_off()
    return figure


def draw(folder: Path) -> None:
    """Write cover.svg, split.svg, favicon.png and _static/preview.png into `folder`."""
    with matplotlib.rc_context({"svg.hashsalt": "infosem"}):  # so that two drawings are the same
        for name, figure in (("cover", cover()), ("split", split())):
            figure.savefig(folder / f"{name}.svg", transparent=True, metadata={"Date": None})
    (folder / "_static").mkdir(exist_ok=True)
    # What shows a link to a page, such as a messenger, shows this with it.
    cover().savefig(folder / "_static" / "preview.png", dpi=120)
    favicon().savefig(folder / "favicon.png", dpi=128, transparent=True)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
