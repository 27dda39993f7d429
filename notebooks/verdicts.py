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
# tested: first the main claims, then the details by topic.
#
# **Done.** Each claim is judged from the results that the other pages show, by one rule. Nothing is
# trained for this page: what the ledger lacks cannot be tested. The last column of the tables leads
# to the page and the section with the full numbers.

# %% tags=["hide-cell"]
from IPython.display import HTML, Markdown

from infosem.data import CELLS
from infosem_study import Runner, Store, claims
from infosem_study.comparison import compare
from infosem_study.pages import multiverse, verdicts
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

# %% tags=["hide-input"]
found = claims.judged(**frames)
readings = multiverse.shown(store, datasets=datasets, splits=range(n_splits), runner=STORED_ONLY)
Markdown(claims.answer(found, multiverse.told(readings)))

# %% mystnb={"figure": {"caption": "InfoSEM less DeepSEM on pairs of unseen genes, cell-type-specific networks: AUPRC over all pairs at the left, the gain over the targets of one TF at a time at the right. Points right of the dotted line are in favour of InfoSEM. Bars are 95% intervals."}, "image": {"alt": "Dot plot of four panels: InfoSEM-B less DeepSEM above InfoSEM-BC less DeepSEM, with all pairs together at the left and the targets of one TF at a time at the right; a line for each of hESC, hHEP, mDC, mESC and their mean, with 95% intervals, beside the paper's difference. The main claims below have the numbers."}} tags=["hide-input"]
claims.answer_figure(found) if found else print("none: these are not the paper's data sets")

# %% [markdown]
# ## The main claims
#
# Each is one comparison, the mean over the data sets, and is counted once. Claims marked (ours) are
# not the paper's, but its others say little without them: a score may win by its order of the TFs
# alone, which says nothing of the right pairs. So beside each gain stands the same difference
# *within TFs*, over the targets of one TF at a time.

# %% tags=["full-width", "hide-input"]
Markdown(claims.headline_markdown(found))

# %% [markdown]
# The same in sentences, which are computed, too.

# %% tags=["hide-input"]
Markdown(claims.describe(found))

# %% [markdown]
# How much of this hangs on our reading of the paper is told by the page of [all its
# readings](multiverse.ipynb).
#
# By data set, by the other metric and on the other kind of networks:

# %% tags=["full-width", "hide-input"]
HTML(claims.details(found))

# %% [markdown]
# ## The rule
#
# A claim says where a number lies, most often that a difference is above zero. It is
#
# - *shown* where the 95% interval of ours lies there;
# - *contradicted* where the interval lies wholly elsewhere, or where it excludes an effect as large
#   as the paper's and shows none: of a gain, it ends below the paper's number and does not lie above
#   zero;
# - *undecided* else, with the smallest difference that could have been shown, which is half of the
#   interval;
# - *cannot be tested*, by construction or for want of data or runs.
#
# The rule is the same in both directions: exchange the methods, and *shown* and *contradicted* are
# exchanged. That a method is *as good* as another is shown where it is at most .02 AUPRC lower, that
# it is *no better* where it is at most .02 higher, and never by the lack of evidence. Whether the
# paper's number lies in the interval is told beside the outcome: a gain may be shown, and be smaller
# than the paper's.
#
# *Intervals* are Student's t over splits, of means over training seeds, for differences on the same
# splits. Data sets count as independent. Splits of a data set overlap: the intervals hold for these
# TFs, and other TFs would make them about twice as wide ([audit](audit.ipynb)). *Within TFs* they
# are over TFs. For *a random order of the TFs* they are those of the null
# ([what it is](../book/benchmark.md)). Where several methods are named, the pair counts that tells
# most against the claim; a claim on ranks is about the difference to the method that the rank hangs
# on, on the data sets where the paper's table has it so. Numbers of a table are the paper's where
# nine tenths of them are shown to differ by less than a fifth, with the errors of both.

# %% [markdown]
# ## Seen genes: where the accuracy comes from

# %% tags=["full-width", "hide-input"]
HTML(claims.topic_table(found, "seen genes"))

# %% [markdown]
# ## Unseen genes: what is left there

# %% tags=["full-width", "hide-input"]
HTML(claims.topic_table(found, "unseen genes"))

# %% [markdown]
# ## Text: what the prior from embeddings is worth

# %% tags=["full-width", "hide-input"]
HTML(claims.topic_table(found, "text"))

# %% [markdown]
# ## Labels: what known edges as a prior are worth

# %% tags=["full-width", "hide-input"]
HTML(claims.topic_table(found, "labels"))

# %% [markdown]
# ## Edges known from elsewhere: what a database is worth as a prior
#
# These claims are ours: the paper's known edges are labels of the network that is judged.

# %% tags=["full-width", "hide-input"]
HTML(claims.topic_table(found, "known edges"))

# %% [markdown]
# ## The order of the TFs: what a score says beyond it

# %% tags=["full-width", "hide-input"]
HTML(claims.topic_table(found, "order of TFs"))

# %% [markdown]
# ## The tables as they are printed

# %% tags=["full-width", "hide-input"]
HTML(claims.topic_table(found, "tables"))

# %% [markdown]
# ## Data and settings

# %% tags=["full-width", "hide-input"]
HTML(claims.topic_table(found, "data and settings"))

# %% [markdown]
# ## Where the numbers come from
#
# From the runs whose keys the pages list that the last column leads to.
