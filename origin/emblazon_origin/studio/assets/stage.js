// The card itself with its overlays; a fault lies over the last good picture.

import { amount, el } from "./dom.js";
import { overlay, OVERLAYS } from "./overlays.js";

export class Stage {
  #on = new Set();
  #explanation = null;

  constructor(source, pick, showPlatforms) {
    this.source = source;
    this.pick = pick;
    this.showPlatforms = showPlatforms;
    this.verdicts = el("ul", { className: "verdicts", "aria-label": "Verdicts of the platforms" });
    this.cases = el("ul", { className: "film", "aria-label": "Cases" });
    this.picture = el("img", { alt: "The card as it is drawn now", id: "card" });
    this.layer = el("div", { className: "layer", "aria-hidden": "true" });
    this.fault = el("div", { className: "fault", role: "alert", hidden: true });
    this.line = el("p", { className: "facts" });
    this.figure = el("figure", { className: "sheet" }, this.picture, this.layer, this.fault);
    this.node = el("div", { className: "panel stage" }, this.figure, this.line, this.verdicts, this.cases);
    this.tools = el("div", { className: "tools", role: "group", "aria-label": "Overlays" },
      Object.entries(OVERLAYS).map(([id, { label, hint }]) =>
        el("button", { type: "button", "aria-pressed": "false", title: hint, id: `overlay-${id}`, onclick: (event) => this.#toggle(id, event.currentTarget) }, label)));
    document.addEventListener("card-painted", (event) => { this.#latency = event.detail; this.#tell(); });
  }

  #latency = null;
  #facts = null;

  show({ url, facts }) {
    this.picture.src = url;
    this.figure.style.setProperty("--ratio", `${facts.width} / ${facts.height}`);
    this.#facts = facts;
    this.#tell();
    this.verdicts.replaceChildren(...facts.verdicts.map(({ platform, state, text }) =>
      el("li", {}, el("button", { type: "button", className: `chip ${state}`, title: text, "aria-label": `${platform}: ${text}`, onclick: this.showPlatforms }, platform))));
  }

  /** Show the template's examples as a strip; each fills the form. */
  showCases(template) {
    this.cases.replaceChildren(...template.cases.map(({ name, query }) => {
      const card = { template: template.name, extension: "jpg", query };
      const image = el("img", { src: this.source.pictureOf(card, template.version), alt: "", loading: "lazy", width: template.width, height: template.height });
      return el("li", {}, el("button", { type: "button", onclick: () => this.pick(query) }, image, el("span", {}, name)));
    }));
  }

  #tell() {
    if (!this.#facts) return;
    const { width, height, type, bytes, ms } = this.#facts;
    const seen = this.#latency === null ? "" : ` · on screen after ${this.#latency.toFixed(0)} ms`;
    this.line.textContent = `${width} × ${height} · ${type.replace("image/", "").toUpperCase()} · ${amount(bytes)} · drawn in ${ms.toFixed(0)} ms${seen}`;
  }

  outdate() {
    this.layer.classList.add("outdated");
  }

  explain(explanation) {
    this.#explanation = explanation;
    this.layer.classList.remove("outdated");
    this.#draw();
  }

  #toggle(id, button) {
    const on = !this.#on.has(id);
    this.#on[on ? "add" : "delete"](id);
    button.setAttribute("aria-pressed", String(on));
    this.#draw();
  }

  #draw() {
    this.layer.replaceChildren(...(this.#explanation && this.#on.size ? [overlay(this.#explanation, this.#on)] : []));
  }

  showFault(fault) {
    this.fault.hidden = !fault;
    this.figure.classList.toggle("behind", Boolean(fault));
    if (!fault) { this.fault.replaceChildren(); return; }
    const place = [fault.file, fault.line || ""].filter(Boolean).join(":");
    const lines = fault.lines.map(([number, text]) =>
      el("span", { className: number === fault.line ? "at" : "" }, `${String(number).padStart(4)}  ${text}\n`));
    this.fault.replaceChildren(
      el("p", { className: "place" }, place || "This card cannot be drawn"),
      el("p", { className: "message" }, fault.message),
      ...(lines.length ? [el("pre", { tabIndex: 0, "aria-label": `Lines around ${place}` }, lines)] : []));
  }
}
