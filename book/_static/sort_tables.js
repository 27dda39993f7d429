// A click on the head of a column of a DataFrame sorts its rows; a second one turns the order round.
// Left alone: heads of several rows, cells that span others, tables that pandas has cut short.
"use strict";

const ENOUGH_ROWS = 5;

// "0.332 (0.042)", "+0.017", "42%", "3 of 120" -> a number; "hESC", "-" -> NaN
function leadingNumber(text) {
  const found = text.match(/^[+\-−]?\d[\d,]*(\.\d+)?(e[+-]?\d+)?(?=$|[\s%(,])/i);
  return found ? Number(found[0].replace(/,/g, "").replace("−", "-")) : NaN;
}

function isMissing(text) {
  return ["", "-", "NaN"].includes(text) || text.startsWith("not run");
}

function cell(row, column) {
  return row.cells[column].textContent.trim();
}

// What is missing comes last, whichever way the rest is sorted.
function sortedRows(rows, column, descending) {
  const texts = rows.map((row) => cell(row, column)).filter((text) => !isMissing(text));
  const numeric = texts.every((text) => !Number.isNaN(leadingNumber(text)));
  const compare = (a, b) =>
    numeric ? leadingNumber(a) - leadingNumber(b) : a.localeCompare(b, "en", { numeric: true });
  return [...rows].sort((first, second) => {
    const [a, b] = [cell(first, column), cell(second, column)];
    if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
    return descending ? compare(b, a) : compare(a, b);
  });
}

function isSortable(table) {
  const body = table.tBodies[0];
  return (
    table.tHead?.rows.length === 1 &&
    body?.rows.length >= ENOUGH_ROWS &&
    !table.querySelector("[colspan], [rowspan]") &&
    ![...body.rows].some((row) => ["...", "…"].includes(cell(row, 0)))
  );
}

function makeSortable(table) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Sort the rows";
    if (head.textContent.trim() === "") button.setAttribute("aria-label", "order as stored");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      body.append(...sortedRows([...body.rows], column, descending));
    });
  });
}

document.addEventListener("DOMContentLoaded", () => {
  [...document.querySelectorAll("table.dataframe")].filter(isSortable).forEach(makeSortable);
});
