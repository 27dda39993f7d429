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
#   type? Does InfoSEM make more of them than a simple mask does?
# - **Found.** True edges are worth more than wrong ones on all four data sets: than the edges of other
#   TFs, and than edges drawn anew. Against no edges, InfoSEM-BC with the paper's prior is shown to be
#   ahead on one data set. InfoSEM is ahead of all masks and controls on none: a mask makes as much of
#   the edges (multiply DeepSEM's scores by them). The other way round, with ChIP-seq of the same cells
#   as the database, it is ahead of all on one data set of four. The help is for pairs that the database
#   lists; on new pairs InfoSEM-BC with the paper's prior is nowhere ahead of InfoSEM-B. The paper's
#   prior holds absent edges too firmly. With a weaker one (`--absent-trust 0.01`) InfoSEM-BC is ahead of
#   InfoSEM-B on three data sets, and level with the mask. In the mean of the data sets, ranking genes by
#   their mean expression has the highest gain within TFs, but it tells nothing of which TF.
# - **How sure?** Intervals are over 128 TFs. Each result averages ten trainings (three for other forms
#   of the prior, for STRING and for a part of the edges), each with newly drawn controls. Some edges of
#   the database may come from the same experiments as the test.
#
# :::
#
# **Why.** The second prior of InfoSEM {cite:p}`cui2025infosem` takes known edges (Section 3.3). In the
# paper they are labels of the network that is judged. A user has none of these, but can have a
# *database*: edges that were measured in other cells.
#
# **Done.** InfoSEM-BC is told the edges of a database and judged on the cell-type-specific network. No
# label of that network is used. So one training serves all pairs: all TFs that the database knows, and
# every gene as a target. The database is BEELINE's non-specific network
# {cite:p}`pratapa2020beeline`, and in one part STRING. BEELINE put the cell-type-specific networks
# together from ENCODE, ChIP-Atlas and ESCAPE, and the non-specific one from DoRothEA, RegNetwork and
# TRRUST. These hold ChIP-seq of many cells, too, and do not say which edge has which source here. So
# some edges may come from the same experiments as the test. We cannot tell how many. Such overlap would
# make the edges look too helpful. Databases with confidence levels were not at hand.
#
# - *Controls* take one thing away. *Other TFs*: each TF has the edges of another TF, and targets keep
#   their number of regulators. *Degrees kept*: edges are drawn anew, and TFs and targets keep their
#   numbers. *Expression shuffled*: each gene has the expression of another gene. *InfoSEM-B*: the same
#   settings without edges.
# - *Masks* know the same edges. A mask multiplies a method's score by 0.95 if the database has the edge
#   and by 0.05 if it does not. The methods are DeepSEM, InfoSEM-B, Pearson correlation and GRNBoost2;
#   *edges alone* has no other score.
# - *Scores of the target alone* are its number of regulators in the database, its mean expression, and
#   One-hot LR on the edges, which adds a number of the TF.
# - *Measures* are by TF. *Within TFs* is the [gain within TFs](audit.ipynb). *Own TF* is how much
#   better a TF's scores fit its own targets than another TF's scores do; a score that depends on the
#   target alone gets 0. *Beyond popularity* is the rank correlation of scores and edges within a TF,
#   after removing the effect of a gene's mean expression and number of regulators. *New pairs* are those
#   that the database lacks. AUPRC and Hit@1% over all pairs stand beside them.
# - *Intervals* are 95%, over TFs, by the bootstrap, of differences within the same TFs. Results are
#   means over training seeds; each seed draws its controls anew.

# %% tags=["hide-cell"]
import tempfile

import pandas as pd
from IPython.display import Markdown, display

from infosem_study import Runner, Store
from infosem_study.pages import known_edges
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None, "display.max_rows", None)

# %% tags=["parameters", "hide-cell"]
datasets = list(known_edges.DATASETS)  # or ["synthetic"]: no data needed
# Of known_edges.PARTS: what is trained, and with which seeds.
parts = dict(known_edges.SHOWN["cell-type-specific"])
reverse = dict(known_edges.SHOWN.get("non-cell-type-specific", {}))  # where that is judged
n_splits = 10  # for the ledger; nothing here depends on them
recompute = False  # run again what is stored
minutes = 10  # what is missing is run only if it takes no longer; it is said before it starts
n_jobs = None  # processes of one thread each; None: one for each core
ledger = "../results"

# %% tags=["hide-cell"]
check_parameters()
store, runner = Store(ledger), Runner(n_jobs=n_jobs, recompute=recompute, minutes=minutes)
how = {"datasets": datasets, "splits": range(n_splits), "runner": runner}
table = known_edges.judged(store, parts=parts, **how)
first = table["database"].iloc[0]
main = known_edges.of_database(table, first)
print(f"{table['key'].nunique()} runs, {main['tf'].nunique()} TFs that the database knows")

# %% [markdown]
# ## The answer
#
# On which data sets InfoSEM-BC with known edges is ahead, by the interval of the difference: of the same
# with other edges, of the same without edges, of the same with the expression of other genes, of every
# mask, and of every score of the target alone.

