"""Which runs make up each table and figure.

A study takes a store, has what it lacks run, and returns the rows that the book shows of it. It is
stopped at any moment and resumed by calling it again. How jobs are run is told in `scheduling`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd

from infosem.data import STRING
from infosem.errors import InfosemError
from infosem.splits import Protocol
from infosem_study.baselines.labels import SHUFFLES
from infosem_study.comparison import compare, jobs_of
from infosem_study.jobs import Job, results_of
from infosem_study.methods import METHODS
from infosem_study.presets import method_for
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store
from infosem_study.variants import all_genes, base_name, fewer_cells, shuffled

__all__ = [
    "CONTROLS",
    "CURVE_EPOCHS",
    "DEPARTURES",
    "DOWNSAMPLED",
    "FEWER_SEEDS",
    "NON_SPECIFIC_CONTROLS",
    "NON_SPECIFIC_METHODS",
    "PRIOR_SETTINGS",
    "PROTOCOL_CHOICES",
    "SEEDS",
    "STRING_STUDY",
    "STUDIES",
    "SUBSAMPLING_DRAWS",
    "SUBSAMPLING_IN_FULL",
    "SUBSAMPLING_METHODS",
    "SUBSAMPLING_PERCENTS",
    "TABLE1_METHODS",
    "controls",
    "departures",
    "learning_curve",
    "prior_settings",
    "protocol_choices",
    "sensitivity",
    "smallest",
    "subsampling",
]

# Training on fewer negatives is a question of its own (Appendix D), and so are the prior without
# expression and the pair-aware one, which the paper does not have, other readings of the paper (see
# `pages.multiverse`) and edges of a database (`pages.known_edges`). SCENIC needs a database, too.
DOWNSAMPLED = tuple(name for name, method in METHODS.items() if method.downsampled)
TABLE1_METHODS = tuple(
    name
    for name, method in METHODS.items()
    if not method.database
    and name not in (*DOWNSAMPLED, "InfoSEM-B (pairs)", "Prior alone", "SCENIC")
    and not name.endswith("(reading)")
)
# Without those that would take hours there.
NON_SPECIFIC_METHODS = tuple(
    name for name in TABLE1_METHODS if name not in ("scGREAT", "MatComp (rank by CV)")
)
SEEDS = tuple(range(10))
"""Training seeds of DeepSEM and InfoSEM-B in Table 1: ten, as DeepSEM's authors average; InfoSEM-BC
and variants have fewer."""
FEWER_SEEDS = SEEDS[:3]
"""On the non-specific networks and where seeds are studied; elsewhere they have the first, and in
Figure 6 that of the draw of cells."""
DEPARTURES = ("constant learning rate", "KL weight of 0.1", "A starts half as large")
"""Of `PROTOCOL_CHOICES`, those that change a verdict on one seed."""
STUDIES: dict[str, dict[str, Any]] = {
    "table1": {"methods": TABLE1_METHODS, "seeds": SEEDS},
    "non-specific": {
        "methods": NON_SPECIFIC_METHODS,
        "network": "non-cell-type-specific",
        "seeds": FEWER_SEEDS,
    },
    "downsampled": {"methods": DOWNSAMPLED},
}
"""What `compare` is called with, for each part of the paper."""
STRING_STUDY: dict[str, Any] = {
    "methods": (
        "Random", "Random TF constant", "One-hot LR", "MatComp", "Pearson correlation", "DeepSEM",
        "InfoSEM-B",
    ),
    "network": STRING,
}  # fmt: skip
"""The same on BEELINE's third network, which the paper leaves out: methods that take minutes."""
# The correlations draw nothing at random, so that on fewer cells nothing but the cells moves them.
SUBSAMPLING_METHODS = (
    "Random TF constant", "Pearson correlation", "Partial correlation", "DeepSEM", "InfoSEM-B",
    "InfoSEM-BC",
)  # fmt: skip
SUBSAMPLING_IN_FULL = ("hESC",)
"""The data set of the paper's Figure 6, on which `subsampling` runs what takes long, too."""
SUBSAMPLING_PERCENTS = (20, 40, 60, 80, 100)
SUBSAMPLING_DRAWS = (0,)
CURVE_EPOCHS = (3, 6, 12, 25)  # scGREAT has 12 in this book


