"""The command `infosem`: a network from a file of cells."""

import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import click

from infosem.data.regulators import SPECIES
from infosem.errors import InfosemError
from infosem.infer import DEFAULT_METHOD, DEFAULTS, PRESETS, RegulatorsWarning, infer
from infosem.prepare import TEXTS, prepare

__all__ = ["main"]

# What this command did before the study had a command of its own.
_MOVED = ("run", "tune", "verify", "data")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="infosem")
def command() -> None:
    """Gene regulatory networks from single-cell expression, text about genes and known edges."""


@command.command("infer")
@click.argument("cells", type=click.Path())
@click.option(
    "--species",
    type=click.Choice(SPECIES),
    help="Whose TFs, texts and known edges are downloaded, once.",
)
@click.option("--tfs", metavar="FILE", help="Text file with names of TFs, in place of the list.")
@click.option("--layer", help="Of the .h5ad file, in place of X.")
@click.option("--raw", is_flag=True, help="Take the raw values of the .h5ad file, not X.")
@click.option(
    "--symbols", metavar="COLUMN", help="Of the genes' names, where the index holds identifiers."
)
@click.option(
    "--cells-in",
    type=click.Choice(["rows", "columns"]),
    help="Where the cells are; a table's are found by the names that look less like genes.",
)
@click.option("--no-normalise", is_flag=True, help="Refuse counts; by default they are normalised.")
@click.option(
    "--genes", type=click.IntRange(1), help="Keep so many of the most variable genes, and all TFs."
)
@click.option(
    "--method", default=DEFAULT_METHOD, show_default=True, type=click.Choice(list(DEFAULTS))
)
@click.option(
    "--text",
    type=click.Choice(TEXTS, case_sensitive=False),
    help="For InfoSEM: what embeds NCBI's names and summaries, or symbols alone (no download).",
)
@click.option(
    "--descriptions",
    metavar="FILE",
    help="For InfoSEM: table with tabs between the columns gene, name and summary, in place of "
    "NCBI's.",
)
@click.option(
    "--edges",
    metavar="FILE|DATABASE",
    help="For InfoSEM-BC: table of known edges with the columns source (TF) and target, or "
    "collectri or dorothea.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--preset",
    default="released",
    show_default=True,
    type=click.Choice(list(PRESETS)),
    help="fast takes a third of the time; on some networks it is less accurate.",
)
@click.option("--device", default="cpu", show_default=True, help="cpu or cuda")
@click.option("--threads", type=click.IntRange(1), help="By default torch's number.")
@click.option("--top", type=click.IntRange(1), help="Write so many pairs only, the best.")
@click.option("-o", "--output", required=True, help="CSV file to write: tf, target, score.")
def infer_network(
    cells: str,
    species: str | None,
    tfs: str | None,
    layer: str | None,
    raw: bool,
    symbols: str | None,
    cells_in: str | None,
    no_normalise: bool,
    genes: int | None,
    method: str,
    text: str | None,
    descriptions: str | None,
    edges: str | None,
    seed: int,
    preset: str,
    device: str,
    threads: int | None,
    top: int | None,
    output: str,
) -> None:
    """Rank the TF-target pairs of CELLS.

    CELLS is an .h5ad, 10x .h5, .loom, .csv or .tsv file, or a folder with matrix.mtx or of zarr.
    Counts are normalised.
    """
    for option, value, needed in (
        ("--text", text, "InfoSEM"),
        ("--descriptions", descriptions, "InfoSEM"),
        ("--edges", edges, "InfoSEM-BC"),
    ):
        if value is not None and not method.startswith(needed):
            raise InfosemError(f"{option}: {method} does not use it; use --method {needed}")
    if edges is None and method == "InfoSEM-BC":
        raise InfosemError("--edges: InfoSEM-BC needs known edges; name a file, or use InfoSEM-B")
    _check_output(output)
    if method != "DeepSEM" and text is None and descriptions is None:
        text = "MiniLM" if species else "symbols"
        if not species:
            click.echo("infosem: neither --species nor --descriptions: the text of a gene is its "
                       "symbol alone", err=True)  # fmt: skip
    prepared = prepare(
        cells, species=species, tfs=tfs, edges=edges, text=text, descriptions=descriptions,
        genes=genes, layer=layer, raw=raw, symbols=symbols, orientation=cells_in,
        normalise=not no_normalise,
    )  # fmt: skip
    for note in prepared.notes:
        click.echo(f"infosem: {note}", err=True)
    dataset = prepared.dataset
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", RegulatorsWarning)
        found = infer(
            dataset, method, seed=seed, device=device, threads=threads, preset=preset,
            progress=True,
        )  # fmt: skip
    for warning in warned:
        click.echo(f"infosem: {warning.message}", err=True)
    if found.epochs < found.settings.epochs:
        click.echo(
            f"infosem: interrupted after {found.epochs} of {found.settings.epochs} epochs; this is "
            "the network so far",
            err=True,
        )
    found.to_csv(output, top)
    n_pairs = min(found.n_pairs, top or found.n_pairs)
    click.echo(f"{n_pairs} pairs of {dataset.n_tfs} TFs, best first, in {output}")


def _check_output(path: str) -> None:
    """Before the training, not after it."""
    folder = Path(path).absolute().parent
    if Path(path).is_dir() or not os.access(folder, os.W_OK):
        raise InfosemError(
            f"--output {path}: cannot be written; name a file in a folder that can be written"
        )


def _moved(name: str) -> click.Command:
    """A command that says where it went, whatever it is called with."""

    @click.command(
        name, hidden=True, context_settings={"ignore_unknown_options": True},
        add_help_option=False,
    )  # fmt: skip
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def moved(arguments: tuple[str, ...]) -> None:
        raise InfosemError(
            f"`infosem {name}` is now `infosem-study {name}`; in lists of names it wants commas"
        )

    return moved


for _name in _MOVED:
    command.add_command(_moved(_name))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    try:
        command.main(arguments, prog_name="infosem", standalone_mode=False)
    except InfosemError as error:
        click.echo(f"infosem: {error}", err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("infosem: stopped", err=True)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
