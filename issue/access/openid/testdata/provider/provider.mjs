// oidc-provider, as the provider of an authority, for one test: on the port and
// with the key that it is told on its command line. Prints "ready".
import { createServer } from "node:http"
import { createPrivateKey, generateKeyPairSync } from "node:crypto"
import Provider from "oidc-provider"

const [port, redirect, kind] = process.argv.slice(2)
const pair = kind === "ec" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("rsa", { modulusLength: 2048 })
const jwk = { ...createPrivateKey(pair.privateKey.export({ type: "pkcs8", format: "pem" })).export({ format: "jwk" }), use: "sig", kid: `${kind}-${process.pid}` }
const alg = kind === "ec" ? "ES256" : "RS256"
jwk.alg = alg

const groups = { anna: ["staff", "north-7 clerks"], olaf: ["health authority officers"], eve: ["staff"] }
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "pratique", client_secret: "a secret of the client", redirect_uris: [redirect], id_token_signed_response_alg: alg, grant_types: ["authorization_code"], response_types: ["code"] }],
  jwks: { keys: [jwk] },
  cookies: { keys: ["for this test"] },
  pkce: { required: () => true },
  scopes: ["openid", "groups"],
  claims: { openid: ["sub"], groups: ["groups"] },
  conformIdTokenClaims: false,
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, groups: groups[id] ?? [] }) }),
  features: { devInteractions: { enabled: true } },
})
createServer(provider.callback()).listen(port, "127.0.0.1", () => console.log("ready"))
