// The same template many ways, side by side: variants, choices, languages, examples and worst cases.

import { el } from "./dom.js";
import { CardState } from "./card_state.js";

const MOST_CHOICES = 5;

export class Compare {
  constructor(source, pick) {
    this.source = source;
    this.pick = pick;
    this.node = el("div", { className: "panel compare" });
  }

  show(card, template) {
    const groups = [
      ["Variants", ["", ...(template.variants ?? []), "fallback"].map((name) => [name || "none", card.with({ options: { variant: name } })])],
      ...template.params.filter(({ type, choices = [] }) => type === "choice" && choices.length <= MOST_CHOICES)
        .map(({ name, choices }) => [name.replaceAll("_", " "), choices.map((value) => [value, card.with({ values: { [name]: value } })])]),
      ["Sizes", [["its own", ""], ["2:1", "1200x600"], ["square", "1080x1080"]].map(([name, size]) => [name, card.with({ options: { width: size.split("x")[0], height: size.split("x")[1] } })])],
      ["Languages", template.cases.filter((one) => one.lang).map((one) => [`${one.name} (${one.lang})`, CardState.fromQuery(template, one.query)])],
      ["Examples", template.cases.filter((one) => !one.lang).map((one) => [one.name, CardState.fromQuery(template, one.query)])],
      ["Worst cases", template.worst.map((one) => [one.name, CardState.fromQuery(template, one.query)])],
    ];
    this.node.replaceChildren(...groups
      .map(([title, shots]) => [title, shots.filter(([, shot]) => this.source.has(shot.asked))])
      .filter(([, shots]) => shots.length > 1).flatMap(([title, shots]) => [
      el("h2", {}, title),
      el("ul", { className: "shots" }, shots.map(([name, shot]) => this.#shot(name, shot, template))),
    ]));
  }

  #shot(name, card, template) {
    const asked = { template: template.name, extension: "jpg", query: card.query };
    const image = el("img", { src: this.source.pictureOf(asked, template.version), alt: "", loading: "lazy", width: card.options.width || template.width, height: card.options.height || template.height });
    return el("li", {}, el("button", { type: "button", onclick: () => this.pick(card.query) }, image, el("span", {}, name)));
  }
}
