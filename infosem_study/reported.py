"""The paper's own numbers, for tables that show them beside ours."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from infosem.errors import InfosemError

__all__ = ["reported"]


def reported(
    source: str | None = None, network: str | None = None, split: str | None = None
) -> pd.DataFrame:
    """Return what the paper reports, one line per number.

    Parameters
    ----------
    source : str, optional
        "Table 1", "Table 3" ... "Table 6", "Appendix B", "Appendix C", or, for percentages in the
        text, "Section 5.2" or "Abstract"; all of them if None.
    network : {"cell-type-specific", "non-cell-type-specific", ""}, optional
        "" for numbers that are of both (the abstract's).
    split : {"seen", "unseen", ""}, optional
        "" for numbers that belong to no split (Appendices B and C).

    Returns
    -------
    DataFrame
        Columns source, network, split, method ("" for facts of a data set), dataset ("" for means
        over all of them), quantity ("AUPRC", "Hit@1%", "genes", ...), value and sem (standard
        error; NaN where none is given).

    Raises
    ------
    InfosemError
        If no number of the paper has the source, network or split asked for.

    References
    ----------
    InfoSEM (ICML 2025), abstract, Section 5.2, Tables 1 and 3-6, Appendices B and C.
    """
    path = Path(__file__).with_name("reported.csv")
    table = pd.read_csv(path, dtype={"value": float, "sem": float})
    text = ["source", "network", "split", "method", "dataset", "quantity"]
    table[text] = table[text].fillna("")
    for column, wanted in (("source", source), ("network", network), ("split", split)):
        if wanted is None:
            continue
        if wanted not in (known := list(table[column].unique())):
            raise InfosemError(
                f"{column}: the paper reports nothing for {wanted!r} (after the choices before "
                f"it); choose one of {', '.join(map(repr, known))}"
            )
        table = table[table[column] == wanted]
    return table.reset_index(drop=True)
