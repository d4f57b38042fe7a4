// The Worker on the current runtime's Python without its bundle: Pyodide 314 under Node.js, the real SDK, and
// Miniflare's KV, R2, queue, rate limit and caches behind an HTTP server.
//
//   node host.mjs '{"port": 9100, "worker": "…/edge", "sdk": "…", "state": "…", "variables": {…}}'
//
// Paths below /__host/ are for the tests: what was recorded, and triggers for cron and queue.

import http from "node:http";
import { Readable } from "node:stream";
import { scheduler } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";

const options = JSON.parse(process.argv[2]);
const require = createRequire(pathToFileURL(options.root + "/package.json"));
const { loadPyodide } = await import(pathToFileURL(require.resolve("pyodide/pyodide.mjs")));
const { Miniflare, convertV4MiniflareOptions } = await import(pathToFileURL(require.resolve("miniflare")));

const record = { analytics: [], cachePurges: [], cacheInvalidations: [], queued: [], fetched: [] };

const { workers, ...shared } = convertV4MiniflareOptions({
  modules: true,
  script: "export default { fetch() { return new Response(null, { status: 404 }); } };",
  compatibilityDate: "2026-10-01",
  kvNamespaces: ["EMBLAZON_KV"],
  r2Buckets: ["EMBLAZON_BLOBS"],
});
const miniflare = new Miniflare({ ...shared, workers, resourcePersistencePath: `${options.state}/v3` });
const bindings = await miniflare.getBindings();
const kept = (await miniflare.getCaches()).default;
globalThis.caches = {
  default: {
    // Miniflare's answers are of its own fetch; Workers have one class for all.
    match: async (...asked) => {
      const found = await kept.match(...asked);
      return found && new Response(found.body, { status: found.status, headers: [...found.headers] });
    },
    put: (...given) => kept.put(...given),
    delete: (...asked) => kept.delete(...asked),
  },
};
globalThis.scheduler ??= scheduler; // a global of Workers, a module of Node.js

const env = { ...options.variables, EMBLAZON_KV: bindings.EMBLAZON_KV };
if (options.platform) {
  // Bindings that Miniflare has only inside workerd, with the platform's own signatures.
  env.EMBLAZON_BLOBS = bindings.EMBLAZON_BLOBS;
  env.EMBLAZON_ANALYTICS = { writeDataPoint: (point) => void record.analytics.push(point) };
  env.EMBLAZON_JOBS = { sendBatch: async (batch) => void record.queued.push(...batch) };
  env.EMBLAZON_RATE_LIMIT = { limit: async ({ key }) => ({ success: !key.includes("192.0.2.66") }) };
}

class ExecutionContext {
  waitUntil(promise) {
    Promise.resolve(promise).catch((error) => console.error("waitUntil:", error));
  }
  passThroughOnException() {}
}
if (options.platform) {
  const fetchPlainly = globalThis.fetch;
  globalThis.fetch = (url, init) => {
    record.fetched.push({ url: String(url), cf: init?.cf ?? null });
    return fetchPlainly(url, init);
  };
  ExecutionContext.prototype.cache = {
    purge: async (what) => (record.cachePurges.push(what), { success: true, errors: [] }),
    invalidate: async (what) => (record.cacheInvalidations.push(what), { success: true, errors: [] }),
  };
}

const pyodide = await loadPyodide();
pyodide.registerJsModule("_pyodide_entrypoint_helper", {
  patchWaitUntil() {},
  cloudflareWorkersModule: { env },
  cloudflareSocketsModule: {},
  doAnImport: (name) => import(name),
});
pyodide.registerJsModule("_cloudflare_compat_flags", {});
for (const [folder, source] of [["/session/worker", options.worker], ["/session/sdk", options.sdk]]) {
  pyodide.FS.mkdirTree(folder);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: source }, folder);
}
const entry = pyodide.runPython(`
import sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/session/worker", "/session/sdk"]

from types import SimpleNamespace
from worker import Default
from workers import Request

async def fetch(request, env, ctx):
    response = await Default(ctx, env).fetch(Request(request))
    return getattr(response, "js_object", response)

async def scheduled(env, ctx):
    await Default(ctx, env).scheduled(None)

async def queue(batch, env, ctx):
    await Default(ctx, env).queue(batch)

SimpleNamespace(fetch=fetch, scheduled=scheduled, queue=queue)
`);

async function host(path, body) {
  const ctx = new ExecutionContext();
  switch (path) {
    case "/__host/record":
      return Response.json(record);
    case "/__host/scheduled":
      await entry.scheduled(env, ctx);
      return new Response("done");
    case "/__host/queue": {
      const outcome = [];
      const messages = JSON.parse(body).map((text, index) => ({
        body: text,
        ack: () => void (outcome[index] = "ack"),
        retry: () => void (outcome[index] = "retry"),
      }));
      await entry.queue({ queue: "emblazon-cards", messages }, env, ctx);
      return Response.json(outcome);
    }
  }
  return new Response("unknown", { status: 404 });
}

async function answer(incoming) {
  if (incoming.url === "/__scheduled") return host("/__host/scheduled");
  if (incoming.url.startsWith("/__host/")) {
    return host(incoming.url, Buffer.concat(await incoming.toArray()).toString());
  }
  const bodiless = ["GET", "HEAD"].includes(incoming.method);
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method,
    headers: Object.entries(incoming.headersDistinct).flatMap(([name, values]) => values.map((v) => [name, v])),
    body: bodiless ? undefined : Readable.toWeb(incoming),
    duplex: "half",
  });
  // What the platform knows of a client; a test says whether it vouches for it.
  if (options.platform) request.cf = { verifiedBotCategory: incoming.headers["x-test-verified"] ?? "" };
  return entry.fetch(request, env, new ExecutionContext());
}

const server = http.createServer(async (incoming, outgoing) => {
  try {
    const response = await answer(incoming);
    outgoing.writeHead(response.status, [...response.headers].flat());
    if (response.body) Readable.fromWeb(response.body).pipe(outgoing);
    else outgoing.end();
  } catch (error) {
    console.error(error);
    outgoing.writeHead(500).end(String(error));
  }
});
server.listen(options.port, "127.0.0.1", () => console.log("ready"));

process.on("SIGTERM", async () => {
  server.close();
  server.closeAllConnections();
  await miniflare.dispose();
  process.exit(0);
});
