# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What a score on unseen genes is worth
#
# :::{admonition} In short
#
# - **Asked.** What is a score on unseen genes worth? How much of it is luck, or the order of the TFs?
# - **Found.** Much of it can be luck: random orders of the TFs often reach the AUPRC of a method. Where
#   text raises the AUPRC, it changes the order of the TFs; within TFs no gain from text is shown. Most
#   methods tell which targets belong to which TF on the non-specific networks, but weakly. On the
#   cell-type-specific networks few do.
# - **How sure?** The draws are many and the TFs few: on the cell-type-specific networks of hESC and mDC
#   only large differences could have been shown. Part 5 prints the smallest one for each network.
#
# :::
#
# **Done.** The paper {cite:p}`cui2025infosem` compares methods by one number, the AUPRC of *interactions
# between unseen genes*, averaged over ten random blocks. This page audits that number for the methods of
# [Table 1](table1.ipynb), on the cell-type-specific and on the non-specific networks, on the splits of
# the [benchmark](../book/benchmark.md).
#
# Some methods are left out:
#
# - GENELink, except in part 4, because it gives all pairs of unseen genes the same score;
# - scGREAT, because it has five splits only;
# - RegDiffusion on the cell-type-specific networks, because it takes too long;
# - variants of a method: InfoSEM-B with a bias, and MatComp with its rank from cross-validation.
#
# Parts 3 and 5 use all training seeds of Table 1 and of the [appendix](appendix.ipynb). The other parts
# use the first seed. The first seed is one of the better ones for InfoSEM-B on mDC, and a bad one for
# DeepSEM on the non-specific network of hHEP.
#
# Each part has a question, a method, figures or tables, and an answer. Code prints the answers from the
# results. The [last section](#recommendations) lists the recommendations.
#
# The audit needs scores, and the ledger holds none. Small tables beside the ledger (`results/nulls/`,
# `tf-counts/`, `permutation/`, `shortcuts/`, `audit/`, `within-targets/`, `folds/`) hold what the audit
# needs of them. Each line has the key of its run. The command `infosem-study run audit` computes what is
# missing.

# %% tags=["hide-cell"]
import pandas as pd
from IPython.display import Markdown, display

from infosem_study import Runner, Store, studies, tables
from infosem_study.pages import audit
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None, "display.max_rows", None)

# %% tags=["parameters", "hide-cell"]
datasets = ["hESC", "hHEP", "mDC", "mESC"]  # or ["synthetic"]: no data needed
methods = list(audit.METHODS_OF["cell-type-specific"])
non_specific = list(audit.METHODS_OF["non-cell-type-specific"])
seeds = list(studies.SEEDS)  # training seeds of DeepSEM and InfoSEM-B
non_specific_seeds = list(studies.FEWER_SEEDS)
controls = studies.CONTROLS  # which input is taken from which methods
non_specific_controls = studies.NON_SPECIFIC_CONTROLS
n_splits = 10
recompute = False  # run again what is stored
minutes = 10  # what is missing is run only if it takes no longer; it is said before it starts
n_jobs = None  # processes of one thread each; None: one for each core
ledger = "../results"

# %% tags=["hide-cell"]
check_parameters()
store, runner = Store(ledger), Runner(n_jobs=n_jobs, recompute=recompute, minutes=minutes)
rows = audit.results(
    store,
    datasets=datasets,
    methods=dict(zip(audit.METHODS_OF, (methods, non_specific), strict=True)),
    seeds=dict(zip(audit.SEEDS_OF, (seeds, non_specific_seeds), strict=True)),
    splits=range(n_splits),
    runner=runner,
)
audit.fill(store, rows, runner=runner)
networks = list(rows["network"].unique())
print(f"{len(rows)} results, under {rows['key'].nunique()} keys of the ledger")

