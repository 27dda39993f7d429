"""What is known of genes: NCBI's names and summaries, and which genes have no record there."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import pandas as pd

from infosem.data.dataset import normalise_genes
from infosem.data.download import cached, data_folder, fetch, gunzip, read_local
from infosem.data.registry import FILES
from infosem.errors import InfosemError, require
from infosem.files import AnyPath

__all__ = ["genes_without_record", "load_descriptions", "load_gene_info"]

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
        If no folder is named (there is no public source of this file), or the file is missing or
        not the expected one.
    """
    folder, file = data_folder(data_dir), FILES["genes/descriptions.tsv.gz"]
    if folder is None:
        raise InfosemError(
            f"{file.name}: this file has no public source; set INFOSEM_DATA to a folder that holds "
            "it"
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
        file, todo = FILES[_GENE_INFO[organism]], "try again, or download it and name path"
        # Read before it is kept, so that no file is kept that cannot be read.
        data = fetch(file, todo, check=lambda data: _read_gene_info(data, file.url))
        records = _read_gene_info(data, str(cached(file)))
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
    """Return the BEELINE genes of which NCBI has no record, sorted."""
    lines = resources.files("infosem.data").joinpath("no_text_record.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]
