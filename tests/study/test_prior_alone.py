"""The prior without expression: what it fits, and what it cannot know."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from infosem.data import Dataset
from infosem.embeddings import centre_and_normalise
from infosem.errors import InfosemError
from infosem.training import Settings, fit
from infosem_study.baselines.prior_alone import prior_alone


def test_it_is_where_infosem_b_takes_its_prior_without_a_likelihood(synthetic: Dataset) -> None:
    """InfoSEM-B with a prior that leaves the data no say: A and its prior mean rank pairs alike."""
    vectors = centre_and_normalise(synthetic.embeddings["planted"])
    settings = Settings(epochs=120, hidden=8, alpha=1e6, lr_adjacency=1e-12)
    trained = fit(synthetic.expression, settings, seed=0, embedding=vectors)
    assert trained.prior_source is not None
    assert trained.prior_target is not None
    mean = trained.prior_source[synthetic.tfs, np.newaxis] + trained.prior_target
    mean[np.arange(synthetic.n_tfs), synthetic.tfs] = 0
    scores = prior_alone(synthetic, None, seed=0, embedding="planted")
    assert stats.spearmanr(np.abs(mean).ravel(), scores.ravel()).statistic > 0.99


def test_expression_does_not_matter(synthetic: Dataset) -> None:
    other = replace(synthetic, expression=np.zeros_like(synthetic.expression))
    first, second = (prior_alone(d, None, seed=0, embedding="planted") for d in (synthetic, other))
    assert np.array_equal(first, second)


def test_bad_input_is_named(synthetic: Dataset) -> None:
    with pytest.raises(InfosemError, match="epochs=0"):
        prior_alone(synthetic, None, seed=0, embedding="planted", epochs=0)
    with pytest.raises(InfosemError, match="no embedding 'BioBERT'"):
        prior_alone(synthetic, None, seed=0, embedding="BioBERT")
