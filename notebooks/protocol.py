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
# **Asked.** A reproduction that differs from the paper may differ because of a choice which the
# paper does not state. Are the data and the test those of the paper? And how far does each open
# choice move [Table 1](table1.ipynb)?
#
# **Done.** The data sets are counted and held against Appendix B, the shares of positives against
# the paper's Random row. Then DeepSEM and InfoSEM-B are trained and judged anew with one choice
# decided otherwise at a time, on the cell-type-specific networks, ten splits, one training seed. The
# weight of InfoSEM-B's prior is chosen on training edges each time, as in Table 1. Where no gene is
# dropped, InfoSEM-B is left out: genes without a record have no text.
#
# *As in Table 1* means here with its first training seed. On mDC InfoSEM-B's seeds lie far apart, and
# the first is one of the better ones, so that there a choice that trains anew is held against a lucky
# run: compare it with *another training seed*.
#
# | choice | here | otherwise |
# |---|---|---|
# | which targets enter a block | those with an edge in it | *targets with an edge anywhere*; *every gene a target* |
# | is a TF with itself a pair | yes, a negative | *no TF with itself* |
# | which genes are kept | those with an NCBI record | *no gene dropped* |
# | reconstruction | squared error, as released with DeepSEM | *Gaussian likelihood*, Eq. 5 |
# | prior of $Z$ | learned, as released | *fixed prior of Z*: $\mathcal N(0, 1)$, Eq. 5; *both, as in Eq. 5* |
# | where $A$ starts | at about $1/(P-1)$, as released | *A starts half as large* |
# | schedule | none: the released one never fires | *learning rate decays*: by 0.95 after each epoch |
# | epochs | 120, the default of the released program | *a quarter more epochs*: 150, as in its list of settings |
#
# What is open about InfoSEM-BC alone has [a part of its own](#infosem-bc-itself).
#
# *Another training seed* is no choice. It stands beside the others for scale: a run with one seed
# cannot tell a choice that moves the numbers no farther from luck.

# %% tags=["hide-cell"]
import tempfile

import pandas as pd

from infosem_study import Runner, Store, statistics, studies, tables
from infosem_study.comparison import compare
from infosem_study.pages import protocol
from infosem_study.parameters import check_parameters

pd.set_option("display.max_colwidth", None, "display.max_rows", None)

# %% tags=["parameters", "hide-cell"]
datasets = ["hESC", "hHEP", "mDC", "mESC"]  # or ["synthetic"]: no data needed
tried = list(studies.PROTOCOL_CHOICES)
n_splits = 10
recompute = False  # run again what is stored
n_jobs = None  # processes of one thread each; None: one for each core
ledger = "../results"

# %% tags=["hide-cell"]
check_parameters()
store, runner = Store(ledger), Runner(n_jobs=n_jobs, recompute=recompute)
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
# The paper counts fewer genes than BEELINE's files hold and does not say which it dropped. *Ours*
# has the genes of which NCBI has a record ([](../book/data.md)). The paper's TFs are not printed;
# they are its pairs divided by its genes. mESC is BEELINE's TFs+500 set, the paper's TFs+1000.
#
# Cell-type-specific networks:

# %% tags=["full-width", "hide-input"]
counted = protocol.counts(store, datasets=datasets, runner=runner)
protocol.format_counts(counted, "cell-type-specific")

# %% [markdown]
# Networks that are not specific to a cell type (the synthetic data set has one network only):

# %% tags=["full-width", "hide-input"]
protocol.format_counts(counted, "non-cell-type-specific")

# %% [markdown]
# ## The test: shares of positives
#
# A random score gets the share of positives, which the paper prints as its Random row. That row is
# what there is to tell which pairs its unseen test holds. Beside it the mean share over our splits
# with its standard deviation, and the AUPRC of two scores without information. Of few pairs Random
# gets a little more than the share.

# %% tags=["hide-input"]
protocol.base_rates(rows)

