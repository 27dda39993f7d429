# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Every reading of the paper
#
# :::{admonition} In short
#
# - **Asked.** The paper leaves choices open. Would other choices change the answers of this book? A
#   *reading* is one way to make them all. It is *ahead* where the 95% interval of its gain lies above zero.
# - **Found.** On the cell-type-specific networks text adds 0.009 AUPRC in the mean of all readings, with
#   a 95% interval from -0.002 to 0.020; the paper adds 0.049. By Hit@1% and within TFs nothing is shown
#   either. Nearly all of the gain comes from one data set, mDC (0.038, from -0.001 to 0.076), and it is
#   not shown to need the right text. This book's own reading ([Table 1](table1.ipynb)), with 0.052,
#   gains more than nearly all of them. Labels add -0.004 (-0.012 to 0.004), where the paper has 0.011. Most
#   single readings show neither a gain nor a loss: text is ahead in 13 of 180 and behind in 4 by AUPRC,
#   and in none and 16 by Hit@1%. Where the text of other genes was tried, it is ahead by AUPRC in 7 of
#   60, the right text in 4 of the same. On the non-specific networks text adds 0.0041 AUPRC (0.0009 to
#   0.0073), half of the paper's gain; by Hit@1%, within TFs, and beyond the text of other genes
#   nothing is shown.
# - **How sure?** The settings were drawn before any was run, and run in that order as far as time
#   allowed: 36 on the specific networks, 12 on the non-specific ones, each with two training seeds. All
#   are shown. Intervals hold for these TFs; for others the error over splits would be about twice as
#   large. On the specific networks more settings would narrow the interval of the mean gain from text
#   little, as most of its error is over splits. A single training says little: there, by AUPRC, the seed
#   makes 47% of the variance of the gain from text with one seed, and 59% of that from labels. Which
#   choice matters is not settled. By AUPRC it is the form of the prior (16% of the variance); with the
#   first seed alone it is the rate of the networks, and without mDC it is text and alpha. By Hit@1% and
#   within TFs it is alpha.
#
# :::
#
# **Why.** The paper's code is not published. This book had to decide what the text leaves open: which
# learning rate, which start of A, how the vectors are scaled.
#
# **Done.** Each thing that is left open is a *choice* with two to four levels
# ([all of them](#the-choices)). A *setting* takes one level of each choice. Settings are drawn at
# random, balanced over the levels, before anything is trained. Each trains DeepSEM and, with the same
# two training seeds, InfoSEM-B with several weights of the prior (*alpha*: DeepSEM's own, 10, 100 and
# 1000; on the non-specific networks, where DeepSEM's own is 100, it, 10 and 1000). Each weight is a
# *reading* of the paper. The weight that the training edges choose among them is another.
#
# Two claims of the paper are looked at. *Text helps*: InfoSEM-B is better than DeepSEM. *Labels help*:
# InfoSEM-BC is better than InfoSEM-B. Readings of text are judged on the unseen genes of Table 1's ten
# splits, readings of labels on two of them. All are shown.

# %% tags=["hide-cell"]
import tempfile

import pandas as pd
from IPython.display import HTML, Markdown, display

from infosem_study import Runner, Store, studies
from infosem_study.comparison import compare
from infosem_study.pages import multiverse
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None, "display.max_rows", None)

# %% tags=["parameters", "hide-cell"]
datasets = ["hESC", "hHEP", "mDC", "mESC"]  # or ["synthetic"]: no data needed, with configurations
configurations = None  # how many, each with several alphas; None: those that the book shows
seeds = [0, 1]  # training seeds
n_splits = 10
recompute = False  # run again what is stored
minutes = 10  # what is missing is run only if it takes no longer; it is said before it starts
n_jobs = None  # processes of one thread each; None: one for each core
ledger = "../results"

# %% tags=["hide-cell"]
check_parameters()
if configurations is None and "synthetic" in datasets:
    configurations = 2
