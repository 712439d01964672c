// cose-kit with @digitalbazaar/base45, as a reader, verifier and issuer of HC1.
import { inflateSync, deflateSync } from "node:zlib"
import { decode as fromBase45, encode as toBase45 } from "@digitalbazaar/base45"
import { Encoder } from "cbor-x"
import { coseSign, coseVerify, Sign1 } from "cose-kit"
import { importJWK } from "jose"
import { answer, keysNamed, plain } from "./answer.mjs"

const hello = { name: "cose-kit with @digitalbazaar/base45", version: "1.7.1, 1.0.0", roles: ["reader", "verifier", "issuer"], formats: ["hc1", "icvp"], judges: ["signature"] }

const cbor = new Encoder({ mapsAsObjects: false, useRecords: false })

function envelope(text) {
  text = text.replace(/^[\r\n]+|[\r\n]+$/g, "")
  if (!text.startsWith("HC1:")) throw new Error("not HC1")
  return inflateSync(fromBase45(text.slice(4)), { maxOutputLength: 1 << 20 })
}

// contents are those of claim -260, by the keys under which they stand.
function contents(payload) {
  const claims = cbor.decode(payload)
  return claims.get(-260) ?? new Map()
}

const payloadOf = (decoded) => {
  const map = contents(decoded.payload)
  const content = map.get(1) ?? map.get(-6) ?? map.get(3) ?? map.get(4)
  if (!(content instanceof Map) || content.size === 0) throw new Error("no health certificate")
  return plain(content)
}

async function read({ text }) {
  const decoded = await open(text)
  return { format: "hc1", payload: payloadOf(decoded) }
}

// open takes the envelope apart, and asks nobody about its signature. cose-kit
// teaches cbor-x the tags of its envelopes.
async function open(text) {
  const decoded = cbor.decode(envelope(text))
  const { payload, signature } = Array.isArray(decoded) && decoded.length === 4 ? { payload: decoded[2], signature: decoded[3] } : decoded instanceof Sign1 ? decoded : {}
  if (!(payload instanceof Uint8Array && signature instanceof Uint8Array)) throw new Error("no COSE_Sign1")
  return { payload }
}

// The names of algorithms that jose wants to know, by the kind of key.
const algorithm = (jwk) => ({ "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", Ed25519: "EdDSA" })[jwk.crv] ?? "PS256"

async function verify({ text, world }) {
  let named = []
  // every key that the code names is tried: identifiers collide
  const tried = await coseVerify(envelope(text), async (signature) => {
    const kid = signature.protectedHeaders.get(4) ?? signature.unprotectedHeaders.get(4)
    if (!kid) return undefined
    named = keysNamed(world, kid)
    if (named.length === 0) throw new Error("signer unknown")
    return importJWK(named[0].jwk, algorithm(named[0].jwk))
  })
  contents(tried.decoded.payload) // what cannot be decoded says nothing, whoever signed it
  let { isValid } = tried
  for (const key of named.slice(1)) {
    if (!isValid) ({ isValid } = await coseVerify(envelope(text), await importJWK(key.jwk, algorithm(key.jwk))))
  }
  return { checks: { signature: isValid ? "pass" : "fail" } }
}

async function issue({ payload, format, key, at, until }) {
  const seconds = (moment) => Math.floor(new Date(moment).getTime() / 1000)
  const content = new Map([[format === "icvp" ? -6 : 1, payload]])
  const claims = new Map([[1, key.country], [4, seconds(until)], [6, seconds(at)], [-260, content]])
  const sealed = await coseSign({ alg: "ES256", kid: Buffer.from(key.kid, "base64") }, {}, cbor.encode(claims), await importJWK(key.jwk, "ES256"))
  return { text: "HC1:" + toBase45(deflateSync(sealed)) }
}

await answer(hello, { read, verify, issue })