# %% [markdown]
# ## 1. How far does luck go?
#
# **Question.** Which AUPRC and Hit@1% do scores without information reach?
#
# **Method.** Four kinds of scores are drawn on every unseen block:
#
# - *noise*: a random number for every pair;
# - *TF constant*: a random order of the TFs, that is one random number for all pairs of a TF;
# - *target constant*: one random number for all pairs of a target;
# - *sum*: the sum of a TF's and a target's number.
#
# All splits share the draw of a TF's or a target's number. The table prints means over splits. Random
# orders of the TFs are drawn 2,000 times, because they need only the numbers of pairs and positives of
# each TF. With ties broken, these draws are behind every band and every test against random orders
# of the TFs in this book. The other kinds need all pairs and are drawn 200 times.
#
# In a random order of the TFs most pairs are tied. By default, pairs with the same score share one
# threshold. With *ties broken*, the AUPRC is the exact mean over all orders of the tied pairs, as if
# tiny noise were added to the scores. *One constant* gives all pairs the same score. Its AUPRC is the
# share of positives by default, and the mean AUPRC of noise with ties broken.

# %% tags=["hide-input"]
nulls = audit.nulls(store, rows)
audit.format_nulls(nulls)

# %% mystnb={"figure": {"caption": "AUPRC and Hit@1% of scores without information, cell-type-specific networks. Thin: 95% of draws on one split; thick: of the mean over ten splits; dot: median of the latter; dotted line: share of positives."}, "image": {"alt": "Ranges of AUPRC and Hit@1% of four kinds of scores without information on cell-type-specific networks, one column of panels for each data set. Noise is narrow and near the share of positives. A constant per TF is wide and reaches far to both sides; its median AUPRC lies above the share, its median Hit@1% near or below it."}}
audit.nulls_figure(nulls, networks[0])

# %% mystnb={"figure": {"caption": "AUPRC and Hit@1% of scores without information, non-specific networks. Thin: 95% of draws on one split; thick: of the mean over ten splits; dot: median of the latter; dotted line: share of positives."}, "image": {"alt": "Ranges of AUPRC and Hit@1% of four kinds of scores without information, one column of panels for each data set, on non-specific networks. The answer below says what it shows."}}
audit.nulls_figure(nulls, networks[-1])

# %% [markdown]
# **Answer.** Differences from the share of positives:

# %% tags=["hide-input"]
print(audit.describe_nulls(nulls))

# %% [markdown]
# A random order of few TFs can score high by chance. Fewer TFs tend to give a wider spread. The mean of
# random orders lies above the share of positives for two reasons. First, a TF with many edges raises the
# AUPRC more at the head of the list than it lowers the AUPRC at the end. Second, all pairs of a TF share
# one threshold. Breaking the ties removes the second part only.
#
# (each-method-in-its-own-lottery)=
# ### Each method among its own permutations
#
# **Method.** The rows of a method's scores are exchanged among all TFs of the data set, 2,000 times. An
# exchange removes the link between a row and its TF. It keeps the spread of the scores, the ranking of
# the targets and the ties. All splits share an exchange, so that each exchange gives one mean AUPRC over
# the splits. p = (1 + number of permuted means that reach the method's) / (1 + 2,000), one-sided. The
# splits and the network stay as they are, so TFs that the splits share do not bias p. *q* is the false
# discovery rate over all methods and data sets of a network in the table. *Random* and *Random TF
# constant* are not tested.
#
# Methods that learn from labels are left out. Their scores differ between splits, and the scores of a
# seen TF were made with its labels, so one exchange for all splits would mix seen and unseen TFs.
# InfoSEM-B uses training edges only to choose the weight of its prior, split by split; the permutations
# do not choose the weight again. Runs of tree methods and of RegDiffusion that took longer than 100 s
# are left out, too. Their scores are not kept and would have to be computed again.
#
# Two figures show the results. The folded table after them has, for each method and data set, the AUPRC,
# the mean and the 95% range of its permutations, the numbers of TFs and splits, p and q.

