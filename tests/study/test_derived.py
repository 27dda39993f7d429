"""Derived tables, as far as the pages that have one do not test them."""

import os

import pandas as pd

from infosem_study import Runner, Store
from infosem_study.derived import derive


def test_a_table_is_filled_by_several_processes(tmp_path):
    places = [
        {"network": "planted", "dataset": "synthetic", "method": f"M{i}", "split": 0, "key": "0"}
        for i in range(4)
    ]
    table = derive(
        Store(tmp_path), "processes", {"process": int}, places,
        lambda run: pd.DataFrame({"process": [os.getpid()]}), runner=Runner(n_jobs=2),
    )  # fmt: skip
    assert table["method"].tolist() == ["M0", "M1", "M2", "M3"]
    assert os.getpid() not in set(table["process"])
