# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Every claim, and its verdict
#
# **Asked.** What of the paper is true? Here stands everything that it states and that can be
# tested: the numbers of its abstract, its tables and figures, and what it says of them.
#
# **Done.** Each claim is judged from the results that the other pages show, by the rules that stand
# there. Nothing is trained for this page: what the ledger lacks is *not run*. The last column leads
# to the page and the section with the full numbers.

# %% tags=["hide-cell"]
from IPython.display import HTML, Markdown

from infosem.data import CELLS
from infosem_study import Runner, Store
from infosem_study.comparison import compare
from infosem_study.pages import verdicts
from infosem_study.parameters import check_parameters
from infosem_study.scheduling import STORED_ONLY

# %% tags=["parameters", "hide-cell"]
datasets = ["hESC", "hHEP", "mDC", "mESC"]  # or ["synthetic"]: no data needed, and no claim either
n_splits = 10
split = 0  # the one of which predicted probabilities are looked at
compute = False  # what the ledger lacks; else it counts as not run
n_jobs = None  # processes of one thread each; None: one for each core
ledger = "../results"

# %% tags=["hide-cell"]
check_parameters()
store = Store(ledger)
if set(datasets) <= set(CELLS):
    frames = verdicts.gather(
        store,
        datasets=datasets,
        splits=range(n_splits),
        split=split,
        runner=Runner(n_jobs=n_jobs) if compute else STORED_ONLY,
    )
else:  # every claim is about the paper's data sets; here it is shown that the code works
    methods = ["Random", "Random TF constant", "DeepSEM"]
    frames = {
        "specific": compare(
            store,
            datasets=datasets,
            methods=methods,
            splits=range(n_splits),
            runner=Runner(n_jobs=n_jobs),
        )
    }
print(*(f"{name}: {0 if frame is None else len(frame)}" for name, frame in frames.items()))

# %% [markdown]
# ## In short
#
# What follows is computed from the tables below.

# %% tags=["hide-input"]
table = verdicts.claims(**frames)
Markdown(verdicts.describe(table))

# %% [markdown]
# ## How to read the tables
#
# *Paper* and *ours* are means over data sets, with the standard error over splits in parentheses,
# unless they say otherwise. A claim is counted on the data sets on which the paper's own numbers
# make it; where its text and its tables disagree, *its table* tells. It is *reproduced* where it
# holds on all of them (or on as many as it says), *partly* on some. That one method is better than
# another holds where the 95% interval of the difference on the same splits lies above zero. A
# method is in the *top 2* where its mean is at least that of the second best of the others, on the
# splits that both have, among the paper's methods that were run; SCENIC needs a database and was
# not.
# *Nearest decision* is the smallest difference that such a rank hangs on. A number is the paper's
# where the two differ by less than 1.96 standard errors of the difference; a table is *reproduced*
# where nine tenths of its numbers are, *partly* where half are. That a method is *not* better, or as
# good, is *reproduced* where no interval contradicts it, which is no proof; for methods that give all
# unseen genes one score it holds by construction.
#
# *Survives the audit* is asked of claims that a method is better than others, or at the top, on
# unseen genes. A ranking of whole TFs can get far by luck ([why](../book/benchmark.md)), so that a
# method has to pass three more tests ([in full](audit.ipynb)), on each data set where the claim is
# made:
#
# - it beats *a TF constant*: among 2,000 draws of a random number for each TF, by the metric of the
#   claim, its false discovery rate over the methods and data sets of the network is below 0.05;
# - *within TFs*, over the targets of one TF at a time, its AUPRC is better than the others' (or
#   than chance);
# - its AUPRC is above chance, and is lower where expression is shuffled, the text is given to wrong
#   genes, or labels to wrong pairs.
#
# In the first test DeepSEM and InfoSEM have five training seeds on the cell-type-specific networks and
# three on the others; in the other two tests all is of the first seed, and InfoSEM-BC and GENELink
# have their labels shuffled on three splits. Claims on text of other kinds and on fewer cells rest on
# three seeds, so that they may differ from those on Table 1, which has five.
#
# *Yes* means all three on all data sets; *on X only*, on these; *no*, on none, with what failed
# most often; *not run*, that some test lacks its runs and none that was run fails everywhere. Claims on
# ranks are audited for one method, against chance: that it survives says that its score is no
# lottery, not that the rank holds. Of other claims it is not asked, but of two kinds: that few cells are enough says
# something only if more help at all, and recall is free as far as it is the share of all pairs that
# pass.

# %% [markdown]
# ## Seen genes: what accuracy there is made of

# %% tags=["full-width", "hide-input"]
HTML(verdicts.linked(table[table["about"] == "seen genes"]))

# %% [markdown]
# ## Text: what the prior from embeddings is worth

# %% tags=["full-width", "hide-input"]
HTML(verdicts.linked(table[table["about"] == "text"]))

# %% [markdown]
# ## Labels: what known edges as a prior are worth

# %% tags=["full-width", "hide-input"]
HTML(verdicts.linked(table[table["about"] == "labels"]))

# %% [markdown]
# ## The tables as they are printed
#
# The order of the methods is that of their means, by Spearman's rank correlation over the paper's
# methods that were run on all of the splits.

# %% tags=["full-width", "hide-input"]
HTML(verdicts.linked(table[table["about"] == "numbers"]))

# %% [markdown]
# ## Data and settings

# %% tags=["full-width", "hide-input"]
HTML(verdicts.linked(table[table["about"] == "settings"]))

# %% [markdown]
# ## Where the numbers come from
#
# From the runs whose keys the pages list that the last column leads to.
