// The service worker: the page opens without a network once it was opened with
// one. Files of the build are kept under its name, the public data of the desk
// beside them. Nothing else is kept, and no request leaves the origin.
const worker = self as unknown as ServiceWorkerGlobalScope;
const scope = new URL(worker.registration.scope).pathname;
const wanted = FILES[scope] ?? Object.values(FILES).flat();
const files = `files-${scope}-${BUILD}`;
const data = "data";
// What few need waits until the page says that it has time, or asks for it.
const later = () => caches.open(files).then((c) => c.addAll(LATER));
const publicData = ["/api/desk", "/api/world"];

worker.addEventListener("install", (e) => {
  e.waitUntil((async () => {
    await (await caches.open(files)).addAll(wanted);
    await worker.skipWaiting();
  })());
});

worker.addEventListener("activate", (e) => {
  e.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(`files-${scope}-`) && name !== files) await caches.delete(name);
    }
    await worker.clients.claim();
  })());
});

worker.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (publicData.includes(url.pathname)) e.respondWith(newest(e.request, data));
  else if (e.request.mode === "navigate" && wanted.includes(url.pathname)) e.respondWith(newest(e.request, files));
  else if (wanted.includes(url.pathname) || LATER.includes(url.pathname)) e.respondWith(kept(e.request));
});

worker.addEventListener("message", (e) => {
  if (e.data === "later") e.waitUntil(later().catch(() => undefined));
});

/** newest asks the server, and falls back on what it said last. */
async function newest(request: Request, store: string): Promise<Response> {
  const cache = await caches.open(store);
  const path = new URL(request.url).pathname;
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(path, answer.clone());
    return answer;
  } catch (err) {
    const old = await cache.match(path);
    if (!old) throw err;
    const headers = new Headers(old.headers);
    headers.set("X-Kept", "1"); // the page says that the desk is not reached
    return new Response(old.body, { status: old.status, headers });
  }
}

/** kept gives a file of the build, whose content its name holds. */
async function kept(request: Request): Promise<Response> {
  return (await (await caches.open(files)).match(new URL(request.url).pathname)) ?? fetch(request);
}
