"""Does a new user's path work? `python tests/install/run.py` goes it, from wheel to network.

The package is built and installed, with the extras that README.md names and the pinned versions,
into a new virtual environment. There, far from the checkout, the command is given real cells:
scanpy's reduced 10x PBMC file. TF list and texts come over a local server in place of the public
sources, in their formats. decoupler is run on what comes out. `make try-install` does this, in some
ten minutes; tests/library/test_install.py goes the same path with the packages of its interpreter
(`--here`), in one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TFS = ["FOS", "GATA3", "ID2", "IRF7", "IRF8", "JUNB", "KLF6", "SPI1"]  # in the blood cells

# Run by the interpreter of the new environment: the command, with the local server's addresses, and
# without digests, which only the real files have.
COMMAND = """
import sys
from dataclasses import replace
from infosem.data.registry import FILES
mirror, *arguments = sys.argv[1:]
for name, file in FILES.items():
    url = f"{mirror}/{name}" if file.url else ""
    FILES[name] = replace(file, url=url, digests=())
from infosem.cli import main
sys.exit(main(arguments))
"""
WHERE = """
import importlib.util, infosem, infosem.data.dataset
print(infosem.__file__)
print(importlib.util.find_spec("scanpy").submodule_search_locations[0])
"""
GENES = """
import anndata, json
print(json.dumps(list(anndata.read_h5ad("cells.h5ad").raw.var_names)))
"""
DECOUPLER = """
import anndata, decoupler, pandas
edges = pandas.read_csv("network/edges.csv")
cells = anndata.read_h5ad("cells.h5ad").raw.to_adata()
decoupler.mt.ulm(cells, edges, tmin=3)
scores = cells.obsm["score_ulm"]
assert scores.shape[0] == cells.n_obs and set(scores) <= set(edges["source"]), scores
assert scores.notna().all(axis=None) and scores.std().min() > 0, scores.describe()
print(f"decoupler {decoupler.__version__}: activities of {scores.shape[1]} TFs")
"""


def run(command: list[object], where: Path, wanted: int = 0, **environment: str) -> str:
    """Run a command and return what it said, or fail with it."""
    done = subprocess.run(
        [str(part) for part in command], cwd=where, capture_output=True, text=True,
        env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode != wanted:
        shown = " ".join(str(part) for part in command)[:200]
        sys.exit(
            f"{shown}\nended with {done.returncode}, not {wanted}:\n{done.stdout}{done.stderr}"
        )
    return done.stdout + done.stderr


def expect(pattern: str, text: str) -> None:
    """Fail unless the text has what is looked for."""
    if not re.search(pattern, text):
        sys.exit(f"not found: {pattern!r} in\n{text}")


def extras() -> str:
    """The extras that README.md tells a user to install."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"pip install .*'\.(\[[a-z,]+\])'", readme)
    assert found, "README.md does not say how to install"
    return found[1]


def install(work: Path, here: bool) -> tuple[Path, dict[str, str]]:
    """Build the wheel and install it; return the interpreter and what its environment needs."""
    source, wheels = work / "source", work / "wheels"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("infosem", "infosem_study"):  # a copy, as building leaves its litter there
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    pip: list[object] = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    alone = ["--no-build-isolation"] if here else []
    run([*pip, "wheel", *alone, "--no-deps", "--wheel-dir", wheels, source], work)
    shutil.rmtree(source)
    (wheel,) = wheels.iterdir()
    if here:
        run([*pip, "install", "--no-deps", "--no-index", "--target", work / "site", wheel], work)
        return Path(sys.executable), {"PYTHONPATH": str(work / "site")}
    run([sys.executable, "-m", "venv", work / "new"], work)
    python = work / "new" / "bin" / "python"
    pip[0] = python
    run([*pip, "install", "--constraint", ROOT / "constraints.txt", f"{wheel}{extras()}"], work)
    run([*pip, "check"], work)
    return python, {"PYTHONPATH": ""}


