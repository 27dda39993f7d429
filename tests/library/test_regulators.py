"""Lists of TFs: the published ones, and files in any dialect."""

import gzip
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infosem.data import read_tfs, tf_list
from infosem.data.download import cached, fetch, version_of
from infosem.data.registry import FILES
from infosem.errors import InfosemError

TFS = ["SOX2", "NKX2-5", "C11orf95", "HLA.DRA"]

DIALECTS = {
    "lines": "SOX2\nNKX2-5\nC11orf95\nHLA.DRA",
    "CRLF and blanks": "SOX2 \r\n  NKX2-5\r\n\r\nC11orf95\r\nHLA.DRA\r\n",
    "old Mac": "SOX2\rNKX2-5\rC11orf95\rHLA.DRA\r",
    "commas": "SOX2, NKX2-5, C11orf95,HLA.DRA",
    "semicolons and quotes": '"SOX2";"NKX2-5";"C11orf95";"HLA.DRA"',
    "single quotes": "'SOX2'\n'NKX2-5'\n'C11orf95'\n'HLA.DRA'",
    "blanks": "SOX2 NKX2-5 C11orf95 HLA.DRA",
    "comments and a header": "# of 2018\nTF\nSOX2\n#NANOG\nNKX2-5\nC11orf95\nHLA.DRA",
    "twice": "SOX2\nNKX2-5\nSOX2\nC11orf95\nHLA.DRA\nNKX2-5",
    "write.csv": '"","x"\n"1","SOX2"\n"2","NKX2-5"\n"3","C11orf95"\n"4","HLA.DRA"\n',
    "write.table": '"x"\n"1" "SOX2"\n"2" "NKX2-5"\n"3" "C11orf95"\n"4" "HLA.DRA"\n',
    "numbered": "1\tSOX2\n2\tNKX2-5\n3\tC11orf95\n4\tHLA.DRA\n",
    "BEELINE": "TF\nSOX2\nNKX2-5\nC11orf95\nHLA.DRA\n",
    "AnimalTFDB": "Species\tSymbol\tEnsembl\tFamily\n"
    + "".join(f"Homo\t{tf}\tENSG{i:011d}\tHMG\n" for i, tf in enumerate(TFS)),
    "Lambert": ",Ensembl ID,HGNC symbol,DBD,Is TF?\n"
    + "".join(f'{i},ENSG{i:011d},{tf},"C2H2, ZF",Yes\n' for i, tf in enumerate(TFS))
    + "9,ENSG00000000009,UBB,Unknown,No\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "gz"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_read(dialect: str, encoding: str, tmp_path: Path) -> None:
    text, path = DIALECTS[dialect], tmp_path / "tfs.txt"
    path.write_bytes(gzip.compress(text.encode()) if encoding == "gz" else text.encode(encoding))
    assert read_tfs(path) == TFS


def test_identifiers_and_letters_of_latin_1_are_names(tmp_path: Path) -> None:
    path = tmp_path / "tfs.txt"
    path.write_bytes("# Müller, 2018\nENSG00000181449.4\nNAN\n".encode("latin-1"))
    assert read_tfs(path) == ["ENSG00000181449.4", "NAN"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it holds no name"),
        (b"\n# nothing\n", "it holds no name"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "it is an HDF5 file, as cells are kept in"),
        (b"PK\x03\x04" + bytes(100), "it is a zip file or a spreadsheet; save it as text"),
        (bytes(range(256)) * 4, "it is binary, not text"),
        (b"\x1f\x8b\x08", "damaged gzip file"),
        (b"<!DOCTYPE html>\n<html><body>Log in</body></html>", "is no name of a gene"),
        (b"cell,Sox2,Klf4,Gata6\nc1,1,2,0\nc2,0,1,1\n", "a table of numbers, as .*CELLS"),
        (b"gene,c1,c2,c3\nSox2,1,2,0\nKlf4,0,1,1\n", "a table of numbers, as cells are"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_one_sentence(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "tfs.txt"
    path.write_bytes(data)
    with pytest.raises(InfosemError, match=rf"tfs\.txt: .*{message}"):
        read_tfs(path)
    for other in (tmp_path, tmp_path / "none.txt"):
        with pytest.raises(InfosemError, match=rf"{other}: cannot be read \(.*; give a text file"):
            read_tfs(other)


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(max_size=99).map(lambda text: text.encode("utf-16", "surrogatepass")),
    st.text(st.sampled_from('SOX2,;\t\n"# \r1.x'), max_size=80).map(str.encode),
    st.binary(max_size=60).map(gzip.compress),
    st.binary(max_size=60).map(lambda data: b"\x1f\x8b" + data),
))  # fmt: skip
def test_any_file_is_names_or_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "tfs.txt"
    path.write_bytes(data)
    try:
        names = read_tfs(path)
    except InfosemError as error:
        assert str(error).startswith(str(path))
        assert "; " in str(error)
    else:
        assert names
        assert len(set(names)) == len(names)
        assert all(name == name.strip() != "" for name in names)


# --- the published ones ---------------------------------------------------------------------------


def serve(server: Any, monkeypatch: pytest.MonkeyPatch, **lists: str) -> None:
    for name, text in lists.items():
        full = f"tfs/{name}.txt"
        server.files[full] = data = text.encode()
        digests = (f"sha256:{sha256(data).hexdigest()}",)
        monkeypatch.setitem(FILES, full, replace(FILES[full], digests=digests))


def test_lists_are_downloaded_once(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(server, monkeypatch, lambert2018="SOX2\nTP53\n", hs_hgnc_tfs="SOX2\nRPL35\nUBB\n",
          mm_mgi_tfs="Sox2\nRpl35\nZfp42\n")  # fmt: skip
    human = tf_list("human")
    assert human.names == ("SOX2", "TP53")
    assert "Lambert et al. (2018), http" in human.source
    assert "sha256:" in human.source
    mouse = tf_list("mouse")
    assert mouse.names == ("Sox2", "Zfp42")  # not the ribosomal protein
    assert "without 1 that are no TFs" in mouse.source
    assert server.asked == 3
    assert tf_list("human") == human
    with pytest.raises(
        InfosemError, match="species: 'rat' is unknown; choose from human, mouse, or"
    ):
        tf_list("rat")


def test_another_list_than_the_known_one_is_refused(server: Any) -> None:
    server.files["tfs/lambert2018.txt"] = b"<html>"
    with pytest.raises(InfosemError, match=r"lambert2018\.txt: wrong digest.*give a file of names"):
        tf_list("human")
    assert not cached(FILES["tfs/lambert2018.txt"]).exists()


def test_the_digest_of_a_file_that_changes_is_recorded(server: Any) -> None:
    file = FILES["ncbi/gene_summary.gz"]
    server.files[file.name] = b"first"
    assert fetch(file, "") == b"first"
    digest = sha256(b"first").hexdigest()
    assert f"sha256:{digest}" in version_of(file)
    assert "downloaded 2" in version_of(file)
    server.files[file.name] = b"second"
    assert fetch(file, "") == b"first"
    cached(file).write_bytes(b"damaged")
    assert fetch(file, "") == b"second"
    assert sha256(b"second").hexdigest() in version_of(file)
