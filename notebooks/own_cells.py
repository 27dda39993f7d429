# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your own cells
#
# :::{admonition} In short
#
# - **Asked.** How does one get from a file of cells to a network, and what is it worth?
# - **Found.** One command gives a table of edges and a report. It says in how many training runs
#   each edge is among the best, and how the ranking differs from correlation.
# - **How sure?** Training runs that agree show that the cells decide the ranking, not that the
#   edges are true. On known networks the gain over chance within TFs is small.
#
# :::
#
# **The question.** From a file of cells to a network: what does one get, and what is it worth?
#
# **Done.** The cells are 700 peripheral blood cells by 10x Genomics, which come with scanpy, with their
# 400 most variable genes. Nothing is downloaded. DeepSEM is trained by three seeds with the fast preset, on a
# short list of TFs of blood cells. To do it with your own file, give it as a parameter:
#
# ```console
# $ papermill notebooks/own_cells.ipynb mine.ipynb --cwd notebooks \
#     -p cells ~/cells.h5ad -p raw False -p genes 3000 -p tfs ~/tfs.txt -p preset released -p output ~/network
# ```
#
# The command `infosem infer` does the same and writes a report. Text about the genes and known edges
# can be added; see [](../book/data.md).

# %% tags=["hide-cell"]
import importlib.util
import tempfile
import warnings
from pathlib import Path

import pandas as pd

from infosem import infer_ensemble, prepare
from infosem.ensemble import SeedsDisagree
from infosem.outputs import write_folder
from infosem.report import WORTH
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None, "display.precision", 3)

# %% tags=["parameters", "hide-cell"]
cells = "pbmc68k_reduced"  # or a file: .h5ad, 10x .h5, .loom, .csv, a folder with matrix.mtx
raw = True  # take the values in .raw: X of these cells is scaled
tfs = [
    "BCL11A",
    "CEBPB",
    "CEBPD",
    "EGR1",
    "EOMES",
    "ETS1",
    "FOS",
    "FOSB",
    "GATA2",
    "GATA3",
    "HOPX",
    "ID2",
    "IRF7",
    "IRF8",
    "JUN",
    "JUNB",
    "KLF4",
    "KLF6",
    "LEF1",
    "MAFB",
    "MYC",
    "NFKB1",
    "NR4A1",
    "PAX5",
    "RUNX3",
    "SPI1",
    "SPIB",
    "STAT1",
    "TBX21",
    "TCF4",
    "TCF7",
]  # or a file with their names
genes = 400  # the most variable ones, and all TFs; None: all
method = "DeepSEM"
preset = "fast"  # or "released", which takes three times as long
precision = "float64"  # prints the same digits on any machine; "float32" takes half as long
seeds = 3
jobs = None  # trainings at a time; None: one for each core that is free
output = None  # a folder for edges.csv, report.html and the finished trainings

# %% [markdown]
# ## What went in

# %%
check_parameters(others=("tfs", "genes", "seeds"))  # which prepare and infer_ensemble check
if cells == "pbmc68k_reduced":
    scanpy = importlib.util.find_spec("scanpy").submodule_search_locations[0]
    cells = Path(scanpy) / "datasets" / "10x_pbmc68k_reduced.h5ad"
prepared = prepare(cells, tfs=tfs, raw=raw, genes=genes)
dataset = prepared.dataset
print(f"{dataset.n_cells} cells, {dataset.n_genes} genes, {dataset.n_tfs} TFs")
print(*prepared.notes, sep="\n")

# %% [markdown]
# ## The network
#
# `weight` is the mean of $|A|$ over the seeds, `seeds` says in how many of them the pair is among the
# best hundredth. $A$ starts above 0, so that its sign tells little: the correlation tells which
# targets rise with their TF. decoupler takes this table as it is.

# %% tags=["all-columns"]
folder = output or tempfile.mkdtemp()
with warnings.catch_warnings():
    warnings.simplefilter("ignore", SeedsDisagree)  # it is told below
    network = infer_ensemble(
        dataset,
        method,
        seeds=seeds,
        preset=preset,
        precision=precision,
        jobs=jobs,
        folder=Path(folder, "runs"),
        notes=prepared.notes,
    )
network.top(15)

# %% [markdown]
# ## Do the seeds agree?
#
# Spearman's correlation of $|A|$ between seeds. Below 0.8 the cells do not decide the ranking, which
# is also a warning: then give more cells, or take none of it for found.

# %%
names = [f"seed {run.seed}" for run in network.runs]
print(*network.notes[len(prepared.notes) :], sep="\n")
pd.DataFrame(network.agreement, names, names)

# %% [markdown]
# ## Is it more than correlation?
#
# How far the ranking follows the absolute correlation of TF and target:

# %%
print(f"Spearman {network.agreement_with_correlation:.2f} over {network.n_pairs} pairs")

# %% [markdown]
# ## The strongest TFs
#
# By how many of the best hundredth of the pairs they have:

# %%
best = network.top(network.n_best)
targets = best.groupby("source")["target"].agg(["size", lambda names: ", ".join(names[:8])])
targets.columns = ["pairs", "first targets"]
targets.sort_values("pairs", ascending=False, kind="stable").head(10)

# %% [markdown]
# ## Files
#
# The report has all of this with pictures, for somebody without Python.

# %%
files = write_folder(network, folder, formats=["graphml", "pyscenic"])
print(*(file.name for file in files), sep="\n")

# %% [markdown]
# ## What it is worth

# %%
print(WORTH)
