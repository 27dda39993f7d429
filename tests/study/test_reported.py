import pandas as pd
import pytest

from infosem.errors import InfosemError
from infosem_study.reported import reported


def value(table, **where):
    for column, wanted in where.items():
        table = table[table[column] == wanted]
    (row,) = table.itertuples()
    return row.value, row.sem


def test_random_row_of_table_1():
    table = reported("Table 1", "cell-type-specific", "unseen")
    auprc, sem = value(table, method="Random", dataset="hESC", quantity="AUPRC")
    assert auprc == 0.222
    assert sem != sem  # the paper gives none


def test_deepsem_row_has_a_standard_error():
    auprc, sem = value(reported("Table 1"), method="DeepSEM", dataset="hESC", quantity="AUPRC")
    assert auprc == 0.265
    assert 0 < sem < 0.1


@pytest.mark.parametrize("source", ["Table 1", "Table 3", "Table 4", "Table 5"])
def test_each_main_table_is_complete(source):
    counts = reported(source).groupby(["method", "dataset"])["quantity"].agg(set)
    assert len(counts) == 10 * 4
    assert all(quantities == {"AUPRC", "Hit@1%"} for quantities in counts)


def test_appendix_b_is_consistent_with_itself():
    # Negatives are all TF x gene pairs that are not positive (the paper counts self-pairs).
    table = reported("Appendix B", network="cell-type-specific")
    table = table[table["dataset"] == "hESC"].set_index("quantity")["value"]
    pairs = table["positive_links"] + table["negative_links"]
    assert pairs % table["genes"] == 0
    assert pairs / table["genes"] == 33  # TFs


def test_everything_without_a_filter():
    table = reported()
    assert len(table) == 402
    assert " ".join(table) == "source network split method dataset quantity value sem"
    assert table["value"].notna().all()


def test_percentages_of_the_text_are_means_over_data_sets():
    table = pd.concat([reported("Section 5.2"), reported("Abstract", network="")])
    assert table["value"].tolist() == [25, 52, 31, 66, 38.5, 11.1]
    assert set(table["dataset"]) == {""}


def test_filters_narrow_each_other():
    with pytest.raises(InfosemError, match=r"split.*'seen'.*'unseen'"):
        reported("Table 1", split="seen")


def test_unknown_source():
    with pytest.raises(InfosemError, match=r"source.*'Table 9'.*'Table 1'"):
        reported("Table 9")