# %% mystnb={"figure": {"caption": "Each method among its own permutations, cell-type-specific networks. Point: mean AUPRC over splits; grey bar: 95% of 2,000 exchanges of its rows among the TFs; stroke: their mean; filled: false discovery rate below 0.05."}, "image": {"alt": "For each method and data set, the mean AUPRC over splits as a point on a grey bar that holds 95% of its TF permutations, on cell-type-specific networks. The answer below says what it shows."}}
placed = audit.placed(audit.permutations(store, rows))
audit.placed_figure(placed, networks[0])

# %% mystnb={"figure": {"caption": "Each method among its own permutations, non-specific networks. Point: mean AUPRC over splits; grey bar: 95% of 2,000 exchanges of its rows among the TFs; stroke: their mean; filled: false discovery rate below 0.05."}, "image": {"alt": "For each method and data set, the mean AUPRC over splits as a point on a grey bar that holds 95% of its TF permutations, on non-specific networks. The answer below says what it shows."}}
audit.placed_figure(placed, networks[-1])

# %% tags=["hide-input", "hide-output"]
placed.drop(columns=["null_sd"]).round(4).rename(
    columns={"null_mean": "mean of the null", "n_tfs": "TFs", "n_splits": "splits"}
)

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
print(audit.describe_placed(placed))

# %% [markdown]
# On the cell-type-specific networks both p below 0.05 are InfoSEM-B's, on hESC and on mDC, with the
# first training seed. Neither remains after the correction for the number of methods and data sets. The
# permutation of a method's own rows is a fairer null than a random order of the TFs, because it keeps
# the spread of the method's scores, its ranking of the targets and its ties.
#
# ## 2. What does one gene of the pair tell?
#
# **Question.** How good is a score that uses the TF alone, or the target alone, and no label?
#
# **Method.** Each gene has six numbers: the mean, the variance and the share of zeros of its expression;
# its mean absolute correlation with all genes; the cosine of its text vector (that of Table 1) with the
# mean vector; and the number of letters of its symbol. Each number is used as a score of TFs and as a
# score of targets, with both signs. Without labels nobody knows which sign is right, so the better of
# the two signs is not a result. *Chosen by training edges* takes, on each split, the sign with the
# higher AUPRC on the training edges. This choice uses labels, through one bit. *Any of these* chooses
# among all numbers and signs in the same way, as the weight of InfoSEM's prior is chosen.

# %% mystnb={"figure": {"caption": "Scores that use one gene of a pair, cell-type-specific networks. Line: AUPRC with either sign (plus: a larger value is likelier; stroke: a smaller one); filled: the sign that training edges choose; grey: 95% of random orders of the TFs."}, "image": {"alt": "For each data set, the AUPRC of twelve scores that use one gene only, with both signs, and of the one that training edges choose; a grey band holds 95% of random orders of the TFs, on cell-type-specific networks. The answer below says what it shows."}} tags=["full-width"]
shortcuts = audit.shortcut_means(audit.shortcuts(store, rows))
audit.shortcuts_figure(shortcuts, nulls, networks[0])

# %% mystnb={"figure": {"caption": "Scores that use one gene of a pair, non-specific networks. Line: AUPRC with either sign (plus: a larger value is likelier; stroke: a smaller one); filled: the sign that training edges choose; grey: 95% of random orders of the TFs."}, "image": {"alt": "For each data set, the AUPRC of twelve scores that use one gene only, with both signs, and of the one that training edges choose; a grey band holds 95% of random orders of the TFs, on non-specific networks. The answer below says what it shows."}} tags=["full-width"]
audit.shortcuts_figure(shortcuts, nulls, networks[-1])

# %% [markdown]
# **Answer.** *The best shortcut* is picked with the labels of the test, so no user could have picked it.
# The shortcut that training edges choose *reaches* DeepSEM, InfoSEM-B or InfoSEM-BC where its mean AUPRC
# is at least that of the method with the first seed. No interval is given for this comparison.

