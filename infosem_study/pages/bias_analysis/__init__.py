"""What methods that learn from labels know of seen genes: how often each is positive.

For Section 5.1 and Appendix D of the paper.
"""

from infosem_study.pages.bias_analysis.figures import (
    coefficients_figure,
    downsampling_figure,
    probabilities_figure,
    seen_unseen_figure,
)
from infosem_study.pages.bias_analysis.memory import (
    LOG_ODDS,
    coefficients,
    format_predictions,
    illustrated_tfs,
    predictions,
    probabilities,
    rank_correlations,
    tf_coefficients,
    tf_probabilities,
)
from infosem_study.pages.bias_analysis.seen_unseen import (
    downsampling,
    drops,
    format_downsampling,
    format_drops,
    seen_beside_unseen,
    supervised,
)

__all__ = [
    "LOG_ODDS",
    "coefficients",
    "coefficients_figure",
    "downsampling",
    "downsampling_figure",
    "drops",
    "format_downsampling",
    "format_drops",
    "format_predictions",
    "illustrated_tfs",
    "predictions",
    "probabilities",
    "probabilities_figure",
    "rank_correlations",
    "seen_beside_unseen",
    "seen_unseen_figure",
    "supervised",
    "tf_coefficients",
    "tf_probabilities",
]
