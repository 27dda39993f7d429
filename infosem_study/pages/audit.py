"""What a score on interactions between unseen genes is worth: nulls, shortcuts, errors.

Everything is computed from scores, which the ledger does not keep, or from the data alone. What a
page shows of it is kept beside the ledger (see `derive`), for the first training seed.

References
----------
Vovk and Wang (2020), Combining p-values via averaging, Biometrika 107, 791-808: twice the mean of
p-values is one, however they depend on each other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.metrics import hit_at
from infosem.splits import Split
from infosem_study.baselines.correlation import standardised
from infosem_study.comparison import compare
from infosem_study.derived import derive, runs_of
from infosem_study.execution import scores_of
from infosem_study.presets import method_for
from infosem_study.reported import reported
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store
from infosem_study.variants import base_name, load

__all__ = [
    "FEWEST",
    "FOLDED",
    "METHODS_OF",
    "average_precisions",
    "chance",
    "components",
    "describe_components",
    "describe_folds",
    "describe_nulls",
    "describe_pair_differences",
    "describe_placed",
    "describe_power",
    "describe_shortcuts",
    "describe_within",
    "fill",
    "folds",
    "format_within",
    "gain",
    "measures",
    "null_table",
    "nulls",
    "pair_differences",
    "pair_rows",
    "paired_within",
    "permutations",
    "placed",
    "power",
    "results",
    "shortcut_table",
    "shortcuts",
    "tf_components",
    "within",
    "within_summary",
]

Floats = NDArray[np.float64]

_BOTH = (
    "Random", "Random TF constant", "One-hot LR", "MatComp", "Pearson correlation",
    "Partial correlation", "Mutual information", "ARACNE", "PIDC", "TIGRESS", "GENIE3",
    "GRNBoost2", "DeepSEM", "InfoSEM-B", "InfoSEM-BC",
)  # fmt: skip
METHODS_OF: dict[str, Sequence[str]] = {
    "cell-type-specific": _BOTH,
    "non-cell-type-specific": (*_BOTH, "RegDiffusion"),
}
"""The methods that are audited, by network. The page says which are not, and why."""
FOLDED = ("Pearson correlation", "DeepSEM")
"""Methods on which split designs are compared: their scores are the same on every split."""
FEWEST = 3
"""How many positives, and how many negatives, a TF has at least for an AUPRC of its own."""

_N_DRAWS, _N_PERMUTATIONS, _N_DESIGNS, _N_RESAMPLES = 200, 999, 200, 2000
_GROUPS = 4  # of TFs and of targets: a fourth of each is unseen on a split
_UNINFORMED = ("Random", "Random TF constant")
_CHUNK = 2_000_000  # numbers that are ranked at once, to keep memory small

_NULLS = {"block": str, "kind": str, "measure": str, "mean": float, "sd": float, "low": float,
          "median": float, "high": float}  # fmt: skip
_WITHIN = {"tf": str, "n_positive": int, "n_pairs": int, "auprc": float, "others": float}
_PERMUTATIONS = {"n_tfs": int, "auprc": float, "null_mean": float, "null_sd": float, "p": float,
                 "n_targets": int, "target_gain": float}  # fmt: skip
_SHORTCUTS = {"feature": str, "role": str, "sign": str, "train_auprc": float, "auprc": float,
              "tf_gain": float, "target_gain": float}  # fmt: skip
_FOLDS = {"design": str, "n_blocks": int, "mean": float, "sd": float}
_GROUP = ["network", "dataset", "method"]


# --- measures -------------------------------------------------------------------------------------


def average_precisions(labels: ArrayLike, scores: ArrayLike, *, broken: bool = False) -> Floats:
    """Average precision of many rankings at once.

    Parameters
    ----------
    labels : array_like of bool, shape (n,) or (m, n)
        Each line with at least one positive.
    scores : array_like of float, shape (n,) or (m, n)
        Where they are one line, they are sorted once for all lines of labels.
    broken : bool
        How pairs with equal scores count. By default they share one threshold, as in
        `metrics.auprc`. Otherwise the result is the mean over all orders of them, exactly, so that
        a constant gets what random scores get on average.

    Returns
    -------
    ndarray of float, shape () or (m,)

    Raises
    ------
    InfosemError
        If a line of labels has no positive.
    """
    labels, scores = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=np.float64)
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranked, hits = _at(scores, order), _at(labels, order)
    end = _last_equal(ranked)
    found = np.cumsum(hits, axis=-1)
    n_positive = found[..., -1]
    if not np.all(n_positive):
        raise InfosemError("labels: a line without positives has no average precision; drop it")
    by_end = _at(found, end)
    if not broken:
        return np.asarray((hits * (by_end / (end + 1))).sum(axis=-1) / n_positive)
    place = np.arange(end.shape[-1])
    start = place[-1] - _last_equal(ranked[..., ::-1])[..., ::-1]
    before = _at(found - hits, start)
    tied, positive = end - start + 1, by_end - before
    # A place holds a positive with probability positive / tied; those tied above it hold their
    # share of the other positives.
    above = (place - start) * (positive - 1) / np.maximum(tied - 1, 1)
    terms = positive / tied * (before + 1 + above) / (place + 1)
    return np.asarray(terms.sum(axis=-1) / n_positive)


def _last_equal(ranked: NDArray[Any]) -> NDArray[np.int64]:
    """Of each place of sorted lines, the last place with the same value."""
    place = np.arange(ranked.shape[-1])
    is_last = np.ones(ranked.shape, dtype=bool)
    is_last[..., :-1] = ranked[..., 1:] != ranked[..., :-1]
    end = np.where(is_last, place, len(place))
    return np.asarray(np.minimum.accumulate(end[..., ::-1], axis=-1)[..., ::-1])


def _at(values: NDArray[Any], places: NDArray[np.int64]) -> NDArray[Any]:
    """Values at places of their line; one line of either serves all of the other."""
    if places.ndim == 1:
        return np.asarray(values[..., places])
    return np.take_along_axis(np.broadcast_to(values, places.shape), places, axis=-1)


def chance(n_positive: ArrayLike, n_pairs: ArrayLike) -> Floats:
    """Mean average precision of random scores without ties, over all orders of the pairs.

    It lies above the share of positives, and far above it where pairs are few: with one positive
    among five, at 0.46.
    """
    n_positive, n_pairs = np.asarray(n_positive, dtype=float), np.asarray(n_pairs, dtype=float)
    others = (n_positive - 1) / np.maximum(n_pairs - 1, 1)
    harmonic = special.digamma(n_pairs + 1) + np.euler_gamma
    return np.asarray(others + (1 - others) * harmonic / n_pairs)


def gain(auprc: ArrayLike, n_positive: ArrayLike, n_pairs: ArrayLike) -> Floats:
    """AUPRC beyond chance, as a part of what there is to gain: 0 is chance, 1 is perfect.

    An AUPRC divided by the share of positives can reach 1 / share, so that TFs with few positives
    make the mean; the difference can reach 1 - share, so that those with many cannot add to it.
    """
    base = chance(n_positive, n_pairs)
    return np.asarray((np.asarray(auprc) - base) / (1 - base))


def measures(
    shares: Sequence[float] = (0.02, 0.1, 0.2, 0.4, 0.6), separation: float = 1.0
) -> pd.DataFrame:
    """What the same scores get at different shares of positives, by three measures.

    Scores are normal, those of positives higher by `separation` standard deviations: their AUROC
    is the same for every share. In the limit of many pairs.

    Returns
    -------
    DataFrame
        share, AUROC, AUPRC, AUPRC / share, AUPRC - share, and gain, each with its highest value.
    """
    limit = np.linspace(-8, 8 + separation, 20001)
    recall, fallout = stats.norm.sf(limit - separation), stats.norm.sf(limit)
    lines = []
    for share in shares:
        precision = share * recall / (share * recall + (1 - share) * fallout)
        auprc = float(-np.trapezoid(precision, recall))
        lines.append(
            {
                "share of positives": f"{share:g}",
                "AUROC": f"{stats.norm.cdf(separation / 2**0.5):.2f}",
                "AUPRC": f"{auprc:.2f}",
                "AUPRC / share (at most)": f"{auprc / share:.2f} ({1 / share:.1f})",
                "AUPRC - share (at most)": f"{auprc - share:.2f} ({1 - share:.2f})",
                "gain (at most)": f"{(auprc - share) / (1 - share):.2f} (1)",
            }
        )
    return pd.DataFrame(lines)


# --- which runs -----------------------------------------------------------------------------------


def results(
    store: Store,
    *,
    datasets: Sequence[str],
    methods: Mapping[str, Sequence[str]] = METHODS_OF,
    **options: Any,
) -> pd.DataFrame:
    """Rows of `comparison.compare` on several networks, in one frame.

    Parameters
    ----------
    ledger, datasets
        As for `comparison.compare`.
    methods : mapping of str to sequence of str
        By network; with Random, under whose runs the nulls and the shortcuts are kept.
    **options
        More of `comparison.compare`, such as `splits`.
    """
    parts = [
        compare(store, datasets=datasets, network=network, methods=names, **options)
        for network, names in methods.items()
    ]
    # The synthetic data have one network, whichever is asked for.
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


def fill(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> None:
    """Compute and store all that the audit needs and the ledger's folder lacks.

    Scores are taken from where the store keeps them, or kept for the meantime where it keeps none
    (`Store.keeping_scores`); what is not there is run again.

    Parameters
    ----------
    store : Store
    rows : DataFrame
        From `results`.
    runner : Runner
        Whether and where to compute.
    """
    with store.keeping_scores() as keeping:
        for table in (nulls, shortcuts, permutations, within, folds):
            table(keeping, rows, runner=runner)


def _first_seed(rows: pd.DataFrame) -> pd.DataFrame:
    first = rows.groupby([*_GROUP, "split"])["seed"].transform("min")
    return rows[rows["seed"] == first]


def _kept(
    store: Store,
    name: str,
    columns: Mapping[str, type],
    rows: pd.DataFrame,
    compute: Callable[[Mapping[str, Any]], pd.DataFrame],
    **options: Any,
) -> pd.DataFrame:
    """`derive`, for all methods of `rows` on all networks."""
    parts = []
    for network, part in _first_seed(rows).groupby("network", sort=False):
        runs = runs_of(part, list(part["method"].unique()))
        parts.append(derive(store, name, columns, runs, compute, **options).assign(network=network))
    return pd.concat(parts, ignore_index=True)


def _random(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of Random, which stand for their data set and split."""
    found = rows[rows["method"] == "Random"]
    if not len(found):
        raise InfosemError("rows: none of Random; the nulls are kept under its runs, so add it")
    return found