# %% [markdown]
# ## How far each choice moves the numbers
#
# The difference to Table 1's first training seed on the same split, its mean, and the 95% interval
# of the mean. Where the share of positives moves, AUPRC moves with it, whatever a method has
# learned; its grey bar is the place to compare with. A split has the same unseen TFs under every
# choice of targets. Where no gene is dropped, hESC and hHEP keep the very pairs of the unseen test;
# on mDC the targets are drawn anew and on mESC, which gains a TF, the TFs are, too, so that the
# difference is one between other splits.

# %% mystnb={"image": {"alt": "Dot plot, one column for each data set, AUPRC above and Hit@1% below: the change of DeepSEM and of InfoSEM-B under each choice, with 95% intervals; a band as wide as the standard error in Table 1; a grey bar at the change of the share of positives."}}
changed = protocol.changes(rows)
protocol.choices_figure(changed)

# %% tags=["full-width", "hide-input"]
protocol.format_differences(changed)

# %% [markdown]
# ## Is InfoSEM-B ahead of DeepSEM?
#
# The difference of the two on the same splits under each choice, InfoSEM-B's minus DeepSEM's. The
# splits overlap, so that the intervals are too narrow, here and above, if anything.

# %% tags=["full-width", "hide-input"]
ordered = protocol.order(rows)
protocol.format_differences(ordered)

# %% [markdown]
# ## Verdicts
#
# The data sets on which a choice moves the mean by more than the standard error over splits that it
# has as in Table 1, with a star where the interval of the difference excludes 0. Under *order*,
# those on which the other of InfoSEM-B and DeepSEM has the higher mean, with a star where the
# intervals of their difference exclude 0 both as in Table 1 and under the choice.

# %% tags=["full-width", "hide-input"]
protocol.format_verdicts(changed, ordered)

# %% tags=["hide-input"]
print(protocol.describe_order(ordered))

# %% [markdown]
# Without a star under *order*, no choice turns a lead that the first seed of Table 1 shows into the
# other's. And where a choice moves the numbers no farther than another training seed does, these
# runs cannot tell the two apart.
#
# ## Where $A$ starts
#
# The released DeepSEM starts every $a_{ik}$ at $1/(P-1)$ and a little noise, where the rows of $A$ sum to
# one and $I - A$ is nearly singular. The paper does not say where its models start. This choice moves InfoSEM-B
# on hESC and mDC, but on mDC no farther than another seed does; so it is run with all five training
# seeds of Table 1. First the means with the start of DeepSEM and with half of it; then InfoSEM-B minus
# DeepSEM, both with the same start.

# %% tags=["hide-input"]
other_start = studies.START["settings"]
started = {
    name: compare(
        store,
        datasets=datasets,
        splits=range(n_splits),
        runner=runner,
        **{**studies.START, "settings": settings},
    )
    for name, settings in (("as in Table 1", None), ("A starts half as large", other_start))
}
moved = pd.concat(r.assign(method=r["method"] + ", " + name) for name, r in started.items())
tables.format_means(moved)

# %% tags=["full-width", "hide-input"]
pd.concat(
    [
        tables.format_paired(r, "InfoSEM-B", "DeepSEM").assign(choice=name)
        for name, r in started.items()
    ],
    ignore_index=True,
)

# %% [markdown]
# The standard deviation, over training seeds, of the mean over splits:

# %% tags=["hide-input"]
spread = {
    name: statistics.summarise(r, ["unseen_auprc"]).set_index(["method", "dataset"])["seed_sd"]
    for name, r in started.items()
}
pd.DataFrame(spread).unstack("dataset").round(4)

# %% [markdown]
# And what the smaller start changes:

# %% tags=["full-width", "hide-input"]
pd.concat(
    [
        tables.format_paired(moved, *(f"{method}, {name}" for name in reversed(started)))
        for method in studies.START["methods"]
    ],
    ignore_index=True,
)

