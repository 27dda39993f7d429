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
# :::{admonition} In short
#
# - **Asked.** How long does one network take, and how much memory, beside what one would use
#   instead?
# - **Found.** Seconds for a data set of the paper and minutes for a whole transcriptome, on two
#   cores: many times faster than DeepSEM as it was released. GRNBoost2 rewritten in Rust is faster
#   still.
# - **How sure?** Times were measured side by side on one machine, several times each. Long runs are
#   extrapolated from their first epochs, and the tables say which.
#
# :::
#
# **The question.** How long does it take to infer one network, and with how much memory? Is that little or
# much beside what one would use instead, and how does it grow with the number of genes and cells?
#
# **Done.** `make bench` measured, on one machine with two cores, this package's DeepSEM, InfoSEM-B
# and InfoSEM-BC as `infosem.infer` runs them, with the settings that DeepSEM's authors ran it with;
# RegDiffusion {cite:p}`zhu2024regdiffusion` and GRNBoost2 {cite:p}`moerman2019grnboost2` with their
# authors' code and defaults; rustscenic, GRNBoost2 rewritten in Rust with trees by histograms; and
# the *literal model*, DeepSEM's training loop as it was released: every network is evaluated on every
# entry, and $I - A$ is inverted at every step. GRNBoost2 and rustscenic get the list of all TFs among
# the genes. Each measurement ran in a process of its own and took the time of the inference alone,
# without imports and loading; the repeats went round the methods in turn. Where only a part of a run
# was measured, the table says so, and the whole is extrapolated from it; for the peers the time to
# start is left out of that, in their favour. Every number but those under *What was tried* and those
# of the next paragraph is computed from the stored rows.
#
# All rows of ours were measured before the first 100 steps of $A$ got their narrower tolerance in
# single precision ([why](../book/model.md)), which every training has now. Counted by hand, it
# adds 7% (hESC) to 13% (mDC) to the products of a whole network with $P \times P$ matrices. Where
# only the first epochs were measured, it would add more.

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
# InfoSEM-BC is given the training edges of a split. *Fast* is `infer(preset="fast")`, a third of the
# epochs at three times the learning rates; what it costs is below. Times are medians with the range
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
show("The literal model beside DeepSEM")

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
# Simulated data with 400 cells, a twentieth of the genes being TFs. *TFs only* is
# `infer(regulators="tfs")`, in which $A$ has rows for TFs only; above 6,000 genes it is the
# default. Of ours six epochs were measured, with some 0.4 s in which compiled code is loaded.
# Extrapolated, that is most of the time up to 1,000 genes: these networks are faster than shown,
# and the exponents of ours too small.

# %% mystnb={"figure": {"caption": "Time and memory by the number of genes. Bars: range over the runs."}, "image": {"alt": "Three panels with logarithmic axes against the number of genes: time of an epoch, time of a network and peak memory, one line for each method, with the range over the runs as bars."}}
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
# ## More TFs
#
# 5,000 genes and 400 cells, with the TFs as the only regulators.

# %% mystnb={"figure": {"caption": "Time and memory by the number of TFs, where TFs are the only regulators."}, "image": {"alt": "Three panels with logarithmic axes against the number of TFs: time of an epoch, time of a network and peak memory of InfoSEM-B with TFs as the only regulators, and of rustscenic."}} tags=["hide-input"]
if (medians["part"] == "tfs").any():
    display(speed.scaling_figure(medians, "tfs"))
show("Time = c x tfs^exponent")

# %% [markdown]
# ## More cells
#
# 1,000 genes.

# %% mystnb={"figure": {"caption": "Time and memory by the number of cells."}, "image": {"alt": "Three panels with logarithmic axes against the number of cells: time of an epoch, time of a network and peak memory of DeepSEM and InfoSEM-B."}} tags=["hide-input"]
if (medians["part"] == "cells").any():
    display(speed.scaling_figure(medians, "cells"))
show("Time = c x cells^exponent")

# %% [markdown]
# ## A whole transcriptome, and many cells
#
# Counts of 20,000 genes, 1,600 of them TFs, in 3,000 cells, nine tenths of them zero, log-normalised
# and read from a sparse .h5ad file. rustscenic was timed with the TFs as its only targets, and the
# whole is extrapolated by their number.

# %% tags=["full-width", "hide-input"]
show("A whole transcriptome")

# %% [markdown]
# 100,000 cells and 3,000 genes, for one epoch. The cells stay sparse, and are made dense a batch
# at a time.

# %% tags=["full-width", "hide-input"]
show("Many cells")

