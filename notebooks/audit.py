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
# - **Asked.** What is a score on unseen genes worth? How much of it is luck, or the order of the
#   TFs?
# - **Found.** Much of it can be luck: a random number for each TF often has as high an AUPRC as a
#   method. What text adds is an order of the TFs. Hardly any method tells which targets belong to
#   which TF.
# - **How sure?** The draws are many, the TFs few: on the cell-type-specific networks only large
#   effects could have been shown. Each part prints how large.
#
# :::
#
# **The question.** The paper {cite:p}`cui2025infosem` compares methods by one number, the AUPRC of
# *interactions between unseen genes*, averaged over ten random blocks. How large can it get by luck?
# How far does it rise for a score that looks at one gene of a pair only? Does a method that
# wins it know which targets belong to which TF? And how many TFs would it take to tell two methods
# apart?
#
# **Done.** The methods of [Table 1](table1.ipynb) are audited on the cell-type-specific and on the
# non-specific networks, on the splits of the [benchmark](../book/benchmark.md). The audit needs
# scores, which the ledger does not keep. Left out are GENELink (but for part 4), whose scores of unseen
# genes are constant; scGREAT, which has five splits; RegDiffusion on the cell-type-specific networks, for
# time; and variants of a method (InfoSEM-B with a bias, MatComp's rank by cross-validation). Parts 3 and
# 5 rest on all training seeds of Table 1 and of the [appendix](appendix.ipynb). The other parts rest on
# the first seed, which is one of the better ones for InfoSEM-B on mDC, and a bad one for DeepSEM on the
# non-specific network of hHEP.
#
# Each part has a question, a method, a figure and an answer. The answers are printed from the
# results. To read this page takes an hour; the [last section](#recommendations) is what to take
# along.
#
# The ledger holds no scores. What is needed of them lies in small tables beside it
# (`results/nulls/`, `tf-counts/`, `permutation/`, `shortcuts/`, `audit/`, `within-targets/`,
# `folds/`), each line with the key of its run. What is missing is computed: `infosem-study run audit`.

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
# **Question.** What AUPRC and Hit@1% do scores get that know nothing?
#
# **Method.** On every unseen block, draws of: *noise*, a random number for every pair; a *TF
# constant*, one number for all pairs of a TF; a *target constant*; and the *sum* of a TF's and a
# target's. A draw of the constants is shared by all splits, as a method's opinion of a TF is. The
# *mean over splits* is what a table prints. TF constants are drawn 2,000 times: they need no more
# than the numbers of pairs and positives of each TF. These are the draws behind every band and every
# test against TF constants in this book. The others need all pairs, and are drawn 200 times.
#
# Most constants are ties. By default pairs of the same score share one threshold. With *ties broken*
# the AUPRC is the mean over all orders of tied pairs, computed exactly; it is what tiny noise on
# top of the constants would give. One constant for all pairs has the share of positives in the
# first case, and what noise gets on average in the second.

# %% tags=["hide-input"]
nulls = audit.nulls(store, rows)
audit.format_nulls(nulls)

# %% mystnb={"figure": {"caption": "Scores without information, cell-type-specific networks. AUPRC and Hit@1% that noise, a constant per TF, a constant per target and their sum reach: 95% of the draws, with the mean."}, "image": {"alt": "Ranges of AUPRC and Hit@1% of four kinds of scores without information on cell-type-specific networks, one column of panels for each data set: noise is narrow and near the share of positives, a constant per TF is wide and reaches far to both sides; its mean AUPRC lies above the share, its mean Hit@1% hardly."}}
audit.nulls_figure(nulls, networks[0])

# %% mystnb={"figure": {"caption": "Scores without information, non-specific networks. AUPRC and Hit@1% that noise, a constant per TF, a constant per target and their sum reach: 95% of the draws, with the mean."}, "image": {"alt": "Ranges of AUPRC and Hit@1% of four kinds of scores without information, one column of panels for each data set, on non-specific networks. The answer below says what it shows."}}
audit.nulls_figure(nulls, networks[-1])

# %% [markdown]
# **Answer.** Differences from the share of positives:

# %% tags=["hide-input"]
print(audit.describe_nulls(nulls))

