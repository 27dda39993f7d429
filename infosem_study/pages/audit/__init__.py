"""What a score on interactions between unseen genes is worth: nulls, shortcuts, errors.

Everything is computed from scores, which the ledger does not keep, or from the data alone. What the
page shows of it is kept beside the ledger (see `derived.derive`), for the first training seed or
all (`runs`).

Each question of the page has a module: `luck`, `permutation` (each method among its own),
`one_gene` (shortcuts), `within_tfs`, `controls`, `variance`, `split_designs` and `pairs`. They
build on `measures`, `block` and `runs`; `figures` shows what they find, and `stored` computes it
all.
"""

from infosem_study.pages.audit.block import FEWEST
from infosem_study.pages.audit.controls import (
    describe_controls,
    format_left_of_gain,
    left_by_test,
    left_of_gain,
)
from infosem_study.pages.audit.figures import (
    controls_figure,
    designs_figure,
    nulls_figure,
    placed_figure,
    shortcuts_figure,
    within_figure,
)
from infosem_study.pages.audit.luck import describe_nulls, format_nulls, nulls
from infosem_study.pages.audit.measures import average_precisions, chance, format_measures, gain
from infosem_study.pages.audit.one_gene import describe_shortcuts, shortcut_means, shortcuts
from infosem_study.pages.audit.pairs import describe_pair_differences, pair_differences, pair_rows
from infosem_study.pages.audit.permutation import describe_placed, permutations, placed
from infosem_study.pages.audit.runs import METHODS_OF, SEEDS_OF, results
from infosem_study.pages.audit.split_designs import FOLDED, describe_folds, folds
from infosem_study.pages.audit.stored import fill
from infosem_study.pages.audit.variance import (
    components,
    describe_components,
    describe_power,
    power,
    tf_components,
)
from infosem_study.pages.audit.within_tfs import (
    describe_within,
    format_within,
    paired_within,
    within,
    within_summary,
    within_targets,
)

__all__ = [
    "FEWEST",
    "FOLDED",
    "METHODS_OF",
    "SEEDS_OF",
    "average_precisions",
    "chance",
    "components",
    "controls_figure",
    "describe_components",
    "describe_controls",
    "describe_folds",
    "describe_nulls",
    "describe_pair_differences",
    "describe_placed",
    "describe_power",
    "describe_shortcuts",
    "describe_within",
    "designs_figure",
    "fill",
    "folds",
    "format_left_of_gain",
    "format_measures",
    "format_nulls",
    "format_within",
    "gain",
    "left_by_test",
    "left_of_gain",
    "nulls",
    "nulls_figure",
    "pair_differences",
    "pair_rows",
    "paired_within",
    "permutations",
    "placed",
    "placed_figure",
    "power",
    "results",
    "shortcut_means",
    "shortcuts",
    "shortcuts_figure",
    "tf_components",
    "within",
    "within_figure",
    "within_summary",
    "within_targets",
]
