"""Names of genes: kept as a file has them, and matched to those of other files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["are_ensembl", "match_names", "without_version"]

_ENSEMBL = re.compile(r"ENS[A-Z]*G\d{6,}(\.\d+)?|FBgn\d{7}|WBGene\d{8}")


def match_names(
    wanted: Iterable[object], names: Sequence[str] | NDArray[np.str_],
    ids: Sequence[str] | NDArray[np.str_] | None = None,
) -> NDArray[np.int64]:  # fmt: skip
    """Find genes by their names.

    A name is found as it is written; else without regard to case and to white space around it, but
    only where that is unique among both the names wanted and those there: `dl` and `Dl` are two
    genes of the fly. No alias is looked up.

    Parameters
    ----------
    wanted : iterable of str
    names : sequence of str, (n_genes,)
    ids : sequence of str, (n_genes,), optional
        Other names of the same genes, such as Ensembl's, of which the version behind the dot does
        not count.

    Returns
    -------
    int array (n_wanted,)
        Positions in `names`, of which a name that occurs twice has the first; -1 where there is
        none.
    """
    texts = [str(name).strip() for name in wanted]
    exact: dict[str, int] = {}
    for i, name in enumerate(names):
        exact.setdefault(str(name).strip(), i)
    there = _spellings(exact)
    spelt = _spellings(texts)
    by_id: dict[str, int] = {}
    for i, name in enumerate([] if ids is None else ids):
        by_id.setdefault(without_version(str(name)), i)

    def find(text: str) -> int:
        if text in exact:
            return exact[text]
        folded = text.upper()
        if len(there.get(folded, ())) == 1 and len(spelt[folded]) == 1:
            (name,) = there[folded]
            return exact[name]
        return by_id.get(without_version(text), -1) if text else -1

    return np.array([find(text) for text in texts], dtype=np.int64)


def _spellings(names: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in names:
        found.setdefault(name.upper(), set()).add(name)
    return found


def without_version(name: str) -> str:
    """Return an Ensembl identifier without the version behind its dot; other names as they are."""
    name = name.strip()
    return name.partition(".")[0] if _ENSEMBL.fullmatch(name) else name


def are_ensembl(names: Sequence[str] | NDArray[np.str_]) -> bool:
    """Tell whether names are identifiers of Ensembl, FlyBase or WormBase, most of them."""
    some = [str(name) for name in names[:1000]]
    return sum(_ENSEMBL.fullmatch(name.strip()) is not None for name in some) > len(some) / 2
