// `serve web`: the wallet's page over HTTPS, installed by a browser, and opened
// again without its server.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import { browser, program, quiet, recorded, tree } from "./post.mjs";

let b, s;

/** served starts the program with the bundle that is in it, and a certificate for a trial. */
async function served() {
  const p = spawn(program, ["serve", "web", "--bundle", "demo", "--self-signed", "--listen", "localhost:0", "--pages", join(tree, "web/dist/packed")], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  p.stderr.on("data", (d) => { said += d; });
  const address = await new Promise((resolve, reject) => {
    createInterface({ input: p.stdout }).on("line", (l) => {
      said += l + "\n";
      const found = /^address +(https:\S+)/.exec(l);
      if (found) resolve(found[1]);
    });
    p.on("exit", () => reject(new Error("it did not start:\n" + said)));
  });
  const fingerprint = /^certificate +(\S+)/m.exec(said)[1];
  return { address, origin: new URL(address).origin, fingerprint, stop: () => new Promise((done) => {
    if (p.exitCode !== null || p.signalCode !== null) return done();
    p.on("exit", done);
    p.kill("SIGINT");
  }) };
}

/** keyOf is the SHA-256 of the key of a server's certificate, which the browser is told to take. */
const keyOf = (origin) => new Promise((resolve, reject) => {
  const { hostname, port } = new URL(origin);
  const c = connect({ host: hostname, port, servername: hostname, rejectUnauthorized: false }, () => {
    const der = c.getPeerX509Certificate().publicKey.export({ type: "spki", format: "der" });
    resolve(createHash("sha256").update(der).digest("base64"));
    c.end();
  }).on("error", reject);
});

before(async () => {
  s = await served();
  b = await browser(undefined, ["--ignore-certificate-errors-spki-list=" + (await keyOf(s.origin))]); // it is a trial's, which nobody vouches for
});
after(async () => { await b?.close(); await s?.stop(); });

test("the wallet is installed for its own folder alone, has its data, and opens without its server", async () => {
  const { context, page, record } = await recorded(b, undefined);
  const first = await page.goto(s.address);
  assert.equal(first.status(), 200);
  assert.match(first.headers()["content-security-policy"], /default-src 'none'.*connect-src 'self'/);
  assert.equal((await first.securityDetails()).subjectName, "Pratique, for a trial");
  assert.equal(s.fingerprint.split(":").length, 32);
  await page.getByRole("heading", { name: "Keep certificates here" }).waitFor();
  await page.getByText("DEMO").first().waitFor();
  const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
  assert.equal(scope, s.origin + "/wallet/");
  const manifest = await page.evaluate(async () => {
    const link = document.querySelector("link[rel=manifest]");
    const m = await (await fetch(link.href)).json();
    return { start: new URL(m.start_url, link.href).href, scope: new URL(m.scope ?? ".", link.href).href, icons: m.icons.length, display: m.display };
  });
  assert.ok(manifest.start.startsWith(scope) && manifest.scope === scope && manifest.icons > 0 && manifest.display, JSON.stringify(manifest));
  assert.equal(await page.evaluate(async () => [(await fetch("/desk/")).status, (await fetch("/api/desk")).status].join(" ")), "404 404");
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.reload(); // once under the worker, which keeps the data then
  await page.getByRole("heading", { name: "Keep certificates here" }).waitFor();

  await s.stop();
  await page.reload();
  await page.getByRole("heading", { name: "Keep certificates here" }).waitFor();
  await page.getByText("DEMO").first().waitFor();
  quiet(assert, record, s.origin, "serve web");
  await context.close();
});
