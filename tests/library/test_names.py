"""Names of genes: matched without regard to case only where that is unique."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from infosem.data.names import are_ensembl, match_names, without_version

NAMES = st.lists(st.text("aAbB1", min_size=1, max_size=3), min_size=1, max_size=8)


def test_exact_names_go_before_others():
    names = ["dl", "Dl", "C10orf54", "Sox2"]
    assert match_names(["Dl", "dl", "DL", "C10ORF54", " SOX2 ", "Klf4"], names).tolist() == [
        1, 0, -1, 2, 3, -1,
    ]  # fmt: skip
    assert match_names(["Dl", "dl"], ["Dl"]).tolist() == [0, -1]  # one gene is not two


def test_identifiers_are_matched_without_their_version():
    ids = ["ENSG00000181449.4", "ENSMUSG00000074637"]
    found = match_names(["ENSG00000181449", "ENSMUSG00000074637.8", "SOX2"], ["SOX2", "Sox2"], ids)
    assert found.tolist() == [0, 1, 0]
    assert match_names([""], ["a"], [""]).tolist() == [-1]
    assert without_version("AC023509.3") == "AC023509.3"
    assert are_ensembl(ids)
    assert not are_ensembl(["SOX2", "ENSA", "AC023509.3"])


@given(NAMES, NAMES)
def test_no_two_names_find_one_gene_and_each_finds_its_own(wanted, names):
    found = match_names(wanted, names)
    for name, place in zip(wanted, found, strict=True):
        if name in names:
            assert place == names.index(name)
        elif place >= 0:
            assert names[place].upper() == name.upper()
    by_name = {name: place for name, place in zip(wanted, found, strict=True) if place >= 0}
    assert len(set(by_name.values())) == len(by_name)


@given(st.lists(st.text("abc", min_size=1), unique=True, min_size=1))
def test_where_no_two_names_differ_in_case_alone_case_does_not_count(names):
    upper = [name.upper() for name in names]
    assert np.array_equal(match_names(upper, names), np.arange(len(names)))
