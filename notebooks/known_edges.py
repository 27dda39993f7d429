# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Known edges: do databases help?
#
# :::{admonition} In short
#
# - **Asked.** Do edges that a database has, measured in other cells, improve the network of a cell
#   type, and does InfoSEM make more of them than a simple mask does?
# - **Found.** The edges help, on all four data sets: they are worth more than the edges of other TFs and
#   than edges drawn anew. InfoSEM makes no more of them than a mask: multiplying DeepSEM's scores by
#   the edges does as well. The paper's prior holds absent edges too firmly; with a weaker one InfoSEM is
#   better than with the paper's, and still not shown to be ahead of the mask.
# - **How sure?** The help of the edges is shown over TFs, within each TF, with three training seeds and
#   a new control for each. What a database shares with the test by origin is not known, and would
#   count as help.
#
# :::
#
# **The question.** The second prior of InfoSEM {cite:p}`cui2025infosem` takes known edges (Section 3.3). In
# the paper they are labels of the network that is judged. A user has none of these, but databases of
# edges that were measured in other cells. Do they improve the network of a cell type, and does the
# model make more of them than a simple mask does?
#
# **Done.** InfoSEM-BC is told the edges of a *database*, and judged on the cell-type-specific network,
# no label of which is used. So one training serves all pairs: all TFs that the database knows, and
# every gene as a target. The database is BEELINE's non-specific network (STRING was not run yet). It
# may hold experiments on the same cells: what a database and a test share by origin is not known,
# and would count as help.
#
# - *Controls* take one thing away: the right TF (each TF has the edges of another, so that targets stay
#   as popular as they are), the right pair (edges are drawn anew, TFs and targets keep how many they
#   have), the expression (each gene has that of another), or the edges (InfoSEM-B, with the same
#   settings).
# - *Masks* know the same edges: the edges alone, and the scores of DeepSEM, InfoSEM-B, Pearson
#   correlation and GRNBoost2 times .95 for an edge of the database and .05 for none.
# - *Scores of a target alone*: its number of regulators in the database, its mean expression, and
#   One-hot LR on the edges, which adds a number of the TF. (MatComp fills in what is unknown; here no
#   pair is.)
# - *Measures*, all by TF: the gain [within TFs](audit.ipynb) first; *own TF*, what of it the rows of
#   other TFs do not have on the same labels, so that no score of a target alone can win it; *beyond
#   popularity*, the rank correlation of scores and labels within a TF, without what mean expression and
#   the number of regulators tell; gains on *new pairs*, which the database lacks, and on those
#   that it has; within targets; and AUPRC and Hit@1% over all pairs.
# - *Intervals* are 95%, over TFs, by the bootstrap. A difference is one within the same TFs. Training
#   seeds are averaged; each draws its controls anew.

# %% tags=["hide-cell"]
import tempfile

import pandas as pd
from IPython.display import Markdown, display

from infosem_study import Runner, Store
from infosem_study.pages import known_edges
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None, "display.max_rows", None)

# %% tags=["parameters", "hide-cell"]
datasets = list(known_edges.SHOWN["datasets"])  # or ["synthetic"]: no data needed
parts = list(known_edges.SHOWN["parts"])  # of known_edges.PARTS: what is trained
seeds = list(known_edges.SHOWN["seeds"])  # of training and of controls
n_splits = 10  # for the ledger; nothing here depends on them
recompute = False  # run again what is stored
minutes = 10  # what is missing is run only if it takes no longer; it is said before it starts
n_jobs = None  # processes of one thread each; None: one for each core
ledger = "../results"

# %% tags=["hide-cell"]
check_parameters()
store, runner = Store(ledger), Runner(n_jobs=n_jobs, recompute=recompute, minutes=minutes)
table = known_edges.judged(
    store, datasets=datasets, parts=parts, seeds=seeds, splits=range(n_splits), runner=runner
)
first = table["database"].iloc[0]
main = known_edges.of_database(table, first)
print(f"{table['key'].nunique()} runs, {main['tf'].nunique()} TFs that the database knows")

# %% [markdown]
# ## The answer

# %% tags=["hide-input"]
print(known_edges.answers(table))

# %% [markdown]
# That is a strict rule: every rival and every control at once. One by one:

# %% mystnb={"figure": {"caption": "InfoSEM-BC with the edges of a database, less each control and rival: difference of the gain within TFs, with 95% intervals over TFs. Filled: the interval lies above 0."}, "image": {"alt": "Dot plot of differences of the gain within TFs with 95% intervals, one panel for each data set and one for their mean, one line for each control and rival of InfoSEM-BC with known edges; a dotted line at 0. The answer above says what it shows, the table below has the numbers."}} tags=["full-width"]
found = known_edges.differences(main, known_edges.model(), known_edges.EVERYONE[1:])
known_edges.differences_figure(found, "within")

# %% mystnb={"figure": {"caption": "The same, of what the rows of other TFs do not have (own TF). Scores that look at the target alone have 0 there."}, "image": {"alt": "Dot plot of differences of the gain of the own TF with 95% intervals, one panel for each data set and one for their mean, one line for each control and rival of InfoSEM-BC with known edges; a dotted line at 0. The answer above says what it shows, the table below has the numbers."}} tags=["full-width"]
known_edges.differences_figure(found, "own")

# %% [markdown]
# ## What everybody has

# %% tags=["full-width", "hide-input"]
have = known_edges.gains(main, known_edges.EVERYONE)
for measure in have["measure"].unique():
    name = known_edges.MEASURES[measure]
    display(Markdown(f"*{name}*"), known_edges.format_table(have, measure))

