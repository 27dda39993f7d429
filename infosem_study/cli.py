"""The command `infosem-study`: run studies, search settings, do stored runs again, count data."""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
import pandas as pd
from joblib import cpu_count
from tqdm import tqdm

from infosem.data import CELLS, NETWORKS, STRING, appendix_b, load_beeline
from infosem.errors import InfosemError
from infosem_study import everything, studies, verification
from infosem_study.environment import machine
from infosem_study.ledger import Ledger
from infosem_study.methods import METHODS
from infosem_study.pages import audit, known_edges, multiverse, published
from infosem_study.pages.appendix import tuning
from infosem_study.pages.cell_subsampling import format_by_percent
from infosem_study.reported import reported
from infosem_study.scheduling import Runner
from infosem_study.statistics import METRICS
from infosem_study.store import Store
from infosem_study.studies import FEWER_SEEDS
from infosem_study.tables import beside_paper, format_beside_paper, format_means

__all__ = ["main"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


# --- options that several commands share ----------------------------------------------------------


class _Listed(click.ParamType[Any]):
    """Values with commas between them, of some that there are or of any."""

    name = "LIST"

    def __init__(self, kind: click.ParamType[Any] | None = None) -> None:
        self.kind = kind or click.STRING

    def convert(self, value: Any, param: Any, ctx: Any) -> list[Any]:
        if not isinstance(value, str):
            return list(value)
        return [self.kind.convert(part.strip(), param, ctx) for part in value.split(",")]


_DATASETS = _Listed(click.Choice([*CELLS, "synthetic"]))
_METHODS = _Listed(click.Choice(list(METHODS)))

_datasets = click.option(
    "--datasets", type=_DATASETS, default=list(CELLS), metavar="LIST",
    help=f"Some of {','.join(CELLS)},synthetic (default: the real ones).",
)  # fmt: skip
_jobs = click.option(
    "--jobs", "n_jobs", type=click.IntRange(1), metavar="N",
    help="Processes of one thread each (default: one for each core).",
)  # fmt: skip
_recompute = click.option("--recompute", is_flag=True, help="Also what is stored.")
_ledger = click.option(
    "--ledger", default="results", show_default=True, metavar="FOLDER", help="Of the ledger."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="infosem")
def command() -> None:
    """Re-run and judge the study of the paper. Lists have commas: --datasets hESC,mDC"""


# --- run ------------------------------------------------------------------------------------------

# Which of the options --methods, --seeds, --parts, --network and --complete a study takes; in the
# rest of it, and for studies that are not named here, it has its own.
_TAKES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(studies.STUDIES, ("methods", "seeds", "complete")),
    "audit": ("methods", "complete"),
    "embeddings": ("seeds",),
    "known-edges": ("seeds", "parts", "network"),
    "subsampling": ("methods", "seeds"),
}
# What else than the method tells the rows of a study apart.
_TOLD_APART_BY = {"choice": "{}", "control": "{}", "epochs": "{} epochs"}


