"""The command `infosem`: a network from a file of cells."""

import shlex
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from infosem.data.regulators import SPECIES
from infosem.ensemble import SEEDS, SeedsDisagree, infer_ensemble, seeds_of
from infosem.errors import InfosemError
from infosem.infer import DEFAULT_METHOD, DEFAULTS, PRESETS, RegulatorsWarning, check_device
from infosem.outputs import FORMATS, RUNS, check_output, check_room, write, write_folder
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
@click.option(
    "--absent-trust",
    type=click.FloatRange(0),
    metavar="FACTOR",
    help="For InfoSEM-BC: how firmly a pair that the edges lack is held to be none, relative to an "
    "edge that they have; 0 is not at all. By default 1, as in the paper.",
)
@click.option(
    "--seeds",
    type=int,
    default=SEEDS,
    show_default=True,
    help="How many trainings: the network is their mean.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="The first of the seeds.")
@click.option(
    "--bootstraps",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="So many trainings more on resampled cells, to tell how often an edge is found.",
)
@click.option(
    "--jobs", type=click.IntRange(1), help="Trainings at a time; by default one a free core."
)
@click.option(
    "--preset",
    default="released",
    show_default=True,
    type=click.Choice(list(PRESETS)),
    help="fast takes a third of the time; on some networks it is less accurate.",
)
@click.option("--device", default="cpu", show_default=True, help="cpu or cuda")
@click.option(
    "--threads", type=click.IntRange(1), help="Of each training; by default the cores left to it."
)
@click.option(
    "--top",
    type=click.IntRange(1),
    help="Write so many pairs, the best; by default ten for each gene.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(FORMATS)),
    help="Write the folder's network in this form, too; may be given several times.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    help="Folder for edges.csv, report.html and the finished trainings; or a file of edges, of the "
    "kind that its suffix says: .csv, .tsv, .csv.gz, .parquet, .graphml or .h5ad.",
)
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
    absent_trust: float | None,
    seeds: int,
    seed: int,
    bootstraps: int,
    jobs: int | None,
    preset: str,
    device: str,
    threads: int | None,
    top: int | None,
    formats: tuple[str, ...],
    output: str,
) -> None:
    """Rank the TF-target pairs of CELLS.

    CELLS is an .h5ad, 10x .h5, .loom, .csv or .tsv file, or a folder with matrix.mtx or of zarr.
    Counts are normalised. Stopped, the same command with a folder as output goes on where it was.
    """
    for option, value, needed in (
        ("--text", text, "InfoSEM"),
        ("--descriptions", descriptions, "InfoSEM"),
        ("--edges", edges, "InfoSEM-BC"),
        ("--absent-trust", absent_trust, "InfoSEM-BC"),
    ):
        if value is not None and not method.startswith(needed):
            raise InfosemError(f"{option}: {method} does not use it; use --method {needed}")
    if edges is None and method == "InfoSEM-BC":
        raise InfosemError("--edges: InfoSEM-BC needs known edges; name a file, or use InfoSEM-B")
    chosen = seeds_of(seeds, seed)
    check_device(device)
    inputs = [path for path in (cells, tfs, descriptions, edges) if path is not None]
    is_folder = check_output(output, inputs)
    if formats and not is_folder:
        raise InfosemError("--format: is for a folder; of a file the suffix tells")
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
    n_pairs = dataset.n_tfs * dataset.n_genes
    n_trainings = len(chosen) + bootstraps if is_folder else 0
    check_room(output, n_trainings, n_pairs, min(n_pairs, top or 10 * dataset.n_genes))
    runs = Path(output, RUNS) if is_folder else None
    settings: dict[str, Any] = {} if absent_trust is None else {"absent_trust": absent_trust}
    with _warnings_told(), _stoppable(runs):
        found = infer_ensemble(
            dataset, method, seeds=chosen, bootstraps=bootstraps, jobs=jobs, threads=threads,
            device=device, folder=runs, notes=prepared.notes, preset=preset, progress=True,
            **settings,
        )  # fmt: skip
    if is_folder:
        again = click.get_current_context().find_root().obj
        write_folder(found, output, top=top, formats=formats, command=again or "")
    else:
        write(found, output, top)
    n_written = min(found.n_pairs, top or found.n_edges)
    where = f"{output}; see report.html there" if is_folder else output
    click.echo(f"{n_written} pairs of {dataset.n_tfs} TFs (of {found.n_pairs}), in {where}")


@contextmanager
def _warnings_told() -> Iterator[None]:
    """Say our own warnings in one line each, when they come."""

    def tell(message: Warning | str, *_: Any, **__: Any) -> None:
        click.echo(f"infosem: {message}", err=True)

    with warnings.catch_warnings():
        for kind in (RegulatorsWarning, SeedsDisagree):
            warnings.simplefilter("always", kind)
        warnings.showwarning = tell
        yield


@contextmanager
def _stoppable(runs: Path | None) -> Iterator[None]:
    """End by SIGTERM as by Ctrl-C, without litter, and say what is kept."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        if runs is not None:
            kept = f"what has finished is kept in {runs}; the same command goes on"
            click.echo(f"\ninfosem: {kept}", err=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


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
        given = sys.argv[1:] if arguments is None else arguments
        again = shlex.join(["infosem", *given])
        command.main(given, prog_name="infosem", standalone_mode=False, obj=again)
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
