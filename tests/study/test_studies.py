from functools import partial

import pandas as pd
import pytest

from infosem import InfosemError
from infosem_study import Runner, Store, everything, scheduling, studies
from infosem_study.comparison import compare, jobs_of
from infosem_study.execution import execute
from infosem_study.ledger import Ledger
from infosem_study.presets import candidates_for, method_for
from infosem_study.scheduling import STORED_ONLY, Rehearsal

# In this process, where a test sees what is executed.
QUICK = {
    "datasets": ["synthetic"], "splits": range(2), "seeds": [0, 1], "epochs": 2,
    "runner": Runner(n_jobs=1),
    "methods": ["Random", "Random TF constant", "One-hot LR", "Pearson correlation", "DeepSEM",
                "InfoSEM-B", "InfoSEM-B (bias)", "InfoSEM-BC"],
}  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A ledger with a small Table 1 on the synthetic data, and its rows."""
    store = Store(tmp_path_factory.mktemp("ledger"))
    return store, compare(store, **QUICK)


def test_table1_has_every_method_split_and_seed(finished):
    _, rows = finished
    counts = rows.groupby("method").size()
    assert counts["Random"] == counts["Random TF constant"] == 20 * 2
    assert counts["One-hot LR"] == counts["Pearson correlation"] == 2  # one seed
    for name in ("DeepSEM", "InfoSEM-B", "InfoSEM-B (bias)", "InfoSEM-BC"):
        assert counts[name] == 2 * 2
    assert not rows.duplicated(["method", "seed", "split"]).any()


def test_stored_runs_are_not_run_again_unless_asked(finished, monkeypatch):
    store, rows = finished
    executed = []
    monkeypatch.setattr(
        scheduling, "execute", lambda job, *rest: executed.append(job) or execute(job, *rest)
    )
    again = compare(store, **QUICK)
    assert executed == []
    assert again.equals(rows)
    options = {**QUICK, "methods": ["Random"], "runner": Runner(n_jobs=1, recompute=True)}
    compare(store, **options)
    assert len(executed) == 20


def test_same_seeds_give_the_same_numbers_anywhere(finished, tmp_path):
    _, rows = finished
    fresh = compare(
        Store(tmp_path), **{**QUICK, "runner": Runner(n_jobs=2)}
    )  # other processes, too
    metrics = ["train_auprc", "seen_auprc", "seen_hit", "unseen_auprc", "unseen_hit"]
    columns = ["method", "seed", "split", "key", *metrics]
    assert fresh[columns].equals(rows[columns])


def test_settings_are_chosen_by_training_edges_alone(finished, tmp_path):
    """By hand-made results in which what fits the training edges is worst on the unseen block."""
    template = Ledger(finished[0].root).rows(method="InfoSEM-B")[0]
    best = {0: 1.0, 1: 10.0}  # split -> alpha with the higher AUPRC on training edges
    store = Store(tmp_path)
    for candidate in candidates_for("synthetic"):
        row = {k: v for k, v in template.items() if k != "key"}
        row["settings"] = {**row["settings"], **candidate}
        row["splits"] = {
            str(split): {
                **template["splits"]["0"],
                "train_auprc": 0.9 if candidate["alpha"] == alpha else 0.1,
                "unseen_auprc": 0.1 if candidate["alpha"] == alpha else 0.9,
            }
            for split, alpha in best.items()
        }
        store.append({**row, "seed": 0})
    jobs = jobs_of(
        "chosen", store, "synthetic", methods=["InfoSEM-B", "InfoSEM-BC"], splits=[0, 1],
        network="planted", seeds=[0], epochs=2,
    )  # fmt: skip
    chosen = {(j.method.name, s): j.method.settings["alpha"] for j in jobs for s in j.splits}
    assert chosen == {
        (name, split): alpha
        for name in ("InfoSEM-B", "InfoSEM-BC")
        for split, alpha in best.items()
    }


def test_slow_methods_have_the_first_splits_unless_all_are_asked_for(tmp_path):
    arguments = {
        "methods": ["scGREAT", "MatComp"], "splits": range(6), "seeds": [0, 1],
        "network": "cell-type-specific",
    }  # fmt: skip

    def splits(**more):
        jobs = jobs_of("fixed", Store(tmp_path), "hESC", **arguments, **more)
        assert {job.seed for job in jobs} == {0}
        return {
            name: [split for job in jobs if job.method.name == name for split in job.splits]
            for name in arguments["methods"]
        }

    every = [*range(6)]
    assert splits() == {"scGREAT": every[:5], "MatComp": every}
    assert splits(complete=True) == {"scGREAT": every, "MatComp": every}


def test_a_variant_has_fewer_seeds_unless_all_are_asked_for(tmp_path):
    def seeds(network, **more):
        # Nothing is run: which settings a split would choose does not matter here.
        rows = compare(
            Store(tmp_path), runner=Rehearsal(), datasets=["hESC"], network=network,
            methods=["DeepSEM", "InfoSEM-B (bias)"], splits=[0], seeds=range(5), **more,
        )  # fmt: skip
        return rows.groupby("method")["seed"].nunique().to_dict()

    assert seeds("cell-type-specific") == {"DeepSEM": 5, "InfoSEM-B (bias)": 1}
    assert seeds("non-cell-type-specific") == {"DeepSEM": 5, "InfoSEM-B (bias)": 1}
    assert seeds("cell-type-specific", complete=True) == {"DeepSEM": 5, "InfoSEM-B (bias)": 5}


def test_settings_of_the_known_edges_leave_the_other_runs_alone(finished, monkeypatch):
    store, rows = finished
    executed = []
    monkeypatch.setattr(
        scheduling, "execute", lambda job, *rest: executed.append(job) or execute(job, *rest)
    )
    asked = {**QUICK, "methods": ["InfoSEM-B", "InfoSEM-BC"], "settings": {"lr_logits": 1e-4}}
    slow = compare(store, **asked)
    assert [job.method.name for job in executed] == ["InfoSEM-BC"] * 2 * 2  # splits, seeds
    assert {job.method.settings["lr_logits"] for job in executed} == {1e-4}
    same = slow["method"] == "InfoSEM-B"
    assert slow[same]["key"].tolist() == rows[rows["method"] == "InfoSEM-B"]["key"].tolist()


def test_settings_of_the_prior_are_multiples_of_the_usual_ones(tmp_path, monkeypatch):
    asked = {}

    def compare(store, *, methods, settings, **_):
        asked[methods[0], tuple(settings)] = [*settings.values()]
        return pd.DataFrame([{"method": methods[0]}])

    monkeypatch.setattr(studies, "compare", compare)
    rows = studies.prior_settings(Store(tmp_path), datasets=["hESC"])
    assert [*rows["method"]] == [*studies.PRIOR_SETTINGS]
    assert asked["InfoSEM-B", ()] == []
    assert asked["InfoSEM-B", ("sigma_w",)] == [100.0 * 0.1]
    assert asked["InfoSEM-B", ("lr_w",)] == [2e-4]


def test_a_run_can_start_elsewhere_and_says_so(finished, tmp_path):
    """A half as large is another run with other results."""
    _, rows = finished
    options = {**QUICK, "methods": ["InfoSEM-B", "InfoSEM-BC"], "seeds": [0]}
    store = Store(tmp_path)
    moved = compare(store, **options, settings={"start": 0.5})
    usual = rows[rows["method"].isin(options["methods"]) & (rows["seed"] == 0)]
    both = moved.merge(usual, on=["method", "split"])
    assert (both["key_x"] != both["key_y"]).all()
    assert (both["train_auprc_x"] != both["train_auprc_y"]).all()
    assert {row["settings"]["start"] for row in Ledger(tmp_path).rows()} == {0.5}


def test_another_schedule_can_keep_the_weight_that_the_usual_one_chose(finished, tmp_path):
    """By hand-made results in which the two would choose different weights."""
    template = Ledger(finished[0].root).rows(method="InfoSEM-B")[0]
    usual = method_for("InfoSEM-B", "synthetic", "planted").settings
    store = Store(tmp_path)
    for epochs, best in ((usual["epochs"], 10.0), (3, 1.0)):
        for alpha in (1.0, 10.0):
            row = {k: v for k, v in template.items() if k != "key"}
            row["settings"] = {**usual, "epochs": epochs, "alpha": alpha}
            fits = 0.9 if alpha == best else 0.1
            row["splits"] = {"0": {**template["splits"]["0"], "train_auprc": fits}}
            store.append({**row, "seed": 0})

    def chosen(keeps_alpha):
        (job,) = jobs_of(
            "chosen", store, "synthetic", methods=["InfoSEM-B"], splits=[0], network="planted",
            seeds=[0], settings={"epochs": 3}, keeps_alpha=keeps_alpha,
        )  # fmt: skip
        return job.method.settings["epochs"], job.method.settings["alpha"]

    assert chosen(True) == (3, 10.0)
    assert chosen(False) == (3, 1.0)


def test_an_embedding_can_take_the_place_of_the_usual_one(tmp_path):
    jobs = jobs_of(
        "screen", Store(tmp_path), "hESC", network="cell-type-specific",
        methods=["InfoSEM-B", "DeepSEM"], splits=[0], seeds=[0], embedding="one-hot",
    )  # fmt: skip
    assert {job.embedding for job in jobs} == {"one-hot"}


def test_variants_are_run_with_the_settings_of_their_data_set(tmp_path):
    options = {**QUICK, "methods": ["DeepSEM", "InfoSEM-BC"]}
    names = ["synthetic", "synthetic:shuffled-0", "synthetic:cells-50-0"]
    rows = compare(Store(tmp_path), **{**options, "datasets": names})
    assert rows.loc[rows["method"] == "DeepSEM", "fingerprint"].nunique() == 3
    settings = [
        [row["settings"] for row in Ledger(tmp_path).rows(dataset=name, method="DeepSEM", seed=0)]
        for name in names
    ]
    assert settings[0] == settings[1] == settings[2]
    # What is stored is found again, each under its own data.
    again = compare(Store(tmp_path), **{**options, "datasets": names})
    assert again.equals(rows)


def test_sensitivity_has_every_embedding_and_control(tmp_path, monkeypatch):
    """Which runs it is made of; they are not run."""
    asked = []

    def compare(store, *, datasets, methods, seeds, embedding, **options):
        asked.append((datasets, methods, tuple(seeds), embedding))
        return pd.DataFrame(
            [{"dataset": datasets[0], "method": methods[0], "embedding": embedding}]
        )

    monkeypatch.setattr(studies, "compare", compare)
    rows = studies.sensitivity(Store(tmp_path), datasets=["hESC"], seeds=[0, 1])
    assert set(rows["dataset"]) == {"hESC"}
    assert not rows["method"].duplicated().any()
    asked = dict(zip(rows["method"], asked, strict=True))
    assert asked["InfoSEM-B, text"] == (["hESC"], ["InfoSEM-B"], (0, 1), None)
    permuted = asked["InfoSEM-B, permuted"]
    assert permuted == (["hESC"], ["InfoSEM-B"], (0, 1), "permuted BioBERT")
    shuffled = asked["InfoSEM-B, expression shuffled"]
    assert shuffled == (["hESC:shuffled-0"], ["InfoSEM-B"], (0, 1), None)
    assert asked["Prior alone, text"][1:] == (["Prior alone"], (0, 1), "BioBERT")


def test_learning_curve_trains_anew_for_each_number_of_epochs(tmp_path):
    store = Store(tmp_path)
    curve = studies.learning_curve(
        store, "synthetic", "GENELink", epochs=[1, 2], runner=Runner(n_jobs=1)
    )
    assert curve["epochs"].tolist() == [1, 2]
    assert curve["key"].nunique() == 2
    assert curve["train_auprc"].nunique() == 2
    alone = studies.learning_curve(
        store, "synthetic", "GENELink", epochs=[2], runner=Runner(n_jobs=1)
    )
    assert alone["train_auprc"].item() == curve["train_auprc"].iloc[1]


def test_plan_counts_what_is_then_run(tmp_path, monkeypatch):
    few = partial(compare, methods=["Random TF constant", "InfoSEM-BC"], epochs=2, seeds=[0])
    more = partial(compare, methods=["Pearson correlation", "Random"], seeds=[0])
    studied = {"few": few, "same": few, "more": more}
    monkeypatch.setattr(everything, "EVERYTHING", studied)
    store, where = Store(tmp_path), {"datasets": ["synthetic"], "splits": range(2)}
    compare(store, methods=["Random"], **where, runner=Runner(n_jobs=1))
    planned = everything.plan(store, **where)
    assert planned["study"].tolist() == list(studied)
    # InfoSEM-BC on two splits rests on two candidates; what InfoSEM-B is given is one of them.
    assert planned["runs"].tolist() == [20 + 2 + 2, 0, 1]
    assert planned["unknown"].tolist() == [20 + 2 + 2, 0, 1]
    assert {row["method"] for row in Store(tmp_path).rows()} == {"Random"}
    assert {row["method"] for row in store.rows()} == {"Random"}
    executed = []
    monkeypatch.setattr(
        scheduling, "execute", lambda job, *rest: executed.append(job) or execute(job, *rest)
    )
    for compute in studied.values():
        compute(store, **where, runner=Runner(n_jobs=1))
    assert len(executed) == planned["runs"].sum()
    assert everything.plan(store, **where)["runs"].sum() == 0
    again = everything.plan(store, **where, recompute=True)
    assert again["unknown"].sum() == 0
    assert again["seconds"].sum() > 0


@pytest.mark.parametrize("name", ["datasets", "methods", "splits", "seeds"])
def test_an_empty_list_is_refused(name, tmp_path):
    asked = {"datasets": ["synthetic"], "methods": ["Random"], "splits": [0], "seeds": [0]}
    with pytest.raises(InfosemError, match=f"{name}: none is given"):
        compare(Store(tmp_path), **{**asked, name: []})


def test_what_is_asked_for_twice_counts_once(tmp_path):
    once = {"datasets": ["synthetic"], "methods": ["Pearson correlation"], "splits": [0, 1]}
    twice = {name: [*values, values[0]] for name, values in once.items()}
    store, runner = Store(tmp_path), Runner(n_jobs=1)
    assert compare(store, **twice, runner=runner).equals(compare(store, **once, runner=runner))
    with pytest.raises(InfosemError, match="RegDiffusion cannot be run on synthetic"):
        compare(store, datasets=["synthetic"], methods=["RegDiffusion"])


def test_unknown_names_are_refused(tmp_path):
    with pytest.raises(InfosemError, match=r"methods: \['DeepSEMM'\] unknown"):
        compare(Store(tmp_path), datasets=["synthetic"], methods=["DeepSEMM"])
    with pytest.raises(InfosemError, match="hESCC"):
        compare(Store(tmp_path), datasets=["hESCC"], methods=["Random"])


@pytest.mark.parametrize("name", list(everything.EVERYTHING))
def test_a_misspelt_keyword_is_an_error(name, tmp_path):
    where = {"datasets": ["synthetic"], "splits": range(2), "runner": STORED_ONLY}
    with pytest.raises(TypeError, match="unexpected keyword argument 'n_jobs'"):
        everything.EVERYTHING[name](Store(tmp_path), **where, n_jobs=1)