store, runner = Store(ledger), Runner(n_jobs=n_jobs, recompute=recompute, minutes=minutes)
rows = multiverse.shown(
    store,
    datasets=datasets,
    splits=range(n_splits),
    seeds=seeds,
    configurations=configurations,
    runner=runner,
)
gains = multiverse.gains(rows)
together = multiverse.over_datasets(gains)
summary = multiverse.summary(together)
first, *others = rows["network"].unique()


def of(table, claim, network=first):
    """The rows of one claim on one network."""
    return table[(table["claim"] == claim) & (table["network"] == network)]


print(f"{len(rows)} results of {rows['key'].nunique()} keys of the ledger")

# %% [markdown]
# (the-choices)=
# ## The choices
#
# The model is explained [here](../book/model.md). In short: A is the matrix of all edges, which is
# learned; M is what the text says that A should be, made from the vectors of the genes by a vector of
# weights w; A^l is what known edges say. Levels with a star contradict what the paper prints. They tell
# what depends on it. The first level is that of this book on the cell-type-specific networks. On the
# non-specific networks a KL weight of 1 and 90 epochs are DeepSEM's own, and the other levels go beyond.

# %% tags=["full-width", "hide-input"]
multiverse.choices_table()

# %% [markdown]
# ## What came out
#
# A reading is *ahead* where the 95% interval of its gain lies above zero, *behind* where it lies below,
# and else *undecided*. Gains are means over the data sets and over two training seeds. AUPRC and Hit@1%
# rank all pairs together; *within TFs* is the gain over the targets of one TF at a time
# ([what these are](../book/benchmark.md)). Intervals cover the variation over splits and over training
# seeds. (On the other pages, those within TFs cover TFs.) Two seeds are too few to tell how far seeds
# move a single reading. So all readings of a data set that have the same alpha and form of the prior get
# the mean of their variances over seeds. The *control* of text is the text of other genes, that of
# labels the labels of other targets of the same TF. A third of the settings have one.

# %% tags=["full-width", "hide-input"]
multiverse.format_counts(summary)

# %% [markdown]
# *The same for other TFs*: what would be left if the error over splits were twice as large, as it is for
# other TFs. *Reached*: readings whose gain is the paper's or more; *in the interval*: readings whose
# interval contains the paper's gain. *With a control*: ahead and behind among the readings that have
# one; *the control*: the same with the control in place of the model, where there is nothing to learn.

# %% tags=["hide-input"]
Markdown("\n".join(f"- {line}" for line in multiverse.describe_settings(together).splitlines()))

# %% [markdown]
# A single reading decides little. Together they decide more: this is the gain in the mean of all
# readings, with intervals that cover settings, splits and training seeds, and hold for these TFs.

# %% tags=["full-width", "hide-input"]
means = multiverse.averages(rows)
multiverse.format_averages(means)

# %% [markdown]
# *The paper's is*: whether its gain lies inside the interval. *Minus the control*: how much of the gain
# needs the right text, or the right labels, in the settings that have a control. Would more settings
# narrow the intervals of text? Where the other errors are larger, not by much:

# %% tags=["hide-input"]
Markdown("\n".join(f"- {line}" for line in multiverse.describe_errors(means).splitlines()))

# %% [markdown]
# Those readings alone that leave alpha at DeepSEM's own:

# %% tags=["full-width", "hide-input"]
multiverse.format_averages(multiverse.averages(rows[rows["alpha"] == "own"]))

# %% [markdown]
# ## Text: the gain of every reading
#
# Each column of the figure is a reading: its gain above, its choices below. The readings are sorted by
# their gain. Marks that crowd at one end of a row say that this level goes with small or large gains.
# But the readings of one setting share all choices but alpha, so that a crowd can be a single setting.

# %% mystnb={"figure": {"caption": "Specification curve of the claim that text helps, by AUPRC over all pairs: InfoSEM-B minus DeepSEM, mean over the data sets, one point for each reading, with 95% intervals over splits and training seeds. The dashed line is the paper's gain in Table 1. Below, a mark for each level that a reading has. Blue readings are ahead, orange ones behind, grey ones undecided."}, "image": {"alt": "Specification curve: sorted gains in AUPRC of InfoSEM-B over DeepSEM, with intervals, above a panel that marks the level of each choice in each reading. The table of all measures below counts the readings ahead and behind."}} tags=["hide-input"]
multiverse.curve_figure(of(together, "text"), "AUPRC")

