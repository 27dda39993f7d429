# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Embedding sensitivity: what is the text worth?
#
# :::{admonition} In short
#
# - **Asked.** Is it the content of the text that helps, or would any vectors do?
# - **Found.** It is the content: text is ahead of one-hot and random vectors, and of the same
#   vectors given to the wrong genes. It helps on hESC and mDC only, and the kind of text matters.
# - **How sure?** The differences are shown in the mean of the four data sets, with one training
#   seed and one draw of each control.
#
# :::
#
# **The question.** InfoSEM-B draws the prior mean of an effect from vectors that a language model makes of
# the two genes. The paper's Figure 4 says that it is the content of these vectors that helps: with
# BioBERT and GenePT InfoSEM-B is better than DeepSEM on unseen genes, with one-hot or random vectors
# it is not.
#
# **Done.** InfoSEM-B with each kind of vectors on the networks of [Table 1](table1.ipynb), on the
# same ten splits, with one training seed. The weight of the prior is chosen on training edges for each
# kind of vectors anew. *Text* is what Table 1 has: BioBERT vectors of symbols for hESC and mESC, MiniLM vectors of descriptions for hHEP and mDC ([which genes have
# which](../book/data.md)). All vectors are centred and scaled to unit length. GenePT's are a
# download of 574 MB that is not at hand here; `infosem.embeddings.genept` reads it. Figure 4 prints
# no numbers, so that none can stand beside ours. InfoSEM-BC, which is trained anew on every split,
# was not run with other vectors.
#
# One-hot and random vectors differ from text in more than content: their lengths, angles and
# dimension are others. Three controls are ours:
#
# - *permuted*: the text vectors themselves, each given to a wrong gene;
# - *expression shuffled*: the right vectors, but each gene has the expression of another. What is
#   then left cannot come from expression that fits the genes. Like *permuted* and *random*, this is
#   one draw;
# - *prior alone*: the prior mean of Eq. 7, fitted to where DeepSEM starts A, which is the same
#   number everywhere. No expression is used.

# %% tags=["hide-cell"]
import tempfile

import pandas as pd
from IPython.display import display

from infosem_study import Runner, Store, claims, nulls, studies, tables
from infosem_study.pages import embedding_sensitivity
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None, "display.max_rows", None)

# %% tags=["parameters", "hide-cell"]
datasets = ["hESC", "hHEP", "mDC", "mESC"]  # or ["synthetic"]: no data needed
n_splits = 10
seeds = [0]  # training seeds
recompute = False  # run again what is stored
minutes = 10  # what is missing is run only if it takes no longer; it is said before it starts
n_jobs = None  # processes of one thread each; None: one for each core
ledger = "../results"

# %% tags=["hide-cell"]
check_parameters()
store, runner = Store(ledger), Runner(n_jobs=n_jobs, recompute=recompute, minutes=minutes)
rows = studies.sensitivity(
    store,
    datasets=datasets,
    splits=range(n_splits),
    seeds=seeds,
    runner=runner,
)
counts = nulls.tf_counts(store, rows, runner=runner)  # from which constants per TF are drawn
print(f"{len(rows)} results, under {rows['key'].nunique()} keys of the ledger")

# %% [markdown]
# ## AUPRC on unseen genes
#
# Mean over splits, with its standard error in parentheses.

# %% tags=["hide-input"]
tables.format_means(rows)

# %% mystnb={"figure": {"caption": "AUPRC on unseen genes with each kind of vectors, as in Figure 4 of the paper. Bars: standard errors over splits."}, "image": {"alt": "Dot plot of the table above: mean AUPRC on unseen genes with standard errors over splits, one panel for each data set, one line for DeepSEM and for InfoSEM-B with each kind of vectors and each control; a grey band that holds 95% of random constants per TF, with a dashed line at their mean, and a dotted line at the share of positives."}}
embedding_sensitivity.methods_figure(rows, nulls.bands(counts))

# %% [markdown]
# ## Hit@1%

# %% tags=["hide-input"]
tables.format_means(rows, "unseen_hit")

# %% [markdown]
# ## Is it the content?
#
# Differences on the same splits, with the 95% interval of their mean: InfoSEM-B with text against
# DeepSEM, and against each control.

# %% tags=["hide-input"]
for against in (
    "DeepSEM",
    "InfoSEM-B, permuted",
    "InfoSEM-B, random",
    "InfoSEM-B, one-hot",
    "InfoSEM-B, expression shuffled",
    "Prior alone, text",
):
    display(tables.format_paired(rows, "InfoSEM-B, text", against))
