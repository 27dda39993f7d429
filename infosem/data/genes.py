"""What is known of genes: NCBI's names and summaries, and which genes have no record there."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import pandas as pd
import pooch

from infosem.data.dataset import normalise_genes
from infosem.data.download import data_folder, download, gunzip, read_local
from infosem.errors import InfosemError, require

__all__ = ["genes_without_record", "load_descriptions", "load_gene_info"]

_GENE_INFO_URL = "https://ftp.ncbi.nlm.nih.gov/gene/DATA/GENE_INFO/Mammalia/"
_GENE_INFO = {"human": "Homo_sapiens.gene_info.gz", "mouse": "Mus_musculus.gene_info.gz"}
_DESCRIPTIONS_SHA256 = "6003da99ed6b8fb0767dfb778afb550e85d3ecfb4a6520b14b41a95c6d36a902"


def load_descriptions(data_dir: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Load NCBI names and RefSeq summaries of the BEELINE genes from the local folder.

    Returns
    -------
    DataFrame
        One row a gene: gene (normalised), entrez_id, ncbi_symbol, matched_by ("symbol", "synonym"
        or "" for no record), name, summary, datasets. All text, "" where nothing is known.

    Raises
    ------
    InfosemError
        If no folder is named (there is no public source of this file), or the file is missing or
        not the expected one.
    """
    folder = data_folder(data_dir)
    if folder is None:
        raise InfosemError(
            "genes/descriptions.tsv.gz: this file has no public source; set INFOSEM_DATA to a "
            "folder that holds it"
        )
    path = folder / "genes" / "descriptions.tsv.gz"
    text = gunzip(read_local(path, {_DESCRIPTIONS_SHA256}), str(path))
    frame = pd.read_csv(io.StringIO(text), sep="\t", dtype=str, keep_default_na=False)
    return frame.assign(gene=normalise_genes(frame["gene"]))


def load_gene_info(
    genes: Iterable[str], organism: str = "human", path: str | os.PathLike[str] | None = None
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
        One row a gene, in the order given, with the columns of `load_descriptions` but the last:
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
        url, todo = _GENE_INFO_URL + _GENE_INFO[organism], "try again, or download it and name path"
        cached = Path(pooch.os_cache("infosem"), "ncbi", _GENE_INFO[organism])
        if cached.is_file():
            records = _read_gene_info(cached.read_bytes(), str(cached))
        else:
            # Read before it is kept, so that no file is kept that cannot be read.
            data = download(url, cached, lambda data: _read_gene_info(data, url), todo)
            records = _read_gene_info(data, url)
    else:
        require(os.path.isfile(path), str(path), "there is no such file", "name another")
        records = _read_gene_info(Path(path).read_bytes(), str(path))

    by_symbol: dict[str, tuple[str, ...]] = {}
    by_synonym: dict[str, list[tuple[str, ...]]] = {}
    for entrez_id, symbol, synonyms, name in records:
        found = (entrez_id, symbol, "symbol", "" if name == "-" else name)  # "-" is NCBI's nothing
        by_symbol.setdefault(symbol.strip().upper(), found)
        for synonym in {text.strip().upper() for text in synonyms.split("|")} - {"-"}:
            by_synonym.setdefault(synonym, []).append((entrez_id, symbol, "synonym", found[3]))
    nothing = ("", "", "", "")
    rows = []
    for gene in wanted.tolist():
        synonymous = by_synonym.get(gene, [])
        only = synonymous[0] if len(synonymous) == 1 else nothing
        rows.append((gene, *by_symbol.get(gene, only), ""))
    columns = ["gene", "entrez_id", "ncbi_symbol", "matched_by", "name", "summary"]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _read_gene_info(data: bytes, source: str) -> list[list[str]]:
    """Return GeneID, Symbol, Synonyms and description of every record."""
    columns = ["GeneID", "Symbol", "Synonyms", "description"]
    text = io.StringIO(gunzip(data, source))
    try:
        frame = pd.read_csv(
            text,
            sep="\t",
            usecols=columns,
            dtype=str,
            keep_default_na=False,  # "NA" and "NAN" may be gene symbols
            quoting=csv.QUOTE_NONE,  # a quotation mark is part of a name
        )
    except ValueError as error:  # of which pandas' own errors are kinds
        raise InfosemError(f"{source}: no gene_info file ({error}); fetch it again") from error
    records: list[list[str]] = frame[columns].to_numpy().tolist()
    return records


def genes_without_record() -> list[str]:
    lines = resources.files("infosem.data").joinpath("no_text_record.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]
