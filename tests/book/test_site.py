"""The built book as a reader meets it: in a browser, at a desk and on a phone."""

import json
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote, unquote, urlsplit

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait
from sklearn.metrics import average_precision_score

ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]
PAGES = [TOC["root"], *CHAPTERS, "search"]
DESK, PHONE, PAPER = 1400, 400, 700  # CSS pixels
HEAVIEST = 3 * 2**19  # bytes of a page without its images: 1.5 MiB


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 64  # a page asks for many files at once


@pytest.fixture(scope="module")
def site(book: Path) -> Iterator[str]:
    """Serve the built book, and yield its address."""
    handler = partial(QuietHandler, directory=book / "_build" / "html")
    with Server(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def show(browser: webdriver.Chrome, address: str, width: int = DESK) -> None:
    """Open a page in a window of this width, and wait until its equations are set."""
    for log in ("browser", "performance"):
        browser.get_log(log)  # so that what is read next is of this page
    resize(browser, width)
    browser.get(address)
    browser.execute_async_script(
        "Promise.resolve(window.MathJax?.startup?.promise).then(arguments[arguments.length - 1])"
    )


def resize(browser: webdriver.Chrome, width: int) -> None:
    """Make the window this wide, and wait until what moves has come to rest."""
    window = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width == PHONE}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
    browser.execute_async_script(
        """const frame = () => new Promise(requestAnimationFrame);
           frame().then(frame)
             .then(() => Promise.allSettled(document.getAnimations().map((one) => one.finished)))
             .then(frame).then(arguments[0])"""
    )


def requests_and_failures(browser: webdriver.Chrome) -> tuple[set[str], list[str]]:
    """Return what was asked of the network, and what of it went wrong."""
    asked: dict[str, str] = {}
    failures = []
    for entry in browser.get_log("performance"):
        event = json.loads(entry["message"])["message"]
        method, parameters = event["method"], event["params"]
        if method == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if url.startswith("http"):  # not chrome: and data:
                asked[parameters["requestId"]] = url
        elif method == "Network.responseReceived" and parameters["response"]["status"] >= 400:
            failures.append(f"{parameters['response']['status']} {parameters['response']['url']}")
        elif method == "Network.loadingFailed" and parameters["requestId"] in asked:
            failures.append(f"{parameters['errorText']} {asked[parameters['requestId']]}")
    return set(asked.values()), failures


# --- every page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_without_errors_and_without_other_hosts(
    browser: webdriver.Chrome, site: str, name: str
) -> None:
    show(browser, f"{site}/{name}.html")
    said = [entry for entry in browser.get_log("browser") if entry["level"] != "INFO"]
    assert said == []
    asked, failures = requests_and_failures(browser)
    assert failures == []
    assert f"{site}/{name}.html" in asked
    assert [url for url in asked if not url.startswith(f"{site}/")] == []
    weights = browser.execute_script(
        """return ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
             .filter((entry) => !/[.](png|svg)$|^data:/.test(entry.name))
             .map((entry) => [entry.encodedBodySize, entry.name])"""
    )
    assert sum(weight for weight, _ in weights) < HEAVIEST, sorted(weights)


@pytest.mark.parametrize("name", [TOC["root"], *CHAPTERS])
def test_equations_and_figures_are_rendered(
    browser: webdriver.Chrome, site: str, name: str
) -> None:
    show(browser, f"{site}/{name}.html")
    equations = browser.execute_script(
        """return [...document.querySelectorAll("article .math")].map((math) => {
             const set = math.querySelector("mjx-container mjx-math");
             return set && set.offsetWidth > 0 && set.offsetHeight > 0
               && !math.querySelector("mjx-merror") ? "set" : math.textContent;
           })"""
    )
    assert set(equations) <= {"set"}
    if name == "book/model":
        assert len(equations) > 50
    pictures = browser.execute_script(
        """return [...document.querySelectorAll("article img")].map((picture) =>
             [picture.alt !== "", picture.naturalWidth > 0, picture.offsetWidth > 0])"""
    )
    assert all(all(picture) for picture in pictures)
    if name == TOC["root"]:
        assert len(pictures) >= 1  # the cover
    captions = browser.execute_script(
        """function light(color) {  // as WCAG measures it
             const linear = color.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255)
               .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
             return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
           }
           const page = light(getComputedStyle(document.body).backgroundColor);
           return [...document.querySelectorAll("article img")].map((picture) => {
             const caption = picture.closest("figure")?.querySelector("figcaption .caption-text");
             if (!caption) return [picture.alt, 0, ""];
             const both = [page, light(getComputedStyle(caption).color)].sort();
             const number = caption.parentElement.querySelector(".caption-number");
             return [caption.innerText, (both[1] + 0.05) / (both[0] + 0.05), number.innerText];
           })"""
    )
    for text, contrast, number in captions:
        assert text and contrast >= 4.5 and number.startswith("Fig. "), (text, contrast, number)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off(browser: webdriver.Chrome, site: str, name: str) -> None:
    """On no screen and on no sheet of paper; but a wide figure scrolls in a box of its own."""
    show(browser, f"{site}/{name}.html", PHONE)
    browser.execute_script(
        'document.querySelectorAll("details").forEach((folded) => { folded.open = true; })'
    )
    for width in (PHONE, DESK, PAPER):
        media = "print" if width == PAPER else "screen"
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media})
        resize(browser, width)
        scrolled, cut_off, tables = browser.execute_script(CUT_OFF)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        assert scrolled == 0, width
        if media == "screen":
            assert cut_off == [], width
        assert tables == [], width


