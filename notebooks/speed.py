# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Speed: what a network costs
#
# **Asked.** How long does it take to infer one network, and with how much memory? Is that little or
# much beside what one would use instead, and how does it grow with the number of genes and cells?
#
# **Done.** `make bench` measured, on one machine, this package's DeepSEM, InfoSEM-B and
# InfoSEM-BC; RegDiffusion {cite:p}`zhu2024regdiffusion` and GRNBoost2 {cite:p}`moerman2019grnboost2`
# with their authors' code and defaults; and the *literal model*, DeepSEM's training loop as it was
# released: every network is evaluated on every entry, and $I - A$ is inverted at every step. Each
# measurement ran in a process of its own and took the time of the inference alone, without imports
# and loading; the repeats went round the methods in turn. Where only a part of a run was measured,
# the table says so, and the whole is extrapolated from it. The first epochs of our methods are their
# slowest, so that what is extrapolated from them is too long; ratios there are too low, if anything.
# For the peers the time to start is left
# out of that, in their favour. Every number but those under
# *What was tried* is computed from the stored rows.

# %% tags=["hide-cell"]
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
from IPython.display import display

from infosem import InfosemError
from infosem_study.pages import speed
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None)

# %% tags=["parameters", "hide-cell"]
rows = "../benchmarks/measured.jsonl"  # as `make bench` writes it
machine = None  # which, where the file has rows of several
measure = "none"  # "tiny": measure something small again, in under a minute

# %% tags=["hide-input"]
check_parameters()
if measure not in ("none", "tiny"):
    raise InfosemError(f"measure is {measure!r}; choose 'none' or 'tiny'")
measured = speed.read(rows, machine)
medians = speed.medians_of(measured)
found = speed.sections(measured)


def show(title):
    """The table, if it was measured."""
    display(found[title]) if title in found else print("not measured")


print(f"{len(measured)} measurements on: {measured['machine'].iloc[0]}")
print(speed.describe_disturbance(measured))

# %% [markdown]
# ## One network on real data
#
# All epochs, steps and targets that a network takes with each method's own settings, on the four
# real data sets. InfoSEM-BC is given the training edges of a split. Times are medians with the range
# over the runs. The two ratios are to InfoSEM-B.

# %% tags=["full-width", "hide-input"]
show("One network on real data")

# %% [markdown]
# The methods do not compute the same thing, so that a faster one is not thereby a better one; see
# [](table1.ipynb) for what the rankings are worth. Memory holds the libraries, too: a process that
# has only loaded them takes several hundred MiB. GRNBoost2 spreads the targets over processes, whose
# memory is added up.
#
# ## The same computation, literally
#
# The literal model and this package's DeepSEM start from the same values and see the same batches
# and the same noise. As in the release, the literal model finds the gradients of its networks at
# every step, though it uses them in one epoch of three: part of the difference is work thrown away.

# %% tags=["full-width", "hide-input"]
show("The literal model beside DeepSEM, same epochs and batches")

# %% [markdown]
# Speed would be worth little if the result were another:

# %% tags=["full-width", "hide-input"]
show("The literal model beside DeepSEM, results on the same draws")

# %% [markdown]
# `tests/benchmarks/test_literal.py` holds the two against each other for all three methods, in single and in
# double precision.
#
# ## More genes
#
# Simulated data with 400 cells, a twentieth of the genes being TFs. RegDiffusion's time is the
# difference of two short runs.

# %% mystnb={"image": {"alt": "Three panels with logarithmic axes against the number of genes: time of an epoch, time of a network and peak memory, one line for each method, with the range over the runs as bars."}}
speed.scaling_figure(medians, "genes")

# %% tags=["full-width", "hide-input"]
show("Simulated data, more and more genes")

# %% [markdown]
# Where the time follows a power law, $t = c P^e$, it is a line in the plot, whose slope is the
# exponent $e$. With its standard error, by least squares on the logarithms of the medians:

# %% tags=["hide-input"]
show("Time = c x genes^exponent")

# %% [markdown]
# An exponent below that of the largest term, which is 3 for an inverse and 2 for a product of a
# batch with a matrix, shows that other costs still count at these sizes.
#
# ## More cells
#
# 1000 genes.