# %% [markdown]
# An order of the TFs is a lottery with few tickets, and the fewer TFs are tested, the larger
# its prizes. It is asymmetric: a busy TF in front wins more than it loses at the end. What breaking
# ties takes from the mean of TF constants is owed to the shared threshold, at which all pairs of
# a TF count at once; the rest is owed to the lottery.
#
# ### Each method in its own lottery
#
# **Method.** A method's own scores stay as they are, but their rows are exchanged among all TFs of
# the data set, 2,000 times: which TF is which is lost, and all else is kept, such as how spread its
# scores are, what it thinks of targets, and its ties. One permutation serves all splits, so that
# each gives one mean over the splits. p is the part of these means that reach the method's, itself
# counted as one of them. The splits and the network stay as they are: that the splits share TFs
# does no harm. *q* is the false discovery rate over the methods and data sets of a network that
# stand in the table.
#
# Methods that learn from labels are left out. Their scores differ from split to split, and those of
# a TF were made with its labels where it was seen: one permutation for all splits would mix the two.
# Of InfoSEM-B only the weight of the prior was chosen on training edges, split by split; the
# permutations do not choose it again. Runs of trees and of RegDiffusion that took longer than 100 s
# are left out, too: their scores are not kept and would have to be made again.

# %% mystnb={"figure": {"caption": "Each method in its own lottery, cell-type-specific networks. Point: mean AUPRC over splits; grey bar: 95% of 2,000 exchanges of its rows among the TFs; filled: false discovery rate below 0.05."}, "image": {"alt": "For each method and data set, the mean AUPRC over splits as a point on a grey bar that holds 95% of its TF permutations, on cell-type-specific networks. The answer below says what it shows."}}
placed = audit.placed(audit.permutations(store, rows))
audit.placed_figure(placed, networks[0])

# %% mystnb={"figure": {"caption": "Each method in its own lottery, non-specific networks. Point: mean AUPRC over splits; grey bar: 95% of 2,000 exchanges of its rows among the TFs; filled: false discovery rate below 0.05."}, "image": {"alt": "For each method and data set, the mean AUPRC over splits as a point on a grey bar that holds 95% of its TF permutations, on non-specific networks. The answer below says what it shows."}}
audit.placed_figure(placed, networks[-1])

# %% tags=["hide-input"]
placed.drop(columns=["null_sd"]).round(4).rename(
    columns={"null_mean": "mean of the null", "n_tfs": "TFs", "n_splits": "splits"}
)

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
print(audit.describe_placed(placed))

# %% [markdown]
# ## 2. What does one gene of the pair tell?
#
# **Question.** How good is a score that looks at the TF alone, or at the target alone, and at no
# label?
#
# **Method.** Six numbers of a gene: mean, variance and share of zeros of its expression; its mean
# absolute correlation with all genes; the cosine of its text vector (that of Table 1) with the mean
# vector; and the number of letters of its symbol. Each is used as a score of TFs and of targets, with
# both signs. Which sign is right is not known without labels, so the better of two is no
# result. *Chosen by training edges* takes on each split the sign with the higher AUPRC on the
# training edges: it uses labels, through one bit. *Any of these* chooses among all in the
# same way, as the weight of InfoSEM's prior is chosen.

# %% mystnb={"figure": {"caption": "Scores that look at one gene of a pair, cell-type-specific networks. AUPRC with either sign, and of the one that training edges choose; grey: 95% of random constants per TF."}, "image": {"alt": "For each data set, the AUPRC of twelve scores that look at one gene only, with both signs, and of the one that training edges choose; a grey band holds 95% of random constants per TF, on cell-type-specific networks. The answer below says what it shows."}} tags=["full-width"]
shortcuts = audit.shortcut_means(audit.shortcuts(store, rows))
audit.shortcuts_figure(shortcuts, nulls, networks[0])

# %% mystnb={"figure": {"caption": "Scores that look at one gene of a pair, non-specific networks. AUPRC with either sign, and of the one that training edges choose; grey: 95% of random constants per TF."}, "image": {"alt": "For each data set, the AUPRC of twelve scores that look at one gene only, with both signs, and of the one that training edges choose; a grey band holds 95% of random constants per TF, on non-specific networks. The answer below says what it shows."}} tags=["full-width"]
audit.shortcuts_figure(shortcuts, nulls, networks[-1])

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
print(audit.describe_shortcuts(shortcuts, rows))

# %% [markdown]
# With all numbers, by sign (*tf_gain* is the gain within TFs of the next part, *target_gain* that
# within targets; left out is what is 0 by construction, as the gain of a score of TFs within TFs):

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
# **Question.** Who ranks the targets of a TF well, and not only the TFs?
#
# **Method.** The AUPRC is taken *within* each unseen TF with at least three positives and three
# negatives, and the TFs are averaged. TFs differ in their share of positives, and the AUPRC with
# it, so that it must be put on one scale first. The same scores, of the same separation (AUROC),
# at five shares of positives:

