"""The settings of every method by data set and network, each with its source."""

from typing import Any

from infosem.data import STRING
from infosem.errors import InfosemError
from infosem.training import Settings
from infosem_study.baselines.scenic import database_digest
from infosem_study.knowledge import HALF
from infosem_study.methods import METHODS, Method

__all__ = ["candidates_for", "method_for"]

# DeepSEM as its authors ran it, on hESC, on other cell-type-specific networks and on non-specific
# ones: GitHub HantaoShu/DeepSEM, Hyperparameter.MD since commit 5b0c304, and whether zeros are
# masked. The rate of the networks decays (see `training.Settings`).
_HESC = {"alpha": 0.1, "beta": 0.01, "epochs": 150, "mask_zeros": True}
_CELL_TYPE_SPECIFIC = {"alpha": 1.0, "beta": 0.01, "epochs": 150, "mask_zeros": True}
_NON_SPECIFIC = {"alpha": 100.0, "beta": 1.0, "epochs": 90, "mask_zeros": False}
# The synthetic data are few: small batches and networks and larger steps, so that a run takes
# seconds; in double precision, so that it prints the same digits on any machine.
_SYNTHETIC = {"alpha": 0.1, "beta": 0.1, "epochs": 45, "batch_size": 32, "hidden": 32,
              "lr": 1e-3, "lr_adjacency": 1e-3, "lr_w": 1e-3, "decay": 1.0,
              "precision": "float64"}  # fmt: skip
_SYNTHETIC_FIXED: dict[str, dict[str, Any]] = {
    "Prior alone": {"epochs": 30, "batch_size": 32, "lr_w": 1e-3},  # as InfoSEM-B, see above
    "GENELink": {"precision": "float64"},
    "GENELink (downsampled)": {"precision": "float64"},
    "GENIE3": {"n_trees": 10},
    "scGREAT": {"epochs": 6},
    "scGREAT (downsampled)": {"epochs": 6},
}

# Appendix C of the paper: sigma_w and sigma_l by network and data set; the rank h is 128.
_SIGMA_W = {"hESC": 0.1, "hHEP": 10.0, "mDC": 10.0, "mESC": 1.0}
_SIGMA_L = {
    "cell-type-specific": {"hESC": 0.1, "hHEP": 0.1**0.5, "mDC": 0.1**0.5, "mESC": 0.1},
    "non-cell-type-specific": {"hESC": 0.1**0.5, "hHEP": 0.1, "mDC": 0.1**0.5, "mESC": 0.1**0.5},
}


# BioBERT vectors of symbols where every gene has one, else MiniLM on descriptions.
_EMBEDDING = {"hESC": "BioBERT", "mESC": "BioBERT", "hHEP": "MiniLM", "mDC": "MiniLM",
              "synthetic": "planted"}  # fmt: skip

# What is known from elsewhere: the other network, which was measured in other cells.
_DATABASE = {"cell-type-specific": "non-cell-type-specific",
             "non-cell-type-specific": "cell-type-specific", "planted": HALF}  # fmt: skip


def method_for(name: str, dataset: str, network: str) -> Method:
    """The named method with its settings for a data set.

    DeepSEM's settings are those its authors released; those of InfoSEM which the paper gives
    (sigma_w, sigma_l, h) are the paper's. What it does not give is chosen among `candidates_for`.

    Parameters
    ----------
    name : str
        One of `METHODS`.
    dataset, network : str
        Names as in `Dataset`. An unknown data set gets the settings of a typical one, and STRING
        those of the non-specific network.

    Raises
    ------
    InfosemError
        Unknown method.
    """
    if name not in METHODS:
        raise InfosemError(f"method {name!r} is unknown; choose from {', '.join(METHODS)}")
    method = METHODS[name]
    if network == STRING:  # which is of no type of cell either
        network = "non-cell-type-specific"
    if not method.deep:
        fixed: dict[str, Any] = (
            dict(_SYNTHETIC_FIXED.get(name, {})) if dataset == "synthetic" else {}
        )
        if method.embeddings:
            fixed["embedding"] = _EMBEDDING.get(dataset, "MiniLM")
        if method.motifs and (digest := database_digest()):
            fixed["database"] = digest  # so that another database is another run
        return method.with_settings(**fixed)
    specific = network != "non-cell-type-specific"
    if dataset == "synthetic":
        settings: dict[str, Any] = dict(_SYNTHETIC)
    elif not specific:
        settings = dict(_NON_SPECIFIC)
    else:
        settings = dict(_HESC if dataset == "hESC" else _CELL_TYPE_SPECIFIC)
    if method.embeddings:
        settings["embedding"] = _EMBEDDING.get(dataset, "MiniLM")
        settings["bias"] = name == "InfoSEM-B (bias)"
        settings["sigma_w"] = _SIGMA_W.get(dataset, 1.0) if specific else 100.0
    if method.labels or method.database:
        settings["sigma_l"] = _SIGMA_L.get(network, {}).get(dataset, 0.1)
        settings["rank"] = 128
    # All settings are recorded, also those left at their defaults.
    inputs = {"embedding": settings.pop("embedding")} if method.embeddings else {}
    if method.database:
        inputs["database"] = _DATABASE[network]
    return method.with_settings(**inputs, **Settings(**settings).recorded())


def candidates_for(dataset: str) -> list[dict[str, float]]:
    """Settings of InfoSEM that the paper leaves open, to be chosen on training edges.

    alpha, the weight of the prior: the larger, the closer A stays to the prior mean.
    """
    alphas = (1.0, 10.0) if dataset == "synthetic" else (0.1, 1.0, 10.0, 100.0, 1e3, 1e4)
    return [{"alpha": alpha} for alpha in alphas]