# %% tags=["hide-input"]
print(audit.describe_shortcuts(shortcuts, rows))

# %% [markdown]
# The folded table has all numbers, by sign. Its columns are the AUPRC, the gain within TFs of part 3
# (*tf_gain*) and the gain within targets (*target_gain*). Columns that are 0 by construction are left
# out: a score of TFs, for example, has no gain within TFs.

# %% tags=["hide-output", "full-width"]
wide = shortcuts.round(3).pivot(
    index=["network", "dataset", "feature"],
    columns=["role", "sign"],
    values=["auprc", "tf_gain", "target_gain"],
)
wide.loc[:, wide.abs().max() > 0].astype(object).fillna("-")

# %% [markdown]
# ## 3. A score that shortcuts cannot win
#
# **Question.** Which methods rank the targets of a TF well, and not only the TFs?
#
# **Method.** The AUPRC is computed *within* each unseen TF with at least three positives and three
# negatives, and then averaged over TFs. TFs differ in their share of positives, and the AUPRC depends on
# this share. So the AUPRC must first be put on one scale. The table shows the same scores, with the same
# separation (AUROC), at five shares of positives:

# %% tags=["hide-input"]
audit.format_measures()

# %% [markdown]
# AUPRC divided by the share can reach 50 for a TF with few targets, but less than 2 for a TF with many:
# TFs with few targets determine its mean. AUPRC minus the share has a maximum that falls with the share:
# TFs with many targets can add little. The *gain*, (AUPRC - chance) / (1 - chance), has the same two
# ends for every TF: 0 is chance and 1 is perfect. It still depends on the share, as every function of
# AUPRC does.
#
# Here *chance* is the exact mean AUPRC over all orders of the TF's pairs. It is larger than the share of
# positives: for one positive among five pairs chance is 0.46 and the share is 0.2. The
# [glossary](../book/glossary.md) has the same definition. The pages of [published
# outputs](published.ipynb) and of [speed](speed.ipynb) take the share of positives as chance; this page
# does so for the pooled gain only. Ties are broken, so that a constant has a gain of exactly 0. The pair
# of a TF with itself is left out.
#
# The page reports four scores on this scale:
#
# - *pooled*: the AUPRC of the paper, over all pairs, with the share of positives as chance;
# - *within TFs*: the targets of each TF are ranked. A random order of the TFs gains nothing. A good
#   ranking of targets that is the same for every TF gains something;
# - *own TF*: within each TF, the AUPRC of its own row minus that of the rows of the other unseen TFs on
#   the same labels. Numbers per TF, numbers per target and their sums gain nothing. Only a score that
#   tells which targets belong to *this* TF gains;
# - *within targets*: the TFs of each target are ranked. A constant per target gains nothing. A constant
#   per TF can gain.
#
# Training seeds are averaged. For *within TFs* and *own TF* the splits of a TF are averaged, too, and
# the 95% interval is over TFs. For *pooled* and *within targets* the interval is over splits. Both are
# intervals of Student's t.

# %% mystnb={"figure": {"caption": "Four gains of each method, cell-type-specific networks: pooled, within TFs, own TF, within targets. Dot: mean; bar: 95% interval; dotted line: chance."}, "image": {"alt": "Dot plot of four gains with 95% intervals for each method, one row for each data set, with a dotted line at chance, on cell-type-specific networks. The answer below says what it shows."}} tags=["full-width"]
within = audit.within(store, rows)
summary = audit.within_summary(rows, within, audit.within_targets(store, rows))
audit.within_figure(summary, networks[0])

# %% mystnb={"figure": {"caption": "Four gains of each method, non-specific networks: pooled, within TFs, own TF, within targets. Dot: mean; bar: 95% interval; dotted line: chance."}, "image": {"alt": "Dot plot of four gains with 95% intervals for each method, one row for each data set, with a dotted line at chance, on non-specific networks. The answer below says what it shows."}} tags=["full-width"]
audit.within_figure(summary, networks[-1])

