// How many evaluations a second the reference implementation makes of the
// public rules on the data of their tests: the same work as BenchmarkRules,
// with the data parsed and the value sets resolved beforehand.
//
//	npm ci && PRATIQUE_VECTORS=... node peer.mjs [SECONDS]
import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import certlogic from "certlogic-js"

const dir = process.env.PRATIQUE_VECTORS
if (!dir) {
  console.error("PRATIQUE_VECTORS is not set")
  process.exit(2)
}
const read = (...path) => JSON.parse(readFileSync(join(dir, "rules", ...path), "utf8"))

const sets = read("valuesets.json")
const cases = []
for (const country of readdirSync(join(dir, "rules")).filter((name) => /^[A-Z]{2}$/.test(name))) {
  for (const file of readdirSync(join(dir, "rules", country))) {
    const { rule, tests } = read(country, file)
    for (const { payload, external = {}, expected } of tests) {
      const valueSets = typeof external.valueSets === "string" ? sets[external.valueSets] : external.valueSets
      cases.push({ logic: rule.Logic, data: { payload, external: { ...external, valueSets } }, expected })
    }
  }
}

let wrong = 0
for (const { logic, data, expected } of cases) {
  if (certlogic.evaluate(logic, data) !== expected) wrong++
}
if (cases.length === 0 || wrong > 0) {
  console.error(`${wrong} of ${cases.length} answers are wrong`)
  process.exit(1)
}

const round = () => {
  for (const { logic, data } of cases) certlogic.evaluate(logic, data)
}
const run = (seconds) => {
  const start = process.hrtime.bigint()
  let rounds = 0
  let spent = 0
  while (spent < seconds) {
    round()
    rounds++
    spent = Number(process.hrtime.bigint() - start) / 1e9
  }
  return (rounds * cases.length) / spent
}
run(1) // let the compiler warm up
const perSecond = run(Number(process.argv[2] ?? 3))
console.log(JSON.stringify({
  engine: "certlogic-js 1.2.2",
  runtime: `node ${process.version}`,
  cases: cases.length,
  evaluationsPerSecond: Math.round(perSecond),
  nanosecondsEach: Math.round(1e9 / perSecond),
}))
