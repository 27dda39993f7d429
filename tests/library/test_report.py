"""The page that tells of a network, in a browser."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

from infosem.ensemble import Ensemble, SeedsDisagree, infer_ensemble
from infosem.report import WORTH, write_report

NASTY = '<script>document.title="run"</script>'.upper()


@pytest.fixture(scope="module")
def found(synthetic) -> Ensemble:
    """Of genes whose names are HTML, or long."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeedsDisagree)
        found = infer_ensemble(
            synthetic, seeds=2, bootstraps=1, jobs=1, threads=1, epochs=4, hidden=8,
            notes=["dropped <b>3</b> cells"],
        )  # fmt: skip
    names = found.dataset.genes.astype(object)
    names[found.dataset.tfs[:2]] = "<" + "LONG" * 50, NASTY
    name = '"><img src=x onerror=alert(1)>.h5ad'
    return replace(found, dataset=replace(found.dataset, name=name, genes=names.astype(str)))


def page(ensemble: Ensemble, path) -> BeautifulSoup:
    write_report(ensemble, path, command="infosem infer 'a <b>.h5ad'")
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_names_are_text(found, tmp_path):
    html = page(found, tmp_path / "a.html")
    assert not html.find_all(["script", "img", "b"], string=lambda text: text == "3")
    assert html.find("img") is None
    assert html.find("script") is None
    text = html.get_text()
    assert NASTY in text
    assert "dropped <b>3</b> cells" in text
    assert "infosem infer 'a <b>.h5ad'" in text


def test_it_says_what_it_is_worth_and_how_it_was_made(found, tmp_path):
    text = page(found, tmp_path / "a.html").get_text()
    assert WORTH in text
    assert "200 cells, 100 genes, 12 TFs: 1,188 pairs" in text
    assert "settings: epochs=4" in text
    assert f"correlation of TF and target: {found.agreement_with_correlation:.2f}" in text
    first = found.top(100)
    share = first["known"].mean()
    assert f"Of the best 100 pairs {share:.1%} are known" in text
    assert f"{(first['seeds'] == 2).sum()} are among the best of every seed" in text
    assert "That is too low: another seed gives another network" in text


def test_edges_that_were_given_are_no_test(found, tmp_path):
    text = page(found, tmp_path / "a.html").get_text()
    assert "The training has not seen them." in text
    given = page(replace(found, method="InfoSEM-BC"), tmp_path / "b.html").get_text()
    assert "no test of it" in given
    none = replace(found.dataset, network=np.zeros_like(found.dataset.network))
    bare = page(replace(found, dataset=none), tmp_path / "c.html").get_text()
    assert "No known edges were given." in bare


def test_one_seed_and_a_network_of_nothing_have_a_page(found, tmp_path):
    run = replace(found.runs[0], effects=0 * found.runs[0].effects)
    text = page(replace(found, runs=(run,), resamples=()), tmp_path / "a.html").get_text()
    assert "There is one only" in text
    assert "nan" not in text


@pytest.mark.parametrize("width", [400, 1280])
def test_it_opens_in_a_browser_without_network(found, tmp_path, browser, width):
    page(found, tmp_path / "a.html")
    for log in ("browser", "performance"):
        browser.get_log(log)
    window = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width == 400}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
    browser.get((tmp_path / "a.html").as_uri())
    assert browser.get_log("browser") == []
    assert browser.title.startswith("Gene regulatory network of")
    asked = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = {
        event["params"]["request"]["url"]
        for event in asked
        if event["method"] == "Network.requestWillBeSent"
    }
    assert {url for url in urls if url.startswith("file")} == {(tmp_path / "a.html").as_uri()}
    assert not [url for url in urls if url.startswith("http")]
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width
    drawn = browser.execute_script(
        """return [...document.querySelectorAll("svg")].map((picture) =>
             [picture.getBoundingClientRect().width, picture.getBoundingClientRect().height,
              ...[...picture.querySelectorAll("text")].map((text) =>
                text.getBoundingClientRect().height)])"""
    )
    assert len(drawn) == 3
    for wide, high, *texts in drawn:
        assert wide > 300
        assert high > 100
        assert min(texts) >= 11  # pixels: readable