# %% mystnb={"figure": {"caption": "The same readings by Hit@1%, the share of edges among the 1% of pairs with the highest scores. The dashed line is the paper's gain in Table 1."}, "image": {"alt": "Specification curve: sorted gains in Hit@1% of InfoSEM-B over DeepSEM, with intervals, above a panel that marks the level of each choice in each reading. The table of all measures below counts the readings ahead and behind."}} tags=["hide-input"]
multiverse.curve_figure(of(together, "text"), "Hit@1%")

# %% mystnb={"figure": {"caption": "The same readings by the gain within TFs, over the targets of one TF at a time. The paper has no number for it."}, "image": {"alt": "Specification curve: sorted gains within TFs of InfoSEM-B over DeepSEM, with intervals, above a panel that marks the level of each choice in each reading. The table of all measures below counts the readings ahead and behind."}} tags=["hide-input"]
multiverse.curve_figure(of(together, "text"), "within TFs")

# %% [markdown]
# The gains by data set:

# %% mystnb={"figure": {"caption": "The gain of every reading on each data set, sorted: AUPRC over all pairs above, within TFs below, with 95% intervals over splits and training seeds. The dashed line is the paper's gain on that data set."}, "image": {"alt": "Sorted gains of InfoSEM-B over DeepSEM, a column of panels for each data set: AUPRC above, gain within TFs below, with intervals and the paper's gain. The form below has the numbers of each data set."}} tags=["hide-input"]
multiverse.datasets_figure(of(gains, "text"))

# %% [markdown]
# The gain in the mean of all readings, on each data set:

# %% tags=["full-width", "hide-input"]
each = [multiverse.averages(part, ["auprc"]) for _, part in rows.groupby("dataset", sort=False)]
multiverse.format_averages(pd.concat(each))

# %% [markdown]
# In how many readings each data set has InfoSEM ahead or behind, with the median gain:

# %% tags=["full-width", "hide-input"]
multiverse.format_datasets(gains)

# %% [markdown]
# ## Which choices matter
#
# The *share* of a choice is the part of the variance of the gain that lies between its levels. With few
# settings every choice has some share by chance; the table has this share, too. q is the rate of false
# discoveries at which the choice would be called important.

# %% tags=["hide-input"]
of_text = of(together, "text").query("against == 'rival' and measure == 'AUPRC'")
shares = multiverse.importance(of_text)
Markdown(f"{multiverse.describe_importance(shares)} {multiverse.describe_effects(of_text)}")

# %% mystnb={"figure": {"caption": "Share of the variance of the gain in AUPRC that lies between the levels of each choice, with 95% intervals by the jackknife over configurations; the stroke is the mean share where gains are dealt to the settings at random. A share is never below 0: compare a point with its stroke."}, "image": {"alt": "Dot plot of the share of variance of each choice, with intervals, beside the share by chance. The table below has the numbers."}} tags=["hide-input"]
multiverse.importance_figure(shares)

# %% tags=["hide-input"]
multiverse.format_importance(shares)

# %% [markdown]
# Is this the same by other measures, with one training seed alone, and without one of the data sets?

# %% tags=["full-width", "hide-input"]
multiverse.format_importance_elsewhere(multiverse.importance_elsewhere(of(rows, "text")))

# %% [markdown]
# The gain in the mean of the readings with each level of the choice at the top of the figure. This choice
# was picked because its share is furthest above chance, so that the difference is probably exaggerated.

# %% tags=["full-width", "hide-input"]
top, own = shares["choice"].iloc[0], of(rows, "text")
levels = multiverse.configurations(own["config"].max() + 1)
each = own.groupby(own["alpha"] if top == "alpha" else own["config"].map(levels[top]))
tables = {level: multiverse.format_averages(multiverse.averages(part)) for level, part in each}
pd.concat(tables, names=[top]).reset_index(level=0)

