// The judgement of another implementation: what the npm package jsonld says that
// a document states, and what node's own cryptography says about a signature
// over that. It reads one JSON object a line and answers each with one:
//
//   {"document"}                    -> {"nquads"}
//   {"document", "key", "der"}      -> {"nquads", "verified"}
//   either                          -> {"error"}
//
// key is a public key in PEM; the document's proof is a detached JWS over it;
// der says that an ECDSA signature is in ASN.1, as WHO's are.
//
// Contexts come from packages of their publishers; those that nobody published
// as a package stand in contexts.json, as our own tables have them. None is
// fetched.
import crypto from 'node:crypto'
import fs from 'node:fs'
import readline from 'node:readline'
import vm from 'node:vm'
import jsonld from 'jsonld'
import * as credentials from '@digitalbazaar/credentials-context'
import * as security from '@digitalbazaar/security-context'
import * as did from 'did-context'

const published = new Map([...security.contexts, ...credentials.contexts, ...did.contexts])
const divoc = fs.readFileSync(new URL('node_modules/@pathcheck/divoc-sdk/lib/context/vaccination-context.js', import.meta.url), 'utf8')
const found = vm.runInNewContext(divoc.replaceAll(/^export .*$|^module\.exports[^]*$/gm, '') + '\n;({v1: vaccinationContext, v2: vaccinationContextV2})')
published.set('https://cowin.gov.in/credentials/vaccination/v1', found.v1)
published.set('https://cowin.gov.in/credentials/vaccination/v2', found.v2)
const ours = JSON.parse(fs.readFileSync(new URL('contexts.json', import.meta.url), 'utf8'))

const documentLoader = async url => {
  const document = published.get(url) ?? ours[url]
  if (!document) throw new Error(`the context ${url} is not here`)
  return { contextUrl: null, documentUrl: url, document }
}

const statements = document => jsonld.canonize(document, { algorithm: 'URDNA2015', format: 'application/n-quads', documentLoader, safe: false, rdfDirection: null })

const sum = text => crypto.createHash('sha256').update(text).digest()

async function verified(document, nquads, key, der) {
  const { jws, ...options } = document.proof
  const context = options.type === 'JsonWebSignature2020' ? document['@context'] : 'https://w3id.org/security/v2'
  const [head, signature] = jws.split('..')
  const signed = Buffer.concat([Buffer.from(head + '.'), sum(await statements({ '@context': context, ...options })), sum(nquads)])
  const sig = Buffer.from(signature, 'base64url')
  switch (JSON.parse(Buffer.from(head, 'base64url')).alg) {
    case 'PS256':
      return crypto.verify('sha256', signed, { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, sig)
    case 'EdDSA':
      return crypto.verify(null, signed, key, sig)
    case 'ES256':
      return crypto.verify('sha256', signed, { key, dsaEncoding: der ? 'der' : 'ieee-p1363' }, sig)
  }
  throw new Error('an algorithm that is not here')
}

async function answer({ document, key, der }) {
  const { proof, ...unsigned } = document
  const nquads = await statements(key ? unsigned : document)
  return key ? { nquads, verified: await verified(document, nquads, key, der) } : { nquads }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const out = await answer(JSON.parse(line)).catch(e => ({ error: String(e.message ?? e) }))
  process.stdout.write(JSON.stringify(out) + '\n')
}