class _Block:
    """The unseen block of a split: a rectangle of unseen TFs and unseen targets."""

    def __init__(self, dataset: Dataset, split: Split) -> None:
        self.tfs = np.flatnonzero(split.unseen.any(axis=1))
        self.targets = np.flatnonzero(split.unseen.any(axis=0))
        self.labels = self.of(dataset.network)
        self.names = dataset.tf_names[self.tfs]
        self.where = f"{dataset.name} ({dataset.network_name}), split {split.seed}"
        # A TF with itself, which most methods rank last.
        self.itself = dataset.tfs[self.tfs][:, np.newaxis] == self.targets

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(values[np.ix_(self.tfs, self.targets)])


# --- 1. nulls -------------------------------------------------------------------------------------


def nulls(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """What scores without information get on the unseen block, in 200 draws of each kind.

    Parameters
    ----------
    store : Store
        In whose folder the file is.
    rows : DataFrame
        From `results`; with Random.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        network, dataset, block, kind, measure, mean, sd, low, median and high (2.5%, 50% and 97.5%
        quantiles). A block is a split, or several with blanks between: the mean over these, where
        the constants of a draw are those of the TFs and targets on all splits. The kinds are "one
        constant", "noise", "TF constant", "target constant" and "sum" of the last two; the
        measures "AUPRC", "AUPRC, ties broken" (mean over the orders of equal scores) and "Hit@1%".

    Raises
    ------
    InfosemError
        As `derived.derive`, and without rows of Random.
    """
    chosen = _random(rows)
    first = chosen[chosen["split"] == chosen["split"].min()]
    parts = []
    for network, part in first.groupby("network", sort=False):
        own = chosen[chosen["network"] == network]
        splits = {
            str(dataset): [int(split) for split in of_dataset["split"].unique()]
            for dataset, of_dataset in own.groupby("dataset", sort=False)
        }
        blocks = {
            dataset: [*dict.fromkeys([*map(str, seeds), " ".join(map(str, seeds))])]
            for dataset, seeds in splits.items()
        }

        def compute(
            run: Mapping[str, Any], splits: Mapping[str, list[int]] = splits
        ) -> pd.DataFrame:
            return _drawn(store, run, splits[run["dataset"]])

        parts.append(
            _kept(store, "nulls", _NULLS, part, compute, runner=runner, only=("block", blocks))
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _drawn(store: Store, run: Mapping[str, Any], splits: Sequence[int]) -> pd.DataFrame:
    values: dict[tuple[str, str], list[Floats]] = {}
    for seed in splits:
        dataset, split, _ = scores_of(store, {**run, "split": seed})
        block, rng = _Block(dataset, split), np.random.default_rng([*b"noise", seed])
        constants = np.random.default_rng([*b"nulls"])  # the same on all splits
        of_tf = constants.random((_N_DRAWS, dataset.n_tfs, 1))[:, block.tfs]
        of_target = constants.random((_N_DRAWS, 1, dataset.n_genes))[:, :, block.targets]
        found: dict[tuple[str, str], list[float]] = {}
        for part in _parts(_N_DRAWS, block.labels.size):
            shape = (part.stop - part.start, *block.labels.shape)
            kinds = {
                "one constant": np.zeros(shape),
                "noise": rng.random(shape),
                "TF constant": np.broadcast_to(of_tf[part], shape),
                "target constant": np.broadcast_to(of_target[part], shape),
                "sum": of_tf[part] + of_target[part],
            }
            labels = block.labels.ravel()
            for kind, drawn in kinds.items():
                scores = drawn.reshape(-1, labels.size)
                measured = {
                    "AUPRC": average_precisions(labels, scores),
                    "AUPRC, ties broken": average_precisions(labels, scores, broken=True),
                    "Hit@1%": np.array([hit_at(labels, line) for line in scores]),
                }
                for measure, value in measured.items():
                    found.setdefault((kind, measure), []).extend(value)
        for name, of_draws in found.items():
            values.setdefault(name, []).append(np.array(of_draws))
    lines = []
    for (kind, measure), by_split in values.items():
        blocks = {str(seed): value for seed, value in zip(splits, by_split, strict=True)}
        blocks[" ".join(map(str, splits))] = np.mean(by_split, axis=0)
        for block_name, value in blocks.items():
            low, median, high = np.quantile(value, [0.025, 0.5, 0.975])
            lines.append(
                (block_name, kind, measure, value.mean(), value.std(ddof=1), low, median, high)
            )
    return pd.DataFrame(lines, columns=[*_NULLS])


def _parts(n: int, size: int) -> list[slice]:
    step = max(1, _CHUNK // size)
    return [slice(start, min(n, start + step)) for start in range(0, n, step)]


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    """Lines of `nulls` for the mean over all splits: of the longest block of a data set."""
    length = table["block"].str.count(" ")
    return table[length == length.groupby([table["network"], table["dataset"]]).transform("max")]


def null_table(table: pd.DataFrame) -> pd.DataFrame:
    """`nulls` of the mean over splits, as a table to read.

    Returns
    -------
    DataFrame
        A row a network, kind and measure, a column a data set: mean and, in brackets, 95% range
        over draws.
    """
    whole = _whole(table)
    shown = [
        f"{mean:.3f}" if high - low < 1e-9 else f"{mean:.3f} [{low:.3f}, {high:.3f}]"
        for mean, low, high in whole[["mean", "low", "high"]].to_numpy()
    ]
    # Without ties, breaking them changes nothing.
    same = whole["kind"].isin(["noise", "sum"]) & (whole["measure"] == "AUPRC, ties broken")
    return _wide(whole.assign(text=shown)[~same], ["network", "kind", "measure"])


def describe_nulls(table: pd.DataFrame) -> str:
    """How far luck alone goes, in words: for the mean over all splits, by network."""
    texts = []
    for network, whole in _whole(table).groupby("network", sort=False):

        def told(
            kind: str, column: str = "mean", measure: str = "AUPRC", less: str = "one constant",
            whole: pd.DataFrame = whole,
        ) -> str:  # fmt: skip
            by_name = whole.set_index("dataset")
            own = by_name[(by_name["kind"] == kind) & (by_name["measure"] == measure)]
            base = by_name[(by_name["kind"] == less) & (by_name["measure"] == "AUPRC")]
            values = own[column] - base["mean"]
            return _listed(f"{name} {value:+.3f}" for name, value in values.items())

        sds = whole[whole["measure"] == "AUPRC"].pivot(index="dataset", columns="kind", values="sd")
        ratios = (sds["TF constant"] / sds["noise"]).loc[whole["dataset"].unique()]
        wider = _listed(f"{name} {ratio:.1f} times" for name, ratio in ratios.items())
        broken = told("TF constant", measure="AUPRC, ties broken", less="TF constant")
        texts.append(
            f"{network}, AUPRC beyond the share of positives:\n"
            f"  noise, mean: {told('noise')}\n"
            f"  TF constant, mean: {told('TF constant')}\n"
            f"  TF constant, the luckiest 2.5% of draws: {told('TF constant', 'high')}\n"
            f"  target constant, the luckiest 2.5% of draws: {told('target constant', 'high')}\n"
            f"  what breaking ties adds to the mean of TF constants: {broken}\n"
            f"  the range of TF constants is wider than that of noise: {wider}"
        )
    return "\n".join(texts)


# --- the TF permutation ---------------------------------------------------------------------------


def permutations(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """Every run among its own scores with the rows exchanged among the unseen TFs.

    Exchanging rows keeps what a method says of targets, how it spreads its scores over TFs and
    targets, and its ties. It only takes away which TF is which. A TF with itself is a negative that
    most methods rank last, and loses this place by the exchange: where such pairs are many, p is
    too small if anything.

    Parameters
    ----------
    store, rows, runner
        As for `nulls`; of all methods, first training seed.

    Returns
    -------
    DataFrame
        One row a run: network, dataset, method, split, key, n_tfs (unseen), auprc (pooled),
        null_mean and null_sd over 999 permutations, p = (1 + those that reach it) / 1000,
        n_targets and target_gain: mean `gain` of the ranking of TFs within a target, over targets
        with both classes, without pairs of a TF with itself.
    """

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        dataset, split, scores = scores_of(store, run)
        return pd.DataFrame([permuted(dataset, split, scores)])

    return _kept(store, "permutation", _PERMUTATIONS, rows, compute, runner=runner)


def permuted(
    dataset: Dataset, split: Split, scores: Floats, n: int = _N_PERMUTATIONS
) -> dict[str, Any]:
    """The line of `permutations` of one run."""
    block = _Block(dataset, split)
    labels, own = block.labels, block.of(scores)
    # Exchanging rows moves the labels among the same scores, which are thus sorted once. What
    # counts of them is how many pairs each is not above, itself and its equals among these.
    ranked, inverse = np.unique(-own.ravel(), return_inverse=True)
    n_reached = np.cumsum(np.bincount(inverse, minlength=len(ranked)))[inverse].reshape(own.shape)
    of_tf, of_target = np.nonzero(labels)
    rng = np.random.default_rng([*b"permutation", split.seed])
    rows = np.tile(np.arange(len(labels)), (1 + n, 1))
    rows[1:] = rng.permuted(rows[1:], axis=1)  # the first line is what there is
    values = []
    for part in _parts(1 + n, len(of_tf)):
        reached = np.sort(n_reached[rows[part][:, of_tf], of_target], axis=1)
        values.append(((_last_equal(reached) + 1) / reached).mean(axis=1))
    auprc, null = (found := np.concatenate(values))[0], found[1:]
    n_targets, target_gain = _within_targets(block, own)
    return {
        "n_tfs": len(labels),
        "auprc": auprc,
        "null_mean": null.mean(),
        "null_sd": null.std(ddof=1),
        "p": (1 + int((null >= auprc - 1e-12).sum())) / (1 + n),
        "n_targets": n_targets,
        "target_gain": target_gain,
    }


def placed(table: pd.DataFrame) -> pd.DataFrame:
    """The place of every method in its TF permutation null, over the splits.

    The splits share TFs, so that their p-values depend on each other in a way that nobody knows.
    Twice their mean is a p-value all the same (Vovk and Wang 2020). It is corrected for the many
    methods and data sets of a network by Benjamini and Hochberg's false discovery rate.

    Parameters
    ----------
    table : DataFrame
        From `permutations`.

    Returns
    -------
    DataFrame
        One row a network, data set and method: auprc, null_mean, null_sd (means over splits),
        n_splits, n_low (splits with p below 0.05), p and q. Scores without information have no q:
        they are no hypotheses.
    """
    groups = table.groupby(_GROUP, sort=False)
    found = groups[["auprc", "null_mean", "null_sd"]].mean()
    found = found.assign(
        n_splits=groups.size(),
        n_low=groups["p"].agg(lambda p: int((p < 0.05).sum())),
        p=(2 * groups["p"].mean()).clip(upper=1),
    ).reset_index()
    found["q"] = np.nan
    tested = ~found["method"].isin(_UNINFORMED)
    for _, part in found[tested].groupby("network"):
        found.loc[part.index, "q"] = stats.false_discovery_control(part["p"])
    return found


def describe_placed(table: pd.DataFrame) -> str:
    """`placed`, in words."""
    texts = []
    for network, part in table.dropna(subset="q").groupby("network", sort=False):
        names = _listed(
            f"{method} on {dataset} (p {p:.3f}, q {q:.3f})"
            for dataset, method, p, q in part.loc[
                part["q"] < 0.05, ["dataset", "method", "p", "q"]
            ].to_numpy()
        )
        texts.append(
            f"{network}: of {len(part)} pairs of method and data set, {(part['p'] < 0.05).sum()} "
            f"have p < 0.05 and {(part['q'] < 0.05).sum()} a false discovery rate below 0.05: "
            f"{names}. On {part['n_low'].sum()} of {part['n_splits'].sum()} single splits p is "
            "below 0.05."
        )
    return "\n".join(texts)


# --- 2. shortcuts ---------------------------------------------------------------------------------


def shortcuts(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """Scores that look at one gene of a pair only, and at no label.

    Parameters
    ----------
    store, rows, runner
        As for `nulls`.

    Returns
    -------
    DataFrame
        One row a network, dataset, split, feature, role ("TF" or "target": whose feature it is) and
        sign ("+": more is likelier): train_auprc (AUPRC of the split's training edges), auprc (of
        its unseen block), tf_gain and target_gain: mean `gain` within TFs and within targets.
    """

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        dataset, split, _ = scores_of(store, run)
        embedding = method_for("InfoSEM-B", base_name(dataset.name), run["network"])
        name = embedding.settings["embedding"]
        with_text = load(run["dataset"], run["network"], embedding=name)
        return _shortcuts_of(dataset, split, features(with_text, name))

    return _kept(store, "shortcuts", _SHORTCUTS, _random(rows), compute, runner=runner)


def features(dataset: Dataset, embedding: str) -> dict[str, Floats]:
    """What can be known of a gene alone, without labels: a number for each gene, by name.

    The embedding's is the cosine of a gene's vector with the mean vector.
    """
    x = dataset.expression
    scaled = standardised(dataset, "mean absolute correlation")
    vectors = np.asarray(dataset.embeddings[embedding], dtype=np.float64)
    centroid = vectors.mean(axis=0)
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(centroid)
    return {
        "mean expression": x.mean(axis=1),
        "variance of expression": x.var(axis=1),
        "share of zeros": (x == 0).mean(axis=1),
        "mean |correlation|": np.abs(scaled @ scaled.T / x.shape[1]).mean(axis=1),
        "closeness to the mean text": vectors @ centroid / np.where(lengths > 0, lengths, 1),
        "length of the symbol": np.array([len(name) for name in dataset.genes], dtype=float),
    }


def _shortcuts_of(dataset: Dataset, split: Split, of_gene: Mapping[str, Floats]) -> pd.DataFrame:
    block, train = _Block(dataset, split), split.train
    lines = []
    for (feature, value), role, sign in product(of_gene.items(), ("TF", "target"), "+-"):
        signed = value if sign == "+" else -value
        scores = signed[dataset.tfs][:, np.newaxis] if role == "TF" else signed
        scores = np.broadcast_to(scores, dataset.network.shape)
        own = block.of(scores)
        by_tf = _within_tfs(block, own)
        lines.append(
            {
                "feature": feature,
                "role": role,
                "sign": sign,
                "train_auprc": average_precisions(dataset.network[train], scores[train]),
                "auprc": average_precisions(block.labels.ravel(), own.ravel()),
                "tf_gain": gain(by_tf["auprc"], by_tf["n_positive"], by_tf["n_pairs"]).mean(),
                "target_gain": _within_targets(block, own)[1],
            }
        )
    return pd.DataFrame(lines)


def shortcut_table(table: pd.DataFrame) -> pd.DataFrame:
    """Shortcuts over the splits, and what a labelled one gets.

    Parameters
    ----------
    table : DataFrame
        From `shortcuts`.

    Returns
    -------
    DataFrame
        One row a network, data set, feature, role and sign: means over splits of auprc, tf_gain and
        target_gain. Besides "+" and "-" there is the sign "by training edges", chosen on every
        split by the AUPRC of its training edges: a shortcut that uses labels. The feature "any",
        role "any", is chosen so among all.
    """
    names = ["network", "dataset", "feature", "role", "sign"]
    split = ["network", "dataset", "split"]
    by_sign = table.sort_values("train_auprc", ascending=False, kind="stable")
    labelled = by_sign.groupby([*split, "feature", "role"], sort=False).head(1)
    best = by_sign.groupby(split, sort=False).head(1).assign(feature="any", role="any")
    chosen = pd.concat([labelled, best]).assign(sign="by training edges")
    values = ["auprc", "tf_gain", "target_gain"]
    both = pd.concat([table, chosen])
    order = both[names].drop_duplicates()
    return order.merge(both.groupby(names)[values].mean().reset_index(), on=names)


def describe_shortcuts(table: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Which shortcuts are as good as the models, in words.

    Parameters
    ----------
    table : DataFrame
        From `shortcut_table`.
    rows : DataFrame
        From `results`.
    """
    texts = []
    means = _first_seed(rows).pivot_table("unseen_auprc", ["network", "dataset"], "method")
    means = means.filter(["DeepSEM", "InfoSEM-B", "InfoSEM-BC"])
    for (network, dataset), part in table.groupby(["network", "dataset"], sort=False):
        free = part[part["sign"] != "by training edges"]
        first = free.sort_values("auprc").iloc[-1]
        best = part[part["feature"] == "any"].iloc[0]
        models = means.loc[[(network, dataset)]].iloc[0]
        beaten = [f"{name} ({auprc:.3f})" for name, auprc in models.items()
                  if best["auprc"] >= auprc]  # fmt: skip
        by_tf = free.sort_values("tf_gain").iloc[-1]
        of_tf = part[part["role"] == "TF"].pivot(index="feature", columns="sign", values="auprc")
        taught = (of_tf["by training edges"] - of_tf[["+", "-"]].mean(axis=1)).mean()
        texts.append(
            f"{dataset} ({network}): highest of all, known only afterwards, {first['role']}'s "
            f"{first['feature']} ({first['sign']}), AUPRC {first['auprc']:.3f}; chosen on training "
            f"edges {best['auprc']:.3f}, which reaches {_listed(beaten)}. The sign of a TF's "
            f"feature that they choose is {taught:+.3f} from a coin's. Within TFs the highest "
            f"gain is {by_tf['tf_gain']:+.3f} ({by_tf['role']}'s {by_tf['feature']}, "
            f"{by_tf['sign']})."
        )
    return "\n".join(texts)


# --- 3. within TFs and targets --------------------------------------------------------------------


def within(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """AUPRC within each unseen TF with enough pairs of both classes.

    Parameters
    ----------
    store, rows, runner
        As for `nulls`; of all methods, first training seed.

    Returns
    -------
    DataFrame
        One row a run and TF: network, dataset, method, split, key, tf, n_positive, n_pairs, auprc
        (mean over the orders of equal scores; the TF with itself is left out), others, and gain and
        specific. `others` is the mean AUPRC of the rows of the other unseen TFs on the labels of
        this one, and `specific` what its own row has more, on the scale of `gain`: what is the same
        for all TFs, as a good ranking of targets is, cannot win there, and neither can what is the
        same for all targets, nor their sum.

    Raises
    ------
    InfosemError
        As `derived.derive`, and if no TF of a split has enough positives and negatives.
    """

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        dataset, split, scores = scores_of(store, run)
        block = _Block(dataset, split)
        return _within_tfs(block, block.of(scores))

    table = _kept(store, "audit", _WITHIN, rows, compute, runner=runner)
    base = chance(table["n_positive"], table["n_pairs"])
    return table.assign(
        gain=(table["auprc"] - base) / (1 - base),
        specific=(table["auprc"] - table["others"]) / (1 - base),
    )


def _within_tfs(block: _Block, scores: Floats) -> pd.DataFrame:
    """The lines of `within` of one run."""
    # A TF with itself tells nothing, in its own row or in the comparison of it with another. As a
    # negative in the last place a pair counts for nothing.
    last = np.where(block.itself, -np.inf, scores)
    lines = []
    for i, name in enumerate(block.names):
        pairs = ~block.itself[i]
        labels = block.labels[i, pairs]
        n_positive = int(labels.sum())
        if not FEWEST <= n_positive <= len(labels) - FEWEST:
            continue
        auprc = average_precisions(labels, scores[i, pairs], broken=True)
        # On the same pairs, its own row and that of each other TF.
        left_out = np.delete(block.itself, i, axis=0)[:, pairs]
        same_labels = labels & ~left_out
        own = np.where(left_out, -np.inf, scores[i, pairs])
        other = np.delete(last, i, axis=0)[:, pairs]
        more = average_precisions(same_labels, own, broken=True) - average_precisions(
            same_labels, other, broken=True
        )
        others = auprc - more.mean() if len(more) else auprc
        lines.append((name, n_positive, len(labels), auprc, others))
    if not lines:
        raise InfosemError(
            f"{block.where}: no unseen TF has {FEWEST} positives and {FEWEST} negatives; leave the "
            "split out"
        )
    return pd.DataFrame(lines, columns=[*_WITHIN])


def _within_targets(block: _Block, scores: Floats) -> tuple[int, float]:
    """How many targets have both classes, and the mean gain of the ranking of TFs within these."""
    gains = []
    for labels, own, itself in zip(block.labels.T, scores.T, block.itself.T, strict=True):
        kept = labels[~itself]
        if kept.any() and not kept.all():
            value = average_precisions(kept, own[~itself], broken=True)
            gains.append(float(gain(value, kept.sum(), len(kept))))
    return len(gains), float(np.mean(gains)) if gains else 0.0


def _interval(values: NDArray[Any]) -> tuple[float, float]:
    """95% interval of the mean by resampling: percentiles of the bootstrap."""
    if len(values) < 2:
        return np.nan, np.nan
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=_N_RESAMPLES, method="percentile",
        rng=np.random.default_rng([*b"bootstrap"]),
    )  # fmt: skip
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _by_tf(table: pd.DataFrame, value: str) -> pd.Series:
    """A value of `within` of each TF, its splits averaged."""
    return table.groupby([*_GROUP, "tf"], sort=False)[value].mean()


def within_summary(rows: pd.DataFrame, table: pd.DataFrame, permuted: pd.DataFrame) -> pd.DataFrame:
    """The pooled score beside those within TFs and within targets, on one scale.

    Parameters
    ----------
    rows : DataFrame
        From `results`; first training seed.
    table : DataFrame
        From `within`.
    permuted : DataFrame
        From `permutations`.

    Returns
    -------
    DataFrame
        One row a network, data set, method and measure: mean, low and high (95% interval) and n.
        "within TFs" and "own TF" (`specific` of `within`) are means over TFs, each the mean of its
        splits, with an interval by resampling the n TFs. "pooled" (AUPRC beyond the share of
        positives, as a part of what there is to gain) and "within targets" are means over n splits,
        with Student's interval; splits overlap, so that it is too narrow if anything.
    """
    lines = []
    for measure, value in (("within TFs", "gain"), ("own TF", "specific")):
        for names, values in _by_tf(table, value).groupby(_GROUP, sort=False):
            low, high = _interval(values.to_numpy())
            lines.append((*names, measure, values.mean(), low, high, len(values)))
    base = rows["unseen_base"]
    pooled = _first_seed(rows.assign(value=(rows["unseen_auprc"] - base) / (1 - base)))
    targets = permuted[permuted["n_targets"] > 0].assign(value=permuted["target_gain"])
    for measure, frame in (("pooled", pooled), ("within targets", targets)):
        for names, values in frame.groupby(_GROUP, sort=False)["value"]:
            n, mean = len(values), values.mean()
            half = stats.t.ppf(0.975, n - 1) * values.sem() if n > 1 else np.nan
            lines.append((*names, measure, mean, mean - half, mean + half, n))
    return pd.DataFrame(lines, columns=[*_GROUP, "measure", "mean", "low", "high", "n"])


def format_within(summary: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One measure of `within_summary`, as a table to read: network and method by data sets."""
    own = summary[summary["measure"] == measure]
    rounded = own[["mean", "low", "high"]].round(3) + 0.0  # no -0
    text = [
        f"{mean:+.3f}" if np.isnan(low) else f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
        for mean, low, high in rounded.to_numpy()
    ]
    return _wide(own.assign(text=text), ["network", "method"])


def describe_within(summary: pd.DataFrame) -> str:
    """Who is above chance by which measure, in words."""
    texts = []
    for network, part in summary.groupby("network", sort=False):
        texts.append(f"{network}, where the 95% interval lies above 0 (data sets):")
        for measure in ("pooled", "within TFs", "own TF", "within targets"):
            own = part[(part["measure"] == measure) & ~part["method"].isin(_UNINFORMED)]
            above = own[own["low"] > 1e-5]  # what is stored is rounded
            names = (
                f"{method} ({', '.join(found['dataset'])})"
                for method, found in above.groupby("method", sort=False)
            )
            texts.append(f"  {measure}, {len(above)} of {len(own)}: {_listed(names)}")
        best = part[~part["method"].isin(_UNINFORMED) & (part["measure"] == "own TF")]
        top = best.sort_values("mean").iloc[-1]
        texts.append(
            f"  The highest gain that needs the TF to be the right one: {top['mean']:+.3f}, "
            f"{top['method']} on {top['dataset']}."
        )
    return "\n".join(texts)


def paired_within(
    table: pd.DataFrame, method: str, against: str, value: str = "gain"
) -> pd.DataFrame:
    """Difference of two methods within the same TFs.

    Parameters
    ----------
    table : DataFrame
        From `within`.
    method, against : str
    value : {"gain", "specific"}

    Returns
    -------
    DataFrame
        One row a network and data set: difference (mean over TFs, of means over the splits that
        both methods have), low and high (95% interval by resampling TFs), sd (over TFs), n_tfs.
    """
    pair = table[table["method"].isin([method, against])]
    names = ["network", "dataset", "tf", "split"]
    wide = pair.pivot_table(value, names, "method", sort=False)
    if not {method, against} <= set(wide):
        return pd.DataFrame()
    difference = (wide[method] - wide[against]).dropna()
    by_tf = difference.groupby(["network", "dataset", "tf"], sort=False).mean()
    lines = []
    for (network, dataset), values in by_tf.groupby(["network", "dataset"], sort=False):
        low, high = _interval(values.to_numpy())
        lines.append(
            {
                "network": network,
                "dataset": dataset,
                "difference": values.mean(),
                "low": low,
                "high": high,
                "sd": values.std(),
                "n_tfs": len(values),
            }
        )
    return pd.DataFrame(lines)


_PAIRS = "InfoSEM-B (pairs)"
_RIVALS = ("InfoSEM-B", "DeepSEM", f"{_PAIRS}, permuted")


def pair_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the pair-aware prior and of its rivals, its control under a name of its own.

    Parameters
    ----------
    rows : DataFrame
        From `studies.controls`, on one or more networks.

    Returns
    -------
    DataFrame
        Those of DeepSEM, InfoSEM-B and "InfoSEM-B (pairs)" as they are, and of "InfoSEM-B (pairs),
        permuted".
    """
    is_permuted = (rows["method"] == _PAIRS) & (rows["control"] == "embeddings permuted")
    named = rows.assign(method=rows["method"].where(~is_permuted, f"{_PAIRS}, permuted"))
    return named[
        named["method"].isin([_PAIRS, *_RIVALS]) & (is_permuted | (rows["control"] == "none"))
    ]


def pair_differences(table: pd.DataFrame) -> pd.DataFrame:
    """`paired_within` of the pair-aware prior and its rivals, by both measures within TFs.

    Parameters
    ----------
    table : DataFrame
        From `within`, of "InfoSEM-B (pairs)" and of its rivals, "InfoSEM-B (pairs), permuted" being
        that with other genes' text.

    Returns
    -------
    DataFrame
        One row a measure ("own TF", "within TFs"), rival, network and data set.
    """
    parts = [
        paired_within(table, _PAIRS, rival, value).assign(measure=measure, against=rival)
        for measure, value in (("own TF", "specific"), ("within TFs", "gain"))
        for rival in _RIVALS
    ]
    found = pd.concat(parts, ignore_index=True)
    first = ["measure", "against", "network", "dataset"]
    return found[[*first, *found.columns.difference(first, sort=False)]]


def describe_pair_differences(table: pd.DataFrame) -> str:
    """Where the pair-aware prior is better or worse than its rivals, in words."""
    texts = []
    for names, part in table.groupby(["measure", "network"], sort=False):
        texts.append(", ".join(map(str, names)) + ":")
        for rival, own in part.groupby("against", sort=False):
            better, worse = own[own["low"] > 0], own[own["high"] < 0]
            texts.append(
                f"  against {rival}: better on {_listed(better['dataset'])}, worse on "
                f"{_listed(worse['dataset'])}, of {len(own)} data sets; mean difference "
                f"{own['difference'].mean():+.4f}."
            )
    helped = table[(table["measure"] == "own TF") & (table["low"] > 0)]
    places = helped.groupby(["network", "dataset"])["against"].agg(set)
    whole = [" ".join(names) for names in places.index[[p >= set(_RIVALS) for p in places]]]
    texts.append(
        "Which targets belong to which TF, it knows better than InfoSEM-B, DeepSEM and its own "
        f"control on: {_listed(whole)}."
    )
    return "\n".join(texts)


# --- 5. where the variance is ---------------------------------------------------------------------


def components(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """Spread between splits, between training seeds, and the rest, of methods with several seeds.

    From the analysis of variance of the crossed table without repeats; what comes out negative is
    0.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`, with several seeds.
    metric : str

    Returns
    -------
    DataFrame
        One row a network, data set and method: mean, sd_split, sd_seed, sd_rest, n_splits, n_seeds.
        A split where a seed is missing is left out.
    """
    lines = []
    for names, part in rows.groupby(_GROUP, sort=False):
        table = part.pivot_table(metric, "split", "seed").dropna().to_numpy()
        n_splits, n_seeds = table.shape
        if min(n_splits, n_seeds) < 2:
            continue
        of_split, of_seed = table.mean(axis=1), table.mean(axis=0)
        rest = table - of_split[:, np.newaxis] - of_seed + table.mean()
        ms_rest = np.square(rest).sum() / ((n_splits - 1) * (n_seeds - 1))
        variances = (
            of_split.var(ddof=1) - ms_rest / n_seeds,
            of_seed.var(ddof=1) - ms_rest / n_splits,
            ms_rest,
        )
        sds = np.sqrt(np.maximum(variances, 0))
        lines.append((*names, table.mean(), *sds, n_splits, n_seeds))
    columns = [*_GROUP, "mean", "sd_split", "sd_seed", "sd_rest", "n_splits", "n_seeds"]
    return pd.DataFrame(lines, columns=columns)


def describe_components(table: pd.DataFrame) -> str:
    """`components`, in words."""
    if not len(table):
        return "No method has several training seeds on the same splits."
    texts = []
    for (network, method), part in table.groupby(["network", "method"], sort=False):
        ratios = part["sd_split"].to_numpy() / np.hypot(*part[["sd_seed", "sd_rest"]].to_numpy().T)
        told = (f"{name} {ratio:.1f}" for name, ratio in zip(part["dataset"], ratios, strict=True))
        texts.append(
            f"{method}, {network}, spread between splits by that of seeds on one split: "
            f"{_listed(told)}."
        )
    return "\n".join(texts)


def tf_components(table: pd.DataFrame, value: str = "gain") -> pd.DataFrame:
    """Spread between TFs, and between the splits of one TF (other targets), of a score within TFs.

    From the one-way analysis of variance with unequal numbers; what comes out negative is 0.

    Parameters
    ----------
    table : DataFrame
        From `within`.
    value : {"gain", "specific"}

    Returns
    -------
    DataFrame
        One row a network, data set and method: mean (over TFs), sd_tf, sd_rest, n_tfs, n_values.
        Without methods of which no TF has several splits.
    """
    lines = []
    for names, part in table.groupby(_GROUP, sort=False):
        groups = part.groupby("tf")[value]
        sizes, of_tf, n = groups.size(), groups.mean(), len(part)
        n_tfs = len(sizes)
        if n_tfs < 2 or n == n_tfs:
            continue
        ms_rest = groups.apply(lambda x: np.square(x - x.mean()).sum()).sum() / (n - n_tfs)
        ms_tf = (sizes * np.square(of_tf - part[value].mean())).sum() / (n_tfs - 1)
        size = (n - np.square(sizes).sum() / n) / (n_tfs - 1)
        sds = np.sqrt(np.maximum([(ms_tf - ms_rest) / size, ms_rest], 0))
        lines.append((*names, of_tf.mean(), *sds, n_tfs, n))
    columns = [*_GROUP, "mean", "sd_tf", "sd_rest", "n_tfs", "n_values"]
    return pd.DataFrame(lines, columns=columns)


# Of a two-sided test at 5%, with a power of 80%: how many standard errors a difference must be.
_ERRORS = float(stats.norm.ppf(0.975) + stats.norm.ppf(0.8))


def power(
    rows: pd.DataFrame,
    table: pd.DataFrame,
    permuted: pd.DataFrame,
    method: str = "InfoSEM-B",
    against: str = "DeepSEM",
) -> pd.DataFrame:
    """How much data it takes to see the paper's difference of two methods.

    By the normal approximation, for a two-sided test at 5% with a power of 80%, from the standard
    deviation of the paired difference over our splits, as if splits did not overlap.

    Parameters
    ----------
    rows, table, permuted : DataFrame
        From `results`, `within` and `permutations`.
    method, against : str

    Returns
    -------
    DataFrame
        One row a network and data set: paper (its difference in AUPRC; NaN where it has none), ours
        and sd (mean and standard deviation of ours over splits), n_splits (ours), smallest (the
        difference that as many splits could show), splits (needed for the paper's), tfs (unseen TFs
        on these, all different), of_tfs (about the TFs that there are), within, within_smallest and
        n_tfs (the same within TFs: our difference in `gain`, the smallest that our TFs could show,
        and their number).
    """
    sources = {"cell-type-specific": "Table 1", "non-cell-type-specific": "Table 5"}
    inside = paired_within(table, method, against)
    lines = []
    for (network, dataset), part in rows.groupby(["network", "dataset"], sort=False):
        wide = part.pivot_table("unseen_auprc", "split", "method")
        if not {method, against} <= set(wide):
            continue
        difference = (wide[method] - wide[against]).dropna()
        paper = np.nan
        if network in sources:
            theirs = reported(sources[str(network)]).query("quantity == 'AUPRC'")
            of = theirs[theirs["dataset"] == dataset].set_index("method")["value"]
            paper = of.get(method, np.nan) - of.get(against, np.nan)
        sd, n = difference.std(), len(difference)
        needed = np.ceil(np.square(_ERRORS * sd / paper)) if paper > 0 else np.nan
        tfs = permuted.loc[
            (permuted["network"] == network) & (permuted["dataset"] == dataset), "n_tfs"
        ].iloc[0]
        here = inside[(inside["network"] == network) & (inside["dataset"] == dataset)].iloc[0]
        lines.append(
            {
                "network": network,
                "dataset": dataset,
                "paper": paper,
                "ours": difference.mean(),
                "sd": sd,
                "n_splits": n,
                "smallest": _ERRORS * sd / np.sqrt(n),
                "splits": needed,
                "tfs": needed * tfs,
                "of_tfs": _GROUPS * tfs,
                "within": here["difference"],
                "within_smallest": _ERRORS * here["sd"] / np.sqrt(here["n_tfs"]),
                "n_tfs": here["n_tfs"],
            }
        )
    return pd.DataFrame(lines)


def describe_power(table: pd.DataFrame) -> str:
    """`power`, in words."""
    known = table.dropna(subset="paper")
    if not len(known):
        return "The paper has no such difference on these data."
    wanting = known[~(known["tfs"] <= known["of_tfs"])]
    names = _listed(
        f"{dataset}, {network} (paper {paper:+.3f}"
        + ("" if np.isnan(tfs) else f": {tfs:.0f} TFs, there are about {of_tfs:.0f}")
        + ")"
        for network, dataset, paper, tfs, of_tfs in wanting[
            ["network", "dataset", "paper", "tfs", "of_tfs"]
        ].to_numpy()
    )
    return (
        f"Of {len(known)} of the paper's differences, {len(known) - len(wanting)} could be shown "
        "with a power of 80% by testing every TF once. The others take more TFs than there are, or "
        f"are no gain: {names}."
    )


def folds(
    store: Store,
    rows: pd.DataFrame,
    methods: Sequence[str] = FOLDED,
    *,
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Error of the mean AUPRC under other ways to draw the blocks, for the same scores.

    TFs and targets are divided into four groups each; a TF that is a target is in the same group as
    both. "random": every block is of a new division, as a split is. "folds": all blocks
    are of one division. Four test TF group i on target group i, sixteen on every target group j,
    there without the targets that are TFs of another group, which are seen.

    Parameters
    ----------
    store, rows, runner
        As for `nulls`.
    methods : sequence of str
        Whose scores do not depend on the split.

    Returns
    -------
    DataFrame
        One row a network, dataset, method and design: design, n_blocks (runs of a method that is
        trained on labels), mean, and sd over 200 draws of the whole design.
    """
    own = rows[rows["method"].isin(methods)]
    if not len(own):
        return pd.DataFrame(columns=[*_GROUP, *_FOLDS])
    first = own[own["split"] == own["split"].min()]

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        dataset, _, scores = scores_of(store, run)
        return designs(dataset, scores)

    return _kept(store, "folds", _FOLDS, first, compute, runner=runner)


def designs(dataset: Dataset, scores: Floats, n: int = _N_DESIGNS) -> pd.DataFrame:
    """The lines of `folds` of one run."""
    rng = np.random.default_rng([*b"designs"])
    is_tf = np.zeros(dataset.n_genes, dtype=bool)
    is_tf[dataset.tfs] = True
    others = np.flatnonzero(dataset.network.any(axis=0) & ~is_tf)

    def division() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        of_tf = rng.permutation(np.arange(dataset.n_tfs) % _GROUPS)
        of_target = np.full(dataset.n_genes, -1)
        of_target[dataset.tfs] = of_tf
        of_target[others] = rng.permutation(np.arange(len(others)) % _GROUPS)
        return of_tf, of_target

    def auprc(of_tf: NDArray[np.int64], of_target: NDArray[np.int64], i: int, j: int) -> float:
        tfs, targets = of_tf == i, of_target == j
        if i != j:
            targets = targets & ~is_tf
        targets = targets & dataset.network[tfs].any(axis=0)
        labels = dataset.network[np.ix_(tfs, targets)].ravel()
        if not labels.any() or labels.all():
            return np.nan
        return float(average_precisions(labels, scores[np.ix_(tfs, targets)].ravel()))

    every = list(product(range(_GROUPS), repeat=2))
    # Any group of them: the first ones are larger by one where the number is no multiple of four.
    drawn = rng.integers(_GROUPS, size=(n, len(every)))
    fresh = np.array([[auprc(*division(), i, i) for i in line] for line in drawn])
    grouped = []
    for _ in range(n):
        groups = division()
        grouped.append([auprc(*groups, i, j) for i, j in every])
    by_fold = np.array(grouped)
    diagonal = [i == j for i, j in every]
    found = {
        ("random", _GROUPS): fresh[:, :_GROUPS],
        ("random", 10): fresh[:, :10],
        ("random", len(every)): fresh,
        ("folds", _GROUPS): by_fold[:, diagonal],
        ("folds", len(every)): by_fold,
    }
    lines = []
    for (design, n_blocks), values in found.items():
        means = np.nanmean(values, axis=1)
        lines.append((design, n_blocks, means.mean(), means.std(ddof=1)))
    return pd.DataFrame(lines, columns=[*_FOLDS])


def describe_folds(table: pd.DataFrame) -> str:
    """What grouped folds save, in words."""
    wide = table.assign(name=table["design"] + " " + table["n_blocks"].astype(str)).pivot_table(
        "sd", _GROUP, "name", sort=False
    )
    texts = []
    for network, part in wide.groupby("network", sort=False):
        ratios = {
            "4 folds against 4 random blocks": part["folds 4"] / part["random 4"],
            "4 folds against 10 random blocks": part["folds 4"] / part["random 10"],
            "16 folds against 16 random blocks": part["folds 16"] / part["random 16"],
            "16 folds against 10 random blocks": part["folds 16"] / part["random 10"],
        }
        told = (f"{name}: {r.min():.2f} to {r.max():.2f}" for name, r in ratios.items())
        texts.append(f"{network}, error of one design by that of the other: {'; '.join(told)}.")
    return "\n".join(texts)


# --- text -----------------------------------------------------------------------------------------


def _wide(table: pd.DataFrame, index: list[str]) -> pd.DataFrame:
    """A column text, rows by data sets, in the order in which they come."""
    order = [*dict.fromkeys(map(tuple, table[index].to_numpy()))]
    wide = table.pivot(index=index, columns="dataset", values="text")
    columns = [*dict.fromkeys(table["dataset"])]
    return wide.loc[order, columns].fillna("-").rename_axis(columns=None)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
