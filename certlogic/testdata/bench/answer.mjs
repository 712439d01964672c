// Answers of the reference implementation: reads lines {"logic", "data"} and
// writes for each {"result"}, or {"error"} with the text of the exception. A
// date-time that is not valid is the result {"invalid": true}.
import { createInterface } from "node:readline"
import certlogic from "certlogic-js"
import validation from "certlogic-js/dist/validation/index.js"

const plain = (value) => {
  if (value instanceof Date) return isNaN(value) ? { invalid: true } : value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  }
  return value
}

for await (const line of createInterface({ input: process.stdin })) {
  const { logic, data } = JSON.parse(line)
  const issues = validation.validate(logic).length
  try {
    console.log(JSON.stringify({ result: plain(certlogic.evaluate(logic, data)), issues }))
  } catch (e) {
    console.log(JSON.stringify({ error: String(e.message), issues }))
  }
}