CUT_OFF = """
    window.scrollTo(1000, 0);
    const edge = document.documentElement.clientWidth;
    const inside = (box) => box.left >= 0 && box.right <= edge + 1;
    function reachable(element) {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || inside(box)) return true;
      if (box.left < 0) return false;  // nothing scrolls further left
      for (let around = element; around; around = around.parentElement)
        if (["auto", "scroll"].includes(getComputedStyle(around).overflowX))
          return inside(around.getBoundingClientRect());
      return false;
    }
    const tooWide = (table) => table.getBoundingClientRect().width >
      table.closest(".table-box").getBoundingClientRect().width + 1;
    const told = (elements) => elements.map((element) => element.outerHTML.slice(0, 200));
    const shown = document.querySelectorAll(
      "article :is(h1, h2, h3, p, li, table, pre, img, mjx-container, mjx-math)");
    return [window.scrollX, told([...shown].filter((element) => !reachable(element))),
      told([...document.querySelectorAll("article table")].filter(tooWide))];
"""


@pytest.mark.parametrize("name", ["book/data", "notebooks/table1", "notebooks/audit"])
def test_heads_of_tables_say_what_they_are_the_head_of(book: Path, name: str) -> None:
    html = (book / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
    heads = BeautifulSoup(html, "html.parser").select("article table th")
    for head in heads:
        above = head.find_parent("thead") is not None
        assert str(head["scope"]).removesuffix("group") == ("col" if above else "row")
    assert len(heads) > 10


def test_on_a_phone_cells_of_wide_tables_name_their_column(
    browser: webdriver.Chrome, site: str
) -> None:
    show(browser, f"{site}/book/data.html", PHONE)
    said = browser.execute_script(
        """const row = [...document.querySelectorAll(".stacked tbody tr")]
             .find((row) => row.cells[0].innerText === "cells");
           return [...row.cells].map((cell) => getComputedStyle(cell, "::before").content)"""
    )
    assert said[1] == 'attr(data-head) ": "' or said[1] == '"hESC: "'


# --- ways through the book ------------------------------------------------------------------------


def test_address_of_the_site_leads_to_the_first_page(browser: webdriver.Chrome, site: str) -> None:
    show(browser, f"{site}/")
    WebDriverWait(browser, 10).until(lambda _: browser.current_url == f"{site}/{TOC['root']}.html")


def test_links_inside_the_site_are_alive(book: Path) -> None:
    html = book / "_build" / "html"
    pages = {
        path.resolve(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in html.rglob("*.html")
        if "_static" not in path.parts
    }
    anchors = {
        path: {str(tag[key]) for key in ("id", "name") for tag in soup.find_all(attrs={key: True})}
        for path, soup in pages.items()
    }
    assert {html.resolve() / f"{name}.html" for name in PAGES} < set(pages)
    dead, checked = [], 0
    for path, soup in pages.items():
        tags = soup.select("a[href], link[href], script[src], img[src]")
        for target in {str(tag.get("href") or tag.get("src")) for tag in tags}:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            checked += 1
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            fragment = unquote(parts.fragment)
            if not file.is_file() or (fragment and fragment not in anchors[file]):
                dead.append(f"{path.relative_to(html.resolve())}: {target}")
    assert dead == []
    assert checked > 100


def test_every_page_has_the_icon(book: Path) -> None:
    for name in PAGES:
        html = (book / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
        (icon,) = BeautifulSoup(html, "html.parser").select('link[rel~="icon"]')
        assert str(icon["href"]).endswith("favicon.png")  # that it is there, the links tell


@pytest.mark.parametrize(
    "words, page, text",
    [("BioBERT", "book/data", "BioBERT"), ("does InfoSEM work", TOC["root"], "Does InfoSEM work?")],
)
def test_search_finds(
    browser: webdriver.Chrome, site: str, words: str, page: str, text: str
) -> None:
    show(browser, f"{site}/{CHAPTERS[0]}.html")
    buttons = browser.find_elements(By.CSS_SELECTOR, ".search-button-field, .search-button")
    shown = [button for button in buttons if button.is_displayed()]
    assert len(shown) == 1
    shown[0].click()
    browser.switch_to.active_element.send_keys(words, Keys.ENTER)
    WebDriverWait(browser, 10).until(
        lambda _: (
            browser.find_elements(By.CSS_SELECTOR, "#search-results .search-summary")
            and "finished" in browser.find_element(By.CSS_SELECTOR, ".search-summary").text
        )
    )
    found = browser.find_elements(By.CSS_SELECTOR, "#search-results li a")
    addresses = [str(link.get_attribute("href")) for link in found]
    first = next(address for address in addresses if address.startswith(f"{site}/{page}.html"))
    show(browser, first)
    assert text in browser.find_element(By.TAG_NAME, "article").text


# --- the explorable -------------------------------------------------------------------------------


def test_average_precision_in_the_browser_is_that_of_scikit_learn(
    browser: webdriver.Chrome, site: str
) -> None:
    show(browser, f"{site}/book/benchmark.html")
    rng = np.random.default_rng(0)
    for n_tfs in (1, 2, 5, 20):
        pairs = rng.integers(1, 30, n_tfs)
        positives = rng.integers(0, pairs, endpoint=True)
        positives[0] = pairs[0]  # one at least
        scores = rng.integers(0, 8, n_tfs) / 8  # some TFs are tied
        labels = np.concatenate([np.arange(n) < k for n, k in zip(pairs, positives, strict=True)])
        found = browser.execute_script(
            "return averagePrecision(...arguments)",
            scores.tolist(), pairs.tolist(), positives.tolist(),
        )  # fmt: skip
        wanted = average_precision_score(labels, np.repeat(scores, pairs))
        assert found == pytest.approx(wanted, abs=1e-12)


def test_a_press_reshuffles_the_tfs(browser: webdriver.Chrome, site: str) -> None:
    show(browser, f"{site}/book/benchmark.html", PHONE)
    said = browser.find_element(By.CSS_SELECTOR, ".reshuffle-said")
    assert said.get_attribute("aria-live") == "polite"
    assert said.text.startswith("1 random order of ")
    once, often = browser.find_elements(By.CSS_SELECTOR, ".reshuffle button")
    once.send_keys(Keys.ENTER)
    assert said.text.startswith("2 random orders of ")
    often.send_keys(Keys.SPACE)
    assert said.text.startswith("102 random orders of ")
    bars = browser.find_elements(By.CSS_SELECTOR, ".reshuffle-plot rect")
    assert len(bars) > 3
    legend = browser.find_element(By.CSS_SELECTOR, ".reshuffle-legend").text
    for name in ("share of positives", "DeepSEM", "InfoSEM-B"):
        assert name in legend
    Select(browser.find_element(By.CSS_SELECTOR, ".reshuffle select")).select_by_visible_text("mDC")
    assert said.text.startswith("1 random order of ")
    assert browser.find_element(By.CSS_SELECTOR, ".reshuffle-static").text == ""  # is hidden


def test_choices_leave_readings(browser: webdriver.Chrome, site: str) -> None:
    show(browser, f"{site}/notebooks/multiverse.html", PHONE)
    said = browser.find_element(By.CSS_SELECTOR, ".readings-said")
    assert said.get_attribute("aria-live") == "polite"

    def left() -> int:
        number = re.match(r"(\d+) readings?: ahead in", said.text)
        assert number is not None, said.text
        points = browser.find_elements(By.CSS_SELECTOR, ".readings-plot circle")
        assert len(points) == int(number[1])
        return len(points)

    def pick(label: str, level: str) -> None:
        path = f'//label[starts-with(., "{label}: ")]/select'
        Select(browser.find_element(By.XPATH, path)).select_by_visible_text(level)

    whole = left()
    pick("steps", "joint")
    joint = left()
    pick("steps", "in turns")
    assert 0 < joint < whole
    assert joint + left() == whole
    pick("measure", "within TFs")
    pick("data set", "hESC")
    assert left() > 0
    assert "paper" not in said.text  # which has no number within TFs
    everything, _ = browser.find_elements(By.CSS_SELECTOR, ".readings button")
    everything.send_keys(Keys.ENTER)
    assert left() >= whole
    claim = Select(browser.find_element(By.XPATH, '//label[starts-with(., "claim: ")]/select'))
    for option in [one.text for one in claim.options]:
        claim.select_by_visible_text(option)
        starts = browser.execute_script(
            "return [...document.querySelectorAll('.readings-plot text')].map((t) => t.getBBox().x)"
        )
        assert len(starts) > 1
        assert min(starts) >= 0, option  # a sign that is cut off is another number
    assert browser.find_element(By.CSS_SELECTOR, ".readings-static").text == ""  # is hidden


@pytest.mark.parametrize(
    ("page", "paragraph", "words"),
    [
        ("book/benchmark", "p.reshuffle-static", "random orders of the"),
        ("notebooks/multiverse", "p.readings-static", "readings can be picked"),
    ],
)
def test_without_a_script_a_sentence_says_it(
    book: Path, page: str, paragraph: str, words: str
) -> None:
    html = (book / "_build" / "html" / f"{page}.html").read_text(encoding="utf-8")
    (static,) = BeautifulSoup(html, "html.parser").select(paragraph)
    assert words in static.text


def test_page_tells_what_it_is_about_and_of_which_version(book: Path) -> None:
    html = (book / "_build" / "html" / "book" / "benchmark.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(html, "html.parser")
    (description,) = soup.select('meta[name="description"]')
    assert str(description["content"]).startswith("A method gets the expression")
    (image,) = soup.select('meta[property="og:image"]')
    assert (book / "_build" / "html" / "book" / str(image["content"])).is_file()
    footer = soup.select_one(".bd-footer-content")
    assert footer is not None and "newest result of 20" in footer.text


# --- tables that can be sorted --------------------------------------------------------------------


def table(heads: list[list[str]], rows: list[list[str]]) -> str:
    """Write a DataFrame as pandas does."""
    top = "".join(f"<tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>" for head in heads)
    body = "".join(
        f"<tr><th>{row[0]}</th>{''.join(f'<td>{cell}</td>' for cell in row[1:])}</tr>"
        for row in rows
    )
    return f'<table class="dataframe"><thead>{top}</thead><tbody>{body}</tbody></table>'


ROWS = [
    ["0", "b", "0.300 (0.020)", "-"],
    ["1", "a", "0.090", "-0.020"],
    ["2", "c", "not run", "+0.100"],
    ["3", "a", "12.5", "-"],
    ["4", "d", "1,000", "+0.030"],
]


@pytest.fixture
def sorting(browser: webdriver.Chrome) -> webdriver.Chrome:
    """Show four tables: only the first can be sorted."""
    head = ["", "method", "ours", "difference"]
    cut_short = [*ROWS[:3], ["..."] * 4, *ROWS[3:]]
    tables = [table([head], ROWS), table([head, head], ROWS), table([head], cut_short)]
    tables.append(table([head], ROWS[:4]))
    script = (ROOT / "book" / "_static" / "sort_tables.js").read_text(encoding="utf-8")
    page = f'<meta charset="utf-8">{"".join(tables)}<script>{script}</script>'
    browser.get("data:text/html," + quote(page))
    return browser


def first_column(browser: webdriver.Chrome) -> str:
    return "".join(cell.text for cell in browser.find_elements(By.CSS_SELECTOR, "tbody th"))[:5]


@pytest.mark.parametrize(
    "column, ascending, descending",
    [
        ("order as stored", "01234", "43210"),
        ("method", "13024", "42013"),  # equal ones keep their order
        ("ours", "10342", "43012"),  # what is missing comes last, either way
        ("difference", "14203", "24103"),
    ],
)
def test_click_on_a_head_sorts_the_rows(
    sorting: webdriver.Chrome, column: str, ascending: str, descending: str
) -> None:
    assert first_column(sorting) == "01234"
    names = {
        button.accessible_name: button
        for button in sorting.find_elements(By.CSS_SELECTOR, "thead button")
    }
    names[column].click()
    assert first_column(sorting) == ascending
    names[column].click()
    assert first_column(sorting) == descending
    (marked,) = sorting.find_elements(By.CSS_SELECTOR, "[aria-sort]")
    assert marked.get_attribute("aria-sort") == "descending"


def test_other_tables_are_left_alone(sorting: webdriver.Chrome) -> None:
    tables = sorting.find_elements(By.TAG_NAME, "table")
    buttons = [len(each.find_elements(By.TAG_NAME, "button")) for each in tables]
    assert buttons == [4, 0, 0, 0]


def test_tables_of_the_book_can_be_sorted(browser: webdriver.Chrome, site: str) -> None:
    show(browser, f"{site}/notebooks/table1.html")
    heads = browser.execute_script(
        """return [...document.querySelectorAll("table.dataframe")].map((table) =>
             [table.tHead.rows.length, table.querySelectorAll("th button").length])"""
    )
    assert any(buttons for _, buttons in heads)
    assert not any(buttons for rows, buttons in heads if rows > 1)