if "InfoSEM-B, MiniLM" in set(rows["method"]):
    both = rows[rows["dataset"].isin(rows.loc[rows["method"] == "InfoSEM-B, MiniLM", "dataset"])]
    display(tables.format_paired(both, "InfoSEM-B, text", "InfoSEM-B, MiniLM"))
display(tables.format_paired(rows, "Prior alone, text", "Prior alone, permuted"))
print("10 splits overlap: the intervals are too narrow, if anything")

# %% [markdown]
# ## Verdicts
#
# Each claim is one comparison, judged by [one rule](verdicts.ipynb): *shown* where the 95% interval
# lies where the claim says, *contradicted* where it lies wholly elsewhere, or excludes the paper's
# number and shows no effect, and else *undecided*. Means are over data sets, which count as
# independent.
# Of the paper's claims and of our controls, for AUPRC on unseen genes. That vectors are *no better*
# is shown where the interval ends less than .02 above zero.

# %% tags=["full-width", "hide-input"]
judged = claims.of_page("embedding_sensitivity", embeddings=rows)
judged if len(judged) else print("none: these are not the paper's data sets")

# %% [markdown]
# Whether InfoSEM-B beats a random constant per TF, with any vectors ([what this
# is](../book/benchmark.md)): each mean among those of 2,000 draws, as on the page of
# [Table 1](table1.ipynb). The false discovery rate q is over all lines of this table, for each metric.

# %% tags=["hide-input"]
nulls.beyond_constant(rows, counts).round(4)

# %% [markdown]
# ## What it means
#
# The content of the text helps, as the paper says: text is better than DeepSEM, than one-hot and
# random vectors, and than the same vectors on the wrong genes, in the mean over data sets. It helps on
# hESC and mDC alone. On hHEP training edges choose a weight with which the prior does nothing, and on
# mESC text is worse than no text. Vectors without content are nowhere shown to
# help by more than .001.
#
# The kind of text matters. On hESC BioBERT vectors of symbols gain .12, and MiniLM vectors of
# descriptions, which say more about a gene, lie below DeepSEM.
#
# Text needs the cells: with the expression of other genes InfoSEM-B is worse, and the prior alone,
# which has seen no expression, is, too. On mDC it keeps two thirds of its gain with the expression of
# other genes: there much of it is an order of the TFs that the text alone gives.
#
# All this is of one training seed, whose luck is in none of the intervals; text and DeepSEM have ten
# on the page of [Table 1](table1.ipynb), with the same answer. The first edition of this book found no
# gain of text here: it trained with another learning rate and KL weight ([](protocol.ipynb)).
#
# What of this beats a random constant per TF says the table above. Which part of a score comes from the
# order of the TFs is a question of its own ([](audit.ipynb)).
#
# ## Length of the vectors, and sigma_w
#
# What the paper tunes is sigma_w, the scale of the prior of w. Here it has no effect to speak of
# ([why](../book/model.md)); what has is how fast w learns. RMSprop's steps do not depend on the size
# of a gradient, so that vectors ten times as long do the same as a ten times larger learning rate
# of w. One training seed, on the data set with the fewest cells.

# %% tags=["hide-input"]
scales = studies.prior_settings(
    store,
    datasets=[studies.smallest(datasets)],
    splits=range(n_splits),
    runner=runner,
)
tables.format_means(scales)

# %% [markdown]
# ## What the prior learned
#
# The prior mean is one number for the TF plus one for the target. Above, the TFs that it holds for
# the strongest regulators; below, which directions of the text these numbers use. Of the run with
# the weight that most splits chose, first training seed.

# %% mystnb={"figure": {"caption": "What the prior mean learned. Above, the ten TFs that it makes the strongest regulators; below, which directions of the text it uses."}, "image": {"alt": "Two rows of bar charts, one column for each data set. Above, the ten TFs with the largest part in the prior mean. Below, the share of the effects along each of the first ten principal components of the text embedding, for genes as regulators and as targets."}}
effects = embedding_sensitivity.prior_effects(store, rows)
embedding_sensitivity.prior_figure(effects)

# %% [markdown]
# ## Recomputed now
#
# On the synthetic data set, whose vectors are planted: they tell which genes belong together. Without
# one-hot vectors: the mean of these over genes is zero, so that the first gradient of w is what a
# processor leaves of zero by rounding. RMSprop makes steps of it all the same, and the third digit
# depends on the processor.

# %%
with tempfile.TemporaryDirectory() as folder:
    live = studies.sensitivity(
        Store(folder), datasets=["synthetic"], splits=range(2), seeds=[0], runner=Runner(n_jobs=1)
    )
tables.format_means(live[live["method"] != "InfoSEM-B, one-hot"])

# %% [markdown]
# ## Where the numbers come from

# %% tags=["hide-output"]
tables.format_keys(rows)
