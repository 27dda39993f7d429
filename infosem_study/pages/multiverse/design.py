"""What the paper leaves open, as choices with levels, and the readings that are drawn of them.

A *configuration* has a level of every choice but of alpha, the weight of the prior. It is trained
with several alphas; each alpha, and the one that training edges choose among them, makes it a
*reading*. Configurations come in blocks of twelve in which every level of a choice occurs equally
often, so that any whole number of blocks is balanced. Everything is drawn from one seed: nothing is
chosen by what came out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from infosem_study.methods import Method
from infosem_study.presets import method_for

__all__ = [
    "BLOCK",
    "CHOICES",
    "CHOSEN",
    "OF_LABELS",
    "OF_MODEL",
    "OF_TEXT",
    "Choice",
    "alphas",
    "alphas_in",
    "choices_table",
    "configurations",
    "digits",
    "model",
    "printed",
    "rival",
    "with_labels",
    "without_labels",
]

BLOCK = 12
"""Configurations in a block: 2, 3 and 4 levels divide it."""
CHOSEN = "chosen"
"""The level of alpha at which the training edges of a split choose it."""


@dataclass(frozen=True)
class Choice:
    """Something that the paper leaves open.

    Attributes
    ----------
    name : str
    levels : mapping of str to mapping
        What is changed in the settings of `methods.reading`, by what a level is called. The first
        is that of this book on the cell-type-specific networks.
    meaning : str
        What is chosen.
    source : str
        Where the levels come from.
    beyond : sequence of str
        Levels that contradict what the paper prints: they tell what depends on it.
    """

    name: str
    levels: Mapping[str, Mapping[str, Any]]
    meaning: str
    source: str
    beyond: Sequence[str] = ()


OF_MODEL = (
    Choice(
        "rate of the networks",
        {"decays": {}, "constant": {"decay": 1.0}},
        "Whether the learning rate of encoder and decoder decays.",
        "The paper takes DeepSEM's schedule. It fires at every epoch in the torch that DeepSEM's "
        "authors ask for, and never in today's.",
    ),
    Choice(
        "KL weight",
        {"0.01": {"beta": 0.01}, "0.1": {"beta": 0.1}, "1": {"beta": 1.0}},
        "How firmly the hidden variables are held to their prior (beta).",
        "Eq. 10 has beta. DeepSEM's list of settings says 0.01 (specific) and 1 (non-specific), an "
        "early revision of it 0.1.",
    ),
    Choice(
        "epochs",
        {"150": {"epochs": 150}, "120": {"epochs": 120}, "90": {"epochs": 90}},
        "How often the training goes over all cells.",
        "DeepSEM's list says 150 (specific) and 90 (non-specific), its program 120.",
    ),
    Choice(
        "start of A",
        {"DeepSEM's": {}, "half": {"start": 0.5}, "a tenth": {"start": 0.1}},
        "The number that all entries of the adjacency matrix A start at.",
        "Not in the paper; DeepSEM's program starts at 1 / (P - 1) plus noise.",
    ),
    Choice(
        "likelihood",
        {"squared error": {}, "Gaussian": {"likelihood": "gaussian"}},
        "How the error of the reconstruction is measured.",
        "Eq. 5 has a variance, DeepSEM's program none.",
    ),
    Choice(
        "prior of Z",
        {"learned": {}, "standard": {"latent_prior": "standard"}},
        "The distribution that the hidden variables are held to.",
        "Eq. 5 has N(0, sigma_z), DeepSEM's program learns it.",
    ),
    Choice(
        "steps",
        {"in turns": {}, "joint": {"steps": "joint"}},
        "Whether the networks and A are trained one after the other, or together.",
        "Appendix A.2 maximises one bound; DeepSEM's program trains networks and A in turns.",
    ),
)
"""Choices that DeepSEM has, too."""

OF_TEXT = (
    Choice(
        "text",
        {"as in Table 1": {}, "another": {}},
        "Which text describes a gene, and which language model reads it.",
        "Section 3.2 has BioBERT vectors of symbols, which are at hand for hESC and mESC. The "
        "other text is MiniLM vectors of descriptions there. On hHEP and mDC this is the text of "
        "Table 1, and the other is MiniLM vectors of symbols.",
    ),
    Choice(
        "vectors",
        {
            "centred": {},
            "unit length": {"transform": "unit length"},
            "standardised": {"transform": "standardised"},
            "as they are": {"transform": "as they are"},
        },
        "How the vectors of the text are scaled.",
        "Not in the paper.",
    ),
    Choice(
        "rate of w",
        {"2e-5": {}, "2e-4": {"lr_w": 2e-4}, "2e-6": {"lr_w": 2e-6}},
        "The learning rate of w, which makes M, the prior mean of A, from the vectors.",
        "Not in the paper; 2e-5 is that of A.",
    ),
    Choice(
        "constant in M",
        {"no": {}, "yes": {"bias": True}},
        "Whether M may have a constant beside what text says.",
        "Eq. 7 has none; without one it depends on the length of the vectors what M can be.",
        beyond=["yes"],
    ),
    Choice(
        "form of the prior",
        {"A around M": {}, "A = M + D": {"prior_form": "deviations"}},
        "Whether A itself is trained, or its difference D from M.",
        "Eq. 7 gives the density only, which is the same.",
    ),
)
"""Choices that InfoSEM-B adds."""

OF_LABELS = (
    Choice(
        "start of A, InfoSEM-BC",
        {"as InfoSEM-B": {}, "half of it": {"start": 0.5}},
        "The same for InfoSEM-BC, beside the start of A.",
        "Not in the paper; sigmoid(A^l) starts at a half.",
    ),
    Choice(
        "rate of the factors",
        {"1e-3": {}, "1e-4": {"lr_logits": 1e-4}},
        "The learning rate of the factors of A^l, which the labels shape.",
        "Not in the paper.",
    ),
    Choice(
        "rank",
        {"128": {}, "32": {"rank": 32}},
        "The number of factors of a gene.",
        "Appendix C says 128.",
        beyond=["32"],
    ),
    Choice(
        "sigma_l",
        {"paper's": {}, "1": {"sigma_l": 1.0}},
        "How loosely A^l is held to the labels.",
        "Appendix C.",
        beyond=["1"],
    ),
    Choice(
        "negatives",
        {"known": {}, "unknown": {"negatives": "unknown"}},
        "Whether a training pair without an edge is a label 0 or no label.",
        "Eq. 9 has labels 0, but what is not in the network need not be a negative.",
        beyond=["unknown"],
    ),
)
"""Choices that InfoSEM-BC adds."""

CHOICES = (*OF_MODEL, *OF_TEXT, *OF_LABELS)
_WITH_LABELS = {"form of the prior": "A around M"}  # A = M + D has no logits
_ALPHAS = {
    "cell-type-specific": {"own": None, "10": 10.0, "100": 100.0, "1000": 1000.0},
    "non-cell-type-specific": {"own": None, "10": 10.0, "1000": 1000.0},  # its own is 100
    "planted": {"own": None, "10": 10.0},
}
_TEXTS = {"BioBERT": "MiniLM", "MiniLM": "MiniLM symbols", "planted": "planted"}


def configurations(n: int) -> pd.DataFrame:
    """The first n configurations: one row each, one column for each choice, with its level.

    Index config, from 0. What InfoSEM-BC has besides: alpha and two splits of ten, in turns.
    """
    blocks = [_block(i) for i in range(-(-n // BLOCK))]
    found = pd.concat(blocks, ignore_index=True).head(n)
    return found.rename_axis("config")


def _block(i: int) -> pd.DataFrame:
    rng = np.random.default_rng([*b"multiverse", i])
    columns = {}
    for choice in CHOICES:
        levels = np.repeat(list(choice.levels), BLOCK // len(choice.levels))
        columns[choice.name] = rng.permutation(levels)
    return pd.DataFrame(columns)


def choices_table() -> pd.DataFrame:
    """The choices, what they mean, their levels, and where they come from, to read.

    A level that contradicts what the paper prints has a star.
    """
    lines = [
        {
            "choice": choice.name,
            "what it is": choice.meaning,
            "levels": ", ".join(level + "*" * (level in choice.beyond) for level in choice.levels),
            "where they come from": choice.source,
        }
        for choice in CHOICES
    ]
    return pd.DataFrame(lines).set_index("choice")


def printed(n: int, choices: Sequence[Choice]) -> "pd.Series[bool]":
    """Which of the first n configurations contradict nothing of these choices that is printed."""
    levels = configurations(n)
    beyond = [levels[choice.name].isin([*choice.beyond]) for choice in choices]
    return ~pd.concat(beyond, axis=1).any(axis=1)


def alphas(network: str) -> dict[str, float | None]:
    """The levels of alpha that are trained; None stands for DeepSEM's own."""
    return dict(_ALPHAS[network])


