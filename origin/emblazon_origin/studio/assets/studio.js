// The page: which view the address asks for, the theme, and what saved files change.

import { CardState } from "./card_state.js";
import { el, say } from "./dom.js";
import { Editor } from "./editor.js";
import { gallery } from "./gallery.js";
import { LiveSource, StaticSource } from "./source.js";
import { Stats } from "./stats.js";

const main = document.getElementById("main");
const source = document.documentElement.dataset.source === "static" ? new StaticSource() : new LiveSource();
let known = null;
let editor = null;
let faults = {};

/** Load the templates and show what the address asks for. */
async function load() {
  try {
    known = await source.catalogue();
  } catch (fault) {
    main.replaceChildren(el("div", { className: "empty", role: "alert" }, el("h1", {}, "The project cannot be read"), el("p", {}, fault.message)));
    return;
  }
  route();
}

function route() {
  if (!known || (location.hash && !location.hash.startsWith("#/"))) return;
  const [name, query = ""] = splitOnce(location.hash.slice(2), "?");
  const template = known.templates.find((one) => one.name === name);
  const view = template ? "" : name === "stats" ? "stats" : "gallery";
  for (const link of document.querySelectorAll("[data-route]")) {
    if (link.dataset.route === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view === "stats") {
    editor = null;
    document.title = "Unfurls · Emblazon Studio";
    main.className = "";
    const stats = new Stats(source);
    main.replaceChildren(stats.node);
    stats.load();
    return;
  }
  if (!template) {
    editor = null;
    document.title = "Templates · Emblazon Studio";
    main.className = "";
    main.replaceChildren(gallery(known, source));
    return;
  }
  const shown = template.cases.find((one) => one.name === "preview")?.query ?? "";
  const start = query && source.has({ template: name, query }) ? query : shown;
  document.title = `${name} · Emblazon Studio`;
  editor = new Editor(known, template, source);
  main.className = "editor";
  main.replaceChildren(...editor.parts);
  editor.open(CardState.fromQuery(template, start));
  editor.showSaved(faults[name] ?? faults[""]);
}

function splitOnce(text, mark) {
  const found = text.indexOf(mark);
  return found < 0 ? [text] : [text.slice(0, found), text.slice(found + 1)];
}

async function saved({ changed, versions, faults: found }) {
  faults = found;
  const missed = known.templates.filter(({ name, version }) => versions[name] !== version).map(({ name }) => name);
  const names = [...new Set([...Object.keys(changed), ...missed])];
  if (names.length) {
    known = await source.catalogue();
    const ms = Math.max(0, ...Object.values(changed));
    say(`${names.length > 3 ? `${names.length} templates` : names.join(", ")} drawn again in ${ms.toFixed(0)} ms`);
  }
  if (!editor) { if (names.length && !location.hash.startsWith("#/stats")) route(); return; }
  const name = editor.template.name;
  const template = known.templates.find((one) => one.name === name);
  if (!template) return route();
  if (names.includes(name)) editor.reload(known, template);
  editor.showSaved(faults[name] ?? faults[""]);
}

function connection(alive) {
  const place = document.getElementById("connection");
  place.textContent = alive ? "Live" : "The server does not answer";
  place.className = `connection ${alive ? "alive" : "lost"}`;
  if (!alive) say(place.textContent);
}

const theme = document.getElementById("theme");
theme.value = localStorage.getItem("theme") ?? "auto";
document.documentElement.dataset.theme = theme.value;
theme.addEventListener("change", () => {
  localStorage.setItem("theme", theme.value);
  document.documentElement.dataset.theme = theme.value;
});

addEventListener("hashchange", () => {
  if (!editor?.isOwn(location.hash)) { route(); if (location.hash.startsWith("#/")) main.focus(); }
});
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (editor) { location.hash = "#/"; setTimeout(() => document.getElementById("search")?.focus(), 50); }
  else document.getElementById("search")?.focus();
});
for (const link of document.querySelectorAll("[data-live]")) link.hidden = !source.live;
await load();
source.listen(saved, connection);
