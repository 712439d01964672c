// A border post to test: Sudmark's desk of the demo, on the afternoon on which
// Anna arrives, with the pages that were just built, and a browser.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
export const tree = join(here, "../..");
export const program = join(tree, "bin/pratique");
export const passphrase = "six small grey seals at dawn";
export const second = { name: "o-9", passphrase: "nine old boats on the slip" };
export const arrival = { date: "2026-12-03", time: "14:20" };
export const zone = "Asia/Singapore";
export const passport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";

/** The people of the demo, and what must never be found outside the page. */
export const personal = [/eriksson/i, /anna/i, /1974/, /lindstr/i, /\bbo\b/i, /1988/, /HC1:/, /HC1%3A/i, /6BF/, /L898902C3/, /URN:UVCI/i];

/** stick is a folder as it lies on a USB stick: data, settings, a key. */
export function stick({ sealed = true, officers = true, issued = "2026-12-03T00:00:00Z", settings = "" } = {}) {
  const dir = mkdtempSync(join(tmpdir(), "pratique-desk-"));
  const pratique = (...args) => execFileSync(program, args, { cwd: dir, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  pratique("demo", "-o", "play");
  mkdirSync(join(dir, "data"));
  const day = join(dir, "play/sudmark/day2");
  for (const n of readdirSync(day)) {
    const text = readFileSync(join(day, n), "utf8").replace(/^issued .*$/m, "issued " + issued);
    writeFileSync(join(dir, "data", n), text);
  }
  writeFileSync(join(dir, "data/sudmark.json"), pratique("rules", "packs", "sudmark"));
  writeFileSync(join(dir, "desk.txt"), "pratique-desk/1.0\ndesk gate-2\ncountry XB\nsentence family_visit Visits a sick member of the family.\n" + settings);
  writeFileSync(join(dir, "passphrase.txt"), passphrase + "\n");
  if (sealed !== undefined) pratique("key", "new", "--demo", "--country", "XB", "--uses", "receipt", "--from", "2026-01-01T00:00:00Z", ...(sealed ? ["--seal", "passphrase.txt"] : []), "-o", "desk.key");
  writeFileSync(join(dir, "second.txt"), second.passphrase + "\n");
  if (officers) pratique("desk", "officer", second.name, "--passphrase", "second.txt", "--data", "data");
  const form = JSON.parse(readFileSync(join(dir, "play/norland/result.json"), "utf8"));
  let forms = 0;
  const code = (name) => readFileSync(join(dir, "play", name + ".txt"), "utf8").trim();
  return {
    dir, pratique, codes: { anna: code("anna"), bo: code("bo"), clara: code("clara"), forged: code("forged") },
    /** issue makes a code of Anna's result as change makes it. */
    issue: (change = {}, key = "play/norland/lab.key") => {
      const name = `form-${++forms}.json`;
      writeFileSync(join(dir, name), JSON.stringify({ ...form, ...change }));
      return pratique("issue", "--key", key, "--at", "2026-12-02T20:00:00Z", name, "-o", "-").trim();
    },
    picture: (name) => join(dir, "play", name + ".png"),
    counts: () => {
      const f = join(dir, "counts");
      return existsSync(f) ? readdirSync(f).map((n) => readFileSync(join(f, n), "utf8")).join("") : "";
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export const daysAgo = { sampled: "2026-11-29T07:30:00+01:00" };

/** desk starts the program on a stick, and tells its address. */
export async function desk(s, port = 0) {
  const p = spawn(program, ["desk", "--data", join(s.dir, "data"), "--pages", join(tree, "web/dist/packed"), "--port", String(port)], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  p.stderr.on("data", (b) => { said += b; });
  const address = await new Promise((resolve, reject) => {
    createInterface({ input: p.stdout }).on("line", (l) => {
      said += l + "\n";
      const found = /^address +(http:\S+)/.exec(l);
      if (found) resolve(found[1]);
    });
    p.on("exit", () => reject(new Error("the desk did not start:\n" + said)));
  });
  return {
    address, origin: new URL(address).origin, port: Number(new URL(address).port), said: () => said,
    stop: (signal = "SIGINT") => new Promise((done) => {
      if (p.exitCode !== null || p.signalCode !== null) return done();
      p.on("exit", done);
      p.kill(signal);
    }),
  };
}

/** browser is Debian's, with a camera that plays a file if one is named. */
export function browser(video, more = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en", "--use-fake-ui-for-media-stream", ...(video ? ["--use-fake-device-for-media-stream", "--use-file-for-fake-video-capture=" + video] : []), ...more],
  });
}

/** recorded is a page of which every request, message and error is kept. */
export async function recorded(b, d, options = {}) {
  const context = await b.newContext({ timezoneId: zone, locale: "en-GB", viewport: { width: 1024, height: 768 }, permissions: ["camera", "clipboard-read", "clipboard-write"], ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(1000 * (process.env.PATIENCE ?? 30)); // a busy machine is slow, and no fault of the page
  const record = { requests: [], console: [], errors: [] };
  context.on("request", (r) => record.requests.push({ url: r.url(), method: r.method(), body: r.postData() ?? "", headers: JSON.stringify(r.headers()) }));
  context.on("console", (m) => record.console.push(m.type() + ": " + m.text()));
  context.on("weberror", (e) => record.errors.push(String(e.error())));
  page.on("pageerror", (e) => record.errors.push(String(e)));
  if (d) await page.goto(d.address);
  return { context, page, record };
}

/** begin is the start of a shift, on the afternoon of the demo. */
export async function begin(page, { sealed = true, from = "XA" } = {}) {
  await page.getByRole("heading", { name: "Begin the shift" }).waitFor();
  const set = page.getByLabel("No: I set date and time");
  if (!(await set.isChecked())) await set.check();
  await page.getByLabel("Date", { exact: true }).fill(arrival.date);
  await page.getByLabel("Time", { exact: true }).fill(arrival.time);
  await page.getByLabel("Officer", { exact: true }).fill("o-7");
  if (sealed) await page.getByLabel("Passphrase of the desk’s key").fill(passphrase);
  if (from) await page.getByRole("combobox", { name: "From" }).selectOption(from);
  await page.getByRole("button", { name: "Yes, begin" }).click();
  await page.getByRole("heading", { name: "Next traveller" }).waitFor();
}

/** type is what a hardware scanner does: letters at once, then Enter. */
export async function type(page, text) {
  await page.keyboard.type(text, { delay: 0 });
  await page.keyboard.press("Enter");
}

/** quiet asserts what must hold of every recording. */
export function quiet(assert, record, origin, where) {
  assert.deepEqual(record.errors, [], where + ": errors");
  assert.deepEqual(record.console.filter((l) => /^error|Content Security|refused|violat/i.test(l) && !/Failed to load resource/.test(l)), [], where + ": console");
  for (const r of record.requests) {
    assert.ok(r.url.startsWith(origin + "/") || r.url.startsWith("blob:" + origin), `${where}: a request left the origin: ${r.url}`);
    for (const p of personal) {
      for (const part of ["url", "body", "headers"]) assert.doesNotMatch(r[part].replace(/pratique-receipt[\s\S]*$/, strip), p, `${where}: ${part} of ${r.url}`);
    }
  }
  for (const l of record.console) for (const p of personal) assert.doesNotMatch(l, p, where + ": console");
}

/** strip leaves out of a receipt what is random. */
function strip(text) {
  return text.replaceAll(/(code|trip|rules \S+ \S+|bundle) [A-Za-z0-9_ -]+/g, "$1");
}

/** pdf makes a PDF of pages with pictures. */
export async function pdf(b, s, name, pictures) {
  const { context, page } = await recorded(b);
  const html = pictures.map((p) => `<div style="break-after:page">${p ? `<img width="300" src="data:image/png;base64,${readFileSync(p).toString("base64")}">` : "no code"}</div>`).join("");
  await page.setContent(html);
  const file = join(s.dir, name);
  writeFileSync(file, await page.pdf({ format: "A4" }));
  await context.close();
  return file;
}

/** long is a PDF of many empty pages, written by hand. */
export function long(pages) {
  const objects = ["<</Type/Catalog/Pages 2 0 R>>", `<</Type/Pages/Count ${pages}/Kids[${Array.from({ length: pages }, (_, i) => `${i + 3} 0 R`).join(" ")}]>>`,
    ...Array.from({ length: pages }, () => "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")];
  let out = "%PDF-1.4\n";
  const places = objects.map((o, i) => { const at = out.length; out += `${i + 1} 0 obj\n${o}\nendobj\n`; return at; });
  const xref = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n` + places.map((p) => String(p).padStart(10, "0") + " 00000 n \n").join("") + `trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${xref}\n%%EOF\n`;
  return out;
}

/** photo makes a photograph of a picture, as heavy as a telephone makes them: more than 20 MB. */
export async function photo(b, s, name, picture) {
  const { context, page } = await recorded(b);
  const data = await page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]));
    const canvas = new OffscreenCanvas(6000, 4500), c = canvas.getContext("2d");
    const noise = c.createImageData(6000, 750);
    let seed = 1;
    for (let i = 0; i < noise.data.length; i += 4) noise.data.set([0, 0, 0].fill(120 + ((seed = (seed * 1664525 + 1013904223) >>> 0) >>> 25)).concat(255), i);
    for (let y = 0; y < 4500; y += 750) c.putImageData(noise, 0, y);
    c.imageSmoothingEnabled = false;
    c.drawImage(bitmap, 1800, 1100, 2000, 2000);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 1 });
    return new Promise((done) => { const r = new FileReader(); r.onload = () => done(r.result.split(",")[1]); r.readAsDataURL(blob); });
  }, readFileSync(picture).toString("base64"));
  const file = join(s.dir, name);
  writeFileSync(file, Buffer.from(data, "base64"));
  await context.close();
  return file;
}