# %% [markdown]
# The pairs of choices that lie furthest above chance, in what they do beyond the sum of both:

# %% tags=["hide-input"]
pairs = multiverse.importance(of_text, pairs=True)
display(Markdown(multiverse.describe_importance(pairs)))
multiverse.format_importance(pairs.head(5))

# %% [markdown]
# The median gain in AUPRC by level, on each data set:

# %% tags=["hide-input"]
multiverse.by_level(of(gains, "text"))

# %% [markdown]
# ## Labels: the gain of every reading
#
# InfoSEM-BC trains anew on every split. So each setting is run with one alpha and on two splits, in turns.
# A single reading decides little: look at the whole curve.

# %% mystnb={"figure": {"caption": "Specification curve of the claim that labels help, by AUPRC over all pairs: InfoSEM-BC minus InfoSEM-B, mean over the data sets and two splits. Intervals are wide, as there are two splits; those that are widest by far are cut off. The dashed line is the paper's gain in Table 1."}, "image": {"alt": "Specification curve: sorted gains in AUPRC of InfoSEM-BC over InfoSEM-B, above a panel that marks the level of each choice in each reading. The table of all measures below counts the readings ahead and behind."}} tags=["hide-input"]
labels = of(together, "labels")
multiverse.curve_figure(labels, "AUPRC") if len(labels) else print("not run yet")

# %% mystnb={"figure": {"caption": "The same readings by Hit@1%. The dashed line is the paper's gain."}, "image": {"alt": "Specification curve: sorted gains in Hit@1% of InfoSEM-BC over InfoSEM-B, with intervals, above a panel that marks the level of each choice in each reading. The table of all measures below counts the readings ahead and behind."}} tags=["hide-input"]
multiverse.curve_figure(labels, "Hit@1%") if len(labels) else print("not run yet")

# %% mystnb={"figure": {"caption": "The same readings by the gain within TFs. The paper has no number for it."}, "image": {"alt": "Specification curve: sorted gains within TFs of InfoSEM-BC over InfoSEM-B, with intervals, above a panel that marks the level of each choice in each reading. The table of all measures below counts the readings ahead and behind."}} tags=["hide-input"]
multiverse.curve_figure(labels, "within TFs") if len(labels) else print("not run yet")

# %% [markdown]
# ## The non-specific networks
#
# Few of the pairs are edges here, so that AUPRC and its gains are small numbers. The paper's are those of
# Table 5.

# %% mystnb={"figure": {"caption": "Specification curve of the claim that text helps on the non-specific networks, by AUPRC over all pairs: InfoSEM-B minus DeepSEM, mean over the data sets, with 95% intervals over splits and training seeds. The dashed line is the paper's gain in Table 5."}, "image": {"alt": "Specification curve for the non-specific networks: sorted gains in AUPRC of InfoSEM-B over DeepSEM, above a panel that marks the level of each choice in each reading. The table of all measures below counts the readings ahead and behind."}} tags=["hide-input"]
multiverse.curve_figure(of(together, "text", *others)) if others else print("not run")

# %% mystnb={"figure": {"caption": "The same on each data set: AUPRC over all pairs above, within TFs below. The dashed line is the paper's gain on that data set."}, "image": {"alt": "Sorted gains of InfoSEM-B over DeepSEM on the non-specific networks, a column of panels for each data set: AUPRC above, gain within TFs below, with intervals and the paper's gain. The form below has the numbers of each data set."}} tags=["hide-input"]
multiverse.datasets_figure(of(gains, "text", *others)) if others else print("not run")

# %% [markdown]
# The median gain in AUPRC by level:

# %% tags=["hide-input"]
if others:
    print(multiverse.describe_effects(of(gains, "text", *others)))
multiverse.by_level(of(gains, "text", *others)) if others else print("not run")

# %% [markdown]
# ## How far would another training seed move this?
#
# Unless it says otherwise, gains above are means over two training seeds; model and rival always have
# the same one. This is what each seed gives by itself, with intervals over splits alone.

