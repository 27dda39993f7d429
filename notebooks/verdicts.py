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
# **Asked.** What of the paper is true? This page has everything that the paper states and that can be
# tested: first the main claims, then the others by topic.
#
# **Done.** One rule judges each claim, from the results that the other pages show. This page trains
# nothing: a claim whose runs the ledger lacks cannot be tested. The last column of the tables leads to
# the page and the section with the full numbers.

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

# %% mystnb={"figure": {"caption": "InfoSEM minus DeepSEM on pairs of unseen genes, cell-type-specific networks: AUPRC over all pairs at the left, the gain over the targets of one TF at a time at the right. Points right of the dotted line are in favour of InfoSEM. Bars are 95% intervals."}, "image": {"alt": "Dot plot of four panels: InfoSEM-B minus DeepSEM above InfoSEM-BC minus DeepSEM, with all pairs together at the left and the targets of one TF at a time at the right; a line for each of hESC, hHEP, mDC, mESC and their mean, with 95% intervals, beside the paper's difference. The main claims below have the numbers."}} tags=["hide-input"]
claims.answer_figure(found) if found else print("none: these are not the paper's data sets")

# %% [markdown]
# ## The main claims
#
# Each line is one comparison, the mean over the data sets. Claims marked *(ours)* are not the paper's.
# They are needed to read the others: a method can gain AUPRC just by ranking the TFs. The column
# *within TFs* has the same difference when the genes of each TF are ranked by themselves, which an
# order of the TFs cannot raise.

# %% tags=["full-width", "hide-input"]
Markdown(claims.headline_markdown(found))

# %% [markdown]
# The same in sentences, which are computed, too.

# %% tags=["hide-input"]
Markdown(claims.describe(found))

# %% [markdown]
# The page of [all readings](multiverse.ipynb) tells how much of this depends on choices that the paper
# leaves open.
#
# By data set, by the other metric and on the other kind of networks:

# %% tags=["full-width", "hide-input"]
HTML(claims.details(found))

# %% [markdown]
# ## The rule
#
# A claim says where a number lies, most often that a difference is above zero. It is
#
# - *shown* where our 95% interval lies where the claim says;
# - *contradicted* where the interval lies wholly elsewhere;
# - *smaller* where a gain is claimed, and the interval shows none and ends below the paper's number.
#   The paper's number is taken as exact, although it has an error, too;
# - *undecided* in all other cases. Half of the interval is told, which is the smallest difference that
#   could have been shown;
# - *cannot be tested*, by construction or for want of data or runs.
#
# If the two methods are exchanged, *shown* and *contradicted* are exchanged; *smaller* has no
# counterpart. A method is *as good* as another where it is shown to be at most .02 AUPRC lower, and *no
# better* where it is shown to be at most .02 higher. A lack of evidence shows neither. Beside the
# outcome stands whether the paper's number lies in the interval: a gain can be shown and still be
# smaller than the paper's.
#
# There are many claims, and intervals are not corrected for their number. What would be left after a
# correction stands [below](#many-claims).
#
# *Intervals* of a difference are Student's t over the splits that both methods have, of means over
# training seeds. Data sets count as independent. Two are human and two are mouse, and they share TFs, so
# that intervals of means are too narrow if anything. The splits of a data set overlap. The intervals
# therefore hold for these TFs. For other TFs, with ten splits of which a quarter is tested, the
# correction of Nadeau and Bengio makes them 2.1 times as wide. *Within TFs*, intervals are over TFs. For
# *a random order of the TFs* they come from 2,000 random orders ([what these
# are](../book/benchmark.md)); p is one-sided and the interval two-sided, so that *shown* needs a p below
# 0.025. For single data sets this interval is not corrected for the number of methods and data sets;
# after the correction (q) none is shown.
#
# Where a claim names several methods, the pair counts that tells most against it. These data pick the
# pair, so that *contradicted* is too easily reached for such claims. For a claim on ranks
# we test the difference to the next method, on the data sets where the paper's table has that rank.
# The numbers of a table are the paper's where nine tenths of them are shown to differ by less than a
# fifth, with the errors of both.

# %% [markdown]
# (many-claims)=
# ### Many claims
#
# Of many claims some are decided by chance. The correction of Benjamini and Hochberg keeps the expected
# share of these among the decided ones below 5%, if the claims do not depend on each other in harmful
# ways. Many of ours share runs, so take it as a rough guide. It covers all pages, but not the claims on
# counts and whole tables, whose intervals are of another kind. The more claims are certain, the less it
# asks of the others; so the main claims are also corrected by themselves.

# %% tags=["hide-input"]
Markdown(claims.describe_by_chance(found))

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
# From runs whose keys stand on the pages to which the last column leads.
