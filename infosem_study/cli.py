"""The command line: run a study, do stored runs again, list the data, infer a network."""

import argparse
import os
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from joblib import cpu_count
from tqdm import tqdm

from infosem.data import CELLS, NETWORKS, Dataset, appendix_b, data_folder, load_beeline
from infosem.embeddings import attach
from infosem.errors import InfosemError
from infosem_study import studies, tuning, verification
from infosem_study.ledger import Ledger, machine
from infosem_study.methods import METHODS, infer
from infosem_study.pages import audit
from infosem_study.reported import reported
from infosem_study.tables import METRICS, beside_paper, by_percent, means, wide

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options) or 0)
    except InfosemError as error:
        print(f"infosem: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("infosem: stopped; what had finished is stored", file=sys.stderr)
        return 130


# Which of the options --methods, --seeds and --complete a study takes; in the rest of it, and for
# studies that are not named here, it has its own.
_TAKES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(studies.STUDIES, ("methods", "seeds", "complete")),
    "audit": ("methods", "complete"),
    "embeddings": ("seeds",),
    "subsampling": ("methods", "seeds"),
}
# What else than the method tells the rows of a study apart.
_TOLD_APART_BY = {"choice": "{}", "control": "{}", "epochs": "{} epochs"}


def _run(options: argparse.Namespace) -> None:
    ledger = Ledger(options.ledger)
    where = {
        "datasets": options.datasets,
        "splits": range(options.n_splits),
        "recompute": options.recompute,
        "n_jobs": options.jobs,
        "scheduler": options.scheduler,
    }
    asked = {name: getattr(options, name) for name in ("methods", "seeds", "complete")}
    given = {name: value for name, value in asked.items() if value}
    if wrong := [name for name in given if name not in _TAKES.get(options.study, ())]:
        names = ", ".join(f"--{name}" for name in wrong)
        what = "; name one study" if options.study == "all" else ""
        raise InfosemError(f"{names}: cannot be given to the study {options.study}{what}")
    if options.study == "all":
        _run_all(ledger, where)
        return
    if options.study == "audit":
        _audit(ledger, **given, **where)
        return
    if options.study == "subsampling":
        if "seeds" in given:
            given["draws"] = given.pop("seeds")
        if "methods" in given:  # which were asked for where they take long, too
            given["in_full"] = options.datasets
    rows = studies.EVERYTHING[options.study](ledger, **given, **where)
    if options.study in studies.STUDIES:
        specific = (rows["network"] != "non-cell-type-specific").all()
        compared = beside_paper(rows, "Table 1" if specific else "Table 5")
        for metric in compared["metric"].unique():
            _print_table(metric, wide(compared, metric), rows)
        return
    for column, form in _TOLD_APART_BY.items():
        if column in rows:
            rows["method"] += ", " + rows[column].map(form.format)
    for metric, name in METRICS.items():
        if "percent" in rows:
            _print_table(name, by_percent(rows, metric).set_index(["dataset", "method"]), rows)
        else:
            _print_table(name, means(rows, metric), rows)


def _print_table(metric: str, table: pd.DataFrame, rows: pd.DataFrame) -> None:
    print(f"\n{metric}, mean (standard error over {rows['split'].nunique()} splits)\n")
    print(table.to_string())


def _audit(
    ledger: Ledger, methods: Sequence[str] | None = None, *, complete: bool = False, **where: Any
) -> None:
    """Compute what the audit lacks, and say who can be told from chance."""
    # The nulls are kept under the runs of Random.
    names = {network: ["Random", *(methods or all_)] for network, all_ in audit.METHODS_OF.items()}
    names = {network: list(dict.fromkeys(with_random)) for network, with_random in names.items()}
    rows = audit.results(ledger, methods=names, complete=complete, **where)
    audit.fill(ledger, rows, recompute=where["recompute"], n_jobs=where["n_jobs"] or 1)
    print(audit.describe_placed(audit.placed(audit.permutations(ledger, rows))))


def _run_all(ledger: Ledger, where: dict[str, Any]) -> None:
    """Run what the ledger lacks of every study, saying how much is left before each."""
    plan = studies.plan(ledger, **where)
    if where["scheduler"]:  # whose workers come and go
        n_cores, on = 1, "one core"
    else:
        n_cores = where["n_jobs"] or cpu_count()
        on = f"{n_cores} processes" if n_cores > 1 else "one process"
    for i, line in enumerate(plan.itertuples()):
        left = plan.iloc[i:]
        about = tqdm.format_interval(left["seconds"].sum() / n_cores)
        unknown = f", without {n} of unknown length" if (n := left["unknown"].sum()) else ""
        print(
            f"{line.study}: {line.runs} runs; with those of the studies after it "
            f"{left['runs'].sum()}, about {about} on {on}{unknown}",
            flush=True,
        )
        studies.EVERYTHING[str(line.study)](ledger, **where)
    print(f"{ledger.root} has all runs that the book shows of {', '.join(where['datasets'])}")


