"""Measured times and memory, and what is made of them."""

import json

import numpy as np
import pytest

from infosem import InfosemError
from infosem_study.pages import speed


@pytest.fixture
def speed_file(tmp_path):
    """Two methods at three sizes, cost with the square of the genes, two repeats."""
    path = tmp_path / "rows.jsonl"
    rows = [
        {
            "task": {"genes": genes, "method": method, "repeat": repeat},
            "part": "genes", "method": method, "dataset": "simulated", "genes": genes,
            "cells": 400, "tfs": genes // 20, "repeat": repeat, "unit": unit, "amount": amount,
            "whole": whole,
            "extrapolated": True, "seconds": (1 + repeat) * genes**2 * 1e-6,
            "peak_mib": 500.0 + repeat, "machine": "here", "others_share": 0.01 + 0.1 * repeat,
        }
        for genes in (500, 1000, 2000)
        for repeat in (0, 1)
        for method, unit, amount, whole in (
            ("InfoSEM-B", "epoch", 6, 120), ("RegDiffusion", "step", 20, 1000)
        )
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_speed_is_the_median_extrapolated_to_a_network(speed_file):
    medians = speed.medians_of(speed.read(speed_file))
    line = medians.query("method == 'InfoSEM-B' and genes == 1000").iloc[0]
    assert line["runs"] == 2
    assert line["unit_seconds"] == pytest.approx(1.5 / 6)
    assert line["network_seconds"] == pytest.approx(1.5 * 20)
    assert line["network_seconds_high"] == pytest.approx(2 * 20)
    text = speed.format_ratios(medians, "InfoSEM-B").query("genes == 1000").set_index("method")
    assert text.loc["RegDiffusion", "time / InfoSEM-B"] == "2.5"
    assert text.loc["RegDiffusion", "s an epoch"] == "-"
    assert text.loc["RegDiffusion", "measured"] == "20 of 1000 steps"


def test_fits_find_the_exponent(speed_file):
    fits = speed.scaling_fits(speed.medians_of(speed.read(speed_file)), "genes")
    np.testing.assert_allclose(fits["exponent"], 2)
    np.testing.assert_allclose(fits["stderr"], 0, atol=1e-6)
    exponent, stderr = speed.loglog_fit([1, 10], [3, 300])
    assert exponent == pytest.approx(2)
    assert np.isnan(stderr)
    with pytest.raises(InfosemError, match="at least two different sizes"):
        speed.loglog_fit([5, 5], [1, 2])


def test_last_row_of_a_task_counts_and_machines_are_kept_apart(speed_file):
    first = json.loads(speed_file.read_text().splitlines()[0])
    with speed_file.open("a") as file:
        file.write(json.dumps({**first, "seconds": 99.0}) + "\n")
    rows = speed.read(speed_file)
    assert len(rows) == 12
    assert rows["seconds"].max() == 99
    with speed_file.open("a") as file:
        file.write(json.dumps({**first, "machine": "there"}) + "\n")
    with pytest.raises(InfosemError, match="several machines"):
        speed.read(speed_file)
    assert len(speed.read(speed_file, machine="there")) == 1
    with speed_file.open("a") as file:
        file.write("{cut short\n")
    with pytest.raises(InfosemError, match="line 15: not a measurement"):
        speed.read(speed_file)
    with pytest.raises(InfosemError, match="no such file"):
        speed.read(speed_file.with_name("none"))


def test_tables_and_figure_show_what_there_is(speed_file):
    rows = speed.read(speed_file)
    titles = ["Simulated data, more and more genes", "Time = c x genes^exponent"]
    assert list(speed.sections(rows)) == titles
    assert speed.describe_disturbance(rows).startswith("In 6 of 12 measurements")
    assert "In none" in speed.describe_disturbance(rows[rows["repeat"] == 0])
    figure = speed.scaling_figure(speed.medians_of(rows), "genes")
    epoch, network, memory = figure.axes
    assert [axis.get_xscale() + axis.get_yscale() for axis in figure.axes] == ["loglog"] * 3
    assert len(epoch.containers) == 1  # RegDiffusion has no epochs
    assert len(network.containers) == len(memory.containers) == 2
