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
const least = { en: 1, fr: 1, ar: 0.9, es: 0.9, ru: 0.9, zh: 0.9 }; // drafts may lack a few, which are then said in English

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
    console.log(`strings ${l}: ${keys.length} of ${keys.length + missing.length}`);
    const due = missing.filter((k) => least[l] === 1 || !k.startsWith("wallet.")); // drafts of the wallet's are to come
    assert.ok(due.length <= (1 - least[l]) * Object.keys(en).length, `${due.length} are missing: ${due.slice(0, 9).join(", ")} ...`);
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