def alphas_in(found: Iterable[str]) -> list[str]:
    """The levels of alpha among these, in their order."""
    given = set(found)
    known = dict.fromkeys(level for levels in _ALPHAS.values() for level in levels)
    return [level for level in (*known, CHOSEN) if level in given]


def digits(network: str) -> int:
    """With how many decimals gains are told: those on non-specific networks are small."""
    return 4 if network.startswith("non") else 3


def _changes(choices: Sequence[Choice], levels: Mapping[str, str]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for choice in choices:
        changed |= choice.levels[levels[choice.name]]
    return changed


def _short(dataset: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The synthetic data take shorter runs, with rates of their own."""
    if dataset != "synthetic":
        return changes
    factors = {"epochs": 45 / 150, "lr_w": 1e-3 / 2e-5}
    scaled = {k: changes[k] * f for k, f in factors.items() if k in changes}
    if "epochs" in scaled:
        scaled["epochs"] = round(scaled["epochs"])
    return {**changes, **scaled}


def rival(dataset: str, network: str, levels: Mapping[str, str]) -> Method:
    """DeepSEM in a configuration, with its own alpha."""
    method = method_for("DeepSEM (reading)", dataset, network)
    return method.with_settings(**_short(dataset, _changes(OF_MODEL, levels)))


def model(
    dataset: str,
    network: str,
    levels: Mapping[str, str],
    alpha: float | None,
    *,
    permuted: bool = False,
) -> Method:
    """InfoSEM-B in a configuration; `permuted` gives every gene the text of another."""
    method = method_for("InfoSEM-B (reading)", dataset, network)
    return _informed(method, dataset, levels, alpha, permuted=permuted)


def without_labels(
    dataset: str, network: str, levels: Mapping[str, str], alpha: float | None
) -> Method:
    """What InfoSEM-BC is held against: InfoSEM-B, with the one form of the prior that both have."""
    return model(dataset, network, {**levels, **_WITH_LABELS}, alpha)


def with_labels(
    dataset: str,
    network: str,
    levels: Mapping[str, str],
    alpha: float | None,
    *,
    shuffled: bool = False,
) -> Method:
    """InfoSEM-BC in a configuration; `shuffled` gives it labels of other targets of the same TF."""
    method = method_for("InfoSEM-BC (reading)", dataset, network)
    method = _informed(method, dataset, {**levels, **_WITH_LABELS}, alpha)
    start, *others = OF_LABELS
    # On top of where A starts in both models.
    factor = start.levels[levels[start.name]].get("start", 1.0)
    own = method.settings.get("start", 1.0) * factor
    method = method.with_settings(**({"start": own} if own != 1 else {}))
    method = method.with_settings(**_changes(others, levels))
    return method.with_settings(labels="shuffled within TFs") if shuffled else method


def _informed(
    method: Method,
    dataset: str,
    levels: Mapping[str, str],
    alpha: float | None,
    *,
    permuted: bool = False,
) -> Method:
    changes = _short(dataset, _changes((*OF_MODEL, *OF_TEXT), levels))
    text = method.settings["embedding"]
    if levels["text"] == "another":
        text = _TEXTS[text]
    if alpha is not None:
        changes["alpha"] = alpha
    method = method.with_settings(**changes)
    return method.with_settings(embedding=f"permuted {text}" if permuted else text)