# %% tags=["hide-input"]
audit.format_measures()

# %% [markdown]
# AUPRC divided by the share can reach 50 for one TF and hardly 2 for another: the mean is that of
# the TFs with few targets. The difference has a limit that falls with the share: busy TFs can add
# little. The *gain* (AUPRC - chance) / (1 - chance) has the same two ends for every TF, 0 for
# chance and 1 for perfect. It is not free of the share either, as no function of AUPRC is.
# *Chance* is the mean over all orders of the pairs, not the share of positives: with one
# positive among five pairs it is 0.46, not 0.2. Ties are broken, so that constants have 0 exactly.
# A TF with itself is left out.
#
# Four scores on this scale:
#
# - *pooled*: the AUPRC of the paper, over all pairs;
# - *within TFs*: what is constant within a TF gains nothing. A good ranking of targets, the same for
#   every TF, does;
# - *own TF*: within each TF, the AUPRC of its own row less that of the rows of the other
#   unseen TFs on the same labels. Neither constants per TF nor constants per target can win it, nor
#   their sum; what remains is which targets belong to *this* TF;
# - *within targets*: the TFs of a target are ranked. Constants per target gain nothing, those per TF
#   do.
#
# Training seeds are averaged. For the second and the third, a TF's splits are, too, and the 95%
# interval is over TFs. For the others it is over splits. Both are Student's.

# %% mystnb={"figure": {"caption": "Four gains of each method, cell-type-specific networks: pooled, within TFs, own TF, within targets. Bars are 95% intervals; the dotted line is chance."}, "image": {"alt": "Dot plot of four gains with 95% intervals for each method, one row for each data set, with a dotted line at chance, on cell-type-specific networks. The answer below says what it shows."}} tags=["full-width"]
within = audit.within(store, rows)
summary = audit.within_summary(rows, within, audit.within_targets(store, rows))
audit.within_figure(summary, networks[0])

# %% mystnb={"figure": {"caption": "Four gains of each method, non-specific networks: pooled, within TFs, own TF, within targets. Bars are 95% intervals; the dotted line is chance."}, "image": {"alt": "Dot plot of four gains with 95% intervals for each method, one row for each data set, with a dotted line at chance, on non-specific networks. The answer below says what it shows."}} tags=["full-width"]
audit.within_figure(summary, networks[-1])

# %% [markdown]
# Within TFs, and the part of it that needs the TF to be the right one:

# %% tags=["full-width", "hide-input"]
for measure in ("within TFs", "own TF"):
    display(Markdown(f"*{measure}*"), audit.format_within(summary, measure))

# %% [markdown]
# InfoSEM-B less DeepSEM within the same TFs, with intervals over TFs:

# %% tags=["hide-input"]
audit.paired_within(within, "InfoSEM-B", "DeepSEM").round(3)

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
print(audit.describe_within(summary))

# %% [markdown]
# The intervals are not corrected for their number: of forty without any signal one
# would lie above 0. Targets are shared by TFs, which makes them too narrow.
#
# ## 4. What is left without one of its inputs?
#
# **Question.** Which part of a method's score comes from expression, which from text, which from
# labels?
#
# **Method.** One input is taken from a method at a time, and all else is kept: the *expression* of
# every gene is given to another; its *text vector* is; *labels* of the training pairs are drawn
# anew within every TF, or over all pairs; or there is *no expression* at all, and the prior of
# InfoSEM-B is fitted alone. The weight of the prior is chosen on training edges each time. Shown is
# AUPRC minus the share of positives: on unseen genes for methods without labels, on unseen pairs of
# *seen* genes for those with labels, as One-hot LR and MatComp can tell nothing of unseen ones.
# GENELink and InfoSEM-BC, which train anew on every split, have the first three splits. Wrong labels
# take from InfoSEM-BC what InfoSEM-B knows of seen genes without any, too. Other methods that take
# long are left out, and more on the non-specific networks. *InfoSEM-B (pairs)* is a method
# of part 6.

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

# %% mystnb={"figure": {"caption": "Unseen genes, cell-type-specific networks: AUPRC minus the share of positives of methods without labels, as they are and without one of their inputs."}, "image": {"alt": "AUPRC minus the share of positives on unseen genes for each method without labels, as it is and without one of its inputs, one panel for each data set, on cell-type-specific networks. The answer below says what it shows."}}
audit.controls_figure(left[networks[0]], "unseen")