def write_mirror(folder: Path, genes: list[str]) -> None:
    """Write TFs, names and summaries of the genes, in the form of the public sources."""
    for name in ("tfs", "ncbi"):
        (folder / name).mkdir(parents=True)
    (folder / "tfs" / "lambert2018.txt").write_text("\n".join([*TFS, "GATA1", "NANOG"]) + "\n")
    info = ["#tax_id\tGeneID\tSymbol\tSynonyms\tdbXrefs\tdescription"]
    info += [f"9606\t{i}\t{gene}\t-\t-\tgene {i} of blood" for i, gene in enumerate(genes, 1)]
    text = ["#tax_id\tGeneID\tSource\tSummary"]
    text += [f"9606\t{i}\tRefSeq\tThis is {gene}." for i, gene in enumerate(genes, 1)]
    for name, lines in (("Homo_sapiens.gene_info.gz", info), ("gene_summary.gz", text)):
        (folder / "ncbi" / name).write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def walk(python: Path, work: Path, environment: dict[str, str]) -> None:
    """Go the path, with this interpreter."""
    user, mirror = work / "user", work / "mirror"
    user.mkdir()
    environment |= {
        "HOME": str(user), "XDG_CACHE_HOME": str(work / "cache"), "INFOSEM_DATA": "",
        "INFOSEM_CACHE": str(work / "vectors"), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
    }  # fmt: skip
    package, scanpy = run([python, "-W", "ignore", "-c", WHERE], user, **environment).split()
    if Path(package).is_relative_to(ROOT):
        sys.exit(f"{package}: this is the checkout, not what was installed")
    shutil.copy(Path(scanpy) / "datasets" / "10x_pbmc68k_reduced.h5ad", user / "cells.h5ad")
    genes = json.loads(run([python, "-W", "ignore", "-c", GENES], user, **environment))
    write_mirror(mirror, genes)

    def infer(*options: str, address: str, wanted: int = 0) -> str:
        command = [python, "-c", COMMAND, address, "infer", "cells.h5ad", *options]
        print("infosem infer cells.h5ad", *options, flush=True)
        return run(command, user, wanted, **environment)

    nowhere = "http://127.0.0.1:9"
    said = infer("--species", "human", "-o", "network/", address=nowhere, wanted=2)
    expect(r"lambert2018\.txt: cannot be downloaded .*give a file of names", said)
    quick = ["--seeds", "2", "--preset", "fast", "--genes", "120"]
    options = ["--raw", "--species", "human", *quick]
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *given: Quiet(*given, directory=str(mirror))
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            # X is scaled, as it often is: the error says what to take instead.
            said = infer("--species", "human", "-o", "network/", address=address, wanted=2)
            expect(r"cells\.h5ad: X holds negative values.*--raw", said)
            said = infer(*options, "-o", "network/", address=address)
            expect(rf"TFs: {len(TFS)} of 10 are in the data", said)
            expect(r"see report\.html there", said)
            said = infer(*options, "--seeds", "1", "--method", "InfoSEM-B", "-o", "text.csv",
                         address=address)  # fmt: skip
            expect(r"Texts: all-MiniLM.*", said)
        finally:
            server.shutdown()
            thread.join()
    # What was downloaded is kept: now without a network.
    again = infer(*options, "--format", "graphml", "-o", "network/", address=nowhere)
    expect(r"see report\.html there", again)
    files = {path.name for path in (user / "network").iterdir()}
    assert files == {"edges.csv", "report.html", "network.graphml", "runs"}, files
    report = (user / "network" / "report.html").read_text(encoding="utf-8")
    expect("What such a score is worth", report)
    print(run([python, "-c", DECOUPLER], user, **environment), end="")
    left = {path.name for path in user.iterdir() if not path.name.startswith(".")}
    assert left == {"cells.h5ad", "network", "text.csv"}, left


def main() -> None:
    """Go the path in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description="Install the package and use it, as a user does.")
    parser.add_argument(
        "--here", action="store_true", help="with the packages of this interpreter, not new ones"
    )
    here = parser.parse_args().here
    with tempfile.TemporaryDirectory() as folder:
        python, environment = install(Path(folder), here)
        walk(python, Path(folder), environment)
    print("a new user's path works")


if __name__ == "__main__":
    main()
