// The explorable on the page of the benchmark: a random order of TFs, and its AUPRC.
// Data: an element .reshuffle with a JSON of data sets, each with tfs, pairs, positives, methods.
"use strict";

const BINS = 50; // of the histogram, over AUPRC 0 to 1

// Average precision where all pairs of a TF have its score; equal scores share one threshold.
function averagePrecision(scores, pairs, positives) {
  const order = scores.map((_, tf) => tf).sort((a, b) => scores[b] - scores[a]);
  const total = positives.reduce((sum, count) => sum + count, 0);
  let [ranked, found, sum] = [0, 0, 0];
  for (let next = 0; next < order.length; ) {
    const before = found;
    const score = scores[order[next]];
    for (; next < order.length && scores[order[next]] === score; next += 1) {
      ranked += pairs[order[next]];
      found += positives[order[next]];
    }
    if (ranked) sum += (found - before) * (found / ranked);
  }
  return sum / total;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function explore(root, blocks) {
  const select = element("select", {});
  Object.keys(blocks).forEach((name) => select.append(element("option", {}, name)));
  const once = element("button", { type: "button" }, "Reshuffle the TFs");
  const often = element("button", { type: "button" }, "100 times");
  const number = element("span", { class: "reshuffle-number" });
  const said = element("p", { class: "reshuffle-said", "aria-live": "polite" });
  const bars = element("ol", { class: "reshuffle-tfs", "aria-label": "TFs from first to last" });
  const plot = element("div", { class: "reshuffle-plot" });
  const legend = element("ul", { class: "reshuffle-legend" });
  root.append(
    element("div", { class: "reshuffle-controls" }, once, often,
      element("label", {}, "Cells: ", select)),
    element("p", { class: "reshuffle-result" }, "AUPRC of this order: ", number),
    bars, plot, legend, said);
  root.querySelector(".reshuffle-static").hidden = true;

  let block, lines, scores, drawn;

  function choose() {
    block = blocks[select.value];
    drawn = [];
    const sum = (counts) => counts.reduce((total, count) => total + count, 0);
    const share = sum(block.positives) / sum(block.pairs);
    lines = [["share of positives", share], ...Object.entries(block.methods)];
    legend.replaceChildren(...lines.map(([name, value], i) =>
      element("li", { class: `reshuffle-line-${i}` }, `${name}: ${value.toFixed(3)}`)));
    shuffle(1);
  }

  function shuffle(times) {
    for (let i = 0; i < times; i += 1) {
      scores = block.tfs.map(() => Math.random());
      drawn.push(averagePrecision(scores, block.pairs, block.positives));
    }
    draw();
  }

  function draw() {
    const last = drawn[drawn.length - 1];
    number.textContent = last.toFixed(3);
    const order = block.tfs.map((_, tf) => tf).sort((a, b) => scores[b] - scores[a]);
    bars.replaceChildren(...order.map((tf) => {
      const share = block.positives[tf] / block.pairs[tf];
      const words = `${block.tfs[tf]}: ${block.positives[tf]} of ${block.pairs[tf]} pairs are edges`;
      const bar = element("span", { class: "reshuffle-bar", style: `height: ${4 * share}em` });
      return element("li", { title: words, "aria-label": words }, bar,
        element("span", { "aria-hidden": "true" }, block.tfs[tf]));
    }));
    histogram(last);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const reached = lines.slice(1).map(([name, value]) =>
      `${drawn.filter((other) => other >= value).length} reach ${name}`);
    said.textContent = `${drawn.length} random order${drawn.length === 1 ? "" : "s"} of ` +
      `${block.tfs.length} TFs: this one gets ${last.toFixed(3)}, the mean is ${mean.toFixed(3)}` +
      `${reached.length ? `; ${reached.join(", ")}` : ""}.`;
  }

  function histogram(last) {
    const [width, height, floor] = [Math.max(plot.clientWidth, 240), 150, 128];
    const counts = new Array(BINS).fill(0);
    const bin = (value) => Math.min(Math.floor(value * BINS), BINS - 1);
    drawn.forEach((value) => { counts[bin(value)] += 1; });
    const most = Math.max(5, ...counts); // so that the first draws do not fill the height
    const [left, across] = [12, width - 24];
    const x = (value) => left + value * across;
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": "Histogram of the AUPRC of the random orders so far; the text below says it." });
    counts.forEach((count, i) => {
      if (count === 0) return;
      const tall = (count / most) * (floor - 8);
      picture.append(svg("rect", { x: x(i / BINS), y: floor - tall, width: across / BINS - 1,
        height: tall, class: i === bin(last) ? "reshuffle-last" : "reshuffle-count" }));
    });
    picture.append(svg("line",
      { x1: left, x2: left + across, y1: floor, y2: floor, class: "reshuffle-axis" }));
    [0, 0.25, 0.5, 0.75, 1].forEach((value) => {
      const label = svg("text", { x: x(value), y: floor + 17, "text-anchor": "middle" });
      label.textContent = value;
      picture.append(label);
    });
    lines.forEach(([, value], i) => picture.append(svg("line", { x1: x(value), x2: x(value), y1: 0,
      y2: floor, class: `reshuffle-line reshuffle-line-${i}` })));
    plot.replaceChildren(picture);
  }

  once.addEventListener("click", () => shuffle(1));
  often.addEventListener("click", () => shuffle(100));
  select.addEventListener("change", choose);
  window.addEventListener("resize", () => histogram(drawn[drawn.length - 1]));
  choose();
}

document.querySelectorAll(".reshuffle").forEach((root) => {
  explore(root, JSON.parse(root.querySelector('script[type="application/json"]').textContent));
});