# %% mystnb={"figure": {"caption": "Unseen genes, non-specific networks: AUPRC minus the share of positives of methods without labels, as they are and without one of their inputs."}, "image": {"alt": "AUPRC minus the share of positives on unseen genes for each method without labels, as it is and without one of its inputs, one panel for each data set, on non-specific networks. The answer below says what it shows."}}
audit.controls_figure(left[networks[-1]], "unseen")

# %% mystnb={"figure": {"caption": "Seen genes, cell-type-specific networks: AUPRC minus the share of positives of methods that learn from labels, as they are and with wrong labels."}, "image": {"alt": "AUPRC minus the share of positives on seen genes for each method that learns from labels, as it is and with wrong labels, one panel for each data set, on cell-type-specific networks. The answer below says what it shows."}}
audit.controls_figure(left[networks[0]], "seen")

# %% mystnb={"figure": {"caption": "Seen genes, non-specific networks: AUPRC minus the share of positives of methods that learn from labels, as they are and with wrong labels."}, "image": {"alt": "AUPRC minus the share of positives on seen genes for each method that learns from labels, as it is and with wrong labels, one panel for each data set, on non-specific networks. The answer below says what it shows."}}
audit.controls_figure(left[networks[-1]], "seen")

# %% [markdown]
# Mean and standard error over splits. A star stands where the 95% interval lies above 0: of the gain
# for the method as it is, and of what a control takes from it, on the same splits, for the others.

# %% tags=["full-width", "hide-input"]
for network in networks:
    display(Markdown(f"*{network}*"), audit.format_left_of_gain(left[network]))

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
for network in networks:
    print(network)
    print(audit.describe_controls(left[network]), end="\n\n")

# %% [markdown]
# ## 5. Where the variance is
#
# **Question.** What moves a result most: the split, the training seed, or which TFs there are?
#
# **Method.** Methods with several training seeds on the same splits give a crossed table, whose
# analysis of variance separates splits, seeds and the rest (standard deviations of AUPRC). For
# *Random TF constant*, a seed is a draw of the constants; the models have ten seeds, and three on the
# non-specific networks.

# %% tags=["hide-input"]
several = ["Random TF constant", "DeepSEM", "InfoSEM-B"]
components = audit.components(rows[rows["method"].isin(several)])
components.round(3)

# %% [markdown]
# Within TFs: the standard deviation of the gain between TFs (*sd_tf*), and between the splits of one
# TF (*sd_rest*), where it has other targets; of how many TFs, and values in all.

# %% tags=["hide-input"]
of_tfs = audit.tf_components(within)
deep = of_tfs[of_tfs["method"].isin(["Pearson correlation", "DeepSEM", "InfoSEM-B"])]
deep.round(3)

# %% [markdown]
# **How much data would it take?** The paper's difference between InfoSEM-B and DeepSEM, beside the
# standard deviation of ours over splits, and how many splits the two-sided t test at 5% needs to see
# it with a power of 80%, as if they did not overlap. A split
# tests a fourth of the TFs: after four disjoint ones there are no more. *smallest* is the difference
# that our splits could show, *splits* how many the paper's takes, *tfs* the unseen TFs on these, were
# they all different, and *of_tfs* about how many there are. The last columns are the same within TFs:
# our difference, the smallest that could be shown, and of how many TFs.

# %% tags=["hide-input"]
power = audit.power(rows, within, audit.within_targets(store, rows))
power.round(3)

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
print(audit.describe_components(components))
print(audit.describe_power(power))

# %% [markdown]
# ### A better use of the same TFs
#
# **Question.** Is the number less of a draw if every TF is tested once?
#
# **Method.** TFs and targets are divided into four groups each. Four folds test TF group *i* on
# target group *i*; sixteen test every TF group on every target group, without the targets that are
# seen TFs, so that they have another mean where most targets are TFs. Against them stand 4, 10 and
# 16 random blocks of the same size. For methods whose scores do not depend on the split the same
# scores serve all designs; each design is drawn 200 times. Its error is the standard deviation
# of the mean AUPRC over these draws. The number of blocks is the cost: a method that learns from
# labels is trained once for each.

# %% mystnb={"figure": {"caption": "How much the mean AUPRC still varies with the number of blocks, for blocks drawn at random and for folds of one division of the TFs."}, "image": {"alt": "Standard deviation of the mean AUPRC against the number of blocks, logarithmic, for random blocks and for folds of one division; one panel for each network and method, one colour for each data set."}}
folds = audit.folds(store, rows)
audit.designs_figure(folds)

# %% tags=["hide-input"]
folds[["network", "dataset", "method", "design", "n_blocks", "mean", "sd"]].round(4)

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
print(audit.describe_folds(folds))

