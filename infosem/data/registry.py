"""Every file that infosem reads by itself: its name, its address and its digests.

References
----------
GitHub haohaostats/bridge-grn (MIT): BEELINE's expression and networks.
NCBI Gene, gene_info and gene_summary: the names of genes and what is known of them; changed daily.
Lambert et al. (2018), The human transcription factors, Cell 172: the TFs of man, one judged by one;
as GitHub aertslab/pySCENIC has them, and with them its own older lists of man and mouse.
Wang et al. (2024), scGREAT, iScience 27 (GitHub WangyuchenCS/scGREAT, MIT): the BioBERT vectors of
gene symbols.
Chen & Zou (2024), GenePT, bioRxiv 2023.10.16.562533: the vectors of Zenodo record 10833191.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

__all__ = ["BRIDGE_GRN", "FILES", "TFS_PLUS", "DataFile"]


@dataclass(frozen=True)
class DataFile:
    """A file, where it can be had and what identifies its bytes.

    Attributes
    ----------
    name : str
        Its path in the data folder and in the user's cache, with "/" between folders.
    url : str
        Its public address, or "" if it has none.
    digests : tuple of str
        Of which the bytes have one: "sha256:...", "md5:..." or "git-blob:..." (see
        `infosem.files.matches`). None for a file that changes.
    """

    name: str
    url: str = ""
    digests: tuple[str, ...] = ()


_REPOSITORY, _COMMIT = "haohaostats/bridge-grn", "27d21d94f6f96f5d2a8a7b41d392cb12410e46ea"
BRIDGE_GRN = f"GitHub {_REPOSITORY}, commit {_COMMIT}"
TFS_PLUS = {"hESC": 500, "hHEP": 500, "mDC": 1000, "mESC": 500}  # variable genes beside the TFs

_FOLDERS = {"network-nonspecific": "Non-Specific Dataset", "network-string": "STRING Dataset"}


def _beeline(cell: str, kind: str, *digests: str) -> DataFile:
    folder = _FOLDERS.get(kind, "Specific Dataset")
    file = "BL--ExpressionData.csv.gz" if kind == "expression" else "BL--network.csv.gz"
    path = f"data/benchmark_datasets/{folder}/{cell}/TFs+{TFS_PLUS[cell]}/{file}"
    url = f"https://raw.githubusercontent.com/{_REPOSITORY}/{_COMMIT}/{quote(path)}"
    return DataFile(f"beeline/{cell}/{kind}.csv.gz", url, digests)


def _gene_info(name: str) -> DataFile:
    url = f"https://ftp.ncbi.nlm.nih.gov/gene/DATA/GENE_INFO/Mammalia/{name}"
    return DataFile(f"ncbi/{name}", url)


def _github(name: str, path: str, sha256: str) -> DataFile:
    return DataFile(name, f"https://raw.githubusercontent.com/{path}", (f"sha256:{sha256}",))


_PYSCENIC = "aertslab/pySCENIC/06bafba412792f6efa5a552a23bb221cc3bdea1b/resources"
_SCGREAT = "WangyuchenCS/scGREAT/73f3f63d7f06762d1e4f5ac3182386cbef86954b"

_ALL = (
    _beeline(
        "hESC",
        "expression",
        "sha256:8dfe033d74bbf54d145dcf1e05809a9a98fbce55caeedbd3fade2b99ab99ed58",
        "git-blob:5ca04b75fe2dc30ab871d4fdce819aef9c6fbae5",
    ),
    _beeline(
        "hESC",
        "network-specific",
        "sha256:4661a5e54f3e5f7bbebd7bb6d2b0b413196b3a76b9b32e7d97d7a64853978329",
    ),
    _beeline(
        "hESC",
        "network-nonspecific",
        "sha256:725ee236219512bae81aa85b0fc6b986f7455c27cbaa8cde6563f911c52f32db",
    ),
    _beeline(
        "hESC",
        "network-string",
        "sha256:eee6109761ea77d85a77dfa8b669a9ea5c3d8c4a6ec1a77362fd3f854b079350",
    ),
    _beeline(
        "hHEP",
        "expression",
        "sha256:e3c5b4facb46d187a92b1404b556edcbdfae7c99ce306fa22c2df701b2aaca16",
    ),
    _beeline(
        "hHEP",
        "network-specific",
        "sha256:d5354cb3d137686634b20cec07fbfc1f4a884179fd80a2d7278e39846946ef39",
    ),
    _beeline(
        "hHEP",
        "network-nonspecific",
        "sha256:9586277346fa0fdee8038ca41beaef8386e0792287abf20a8686190ab4059563",
    ),
    _beeline(
        "hHEP",
        "network-string",
        "sha256:65462fb505e4e92d28c926c4abec3df4bd5fa0af8fe156772775cf5670449050",
    ),
    _beeline(
        "mDC",
        "expression",
        "sha256:0b1d71215d689fc66239700b43aac33a0dd8459d4b6f037dd1cc9c064126c484",
    ),
    _beeline(
        "mDC",
        "network-specific",
        "sha256:d16f10413f060c6b5b07e5cc237437b14fc9f1c48a724b38b09d68fc1872fef5",
    ),
    _beeline(
        "mDC",
        "network-nonspecific",
        "sha256:60fede95145b7b43748f9fdd853823aa7be3ef9a967e95a05d7e28d71ccf9732",
    ),
    _beeline(
        "mDC",
        "network-string",
        "sha256:09db8f9c47649af87aa518eb4a8275d573a9d9de94f5bea69a04a5dd0a6860e2",
    ),
    _beeline(
        "mESC",
        "expression",
        "sha256:ee22112864867ad5ea011f7ddaa919c394414226e07a26ce7e1e0268832da4de",
    ),
    _beeline(
        "mESC",
        "network-specific",
        "sha256:ca051eeb7cf9922bcb99985c43cb5ae92f63bf643abf77c726ca4a30984d9fa9",
    ),
    _beeline(
        "mESC",
        "network-nonspecific",
        "sha256:8087625a501b6a983d68690352fd4a64fe82ce8fa29d9000550e1c11c1957014",
    ),
    _beeline(
        "mESC",
        "network-string",
        "sha256:a10003fef8aac4c9cc20b78f0d70d62eeb637565ae74738a4992c3555b65f0da",
    ),
    DataFile(
        "embeddings/biobert-symbols.npz",
        digests=("sha256:81f83a9bb2b409c0ea8408611a88f660f13adf697aeb21fb60c398279edd56e2",),
    ),
    # of the symbols of hESC and mESC; the one above has both
    _github(
        "scgreat/hESC-vectors.npy",
        f"{_SCGREAT}/hESC500/biovect768.npy",
        "cec59aae3e41a6bcc0d43af6623749ec9761c7603fa86162569a8885d6fb0fa8",
    ),
    _github(
        "scgreat/hESC-genes.csv",
        f"{_SCGREAT}/hESC500/Target.csv",
        "48b26f838e3673ca6cd7d7c94e6720b62a3264342d1ecba398da7a8236d45532",
    ),
    _github(
        "scgreat/mESC-vectors.npy",
        f"{_SCGREAT}/mESC500/biovect768.npy",
        "d4fbabe9c5bd7bb2e5a1242c3fc83c0e01c1ce6030251d969e026d9feb7d088c",
    ),
    _github(
        "scgreat/mESC-genes.csv",
        f"{_SCGREAT}/mESC500/Target.csv",
        "e536232e66212de13d1e6d9209b75afd3e7ec356c952a9e55a37c3e31d5a3b3e",
    ),
    DataFile(
        "embeddings/GenePT_emebdding_v2.zip",  # as published, spelling included
        "https://zenodo.org/records/10833191/files/GenePT_emebdding_v2.zip",
        ("md5:3f6ce4317e3a0091978ae5cb8fbf05a3",),
    ),
    DataFile(
        "genes/descriptions.tsv.gz",
        digests=("sha256:6003da99ed6b8fb0767dfb778afb550e85d3ecfb4a6520b14b41a95c6d36a902",),
    ),
    _gene_info("Homo_sapiens.gene_info.gz"),
    _gene_info("Mus_musculus.gene_info.gz"),
    DataFile("ncbi/gene_summary.gz", "https://ftp.ncbi.nlm.nih.gov/gene/DATA/gene_summary.gz"),
    _github(
        "tfs/lambert2018.txt",
        f"{_PYSCENIC}/lambert2018.txt",
        "373b64d3dbc058a7388b795b396cd28dddbf79480ad1cb21ec9fa7a8fc93c27d",
    ),
    _github(
        "tfs/hs_hgnc_tfs.txt",
        f"{_PYSCENIC}/hs_hgnc_tfs.txt",
        "b3d59559bc1c04df61954b4051f1a4e0c17c849f532cd6271f749d832a18509a",
    ),
    _github(
        "tfs/mm_mgi_tfs.txt",
        f"{_PYSCENIC}/mm_mgi_tfs.txt",
        "69a5e70c0fcf16443e2c6dc77735c5b5118964f3caa6e03eead2b6e9cfce1870",
    ),
)
FILES = {file.name: file for file in _ALL}
