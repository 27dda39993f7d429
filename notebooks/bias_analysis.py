# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Where accuracy on seen genes comes from
#
# :::{admonition} In short
#
# - **Asked.** Do supervised methods look good on seen genes only because they remember how often
#   each gene is positive?
# - **Found.** Yes, a logistic regression on names is as good as GENELink and scGREAT, also on
#   scGREAT's own data beside its authors' own predictions. On unseen genes all but scGREAT are at
#   chance by construction.
# - **How sure?** The first half is shown on all four data sets. Whether scGREAT is above chance on
#   unseen genes is open: it has five splits of each data set.
#
# :::
#
# **The question.** Methods that learn from labels score well on unseen interactions between *seen* genes.
# Section 5.1 of the paper says why: they memorise how often each gene is positive. A logistic
# regression on the names of the two genes does as well, and on interactions between *unseen* genes
# all of them fall to random.
#
# **Done.** The paper's Figures 3 and 5 are drawn again, on the splits of
# [Table 1](table1.ipynb) (see [](../book/benchmark.md)). *One-hot LR* knows names only. *MatComp*
# completes the matrix of labels, with the paper's rank of 128 and with a rank chosen by
# cross-validation. *GENELink* and *scGREAT* {cite:p}`chen2022genelink,wang2024scgreat` see
# expression and labels, *GRNBoost2* and *DeepSEM* {cite:p}`moerman2019grnboost2,shu2021deepsem`
# expression alone. Errors are standard errors over splits; DeepSEM's ten training seeds are
# averaged on each.
#
# The AUPRCs come from the ledger in `results/`. Coefficients and predicted probabilities, which the
# ledger does not hold, come from files beside it, each line with the key of its run. What
# is missing is computed.

# %% tags=["hide-cell"]
import tempfile

import pandas as pd
from IPython.display import display

from infosem_study import Runner, Store, claims, nulls, studies, tables
from infosem_study.comparison import compare
from infosem_study.pages import bias_analysis, published
from infosem_study.pages.verdicts import stored_within
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None)

# %% tags=["parameters", "hide-cell"]
datasets = ["hESC", "hHEP", "mDC", "mESC"]  # or ["synthetic"]: no data needed
methods = ["Random", "Random TF constant", "One-hot LR", "MatComp", "MatComp (rank by CV)"]
methods += ["GENELink", "scGREAT", "GRNBoost2", "DeepSEM"]
downsampled = list(studies.DOWNSAMPLED)
predictors = ["One-hot LR", "GENELink", "scGREAT"]  # whose predicted probabilities are shown
seeds = list(studies.SEEDS)  # training seeds of DeepSEM
n_splits = 10
split = 0  # the one of which coefficients and probabilities are drawn
complete = False  # run slow methods on all splits, not on the first ones: hours
recompute = False  # run again what is stored
minutes = 10  # what is missing is run only if it takes no longer; it is said before it starts
n_jobs = None  # processes of one thread each; None: one for each core
ledger = "../results"

# %% tags=["hide-cell"]
check_parameters()
store, runner = Store(ledger), Runner(n_jobs=n_jobs, recompute=recompute, minutes=minutes)
rows = compare(
    store,
    datasets=datasets,
    methods=[*methods, *downsampled],
    splits=range(n_splits),
    seeds=seeds,
    complete=complete,
    runner=runner,
)
full = rows[rows["method"].isin(methods)]
print(f"{len(rows)} results, under {rows['key'].nunique()} keys of the ledger")

# %% [markdown]
# ## One-hot LR beats scGREAT on scGREAT's own data
#
# First the claim on a rival's own ground. The authors of scGREAT published the pairs of hESC and mESC
# that they trained, validated and tested it on, all of seen genes, and its predictions for the test
# of hESC. One-hot LR was trained on the same training pairs, with the strength of its penalty chosen
# on their validation pairs. Bars are 95% intervals of its difference to the published predictions,
# from drawing TFs again; the dotted line is chance, for AUPRC the share of positives.
# [More of it](published.ipynb), with our own scGREAT.

