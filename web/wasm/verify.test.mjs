// The page's verifier under Node: that it fits, starts, and answers as the
// program does. `make wasm` builds what it needs (dist/ and bin/pratique).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const tree = join(here, "../..");
const program = readFileSync(join(here, "dist/pratique.wasm"));
const budget = 1_800_000; // bytes, in brotli

let read, verify;

before(async () => {
  globalThis.crypto ??= webcrypto;
  await import(join(here, "dist/wasm_exec.js"));
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(program, go.importObject);
  go.run(instance);
  read = (text) => JSON.parse(globalThis.pratique.read(text));
  verify = (options) => JSON.parse(globalThis.pratique.verify(JSON.stringify(options)));
});

test("the program stays within its budget", () => {
  const small = brotliCompressSync(program, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: program.length,
    },
  }).length;
  console.log(`wasm: ${program.length} bytes, ${small} in brotli, budget ${budget}`);
  assert.ok(small <= budget, `${small} bytes in brotli are more than ${budget}`);
});

test("a code that the program issued is verified, and a changed one is not", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "pratique-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const { text, key } = issue(dir);
  const world = { files: { "key.pem": key } };

  const good = verify({ text, world, at: "2026-11-02T08:00:00Z" });
  assert.equal(good.checks.signature, "pass");
  assert.equal(good.verdict, "grey"); // no destination was named
  assert.match(good.person.name, /\w/);
  assert.equal(good.payload, undefined);
  assert.ok(verify({ text, world, at: "2026-11-02T08:00:00Z", payload: true }).payload);

  // Of a code changed at any place, nothing but the original content verifies,
  // and nobody is shown.
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  for (let i = 4; i < text.length; i += 7) {
    const other = alphabet[(alphabet.indexOf(text[i]) + 1) % alphabet.length];
    const a = verify({ text: text.slice(0, i) + other + text.slice(i + 1), world, at: "2026-11-02T08:00:00Z" });
    if (a.checks.signature === "pass") {
      assert.deepEqual(a.person, good.person); // a bit that carries no content, such as zlib's level
    } else {
      assert.equal(a.person, undefined);
      assert.notEqual(a.verdict, "green");
    }
  }

  const stranger = verify({ text, world: {}, at: "2026-11-02T08:00:00Z" });
  assert.equal(stranger.verdict, "grey");
  assert.equal(stranger.person, undefined);

  const seen = read(text);
  assert.equal(seen.verified, false);
  assert.equal(seen.format, "hc1");
  assert.ok(seen.payload.nam);
});

test("our own vectors are answered as they say", () => {
  let judged = 0;
  for (const name of readdirSync(join(tree, "vectors")).filter((n) => n.endsWith(".json") && n !== "schema.json")) {
    const file = JSON.parse(readFileSync(join(tree, "vectors", name)));
    for (const c of file.cases ?? []) {
      const { world: named, ...asked } = c.question;
      const { files, ...rest } = file.worlds[named];
      const world = { files: Object.fromEntries(files.map((f) => [f, file.files[f]])), ...rest };
      const a = verify({ text: c.text, world, payload: true, ...asked });
      const what = `${name} ${c.id}: ${c.comment}`;
      assert.equal(a.verdict, c.want.verdict, what);
      if (c.want.reason) assert.equal(a.reasons[0]?.code, c.want.reason, what);
      for (const r of c.want.reasons ?? []) assert.ok(a.reasons.some((x) => x.code === r), `${what}: ${r}`);
      for (const [k, v] of Object.entries(c.want.checks ?? {})) assert.equal(a.checks[k], v, `${what}: ${k}`);
      if (c.want.name) assert.equal(a.person?.name, c.want.name, what);
      if (c.want.birth_date) assert.equal(a.person?.birth_date, c.want.birth_date, what);
      if (c.want.changes_at) assert.equal(Date.parse(a.changes_at), Date.parse(c.want.changes_at), what);
      if (c.want.payload) assert.deepEqual(a.payload, c.want.payload, what);
      if (c.want.no_person) assert.equal(a.person, undefined, what);
      judged++;
    }
  }
  assert.ok(judged >= 120, `only ${judged} vectors`);
  console.log(`wasm: ${judged} vectors`);
});

test("public codes are verified", { skip: !process.env.PRATIQUE_VECTORS && "PRATIQUE_VECTORS is not set: public vectors not judged" }, () => {
  const { codes, certificates } = JSON.parse(readFileSync(join(process.env.PRATIQUE_VECTORS, "qa/codes.json")));
  const files = Object.fromEntries(Object.entries(certificates).map(([id, c]) => [id + ".cer", c.der]));
  let passed = 0;
  for (const c of codes) {
    const a = verify({ text: c.text, world: { files }, at: "2021-07-01T00:00:00Z" });
    assert.equal(a.checks.signature, "pass", c.image);
    assert.match(a.person.name, /\S/, c.image);
    passed++;
  }
  assert.equal(passed, 35);
});

test("what cannot be meant is an error, and the verifier goes on", () => {
  for (const bad of [undefined, 7, "", "{", "[]", '{"text":"x","txet":"y"}', '{"at":"yesterday"}', '{"world":{"files":{"a":"nothing known"}}}', '{"world":{"key_policy":"maybe"}}', '{"text":"x","mrz":"y"}']) {
    const a = JSON.parse(globalThis.pratique.verify(bad));
    assert.ok(a.error, `${bad} was accepted`);
  }
  assert.ok(JSON.parse(globalThis.pratique.read()).error);
  for (const text of ["", "https://example.org/menu", "HC1:", "HC1:" + "A".repeat(5000), "\ud800", "x".repeat(1e6)]) {
    const a = verify({ text });
    assert.equal(a.verdict, "grey");
    assert.ok(a.reasons.length > 0);
    assert.ok(read(text).reasons.length > 0);
  }
});

// issue lets the program itself make a key and a code.
function issue(dir) {
  const pratique = (...args) => execFileSync(join(tree, "bin/pratique"), args, { cwd: dir, encoding: "utf8" });
  pratique("key", "new", "--demo", "--from", "2026-01-01T00:00:00Z", "-o", "norland.key");
  writeFileSync(join(dir, "form.json"), pratique("issue", "--example", "vaccination"));
  const text = pratique("issue", "--key", "norland.key", "--at", "2026-11-01T08:00:00Z", "form.json", "-o", "-").trim();
  return { text, key: pratique("key", "show", "--pem", "norland.key") };
}