# %% [markdown]
# This is the error that comes from drawing the blocks. That the TFs of the network are
# themselves a sample, and a small one, is not in it, and no design can mend it.
#
# ## 6. The model's own limit
#
# **Question.** The prior mean of Eq. 7 is a number for the TF plus a number for the target. It ranks
# the targets alike for every TF: it cannot say which targets belong to which TF. Does the smallest
# extension that can say it do better?
#
# **Method.** *InfoSEM-B (pairs)* adds a bilinear term of low rank to the prior mean,
# $h_i B h_k^\top$ with $B = U V^\top$ of rank 8. $V$ starts at zero and both learn as $w$ does; all
# else, the choice of the weight of the prior on training edges included, is as for InfoSEM-B. Its
# control has the text vectors permuted. It is judged by what it was made for, the gain that needs
# the TF to be the right one (*own TF*, part 3), beside the gain within TFs and the pooled one. The
# non-specific networks, where TFs are many and intervals narrow, say more.

# %% tags=["hide-input"]
pair_rows = audit.pair_rows(pd.concat(controlled.values(), ignore_index=True))
pair_within = audit.within(store, pair_rows, runner=runner)
pair_targets = audit.within_targets(store, pair_rows, runner=runner)
pair_summary = audit.within_summary(pair_rows, pair_within, pair_targets)
for measure in ("own TF", "within TFs", "pooled"):
    display(Markdown(f"*{measure}*"), audit.format_within(pair_summary, measure))

# %% mystnb={"figure": {"caption": "A prior mean that can tell pairs apart, cell-type-specific networks: four gains of DeepSEM, InfoSEM-B and InfoSEM-B (pairs), with text and with permuted text. Bars are 95% intervals."}, "image": {"alt": "Dot plot of four gains with 95% intervals for DeepSEM, InfoSEM-B and the pair-aware InfoSEM-B, with text and with permuted text, on cell-type-specific networks. The answer below says what it shows."}} tags=["full-width"]
audit.within_figure(pair_summary, networks[0])

# %% mystnb={"figure": {"caption": "A prior mean that can tell pairs apart, non-specific networks: four gains of DeepSEM, InfoSEM-B and InfoSEM-B (pairs), with text and with permuted text. Bars are 95% intervals."}, "image": {"alt": "Dot plot of four gains with 95% intervals for DeepSEM, InfoSEM-B and the pair-aware InfoSEM-B, with text and with permuted text, on non-specific networks. The answer below says what it shows."}} tags=["full-width"]
audit.within_figure(pair_summary, networks[-1])

# %% [markdown]
# The pair-aware prior less its rivals, within the same TFs, with intervals over TFs:

# %% tags=["hide-input"]
pair_table = audit.pair_differences(pair_within)
pair_table.round(4)

# %% [markdown]
# **Answer.**

# %% tags=["hide-input"]
print(audit.describe_pair_differences(pair_table))

# %% [markdown]
# (recommendations)=
# ## For those who make benchmarks
#
# :::{admonition} Recommendations
# :class: tip
#
# 1. **Print a null that plays the same lottery.** Uniform noise is the wrong one for a pooled
#    AUPRC where TFs differ in their number of targets. Add a random constant per TF, in thousands of
#    draws that all splits share, and give its range, not only its mean. Counts per TF are enough.
# 2. **Give each method its own null.** Exchange the rows of its scores among the TFs, in the same way
#    on all splits. It costs no training. Correct for the number of methods and data sets.
# 3. **Say how ties count,** and break them in expectation, so that a constant is at chance and not
#    below it.
# 4. **Score within TFs, and with another TF's row.** Report the gain within TFs beside the pooled
#    AUPRC, and the part of it that another TF's ranking of the same targets does not have. A sum of
#    a number per TF and a number per target cannot win the latter.
# 5. **Try the shortcuts first.** A property of one gene, its sign chosen on training edges, is a
#    baseline that any method with labels has to beat.
# 6. **Resample TFs, not pairs or splits.** The TF is the unit. Random splits repeat the same ones, and
#    ten splits are not ten experiments.
# 7. **Test every TF once:** grouped folds of TFs and targets instead of random blocks.
# 8. **Say what could have been shown.** Print the smallest difference that the TFs at hand can show.
#    Where it is larger than the differences in the table, more TFs are needed, not more splits.
# :::
#
# ## Where the numbers come from

# %% tags=["hide-output"]
for network, part in rows.groupby("network", sort=False):
    print(network)
    display(tables.format_keys(part))