# %% mystnb={"figure": {"caption": "One-hot LR and scGREAT on the pairs of scGREAT's authors. Bars: 95% interval of the difference to the authors' own predictions, over TFs. Dotted: chance."}, "image": {"alt": "Dot plots of AUROC, AUPRC and gain within TFs on the test pairs that scGREAT's authors published, of hESC above mESC: on hESC, One-hot LR lies right of scGREAT's own predictions by all three measures, and the intervals of the differences do not reach these; on mESC no predictions were published. The table below has the numbers."}}
own_ground = [name for name in datasets if name in published.CELLS]
if own_ground:
    rivals = published.rivals(store, cells=own_ground, runner=runner)
    display(published.rivals_figure(rivals))

# %% tags=["hide-input"]
if own_ground:
    display(published.format_rivals(rivals), published.format_differences(rivals))
print("pairs of scGREAT's authors:", *own_ground)

# %% [markdown]
# ## Seen and unseen genes: Figure 3 (a)
#
# Above, unseen interactions of seen genes, below, interactions of unseen genes; the two panels of a
# data set have the same axis. Dotted: scores drawn at random, whose AUPRC is about the
# share of positives. Grey: 95% of 2,000 draws of a random number for each TF, given to all of its pairs;
# dashed, their mean. A method without a filled point was not run here.

# %% mystnb={"figure": {"caption": "AUPRC on seen genes (above) and unseen genes (below), as in Figure 3 (a) of the paper. Bars: standard errors over splits."}, "image": {"alt": "Dot plot of mean AUPRC with standard errors, one column of panels for each data set, seen genes above unseen genes, this book beside the paper. Methods that learn from labels lie far right of the dotted line of random scores on seen genes, and on it on unseen genes. A grey band holds 95% of random constants per TF, with a dashed line at their mean."}}
counts = nulls.tf_counts(store, full, runner=runner)  # from which constants per TF are drawn
bias_analysis.seen_unseen_figure(bias_analysis.seen_beside_unseen(full), nulls.bands(counts))

# %% [markdown]
# The same in numbers, for the methods that learn from labels: AUPRC less the share of positives on
# the same splits. *kept* is the part of the first number that is left in the second.

# %% tags=["hide-input"]
labelled = bias_analysis.supervised(methods)
if labelled:
    display(tables.format_seen_and_unseen(full, labelled))
print("learn from labels:", ", ".join(labelled) or "none of these")

# %% [markdown]
# ## The average drop
#
# "A significant performance drop", says the paper, "averaging 42%" on these networks. It does not
# say what was averaged. Its Tables 3 and 1 give this number if the AUPRC of its four supervised
# methods (One-hot LR, MatComp, scGREAT, GENELink) is averaged first, on seen and on unseen genes,
# and then the drop over the data sets; of ours those count that were run. The number mixes what is
# learned with the share of positives, which differs between the two tests: on mDC the unseen test
# has twice the share of the seen one, and nothing drops, in the paper's tables either.

# %% tags=["hide-input"]
bias_analysis.format_drops(bias_analysis.drops(full))

# %% [markdown]
# ## What One-hot LR knows of a TF: Figure 3 (b)
#
# Its log-odds are an intercept, plus a coefficient of the TF, plus one of the target. The
# coefficient of a TF is drawn against the share of positives among the TF's training pairs, with
# the histogram of these shares on one split. Above each panel stands the mean of Spearman's rank
# correlation over all splits.

# %% tags=["hide-cell"]
coefs = bias_analysis.coefficients(store, full, runner=runner)
correlations = bias_analysis.rank_correlations(coefs)
print(f"{len(coefs)} coefficients of {coefs['tf'].nunique()} TFs")

