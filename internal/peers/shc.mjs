// kill-the-clipboard, as a reader, verifier and issuer of SMART Health Cards.
import { JWSProcessor, QRCodeGenerator, SHCIssuer, SHCReader } from "kill-the-clipboard"
import { answer, at, keysNamed } from "./answer.mjs"

const hello = { name: "kill-the-clipboard", version: "1.1.0", roles: ["reader", "verifier", "issuer"], formats: ["shc"], judges: ["signature", "in_force"] }

// jwsOf is the compact form of a card, whichever way it came.
async function jwsOf(text) {
  text = text.trim()
  if (text.startsWith("{")) {
    const file = JSON.parse(text)
    if (file.verifiableCredential?.length !== 1) throw new Error("not one card in the file")
    return file.verifiableCredential[0]
  }
  if (text.startsWith("shc:/")) return new QRCodeGenerator().decodeQR(text.split(/\r?\n/))
  return text
}

async function read({ text }) {
  const { payload } = await new JWSProcessor().parseUnverified(await jwsOf(text))
  return { format: "shc", payload }
}

async function verify({ text, world, question }) {
  const jws = await jwsOf(text)
  const { header, payload } = await new JWSProcessor().parseUnverified(jws)
  const keys = keysNamed(world, Buffer.from(header.kid ?? "", "base64url")).filter((key) => !key.issuer || key.issuer === payload.iss)
  if (keys.length === 0) return { checks: { signature: "unknown", in_force: "unknown" } }
  const reader = new SHCReader({ publicKey: keys[0].jwk })
  try {
    await at(question.now ?? question.at, () => reader.fromJWS(jws))
  } catch (e) {
    if (e.code === "EXPIRED") return { checks: { signature: "pass", in_force: "fail" } }
    if (e.code === "BAD_SIGNATURE") return { checks: { signature: "fail", in_force: "unknown" } }
    throw e
  }
  return { checks: { signature: "pass", in_force: "pass" } }
}

async function issue({ payload, key, at: moment }) {
  const { d, ...publicKey } = key.jwk
  const issuer = new SHCIssuer({ issuer: key.issuer, privateKey: key.jwk, publicKey })
  // without an identifier for its withdrawal the library writes null, which the specification does not know
  const rid = payload.vc.rid ?? "1"
  const card = await at(moment, () => issuer.issue(payload.vc.credentialSubject.fhirBundle, { rid }))
  return { text: card.asQRNumeric({ enableChunking: false })[0] }
}

await answer(hello, { read, verify, issue })
