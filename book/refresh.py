"""After an edit of `notebooks/*.py`: write the `.ipynb` halves anew, run them, store the outputs.

    python book/refresh.py             what `make notebooks` does
    python book/refresh.py speed ...   these only

The text half is the one that is edited. Cells keep their ids, and neither times nor machine names
are stored, so that the stored notebook changes only where its text or its results change.
"""

import base64
import io
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
PICTURE = Path(__file__).resolve().parent / "table1.png"
MAIN_CLAIMS = Path(__file__).resolve().parent / "main_claims.md"
README = Path(__file__).resolve().parent.parent / "README.md"
# Between these README.md has the table; the front page of the book includes the file.
MARKS = ("<!-- main claims -->\n", "<!-- end of main claims -->\n")


def main(names: list[str]) -> None:
    """Refresh the named notebooks, or all."""
    for text in [NOTEBOOKS / f"{name}.py" for name in names] or sorted(NOTEBOOKS.glob("*.py")):
        print(f"running notebooks/{text.stem}.ipynb", flush=True)
        jupytext = [sys.executable, "-m", "jupytext", "--quiet", "--to", "ipynb", "--update", text]
        subprocess.run(jupytext, check=True)
        path = text.with_suffix(".ipynb")
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(
            notebook,
            timeout=None,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": NOTEBOOKS}},
            extra_arguments=["--log-level=ERROR"],
        ).execute()
        for output in outputs_of(notebook):
            if picture := output.get("data", {}).get("image/png"):
                output["data"]["image/png"] = smaller(picture)
        nbformat.write(notebook, path)
    write_picture()
    write_main_claims()


def outputs_of(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def smaller(picture: str) -> str:
    """Return a base64-coded PNG with a palette: figures have few colours, git keeps all."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        image.convert("RGB").quantize(64).save(packed, "PNG", optimize=True)
    return base64.b64encode(packed.getvalue()).decode("ascii")


def write_picture() -> None:
    """Take the picture of README.md from the notebook that draws it."""
    outputs = outputs_of(nbformat.read(NOTEBOOKS / "table1.ipynb", as_version=4))
    picture = next(o["data"]["image/png"] for o in outputs if "image/png" in o.get("data", {}))
    PICTURE.write_bytes(base64.b64decode(picture))


def main_claims() -> str:
    """Return the table of the main claims from the notebook that judges them."""
    outputs = outputs_of(nbformat.read(NOTEBOOKS / "verdicts.ipynb", as_version=4))
    texts = [output.get("data", {}).get("text/markdown", "") for output in outputs]
    return next((str(text) for text in texts if text.startswith("| claim")), "")


def write_main_claims() -> None:
    """Put the table into README.md and into the file that the book's front page includes."""
    table = main_claims()
    MAIN_CLAIMS.write_text(table, encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    README.write_text(f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