@command.command()
@click.argument("study", type=click.Choice(["all", *everything.EVERYTHING, "audit"]))
@_datasets
@click.option(
    "--methods",
    type=_METHODS,
    metavar="LIST",
    help="Instead of the study's own; with fewer cells, also those that take long.",
)
@click.option("--n-splits", type=click.IntRange(1), default=10, show_default=True)
@click.option(
    "--seeds",
    type=_Listed(click.INT),
    metavar="LIST",
    help="Training seeds (of subsampling also the draws of cells), instead of the study's.",
)
@click.option(
    "--parts",
    type=_Listed(click.Choice(list(known_edges.PARTS))),
    metavar="LIST",
    help=f"Of known-edges, some of {','.join(known_edges.PARTS)} (default: what the book shows).",
)
@click.option(
    "--network",
    type=click.Choice(NETWORKS),
    help="That known-edges judges, knowing the other one (default: cell-type-specific).",
)
@_jobs
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run on the workers of this dask scheduler, such as tcp://host:8786, instead; start them "
    "with --nthreads 1 and, for the real data, with their own INFOSEM_DATA; results are stored "
    "here as they come. Tables beside the ledger are made on this machine.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="Slow methods on all splits, not on the first ones, and variants with all seeds.",
)
@_recompute
@_ledger
def run(
    study: str,
    datasets: list[str],
    methods: list[str] | None,
    n_splits: int,
    seeds: list[int] | None,
    parts: list[str] | None,
    network: str | None,
    n_jobs: int | None,
    scheduler: str | None,
    complete: bool,
    recompute: bool,
    ledger: str,
) -> None:
    """Compute what the ledger lacks of STUDY, and show it.

    "all" is every study that the book shows. Stop and resume at any time.
    """  # fmt: skip
    store = Store(ledger)
    runner = Runner(n_jobs=n_jobs, scheduler=scheduler, recompute=recompute)
    on: dict[str, Any] = {"datasets": datasets, "splits": range(n_splits)}
    asked = {
        "methods": methods, "seeds": seeds, "parts": parts, "network": network,
        "complete": complete,
    }  # fmt: skip
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    if wrong := [name for name in given if name not in _TAKES.get(study, ())]:
        names = ", ".join(f"--{name}" for name in wrong)
        what = "; name one study" if study == "all" else ""
        raise InfosemError(f"{names}: cannot be given to the study {study}{what}")
    if study == "all":
        _run_all(store, runner, on)
        return
    if study == "audit":
        _audit(store, runner, **given, **on)
        return
    if study == "published":
        _published(store, runner, **on)
        return
    if study == "multiverse":
        _print_readings(multiverse.shown(store, runner=runner, **on), datasets)
        return
    if study == "known-edges":
        _known_edges(store, runner, **given, **on)
        return
    if study == "subsampling":
        if "seeds" in given:
            given["draws"] = given.pop("seeds")
        if "methods" in given:  # which were asked for where they take long, too
            given["in_full"] = datasets
    rows = everything.EVERYTHING[study](store, runner=runner, **given, **on)
    if study in studies.STUDIES:
        specific = (rows["network"] != "non-cell-type-specific").all()
        compared = beside_paper(rows, "Table 1" if specific else "Table 5")
        for metric in compared["metric"].unique():
            _print_table(metric, format_beside_paper(compared, metric), rows)
        return
    for column, form in _TOLD_APART_BY.items():
        if column in rows:
            rows["method"] += ", " + rows[column].map(form.format)
    for metric, name in METRICS.items():
        if "percent" in rows:
            _print_table(
                name, format_by_percent(rows, metric).set_index(["dataset", "method"]), rows
            )
        else:
            _print_table(name, format_means(rows, metric), rows)


def _print_table(metric: str, table: pd.DataFrame, rows: pd.DataFrame) -> None:
    click.echo(f"\n{metric}, mean (standard error over {rows['split'].nunique()} splits)\n")
    click.echo(table.to_string())


def _audit(
    store: Store,
    runner: Runner,
    *,
    methods: Sequence[str] | None = None,
    complete: bool = False,
    **on: Any,
) -> None:
    """Compute what the audit lacks, and say who can be told from chance."""
    # The nulls are kept under the runs of Random.
    names = {network: ["Random", *(methods or all_)] for network, all_ in audit.METHODS_OF.items()}
    names = {network: list(dict.fromkeys(with_random)) for network, with_random in names.items()}
    rows = audit.results(store, methods=names, complete=complete, runner=runner, **on)
    audit.fill(store, rows, runner=runner)
    click.echo(audit.describe_placed(audit.placed(audit.permutations(store, rows))))


def _published(store: Store, runner: Runner, *, datasets: Sequence[str], **on: Any) -> None:
    """Compute all that stands beside what the authors published, scGREAT's half hour included."""
    cells = [name for name in datasets if name in published.CELLS]
    if not cells:
        raise InfosemError(f"--datasets: nothing was published of these; try {published.CELLS}")
    rows = everything.EVERYTHING["published"](store, datasets=cells, runner=runner, **on)
    if len(rows):
        agreement = published.agreement(store, rows, runner=runner)
        click.echo(f"{published.format_agreement(agreement).to_string()}\n")
    rivals = published.rivals(store, cells=cells, slow=True, runner=runner)
    click.echo(published.format_rivals(rivals).to_string(index=False))


