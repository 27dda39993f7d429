"""What the authors of two methods published of their own runs, to be set beside ours.

References
----------
Shu et al. (2021), DeepSEM, Nature Computational Science 1: the network that its code found on hESC,
with ``--alpha 0.1 --beta 0.01 --n_epochs 150``; GitHub HantaoShu/DeepSEM.
Wang et al. (2024), scGREAT, iScience 27: the pairs that it was trained, validated and tested on,
and what it predicted; GitHub WangyuchenCS/scGREAT.
"""

import hashlib
import io

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.data.dataset import normalise_genes
from infosem.data.download import data_folder, fetch, gunzip, read_local
from infosem.data.registry import DataFile
from infosem.errors import InfosemError, require
from infosem.splits import UNKNOWN

__all__ = [
    "FILES",
    "PARTS",
    "deepsem_output",
    "edges_of",
    "fingerprint",
    "places",
    "scgreat_pairs",
    "scgreat_predictions",
]

PARTS = ("train", "validation", "test")
"""How scGREAT's authors divided the pairs of a data set."""

_DEEPSEM = "HantaoShu/DeepSEM/89c41a3b1a6f9f7114768ac6781a937640d28e11"
_SCGREAT = "WangyuchenCS/scGREAT/73f3f63d7f06762d1e4f5ac3182386cbef86954b"


def _file(name: str, path: str, packed: str, plain: str) -> DataFile:
    """A file that the data folder holds packed by gzip, and the public address as it is."""
    url = f"https://raw.githubusercontent.com/{path}"
    return DataFile(f"reference/{name}", url, (f"sha256:{packed}", f"sha256:{plain}"))


_ALL = (
    _file(
        "deepsem-hESC-released-output.tsv.gz",
        f"{_DEEPSEM}/demo_data/GRN_inference/output/500_ChIP-seq_hESC_demo_output.tsv",
        "f24ccb6ae6911c5e5a2333e8f1fc0b9ed263914bb337e70886103e4b8aee37b5",
        "d8d74a9a5382d02f1c216055ba21a2a9acda0470a22e3bcdad9a77968297d2e0",
    ),
    _file(
        "scgreat/hESC-train.csv.gz",
        f"{_SCGREAT}/hESC500/Train_set.csv",
        "773f339a914bae9f3ad4ad788eca6f9d93faf6108a58891823c960a1207d8a77",
        "eb44a7634cba1582d4718947324ad7efbd11b8bb4b571448521f7fd7d7a5e9d0",
    ),
    _file(
        "scgreat/hESC-validation.csv.gz",
        f"{_SCGREAT}/hESC500/Validation_set.csv",
        "cf8b8696a8a05da36f6f3e07fb6b33b9a5badf0630cfa17d316e8fbf031a99a4",
        "a51c055409dcb071691a93fdace4d388b6f61da2c787fa1ea782569319f0245b",
    ),
    _file(
        "scgreat/hESC-test.csv.gz",
        f"{_SCGREAT}/hESC500/Test_set.csv",
        "c5955ab9d1d72f23ec4eb10cd242d5ffd9f7f2a6d5ef985b955c8d9081e399fa",
        "dd2a9544223ecc4df1e41e487d0c1d6815e6e9a31bf03cfec59db09bc847ef22",
    ),
    _file(
        "scgreat/hESC-target.csv.gz",
        f"{_SCGREAT}/hESC500/Target.csv",
        "2b4a64e41725fd6d79ccc948eff5927e6b35fae0a974fb4f421c6e0566f72693",
        "48b26f838e3673ca6cd7d7c94e6720b62a3264342d1ecba398da7a8236d45532",
    ),
    _file(
        "scgreat/hESC-predictions.csv.gz",
        f"{_SCGREAT}/hESC500/labels_and_predictions.csv",
        "ffc6a3fd559f7e03d37a474b12f8026b9bad93086aae0a27f3cde922d3f8ac8d",
        "86334344fe1d761503785e515918d24835be1621bd470ec9bccbfb960a001baa",
    ),
    _file(
        "scgreat/mESC-train.csv.gz",
        f"{_SCGREAT}/mESC500/Train_set.csv",
        "4243ac595ab54d968bdd218335ea04a5738344996946dff5a7b7f2a1c36899f1",
        "672bf4a01bd25280b12a28b7542aab2f2dc64a1af8d84903013b1927e43c89b2",
    ),
    _file(
        "scgreat/mESC-validation.csv.gz",
        f"{_SCGREAT}/mESC500/Validation_set.csv",
        "c7c68a75d212dd4c61bc51bcbdcf2dd03c1ae09202a69f65dde959d9b685b6a2",
        "1bd68623bd0b305c641ca2090ebeddc6991a11e2f1cc2a92a1b363eaffd4e149",
    ),
    _file(
        "scgreat/mESC-test.csv.gz",
        f"{_SCGREAT}/mESC500/Test_set.csv",
        "f723a4d67451c5dd56c4b2741cdb794b763f79e5e8f1f093eded1949ba06dbc9",
        "4813f7e2c798f9b89fac1a7760944eec9bf21abaaeb49f25666e26c82b2f2412",
    ),
    _file(
        "scgreat/mESC-target.csv.gz",
        f"{_SCGREAT}/mESC500/Target.csv",
        "de67e430c092e8d6745f3c4d0d53c76eb39e37420966887e8aea2403626092d2",
        "e536232e66212de13d1e6d9209b75afd3e7ec356c952a9e55a37c3e31d5a3b3e",
    ),
)
FILES = {file.name: file for file in _ALL}
"""Every file of them, by its name in the data folder."""


