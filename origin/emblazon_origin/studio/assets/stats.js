// What they see: unfurls by day and kind, with charts drawn here as SVG.

import { amount, el, say, svg } from "./dom.js";
import { HUES } from "./overlays.js";

const DIMENSIONS = ["platform", "template", "variant", "outcome", "country"];
const SERIES = 6; // platforms with a colour of their own; the rest is one
const WIDTH = 960, HEIGHT = 220, LEFT = 44, BOTTOM = 24, TOP = 8;

export class Stats {
  constructor(source) {
    this.source = source;
    this.chosen = {};
    this.days = el("select", { id: "days", onchange: () => this.load() }, [7, 30, 90].map((days) => el("option", { value: days, selected: days === 30 }, `${days} days`)));
    this.csv = el("a", { className: "button", download: "" }, "CSV");
    this.filters = el("div", { className: "filters", role: "group", "aria-label": "Only" });
    this.body = el("div", { className: "stats-body" });
    this.node = el("div", { className: "stats-page" },
      el("div", { className: "gallery-head" }, el("h1", {}, "Unfurls"),
        el("p", { className: "count" }, "Who fetched which card. A crawler fetches once and keeps it: these are no readers."),
        el("label", { className: "inline", for: "days" }, "Last", this.days), this.csv),
      this.filters, this.body);
  }

  async load() {
    this.csv.href = `stats.csv?days=${this.days.value}`;
    this.data = await this.source.stats(this.days.value);
    this.#show();
    say(`${number(sum(this.#rows()))} unfurls in ${this.days.value} days`);
  }

  #rows() {
    return this.data.counts.filter((row) => Object.entries(this.chosen).every(([name, value]) => (row[name] || "none") === value));
  }

  #show() {
    this.#showFilters();
    const rows = this.#rows();
    if (!rows.length) {
      const why = this.data.kept ? "No card was asked for in this time." : "This edge keeps no unfurls: its state is in memory.";
      this.body.replaceChildren(el("p", { className: "empty" }, why));
      return;
    }
    const requests = sum(rows);
    const ms = rows.reduce((all, row) => all + row.mean_ms * row.requests, 0) / requests;
    const hits = sum(rows.filter(({ outcome }) => outcome === "hit" || outcome === "stale"));
    const totals = [["Unfurls", number(requests)], ["From a cache", `${((hits / requests) * 100).toFixed(1)} %`], ["Mean time", `${ms.toFixed(1)} ms`], ["Sent", amount(rows.reduce((all, row) => all + row.bytes, 0))]];
    this.body.replaceChildren(
      el("dl", { className: "totals" }, totals.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
      this.#byDay(rows),
      el("div", { className: "dimensions" }, DIMENSIONS.map((name) => this.#dimension(name, rows))));
  }

  #showFilters() {
    this.filters.replaceChildren(...Object.entries(this.chosen).map(([name, value]) =>
      el("button", { type: "button", "aria-label": `Remove: only ${name} ${value}`, onclick: () => this.#choose(name, value) }, `${name}: ${value} ×`)));
    this.filters.hidden = !this.filters.children.length;
  }

  #choose(name, value) {
    if (this.chosen[name] === value) delete this.chosen[name];
    else this.chosen[name] = value;
    this.#show();
    say(`${number(sum(this.#rows()))} unfurls`);
  }

  #byDay(rows) {
    const days = lastDays(this.data.today, Number(this.days.value));
    const names = ranked(rows, "platform").map(([name]) => name);
    const series = names.slice(0, SERIES);
    if (names.length > SERIES) series.push("all others");
    const cells = new Map();
    for (const row of rows) {
      const name = series.includes(row.platform) ? row.platform : "all others";
      cells.set(`${row.day} ${name}`, (cells.get(`${row.day} ${name}`) ?? 0) + row.requests);
    }
    const at = (day, name) => cells.get(`${day} ${name}`) ?? 0;
    const most = Math.max(...days.map((day) => series.reduce((all, name) => all + at(day, name), 0)), 1);
    const legend = el("ul", { className: "legend" }, series.map((name, index) => {
      const swatch = el("span", { className: "swatch" });
      swatch.style.background = hue(index);
      return el("li", {}, swatch, name);
    }));
    return el("section", { className: "card-box" }, el("header", {}, el("h2", {}, "By day"), legend), columns(days, series, at, most), table(days, series, at));
  }

  #dimension(name, rows) {
    const found = ranked(rows, name);
    const most = found[0]?.[1] ?? 1;
    return el("section", { className: "card-box" }, el("h2", {}, name), el("ul", { className: "bars-list" }, found.slice(0, 12).map(([value, count]) => {
      const bar = el("span", { className: "bar-fill", "aria-hidden": "true" });
      bar.style.width = `${(count / most) * 100}%`;
      return el("li", {}, el("button", { type: "button", "aria-pressed": String(this.chosen[name] === value), onclick: () => this.#choose(name, value) },
        bar, el("span", {}, value), el("span", { className: "figure" }, number(count))));
    })));
  }
}

/** Stacked columns, one for each day, with a round scale. */
function columns(days, series, at, most) {
  const top = roundUp(most);
  const step = (WIDTH - LEFT) / days.length;
  const y = (value) => TOP + (HEIGHT - BOTTOM - TOP) * (1 - value / top);
  const shapes = [0, 0.5, 1].flatMap((share) => [
    svg("line", { x1: LEFT, x2: WIDTH, y1: y(top * share), y2: y(top * share), class: "grid" }),
    text(LEFT - 8, y(top * share) + 4, number(top * share), "end"),
  ]);
  days.forEach((day, index) => {
    let below = 0;
    series.forEach((name, order) => {
      const value = at(day, name);
      if (!value) return;
      const column = svg("rect", { x: LEFT + index * step + step * 0.12, width: step * 0.76, y: y(below + value), height: y(below) - y(below + value), fill: hue(order) });
      column.append(svg("title", {}, `${day}, ${name}: ${number(value)}`));
      shapes.push(column);
      below += value;
    });
    const every = Math.ceil(days.length / 10);
    if (index % every === 0) shapes.push(text(LEFT + (index + 0.5) * step, HEIGHT - 6, day.slice(5), "middle"));
  });
  const total = days.reduce((all, day) => all + series.reduce((part, name) => part + at(day, name), 0), 0);
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", role: "img", "aria-label": `${number(total)} unfurls from ${days[0]} to ${days.at(-1)}; the table below has the numbers` }, ...shapes);
}

/** The same numbers for whoever does not see the chart. */
function table(days, series, at) {
  const rows = days.filter((day) => series.some((name) => at(day, name)));
  return el("details", {}, el("summary", {}, "As a table"), el("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Unfurls by day" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Day"), series.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, rows.map((day) => el("tr", {}, el("th", { scope: "row" }, day), series.map((name) => el("td", {}, number(at(day, name))))))))));
}

function text(x, y, content, anchor) {
  return svg("text", { x, y, "text-anchor": anchor }, content);
}

const hue = (index) => HUES[index] ?? "#868e96";
const sum = (rows) => rows.reduce((all, row) => all + row.requests, 0);
const number = (value) => Math.round(value).toLocaleString("en");

function ranked(rows, name) {
  const counts = new Map();
  for (const row of rows) counts.set(row[name] || "none", (counts.get(row[name] || "none") ?? 0) + row.requests);
  return [...counts].sort((one, other) => other[1] - one[1]);
}

function lastDays(today, count) {
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) => new Date(end - (count - 1 - index) * 864e5).toISOString().slice(0, 10));
}

function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((factor) => factor * power).find((bound) => bound >= value && bound >= 2) ?? 10 * power;
}
