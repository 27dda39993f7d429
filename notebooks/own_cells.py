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
# - **Found.** One command gives a table of pairs and a report. We recommend DeepSEM: in this book text
#   did not help to find the targets of a TF.
# - **How sure?** Trainings that agree show that the training is stable, not that the edges are true.
#   DeepSEM's gain within TFs on the cell-type-specific networks is .003 to .048, where 0 is chance and 1
#   is perfect ([audit](audit.ipynb)). The 95% interval lies above 0 on one of four data sets.
#
# :::
#
# :::{admonition} What it is worth
#
# An edge of this network is a guess to test, not a finding. Over all pairs, a random order of the TFs
# often does as well as DeepSEM, and on no single data set is InfoSEM shown to do better than one.
#
# :::
#
# In a folder with this repository, and with Python 3.11 or newer:
#
# ```bash
# pip install --constraint constraints.txt '.[io,databases,text]'
# infosem infer cells.h5ad --species human -o network/
# ```
#
# `cells.h5ad` is your file; [other formats](../book/data.md) work, too. This runs DeepSEM. If you have
# known edges, add them to the same command, in a new folder:
#
# ```bash
# infosem infer cells.h5ad --species human \
#     --method InfoSEM-BC \
#     --edges known.csv \
#     --absent-trust 0.01 \
#     -o network_known/
# ```
#
# With 0.01, a pair that the file lacks is held one hundredth as firmly as an edge that it lists: its prior
# has ten times the standard deviation. The page [](known_edges.ipynb) compares this with other ways.
#
# **Done.** This page does the same in Python. The cells are 700 peripheral blood cells by 10x Genomics,
# which come with scanpy, with their 400 most variable genes. Nothing is downloaded. DeepSEM is trained
# three times from different random starts (seeds), with the quick settings (preset `fast`), on a short
# list of TFs of blood cells. To run the page on your own file, give it as a parameter:
#
# ```bash
# papermill notebooks/own_cells.ipynb mine.ipynb \
#     --cwd notebooks \
#     -p cells ~/cells.h5ad \
#     -p raw False \
#     -p genes 3000 \
#     -p tfs ~/tfs.txt \
#     -p preset released \
#     -p output ~/network
# ```

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

pd.set_option("display.max_colwidth", None, "display.float_format", "{:.3g}".format)

# %% tags=["parameters", "hide-cell"]
cells = "pbmc68k_reduced"  # or a file: .h5ad, 10x .h5, .loom, .csv, a folder with matrix.mtx
raw = True  # take the values in .raw, because X of these cells is scaled
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
genes = 400  # keep this many of the most variable genes, and all TFs; None: all genes
method = "DeepSEM"
preset = "fast"  # quick settings; "released": those of DeepSEM's authors, three times as long
precision = "float64"  # prints the same digits on any machine; "float32" takes half as long
seeds = 3  # trainings, each from another random start
jobs = None  # trainings at a time; None: one for each free core
output = None  # a folder for the files and the finished trainings; None: a temporary one

# %% [markdown]
# ## What went in
#
# Check the line on TFs: a network can say nothing of TFs that were not measured.

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
# $A$ is the matrix of effects that the model learns, one number for each TF and gene. `weight` is its
# mean size over the trainings. `seeds` counts the trainings in which the pair is among the best: the top
# 1% of the pairs, but at least 100. Ignore the sign: $A$ starts above 0. Use `correlation` to see
# whether a target rises or falls with its TF. The Python package decoupler can read this table directly.

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
# The table gives Spearman's correlation of $|A|$ between seeds. If a value is below 0.8, the trainings
# disagree and the program warns you. Then use more cells, or do not trust the ranking.

# %%
names = [f"seed {run.seed}" for run in network.runs]
print(*network.notes[len(prepared.notes) :], sep="\n")
pd.DataFrame(network.agreement, names, names)

# %% [markdown]
# ## Is it more than correlation?
#
# Spearman's correlation between the ranking and the absolute correlation of TF and target. Near 1, the
# ranking follows correlation. Near 0, over all pairs it hardly follows correlation. That does not make it
# better.

# %%
print(f"Spearman {network.agreement_with_correlation:.2f} over {network.n_pairs} pairs")

# %% [markdown]
# ## The strongest TFs
#
# How many of the best pairs belong to each TF:

# %%
best = network.top(network.n_best)
targets = best.groupby("source")["target"].agg(["size", lambda names: ", ".join(names[:8])])
targets.columns = ["pairs", "first targets"]
targets.sort_values("pairs", ascending=False, kind="stable").head(10)

# %% [markdown]
# ## Files
#
# - `edges.csv`: the pairs, best first;
# - `network.graphml`: for Cytoscape;
# - `adjacencies.csv`: for pySCENIC;
# - `report.html`: to read. It has all of this with pictures, for somebody without Python.
#
# The command writes `edges.csv` and `report.html`. Add `--format graphml` and `--format pyscenic` for the
# other two.

# %%
files = write_folder(network, folder, formats=["graphml", "pyscenic"])
print(*(file.name for file in files), sep="\n")

# %% [markdown]
# ## What it is worth

# %%
print(WORTH)
