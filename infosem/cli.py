"""The command line: run a study, list the data, infer a network from one's own cells."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from infosem import study
from infosem.datasets import CELLS, NETWORKS, Dataset, appendix_b, data_folder, load_beeline
from infosem.embeddings import attach
from infosem.errors import InfosemError
from infosem.ledger import Ledger
from infosem.methods import METHODS, infer
from infosem.reported import reported
from infosem.tables import METRICS, beside_paper, means, wide

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except InfosemError as error:
        print(f"infosem: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("infosem: stopped; what had finished is stored", file=sys.stderr)
        return 130
    return 0


def _run(options: argparse.Namespace) -> None:
    where = {
        "datasets": options.datasets,
        "splits": range(options.n_splits),
        "recompute": options.recompute,
        "n_jobs": options.jobs,
        "scheduler": options.scheduler,
    }
    if options.study == "embeddings":
        if options.methods or options.complete:
            raise InfosemError("--methods, --complete: the study of embeddings has neither")
        seeds = options.seeds or study.SENSITIVITY_SEEDS
        rows = study.sensitivity(Ledger(options.ledger), seeds=seeds, **where)
        for metric, name in METRICS.items():
            print(f"\n{name}, mean (standard error over {options.n_splits} splits)\n")
            print(means(rows, metric).to_string())
        return
    wanted = dict(study.STUDIES[options.study])
    if options.methods:
        wanted["methods"] = options.methods
    rows = study.compare(
        Ledger(options.ledger),
        seeds=options.seeds or study.TABLE1_SEEDS,
        complete=options.complete,
        **wanted,
        **where,
    )
    specific = wanted.get("network", "cell-type-specific") == "cell-type-specific"
    compared = beside_paper(rows, "Table 1" if specific else "Table 5")
    for metric in compared["metric"].unique():
        print(f"\n{metric}, mean (standard error over {options.n_splits} splits)\n")
        print(wide(compared, metric).to_string())


def _data(options: argparse.Namespace) -> None:
    lines = []
    for network in NETWORKS:
        paper = reported("Appendix B", network).set_index(["dataset", "quantity"])["value"]
        for cell in CELLS:
            counts = appendix_b(load_beeline(cell, network, genes=options.genes))
            lines += [
                (network, cell, quantity, ours, paper.get((cell, quantity)))
                for quantity, ours in counts.items()
            ]
    table = pd.DataFrame(lines, columns=["network", "dataset", "quantity", "ours", "paper"])
    print(table.to_string(index=False, float_format="{:.6g}".format))


def _infer(options: argparse.Namespace) -> None:
    try:
        tfs = Path(options.tfs).read_text().split()
    except OSError as error:
        raise InfosemError(
            f"--tfs {options.tfs}: cannot be read ({error.strerror}); give a text file of TF names"
        ) from error
    dataset = Dataset.from_anndata(options.cells, tfs)
    if METHODS[options.method].embeddings:
        dataset = _with_text(dataset, options.descriptions)
    ranking = infer(
        dataset, options.method, seed=options.seed, device=options.device, progress=True
    )
    # Whole or not at all: an interrupted run leaves no half a file.
    part = Path(f"{options.output}.part")
    ranking.to_csv(part, index=False, float_format="%.6g")
    os.replace(part, options.output)
    print(f"{len(ranking)} pairs of {dataset.n_tfs} TFs, best first, in {options.output}")


def _with_text(dataset: Dataset, path: str | None) -> Dataset:
    """Attach MiniLM vectors, of the descriptions if there are any, else of the symbols alone."""
    if path is None and data_folder() is None:
        print("no --descriptions: the text of a gene is its symbol alone", file=sys.stderr)
        return attach(dataset, "MiniLM symbols")
    if path is None:
        return attach(dataset, "MiniLM")
    try:
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InfosemError(
            f"--descriptions {path}: cannot be read ({error}); give a table with tabs between the "
            "columns gene, name and summary"
        ) from error
    return attach(dataset, "MiniLM", descriptions=table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="infosem", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="compute what the ledger lacks of a study, and show it")
    run.add_argument("study", choices=[*study.STUDIES, "embeddings"])
    run.add_argument("--datasets", nargs="+", default=list(CELLS), choices=[*CELLS, "synthetic"])
    run.add_argument(
        "--methods", nargs="+", choices=list(METHODS), help="instead of the study's own"
    )
    run.add_argument("--n-splits", type=int, default=10)
    run.add_argument("--seeds", type=int, nargs="+", help="training seeds, instead of the study's")
    run.add_argument(
        "--jobs", type=int, help="processes of one thread each (default: one for each core)"
    )
    run.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="run on the workers of this dask scheduler, such as tcp://host:8786, instead; start "
        "them with --nthreads 1 and, for the real data, with their own INFOSEM_DATA; results are "
        "stored here as they come",
    )
    run.add_argument(
        "--complete", action="store_true", help="slow methods on all splits, not on the first ones"
    )
    run.add_argument("--recompute", action="store_true", help="also what is stored")
    run.add_argument("--ledger", default="results", help="folder of the ledger")
    run.set_defaults(command=_run)

    data = commands.add_parser("data", help="count the BEELINE sets beside the paper's Appendix B")
    data.add_argument("--genes", default="text", choices=["text", "all"])
    data.set_defaults(command=_data)

    own = commands.add_parser("infer", help="rank TF-target pairs from an .h5ad file")
    own.add_argument("cells", help=".h5ad file with log-normalised expression")
    own.add_argument("--tfs", required=True, help="text file with the names of the TFs")
    own.add_argument("--method", default="DeepSEM", choices=_unsupervised())
    own.add_argument(
        "--descriptions",
        metavar="FILE",
        help="for InfoSEM: table with tabs between the columns gene, name and summary; without it "
        "and INFOSEM_DATA the text of a gene is its symbol",
    )
    own.add_argument("--seed", type=int, default=0)
    own.add_argument("--device", default="cpu", help="cpu or cuda")
    own.add_argument("--output", required=True, help="CSV file to write")
    own.set_defaults(command=_infer)
    return parser


def _unsupervised() -> list[str]:
    return [name for name, method in METHODS.items() if method.expression and not method.labels]


if __name__ == "__main__":
    sys.exit(main())