# %% [markdown]
# The gain within TFs, and the part of it that needs the right TF (*own TF*):

# %% tags=["full-width", "hide-input"]
for measure in ("within TFs", "own TF"):
    display(Markdown(f"*{measure}*"), audit.format_within(summary, measure))

# %% [markdown]
# Gain within TFs of InfoSEM-B minus that of DeepSEM, on the same TFs, with 95% intervals over TFs:

# %% tags=["hide-input"]
audit.paired_within(within, "InfoSEM-B", "DeepSEM").round(3)

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
print(audit.describe_within(summary))

# %% [markdown]
# Most methods tell which targets belong to which TF on the non-specific networks, but weakly: the 95%
# interval of *own TF* lies above 0 in most cases, and the gain is at most about 0.05. On the
# cell-type-specific networks few do: the interval lies above 0 in about a quarter of the cases.
#
# The intervals are not corrected for their number. Of forty intervals without any signal, one would lie
# above 0. Some cells are 0 by construction, such as those of One-hot LR and MatComp within TFs; they are
# counted as cases. Splits overlap and TFs share targets, which makes the intervals too narrow.
#
# ## 4. What is left without one of its inputs?
#
# **Question.** Which part of a method's score comes from expression, which from text, and which from
# labels?
#
# **Method.** Each control takes one input from a method and keeps all else. The words of the table stand
# for the names of the figures:
#
# | in the table | in the figures | what is done |
# |---|---|---|
# | *expression shuffled* | expression of other genes | each gene gets the expression of another gene |
# | *embeddings permuted* | text of other genes | each gene gets the text vector of another gene |
# | *labels shuffled within TFs* | labels of other targets | labels are shuffled among the training pairs of each TF |
# | *labels shuffled* | labels of other pairs | labels are shuffled among all training pairs |
# | *no expression* | no expression | only the prior of InfoSEM-B is fitted |
#
# The weight of the prior is chosen on training edges each time. The figures show AUPRC minus the share
# of positives: on unseen genes for methods without labels, and on unseen pairs of *seen* genes for
# methods with labels, because One-hot LR and MatComp know nothing of unseen genes. GENELink and
# InfoSEM-BC train anew on every split, so they have the first three splits only. With wrong labels
# InfoSEM-BC also loses what InfoSEM-B finds without labels. Other methods that take long are left out,
# and more of them on the non-specific networks. *InfoSEM-B (pairs)* is a method of part 6.

# %% tags=["hide-input"]
controlled = {
    network: studies.controls(
        store,
        datasets=datasets,
        network=network,
        taken=non_specific_controls if network == networks[-1] else controls,
        splits=range(n_splits),
        runner=runner,
    )
    for network in networks
}
left = {network: audit.left_by_test(runs) for network, runs in controlled.items()}
print(*(f"{network}: {len(runs)} results" for network, runs in controlled.items()), sep="\n")

# %% mystnb={"figure": {"caption": "Unseen genes, cell-type-specific networks: AUPRC minus the share of positives of methods without labels, as they are and without one of their inputs. Bars: standard errors over splits; dotted line: chance."}, "image": {"alt": "AUPRC minus the share of positives on unseen genes for each method without labels, as it is and without one of its inputs, one panel for each data set, on cell-type-specific networks. The answer below says what it shows."}}
audit.controls_figure(left[networks[0]], "unseen")

# %% mystnb={"figure": {"caption": "Unseen genes, non-specific networks: AUPRC minus the share of positives of methods without labels, as they are and without one of their inputs. Bars: standard errors over splits; dotted line: chance."}, "image": {"alt": "AUPRC minus the share of positives on unseen genes for each method without labels, as it is and without one of its inputs, one panel for each data set, on non-specific networks. The answer below says what it shows."}}
audit.controls_figure(left[networks[-1]], "unseen")