def _verify(options: argparse.Namespace) -> int:
    filters = {"key": options.keys, "method": options.methods, "dataset": options.datasets}
    rows = Ledger(options.ledger).rows(**{name: f for name, f in filters.items() if f})
    seed = options.seed if options.seed is not None else secrets.randbelow(10**6)
    chosen = verification.sample(rows, options.sample, seed=seed, max_seconds=options.max_seconds)
    left_out = Counter(filter(None, map(verification.obstacle, rows)))
    for why, n in sorted(left_out.items()):
        print(f"left out, {n} rows: {why}")
    if not chosen:
        raise InfosemError(
            f"{options.ledger}: none of {len(rows)} rows can be verified in {options.max_seconds} "
            "s; name another ledger, other --keys, --methods or --datasets, or allow more "
            "--max-seconds"
        )
    seconds = tqdm.format_interval(sum(row["seconds"] for row in chosen))
    print(
        f"{len(chosen)} of {len(rows)} rows, drawn with --seed {seed}; they took {seconds}\n"
        f"this machine: {machine()}\n",
        flush=True,
    )
    found = verification.verify(chosen, n_jobs=options.jobs)
    table = found.drop(columns=["differs", "reason"])
    print(table.to_string(index=False, na_rep="", float_format="{:.6g}".format))
    for line in found[found["reason"] != ""].itertuples():
        print(f"\n{line.verdict}: {line.reason}")
    skipped, differ = (found["verdict"] == "skipped").sum(), found["differs"].sum()
    same = len(found) - skipped - differ
    print(f"\n{same} rows came out again, {differ} did not, {skipped} were skipped")
    if same + differ == 0:
        raise InfosemError("nothing was verified; see above what is missing")
    return int(differ > 0)


def _tune(options: argparse.Namespace) -> None:
    table = tuning.search(
        Ledger(options.ledger),
        datasets=options.datasets,
        network=options.network,
        splits=range(options.n_splits),
        recompute=options.recompute,
        n_jobs=options.jobs,
    )
    print("AUPRC on hidden training pairs; * is the paper's setting\n")
    print(tuning.format_grid(table).to_string())
    print()
    print(tuning.format_chosen(tuning.chosen(table)).to_string(index=False))


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
    run.add_argument("study", choices=["all", *studies.EVERYTHING, "audit"])
    run.add_argument("--datasets", nargs="+", default=list(CELLS), choices=[*CELLS, "synthetic"])
    run.add_argument(
        "--methods",
        nargs="+",
        choices=list(METHODS),
        help="instead of the study's own; with fewer cells, also those that take long",
    )
    run.add_argument("--n-splits", type=int, default=10)
    run.add_argument(
        "--seeds",
        type=int,
        nargs="+",
        help="training seeds (of subsampling also the draws of cells), instead of the study's",
    )
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
        "--complete",
        action="store_true",
        help="slow methods on all splits, not on the first ones, and variants with all seeds",
    )
    run.add_argument("--recompute", action="store_true", help="also what is stored")
    run.add_argument("--ledger", default="results", help="folder of the ledger")
    run.set_defaults(command=_run)

    verify = commands.add_parser(
        "verify",
        help="do some stored runs again on this machine and compare; exit status 1 where one is "
        "off by half a unit of the third digit or more",
    )
    verify.add_argument(
        "--sample", type=int, default=20, metavar="N", help="rows at most (default: 20)"
    )
    verify.add_argument("--keys", nargs="+", metavar="KEY", help="of these only")
    verify.add_argument("--methods", nargs="+", choices=list(METHODS), help="of these only")
    verify.add_argument("--datasets", nargs="+", help="of these only, such as hESC:shuffled-0")
    verify.add_argument("--seed", type=int, help="of the draw (default: another each time)")
    verify.add_argument(
        "--max-seconds",
        type=float,
        default=300.0,
        metavar="T",
        help="how long the rows took, one after the other, at most (default: 300)",
    )
    verify.add_argument("--jobs", type=int, help="processes (default: one for each core)")
    verify.add_argument("--ledger", default="results", help="folder of the ledger")
    verify.set_defaults(command=_verify)

    tune = commands.add_parser(
        "tune", help="search InfoSEM's settings on training pairs, beside the paper's Appendix C"
    )
    tune.add_argument("--datasets", nargs="+", default=list(CELLS), choices=[*CELLS, "synthetic"])
    tune.add_argument("--network", default=NETWORKS[0], choices=list(NETWORKS))
    tune.add_argument(
        "--n-splits", type=int, default=1, help="12 training runs a data set and split"
    )
    tune.add_argument(
        "--jobs", type=int, help="processes of one thread each (default: one for each core)"
    )
    tune.add_argument("--recompute", action="store_true", help="also what is stored")
    tune.add_argument("--ledger", default="results", help="folder of the ledger")
    tune.set_defaults(command=_tune)

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