# %% mystnb={"image": {"alt": "Three panels with logarithmic axes against the number of cells: time of an epoch, time of a network and peak memory of DeepSEM and InfoSEM-B."}} tags=["hide-input"]
if (medians["part"] == "cells").any():
    display(speed.scaling_figure(medians, "cells"))
show("Time = c x cells^exponent")

# %% [markdown]
# ## How far from the machine's limit
#
# A step has to multiply batches of cells with $P \times P$ matrices: to map them by $I - A$, to
# solve with it, and to form the gradient. With $B$ cells a step that trains $A$ takes at least
# $2 P^2 \cdot 7B$ operations, one that trains the networks $2 P^2 \cdot 6B$, even when the inverse
# is given (`benchmarks/bench.py` counts them). That number over the rate at which the same process
# multiplies large matrices is a time that no implementation of this algorithm on this machine
# can beat. The share is that time by the measured one.

# %% tags=["full-width", "hide-input"]
show("The arithmetic that a step cannot avoid, beside the measured time")

# %% [markdown]
# ## Many networks
#
# A study is many runs. The same number of them, with one thread in each of as many processes as
# there are cores, or one after the other in one process with all threads:

# %% tags=["full-width", "hide-input"]
show("One thread in each of many processes, or many threads in one")

# %% [markdown]
# ## Measured now
#
# With the parameter `measure = "tiny"`, the literal model and DeepSEM are measured again, on this
# machine, with a small simulated data set. Here most of the time goes into starting up.

# %% tags=["nbval-ignore-output", "hide-input"]
if measure == "tiny":
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "rows.jsonl"
        subprocess.run(
            [sys.executable, "../benchmarks/bench.py", "--tiny", "--output", output],
            check=True,
            capture_output=True,
        )
        again = speed.read(output)
    print(speed.describe_disturbance(again))
    print(speed.format_ratios(speed.medians_of(again), "DeepSEM").to_string(index=False))
else:
    print("Nothing was measured now: the numbers on this page are those stored.")

# %% [markdown]
# ## What was tried and not kept
#
# From profiles made by hand while the engine was written, on hESC; no stored row is behind them.
#
# - **Half precision for the kept inverse.** Products with the inverse in bfloat16 are twice as fast
#   on processors that have it, and the residual, measured in single precision, would keep the
#   accuracy. The whole step gained about a twentieth, since the residual, the map and the gradient
#   remain. Not worth a second code path.
# - **A new factorisation at every step.** With 900 genes and 64 cells a triangular factorisation
#   costs little more than two corrections of a kept inverse, and less than three; with 5000 genes it
#   costs many times more.
# - **A predicted instead of a measured residual.** It saves one product in each solution, and is
#   wrong by more than a factor of ten where it matters, in the first epochs.
# - **A looser tolerance.** A residual of $10^{-3}$ would spare most corrections. With a strong prior,
#   differences even of $10^{-4}$ grow during training; the tolerance was left where it was.
# - **Several threads for a run of many.** One thread in each of several processes does not give much
#   more throughput (see above), but it suffers far less when others use the machine: two threads
#   that wait for each other at every product were once seen to take twenty times as long.
#
# ## What it means
#
# What the engine was meant to reach, set before it was written, and what was measured. Where a
# target speaks of several data sets, the worst counts. Everything was measured three times, but for
# the agreement of the results, once. The repeats lie up to a day apart, on the same kind of machine,
# and tests of low priority ran beside some of them: hence the wide ranges of a few times.
#
# The results, the memory, the price of InfoSEM-B's prior and the distance to RegDiffusion are as
# they should be. The speed beside the literal model and GRNBoost2, and the price of InfoSEM-BC's
# second prior, are not. In the first epochs $A$ starts near a
# singular system and moves fast; a correction in the one direction that matters (see
# [](../book/model.md)) spares most of the inverses there. About a third of a step goes into
# products that are needed only since the inverse is an old one, and another third into what is no
# product at all. GRNBoost2, whose regressors are the TFs only, takes less time still.

# %% tags=["full-width", "hide-input"]
show("Targets")