# %% mystnb={"figure": {"caption": "Seen genes, cell-type-specific networks: AUPRC minus the share of positives of methods that learn from labels, as they are and with wrong labels. Bars: standard errors over splits; dotted line: chance."}, "image": {"alt": "AUPRC minus the share of positives on seen genes for each method that learns from labels, as it is and with wrong labels, one panel for each data set, on cell-type-specific networks. The answer below says what it shows."}}
audit.controls_figure(left[networks[0]], "seen")

# %% mystnb={"figure": {"caption": "Seen genes, non-specific networks: AUPRC minus the share of positives of methods that learn from labels, as they are and with wrong labels. Bars: standard errors over splits; dotted line: chance."}, "image": {"alt": "AUPRC minus the share of positives on seen genes for each method that learns from labels, as it is and with wrong labels, one panel for each data set, on non-specific networks. The answer below says what it shows."}}
audit.controls_figure(left[networks[-1]], "seen")

# %% [markdown]
# The table has the mean of AUPRC minus the share of positives, and its standard error over splits. In a
# row *none* a star says that the 95% interval of this mean lies above 0; in the other rows a star says
# that the control takes some of it away, that is, the 95% interval of the loss on the same splits lies
# above 0.

# %% tags=["full-width", "hide-input"]
for network in networks:
    display(Markdown(f"*{network}*"), audit.format_left_of_gain(left[network]))

# %% [markdown]
# **Answer.** Here *gain* is AUPRC minus the share of positives.

# %% tags=["hide-input"]
for network in networks:
    print(network)
    print(audit.describe_controls(left[network]), end="\n\n")

# %% [markdown]
# Each control was drawn once. The luck of this one draw is not in the standard errors, and the share of
# the summed gain that is left has no interval.
#
# ## 5. Where the variance is
#
# **Question.** What changes a result most: the split, the training seed, or the choice of TFs?
#
# **Method.** Methods with several training seeds on the same splits give a table of splits by seeds. The
# analysis of variance of this table separates splits, seeds and the rest. The table prints standard
# deviations of AUPRC. For *Random TF constant* a seed is a draw of the order of the TFs. DeepSEM and
# InfoSEM-B have ten seeds on the cell-type-specific networks and three on the non-specific ones.

# %% tags=["hide-input"]
several = ["Random TF constant", "DeepSEM", "InfoSEM-B"]
components = audit.components(rows[rows["method"].isin(several)])
components.round(3)

# %% [markdown]
# The next table is about the gain within TFs: its standard deviation between TFs (*sd_tf*), and between
# the splits of one TF, which differ in their targets (*sd_rest*). The last columns are the number of TFs
# and the number of values.

# %% tags=["hide-input"]
of_tfs = audit.tf_components(within)
deep = of_tfs[of_tfs["method"].isin(["Pearson correlation", "DeepSEM", "InfoSEM-B"])]
deep.round(3)

# %% [markdown]
# **How much data would it take?** The next table compares the paper's difference between InfoSEM-B and
# DeepSEM with the standard deviation of our difference over splits. It asks for the two-sided t test at
# 5% with a power of 80%, as if the splits did not overlap. A split tests a quarter of the TFs, so four
# disjoint splits use all TFs. The columns are:
#
# - *paper*, *ours*, *sd*: the paper's difference; the mean and the standard deviation of ours over
#   *n_splits* splits;
# - *smallest*: the smallest difference that our splits could show;
# - *splits*: the number of splits that the paper's difference needs;
# - *tfs*, *of_tfs*: the number of unseen TFs on these splits, if all were different; and about how many
#   TFs there are;
# - *within*, *within_smallest*, *n_tfs*: our difference in the gain within TFs, the smallest one that
#   could be shown, and the number of TFs.

# %% tags=["hide-input"]
power = audit.power(rows, within, audit.within_targets(store, rows))
power.round(3)

