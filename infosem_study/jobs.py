"""A job: one call of a method on one data set with one training seed, judged on some splits."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from infosem.errors import InfosemError
from infosem.splits import Protocol
from infosem_study.ledger import Row, key
from infosem_study.methods import METHODS, Method
from infosem_study.store import Data, Kind, Store

__all__ = ["Job", "is_stored", "job_of", "results_of", "stored_job"]


@dataclass(frozen=True)
class Job:
    """One run of a method, and the splits on which it is evaluated.

    A method that uses labels is trained on the training edges of its one split; one that does not
    is trained once and evaluated on all of them.
    """

    method: Method
    dataset: str
    network: str
    seed: int
    splits: tuple[int, ...]
    protocol: Protocol = field(default_factory=Protocol)

    @property
    def embedding(self) -> str | None:
        """Name of the gene embedding that the method uses."""
        return self.method.settings.get("embedding")

    @property
    def data(self) -> Data:
        """What it runs on."""
        return self.dataset, self.network, self.embedding

    @property
    def kind(self) -> Kind:
        """What decides how long it takes."""
        return self.method.name, self.dataset, self.network

    def identity(self) -> dict[str, Any]:
        """What identifies its rows in the ledger, besides the content of the data set."""
        return {
            "method": self.method.name,
            "version": self.method.version,
            "settings": dict(self.method.settings),
            "dataset": self.dataset,
            "network": self.network,
            "protocol": asdict(self.protocol),
            "seed": self.seed,
        }

    def __str__(self) -> str:
        return f"{self.method.name} on {self.dataset} ({self.network}), seed {self.seed}"


def job_of(row: Row) -> Job:
    """The job whose run a row of the ledger is."""
    return Job(
        METHODS[row["method"]].with_settings(**row["settings"]),
        row["dataset"],
        row["network"],
        row["seed"],
        tuple(int(split) for split in row["splits"]),
        Protocol(**row["protocol"]),
    )


def stored_job(store: Store, run: Mapping[str, Any]) -> Job:
    """The job of a stored run, on one of its splits; `run` as for `Store.row`."""
    return replace(job_of(store.row(run)), splits=(int(run["split"]),))


def is_stored(store: Store, job: Job, split: int) -> bool:
    """Whether a store has the run of a job, on a split, with the data of its newest row."""
    return store.has(_key(store, job), split)


def results_of(store: Store, jobs: Iterable[Job]) -> list[dict[str, Any]]:
    """The stored results of jobs: a line for each job and split, in order.

    Parameters
    ----------
    store : Store
    jobs : iterable of Job

    Returns
    -------
    list of dict
        With method, dataset, network, fingerprint, seed, seconds, peak_mib, split, its metrics
        (`metrics.evaluate`), embedding, alpha (None for methods without) and key.

    Raises
    ------
    InfosemError
        Naming a job that was not run.
    """
    lines = []
    for job in jobs:
        own_key = _key(store, job)
        lines += [_line(store, job, own_key, split) for split in job.splits]
    return lines


def _line(store: Store, job: Job, own_key: str, split: int) -> dict[str, Any]:
    if not store.has(own_key, split):
        raise InfosemError(
            f"{store.root}: no result of {job.method.name} on {job.dataset}, seed {job.seed}, "
            f"split {split}; run it with `infosem-study run`"
        )
    row = store.row({"key": own_key, "split": split})
    fields = ("method", "dataset", "network", "fingerprint", "seed", "seconds", "peak_mib")
    return {
        **{name: row[name] for name in fields},
        "split": int(split),
        **row["splits"][str(split)],
        **{name: row["settings"].get(name) for name in ("embedding", "alpha")},
        "key": row["key"],
    }


def _key(store: Store, job: Job) -> str:
    return key({**job.identity(), "fingerprint": store.fingerprint(job.data)})