# %% tags=["full-width", "hide-input"]
by_seed = multiverse.by_seed(rows)
if len(seeds) > 1:
    of_seeds = multiverse.format_seeds(by_seed)
    is_mean = of_seeds["data set"] == "mean of all"
    display(of_seeds[is_mean] if is_mean.any() else of_seeds)
else:
    print("not run")

# %% [markdown]
# *With every seed*: ahead and behind with both. *Turned round*: ahead with one and behind with the
# other. *SD over seeds*: how far another seed moves the gain of a reading. *SD over readings*: how far
# readings with one seed differ, which includes what the seed does. *Share of the seed*: what part of the
# variance over readings with one seed is due to the seed alone; as an estimate it can exceed 100%. The
# rest is due to their choices, and for labels to their splits, too. The same on each data set:

# %% tags=["full-width", "hide-input", "hide-output"]
of_seeds[~is_mean] if len(seeds) > 1 else print("not run")

# %% mystnb={"figure": {"caption": "The gain from text of every reading, in AUPRC over all pairs on the cell-type-specific networks, mean over the data sets: the second seed against the first, with 95% intervals over splits. Readings on the dashed line are the same with both."}, "image": {"alt": "Scatter plot of gains in AUPRC of InfoSEM-B over DeepSEM with the second training seed against those with the first, with intervals in both directions. The table above counts the readings ahead and behind with each."}} tags=["hide-input"]
if len(seeds) > 1:
    mean = by_seed[by_seed["dataset"] == together["dataset"].iloc[0]]
    figure = multiverse.seeds_figure(of(mean, "text"))
figure if len(seeds) > 1 else print("not run")

# %% [markdown]
# This book's own reading has ten seeds in [Table 1](table1.ipynb).

# %% tags=["hide-input"]
if "synthetic" not in datasets:
    own = compare(
        store,
        datasets=datasets,
        methods=["DeepSEM", "InfoSEM-B"],
        splits=range(n_splits),
        seeds=studies.SEEDS,
        runner=runner,
    )
    print(multiverse.describe_seeds(own))

# %% [markdown]
# ## Pick a reading
#
# What would your own reading of the paper have given? Pick its choices.

# %% tags=["hide-input"]
HTML(multiverse.form(gains))

# %% [markdown]
# ## All measures
#
# How the test pairs are chosen is open, too, but costs no training: targets with an edge anywhere in the
# network, every gene as a target, no TF with itself. The readings that have a control stand by
# themselves, and so does the control against DeepSEM (or InfoSEM-B). This gives an idea of how often a
# reading is ahead or behind without the right text, or the right labels. It is one draw: all controls of
# a data set have the same exchange of texts.

# %% tags=["full-width", "hide-input"]
multiverse.format_summary(summary)

# %% [markdown]
# How many settings (*configurations*) have been run. All are shown.

# %% tags=["hide-input"]
multiverse.extent(rows)

# %% tags=["hide-input"]
hours, diverged = multiverse.cost(rows), multiverse.diverged(rows)
print(f"The trainings took {hours:.1f} core-hours; {diverged} diverged.")

# %% [markdown]
# ## Recomputed now
#
# The text of the simulated data tells which TFs are busy and which targets are ready. The readings
# should be ahead of their control, text of other genes. In a second set of data every gene has the text
# of another gene from the start. There the readings should lie on both sides of their control: one order
# of the text against another is luck, and intervals over splits do not tell how much.

# %%
parts = []
for name in ("synthetic:many-tfs", "synthetic:many-tfs-no-text"):
    with tempfile.TemporaryDirectory() as folder:
        live = multiverse.readings(
            Store(folder), datasets=[name], n=4, claims=["text"], runner=Runner(n_jobs=1)
        )
    found = multiverse.gains(live, ["auprc"])
    counted = multiverse.summary(found[found["against"] == "control"])
    parts.append(multiverse.format_summary(counted).assign(data=name))
pd.concat(parts, ignore_index=True).drop(columns=["network", "paper"])

# %% [markdown]
# ## Where the numbers come from

# %% tags=["hide-output"]
keys = rows.groupby(["network", "dataset", "claim", "what"], sort=False)["key"].unique()
keys.map(" ".join).to_frame()