def _known_edges(
    store: Store,
    runner: Runner,
    *,
    network: str = "cell-type-specific",
    parts: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
    **on: Any,
) -> None:
    """Train with the edges of databases, shown in the book or not, and say where they help."""
    shown = known_edges.SHOWN.get(network, {})
    taken = {part: seeds or shown.get(part, FEWER_SEEDS) for part in parts or shown or ["controls"]}
    table = known_edges.judged(store, network=network, parts=taken, runner=runner, **on)
    click.echo(known_edges.answers(table))


def _run_all(store: Store, runner: Runner, on: dict[str, Any]) -> None:
    """Run what the ledger lacks of every study, saying how much is left before each."""
    plan = everything.plan(store, recompute=runner.recompute, **on)
    if runner.scheduler:  # whose workers come and go
        n_cores, where = 1, "one core"
    else:
        n_cores = runner.n_jobs or cpu_count()
        where = f"{n_cores} processes" if n_cores > 1 else "one process"
    for i, line in enumerate(plan.itertuples()):
        left = plan.iloc[i:]
        about = tqdm.format_interval(left["seconds"].sum() / n_cores)
        unknown = f", without {n} of unknown length" if (n := left["unknown"].sum()) else ""
        click.echo(
            f"{line.study}: {line.runs} runs; with those of the studies after it "
            f"{left['runs'].sum()}, about {about} on {where}{unknown}"
        )
        everything.EVERYTHING[str(line.study)](store, runner=runner, **on)
    click.echo(f"{store.root} has all runs that the book shows of {', '.join(on['datasets'])}")


# --- verify, tune, data ---------------------------------------------------------------------------


@command.command()
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="Rows at most.",
)
@click.option("--keys", type=_Listed(), metavar="LIST", help="Of these only.")
@click.option("--methods", type=_METHODS, metavar="LIST", help="Of these only.")
@click.option(
    "--datasets", type=_Listed(), metavar="LIST", help="Of these only, such as hESC:shuffled-0."
)
@click.option("--seed", type=click.IntRange(0), help="Of the draw (default: another each time).")
@click.option(
    "--max-seconds",
    type=float,
    default=300.0,
    show_default=True,
    metavar="T",
    help="How long the rows took, one after the other, at most.",
)
@_jobs
@_ledger
def verify(
    sample: int,
    keys: list[str] | None,
    methods: list[str] | None,
    datasets: list[str] | None,
    seed: int | None,
    max_seconds: float,
    n_jobs: int | None,
    ledger: str,
) -> int:
    """Do some stored runs again on this machine and compare.

    The exit status is 1 where one is off by half a unit of the third digit or more.
    """
    filters = {"key": keys, "method": methods, "dataset": datasets}
    rows = Ledger(ledger).rows(**{name: f for name, f in filters.items() if f})
    seed = seed if seed is not None else secrets.randbelow(10**6)
    if not rows:
        raise InfosemError(f"{ledger}: no row has these --keys, --methods and --datasets")
    chosen = verification.sample(rows, sample, seed=seed, max_seconds=max_seconds)
    left_out = Counter(filter(None, map(verification.obstacle, rows)))
    for why, n in sorted(left_out.items()):
        click.echo(f"left out, {n} rows: {why}")
    if not chosen:
        raise InfosemError(
            f"{ledger}: none of {len(rows)} rows can be verified in {max_seconds} s; name another "
            "ledger, other --keys, --methods or --datasets, or allow more --max-seconds"
        )
    seconds = tqdm.format_interval(sum(row["seconds"] for row in chosen))
    click.echo(
        f"{len(chosen)} of {len(rows)} rows, drawn with --seed {seed}; they took {seconds}\n"
        f"this machine: {machine()}\n"
    )
    found = verification.verify(chosen, runner=Runner(n_jobs=n_jobs))
    table = found.drop(columns=["differs", "reason"])
    click.echo(table.to_string(index=False, na_rep="", float_format="{:.6g}".format))
    for line in found[found["reason"] != ""].itertuples():
        click.echo(f"\n{line.verdict}: {line.reason}")
    skipped, differ = (found["verdict"] == "skipped").sum(), found["differs"].sum()
    same = len(found) - skipped - differ
    click.echo(f"\n{same} rows came out again, {differ} did not, {skipped} were skipped")
    if same + differ == 0:
        raise InfosemError("nothing was verified; see above what is missing")
    return int(differ > 0)