# %% [markdown]
# **Answer.** The first lines are the ratio of the sd between splits to the sd between seeds on one split
# (*sd_seed* and *sd_rest* together). A ratio above 1 says that the split changes a result more than the
# seed.

# %% tags=["hide-input"]
print(audit.describe_components(components))
print(audit.describe_power(power))

# %% [markdown]
# The number of TFs that a difference needs is computed from the sd of our own difference. On the
# cell-type-specific network of hHEP our two models hardly differ, so the small sd there says nothing
# about a real gain.
#
# ### A better use of the same TFs
#
# **Question.** Does the mean AUPRC vary less if every TF is tested once?
#
# **Method.** TFs and targets are each divided into four groups. Four folds test TF group *i* on target
# group *i*. Sixteen folds test every TF group on every target group. Where the two groups differ,
# targets that are TFs are left out, because they are seen genes there. So sixteen folds have another
# mean, mostly on the non-specific networks. The folds are compared with 4, 10 and 16 random blocks of
# the same size. Only methods are used whose scores do not depend on the split, so that the same scores
# serve all designs. Each design is drawn 200 times. Its error is the standard deviation of the mean
# AUPRC over these draws. The cost of a design is its number of blocks: a method that learns from labels
# is trained once for each block. The folded table after the figure has the mean and the error of each
# design, for each network, data set and method.

# %% mystnb={"figure": {"caption": "Standard deviation of the mean AUPRC by the number of blocks, for random blocks (solid) and for folds of one division of the TFs (dashed). Both axes are logarithmic."}, "image": {"alt": "Standard deviation of the mean AUPRC against the number of blocks, logarithmic, for random blocks and for folds of one division; one panel for each network and method, one colour for each data set."}}
folds = audit.folds(store, rows)
audit.designs_figure(folds)

# %% tags=["hide-input", "hide-output"]
folds[["network", "dataset", "method", "design", "n_blocks", "mean", "sd"]].round(4)

# %% [markdown]
# **Answer.** Printed are the smallest and the largest ratio of the error of folds to the error of random
# blocks, over methods and data sets. A ratio below 1 is in favour of the folds.

# %% tags=["hide-input"]
print(audit.describe_folds(folds))

# %% [markdown]
# Four folds have a smaller error than four random blocks in every case. Against more random blocks the
# advantage is not general: four folds are worse than ten random blocks on the cell-type-specific network
# of mDC, and in most cases on the non-specific networks. On mDC sixteen folds are also worse than
# sixteen random blocks.
#
# The error here comes from drawing the blocks only. The TFs of a network are themselves a small sample.
# This second error is not included, and no design of the blocks can reduce it.
#
# ## 6. The model's own limit
#
# **Question.** The prior mean of Eq. 7 is a number for the TF plus a number for the target. It ranks the
# targets alike for every TF, so it cannot say which targets belong to which TF. Does the smallest
# extension that can say so do better?
#
# **Method.** *InfoSEM-B (pairs)* adds a bilinear term of low rank to the prior mean, $h_i B h_k^\top$
# with $B = U V^\top$ of rank 8. $V$ starts at zero, and $U$ and $V$ are learned as $w$ is. All else is
# as for InfoSEM-B, and so is the choice of the weight of the prior on training edges. The control is
# InfoSEM-B (pairs) with the text of other genes; the tables call it *InfoSEM-B (pairs), permuted*. The
# term was added to tell pairs apart, so the measure to read is *own TF* (part 3). The gain within TFs
# and the pooled gain stand beside it. The non-specific networks have more TFs and narrower intervals, so
# they are more informative. All runs of this part have the first seed only; part 3 averages ten seeds,
# or three on the non-specific networks, so its rows of DeepSEM and InfoSEM-B differ.

# %% tags=["hide-input"]
pair_rows = audit.pair_rows(pd.concat(controlled.values(), ignore_index=True))
pair_within = audit.within(store, pair_rows, runner=runner)
pair_targets = audit.within_targets(store, pair_rows, runner=runner)
pair_summary = audit.within_summary(pair_rows, pair_within, pair_targets)
for measure in ("own TF", "within TFs", "pooled"):
    display(Markdown(f"*{measure}*"), audit.format_within(pair_summary, measure))