# %% [markdown]
# With $A$ half as large InfoSEM-B's AUPRC is lower on hESC and mDC, the two data sets on which it is above
# DeepSEM's in Table 1. On hESC DeepSEM's is higher, and the lead is gone in the mean. On mDC DeepSEM loses,
# too: most of the lead remains in the mean, and is no longer shown. On hHEP and mESC the start does
# little. The seeds of InfoSEM-B, which lie far apart on mDC and some on hHEP, then agree to a few
# thousandths. So that InfoSEM-B is shown to be ahead on a data set of Table 1 depends on a start at
# which the model is nearly singular. Half was tried because InfoSEM-BC starts there, see below, and is
# the only other start that was tried.
#
# (infosem-bc-itself)=
# ## InfoSEM-BC: where it starts, and how fast it learns
#
# Not in the tables above is InfoSEM-BC, which is trained anew on every split. Its matrix is
# $A = A^e \odot \sigma(A^l)$, and two things about it are open that DeepSEM's settings do not decide.
#
# - *How fast $A^l$ learns.* DeepSEM has a rate of 1e-4 for its networks and one of 2e-5 for $A$. Table 1
#   has 1e-3, since with 2e-5 the factors of $A^l$ hardly leave their start near 0, and with 1e-4 they
#   come only a part of the way to where Eq. 9 wants the known edges. But RMSprop makes steps of about
#   that size for *every* gene, also for those without a label, whose part of $A^l$ follows the
#   expression alone.
# - *Where $A^e$ starts.* $\sigma(A^l)$ starts at one half. If $A^e$ starts where DeepSEM's $A$ does, as in
#   Table 1, $A$ starts half as large. Twice as large an $A^e$ has $A$ start as DeepSEM's.
#
# First training seed, ten splits; the weight alpha is InfoSEM-B's. Below, AUPRC on interactions
# between unseen genes, then on unseen interactions between seen genes.

# %% tags=["hide-input"]
varied = studies.prior_settings(
    store,
    datasets=datasets,
    method="InfoSEM-BC",
    splits=range(n_splits),
    runner=runner,
)
usual = rows[(rows["choice"] == protocol.USUAL) & rows["method"].isin(["DeepSEM", "InfoSEM-B"])]
known_edges = pd.concat([usual, varied.assign(method="InfoSEM-BC, " + varied["method"])])
tables.format_means(known_edges)

# %% tags=["hide-input"]
tables.format_means(known_edges, "seen_auprc")

# %% [markdown]
# On interactions between unseen genes, minus InfoSEM-B and minus DeepSEM on the same splits:

# %% tags=["full-width", "hide-input"]
pd.concat(
    [
        tables.format_paired(known_edges, f"InfoSEM-BC, {name}", against)
        for against in ("InfoSEM-B", "DeepSEM")
        for name in studies.PRIOR_SETTINGS["InfoSEM-BC"]
    ],
    ignore_index=True,
)

# %% [markdown]
# Where $A^l$ learns more slowly, labels are learned less well, as seen genes show. On unseen genes the
# mean is a little higher than in Table 1 on hESC, hHEP and mDC, and lower on mESC. At the rate of $A$, $A^l$
# hardly leaves its start, and what remains is near InfoSEM-B with $A$ half as large (above), but on
# mESC, where it is lower. With $A$ starting as DeepSEM's, InfoSEM-BC has on unseen genes a higher mean
# AUPRC than in Table 1 on all four data sets, and still no AUPRC shown to be above InfoSEM-B's; its
# Hit@1% on mESC is. With one training seed that is no more than a reason to look further. No choice
# tried here makes the paper's numbers of InfoSEM-BC: as high as InfoSEM-B's on unseen genes, and far
# higher on seen ones, on all data sets.
#
# ## Recomputed now
#
# On the synthetic data set, with one of the protocol.

# %%
with tempfile.TemporaryDirectory() as folder:
    live = studies.protocol_choices(
        Store(folder),
        datasets=["synthetic"],
        choices=[protocol.USUAL, "both, as in Eq. 5"],
        splits=range(2),
        runner=Runner(n_jobs=1),
    )
tables.format_means(live.assign(method=live["method"] + ", " + live["choice"]))

# %% [markdown]
# ## Where the numbers come from

# %% tags=["hide-output"]
tables.format_keys(
    pd.concat([rows.assign(method=rows["method"] + ", " + rows["choice"]), moved, known_edges])
)
