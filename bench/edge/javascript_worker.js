// The hit path of a card worker in as little JavaScript as it takes: what `python -m bench.edge` compares with.
// It trusts every URL, keeps no policy, and answers with the header fields that a hit of Emblazon has.

const STATIC = {
  "Content-Type": "image/png",
  "Cache-Control": "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800",
  "CDN-Cache-Control": "max-age=300, stale-while-revalidate=86400, stale-if-error=604800",
  "Accept-Ranges": "bytes",
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'; sandbox",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "Age, Cache-Status, ETag, Server-Timing, X-Emblazon-Fallback",
  "Timing-Allow-Origin": "*",
};

function served(body, stored, record, tier, began) {
  const response = new Response(body, { headers: stored });
  const age = Math.floor(Date.now() / 1000 - record.at) % 300;
  response.headers.set("Age", String(age));
  response.headers.set("Cache-Status", `emblazon; hit; ttl=${300 - age}${tier && `; detail=${tier}`}`);
  response.headers.set("Server-Timing", `${tier || "cache"};dur=${Date.now() - began}`);
  response.headers.set("X-Request-Id", crypto.randomUUID());
  return response;
}

async function filled(request, env, ctx, url, key) {
  const answer = await fetch(`${env.EMBLAZON_ORIGIN_URL}/render${url.pathname.slice(3)}${url.search}`);
  const bytes = await answer.arrayBuffer();
  const date = new Date().toUTCString();
  const own = {
    ETag: answer.headers.get("ETag"),
    "Repr-Digest": answer.headers.get("Repr-Digest"),
    "Content-Length": String(bytes.byteLength),
    "Last-Modified": date,
    Date: date,
    "Cache-Tag": "emblazon,emblazon:template:article",
  };
  const record = { at: Date.now() / 1000, own };
  const headers = { ...STATIC, ...own };
  const kept = { ...headers, "Cache-Control": "public, max-age=2592000", "X-Record": JSON.stringify(record) };
  ctx.waitUntil(caches.default.put(key, new Response(bytes, { headers: kept })));
  ctx.waitUntil(env.EMBLAZON_KV.put(`js/${key}`, bytes, { metadata: record }));
  return new Response(bytes, { headers: { ...headers, "Cache-Status": "emblazon; fwd=uri-miss" } });
}

export default {
  async fetch(request, env, ctx) {
    const began = Date.now();
    const url = new URL(request.url);
    if (url.pathname === "/healthz") return new Response("ok");
    const key = `https://cards.example.com${url.pathname}${url.search}`;
    if (env.EMBLAZON_CACHE_API !== "off") {
      const hit = await caches.default.match(key);
      if (hit) {
        const record = JSON.parse(hit.headers.get("X-Record"));
        const response = served(hit.body, hit.headers, record, "", began);
        response.headers.set("Cache-Control", STATIC["Cache-Control"]);
        response.headers.delete("X-Record");
        return response;
      }
    }
    const found = await env.EMBLAZON_KV.getWithMetadata(`js/${key}`, "stream");
    if (found.value) {
      const headers = { ...STATIC, ...found.metadata.own };
      return served(found.value, headers, found.metadata, "kv", began);
    }
    return filled(request, env, ctx, url, key);
  },
};
