"""Parameters of notebooks: an unknown one is found, where it was given in and by whatever name."""

import pytest

from infosem import InfosemError
from infosem_study.parameters import check_parameters

DECLARED = "datasets = ['hESC']\nn_splits = 10\n"


def test_known_parameters_pass() -> None:
    check_parameters(["", "import os", DECLARED])  # nothing was given
    check_parameters(["", DECLARED, "# Parameters\nn_splits = 2\n", "check_parameters()"])


def test_the_misspelt_one_is_named_and_those_that_there_are() -> None:
    cells = ["", "n_split = 1", DECLARED, "# Parameters\nn_split = 2\ndatasets = []\n"]
    with pytest.raises(InfosemError, match=r"n_split unknown; choose from datasets, n_splits"):
        check_parameters(cells)
