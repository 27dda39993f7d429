"""Tests of the texts that stand for genes, and of how many genes have one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import dataset_of

from infosem.data import CELLS, load_beeline
from infosem.embeddings import coverage, coverage_table, gene_texts
from infosem.errors import InfosemError


def test_gene_texts(descriptions):
    genes = ["LOC1", "XYZ", "SOX2", "A1BG", "ACTB"]
    assert gene_texts(genes, descriptions) == [
        "LOC1. Of unknown name.",
        "XYZ",
        "SOX2: SRY-box 2. Stem-cell maintenance.",
        "A1BG",
        "ACTB: actin beta",
    ]


def test_gene_texts_needs_its_columns_and_one_row_per_gene(descriptions):
    with pytest.raises(InfosemError, match="no column summary"):
        gene_texts(["SOX2"], descriptions.drop(columns="summary"))
    with pytest.raises(InfosemError, match="SOX2 is described twice"):
        gene_texts(["SOX2"], pd.concat([descriptions, descriptions[:1]]))


def test_coverage(data_dir):
    found = coverage(dataset_of(["SOX2", "GATA4", "ACTB", "A1BG", "LOC1"]), data_dir)
    assert found == {"genes": 5, "biobert": 2, "summary": 2, "name": 2, "symbol_only": 2}


def test_coverage_table(data_dir):
    first, second = dataset_of(["SOX2", "GATA4", "A1BG"]), dataset_of(["ACTB"])
    table = coverage_table([first, replace(second, name="other")], data_dir)
    assert table.to_dict("list") == {
        "dataset": ["toy", "other"],
        "genes": [3, 1],
        "biobert": [2, 0],
        "summary": [1, 0],
        "name": [1, 1],
        "symbol_only": [2, 0],
    }
    genes, vectors = np.array(["A1BG", "ACTB", "X"]), np.ones((3, 4), dtype=np.float32)
    np.savez(data_dir / "embeddings" / "genept.npz", genes=genes, vectors=vectors)
    assert coverage_table([first, second], data_dir)["genept"].tolist() == [1, 1]


@pytest.mark.needs_data
def test_real_coverage_is_that_of_the_data_page():
    table = coverage_table([load_beeline(cell) for cell in CELLS])
    page = Path(__file__).parents[2] / "book" / "data.md"
    text = page.read_text(encoding="utf-8")
    for row in [table.columns, *table.to_numpy().tolist()]:
        assert f"| {' | '.join(map(str, row))} |\n" in text
