// ICAO seals (VDS-NC) by JavaScript's own JSON and Node's own cryptography: a
// strict check of the canonical form (RFC 8785), the signature, and the signer's
// certificate under its authority (ICAO Doc 9303-13; 9303-12, section 7.1).
import { createPrivateKey, sign, verify as verifySignature, X509Certificate } from "node:crypto"
import { answer } from "./answer.mjs"

const hello = { name: "node", version: process.version, roles: ["reader", "verifier", "issuer"], formats: ["vds"], judges: ["signature"] }

// canonical writes a value as RFC 8785 has it. JSON.stringify writes texts and
// numbers as it asks; members are ordered by their UTF-16 units, as sort does.
function canonical(value) {
  if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]"
  if (typeof value === "object" && value !== null) {
    return "{" + Object.keys(value).sort().map((name) => JSON.stringify(name) + ":" + canonical(value[name])).join(",") + "}"
  }
  if (typeof value === "number" && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))) throw new Error("a number that JSON cannot hold exactly")
  if (typeof value === "string" && !value.isWellFormed()) throw new Error("half a character")
  return JSON.stringify(value)
}

// strict parses JSON and refuses what JSON.parse lets pass: a name that stands
// twice, and a number that changes when it is read.
function strict(text) {
  const parsed = JSON.parse(text)
  const tokens = text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}\[\],:]/gs)
  const open = []
  let last
  for (const [token] of tokens) {
    if (token === "{") open.push(new Set())
    else if (token === "[") open.push(null)
    else if (token === "}" || token === "]") open.pop()
    else if (token === ":") {
      const names = open.at(-1)
      const name = JSON.parse(last)
      if (names.has(name)) throw new Error("a name stands twice")
      names.add(name)
    } else if (/^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))) throw new Error("an integer beyond 2^53")
    last = token
  }
  return parsed
}

const bytes = (text) => {
  const plain = text.replace(/=+$/, "")
  const b = Buffer.from(plain, "base64url")
  if (b.toString("base64url") !== plain) throw new Error("not base64url")
  return b
}

function open(text) {
  const seal = strict(text.trim())
  const { hdr } = seal.data ?? {}
  if (!["icao.test", "icao.vacc"].includes(hdr?.t)) throw new Error("not a seal of a test or a vaccination")
  if (hdr.v !== 1 || !/^[A-Z]{3}$/.test(hdr.is)) throw new Error("another version, or no issuer")
  return { ...seal, signer: certificate(bytes(seal.sig.cer)) }
}

// certificate reads one of X.509, and refuses what stands after it.
function certificate(der) {
  const read = new X509Certificate(der)
  if (read.raw.length !== der.length) throw new Error("bytes after the certificate")
  return read
}

// certifies tells whether a signer's certificate lists a type of document (2.23.136.1.1.6.2).
function certifies(der, type) {
  const i = der.indexOf(Buffer.from("060767810801010602", "hex"))
  return i >= 0 && der.subarray(i, i + 40).includes(Buffer.from(type))
}

// states tells whether there is what a seal must state.
const states = ({ hdr, msg }) =>
  msg.pid?.n && (hdr.t === "icao.test" ? msg.utci && msg.dat?.sc && msg.dat.ri && msg.tr?.tc && msg.tr.r : msg.uvci && msg.ve?.length > 0)

const hashes = { ES256: ["sha256", 64, "prime256v1"], ES384: ["sha384", 96, "secp384r1"], ES512: ["sha512", 132, "secp521r1"] }

function verify({ text, world }) {
  const { data, sig, signer } = open(text)
  const [hash, size, curve] = hashes[sig.alg] ?? []
  if (!hash) return { checks: { signature: "unknown" } }
  const authorities = world.keys.filter((key) => key.uses.includes("seal_authority") && key.certificate).map((key) => new X509Certificate(Buffer.from(key.certificate, "base64")))
  const named = authorities.filter((authority) => authority.subject === signer.issuer)
  if (named.length === 0) return { checks: { signature: "unknown" } }
  const signature = bytes(sig.sigvl)
  const sound = signature.length === size && signer.publicKey.asymmetricKeyDetails.namedCurve === curve &&
    named.some((authority) => signer.verify(authority.publicKey)) &&
    verifySignature(hash, Buffer.from(canonical(data)), { key: signer.publicKey, dsaEncoding: "ieee-p1363" }, signature)
  if (!sound) return { checks: { signature: "fail" } }
  return { checks: { signature: "pass" }, payload: data }
}

function issue({ payload, key }) {
  const der = Buffer.from(key.certificate, "base64")
  if (!states(payload)) throw new Error("a seal must state more")
  if (!certifies(der, payload.hdr.t === "icao.test" ? "NT" : "NV")) throw new Error("the signer may not sign this kind")
  const secret = createPrivateKey({ key: Buffer.from(key.pkcs8, "base64"), format: "der", type: "pkcs8" })
  const sigvl = sign("sha256", Buffer.from(canonical(payload)), { key: secret, dsaEncoding: "ieee-p1363" }).toString("base64url")
  return { text: JSON.stringify({ data: payload, sig: { alg: "ES256", cer: der.toString("base64url"), sigvl } }) }
}

await answer(hello, { read: ({ text }) => ({ format: "vds", payload: open(text).data }), verify, issue })
