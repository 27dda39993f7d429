"""The model's own limit: a prior that can tell which targets belong to which TF."""

import pandas as pd

from infosem_study.pages.audit.text import listed
from infosem_study.pages.audit.within_tfs import paired_within

__all__ = ["describe_pair_differences", "pair_differences", "pair_rows"]

_PAIRS = "InfoSEM-B (pairs)"
_CONTROL = "InfoSEM-B (pairs), permuted"  # what is kept of it beside the ledger has this name
_RIVALS = ("InfoSEM-B", "DeepSEM", _CONTROL)


def pair_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the pair-aware prior and of its rivals, its control under a name of its own.

    Parameters
    ----------
    rows : DataFrame
        From `studies.controls`, on one or more networks.

    Returns
    -------
    DataFrame
        Those of DeepSEM, InfoSEM-B and "InfoSEM-B (pairs)" as they are, and of the last with the
        text of other genes, which is a method "InfoSEM-B (pairs), permuted" here.
    """
    is_as_it_is = rows["method"].isin([_PAIRS, *_RIVALS]) & (rows["control"] == "none")
    is_control = (rows["method"] == _PAIRS) & (rows["control"] == "embeddings permuted")
    named = rows.assign(method=rows["method"].mask(is_control, _CONTROL))
    return named[is_as_it_is | is_control]


def pair_differences(table: pd.DataFrame) -> pd.DataFrame:
    """`paired_within` of the pair-aware prior and its rivals, by both measures within TFs.

    Parameters
    ----------
    table : DataFrame
        From `within`, of the methods of `pair_rows`.

    Returns
    -------
    DataFrame
        One row per measure ("own TF", "within TFs"), rival (against), network and data set.
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
                f"  against {rival}: better on {listed(better['dataset'])}, worse on "
                f"{listed(worse['dataset'])}, of {len(own)} data sets; mean difference "
                f"{own['difference'].mean():+.4f}."
            )
    own = table[table["measure"] == "own TF"]
    all_beaten = [
        f"{network} {dataset}"
        for (network, dataset), part in own.groupby(["network", "dataset"])
        if (part["low"] > 0).sum() == len(_RIVALS)
    ]
    texts.append(
        "By own TF it is shown to be better than InfoSEM-B, DeepSEM and its own control on: "
        f"{listed(all_beaten)}."
    )
    return "\n".join(texts)