# %% mystnb={"figure": {"caption": "One-hot LR's coefficient of each TF against the TF's share of positives in training, as in Figure 3 (b) of the paper. At the side, how many TFs have which share."}, "image": {"alt": "Scatter plots, one for each data set, of the coefficient of each TF in One-hot LR against the share of positives among its training pairs, with a histogram of the shares: the points lie on rising curves. On mDC all coefficients are close to zero on some splits."}}
bias_analysis.coefficients_figure(coefs, correlations, split)

# %% [markdown]
# *rho* is the rank correlation, *range* the largest coefficient less the smallest, in log-odds. On
# mDC cross-validation chooses so strong a penalty on some splits that the coefficients shrink to
# almost nothing; their order stays.

# %% tags=["hide-input"]
by_dataset = correlations.groupby("dataset", sort=False)
by_dataset.agg({"rho": ["size", "mean", "sem", "min"], "range": ["min", "max"]}).round(4)

# %% [markdown]
# ## What is predicted for two TFs: Figure 3 (c)
#
# The paper's example on hESC: TFAP2A, of which most training pairs are positive, and SNAI2, of
# which few are. Where these are not seen on the split, and on the other data sets, the TFs with the
# highest and the lowest share of positives in training take their place.

# %% tags=["hide-cell"]
tfs = bias_analysis.illustrated_tfs(coefs, split=split)
probs = bias_analysis.probabilities(store, full, tfs, predictors, split=split, runner=runner)
told = bias_analysis.predictions(coefs, probs)
print(tfs)

# %% mystnb={"figure": {"caption": "Predicted probabilities of the seen test pairs of two TFs of hESC, by One-hot LR and scGREAT, as in Figure 3 (c) of the paper."}, "image": {"alt": "Histograms of the predicted probabilities of the seen test pairs of TFAP2A, left, and SNAI2, right, on hESC, by One-hot LR and scGREAT, with a dashed line at the share of positives in training: both methods predict high probabilities for TFAP2A and low ones for SNAI2."}}
as_in_paper = (probs["dataset"] == "hESC") & probs["method"].isin(["One-hot LR", "scGREAT"])
if as_in_paper.any():
    display(bias_analysis.probabilities_figure(probs[as_in_paper], told))

# %% [markdown]
# The same on the other data sets, with GENELink:

# %% mystnb={"figure": {"caption": "Predicted probabilities of the seen test pairs of two TFs of each data set, one of many positives in training (left) and one of few (right)."}, "image": {"alt": "Histograms of the predicted probabilities of the seen test pairs of two TFs for each data set, one TF with a high share of positives in training and one with a low share, by methods that learn from labels, with a dashed line at the share in training. The table below has the numbers."}}
bias_analysis.probabilities_figure(probs, told)

# %% [markdown]
# *share in training* is the TF's share of positives among its training pairs, beside the one that
# the caption of the paper's figure gives. Mean and standard deviation are over the seen test pairs
# of the TF, and the last column is the part of them that is predicted positive.

# %% tags=["hide-input"]
bias_analysis.format_predictions(told)

# %% [markdown]
# ## Fewer negatives in training: Figure 5
#
# Training on as many negatives as positives of each TF takes the shares of the TFs away, not those
# of the targets. AUPRC on the splits on which a method was trained
# both ways: GENELink and scGREAT on the first splits only, scGREAT not at all on hHEP and mESC. The
# downsampled scGREAT may train for 50 epochs, as its pairs are few, the full one for 12: what
# differs between the two is not the negatives alone.

# %% mystnb={"figure": {"caption": "AUPRC with all negatives in training and with as many negatives as positives, as in Figure 5 of the paper. Bars: standard errors over splits."}, "image": {"alt": "Dot plot of mean AUPRC with standard errors, one column of panels for each data set, seen genes above unseen genes, for methods trained on all negatives and on as many negatives as positives of each TF."}}
lifts = bias_analysis.downsampling(rows)
bias_analysis.downsampling_figure(lifts)

# %% [markdown]
# The same in numbers, less the share of positives:

# %% tags=["full-width", "hide-input"]
bias_analysis.format_downsampling(lifts)