def learning_curve(
    store: Store,
    dataset: str,
    method: str = "scGREAT",
    *,
    epochs: Sequence[int] = CURVE_EPOCHS,
    split: int = 0,
    runner: Runner = HERE,
) -> pd.DataFrame:
    """What training for fewer epochs costs a method that learns from labels.

    Parameters
    ----------
    store : Store
    dataset : str
        As in `variants.load`, with its cell-type-specific network.
    method : str
        One with ``epochs`` among its settings.
    epochs : sequence of int
        Each is a run of its own, from the start.
    split : int
    runner
        As for `compare`.

    Returns
    -------
    DataFrame
        As from `compare`, with a column epochs.
    """
    network = "planted" if base_name(dataset) == "synthetic" else "cell-type-specific"
    prepared = method_for(method, base_name(dataset), network)
    jobs = [
        Job(prepared.with_settings(epochs=n), dataset, network, SEEDS[0], (split,)) for n in epochs
    ]
    runner.run(jobs, store)
    return pd.DataFrame(results_of(store, jobs)).assign(epochs=list(epochs))


def sensitivity(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    splits: Sequence[int] = tuple(range(10)),
    seeds: Sequence[int] = SEEDS[:1],
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Rows of Figure 4: InfoSEM-B with each embedding, and the controls.

    Parameters
    ----------
    store, datasets, network, splits, seeds, runner
        As for `compare`.

    Returns
    -------
    DataFrame
        As from `compare`. The method says which embedding InfoSEM-B had ("InfoSEM-B, random"),
        whether the genes' expression was shuffled among them, and whether there was none at all
        ("Prior alone"). The embedding of Table 1 is called "text".
    """

    def rows(name: str, method: str, on: str | None = None, embedding: str | None = None) -> None:
        frame = compare(
            store, datasets=[on or dataset], network=network, methods=[method], splits=splits,
            seeds=seeds, embedding=embedding, runner=runner,
        )  # fmt: skip
        lines.extend(frame.assign(dataset=dataset, method=name).to_dict("records"))

    lines: list[Any] = []
    for dataset in datasets:
        text = method_for("InfoSEM-B", base_name(dataset), network).settings["embedding"]
        rows("Random TF constant", "Random TF constant")
        rows("DeepSEM", "DeepSEM")
        rows("InfoSEM-B, text", "InfoSEM-B")
        if text == "BioBERT":
            rows("InfoSEM-B, MiniLM", "InfoSEM-B", embedding="MiniLM")
        rows("InfoSEM-B, permuted", "InfoSEM-B", embedding=f"permuted {text}")
        rows("InfoSEM-B, random", "InfoSEM-B", embedding="random")
        rows("InfoSEM-B, one-hot", "InfoSEM-B", embedding="one-hot")
        rows("Prior alone, text", "Prior alone", embedding=text)
        rows("Prior alone, permuted", "Prior alone", embedding=f"permuted {text}")
        rows("DeepSEM, expression shuffled", "DeepSEM", shuffled(dataset))
        rows("InfoSEM-B, expression shuffled", "InfoSEM-B", shuffled(dataset))
    return pd.DataFrame(lines)


_LABELS_SHUFFLED = ("One-hot LR", "MatComp")
_LABELS_SHUFFLED_TOO = ("GENELink", "InfoSEM-BC")
CONTROLS: dict[str, tuple[str, ...]] = {
    "expression shuffled": (
        "Pearson correlation", "Partial correlation", "Mutual information", "ARACNE", "PIDC",
        "TIGRESS", "GRNBoost2", "DeepSEM", "InfoSEM-B",
    ),
    "embeddings permuted": ("InfoSEM-B", "InfoSEM-B (pairs)"),
    "no expression": ("InfoSEM-B",),
    "labels shuffled within TFs": (*_LABELS_SHUFFLED, *_LABELS_SHUFFLED_TOO),
    "labels shuffled": (*_LABELS_SHUFFLED, *_LABELS_SHUFFLED_TOO),
}  # fmt: skip
"""What is taken from which methods in `controls`. Others take too long, or have no such input."""
NON_SPECIFIC_CONTROLS: dict[str, tuple[str, ...]] = {
    "expression shuffled": CONTROLS["expression shuffled"],
    "embeddings permuted": ("InfoSEM-B (pairs)",),
    "labels shuffled within TFs": _LABELS_SHUFFLED,
    "labels shuffled": _LABELS_SHUFFLED,
}
"""The same on the non-specific networks, where training takes longer."""
# Trained anew on every split, for minutes: as they are and without an input, on the first splits.
_CONTROL_DEPTH = dict.fromkeys(_LABELS_SHUFFLED_TOO, 3)


def controls(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    taken: Mapping[str, Sequence[str]] = CONTROLS,
    splits: Sequence[int] = tuple(range(10)),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Rows of methods from which one of their inputs is taken, and of the methods as they are.

    Parameters
    ----------
    store, datasets, network, splits, runner
        As for `compare`.
    taken : mapping of str to sequence of str
        Which of `CONTROLS` from which methods. Those under "none" are run as they are only.

    Returns
    -------
    DataFrame
        As from `compare`, with a column control: one of `CONTROLS`, or "none" for a method as it
        is. "no expression" is the prior alone. Methods that take minutes on every split have the
        first three.
    """
    lines: list[Any] = []

    def rows(control: str, names: Sequence[str], on: str | None = None, **how: Any) -> None:
        for depth in dict.fromkeys(map(_CONTROL_DEPTH.get, names)):
            chosen = [name for name in names if _CONTROL_DEPTH.get(name) == depth]
            frame = compare(
                store, datasets=[on or dataset], network=network, methods=chosen,
                splits=splits[:depth], **how, runner=runner,
            )  # fmt: skip
            frame["method"] = frame["method"].replace("Prior alone", "InfoSEM-B")
            lines.extend(frame.assign(dataset=dataset, control=control).to_dict("records"))

    every = [*dict.fromkeys(name for names in taken.values() for name in names)]
    for dataset in datasets:
        text = method_for("InfoSEM-B", base_name(dataset), network).settings["embedding"]
        rows("none", every)
        rows("expression shuffled", taken.get("expression shuffled", ()), shuffled(dataset))
        permuted = taken.get("embeddings permuted", ())
        rows("embeddings permuted", permuted, embedding=f"permuted {text}")
        if taken.get("no expression"):
            rows("no expression", ["Prior alone"], embedding=text)
        for how in SHUFFLES:
            rows(f"labels {how}", taken.get(f"labels {how}", ()), labels=how)
    return pd.DataFrame(lines)


PRIOR_SETTINGS: dict[str, dict[str, float]] = {
    "as in Table 1": {},
    "w learns 10 times slower": {"lr_w": 0.1},
    "w learns 10 times faster": {"lr_w": 10.0},
    "sigma_w 100 times smaller": {"sigma_w": 0.01},
    "sigma_w 100 times larger": {"sigma_w": 100.0},
}
"""Settings of InfoSEM-B's prior with which `prior_settings` trains it: what is multiplied by how
much."""


def prior_settings(
    store: Store,
    *,
    datasets: Sequence[str],
    splits: Sequence[int] = tuple(range(10)),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Rows of InfoSEM-B with other settings of its prior, on cell-type-specific networks.

    RMSprop's steps do not depend on the size of a gradient. Vectors that are ten times longer thus
    do what a ten times larger learning rate of w does. The weight of the prior stays the one that
    is chosen in Table 1.

    Parameters
    ----------
    store, datasets, splits, runner
        As for `compare`.

    Returns
    -------
    DataFrame
        As from `compare`, the methods being the names of `PRIOR_SETTINGS`.
    """
    lines: list[Any] = []
    for dataset, (name, factors) in product(datasets, PRIOR_SETTINGS.items()):
        usual = method_for("InfoSEM-B", base_name(dataset), "cell-type-specific").settings
        frame = compare(
            store, datasets=[dataset], methods=["InfoSEM-B"], splits=splits,
            settings={setting: factor * usual[setting] for setting, factor in factors.items()},
            keeps_alpha=True, runner=runner,
        )  # fmt: skip
        lines.extend(frame.assign(method=name).to_dict("records"))
    return pd.DataFrame(lines)


PROTOCOL_CHOICES: dict[str, dict[str, Any]] = {
    "as in Table 1": {},
    "another training seed": {"seeds": SEEDS[:2]},
    "targets with an edge anywhere": {"protocol": Protocol(targets="positive-anywhere")},
    "every gene a target": {"protocol": Protocol(targets="all")},
    "no TF with itself": {"protocol": Protocol(self_pairs=False)},
    "no gene dropped": {"all_genes": True},
    "constant learning rate": {"settings": {"decay": 1.0}},
    "KL weight of 0.1": {"settings": {"beta": 0.1}},
    "a fifth fewer epochs": {"epochs": 0.8},
    "A starts half as large": {"settings": {"start": 0.5}},
}
"""What the paper leaves open, decided otherwise: what `protocol_choices` calls `compare` with, the
epochs as a multiple of the usual ones, and whether all genes are kept. The training seed, of which
the last counts, is for scale. The last four are what the first edition of this book trained with,
by an early revision of DeepSEM's settings and a schedule that never fires in today's torch."""


def protocol_choices(
    store: Store,
    *,
    datasets: Sequence[str],
    choices: Sequence[str] = tuple(PROTOCOL_CHOICES),
    splits: Sequence[int] = tuple(range(10)),
    seeds: Sequence[int] = SEEDS[:1],
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Rows of Table 1 under other choices, on cell-type-specific networks.

    DeepSEM and InfoSEM-B, and the rows without information where the choice concerns the pairs of
    the test. Genes that have no text can have no text embedding: where these are kept, InfoSEM-B
    is left out. The weight of its prior is the one that is chosen in Table 1, on the training edges
    of the split; where the choice concerns the pairs, it is chosen anew.

    Parameters
    ----------
    store, datasets, splits, runner
        As for `compare`.
    choices : sequence of str
        Some of `PROTOCOL_CHOICES`.
    seeds : sequence of int
        Of the choices that are not about them.

    Returns
    -------
    DataFrame
        As from `compare`, with a column choice. The data set is named without its variant.
    """
    lines: list[Any] = []
    for dataset, choice in product(datasets, choices):
        changes = {"seeds": seeds, **PROTOCOL_CHOICES[choice]}
        every_gene = changes.pop("all_genes", False)
        if "epochs" in changes:
            usual = method_for("DeepSEM", base_name(dataset), "cell-type-specific").settings
            changes["epochs"] = round(changes["epochs"] * usual["epochs"])
        changes["keeps_alpha"] = bool({"settings", "epochs"} & set(changes))
        methods = ["DeepSEM"] if every_gene else ["DeepSEM", "InfoSEM-B"]
        if not {"settings", "epochs", "seeds"} & set(PROTOCOL_CHOICES[choice]):
            methods += ["Random", "Random TF constant"]
        frame = compare(
            store, datasets=[all_genes(dataset) if every_gene else dataset], methods=methods,
            splits=splits, **changes, runner=runner,
        )  # fmt: skip
        if "seeds" in PROTOCOL_CHOICES[choice]:
            frame = frame[frame["seed"] == changes["seeds"][-1]]
        lines.extend(frame.assign(dataset=dataset, choice=choice).to_dict("records"))
    return pd.DataFrame(lines)


def departures(
    store: Store,
    *,
    datasets: Sequence[str],
    splits: Sequence[int] = tuple(range(10)),
    seeds: Sequence[int] = SEEDS[:5],
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Rows of DeepSEM and InfoSEM-B with `DEPARTURES`, where text gains most, with several seeds.

    Parameters
    ----------
    store, splits, seeds, runner
        As for `compare`.
    datasets : sequence of str
        Of which hESC is taken, or the first.

    Returns
    -------
    DataFrame
        As from `protocol_choices`.
    """
    one = "hESC" if "hESC" in datasets else datasets[0]
    rows = protocol_choices(
        store, datasets=[one], choices=("as in Table 1", *DEPARTURES), splits=splits, seeds=seeds,
        runner=runner,
    )  # fmt: skip
    return rows[rows["method"].isin(("DeepSEM", "InfoSEM-B"))].reset_index(drop=True)


def subsampling(
    store: Store,
    *,
    datasets: Sequence[str],
    methods: Sequence[str] = SUBSAMPLING_METHODS,
    percents: Sequence[int] = SUBSAMPLING_PERCENTS,
    draws: Sequence[int] = SUBSAMPLING_DRAWS,
    in_full: Sequence[str] = SUBSAMPLING_IN_FULL,
    splits: Sequence[int] = tuple(range(10)),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Rows of Figure 6: methods that see only some of the cells, on cell-type-specific networks.

    The alpha that InfoSEM-B, and InfoSEM-BC with it, has on a split is the one that all cells
    chose, by the training edges of that same split (see `compare`). It is not chosen again on fewer
    cells, which would take three times as many runs.

    Parameters
    ----------
    store, datasets, methods, splits, runner
        As for `compare`.
    percents : sequence of int
        Of the cells, from 1 to 100.
    draws : sequence of int
        Of the cells. A deep method that sees a draw has the training seed of the same number, and
        so it has on all cells, where draws differ in nothing else.
    in_full : sequence of str
        The data sets on which methods with labels take part, too, which are trained anew on every
        split; and the other deep methods are trained on the smallest percentage once more, for as
        many epochs more as there are cells fewer, since in the same epochs they make fewer steps.

    Returns
    -------
    DataFrame
        As from `compare`, with columns percent and draw. What does not look at cells is there with
        100 percent only. The method of the longer training is called "DeepSEM (longer)".

    Raises
    ------
    InfosemError
        As `compare`, and for a percentage that there is not.
    """
    if wrong := [percent for percent in percents if percent not in range(1, 101)]:
        raise InfosemError(f"percents: {wrong}; give whole numbers from 1 to 100")
    lines: list[Any] = []
    fewer: list[tuple[Job, dict[str, Any]]] = []  # with what its rows are called
    for dataset in datasets:
        names = [name for name in methods if dataset in in_full or not METHODS[name].labels]
        if not names:
            continue
        whole = compare(
            store, datasets=[dataset], methods=names, splits=splits, seeds=draws,
            runner=runner,
        )  # fmt: skip
        if 100 not in percents:
            whole = whole[[not METHODS[name].expression for name in whole["method"]]]
        lines.extend(whole.assign(percent=100, draw=whole["seed"]).to_dict("records"))
        on_all_cells = [
            job
            for stage in ("fixed", "chosen")
            for job in jobs_of(
                stage, store, dataset, network="cell-type-specific", methods=names,
                splits=splits, seeds=draws[:1],
            )
        ]  # fmt: skip
        for percent, draw, job in product(percents, draws, on_all_cells):
            if percent == 100 or not job.method.expression:
                continue
            job = replace(job, dataset=fewer_cells(dataset, percent, draw), seed=draw)
            about = {"dataset": dataset, "percent": percent, "draw": draw}
            fewer.append((job, about))
            unlabelled = job.method.deep and not job.method.labels
            if dataset in in_full and percent == min(percents) and unlabelled:
                epochs = round(job.method.settings["epochs"] * 100 / percent)
                job = replace(job, method=job.method.with_settings(epochs=epochs))
                fewer.append((job, {**about, "method": f"{job.method.name} (longer)"}))
    jobs = [job for job, _ in fewer]
    runner.run(jobs, store)
    called = [about for job, about in fewer for _ in job.splits]
    results = results_of(store, jobs)
    lines += [{**result, **about} for result, about in zip(results, called, strict=True)]
    return pd.DataFrame(lines)


def smallest(datasets: Sequence[str]) -> str:
    """The data set of some on which the book shows what takes long: mDC, with the fewest cells."""
    return "mDC" if "mDC" in datasets else datasets[0]