# %% [markdown]
# ## InfoSEM-BC less everybody else

# %% tags=["full-width", "hide-input"]
for measure in ("within", "own", "partial", "new", "pooled", "hit"):
    name = known_edges.MEASURES[measure]
    display(Markdown(f"*{name}*"), known_edges.format_table(found, measure, "against"))

# %% tags=["hide-input"]
print(known_edges.describe(found[found["measure"].isin(["within", "own", "new"])]))

# %% [markdown]
# ## A mask beside its own controls
#
# DeepSEM's scores times the edges, less the same with other edges, and less DeepSEM.

# %% tags=["full-width", "hide-input"]
masked = known_edges.differences(
    main, known_edges.mask("DeepSEM"), known_edges.OF_MASK, ["within", "own"]
)
print(known_edges.describe(masked))
known_edges.format_table(masked, "within", "against")

# %% [markdown]
# ## How firmly are absent edges held?
#
# Eq. 9 holds a pair that the database lacks as firmly as one that it has. But what a database lacks is
# hardly known to be none. With *low trust* the prior of absent edges has ten times the standard
# deviation, and with *unknown* they have none. Which of the forms is used on a data set is chosen on the
# other ones, so that nothing is chosen on its own test.

# %% tags=["full-width", "hide-input"]
forms = [known_edges.model(form=form) for form in known_edges.FORMS]
of_forms = known_edges.gains(main, [*forms, known_edges.mask("DeepSEM")])
for measure in ("within", "own", "new"):
    name = known_edges.MEASURES[measure]
    display(Markdown(f"*{name}*"), known_edges.format_table(of_forms, measure))
print(known_edges.describe_forms(known_edges.chosen_forms(main)))

# %% [markdown]
# ## New pairs, and TFs that the database does not know
#
# On pairs that the database lacks, a mask changes nothing within a TF. The model could: it ties the
# pairs of a TF, and those of a target. Less InfoSEM-B, on new pairs of the same TFs (above), and on the
# TFs of which the database has no edge:

# %% tags=["hide-input"]
unknown = known_edges.of_database(table, first, known=False)
others = known_edges.Who("InfoSEM-B", "")
if len(unknown):
    told = known_edges.differences(unknown, known_edges.model(), [others], ["within"])
    print(known_edges.describe(told))
else:
    print("The database knows all TFs.")

# %% [markdown]
# ## How many edges does it take?

# %% mystnb={"figure": {"caption": "Gain within TFs with a part of the database's edges, with 95% intervals over TFs."}, "image": {"alt": "Line plot of the gain within TFs against the percentage of the edges that are known, one panel for each data set, for InfoSEM-BC, DeepSEM times the edges, and the edges alone, with 95% intervals; a dotted line at 0."}} tags=["full-width"]
by_percent = known_edges.by_percent(table, first)
if by_percent["percent"].nunique() > 1:
    display(known_edges.percents_figure(by_percent, "within"))
else:
    print("Fewer edges were not run yet.")

# %% [markdown]
# ## What it means
#
# *Known edges help.* InfoSEM-BC with the edges of a database ranks the targets of a TF better than with
# the edges of other TFs, and than with edges that keep how many both sides have; and that is so for
# *own TF*, too, which no score of the target alone can win. It is so on every data set, or on all but
# one. The same holds for the edges times DeepSEM's scores.
#
# *The model adds nothing to a mask.* InfoSEM-BC is nowhere ahead of the edges times DeepSEM's or
# InfoSEM-B's scores. Where each gene has the expression of another, it is as good: what it ranks well
# are the pairs that it was told, and the cells hardly move it from there. On pairs that the database lacks
# it is no better than InfoSEM-B.
#
# *Absent edges are held too firmly.* An edge that a database lacks is hardly known to be none. With a
# prior of absent edges that is ten times as wide, InfoSEM-BC is better than with the paper's, within TFs
# and on new pairs; the other data sets choose that form for each data set. It then does as well as the
# mask. To be told nothing of absent edges is worse: then hardly anything is left of the help.
#
# *Mind the target.* In the mean of the data sets, the mean expression of the target alone has a higher
# gain within TFs than InfoSEM-BC, and so has One-hot LR on the edges, which adds a number of the target.
# ChIP-seq finds more at genes that are on. Only *own TF* tells the two apart.
#
# So for one's own cells: known edges are worth having. Multiplying by them is the simple way;
# `infosem infer --edges FILE --absent-trust 0.01` does as well, and says of each edge whether it was
# known.
#
# ## Recomputed now
#
# On the synthetic data set, whose database holds half of the edges that are planted, and another as
# many that have nothing to do with it.

# %%
with tempfile.TemporaryDirectory() as folder:
    live = known_edges.judged(
        Store(folder),
        datasets=["synthetic"],
        parts=["controls"],
        seeds=[0],
        splits=range(1),
        runner=Runner(n_jobs=1),
    )
print(known_edges.answers(live))

# %% [markdown]
# ## Where the numbers come from
#
# Measures of a TF and a run are in `results/known-edges/`, each line with the key of the run that the
# score is of; what no run was made for stands under that of Random. `infosem-study run known-edges`
# computes what is missing.

# %% tags=["hide-output"]
table.groupby(["dataset", "score", "edges", "form", "percent"], sort=False)["key"].unique().map(
    ", ".join
).rename("keys").reset_index()
