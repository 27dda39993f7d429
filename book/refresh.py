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
BOOK = Path(__file__).resolve().parent
README = BOOK.parent / "README.md"
# What the front page of the book and README.md take from the notebook of verdicts: the picture,
# and texts, which the front page includes and which README.md has between marks.
PICTURE = BOOK / "answer.png"
TEXTS = {BOOK / "answer.md": "**In short.**", BOOK / "main_claims.md": "| claim"}
MARKS = ("<!-- {} -->\n", "<!-- end of {} -->\n")


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
    write_front()


def outputs_of(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def smaller(picture: str) -> str:
    """Return a base64-coded PNG with a palette: figures have few colours, git keeps all."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        image.convert("RGB").quantize(64).save(packed, "PNG", optimize=True)
    return base64.b64encode(packed.getvalue()).decode("ascii")


def front() -> tuple[bytes, dict[Path, str]]:
    """Return the picture of the notebook of verdicts, and its texts by their files."""
    outputs = outputs_of(nbformat.read(NOTEBOOKS / "verdicts.ipynb", as_version=4))
    data = [output.get("data", {}) for output in outputs]
    picture = next(one["image/png"] for one in data if "image/png" in one)
    texts = {
        file: next((t for one in data if (t := one.get("text/markdown", "")).startswith(begin)), "")
        for file, begin in TEXTS.items()
    }
    return base64.b64decode(picture), texts


def write_front() -> None:
    """Put them into their files and into README.md."""
    picture, texts = front()
    PICTURE.write_bytes(picture)
    readme = README.read_text(encoding="utf-8")
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
        start, end = (mark.format(file.stem.replace("_", " ")) for mark in MARKS)
        before, _, rest = readme.partition(start)
        _, _, after = rest.partition(end)
        readme = f"{before}{start}\n{text}\n{end}{after}"
    README.write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
