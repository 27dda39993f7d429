"""What other authors published: that it is read, verified, and put in its place; the real files."""

import gzip
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from infosem import InfosemError
from infosem.data import data_folder, load_beeline
from infosem.data.download import cached
from infosem.files import matches, sha256_of
from infosem.metrics import auprc
from infosem.splits import UNKNOWN
from infosem_study import published

TINY = {
    "deepsem-hESC-released-output.tsv.gz": "Gene1\tGene2\tEdgeWeight\nSOX2\tNA\t-0.5\n",
    "scgreat/hESC-target.csv.gz": ",Gene,index\n0,Sox2,0\n1,NA,1\n2,KLF4,2\n",
    "scgreat/hESC-train.csv.gz": ",TF,Target,Label\n0,0,1,1\n1,2,0,0\n",
    "scgreat/hESC-predictions.csv.gz": "TFs,genes,True Labels,Predicted Labels\n2,1,1,0.75\n",
}


def known(monkeypatch, name, *contents, **changes):
    """Make the digests of these contents those that a file must have."""
    name = f"reference/{name}"
    file = published.FILES[name]
    digests = tuple(f"sha256:{sha256_of(path)}" for path in contents)
    monkeypatch.setitem(published.FILES, name, replace(file, digests=digests, **changes))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder with tiny files in the form of the published ones."""
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path))
    (tmp_path / "reference" / "scgreat").mkdir(parents=True)
    for name, text in TINY.items():
        path = tmp_path / "reference" / name
        path.write_bytes(gzip.compress(text.encode()))
        known(monkeypatch, name, path)
    return tmp_path / "reference"


def test_tiny_files_are_read_by_the_names_of_the_genes(folder):
    assert published.deepsem_output().to_dict("records") == [
        {"tf": "SOX2", "target": "NA", "weight": -0.5}
    ]
    assert published.scgreat_pairs("hESC", "train").to_dict("records") == [
        {"tf": "SOX2", "target": "NA", "label": 1},
        {"tf": "KLF4", "target": "SOX2", "label": 0},
    ]
    assert published.scgreat_predictions().to_dict("records") == [
        {"tf": "KLF4", "target": "NA", "label": 1, "score": 0.75}
    ]


def test_what_is_missing_changed_or_was_never_published_is_named(folder):
    path = folder / "deepsem-hESC-released-output.tsv.gz"
    path.write_bytes(gzip.compress(b"Gene1\tGene2\tEdgeWeight\n"))
    with pytest.raises(InfosemError, match=r"released-output\.tsv\.gz: wrong digest"):
        published.deepsem_output()
    path.unlink()
    with pytest.raises(InfosemError, match=r"released-output\.tsv\.gz: cannot be read"):
        published.deepsem_output()
    with pytest.raises(InfosemError, match=r"mESC-predictions.*nothing of the kind was published"):
        published.scgreat_predictions("mESC")


def test_a_download_is_plain_text_and_kept(server, tmp_path, monkeypatch):
    name = "deepsem-hESC-released-output.tsv.gz"
    plain = tmp_path / "plain.tsv"
    plain.write_text(TINY[name])
    known(monkeypatch, name, plain, url=f"http://127.0.0.1:{server.server_port}/output.tsv")
    with pytest.raises(InfosemError, match=r"output\.tsv: cannot be downloaded.*INFOSEM_DATA"):
        published.deepsem_output()
    server.files["output.tsv"] = plain.read_bytes()
    assert published.deepsem_output()["target"].tolist() == ["NA"]
    server.files.clear()
    assert published.deepsem_output()["target"].tolist() == ["NA"]
    assert cached(published.FILES[f"reference/{name}"]).is_file()


def test_every_file_has_an_address_at_a_commit_and_two_digests():
    for name, file in published.FILES.items():
        assert file.name == name
        assert re.match(
            r"https://raw\.githubusercontent\.com/[\w-]+/[\w-]+/[0-9a-f]{40}/", file.url
        )
        assert len(set(file.digests)) == 2  # as in the data folder, and as published
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in file.digests)


def test_pairs_go_to_their_rows_and_columns(synthetic):
    tf, target = synthetic.tf_names[2], synthetic.genes[5]
    pairs = pd.DataFrame({"tf": [tf], "target": [target], "label": [1]})
    edges = published.edges_of(synthetic, pairs)
    assert edges[2, 5] == 1
    assert (edges != UNKNOWN).sum() == 1
    with pytest.raises(
        InfosemError, match=f"1 published pairs are not .* such as NOBODY and {target}"
    ):
        published.places(synthetic, pairs.assign(tf="NOBODY"))
    with pytest.raises(InfosemError, match="a pair twice"):
        published.places(synthetic, pd.concat([pairs, pairs]))


# --- the real files -------------------------------------------------------------------------------


@pytest.mark.needs_data
def test_the_files_of_the_data_folder_hold_what_is_public():
    for name, file in published.FILES.items():
        packed = data_folder() / name
        assert matches(gzip.decompress(packed.read_bytes()), file.digests[1:]), name


@pytest.mark.needs_data
def test_published_numbers_are_those_of_the_published_files():
    """DeepSEM's EPR is tested where it is shown; scGREAT's AUPRC on its own test is .563."""
    output = published.deepsem_output()
    dataset = load_beeline("hESC", genes="all")
    labels = dataset.network[published.places(dataset, output)]
    assert (len(labels), labels.sum()) == (27608, 4526)
    assert auprc(labels, output["weight"].abs()) == pytest.approx(0.1905, abs=5e-5)
    predicted = published.scgreat_predictions()
    assert auprc(predicted["label"], predicted["score"]) == pytest.approx(0.563, abs=1e-3)


@pytest.mark.needs_data
@pytest.mark.parametrize(("cell", "sizes"), [("hESC", (20677, 3087, 7142)),
                                             ("mESC", (65896, 9839, 22737))])  # fmt: skip
def test_published_labels_are_those_of_the_network(cell, sizes):
    dataset = load_beeline(cell, genes="all")
    taken = np.zeros(dataset.network.shape, dtype=int)
    for part, size in zip(published.PARTS, sizes, strict=True):
        pairs = published.scgreat_pairs(cell, part)
        at = published.places(dataset, pairs)
        assert len(pairs) == size
        assert (dataset.network[at] == pairs["label"]).all()
        taken[at] += 1
    assert taken.max() == 1  # no pair is in two parts