@command.command()
@_datasets
@click.option("--network", type=click.Choice(NETWORKS), default=NETWORKS[0], show_default=True)
@click.option(
    "--n-splits",
    type=int,
    default=1,
    show_default=True,
    help="12 training runs per data set and split.",
)
@_jobs
@_recompute
@_ledger
def tune(
    datasets: list[str],
    network: str,
    n_splits: int,
    n_jobs: int | None,
    recompute: bool,
    ledger: str,
) -> None:
    """Search InfoSEM's settings on training pairs, beside the paper's Appendix C."""  # fmt: skip
    table = tuning.search(
        Store(ledger),
        datasets=datasets,
        network=network,
        splits=range(n_splits),
        runner=Runner(n_jobs=n_jobs, recompute=recompute),
    )
    click.echo("AUPRC on hidden training pairs; * is the paper's setting\n")
    click.echo(tuning.format_grid(table).to_string())
    click.echo()
    click.echo(tuning.format_chosen(tuning.chosen(table)).to_string(index=False))


@command.command("multiverse")
@_datasets
@click.option("--network", type=click.Choice(NETWORKS), default=NETWORKS[0], show_default=True)
@click.option(
    "--configurations", "n", type=click.IntRange(min=1), default=12, show_default=True,
    help="Each is trained with every alpha, which makes five readings of it, or four.",
)  # fmt: skip
@click.option("--n-splits", type=click.IntRange(min=1), default=10, show_default=True)
@click.option("--seeds", type=_Listed(click.IntRange(min=0)), metavar="LIST", default="0",
              show_default=True, help="Training seeds.")  # fmt: skip
@click.option("--claims", type=_Listed(click.Choice(list(multiverse.CLAIMS))), metavar="LIST",
              default="text,labels", show_default=True,
              help="text: InfoSEM-B with DeepSEM; labels: InfoSEM-BC with InfoSEM-B.")  # fmt: skip
@_jobs
@_recompute
@_ledger
def run_multiverse(
    datasets: list[str],
    network: str,
    n: int,
    n_splits: int,
    seeds: list[int],
    claims: list[str],
    n_jobs: int | None,
    recompute: bool,
    ledger: str,
) -> None:
    """Train readings of what the paper leaves open, and count in how many its claims hold."""
    rows = multiverse.readings(
        Store(ledger),
        datasets=datasets,
        network=network,
        n=n,
        splits=range(n_splits),
        seeds=seeds,
        claims=claims,
        runner=Runner(n_jobs=n_jobs, recompute=recompute),
    )
    _print_readings(rows, datasets)


def _print_readings(rows: pd.DataFrame, datasets: Sequence[str]) -> None:
    """In how many readings the claims hold."""
    if rows.empty:
        raise InfosemError(f"--datasets: the book shows no reading of {', '.join(datasets)} yet")
    table = multiverse.over_datasets(multiverse.gains(rows))
    found = multiverse.summary(table)
    click.echo(multiverse.format_counts(found).to_string())
    click.echo()
    click.echo(multiverse.format_averages(multiverse.averages(rows)).to_string())
    click.echo()
    click.echo(multiverse.format_summary(found).to_string(index=False))
    click.echo()
    click.echo(multiverse.describe_settings(table))
    if rows["seed"].nunique() > 1:
        click.echo()
        click.echo(multiverse.format_seeds(multiverse.by_seed(rows)).to_string())


@command.command()
@click.option("--genes", type=click.Choice(["text", "all"]), default="text", show_default=True)
def data(genes: str) -> None:
    """Count the BEELINE sets beside the paper's Appendix B, which has none with STRING."""
    lines = []
    known = reported("Appendix B").set_index(["network", "dataset", "quantity"])["value"]
    for network in (*NETWORKS, STRING):
        for cell in CELLS:
            counts = appendix_b(load_beeline(cell, network, genes=genes))
            lines += [
                (network, cell, quantity, ours, known.get((network, cell, quantity)))
                for quantity, ours in counts.items()
            ]
    table = pd.DataFrame(lines, columns=["network", "dataset", "quantity", "ours", "paper"])
    click.echo(table.to_string(index=False, float_format="{:.6g}".format))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    try:
        status = command.main(arguments, prog_name="infosem-study", standalone_mode=False)
    except InfosemError as error:
        click.echo(f"infosem-study: {error}", err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("infosem-study: stopped; what had finished is stored", err=True)
        return 130
    return int(status or 0)
