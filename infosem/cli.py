"""The command `infosem`: a network from a file of cells."""

import os
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import click
import pandas as pd

from infosem.data import Dataset, data_folder
from infosem.embeddings import attach
from infosem.errors import InfosemError
from infosem.infer import DEFAULT_METHOD, DEFAULTS, PRESETS, RegulatorsWarning, infer

__all__ = ["main"]

# What this command did before the study had a command of its own.
_MOVED = ("run", "tune", "verify", "data")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="infosem")
def command() -> None:
    """Gene regulatory networks from single-cell expression, text about genes and known edges."""


@command.command("infer")
@click.argument("cells", type=click.Path(dir_okay=False))
@click.option("--tfs", required=True, help="Text file with the names of the TFs.")
@click.option(
    "--method", default=DEFAULT_METHOD, show_default=True, type=click.Choice(list(DEFAULTS))
)
@click.option(
    "--descriptions",
    metavar="FILE",
    help="For InfoSEM: table with tabs between the columns gene, name and summary; without it "
    "and INFOSEM_DATA the text of a gene is its symbol.",
)
@click.option(
    "--edges",
    metavar="FILE",
    help="For InfoSEM-BC: CSV file of known edges, with the columns Gene1 (TF) and Gene2 (target).",
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
    tfs: str,
    method: str,
    descriptions: str | None,
    edges: str | None,
    seed: int,
    preset: str,
    device: str,
    threads: int | None,
    top: int | None,
    output: str,
) -> None:
    """Rank the TF-target pairs of CELLS, an .h5ad file with log-normalised expression in X."""
    for option, value, needed in (
        ("--descriptions", descriptions, "InfoSEM"),
        ("--edges", edges, "InfoSEM-BC"),
    ):
        if value is not None and not method.startswith(needed):
            raise InfosemError(f"{option}: {method} does not use it; use --method {needed}")
    if edges is None and method == "InfoSEM-BC":
        raise InfosemError("--edges: InfoSEM-BC needs known edges; name a file, or use InfoSEM-B")
    _check_output(output)
    known = None if edges is None else _table("--edges", edges, ",")
    dataset = Dataset.from_anndata(cells, _names(tfs), known)
    if method != "DeepSEM":
        dataset = _with_text(dataset, descriptions)
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always", RegulatorsWarning)
        found = infer(
            dataset, method, seed=seed, device=device, threads=threads, preset=preset,
            progress=True,
        )  # fmt: skip
    for note in notes:
        click.echo(f"infosem: {note.message}", err=True)
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


def _names(path: str) -> list[str]:
    try:
        text = Path(path).read_text(encoding="utf-8")
        return [name for name in re.split(r"[\s,;]+", text) if name]
    except (OSError, UnicodeDecodeError) as error:
        raise InfosemError(
            f"--tfs {path}: cannot be read ({error}); give a text file of TF names"
        ) from error


def _table(option: str, path: str, separator: str) -> pd.DataFrame:
    try:
        # "NA" and "NAN" may be gene symbols.
        return pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InfosemError(
            f"{option} {path}: cannot be read ({error}); give a table with a line of column names"
        ) from error


def _with_text(dataset: Dataset, path: str | None) -> Dataset:
    """Attach MiniLM vectors, of the descriptions if there are any, else of the symbols alone."""
    if path is None and data_folder() is None:
        click.echo("no --descriptions: the text of a gene is its symbol alone", err=True)
        return attach(dataset, "MiniLM symbols")
    described = None if path is None else _table("--descriptions", path, "\t")
    return attach(dataset, "MiniLM", descriptions=described)


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