# %% tags=["full-width", "hide-input"]
known_edges.format_answers(table)

# %% [markdown]
# One by one, for the paper's prior:

# %% mystnb={"figure": {"caption": "InfoSEM-BC with the edges of a database, minus each control and rival: difference of the gain within TFs, with 95% intervals over TFs. Filled: the interval lies above 0."}, "image": {"alt": "Dot plot of differences of the gain within TFs with 95% intervals, one panel for each data set and one for their mean, one line for each control and rival of InfoSEM-BC with known edges; a dotted line at 0. The answer above says what it shows, the table below has the numbers."}} tags=["full-width"]
found = known_edges.differences(main, known_edges.model(), known_edges.EVERYONE[1:])
known_edges.differences_figure(found, "within")

# %% mystnb={"figure": {"caption": "The same, of what the rows of other TFs do not have (own TF). Scores that look at the target alone have 0 there."}, "image": {"alt": "Dot plot of differences of the gain of the own TF with 95% intervals, one panel for each data set and one for their mean, one line for each control and rival of InfoSEM-BC with known edges; a dotted line at 0. The answer above says what it shows, the table below has the numbers."}} tags=["full-width"]
known_edges.differences_figure(found, "own")

# %% [markdown]
# ## What each score has
#
# Within TFs, and by what is the TF's own:

# %% tags=["full-width", "hide-input"]
have = known_edges.gains(main, known_edges.EVERYONE)
for measure in ("within", "own"):
    name = known_edges.MEASURES[measure]
    display(Markdown(f"*{name}*"), known_edges.format_table(have, measure))

# %% [markdown]
# By the other measures (folded):

# %% tags=["full-width", "hide-input", "hide-output"]
for measure in ("partial", "new", "confirmed", "targets", "pooled", "hit"):
    name = known_edges.MEASURES[measure]
    display(Markdown(f"*{name}*"), known_edges.format_table(have, measure))

# %% [markdown]
# ## InfoSEM-BC minus each of the others

# %% tags=["full-width", "hide-input"]
for measure in ("within", "own", "new"):
    name = known_edges.MEASURES[measure]
    display(Markdown(f"*{name}*"), known_edges.format_table(found, measure, "against"))

# %% [markdown]
# By the other measures, and the same in sentences (folded):

# %% tags=["full-width", "hide-input", "hide-output"]
for measure in ("partial", "pooled", "hit"):
    name = known_edges.MEASURES[measure]
    display(Markdown(f"*{name}*"), known_edges.format_table(found, measure, "against"))
print(known_edges.describe(found[found["measure"].isin(["within", "own", "new"])]))

# %% [markdown]
# ## A mask beside its own controls
#
# DeepSEM's scores times the edges, minus the same with other edges, and minus DeepSEM.

# %% tags=["full-width", "hide-input"]
masked = known_edges.differences(
    main, known_edges.mask("DeepSEM"), known_edges.OF_MASK, ["within", "own"]
)
print(known_edges.describe(masked))
known_edges.format_table(masked, "within", "against")

# %% [markdown]
# ## How firmly are absent edges held?
#
# Eq. 9 holds a pair that the database lacks as firmly as one that it has. But a missing entry does not
# mean that there is no edge. The forms below change the prior of absent edges. *Trust 0.1*, *low trust*
# (0.01) and *trust 0.001* give it 3, 10 and 32 times the standard deviation. *Unknown* gives no prior.
# *Mean 0.2* expects absent edges with a probability of 0.2 in place of 0.05. For each data set we take
# the form that does best on the other three, so that no form is chosen on its own test.

# %% tags=["full-width", "hide-input"]
forms = [known_edges.model(form=form) for form in known_edges.FORMS]
of_forms = known_edges.gains(main, [*forms, known_edges.mask("DeepSEM")])
for measure in ("within", "own", "new"):
    name = known_edges.MEASURES[measure]
    display(Markdown(f"*{name}*"), known_edges.format_table(of_forms, measure))
for measure in ("within", "own", "new"):
    print(known_edges.MEASURES[measure])
    print(known_edges.describe_forms(known_edges.chosen_forms(main, measure)))

# %% [markdown]
# Low trust beside its own controls, and beside the masks:

# %% tags=["full-width", "hide-input"]
low = known_edges.model(form="low trust")
of_low = known_edges.differences(
    main, low, (*known_edges.controls("low trust"), *known_edges.MASKS), ["within", "own", "new"]
)
print(known_edges.describe(of_low))

# %% [markdown]
# ## New pairs, and TFs that the database does not know
#
# On pairs that the database lacks, a mask changes nothing within a TF. The model could, as it ties the
# pairs of a TF, and those of a target. For new pairs of known TFs see the tables above. On TFs of which
# the database has no edge, InfoSEM-BC minus InfoSEM-B:

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
known_edges.percents_figure(by_percent, "within")

# %% tags=["hide-input"]
for measure in ("within", "own", "new"):
    print(known_edges.describe_percents(by_percent, measure))