# %% [markdown]
# ## What the fast preset costs, and TFs as the only regulators
#
# On the eight networks, specific to the cell type and not, with one to three seeds: the AUPRC over all pairs
# of the network's TFs, and the gain within TFs, which is $(AP - s) / (1 - s)$ for a TF whose share of
# targets is $s$, averaged over the TFs. The first column of each is InfoSEM-B's; behind it the
# differences to it, paired by seed, with their standard errors where there are several.

# %% tags=["full-width", "hide-input"]
show("What the fast preset and TFs as the only regulators cost")

# %% [markdown]
# ## How far from the machine's limit
#
# A step has to multiply batches of cells with $P \times P$ matrices: to map them by $I - A$, to
# solve with it, and to form the gradient. With $B$ cells a step that trains $A$ takes at least
# $2 P^2 \cdot 7B$ operations, one that trains the networks $2 P^2 \cdot 6B$, even when the inverse
# is given (`benchmarks/bench.py` counts them). That number over the rate of such a product, by the
# fastest of the libraries at hand, is a time that no implementation of this algorithm on this
# machine can beat. The share is that time by the measured one.

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
# ## On a busy machine
#
# A network with all threads, alone and beside as many processes that compute as there are cores. If
# each got its share, it would take twice as long.

# %% tags=["full-width", "hide-input"]
show("A network alone, and beside a busy process for every core")

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
#   on processors that have it. The whole step gained about a twentieth.
# - **A new factorisation at every step.** With 900 genes and 64 cells it costs more than the four
#   products that a correction takes; with 5,000 genes many times more.
# - **A looser tolerance of the solves.** At 0.01 instead of 0.003 the ranking still has a rank
#   correlation of 0.9999 with that of a tight one, and a twentieth of the time is saved; the first
#   steps at high learning rates suffered.
# - **Tables of the networks in single precision.** Rounding hides in the estimate of the error, and
#   the grid is refined without end.
# - **Threads by an executor.** Its hand-over takes 50 microseconds, two locks take 13.
# - **A fast preset of equal accuracy.** On hESC and mDC, both networks, seed 0, and beside the
#   released settings: *fast* has .0121 for .0239 by AUPRC and .0045 for .0295 within TFs on mDC's
#   non-specific network. If the rates of $A$ and of its prior fall to a tenth over the last third
#   of the epochs, that stays so (.0123, .0045): what is lost is lost earlier. If the networks keep
#   their own rate and decay, it is nearly mended (.0206, .0269) and hESC's AUPRC is that of the
#   released settings (.1695 for .1690), but on mDC's specific network the gain within TFs falls by
#   half with each of three seeds (.0069 for .0150). Half of the epochs at twice the rates lie
#   between: .0209, .0258 there, and .0123 for .0159 within TFs on mDC's specific network.
#
# ## What it means
#
# What the engine was meant to reach, set before it was written, and what was measured. Where a
# target speaks of several data sets, the worst counts.
#
# A network is a matter of seconds, a whole transcriptome one of minutes, on two cores. What was
# missed, and why:
#
# - **InfoSEM-B beside DeepSEM.** A hair over, by less than the runs of one data set differ. What
#   it adds are sums of the prior's signs and the steps of $\mathbf w$.
# - **InfoSEM-BC beside DeepSEM.** Its logits are a product of rank 128. For a batch of 64 cells they
#   add three products of 128 rows to a step of $A$, which has 448 without them: over all epochs, 1.6
#   times DeepSEM's arithmetic. No implementation of Eq. 9 with this rank comes much below.
# - **The share of unavoidable arithmetic, and with it rustscenic.** A product alone, repeated,
#   reaches the rate that the share is measured against. Within a step it is a third slower: $A$, its
#   mean squares and two copies of the inverse take 15 to 30 MB, and come from memory, not from the
#   cache. The rest is what is no product: the steps that train the networks, whose tables are
#   hundreds of small operations, and the hand-over between threads.
# - **RegDiffusion on hESC.** It takes 1,000 steps of one size however many cells there are, and hESC
#   has twice as many as the others.
# - **5,000 genes, all of them regulators.** The epochs measured are the first, in which $A$ moves
#   fastest and every solution needs a correction; these add more than half as many products again.
#   Memory holds the libraries, four matrices of that size in single precision and the result in double.
# - **The fast preset.** It is faster than rustscenic but on mDC, and not equally accurate, as the
#   table above shows: on mDC's non-specific network it loses half of the AUPRC and most of the
#   gain within TFs. It is for a first look.

# %% tags=["full-width", "hide-input"]
show("Targets")
