# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Protocol: what the paper leaves open
#
# :::{admonition} In short
#
# - **Asked.** Are the data and the test those of the paper? Which choices does the paper leave open, and
#   how far does each of them move the numbers?
# - **Found.** Data and test are close to the paper's on hESC and mDC. On hHEP the share of positives
#   differs (0.436 for 0.390), and mESC is another gene set (967 genes for 1,353). On hESC the constant
#   learning rate, the larger weight of the KL term and the smaller start of $A$ each take about half of
#   the gain of text. These three were picked because they moved it most there. On mDC none of the three
#   takes half of it, and the smaller start raises it; which genes are targets moves it more, with a
#   lower share of positives. No change is shown between 120 and 150 epochs (one seed).
# - **How sure?** On hESC the three choices have five seeds; everything else has one. The three were
#   picked because they move the gain most, and the change of the gain has no interval of its own. A
#   choice that moves the numbers no farther than another seed does cannot be told from luck.
#
# :::
#
# **Done.** The counts of the data sets are compared with Appendix B, and the shares of positives with
# the paper's Random row. Then DeepSEM and InfoSEM-B are trained and tested again with one choice changed
# at a time, on the cell-type-specific networks, with ten splits and one seed. The weight of InfoSEM-B's
# prior is the one that training edges chose in [Table 1](table1.ipynb). Where the choice changes the
# pairs, training edges choose the weight again. Where no gene is dropped, InfoSEM-B is left out, because
# genes without a record have no text. *As in Table 1* means Table 1 with its first seed.
#
# | choice | here | otherwise |
# |---|---|---|
# | which targets enter a block | those with an edge in it | *targets with an edge anywhere*; *every gene a target* |
# | is a TF with itself a pair | yes, a negative | *no TF with itself* |
# | which genes are kept | those with an NCBI record | *no gene dropped* |
# | where $A$ starts | at about $1/(P-1)$, as released | *A starts half as large* |
# | schedule | the learning rate of the networks is multiplied by 0.95 each epoch, as DeepSEM's authors had it | *constant learning rate*, as their program has it in today's torch |
# | weight $\beta$ of the KL term | 0.01, as in their list of settings | *KL weight of 0.1*, as in an early revision of the list, except for hESC |
# | epochs | 150, as in that list | *a fifth fewer epochs*: 120, the default of the released program |
#
# The first edition of this book trained with the last four choices changed, and its answers differed.
# This page shows how much each of the four had to do with that. [One of DeepSEM's own
# outputs](published.ipynb) tells which schedule its authors had.
#
# The likelihood and the prior of $Z$ in Eq. 5 are settings, too. They were not changed for this page.
#
# *Another training seed* is not a choice. It stands beside the choices for scale: a run with one seed
# cannot tell a choice that moves the numbers no farther from luck.

# %% tags=["hide-cell"]
import tempfile

import pandas as pd

from infosem_study import Runner, Store, studies, tables
from infosem_study.pages import protocol
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None, "display.max_rows", None)

# %% tags=["parameters", "hide-cell"]
datasets = ["hESC", "hHEP", "mDC", "mESC"]  # or ["synthetic"]: no data needed
tried = list(studies.PROTOCOL_CHOICES)
n_splits = 10
recompute = False  # run again what is stored
minutes = 10  # what is missing is run only if it takes no longer; it is said before it starts
n_jobs = None  # processes of one thread each; None: one for each core
ledger = "../results"

# %% tags=["hide-cell"]
check_parameters()
store, runner = Store(ledger), Runner(n_jobs=n_jobs, recompute=recompute, minutes=minutes)
rows = studies.protocol_choices(
    store,
    datasets=datasets,
    choices=tried,
    splits=range(n_splits),
    runner=runner,
)
print(f"{len(rows)} results, under {rows['key'].nunique()} keys of the ledger")

# %% [markdown]
# ## The data: Appendix B
#
# The paper counts fewer genes than BEELINE's files hold and does not say which genes it dropped. *Ours*
# has the genes with a record at NCBI ([](../book/data.md)). The paper does not print the number of TFs;
# it is computed as pairs divided by genes. Our mESC is BEELINE's TFs+500 set, the paper's is TFs+1000.
#
# Cell-type-specific networks:

# %% tags=["full-width", "hide-input"]
counted = protocol.counts(store, datasets=datasets, runner=runner)
protocol.format_counts(counted, "cell-type-specific")

# %% [markdown]
# Non-specific networks (the synthetic data set has one network only):

# %% tags=["full-width", "hide-input"]
protocol.format_counts(counted, "non-cell-type-specific")

