// certlogic-js, the reference engine of the rule language.
import certlogic from "certlogic-js"
import { answer } from "./answer.mjs"

// JSON of a date-time is its text; one that is not valid is no result.
const plain = (value) => {
  if (value instanceof Date) {
    if (isNaN(value)) throw new Error("a date-time that is not valid")
    return value.toISOString()
  }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  return value ?? null
}

const evaluate = ({ logic, data }) => {
  try {
    return { result: plain(certlogic.evaluate(logic, data)) }
  } catch (e) {
    return { error: String(e.message) || "an error without words" }
  }
}

await answer({ name: "certlogic-js", version: "1.2.2", roles: ["rules"] }, { eval: evaluate })
