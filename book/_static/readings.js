// The form on the page of the multiverse: pick choices, see the gains of the readings that are left.
// Data: an element .readings with a JSON of parts, each with choices (levels by name), readings (the
// level of each choice), gains (by data set and measure: difference, low, high), paper (its gain, by
// the same) and digits, with which gains are told.
"use strict";

const ANY = "any";

function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

function draw(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

const signed = (value, digits) => (value < 0 ? "-" : "+") + Math.abs(value).toFixed(digits);

function median(values) {
  const [sorted, half] = [[...values].sort((a, b) => a - b), values.length >> 1];
  return values.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function pick(root, parts) {
  const selects = new Map(); // by what is picked
  const shared = make("div", { class: "readings-controls" });
  const choices = make("div", { class: "readings-controls" });
  const said = make("p", { class: "readings-said", "aria-live": "polite" });
  const plot = make("div", { class: "readings-plot" });
  const all = make("button", { type: "button" }, "All readings");
  const save = make("button", { type: "button" }, "Download these as CSV");
  root.append(shared, make("details", {}, make("summary", {}, "Choices"), choices), said, plot,
    make("div", { class: "readings-controls" }, all, save));
  root.querySelector("details").open = true;
  root.querySelector(".readings-static").hidden = true;
  let part, left;
  const told = (value) => signed(value, part.digits);

  function offer(box, name, levels, onChange) {
    const select = make("select", {});
    levels.forEach((level) => select.append(make("option", {}, level)));
    select.addEventListener("change", onChange);
    selects.set(name, select);
    box.append(make("label", {}, `${name}: `, select));
  }

  function changePart() {
    part = parts[selects.get("claim").value];
    const names = Object.keys(part.gains);
    const before = ["data set", "measure"].map((name) => selects.get(name)?.value);
    while (shared.children.length > 1) shared.lastChild.remove();
    choices.replaceChildren();
    offer(shared, "data set", names, update);
    offer(shared, "measure", Object.keys(part.gains[names[0]]), update);
    ["data set", "measure"].forEach((name, i) => {
      const same = [...selects.get(name).options].some((option) => option.value === before[i]);
      if (same) selects.get(name).value = before[i];
    });
    Object.entries(part.choices).forEach(([name, levels]) =>
      offer(choices, name, [ANY, ...levels], update));
    update();
  }

  function update() {
    const [name, measure] = [selects.get("data set").value, selects.get("measure").value];
    const wanted = Object.entries(part.choices).map(([choice, levels]) =>
      levels.indexOf(selects.get(choice).value)); // -1: any
    const gains = part.gains[name][measure];
    left = part.readings
      .map((levels, i) => ({ levels, gain: gains[i] }))
      .filter(({ levels, gain }) => gain[0] !== null &&
        levels.every((level, k) => wanted[k] < 0 || wanted[k] === level))
      .sort((one, two) => one.gain[0] - two.gain[0]);
    const paper = part.paper[name]?.[measure] ?? null;
    tell(paper);
    show(paper);
  }

  function tell(paper) {
    if (left.length === 0) {
      said.textContent = "No reading has all of these choices; pick fewer.";
      return;
    }
    const values = left.map(({ gain }) => gain[0]);
    const count = (is) => left.filter(({ gain }) => is(gain)).length;
    const ahead = count(([, low]) => low !== null && low > 0);
    const behind = count(([, , high]) => high !== null && high < 0);
    const reached = paper === null ? "" :
      ` The paper's ${told(paper)} is reached in ${count(([gain]) => gain >= paper)}.`;
    said.textContent = `${left.length} reading${left.length === 1 ? "" : "s"}: ahead in ${ahead}, ` +
      `behind in ${behind}, undecided in ${left.length - ahead - behind}. ` +
      `The median gain is ${told(median(values))}, the range ${told(values[0])} to ` +
      `${told(values[values.length - 1])}.${reached}`;
  }

  function show(paper) {
    const [width, height, edge] = [Math.max(plot.clientWidth, 240), 230, 32 + 9 * part.digits];
    const ends = left.flatMap(({ gain }) => gain.filter((value) => value !== null));
    const reach = [0, ...ends, ...(paper === null ? [] : [paper])];
    const [low, high] = [Math.min(...reach), Math.max(...reach, 0.001)];
    const y = (value) => 10 + ((high - value) / (high - low)) * (height - 20);
    const x = (i) => edge + ((i + 0.5) / Math.max(left.length, 1)) * (width - edge - 8);
    const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": "Gains of the readings, sorted, with 95% intervals; the sentence above says it." });
    const line = (value, kind) => picture.append(
      draw("line", { x1: edge, x2: width - 8, y1: y(value), y2: y(value), class: kind }));
    line(0, "readings-zero");
    if (paper !== null) line(paper, "readings-paper");
    const labels = [low, 0, high].filter((value, i, values) =>
      i === 1 || Math.abs(y(value) - y(values[1])) > 14);
    labels.forEach((value) => {
      const label = draw("text", { x: edge - 5, y: y(value) + 4, "text-anchor": "end" });
      label.textContent = told(value);
      picture.append(label);
    });
    left.forEach(({ gain: [gain, from, to] }, i) => {
      const kind = from > 0 ? "ahead" : to !== null && to < 0 ? "behind" : "undecided";
      if (from !== null && to !== null) {
        picture.append(draw("line", { x1: x(i), x2: x(i), y1: y(from), y2: y(to),
          class: `readings-bar readings-${kind}` }));
      }
      picture.append(draw("circle", { cx: x(i), cy: y(gain), r: 2.5,
        class: `readings-point readings-${kind}` }));
    });
    plot.replaceChildren(picture);
  }

  function download() {
    const quoted = (text) => `"${String(text).replace(/"/g, '""')}"`;
    const names = Object.keys(part.choices);
    const lines = [[...names, "gain", "low", "high"].map(quoted).join(",")];
    left.forEach(({ levels, gain }) => lines.push([
      ...levels.map((level, k) => quoted(part.choices[names[k]][level])),
      ...gain.map((value) => value ?? ""),
    ].join(",")));
    const file = new Blob([`${lines.join("\n")}\n`], { type: "text/csv" });
    const link = make("a", { href: URL.createObjectURL(file), download: "readings.csv" });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  offer(shared, "claim", Object.keys(parts), changePart);
  all.addEventListener("click", () => {
    Object.keys(part.choices).forEach((name) => { selects.get(name).value = ANY; });
    update();
  });
  save.addEventListener("click", download);
  window.addEventListener("resize", update);
  changePart();
}

document.querySelectorAll(".readings").forEach((root) => {
  pick(root, JSON.parse(root.querySelector('script[type="application/json"]').textContent));
});
