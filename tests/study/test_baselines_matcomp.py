"""MatComp: what it completes, and that no digit of it depends on how a processor rounds."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from threadpoolctl import threadpool_info

from infosem.data import load_beeline, simulate
from infosem.metrics import evaluate
from infosem.splits import make_split
from infosem_study.baselines.matcomp import complete, matcomp
from infosem_study.baselines.one_hot_lr import one_hot_lr
from infosem_study.execution import one_thread
from infosem_study.presets import method_for


def test_it_recovers_a_matrix_of_low_rank_and_knows_nothing_of_unseen_genes() -> None:
    rng = np.random.default_rng(0)
    dataset = simulate(n_tfs=16, n_targets=104, n_cells=2)
    sides = rng.normal(size=(dataset.n_tfs, 2)), rng.normal(size=(2, dataset.n_genes))
    network = sides[0] @ sides[1] > 0.5  # of rank 2, but for the threshold
    network[np.arange(dataset.n_tfs), dataset.tfs] = False
    dataset = replace(dataset, network=network)
    split = make_split(dataset, seed=0)
    edges = split.train_edges(network)

    for rank in (128, None):
        scores = matcomp(dataset, edges, seed=0, rank=rank)
        result = evaluate(scores, network, split)
        assert result["seen_auprc"] > result["seen_base"] + 0.25
        assert (scores[split.unseen] == 0).all()
        assert result["unseen_auprc"] == pytest.approx(result["unseen_base"])
    # It sees which TFs have which targets, which no sum of one number a TF and one a target can.
    additive = evaluate(one_hot_lr(dataset, edges, seed=0), network, split)["seen_auprc"]
    assert result["seen_auprc"] > additive + 0.1


def test_completion_restores_a_matrix_from_most_of_its_entries() -> None:
    rng = np.random.default_rng(0)
    whole = rng.normal(size=(30, 2)) @ rng.normal(size=(2, 40))
    known = rng.random(whole.shape) < 0.8
    found = complete(np.where(known, whole, np.nan), known, rank=2)
    assert np.abs(found - whole)[~known].max() < 0.1 * np.abs(whole).max()


@pytest.mark.parametrize("rank", [1, 3, 128])
def test_completion_is_the_algorithm_of_fancyimpute(rank: int) -> None:
    """Which no longer installs: its steps once more, on scikit-learn's decomposition."""
    rng = np.random.default_rng(0)
    values, known = (rng.random((12, 30)) < 0.3) * 1.0, rng.random((12, 30)) < 0.7
    filled = values * known
    for i in range(200):
        svd = TruncatedSVD(min(2**i, rank, 12), algorithm="arpack" if 2**i < 12 else "randomized",
                           random_state=0)  # fmt: skip
        approximation = svd.inverse_transform(svd.fit_transform(filled))
        old, new = filled[~known], approximation[~known]
        filled[~known] = new
        if ((old - new) ** 2).sum() < 1e-5 * (old**2).sum():
            break
    # Some iterations, each of which rounds to multiples of 2^-16.
    np.testing.assert_allclose(complete(values, known, rank)[~known], filled[~known], atol=1e-3)


def test_completion_stops_growing_where_the_rank_is_that_of_the_matrix() -> None:
    """The paper's rank of 128 exceeds the number of TFs: more rank is no other result."""
    rng = np.random.default_rng(0)
    values, known = rng.random((20, 30)) < 0.3, rng.random((20, 30)) < 0.7
    found = complete(values, known, 128)
    np.testing.assert_array_equal(found, complete(values, known, 20))
    np.testing.assert_array_equal(found[known], values[known])


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As in the runs of a study; with matrices as small as these, more threads are slower."""
    with one_thread():
        yield


# --- rounding errors ------------------------------------------------------------------------------


def sparse() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Few positives, and which pairs are known: a small network like the non-specific ones.

    Many a TF has one target or none. Without rounding, the iterations enlarge an error of 1e-15 to
    above 1.
    """
    rng = np.random.default_rng(0)
    return rng.random((40, 100)) < 0.03, rng.random((40, 100)) < 0.75


@pytest.mark.parametrize("rank", [1, 4, 16, 128])
def test_completion_does_not_depend_on_the_order_of_rows_and_columns(rank: int) -> None:
    """Which is that of the sums, on which their rounding errors depend."""
    values, known = sparse()
    rng = np.random.default_rng(1)
    order = np.ix_(rng.permutation(40), rng.permutation(100))
    found = complete(values, known, rank)
    np.testing.assert_array_equal(complete(values[order], known[order], rank), found[order])


def test_what_is_known_to_have_no_positive_stays_at_zero() -> None:
    values, known = sparse()
    empty = ~(values & known).any(axis=1)
    assert empty.any()
    assert (complete(values, known, 16)[empty] == 0).all()


def test_equal_singular_values_count_together() -> None:
    known = np.ones((5, 5), dtype=bool)
    np.testing.assert_array_equal(complete(np.eye(5), known, 2), np.eye(5))
    np.testing.assert_array_equal(
        complete(np.diag([2, 1, 1, 1, 1]), known, 1), np.diag([2, 0, 0, 0, 0])
    )


KERNELS = ("", "Haswell", "Prescott")
"""Values of OPENBLAS_CORETYPE; without one, OpenBLAS chooses by the processor."""
RUNS = (
    ("MatComp", {}),
    ("MatComp", {"rank": 16}),
    ("MatComp", {"labels": "shuffled within TFs"}),
    ("MatComp (downsampled)", {}),
    ("MatComp (rank by CV)", {}),
)


@pytest.mark.parametrize(
    ("dataset", "network"),
    [
        ("sparse", "planted"),
        pytest.param("hESC", "cell-type-specific", marks=pytest.mark.needs_data),
        pytest.param("mDC", "non-cell-type-specific", marks=pytest.mark.needs_data),
    ],
)
def test_stored_digits_do_not_depend_on_the_kernels_of_openblas(dataset: str, network: str) -> None:
    """This file runs as a script, in processes of its own: kernels are chosen at import."""
    found = {}
    for kernel in KERNELS if dataset == "sparse" else KERNELS[:2]:
        environment = {name: v for name, v in os.environ.items() if name != "OPENBLAS_CORETYPE"}
        environment |= {"OPENBLAS_CORETYPE": kernel} if kernel else {}
        command = [sys.executable, __file__, dataset, network]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        architecture, digits = json.loads(done.stdout)
        found[architecture] = digits
    if len(found) == 1:
        pytest.skip("this NumPy has no other kernels")
    one, *others = found.values()
    assert all(other == one for other in others)


def _print_digits(name: str, network: str) -> None:
    """The kernels of NumPy, and what the ledger would hold of one split of a network."""
    kernels = sorted({info["architecture"] for info in threadpool_info() if "architecture" in info})
    if name == "sparse":
        dataset = replace(simulate(n_tfs=40, n_targets=60, n_cells=2), network=sparse()[0])
    else:
        dataset = load_beeline(name, network)
    split = make_split(dataset, seed=0)
    edges = split.train_edges(dataset.network)
    digits = []
    for method, settings in RUNS:
        if method == "MatComp (rank by CV)" and dataset.n_tfs > 100:
            continue  # takes long, and no study has it
        run = method_for(method, name, network).with_settings(**settings)
        with one_thread():
            metrics = evaluate(run(dataset, edges, seed=0), dataset.network, split)
        digits.append({metric: f"{value:.6g}" for metric, value in metrics.items()})
    print(json.dumps([", ".join(kernels), digits]))


if __name__ == "__main__":
    _print_digits(*sys.argv[1:])
