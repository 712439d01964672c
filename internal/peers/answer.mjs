// The protocol of `pratique conform`: a line with a question on standard input,
// a line with its answer on standard output, in order.
import { createInterface } from "node:readline"

export async function answer(hello, operations) {
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line)
    let said
    try {
      if (question.op === "hello") said = hello
      else if (operations[question.op]) said = await operations[question.op](question)
      else said = { unsupported: "not a question for this module" }
    } catch (e) {
      said = { refused: String(e?.message ?? e).slice(0, 200) || "an error without words" }
    }
    console.log(JSON.stringify({ id: question.id, ...said }))
  }
}

// keysNamed are the keys of the question that a code names by its identifier.
export const keysNamed = (world, kid) => world.keys.filter((key) => Buffer.from(key.kid, "base64").equals(Buffer.from(kid)))

// at lets a library that reads the clock see another moment.
const Clock = Date
export async function at(moment, work) {
  const now = new Clock(moment).getTime()
  globalThis.Date = class extends Clock {
    constructor(...args) {
      if (args.length === 0) super(now)
      else super(...args)
    }
    static now() {
      return now
    }
  }
  try {
    return await work()
  } finally {
    globalThis.Date = Clock
  }
}

// plain writes a content as JSON has it.
export const plain = (value) => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  }
  return value
}