# %% [markdown]
# ## Verdicts
#
# Each claim is one comparison, judged by [one rule](verdicts.ipynb): *shown* where the 95% interval
# lies where the claim says, *contradicted* where it lies wholly elsewhere, or excludes the paper's
# number and shows no effect, and else *undecided*. Means are over data sets, which count as
# independent.
# That a method is *as good* is shown where it is at most .02 lower, that it is *no better* where it
# is at most .02 higher; few splits, with their wide intervals, show neither. Where several methods
# are named, the pair counts that tells most against the claim. A method predicts what most training
# pairs are where more than half of the seen test pairs lie on the side of 1/2 on which the share in
# training lies, for both TFs.

# %% tags=["full-width", "hide-input"]
judged = claims.of_page(
    "bias_analysis",
    specific=rows,
    coefficients=coefs,
    probabilities=probs,
    within=stored_within(store, rows),
)
judged if len(judged) else print("none: these are not the paper's data sets")

# %% [markdown]
# ## What it means
#
# The core of the claim stands, on scGREAT's own data with its authors' own predictions, and on ours.
# On seen genes One-hot LR, which knows nothing but names, is at least
# as good as GENELink and scGREAT, and what it knows of a TF is the TF's share of positives,
# in order almost to perfection. A good score on this test is no sign that a method has learned from
# expression. Nor is it a sign of the contrary: a method that knew biology could reach it, too.
#
# That supervised methods fall to random on unseen genes says less than it seems. One-hot LR,
# MatComp and GENELink give every pair of unseen genes the same score, by construction, so that
# their AUPRC there *is* the share of positives; the paper's numbers for them differ from it, within
# about their errors. Of these methods only scGREAT has something to go by there, and so only
# scGREAT can be put to this test. On five splits of each data set it is not shown to be above chance.
# On mDC its mean is high by one split of the five, of a block with few TFs, so that the interval is wide.
# On seen genes it is about as good as One-hot LR on all data sets; the paper has it ahead by far on mDC.
# DeepSEM is above the others on unseen genes as far as it is above chance, and it is not shown to beat a
# random number for each TF (dashed line; [Table 1](table1.ipynb) has the test).
#
# One-hot LR's predictions for a TF lie around the TF's share in training, but for mDC, where its
# coefficients are next to nothing on this split. GENELink's are in most cases one narrow peak: it,
# too, tells TFs apart, and hardly the pairs of one. But where the share is high its peak lies well
# below, on hESC even below one half.
#
# Downsampling costs One-hot LR a part of its accuracy on seen genes, on mDC all of it, and MatComp
# little: the shares of the targets remain. GENELink and scGREAT lose more, on few splits that leave
# open how much. On unseen genes nothing changes where scores are constant, with or without
# downsampling; scGREAT's few splits leave open whether anything does.

# %% [markdown]
# ## Recomputed now
#
# The synthetic data set needs no download: the methods are run on two of its splits here, from
# nothing, each time that this page is built. Its expression follows the planted network, so that
# GRNBoost2 is far above chance without labels. Its training pairs are few, and cross-validation
# chooses a strong penalty for One-hot LR: the coefficients are small, but in the order of the
# shares all the same.

# %%
with tempfile.TemporaryDirectory() as folder:
    quick = ["One-hot LR", "MatComp", "GENELink", "GRNBoost2"]
    live = compare(
        Store(folder),
        datasets=["synthetic"],
        methods=quick,
        splits=range(2),
        runner=Runner(n_jobs=1),
    )
    live_coefs = bias_analysis.coefficients(Store(folder), live)
tables.format_seen_and_unseen(live, quick)

# %%
bias_analysis.rank_correlations(live_coefs).round(3)

# %% [markdown]
# ## Where the numbers come from
#
# The keys of the rows behind each number. A row lies in
# `results/<network>/<data set>/<method>.jsonl`; the coefficients and probabilities of the same runs
# lie in `results/coefficients/` and `results/probabilities/`.

# %% tags=["hide-output"]
tables.format_keys(rows)
