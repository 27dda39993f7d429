"""What several test files share."""

import os

import pytest

from infosem.datasets import Dataset, simulate


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_data: reads the real data that INFOSEM_DATA names")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("INFOSEM_DATA"):
        for item in items:
            if item.get_closest_marker("needs_data"):
                item.add_marker(pytest.mark.skip(reason="INFOSEM_DATA is not set"))


@pytest.fixture(scope="session")
def synthetic() -> Dataset:
    """The simulated data set with seed 0; shared, so no test may write into it."""
    return simulate(seed=0)