# %% [markdown]
# ## The paper's benchmark, with a database in place of labels
#
# In Table 1, InfoSEM-BC is told training edges of the network that is judged, of other TFs and other
# targets. Here a database takes their place, which may know the unseen TFs, too. AUPRC on the unseen
# pairs of the same ten splits; intervals are over splits, as in Table 1. Pooled AUPRC rewards an order
# of the TFs, as the [audit](audit.ipynb) shows; so read it beside the gain within TFs.

# %% tags=["full-width", "hide-input"]
on_splits = known_edges.unseen(store, parts=parts, **how)
against = [known_edges.LABELS, "InfoSEM-B", "edges x DeepSEM", "DeepSEM", "edges alone"]
against += map(str, known_edges.controls()[:3])
for form in ("paper's", "low trust"):
    told = known_edges.unseen_differences(on_splits, known_edges.model(form=form), against)
    display(Markdown(f"*{told['who'].iloc[0]} minus ..., AUPRC*"))
    display(known_edges.format_table(told, "AUPRC", "against"))

# %% [markdown]
# ## The other way round
#
# The cell-type-specific network becomes the database, and the non-specific one is judged. So a few TFs
# are known, by ChIP-seq of these cells, and most of the TFs that are judged are not.

# %% tags=["full-width", "hide-input"]
if reverse and set(datasets) <= set(known_edges.DATASETS):
    back = known_edges.judged(store, network="non-cell-type-specific", parts=reverse, **how)
    specific = back["database"].iloc[0]
    among = known_edges.of_database(back, specific)
    print(f"{among.groupby('dataset')['tf'].nunique().sum()} TFs that the database knows")
    display(known_edges.format_answers(back, ["within", "own"]))
    back_found = known_edges.differences(
        among, known_edges.model(), known_edges.EVERYONE[1:], ["within", "own", "new"]
    )
    for measure in ("within", "own"):
        display(Markdown(f"*{known_edges.MEASURES[measure]}, InfoSEM-BC minus ...*"))
        display(known_edges.format_table(back_found, measure, "against"))
    apart = known_edges.of_database(back, specific, known=False)
    print(f"{apart.groupby('dataset')['tf'].nunique().sum()} TFs that it does not know:")
    told = known_edges.differences(apart, known_edges.model(), [others], ["within"])
    print(known_edges.describe(told))

# %% [markdown]
# ## What it means
#
# *Known edges help.* InfoSEM-BC with the edges of a database ranks the targets of a TF better than with
# the edges of other TFs, and than with edges drawn anew. By *own TF* the same holds on all four data
# sets; no score of the target alone can win that measure. Fewer edges help less: with half of them about
# two thirds of what they add to DeepSEM's scores is left, with a quarter some 40%. With a quarter
# InfoSEM-BC with the paper's prior has a lower gain than InfoSEM-B, as more true edges count as absent.
# STRING's edges tell less of ChIP-seq.
#
# *With the paper's prior the model adds nothing to a mask.* InfoSEM-BC is nowhere ahead of the edges
# times DeepSEM's or InfoSEM-B's scores. It does as well when each gene has the expression of another
# gene: it repeats the edges that it was told, and the cells add almost nothing. On pairs that the
# database lacks it is nowhere ahead of InfoSEM-B, and on mESC behind; on TFs that the database does not
# know it is no better either.
#
# *Absent edges are held too firmly.* A pair that a database lacks is hardly known to be no edge. With a
# weaker prior of absent edges (*low trust*) InfoSEM-BC is ahead of InfoSEM-B. It is also ahead of itself with
# the expression of other genes, so the cells count now; but by *own TF* this is not shown, so that what they
# add may be no more than which genes are on. The other data sets choose that form, or the next weaker
# one, on each data set. It is then level with the mask, and on new pairs ahead of the paper's prior. To be
# told nothing of absent edges is worse: hardly anything is left of the help.
#
# *On the paper's benchmark* a database is not shown to be better or worse than labels of the same
# network in the mean of the data sets; on hHEP it is worse, on mESC better. InfoSEM-BC with a database
# is not shown to differ from DeepSEM times the edges.
#
# *The other way round* the edges help, too, and there the cells count: with ChIP-seq of the same cells as
# the database, InfoSEM-BC is ahead of itself with the expression of other genes, within TFs on three data
# sets and by *own TF* in the mean. On mESC it is ahead of every control and of every mask within TFs; in the
# mean it is level with the masks. On TFs that the database does not know it is a little behind InfoSEM-B.
#
# *Mind the target.* In the mean of the cell-type-specific networks, the mean expression of the target
# alone has a higher gain within TFs than InfoSEM-BC, and so has One-hot LR on the edges. ChIP-seq finds
# more at genes that are on. Only *own TF* tells this apart from knowing the TF's targets.
#
# *For your own cells.* Known edges are worth having. Multiplying by them is the simple way.
# `infosem infer --method InfoSEM-BC --edges FILE --absent-trust 0.01` does as well: 0.01 is one hundredth
# of the trust in absent edges, the form called *low trust* above. The output tells of each edge whether it
# was known.
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
        parts={"controls": [0]},
        splits=range(1),
        runner=Runner(n_jobs=1),
    )
known_edges.format_answers(live, ["within", "own"])

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
