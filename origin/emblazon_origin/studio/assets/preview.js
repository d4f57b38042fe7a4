// The live picture: asks with every change, gives up what is outdated, keeps the last good one.

/** Calls `drawn({url, facts, latency})` when the pixels are there, and `failed(fault)`. */
export class Preview {
  #asking = null;
  #url = "";

  constructor(source, { drawn, failed }) {
    this.source = source;
    this.drawn = drawn;
    this.failed = failed;
  }

  async ask(card) {
    const began = performance.now();
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    try {
      const { facts, blob } = await this.source.draw(card, asking.signal);
      const url = URL.createObjectURL(blob);
      await decoded(url);
      if (asking.signal.aborted) { URL.revokeObjectURL(url); return; }
      this.drawn({ url, facts });
      this.#forget(url);
      afterPaint(() => {
        performance.measure("key-to-pixels", { start: began, end: performance.now(), detail: card.query });
        document.dispatchEvent(new CustomEvent("card-painted", { detail: performance.now() - began }));
      });
    } catch (error) {
      if (error.name === "AbortError") return;
      this.failed(error.data ?? { message: `The server does not answer: ${error.message}`, file: "", line: 0, lines: [] });
    }
  }

  #forget(next) {
    const before = this.#url;
    this.#url = next;
    if (before) setTimeout(() => URL.revokeObjectURL(before), 2000); // elements may still be changing over
  }
}

async function decoded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
}

/** Call back once the next frame has been painted. */
function afterPaint(work) {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = work;
    channel.port2.postMessage(null);
  });
}
