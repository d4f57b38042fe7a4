// The card itself with its overlays; a fault lies over the last good picture.

import { amount, el } from "./dom.js";
import { overlay, OVERLAYS } from "./overlays.js";

export class Stage {
  #on = new Set();
  #explanation = null;

  constructor() {
    this.picture = el("img", { alt: "The card as it is drawn now", id: "card" });
    this.layer = el("div", { className: "layer", "aria-hidden": "true" });
    this.fault = el("div", { className: "fault", role: "alert", hidden: true });
    this.line = el("p", { className: "facts" });
    this.figure = el("figure", { className: "sheet" }, this.picture, this.layer, this.fault);
    this.node = el("div", { className: "panel stage" }, this.figure, this.line);
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