# %% mystnb={"figure": {"caption": "A prior mean that can tell pairs apart, cell-type-specific networks: four gains of DeepSEM, InfoSEM-B and InfoSEM-B (pairs), the last with its own text and with the text of other genes (permuted). Dot: mean; bar: 95% interval; dotted line: chance."}, "image": {"alt": "Dot plot of four gains with 95% intervals for DeepSEM, InfoSEM-B and InfoSEM-B (pairs), the last with its own text and with the text of other genes, on cell-type-specific networks. The answer below says what it shows."}} tags=["full-width"]
audit.within_figure(pair_summary, networks[0])

# %% mystnb={"figure": {"caption": "A prior mean that can tell pairs apart, non-specific networks: four gains of DeepSEM, InfoSEM-B and InfoSEM-B (pairs), the last with its own text and with the text of other genes (permuted). Dot: mean; bar: 95% interval; dotted line: chance."}, "image": {"alt": "Dot plot of four gains with 95% intervals for DeepSEM, InfoSEM-B and InfoSEM-B (pairs), the last with its own text and with the text of other genes, on non-specific networks. The answer below says what it shows."}} tags=["full-width"]
audit.within_figure(pair_summary, networks[-1])

# %% [markdown]
# The folded table has the differences of InfoSEM-B (pairs) minus InfoSEM-B, minus DeepSEM and minus its
# control, on the same TFs, with 95% intervals over TFs, for *own TF* and for the gain within TFs.

# %% tags=["hide-input", "hide-output"]
pair_table = audit.pair_differences(pair_within)
pair_table.round(4)

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
print(audit.describe_pair_differences(pair_table))

# %% [markdown]
# InfoSEM-B (pairs) is not shown to be better than InfoSEM-B, DeepSEM or its control on any data set,
# neither by *own TF* nor within TFs. On the non-specific network of mDC it is worse than DeepSEM by
# both. These runs have one seed.
#
# (recommendations)=
# ## For those who make benchmarks
#
# :::{admonition} Recommendations
# :class: tip
#
# 1. **Print a null that ranks whole TFs.** Uniform noise is the wrong null for a pooled AUPRC where TFs
#    differ in their number of targets. Add random orders of the TFs, in thousands of draws that all
#    splits share. Print their range, not only their mean. The draws need only the numbers of pairs and
#    positives of each TF.
# 2. **Give each method its own null.** Exchange the rows of its scores among the TFs, in the same way on
#    all splits. No training is needed. Correct for the number of methods and data sets.
# 3. **Say how ties count.** Break them in expectation, so that a constant is at chance and not below it.
# 4. **Score within TFs, and with another TF's row.** Report the gain within TFs beside the pooled AUPRC.
#    Report also how much of it is lost with another TF's ranking of the same targets. A sum of a number
#    per TF and a number per target gains nothing there.
# 5. **Try the shortcuts first.** A property of one gene, with its sign chosen on training edges, is a
#    baseline for every method with labels.
# 6. **Resample TFs, not pairs or splits.** The TF is the unit. Random splits share TFs, so ten splits
#    are not ten independent experiments.
# 7. **Prefer four folds to four random blocks.** Four folds test every TF once, at the same cost, and
#    had the smaller error here. On the cell-type-specific network of mDC four folds were worse than ten
#    random blocks, and sixteen folds worse than sixteen.
# 8. **Say what could have been shown.** Print the smallest difference that the TFs at hand can show.
#    Where it is larger than the differences in the table, more TFs are needed, not more splits.
#
# :::
#
# ## Where the numbers come from

# %% tags=["hide-output"]
for network, part in rows.groupby("network", sort=False):
    print(network)
    display(tables.format_keys(part))
