"""All that the audit keeps beside the ledger, computed at once."""

import pandas as pd

from infosem_study.pages.audit.luck import nulls
from infosem_study.pages.audit.one_gene import shortcuts
from infosem_study.pages.audit.permutation import permutations
from infosem_study.pages.audit.split_designs import folds
from infosem_study.pages.audit.within_tfs import within, within_targets
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["fill"]


def fill(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> None:
    """Compute and store all that the audit needs and the folder of the ledger lacks.

    Scores are taken from where the store keeps them, or kept for the meantime where it keeps none
    (`Store.keeping_scores`); what is not there is run again.

    Parameters
    ----------
    store : Store
    rows : DataFrame
        From `runs.results`; with Random.
    runner : Runner
        Whether and where to compute.

    Raises
    ------
    InfosemError
        What `nulls`, `shortcuts`, `permutations`, `within`, `within_targets` and `folds` raise.
    """
    with store.keeping_scores() as keeping:
        for table in (nulls, shortcuts, permutations, within, within_targets, folds):
            table(keeping, rows, runner=runner)