# %% [markdown]
# ## The test: shares of positives
#
# A random score gets the share of positives, which the paper prints as its Random row. This row is the
# only hint at which pairs the paper's unseen test holds. The table has the mean share of positives over
# our splits with its standard deviation, the AUPRC of *Random* and of *Random TF constant*, the paper's
# Random row, and the share minus the paper's value. *nearest* marks the choice with the smallest
# difference. Where pairs are few, *Random* gets slightly more than the share.

# %% tags=["hide-input"]
protocol.base_rates(rows)

# %% [markdown]
# ## How far each choice moves the numbers
#
# The figure and the table have the difference to Table 1's first seed on the same split: the mean over
# splits and its 95% interval. Some choices change the share of positives, and AUPRC changes with the
# share. Compare AUPRC with the short grey line, which marks the change of the share of positives. The
# table has *AUPRC beyond the share of positives* for these choices.
#
# A split has the same unseen TFs under every choice of targets. Where no gene is dropped, hESC and hHEP
# keep the same pairs in the unseen test. On mDC the targets are drawn anew. mESC gains a TF, so its TFs
# are drawn anew, too. On these two data sets the difference is one between different splits.
#
# The rows of *no TF with itself* are zero for AUPRC because DeepSEM and InfoSEM-B score a TF with itself
# lowest, and a negative at the end of the ranking does not change the AUPRC. The share of positives
# rises slightly without these negatives, so the AUPRC beyond this share falls slightly.

# %% mystnb={"figure": {"caption": "DeepSEM and InfoSEM-B under each choice, minus the same method under the book's own choice. Bars: 95% intervals over splits. Grey band: standard error of DeepSEM in Table 1. Short grey line: change of the share of positives."}, "image": {"alt": "Dot plot, one column for each data set, AUPRC above and Hit@1% below: the change of DeepSEM and of InfoSEM-B under each choice, with 95% intervals; a band as wide as the standard error in Table 1; a short grey line at the change of the share of positives."}}
changed = protocol.changes(rows)
protocol.choices_figure(changed)

# %% tags=["full-width", "hide-input"]
protocol.format_differences(changed)

# %% [markdown]
# ## Is InfoSEM-B ahead of DeepSEM?
#
# The table has InfoSEM-B minus DeepSEM on the same splits under each choice. Splits overlap, so the
# intervals here and above are too narrow if anything.

# %% tags=["full-width", "hide-input"]
ordered = protocol.order(rows)
protocol.format_differences(ordered)

# %% [markdown]
# One seed may mislead. The three choices that moved the gain most with one seed were run again on hESC
# with five seeds:

# %% tags=["full-width", "hide-input"]
departed = studies.departures(store, datasets=datasets, splits=range(n_splits), runner=runner)
protocol.format_differences(protocol.order(departed))

# %% [markdown]
# ## Verdicts
#
# The table lists the data sets on which a choice moves the mean by more than its standard error over
# splits as in Table 1. A star says that the interval of the difference excludes 0. Under *order* the
# table lists the data sets on which InfoSEM-B and DeepSEM swap places. There a star says that the
# interval of InfoSEM-B minus DeepSEM excludes 0 both as in Table 1 and under the choice.

# %% tags=["full-width", "hide-input"]
protocol.format_verdicts(changed, ordered)

# %% tags=["hide-input"]
print(protocol.describe_order(ordered))

# %% [markdown]
# A choice without a star under *order* is not shown to reverse a lead that the first seed of Table 1
# shows. Where a choice moves the numbers no farther than another seed does, these runs cannot tell the
# two apart.
#
# The choices of the first edition of this book had much to do with its answer. The gain of text is the
# AUPRC of InfoSEM-B minus that of DeepSEM. On hESC the constant learning rate, the KL weight of 0.1 and
# the smaller start each take about half of it. With any one of them the gain is no longer shown, with
# one seed and with five. On mDC, where the gain of the first seed is larger, none of the three takes
# half of it: the KL weight of 0.1 takes about a third, the constant learning rate less, and the smaller
# start raises the gain (one seed). These three choices were picked because they moved the gain most, and
# the change of the gain has no interval of its own. No change is shown between 120 and 150 epochs (one
# seed).
#
# ## Recomputed now
#
# Synthetic data, two splits, one choice changed; AUPRC on unseen genes, mean with its standard error.

# %%
with tempfile.TemporaryDirectory() as folder:
    live = studies.protocol_choices(
        Store(folder),
        datasets=["synthetic"],
        choices=[protocol.USUAL, "A starts half as large"],
        splits=range(2),
        runner=Runner(n_jobs=1),
    )
tables.format_means(live.assign(method=live["method"] + ", " + live["choice"]))

# %% [markdown]
# ## Where the numbers come from

# %% tags=["hide-output"]
tables.format_keys(rows.assign(method=rows["method"] + ", " + rows["choice"]))
