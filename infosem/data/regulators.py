"""Which genes are TFs: published lists, and files in whatever dialect.

References
----------
Lambert et al. (2018), The human transcription factors, Cell 172, 650-665: 1,639 genes.
GitHub aertslab/pySCENIC, folder resources: Lambert's list, and older ones of man and mouse, with
ribosomal proteins and other genes in them that are no TFs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from infosem.data.download import data_folder, fetch, read_local, version_of
from infosem.data.registry import FILES
from infosem.errors import InfosemError, require
from infosem.files import AnyPath, read_text

__all__ = ["SPECIES", "TFList", "check_species", "read_tfs", "rows_of", "tf_list"]

SPECIES = ("human", "mouse")
"""Those of which there are lists of TFs, texts of genes and databases of edges."""

_HEADERS = (
    "tf", "tfs", "tf_name", "tf_names", "transcription factor", "transcription_factor",
    "hgnc symbol", "hgnc_symbol", "mgi symbol", "mgi_symbol", "gene_symbol", "gene symbol",
    "symbol", "gene_name", "gene name", "gene", "genes", "name", "names", "regulator", "source",
    "gene1", "ensembl id", "ensembl", "gene_id", "x",
)  # fmt: skip
"""What a column of names may be called; of several columns the first of these is taken."""

_JUDGED = ("is tf?", "is_tf", "is tf")  # Lambert's own table holds what is none, too


@dataclass(frozen=True)
class TFList:
    """Names of TFs, and where they come from."""

    names: tuple[str, ...]
    source: str


def check_species(species: str) -> None:
    """Fail unless there are lists and texts of the species."""
    require(species in SPECIES, "species", f"{species!r} is unknown",
            f"choose from {', '.join(SPECIES)}, or give files of your own")  # fmt: skip


def tf_list(species: str) -> TFList:
    """Return the TFs of a species, downloaded once and verified.

    Human: Lambert et al. (2018). Mouse: pySCENIC's list, without the genes whose human namesake
    pySCENIC's list of man has and Lambert's has not: ribosomal proteins, enzymes, co-factors.

    Parameters
    ----------
    species : {"human", "mouse"}

    Returns
    -------
    TFList
        1,639 or 1,320 names.

    Raises
    ------
    InfosemError
        For another species, or where the list cannot be downloaded.
    """
    check_species(species)
    if species == "human":
        names, version = _listed("lambert2018.txt")
        return TFList(tuple(names), f"Lambert et al. (2018), {version}")
    names, version = _listed("mm_mgi_tfs.txt")
    false = {*_listed("hs_hgnc_tfs.txt")[0]} - {*_listed("lambert2018.txt")[0]}
    kept = tuple(name for name in names if name.upper() not in false)
    return TFList(kept, f"pySCENIC's without {len(names) - len(kept)} that are no TFs by Lambert "
                  f"et al. (2018), {version}")  # fmt: skip


def _listed(name: str) -> tuple[list[str], str]:
    file, folder = FILES[f"tfs/{name}"], data_folder()
    if folder is not None and (folder / file.name).is_file():
        return read_local(file, folder).decode().split(), f"{folder / file.name}"
    data = fetch(file, "try again, or give a file of names (tfs, --tfs)")
    return data.decode().split(), version_of(file)


def read_tfs(path: AnyPath) -> list[str]:
    """Read names of TFs from a text file.

    One name a line, or names between commas, semicolons, tabs or blanks, or a column of a table:
    with or without quotation marks, a header, and lines that begin with "#". Encodings are UTF-8,
    UTF-16 and Latin-1. Of Lambert's own table the genes are taken that are judged TFs.

    Returns
    -------
    list of str
        Distinct, in the order of the file. Names are symbols or identifiers of Ensembl.

    Raises
    ------
    InfosemError
        If the file cannot be read, is no text, or holds something else than names.
    """
    where, todo = str(path), "give a text file of TF names"
    text = read_text(path, where, todo)
    rows = rows_of(text)
    require(rows, where, "it holds no name", todo)
    head = [field.lower() for field in rows[0]]
    if any(name in head for name in _HEADERS) and all(
        len(row) == len(head) + 1 for row in rows[1:]
    ):
        head = ["row", *head]  # as R writes names of rows
    fields = [field for row in rows[1:] for field in row]
    if len(head) > 3 and sum(map(_is_number, fields)) > len(fields) / 2:
        raise InfosemError(f"{where}: a table of numbers, as cells are; {todo}, and the cells as "
                           "CELLS")  # fmt: skip
    if column := next((name for name in _HEADERS if name in head), None):
        place = head.index(column)
        judged = next((head.index(name) for name in _JUDGED if name in head), None)
        names = [
            row[place] for row in rows[1:] if len(row) > place
            and (judged is None or (len(row) > judged and row[judged].lower() in ("yes", "true")))
        ]  # fmt: skip
    else:
        names = [field for row in rows for field in row]
        names = [name for name in names if not _is_number(name)]
    names = [name.strip() for name in names if name.strip()]
    require(names, where, "it holds no name", todo)
    odd = [name for name in names if not re.fullmatch(r"[^\s<>{}\[\]=\"]{1,40}", name)]
    if len(odd) > len(names) / 20:
        raise InfosemError(f"{where}: {odd[0][:40]!r} is no name of a gene; {todo}")
    return list(dict.fromkeys(name for name in names if name not in odd))


def rows_of(text: str) -> list[list[str]]:
    """Divide text into rows and fields, by tabs, semicolons, commas or else blanks.

    Lines that are empty or begin with "#" are left out; fields have neither quotation marks nor
    blanks around them.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    separator = next((mark for mark in "\t;," if lines and mark in lines[0]), None)
    if separator is None:
        separator = next((mark for mark in "\t;," if any(mark in line for line in lines)), " ")
    fields: Sequence[Sequence[str]]
    if separator == " ":
        fields = [line.split() for line in lines]
    else:
        fields = [_fields(line, separator) for line in lines]
    return [[field.strip().strip("\"'").strip() for field in row] for row in fields]


def _fields(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # a field of more than 128 KiB, or a stray mark
        return line.split(separator)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip().lower() not in ("nan", "inf", "infinity")  # NAN may be a gene
