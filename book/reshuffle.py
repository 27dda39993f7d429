"""The explorable of the page `benchmark.md`: what a random order of TFs gets by AUPRC.

`book/build.py` writes it as a file beside the staged page, which includes it; it is not committed.
What happens in the browser is in `_static/reshuffle.js`.
"""

import json
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from infosem.data import CELLS
from infosem.errors import InfosemError
from infosem_study import Store, nulls, studies
from infosem_study.comparison import compare
from infosem_study.scheduling import STORED_ONLY

NETWORK = "cell-type-specific"
SPLIT = 0
METHODS = ("DeepSEM", "InfoSEM-B")


def write(folder: Path, store: Store) -> None:
    """Write `reshuffle.html` into the folder of the staged page."""
    blocks = {name: block for name in CELLS if (block := unseen_block(store, name))}
    (folder / "reshuffle.html").write_text(page(blocks), encoding="utf-8")


def unseen_block(store: Store, dataset: str) -> dict[str, Any] | None:
    """Return pairs and positives of each TF in the unseen test of a split, and AUPRCs on it.

    None if the ledger does not have them. A method that it does not have is left out.
    """
    asked = pd.DataFrame({"network": [NETWORK], "dataset": [dataset], "split": [SPLIT]})
    try:
        counts = nulls.tf_counts(store, asked, runner=STORED_ONLY)
    except InfosemError:
        return None
    counts = counts[(counts["test"] == "unseen") & (counts["split"] == SPLIT)]
    methods = {}
    for method in METHODS:
        try:
            rows = compare(
                store, datasets=[dataset], network=NETWORK, methods=[method], splits=[SPLIT],
                seeds=studies.SEEDS, runner=STORED_ONLY,
            )  # fmt: skip
        except InfosemError:
            continue
        methods[method] = round(float(rows["unseen_auprc"].mean()), 6)
    return {
        "tfs": counts["tf"].tolist(),
        "pairs": counts["n_pairs"].tolist(),
        "positives": counts["n_positive"].tolist(),
        "methods": methods,
    }


def page(blocks: dict[str, dict[str, Any]]) -> str:
    """Return the HTML that the script turns into the explorable, and that says it without one."""
    if not blocks:
        return "<p>The ledger of this build has no counts of TFs to shuffle.</p>\n"
    sentences = " ".join(escape(sentence(name, block)) for name, block in blocks.items())
    # "<" cannot occur but in a name of a TF, where it would end the element.
    data = json.dumps(blocks).replace("<", "\\u003c")
    return (
        '<div class="reshuffle">\n'
        f'<p class="reshuffle-static">{sentences}</p>\n'
        f'<script type="application/json">{data}</script>\n'
        '<script defer src="../_static/reshuffle.js"></script>\n'
        "</div>\n"
    )


def sentence(dataset: str, block: dict[str, Any]) -> str:
    """Say what `nulls.N_DRAWS` random orders get."""
    drawn = nulls.constants(dataset, block["tfs"])
    found = nulls.measures(drawn, block["pairs"], block["positives"])["AUPRC"]
    low, high = np.quantile(found, [0.025, 0.975])
    share = sum(block["positives"]) / sum(block["pairs"])
    methods = "".join(f"; {name} gets {value:.3f}" for name, value in block["methods"].items())
    return (
        f"On the first split of {dataset}, {len(found):,} random orders of the "
        f"{len(block['tfs'])} unseen TFs get an AUPRC of {found.mean():.3f} in the mean, and 95% "
        f"of them one of {low:.3f} to {high:.3f}. The share of positives is {share:.3f}{methods}."
    )
