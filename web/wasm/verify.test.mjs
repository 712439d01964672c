// The page's verifier under Node: that it fits, starts, and answers as the
// program does. `make wasm` builds what it needs (dist/ and bin/pratique).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { packed } from "../packing.mjs";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const tree = join(here, "../..");
const program = readFileSync(join(here, "dist/pratique.wasm"));
const officers = readFileSync(join(here, "dist/desk.wasm"));
const budget = 1_800_000; // bytes, in brotli, of the officers' program

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

test("the program of officers stays within its budget", () => {
  const small = packed(officers, "br11").length;
  console.log(`wasm: ${officers.length} bytes for officers, ${small} in brotli, budget ${budget}; ${program.length} for holders, ${packed(program, "br11").length} in brotli`);
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

test("a bundle is what it was made of, also for officers, who take nothing else", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "pratique-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const { text, key } = issue(dir);
  const run = (...args) => execFileSync(join(tree, "bin/pratique"), args, { cwd: dir, encoding: "utf8" });
  writeFileSync(join(dir, "keys.pem"), key);
  run("key", "new", "--demo", "--country", "XB", "--uses", "bundle", "--from", "2026-01-01T00:00:00Z", "-o", "bundle.key");
  run("bundle", "build", "--by", "XB", "--key", "bundle.key", "--trust", "keys.pem", "--as-of", "2026-11-01T00:00:00Z", "--hard", "30d", "-o", "b.bundle");
  const bytes = readFileSync(join(dir, "b.bundle"));
  const world = { bundle: bytes.toString("base64"), to: "XB" };
  const at = "2026-11-02T08:00:00Z";
  const asked = JSON.stringify({ text, world, at });
  const ours = globalThis.pratique;
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(officers, go.importObject);
  go.run(instance);
  const desk = globalThis.pratique;
  globalThis.pratique = ours;
  for (const p of [ours, desk]) {
    const known = JSON.parse(p.load(JSON.stringify(world)));
    assert.equal(known.keys, 1);
    assert.equal(known.bundle, "XB-border");
    assert.equal(known.hard_expiry, "2026-12-01T00:00:00Z");
    const a = JSON.parse(p.verify(asked));
    assert.equal(a.checks.signature, "pass");
    assert.equal(a.data.bundle, "XB-border");
    const torn = JSON.parse(p.load(JSON.stringify({ bundle: bytes.subarray(0, -9).toString("base64") })));
    assert.match(torn.error, /cut short/);
    assert.equal(JSON.parse(p.verify(JSON.stringify({ text, at }))).checks.signature, "pass"); // the last good one goes on
  }
  assert.match(JSON.parse(desk.load(JSON.stringify({ files: { "keys.pem": key } }))).error, /takes a bundle/);
  assert.equal(JSON.parse(desk.load("{}")).keys, 0);
});

test("our own vectors are answered as they say", () => {
  let judged = 0;
  for (const name of readdirSync(join(tree, "vectors")).filter((n) => n.endsWith(".json") && n !== "schema.json")) {
    const file = JSON.parse(readFileSync(join(tree, "vectors", name)));
    if (file.format !== "pratique-vectors/1.0") continue; // histories, receipts and own colours are judged in Go
    for (const c of file.cases) {
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

test("a world is loaded once, and says what it knows", (t) => {
  const { world } = border(t);
  const known = call("load", world);
  assert.equal(known.keys, 1);
  assert.ok(known.demo);
  assert.deepEqual(known.issuers, ["XA"]);
  assert.equal(known.rules[0].jurisdiction, "XB");
  assert.equal(known.rules[0].purpose, "entry");
  assert.equal(known.withdrawals[0].country, "XA");
  assert.ok(call("load", { files: { a: "nothing known" } }).error);
  assert.ok(call("load", { files: {}, pins: { a: "no key" } }).error);
});

test("several codes of one person have one answer, and another person's count for nothing", (t) => {
  const { world, codes } = border(t);
  call("load", world);
  const asked = { to: "XB", from: "XA", at: arrival };
  assert.equal(verify({ text: codes.anna, ...asked }).verdict, "green"); // the world was kept
  const late = { ...asked, at: "2026-12-06T14:20:00+08:00" };
  const one = call("together", { texts: [codes.anna], ...late });
  assert.equal(one.verdict, "amber");
  assert.ok(one.answers[0].reasons[0].next);
  const two = call("together", { texts: [codes.anna, codes.bo], ...asked });
  assert.deepEqual([two.verdict, two.by, two.others], ["green", 0, [1]]);
  assert.deepEqual(call("together", { texts: [], ...asked }), { verdict: "grey", by: -1, others: [], answers: [] });
});

test("a decision becomes a receipt that names nobody, or says what it still needs", (t) => {
  const { world, codes } = border(t);
  call("load", world);
  const decide = (text, decision) => call("receipt", { text, to: "XB", from: "XA", at: arrival, decision: { desk: "gate-2", appeal: ["https://appeals.example/"], ...decision } });
  assert.equal(decide(codes.anna, { verdict: "green", outcome: "refused" }).needs, "officer");
  assert.equal(decide(codes.anna, { verdict: "green", outcome: "refused", officers: ["7", "8"] }).needs, "override");
  assert.equal(decide(codes.anna, { verdict: "amber", outcome: "admitted" }).needs, "verdict");
  assert.equal(decide("", { verdict: "grey", outcome: "admitted" }).needs, "override");
  assert.ok(decide(codes.anna, { verdict: "green", outcome: "admitted", appeal: ["two\nlines"] }).error);
  assert.ok(decide(codes.anna, { verdict: "blue", outcome: "admitted" }).error);
  const paper = decide("", { verdict: "grey", outcome: "admitted", override: "other_evidence", text_code: "paper_card" });
  assert.match(paper.text, /^override other_evidence paper_card$/m);
  const { text } = decide(codes.anna, { verdict: "green", outcome: "admitted", officers: ["7"] });
  assert.match(text, /^pratique-receipt\/1\.0\ntime 2026-12-03T14:20:00\+08:00\n/);
  assert.doesNotMatch(text, /eriksson|1974|anna|URN:UVCI/i);
  const said = call("slip", { text, lang: "fr" });
  assert.equal(said.verdict, "green");
  assert.equal(said.outcome, call("say", { lang: "fr", codes: ["decision_admitted"] }).said.decision_admitted.text);
  assert.ok(said.appeal.includes("https://appeals.example/") && said.reasons.length > 0);
  assert.ok(call("slip", { text: "pratique-receipt/1.0\n", lang: "en" }).error);
});

test("of several texts the health codes are told, and a text becomes a symbol", () => {
  assert.deepEqual(call("choose", { texts: ["https://example.org/", "HC1:6BF", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"] }),
    { kinds: ["web_address", "hc1", "passport_lines"], health: [1] });
  const { size, path } = call("symbol", { text: "HELLO", level: "Q" });
  assert.equal(size, 21);
  assert.match(path, /^M0 0h7v1h-7z/);
  assert.ok(call("symbol", { text: "x".repeat(8000) }).error);
  const english = call("say", { lang: "en", codes: ["green"] }).said.green.text;
  assert.equal(call("say", { lang: "ar", codes: ["green"] }).said.green.text, english); // a draft is not in the program
  assert.deepEqual(call("learn", { lang: "ar", text: readFileSync(join(here, "../../words/ar.txt"), "utf8") }), {});
  const { said, places } = call("say", { lang: "ar", codes: ["green", "no_such_code"], places: ["XB", "CH"] });
  assert.notEqual(said.green.text, english);
  assert.equal(said.no_such_code.text, "no_such_code");
  assert.equal(places.CH, "سويسرا");
});

const arrival = "2026-12-03T14:20:00+08:00";

function call(name, options) {
  return JSON.parse(globalThis.pratique[name](JSON.stringify(options)));
}

// border is what the demo's border post has on its second day.
function border(t) {
  const dir = mkdtempSync(join(tmpdir(), "pratique-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const pratique = (...args) => execFileSync(join(tree, "bin/pratique"), args, { cwd: dir, encoding: "utf8" });
  pratique("demo", "-o", "play");
  const day = join(dir, "play/sudmark/day2");
  const files = Object.fromEntries(readdirSync(day).map((n) => [n, readFileSync(join(day, n), "utf8")]));
  files["sudmark.json"] = pratique("rules", "packs", "sudmark");
  const codes = Object.fromEntries(["anna", "bo", "clara"].map((n) => [n, readFileSync(join(dir, "play", n + ".txt"), "utf8").trim()]));
  return { world: { files }, codes };
}

// issue lets the program itself make a key and a code.
function issue(dir) {
  const pratique = (...args) => execFileSync(join(tree, "bin/pratique"), args, { cwd: dir, encoding: "utf8" });
  pratique("key", "new", "--demo", "--from", "2026-01-01T00:00:00Z", "-o", "norland.key");
  writeFileSync(join(dir, "form.json"), pratique("issue", "--example", "vaccination"));
  const text = pratique("issue", "--key", "norland.key", "--at", "2026-11-01T08:00:00Z", "form.json", "-o", "-").trim();
  return { text, key: pratique("key", "show", "--pem", "norland.key") };
}
