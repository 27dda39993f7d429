"""What is known of genes: NCBI's names and summaries, and which genes have no record there."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path
from typing import TypeVar

import pandas as pd

from infosem.data.dataset import normalise_genes
from infosem.data.download import cached, data_folder, fetch, gunzip, read_local, version_of
from infosem.data.names import without_version
from infosem.data.registry import FILES
from infosem.errors import InfosemError, require
from infosem.files import AnyPath

__all__ = ["gene_text", "genes_without_record", "load_descriptions", "load_gene_info"]

T = TypeVar("T")

_TAXON = {"human": "9606", "mouse": "10090"}
_SUMMARIES = "ncbi/gene_summary.gz"
_GENE_INFO = {
    "human": "ncbi/Homo_sapiens.gene_info.gz",
    "mouse": "ncbi/Mus_musculus.gene_info.gz",
}


def load_descriptions(data_dir: AnyPath | None = None) -> pd.DataFrame:
    """Load NCBI names and RefSeq summaries of the BEELINE genes from the local folder.

    Returns
    -------
    DataFrame
        One row per gene: gene (normalised), entrez_id, ncbi_symbol, matched_by ("symbol", "synonym"
        or "" for no record), name, summary, datasets. All text, "" where nothing is known.

    Raises
    ------
    InfosemError
        If no folder is named (`gene_text` fetches the like of it from NCBI), or the file is missing
        or not the expected one.
    """
    folder, file = data_folder(data_dir), FILES["genes/descriptions.tsv.gz"]
    if folder is None:
        raise InfosemError(
            f"{file.name}: set INFOSEM_DATA to a folder that holds it, or fetch what NCBI has now "
            "by gene_text"
        )
    text = gunzip(read_local(file, folder), file.name)
    frame = pd.read_csv(io.StringIO(text), sep="\t", dtype=str, keep_default_na=False)
    return frame.assign(gene=normalise_genes(frame["gene"]))


def load_gene_info(
    genes: Iterable[str], organism: str = "human", path: AnyPath | None = None
) -> pd.DataFrame:
    """Look up NCBI's full names of genes, for those that `load_descriptions` does not know.

    NCBI changes the file daily. What was downloaded first is kept in the user's cache and used
    from then on, so that names do not change between runs; delete it to have it fetched again.

    Parameters
    ----------
    genes : iterable of str
    organism : {"human", "mouse"}
        Whose file to fetch: Homo_sapiens.gene_info.gz or Mus_musculus.gene_info.gz of
        https://ftp.ncbi.nlm.nih.gov/gene/DATA/GENE_INFO/Mammalia/.
    path : path, optional
        Such a file that you have, of any organism.

    Returns
    -------
    DataFrame
        One row per gene, in the order given, with the columns of `load_descriptions` but the last:
        gene (normalised), entrez_id, ncbi_symbol, matched_by, name and summary. All text, "" where
        nothing is known; summary is always "", for the file has none. A symbol goes before a
        synonym. Of several records with the symbol the first is taken; a synonym of several
        records is not, because it does not tell which is meant. A gene with no record
        (``matched_by == ""``) is embedded by its symbol alone.

    Raises
    ------
    InfosemError
        For an unknown organism, genes named twice, a file that is missing or not a gene_info file,
        or a download that fails.
    """
    wanted = normalise_genes(genes)
    require(len(set(wanted)) == len(wanted), "genes", "duplicate names", "name each gene once")
    choices = tuple(_GENE_INFO)
    require(organism in choices, "organism", f"{organism!r} is unknown", f"choose from {choices}")
    if path is None:
        records = _public(_GENE_INFO[organism], _read_gene_info)
    else:
        require(os.path.isfile(path), str(path), "there is no such file", "name another")
        records = _read_gene_info(Path(path).read_bytes(), str(path))
    return _matched(wanted.tolist(), records)


def gene_text(genes: Iterable[str], species: str, ids: Iterable[str] | None = None) -> pd.DataFrame:
    """Fetch what NCBI says of genes: full names, and summaries of what they do.

    Two files are downloaded once (some 25 MB), kept in the user's cache and used from then on, so
    that texts do not change between runs; their address, day and digest are in ``attrs["source"]``
    of the table. A folder that INFOSEM_DATA names may hold them, too, as ncbi/<their name>.

    Parameters
    ----------
    genes : iterable of str
        Distinct names, found as `load_gene_info` finds them, and in any case; of names that differ
        in case alone only those that are a symbol as it stands.
    species : {"human", "mouse"}
    ids : iterable of str, optional
        Identifiers of Ensembl, by which genes are found that are not found by their names. A name
        may be one, too.

    Returns
    -------
    DataFrame
        One row per gene, in the order given: gene (as given), entrez_id, ncbi_symbol, matched_by
        ("symbol", "ensembl", "synonym" or ""), name, and summary, RefSeq's where there are several.
        All text, "" where nothing is known.

    Raises
    ------
    InfosemError
        For another species, or a download that fails or is no such file.
    """
    require(species in _TAXON, "species", f"{species!r} is unknown",
            f"choose from {tuple(_TAXON)}, or give descriptions of your own")  # fmt: skip
    wanted = [str(gene).strip() for gene in genes]
    records = _public(_GENE_INFO[species], _read_gene_info)
    summaries = _public(_SUMMARIES, lambda data, source: _read_summaries(data, source, species))
    table = _matched([gene.upper() for gene in wanted], records, wanted if ids is None else ids)
    table["gene"] = wanted
    folded = table["gene"].str.upper()
    unclear = folded.duplicated(keep=False) & (table["gene"] != table["ncbi_symbol"])
    table.loc[unclear, ["entrez_id", "ncbi_symbol", "matched_by", "name"]] = ""
    table["summary"] = [summaries.get(entrez_id, "") for entrez_id in table["entrez_id"]]
    names = (_GENE_INFO[species], _SUMMARIES)
    table.attrs["source"] = "; ".join(_version(name) for name in names)
    return table


def _public(name: str, read: Callable[[bytes, str], T]) -> T:
    """Read a file of NCBI's: in the data folder if that has it, else downloaded once."""
    file, folder = FILES[name], data_folder()
    if folder is not None and (folder / name).is_file():
        return read((folder / name).read_bytes(), str(folder / name))
    todo = "try again, or do without texts (text='symbols', --text symbols)"
    # Read before it is kept, so that no file is kept that cannot be read.
    data = fetch(file, todo, check=lambda data: read(data, file.url))
    return read(data, str(cached(file)))


