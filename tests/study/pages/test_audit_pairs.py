"""The pair-aware prior beside its rivals."""

import pandas as pd
import pytest

from infosem_study.pages import audit
from infosem_study.pages.audit import pairs


def test_pair_aware_prior_is_set_against_each_rival_within_the_same_tfs():
    ahead = dict(zip(pairs._RIVALS, (0.1, -0.1, 0.1), strict=True))
    lines = [
        {"network": "n", "dataset": "d", "tf": f"TF{i}", "split": 0, "method": method,
         "gain": 0.2, "specific": 0.01 * i - lead}
        for method, lead in {"InfoSEM-B (pairs)": 0.0, **ahead}.items()
        for i in range(5)
    ]  # fmt: skip
    table = audit.pair_differences(pd.DataFrame(lines)).set_index(["measure", "against"])
    for rival, lead in ahead.items():
        assert table.loc[("own TF", rival), "difference"] == pytest.approx(lead)
        assert table.loc[("within TFs", rival), "difference"] == pytest.approx(0)
    answer = audit.describe_pair_differences(table.reset_index())
    infosem_b, deepsem, _ = pairs._RIVALS
    assert f"against {infosem_b}: better on d, worse on none, of 1 data sets" in answer
    assert f"against {deepsem}: better on none, worse on d" in answer
    assert answer.endswith("its own control on: none.")
    better = table.reset_index().assign(low=0.1)
    assert audit.describe_pair_differences(better).endswith("its own control on: n d.")


def test_pair_aware_prior_and_its_control_are_told_apart():
    names = ["DeepSEM", "InfoSEM-B", "InfoSEM-B (pairs)", "PIDC"]
    infosem_b, deepsem, _ = pairs._RIVALS
    controls = ["none", "expression shuffled", "embeddings permuted"]
    rows = pd.DataFrame(
        [{"method": name, "control": control} for name in names for control in controls]
    )
    assert audit.pair_rows(rows).to_numpy().tolist() == [
        [deepsem, "none"],
        [infosem_b, "none"],
        ["InfoSEM-B (pairs)", "none"],
        ["InfoSEM-B (pairs), permuted", "embeddings permuted"],
    ]
