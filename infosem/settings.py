"""The settings of a training run."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from infosem.errors import InfosemError

__all__ = ["EPSILON", "SMOOTHING", "Settings"]

SMOOTHING, EPSILON = 0.99, 1e-8
"""Of RMSprop: the released DeepSEM's, and torch's default."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides a training run, besides the data and the seed.

    The defaults are DeepSEM's, as its authors ran it on cell-type-specific networks: GitHub
    HantaoShu/DeepSEM, Hyperparameter.MD since commit 5b0c304.

    Attributes
    ----------
    epochs : int
        Passes over the cells, of which every third trains the networks.
    batch_size : int
        Cells a step.
    hidden : int
        Width of the networks.
    lr, lr_adjacency, lr_w, lr_logits : float
        RMSprop learning rates of the networks, of A, of the weights w (and the bias) of the prior
        mean, and of the factors of A^l.
    decay : float
        Factor on the networks' learning rate after each epoch. DeepSEM's schedule fires at every
        epoch in torch 1.2.0, which its authors ask for, and never in torch from 1.4 on; that theirs
        fired is seen in the output that they published.
    alpha : float
        Weight of log p(A, w), whose largest part is the mean absolute residual of A about its
        prior mean.
    beta : float
        Weight of the KL term.
    sigma_w, sigma_l : float
        Scales of the priors of w (Eq. 7) and of the known logits (Eq. 9).
    rank : int
        Rank h of A^l, at most the number of genes.
    bias : bool
        Whether the prior mean has a constant (the paper's has none).
    likelihood, latent_prior, sigma_z
        See `model.StructuralModel`.
    mask_zeros : bool
        Standardise over, and reconstruct, the non-zero entries only (DeepSEM on cell-type-specific
        networks); else all entries (on non-specific ones).
    precision : {"float32", "float64"}
    start : float
        Where A starts, as a multiple of DeepSEM's start.
    pair_rank : int
        Rank of the pair-aware term of the prior mean, which the paper does not have (see
        `model.StructuralModel`); 0 for none. Its weights learn as fast as w.
    regulators : {"all", "tfs"}
        Whether A has a row for every gene, as in the paper, or for TFs only.
    steps : {"alternating", "joint"}
        Whether networks and A learn in turns, as in the released DeepSEM, or both at every step.
    prior_form : {"centred", "deviations"}
        Whether A is drawn around the prior mean M (Eq. 7), or is M plus deviations that are drawn
        around 0. The density is the same; but in the second form M moves A itself. Not with known
        edges.
    absent_mean, absent_trust : float
        Of known non-edges, in the prior of the logits: their probability at its mean, and a factor
        on its precision (see `model.KnownEdges`). With the defaults it is Eq. 9's.
    """

    epochs: int = 150
    batch_size: int = 64
    hidden: int = 128
    lr: float = 1e-4
    lr_adjacency: float = 2e-5
    lr_w: float = 2e-5
    lr_logits: float = 1e-3
    decay: float = 0.95
    alpha: float = 1.0
    beta: float = 0.01
    sigma_w: float = 1.0
    sigma_l: float = 0.1
    rank: int = 128
    bias: bool = False
    likelihood: str = "squared"
    latent_prior: str = "learned"
    sigma_z: float = 1.0
    mask_zeros: bool = True
    precision: str = "float32"
    start: float = 1.0
    pair_rank: int = 0
    regulators: str = "all"
    steps: str = "alternating"
    prior_form: str = "centred"
    absent_mean: float = 0.05
    absent_trust: float = 1.0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "hidden", "rank", "lr", "lr_adjacency", "lr_w",
                     "lr_logits", "decay", "sigma_w", "sigma_l", "sigma_z", "start"):  # fmt: skip
            if not getattr(self, name) > 0:
                raise InfosemError(f"settings: {name} is {getattr(self, name)}, must be positive")
        for name in ("alpha", "beta", "pair_rank", "absent_trust"):
            if not getattr(self, name) >= 0:
                raise InfosemError(f"settings: {name} is {getattr(self, name)}, must be >= 0")
        if not 0 < self.absent_mean < 1:
            raise InfosemError(
                f"settings: absent_mean is {self.absent_mean}, must be between 0 and 1"
            )
        for name, allowed in (
            ("likelihood", ("squared", "gaussian")),
            ("latent_prior", ("learned", "standard")),
            ("precision", ("float32", "float64")),
            ("regulators", ("all", "tfs")),
            ("steps", ("alternating", "joint")),
            ("prior_form", ("centred", "deviations")),
        ):
            if getattr(self, name) not in allowed:
                raise InfosemError(
                    f"settings: {name} is {getattr(self, name)!r}, must be one of {allowed}"
                )

    @property
    def prior_rates(self) -> dict[str, float]:
        """Learning rates of the parameters of A's prior, by their names in the model."""
        return {
            "w": self.lr_w, "bias": self.lr_w, "pair_source": self.lr_w, "pair_target": self.lr_w,
            "logit_source": self.lr_logits, "logit_target": self.lr_logits,
        }  # fmt: skip

    def recorded(self) -> dict[str, Any]:
        """The settings that identify a run.

        A setting that did not exist when the first runs were recorded is left out where it has its
        default, which is what those runs had: so that settings can be added, and runs keep their
        identity.
        """
        everything = asdict(self)
        added = {f.name: f.default for f in fields(self) if f.name in _ADDED}
        return {k: v for k, v in everything.items() if k not in added or v != added[k]}


_ADDED = ("start", "pair_rank", "regulators", "steps", "prior_form", "absent_mean",
          "absent_trust")  # fmt: skip