def _version(name: str) -> str:
    folder = data_folder()
    local = folder is not None and (folder / name).is_file()
    return str(folder / name) if folder is not None and local else version_of(FILES[name])


def _matched(
    wanted: list[str], records: list[list[str]], ids: Iterable[str] | None = None
) -> pd.DataFrame:
    """Find genes, in upper case, by symbol, else by identifier, else by an unshared synonym."""
    by_symbol: dict[str, tuple[str, ...]] = {}
    by_synonym: dict[str, list[tuple[str, ...]]] = {}
    by_id: dict[str, tuple[str, ...]] = {}
    for entrez_id, symbol, synonyms, name, references in records:
        full = "" if name == "-" else name  # "-" is NCBI's nothing
        by_symbol.setdefault(symbol.strip().upper(), (entrez_id, symbol, "symbol", full))
        for synonym in {text.strip().upper() for text in synonyms.split("|")} - {"-"}:
            by_synonym.setdefault(synonym, []).append((entrez_id, symbol, "synonym", full))
        for reference in references.split("|"):
            if reference.startswith("Ensembl:"):
                by_id.setdefault(reference[8:], (entrez_id, symbol, "ensembl", full))
    nothing = ("", "", "", "")
    rows = []
    for gene, other in zip(wanted, wanted if ids is None else ids, strict=True):
        synonymous = by_synonym.get(gene, [])
        only = synonymous[0] if len(synonymous) == 1 else nothing
        found = by_id.get(without_version(other), only)
        rows.append((gene, *by_symbol.get(gene, found), ""))
    columns = ["gene", "entrez_id", "ncbi_symbol", "matched_by", "name", "summary"]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _read_summaries(data: bytes, source: str, species: str) -> dict[str, str]:
    """Return the summaries of a species by GeneID; RefSeq's go before others."""
    text = gunzip(data, source)
    head, _, body = text.partition("\n")
    columns = ["#tax_id", "GeneID", "Source", "Summary"]
    if head.rstrip("\r").split("\t") != columns:
        raise InfosemError(f"{source}: no gene_summary file ({head[:60]!r}); fetch it again")
    found: dict[str, str] = {}
    refseq: dict[str, str] = {}
    start = f"{_TAXON[species]}\t"
    for line in body.split("\n"):  # not splitlines: a summary may hold other breaks
        if line.startswith(start):
            fields = line.rstrip("\r").split("\t", 3)
            if len(fields) != 4:
                wrong = f"a line of {len(fields)} fields"
                raise InfosemError(f"{source}: no gene_summary file ({wrong}); fetch it again")
            if fields[3] not in ("", "-"):
                (refseq if fields[2] == "RefSeq" else found).setdefault(fields[1], fields[3])
    return {**found, **refseq}


def _read_gene_info(data: bytes, source: str) -> list[list[str]]:
    """Return GeneID, Symbol, Synonyms, description and dbXrefs of every record."""
    columns = ["GeneID", "Symbol", "Synonyms", "description"]
    text = io.StringIO(gunzip(data, source))
    try:
        frame = pd.read_csv(
            text,
            sep="\t",
            usecols=lambda name: name in {*columns, "dbXrefs"},
            dtype=str,
            keep_default_na=False,  # "NA" and "NAN" may be gene symbols
            quoting=csv.QUOTE_NONE,  # a quotation mark is part of a name
        )
    except ValueError as error:  # of which pandas' own errors are kinds
        raise InfosemError(f"{source}: no gene_info file ({error}); fetch it again") from error
    if missing := set(columns) - set(frame):
        wrong = f"no column {', '.join(sorted(missing))}"
        raise InfosemError(f"{source}: no gene_info file ({wrong}); fetch it again")
    frame = frame.reindex(columns=[*columns, "dbXrefs"], fill_value="")
    records: list[list[str]] = frame.to_numpy().tolist()
    return records


def genes_without_record() -> list[str]:
    """Return the BEELINE genes of which NCBI has no record, sorted."""
    lines = resources.files("infosem.data").joinpath("no_text_record.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]