def deepsem_output() -> pd.DataFrame:
    """The network that DeepSEM's authors published, of hESC with its cell-type-specific TFs.

    Returns
    -------
    DataFrame
        One row per pair: tf and target (names), and weight, the entry of A with its sign.

    Raises
    ------
    InfosemError
        If the file is missing and cannot be downloaded, or is not the expected one.
    """
    table = _table("deepsem-hESC-released-output.tsv.gz", separator="\t")
    tf, target = normalise_genes(table["Gene1"]), normalise_genes(table["Gene2"])
    return pd.DataFrame({"tf": tf, "target": target, "weight": table["EdgeWeight"]})


def scgreat_pairs(cell: str, part: str) -> pd.DataFrame:
    """The pairs on which scGREAT's authors trained, validated or tested it.

    Parameters
    ----------
    cell : {"hESC", "mESC"}
    part : str
        One of `PARTS`.

    Returns
    -------
    DataFrame
        One row per pair: tf and target (names), and label, 0 or 1.

    Raises
    ------
    InfosemError
        As `deepsem_output`, and where they published none.
    """
    table = _table(f"scgreat/{cell}-{part}.csv.gz")
    return _named(cell, table["TF"], table["Target"]).assign(label=table["Label"])


def scgreat_predictions(cell: str = "hESC") -> pd.DataFrame:
    """What scGREAT predicted of its test pairs, as published by its authors; of hESC only.

    Returns
    -------
    DataFrame
        As from `scgreat_pairs`, with a column score, a probability.
    """
    table = _table(f"scgreat/{cell}-predictions.csv.gz")
    pairs = _named(cell, table["TFs"], table["genes"])
    return pairs.assign(label=table["True Labels"], score=table["Predicted Labels"])


def fingerprint(*names: str) -> str:
    """16 hexadecimal digits for the content of some of `FILES`, known without reading them."""
    digests = [digest for name in names for digest in FILES[f"reference/{name}"].digests]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()[:16]


def places(dataset: Dataset, pairs: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of pairs in the arrays (n_tfs, n_genes) of a data set.

    Raises
    ------
    InfosemError
        If a pair is not among them, or is there twice.
    """
    rows = pd.Index(dataset.tf_names).get_indexer(pairs["tf"])
    columns = pd.Index(dataset.genes).get_indexer(pairs["target"])
    lacking = pairs[(rows < 0) | (columns < 0)]
    if len(lacking):
        raise InfosemError(
            f"{dataset.name}: {len(lacking)} published pairs are not among its TFs and genes, such "
            f"as {lacking['tf'].iloc[0]} and {lacking['target'].iloc[0]}; load it with all genes"
        )
    todo = "restore the file"
    require(not pairs.duplicated(["tf", "target"]).any(), dataset.name, "a pair twice", todo)
    return rows, columns


def edges_of(dataset: Dataset, pairs: pd.DataFrame) -> NDArray[np.int8]:
    """The labels of pairs as methods are given them, ``UNKNOWN`` elsewhere: (n_tfs, n_genes)."""
    edges = np.full((dataset.n_tfs, dataset.n_genes), UNKNOWN, dtype=np.int8)
    edges[places(dataset, pairs)] = pairs["label"]
    return edges


def _table(name: str, separator: str = ",") -> pd.DataFrame:
    known = sorted(FILES)
    require(f"reference/{name}" in FILES, name, "nothing of the kind was published",
            f"choose from {', '.join(known)}")  # fmt: skip
    file, folder = FILES[f"reference/{name}"], data_folder()
    if folder is not None:
        data = read_local(file, folder)
    else:
        data = fetch(file, "try again, or set INFOSEM_DATA to a folder that holds it")
    text = gunzip(data, file.name) if data.startswith(b"\x1f\x8b") else data.decode("utf-8")
    return pd.read_csv(io.StringIO(text), sep=separator, keep_default_na=False)


def _named(cell: str, tfs: "pd.Series[int]", targets: "pd.Series[int]") -> pd.DataFrame:
    """Names of pairs that are given by the indices of genes."""
    table = _table(f"scgreat/{cell}-target.csv.gz").set_index("index")["Gene"]
    names = pd.Series(normalise_genes(table), index=table.index)
    return pd.DataFrame({"tf": names[tfs].to_numpy(), "target": names[targets].to_numpy()})
