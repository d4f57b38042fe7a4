// What the drawing has to say: findings with their place, the faces, the times.

import { el } from "./dom.js";
import { hueOf } from "./overlays.js";

const WORDS = { error: "Error", warning: "Warning", info: "Note" };

export class Inspector {
  constructor() {
    this.findings = el("ul", { className: "findings" });
    this.count = el("span", { className: "badge" });
    this.faces = el("ul", { className: "faces" });
    this.times = el("dl", { className: "times" });
    this.node = el("section", { className: "side inspector", "aria-label": "Findings" },
      el("h2", {}, "Findings ", this.count), this.findings,
      el("h2", {}, "Fonts"), this.faces,
      el("h2", {}, "Times"), this.times);
  }

  showFacts({ findings }) {
    this.#showFindings(findings);
  }

  explain(explanation) {
    this.#showFindings(explanation.findings);
    const hue = hueOf(explanation);
    this.faces.replaceChildren(...Object.entries(explanation.faces).map(([face, characters]) => {
      const swatch = el("span", { className: "swatch", "aria-hidden": "true" });
      swatch.style.background = hue(face);
      return el("li", {}, swatch, el("span", {}, face), el("small", {}, `${[...characters].length} characters`));
    }));
    this.times.replaceChildren(...Object.entries(explanation.timings).flatMap(([stage, ms]) => [el("dt", {}, stage), el("dd", {}, `${ms.toFixed(1)} ms`)]));
  }

  #showFindings(findings) {
    const ordered = [...findings].sort((one, other) => rank(one) - rank(other));
    this.count.textContent = findings.length || "";
    this.findings.replaceChildren(...(ordered.length ? ordered.map(shown) : [el("li", { className: "none" }, "Nothing was ignored, cut or missing.")]));
  }
}

const rank = (finding) => Object.keys(WORDS).indexOf(finding.severity);

function shown({ severity, code, message, where, file, line, column }) {
  const place = file && line ? [file, line, column || ""].filter(Boolean).join(":") : "";
  return el("li", { className: severity },
    el("p", {}, el("strong", {}, `${WORDS[severity]}: `), message),
    el("p", { className: "place" }, [place, where, code].filter(Boolean).join(" · ")));
}
