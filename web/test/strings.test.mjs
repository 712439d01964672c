// The page's own sentences: no key is missing, and all languages say the same.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const strings = (l) => JSON.parse(readFileSync(join(web, "strings", l + ".json"), "utf8"));
const en = strings("en");
const holes = (s) => [...s.matchAll(/\{[a-z_]+\}/g)].map((m) => m[0]).sort().join(" ");
const languages = ["ar", "en", "es", "fr", "ru", "zh"];

for (const l of languages) {
  test(`${l}: the same keys and parameters as English`, () => {
    const s = strings(l);
    const keys = Object.keys(s);
    for (const k of keys) {
      assert.ok(k in en, `${k} is no key`);
      assert.notEqual(s[k].trim(), "", `${k} says nothing`);
      assert.equal(holes(s[k]), holes(en[k]), `${k} has other parameters`);
    }
    const missing = Object.keys(en).filter((k) => !(k in s));
    assert.deepEqual(missing, [], "missing");
  });
}

// The sentences about a certificate are in package words: here, that each language
// has all of them, as the file that a page fetches.
for (const l of languages) {
  test(`${l}: every entry of the catalogue, with the parameters of English`, () => {
    const entries = (lang) => {
      const out = {};
      let code = "";
      for (const line of readFileSync(join(web, "../words", lang + ".txt"), "utf8").split("\n")) {
        if (/^\[\w+\]$/.test(line)) out[(code = line.slice(1, -1))] = {};
        const said = /^(text|next) = (.+)$/.exec(line);
        if (said) out[code][said[1]] = said[2];
      }
      return out;
    };
    const mine = entries(l), english = entries("en");
    assert.ok(Object.keys(english).length > 400);
    assert.deepEqual(Object.keys(english).filter((k) => !mine[k]), [], "missing");
    for (const [k, e] of Object.entries(english)) {
      for (const part of ["text", "next"]) assert.equal(holes([...new Set((mine[k][part] ?? "").match(/\{[a-z_]+\}/g) ?? [])].join(" ")), holes([...new Set((e[part] ?? "").match(/\{[a-z_]+\}/g) ?? [])].join(" ")), `${k}, ${part}`);
      assert.equal(mine[k].next === undefined, e.next === undefined, `${k}: next`);
    }
  });
}

test("every key is used, and every key that is used is there", () => {
  const sources = walk(join(web, "src")).filter((f) => /\.tsx?$/.test(f)).map((f) => readFileSync(f, "utf8")).join("\n");
  // Keys that are put together, as ("outcome." + o), are used by what they begin with.
  const begins = [...sources.matchAll(/["`]([a-z_.]+\.)(?:"\s*\+|\$\{)/g)].map((m) => m[1]);
  assert.ok(begins.length >= 8, "no keys are put together any more");
  for (const k of Object.keys(en)) {
    assert.ok(sources.includes(`"${k}"`) || begins.some((p) => k.startsWith(p)), `${k} is not used`);
  }
  const used = [...sources.matchAll(/\bt(?:In)?\((?:[a-z]+, )?"([a-z_.0-9]+)"/g)].map((m) => m[1]);
  assert.ok(used.length > 100);
  for (const k of used) assert.ok(k in en, `${k} is used and is not there`);
});

function walk(dir) {
  return readdirSync(dir).flatMap((n) => { const f = join(dir, n); return statSync(f).isDirectory() ? walk(f) : [f]; });
}
