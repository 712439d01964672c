// How many of the public rule tests the reference engine evaluates in a second,
// on one core, evaluation alone: rules and data are parsed before.
//
//	PRATIQUE_VECTORS=FOLDER node .ci/certlogic-js.mjs
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";

const { evaluate } = createRequire(import.meta.url)("certlogic-js");
const folder = process.env.PRATIQUE_VECTORS;
if (!folder) throw new Error("PRATIQUE_VECTORS is not set");
const rules = join(folder, "rules");
const sets = JSON.parse(readFileSync(join(rules, "valuesets.json")));

const cases = [];
for (const country of readdirSync(rules).filter((n) => n.length === 2)) {
  for (const file of readdirSync(join(rules, country))) {
    const { rule, tests } = JSON.parse(readFileSync(join(rules, country, file)));
    for (const { payload, external = {}, expected } of tests) {
      const valueSets = typeof external.valueSets === "string" ? sets[external.valueSets] : external.valueSets;
      cases.push({ logic: rule.Logic, data: { payload, external: { ...external, valueSets } }, expected });
    }
  }
}
const agreed = cases.filter((c) => evaluate(c.logic, c.data) === c.expected).length;
if (agreed === 0 || agreed !== cases.length) throw new Error(`${agreed} of ${cases.length} answers as expected`);

let best = Infinity; // ns for one evaluation, of five rounds of a second each
for (let round = 0; round < 5; round++) {
  let n = 0;
  const start = process.hrtime.bigint();
  let spent = 0;
  while (spent < 1e9) {
    for (const c of cases) evaluate(c.logic, c.data);
    n += cases.length;
    spent = Number(process.hrtime.bigint() - start);
  }
  best = Math.min(best, spent / n);
}
console.log(`certlogic-js: ${cases.length} rule tests, ${best.toFixed(0)} ns each, ${Math.round(1e9 / best)} a second`);
