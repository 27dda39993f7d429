"""What the built pages get after Sphinx: tables that fit any window, light pages, a preview.

    python book/finish.py HTML      on the folder of a site that was built without

`book/build.py` calls it on `_build/html`. Every page is read, changed and written once.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote, urljoin

from bs4 import BeautifulSoup, Tag

LONGEST_WORD = 24  # letters; a longer one may be broken anywhere
PADDING = 2.5  # of a cell, in letters
STACKED = 44  # a table with lines of more letters cannot be read at the width of a phone
FEWEST_ROWS = 3  # of a table, from which a column that never changes is told once
FOR_SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")
LONGEST_DESCRIPTION = 200  # characters: search engines cut there


def finish(html: Path, address: str | None = None) -> None:
    """Finish all pages of a built site.

    Parameters
    ----------
    html : path
        Of the site.
    address : str, optional
        Where the site is published: only an absolute address of the preview image is followed.
    """
    icons = {"fa-xmark"}  # which the theme's script adds
    pages = [path for path in html.rglob("*.html") if "_static" not in path.parts]
    for path in pages:
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        if soup.main is None:  # index.html leads to the first page
            continue
        name = path.relative_to(html).as_posix()
        drop_scripts(soup, is_search=name == "search.html")
        if soup.article:  # the page of the search has none
            for table in soup.article.find_all("table"):
                finish_table(soup, table)
            set_simple_equations(soup)
            describe(soup, name, address)
        used = soup.select('[class*="fa-"]')
        icons |= {word for tag in used for word in tag["class"] if word.startswith("fa-")}
        path.write_text(str(soup), encoding="utf-8")
    draw_icons(html / "_static", icons)


# --- tables ---------------------------------------------------------------------------------------


def finish_table(soup: BeautifulSoup, table: Tag) -> None:
    """Give a table a box, its heads a scope, and style.css what it needs to make it fit."""
    for style in table.parent.find_all("style", recursive=False):
        style.decompose()  # pandas writes the same one before every table
    for name in ("border", "style"):
        del table[name]
    drop_numbers_of_rows(soup, table)
    merge_heads(table)
    say_once(soup, table)
    for th in table.find_all("th"):
        in_head = th.find_parent("thead") is not None
        span = int(th.get("colspan" if in_head else "rowspan", 1))
        th["scope"] = ("col" if in_head else "row") + "group" * (span > 1)
        if not text_of(th) and in_head:  # nothing can be the head of a column
            th.name = "td"
            del th["scope"]
    for tag in table.find_all(["tr", "th", "td"]):
        for name in ("style", "valign", "halign"):
            del tag[name]
    columns = list(zip(*grid(table.find_all("tr")), strict=True))
    letters = sum(widest(column) + PADDING for column in columns)
    box = table.wrap(soup.new_tag("div", attrs={"class": "table-box"}))
    box["style"] = f"--letters: {letters:.0f}"
    for cell in table.find_all(["th", "td"]):
        if any(len(word) > LONGEST_WORD for word in words(cell)):
            cell["class"] = [*cell.get("class", []), "breaks"]
    if letters > STACKED and table.thead:
        stack(table, columns)


def stack(table: Tag, columns: Iterable[tuple[Tag, ...]]) -> None:
    """Let every cell say the name of its column, where style.css makes a block of each row."""
    table["class"] = [*table.get("class", []), "stacked"]
    for column in columns:
        names = dict.fromkeys(text_of(cell) for cell in column if cell.find_parent("thead"))
        for cell in column:
            if cell.name == "td" and not cell.find_parent("thead"):
                cell["data-head"] = ", ".join(filter(None, names))


def drop_numbers_of_rows(soup: BeautifulSoup, table: Tag) -> None:
    """Drop the index of a DataFrame that only counts its rows; what follows names the row."""
    rows = table.find_all("tr")
    heads = [row for row in rows if row.find_parent("thead")]
    body = [row for row in rows if row not in heads]
    first = [row.find(["th", "td"]) for row in rows]
    numbers = [text_of(cell) for cell in first[len(heads) :]]
    if (
        "dataframe" not in table.get("class", [])
        or table.find(rowspan=True)
        or any(map(text_of, first[: len(heads)]))
        or numbers != [str(i) for i in range(len(body))]
        or any(cell.name == "td" for cell in first[len(heads) :])
        or min(len(row.find_all(["th", "td"])) for row in rows) < 2
    ):
        return
    for cell in first:
        cell.decompose()
    for row in body:
        row.find("td").name = "th"


def merge_heads(table: Tag) -> None:
    """Make one row of heads of those that pandas writes for the columns and for the index."""
    rows = table.thead.find_all("tr") if table.thead else []
    for row in rows[1:]:
        if not text_of(row):  # the names of an index that has none
            row.decompose()
    rows = [row for row in rows if not row.decomposed]
    if len(rows) < 2 or table.thead.find(colspan=True):
        return
    columns = list(zip(*(row.find_all(["th", "td"]) for row in rows), strict=True))
    if any(sum(bool(text_of(cell)) for cell in column) > 1 for column in columns):
        return
    for first, *others in columns:
        for cell in others:
            first.extend(cell.contents[:])
    for row in rows[1:]:
        row.decompose()


def say_once(soup: BeautifulSoup, table: Tag) -> None:
    """Move what all rows of a DataFrame have in common into a line above the table.

    Not where a cell of a notebook is tagged "all-columns", nor from few rows.
    """
    rows = [row.find_all(["th", "td"]) for row in table.find_all("tr")]
    if (
        "dataframe" not in table.get("class", [])
        or table.find(rowspan=True)
        or table.find(colspan=True)
        or table.find_parent(class_="tag_all-columns")
        or not table.thead
        or len(table.thead.find_all("tr")) != 1
        or len(rows) < FEWEST_ROWS + 1
    ):
        return
    columns = list(zip(*rows, strict=True))[1:]  # the first names the row
    same = [column for column in columns if len(set(map(text_of, column[1:]))) == 1]
    if len(same) == len(columns):
        return
    told = [f"{text_of(head)} {text_of(cell)}" for head, cell, *_ in same
            if text_of(cell) not in ("", "-")]  # fmt: skip
    for cell in (cell for column in same for cell in column):
        cell.decompose()
    if told:
        caption = soup.new_tag("caption")
        caption.string = f"In all rows: {'; '.join(told)}."
        table.insert(0, caption)


def grid(rows: Iterable[Tag]) -> Iterator[list[Tag]]:
    """Yield the cells of each row, with those that span others in all their places."""
    above: dict[int, tuple[Tag, int]] = {}  # by column: a cell, and how many rows it still has
    for row in rows:
        cells, line = iter(row.find_all(["th", "td"], recursive=False)), []
        while True:
            if above.get(len(line), (None, 0))[1]:
                cell, left = above[len(line)]
                above[len(line)] = cell, left - 1
                line.append(cell)
            elif cell := next(cells, None):
                for _ in range(int(cell.get("colspan", 1))):
                    above[len(line)] = cell, int(cell.get("rowspan", 1)) - 1
                    line.append(cell)
            else:
                break
        yield line


def widest(column: Iterable[Tag]) -> float:
    """Return how many letters a column needs at least; bold ones are wider."""
    cells = {id(cell): cell for cell in column if int(cell.get("colspan", 1)) == 1}
    lengths = [
        min(len(word), LONGEST_WORD) * (1.1 if cell.name == "th" else 1)
        for cell in cells.values()
        for word in words(cell)
    ]
    return max(lengths, default=0)


def words(cell: Tag) -> list[str]:
    """Return what a browser does not break: it may break at blanks, and at hyphens in words."""
    return re.split(r"\s+|(?<=[a-zA-Z]-)(?=[a-zA-Z])", text_of(cell))


def text_of(tag: Tag) -> str:
    return tag.get_text().strip()


# --- equations ------------------------------------------------------------------------------------

GREEK = {"alpha": "α", "beta": "β", "sigma": "σ", "lambda": "λ", "mu": "μ"}
SIGNS = {"times": "×", "cdot": "·", "top": "\N{DOWN TACK}"}
TOKEN = re.compile(r"\\[a-zA-Z]+|\s+|[\^_{}]|\d+(?:\.\d+)?|.")


def set_simple_equations(soup: BeautifulSoup) -> None:
    """Set equations of letters, numbers and indices in HTML, so that MathJax is not needed.

    Only where a page has no others: one look for all.
    """
    equations = soup.article.select(".math")
    texts = [in_html(tag.text.strip().removeprefix(r"\(").removesuffix(r"\)")) for tag in equations]
    if None in texts:
        return
    for tag, text in zip(equations, texts, strict=True):
        tag["class"] = "simple-math"
        tag.clear()
        tag.append(BeautifulSoup(str(text), "html.parser"))
    for script in soup.find_all("script"):
        if "mathjax/" in script.get("src", "") or "window.MathJax" in script.text:
            script.decompose()


def in_html(tex: str) -> str | None:
    """Set an equation in HTML; None if that takes MathJax."""
    try:
        text, rest = group(TOKEN.findall(tex))
    except KeyError:
        return None
    return None if rest else text


def group(tokens: list[str]) -> tuple[str, list[str]]:
    """Set tokens up to a closing brace, and return those after it, too."""
    parts: list[str] = []
    while tokens and tokens[0] != "}":
        spaced = tokens[0] in ("=", "+", "-", r"\times", r"\cdot") and parts
        part, tokens = one(tokens)
        parts.append(f"&nbsp;{part}&nbsp;" if spaced else part)
    return "".join(parts), tokens


def one(tokens: list[str]) -> tuple[str, list[str]]:
    """Set the first token with what belongs to it, and return the others, too."""
    token, *rest = tokens
    if token == "{":
        text, rest = group(rest)
        return text, rest[1:]
    if token in "^_":
        text, rest = one(rest)
        name = "sup" if token == "^" else "sub"
        return f"<{name}>{text}</{name}>", rest
    if token == r"\mathbf":
        text, rest = one(rest[1:] if rest[0].isspace() else rest)
        return f"<b>{re.sub('</?var>', '', text)}</b>", rest
    if token.startswith("\\"):
        name = token[1:]
        return SIGNS.get(name) or f"<var>{GREEK[name]}</var>", rest
    if token.isspace():
        return "", rest
    if token.isalpha():
        return f"<var>{token}</var>", rest
    return "−" if token == "-" else escape(token), rest


# --- scripts and icons ----------------------------------------------------------------------------

# MathJax without its menu, which is a third of it.
MATHJAX = (
    'window.MathJax = {loader: {load: ["input/tex-base", "[tex]/ams", "output/chtml", '
    '"a11y/assistive-mml"]}, tex: {packages: {"[+]": ["ams"]}}, options: {processHtmlClass: '
    '"tex2jax_process|mathjax_process|math|output_area"}};'
)


def drop_scripts(soup: BeautifulSoup, *, is_search: bool) -> None:
    """Load no more than a page uses."""
    for script in soup.find_all("script"):
        source = script.get("src", "").split("?")[0]
        if source.endswith("/fontawesome.js"):  # 1.5 MB; see draw_icons
            script.decompose()
        elif not is_search and source.endswith(FOR_SEARCH):
            script.decompose()  # pages send what is sought to search.html
        elif source.endswith("mathjax/tex-chtml.js"):
            script["src"] = source.replace("tex-chtml.js", "startup.js")
        elif "window.MathJax" in script.text:
            script.string = MATHJAX


def draw_icons(static: Path, icons: Iterable[str]) -> None:
    """Put the icons that the pages use into the theme's CSS, in place of its rules for 2,000."""
    script = (static / "scripts" / "fontawesome.js").read_text(encoding="utf-8")
    path = static / "styles" / "pydata-sphinx-theme.css"
    rule = r"(?:\.fa-[a-z0-9-]+:before,?)+\{content:[^}]*\}"
    lines = [re.sub(rule, "", path.read_text(encoding="utf-8"))]
    lines.append(
        ":is(.fa-solid, .fa-regular, .fa-brands, .fas, .far, .fab) { width: 1.25em; height: 1em; "
        "vertical-align: -0.125em; background: currentColor; "
        "mask: var(--icon) center / contain no-repeat; }"
    )
    for icon in sorted(icons):
        # Of an icon in several styles the solid one comes last.
        drawn = rf'[{{,]"?{icon[3:]}"?:\[(\d+),(\d+),\[[^\]]*\],"\w+","([^"]+)"'
        if found := re.findall(drawn, script):
            width, height, line = found[-1]
            picture = (
                f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>"
                f"<path d='{line}'/></svg>"
            )
            address = f"data:image/svg+xml,{quote(picture, safe=' =:/')}"
            lines.append(f'.{icon} {{ --icon: url("{address}"); }}')
    path.write_text("\n".join(lines), encoding="utf-8")


# --- for search engines, and for what shows a link ------------------------------------------------


def describe(soup: BeautifulSoup, name: str, address: str | None) -> None:
    """Say what a page is about, in its head."""
    found = soup.article.select("p:not(.admonition-title)")
    texts = (" ".join(p.get_text().split()) for p in found)
    text = next(filter(None, texts), "")
    if len(text) > LONGEST_DESCRIPTION:
        text = text[:LONGEST_DESCRIPTION].rsplit(" ", 1)[0] + " …"
    preview = "../" * name.count("/") + "_static/preview.png"
    entries = {
        "og:title": text_of(soup.title),
        "og:description": text,
        "og:type": "article",
        "og:image": urljoin(f"{address.rstrip('/')}/{name}", preview) if address else preview,
    }
    if address:
        entries["og:url"] = urljoin(f"{address.rstrip('/')}/", name)
    if text:
        soup.head.append(soup.new_tag("meta", attrs={"name": "description", "content": text}))
    for key, content in entries.items():
        soup.head.append(soup.new_tag("meta", attrs={"property": key, "content": content}))


if __name__ == "__main__":
    finish(Path(sys.argv[1]))
