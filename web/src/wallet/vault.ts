// What this browser keeps of a wallet: one record, encrypted at rest.
//
// The content is under a random key (AES-GCM, 256 bits), and that key under the
// passphrase, stretched by scrypt (RFC 7914) with the work of package wallet,
// and, where its owner wants it, under a secret of the device's authenticator
// (WebAuthn, extension prf). Nothing else is stored: what is not encrypted is
// random, or says how to decrypt. A wrong passphrase costs as much as the right
// one, and looks like a damaged record.

/** Stretch makes a key of a passphrase, slowly, somewhere else. */
export type Stretch = (passphrase: string, salt: string, work: number) => Promise<string>;

interface Box { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }
interface Lock { salt: Uint8Array<ArrayBuffer>; key: Box }
interface Kept { v: 1; rev: number; passphrase: Lock & { work: number }; device?: Lock & { id: ArrayBuffer }; content: Box }

/** Shut is why a vault does not open or take something. */
export class Shut extends Error {
  constructor(readonly why: "wrong" | "elsewhere" | "full" | "off" | "device" | "none") { super(why); }
}

const work = 18; // wallet.Work
const database = "pratique-wallet", store = "kept", name = "wallet";
const utf8 = new TextEncoder();
const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const hex = (b: Uint8Array) => [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
const bytes = (h: string) => new Uint8Array((h.match(/../g) ?? []).map((x) => parseInt(x, 16)));
const about = utf8.encode("pratique-wallet-page/1");

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const r = indexedDB.open(database, 1);
    r.onupgradeneeded = () => { r.result.createObjectStore(store); };
    r.onsuccess = () => resolve(r.result);
    r.onerror = () => reject(new Shut("off"));
  });
}

/** write puts the record, also where the browser says at once that there is no room. */
function write(s: IDBObjectStore, kept: Kept, give: (v: Shut) => void): void {
  try {
    s.put(kept, name);
  } catch (err) {
    give(new Shut(err instanceof DOMException && err.name === "QuotaExceededError" ? "full" : "off"));
  }
}

/** within runs one transaction, and is done when it is durable. */
async function within<T>(mode: IDBTransactionMode, f: (s: IDBObjectStore, give: (v: T) => void) => void): Promise<T> {
  const db = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const t = db.transaction(store, mode, { durability: "strict" });
      let out: T;
      let why: Shut | undefined;
      t.oncomplete = () => resolve(out);
      t.onabort = t.onerror = () => reject(why ?? new Shut(t.error?.name === "QuotaExceededError" ? "full" : "off"));
      f(t.objectStore(store), (v) => { out = v; if (v instanceof Shut) { why = v; t.abort(); } });
    });
  } finally {
    db.close();
  }
}

const read = () => within<Kept | undefined>("readonly", (s, give) => { const r = s.get(name); r.onsuccess = () => give(r.result as Kept | undefined); });

async function sealed(key: CryptoKey, data: Uint8Array<ArrayBuffer>): Promise<Box> {
  const iv = random(12);
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: about }, key, data) };
}

async function unsealed(key: CryptoKey, box: Box): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv, additionalData: about }, key, box.data));
  } catch {
    throw new Shut("wrong");
  }
}

const aes = (raw: Uint8Array<ArrayBuffer>) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

/** What is known of the record without a key. */
export async function peek(): Promise<{ there: boolean; device: boolean; size: number }> {
  const k = await read();
  return { there: k !== undefined, device: k?.device !== undefined, size: k?.content.data.byteLength ?? 0 };
}

/** Vault is an open record. */
export class Vault {
  #raw: Uint8Array<ArrayBuffer>;
  #key: CryptoKey;
  #kept: Kept;
  private constructor(raw: Uint8Array<ArrayBuffer>, key: CryptoKey, kept: Kept) { this.#raw = raw; this.#key = key; this.#kept = kept; }

  /** begin makes the record, where none is. */
  static async begin(passphrase: string, content: string, stretch: Stretch): Promise<Vault> {
    const raw = random(32), key = await aes(raw);
    const kept: Kept = { v: 1, rev: 1, passphrase: await lock(raw, passphrase, stretch), content: await sealed(key, utf8.encode(content)) };
    await within<Shut | undefined>("readwrite", (s, give) => {
      const r = s.getKey(name);
      r.onsuccess = () => { if (r.result !== undefined) give(new Shut("elsewhere")); else write(s, kept, give); };
    });
    void navigator.storage?.persist?.().catch(() => false);
    return new Vault(raw, key, kept);
  }

  static async open(passphrase: string, stretch: Stretch): Promise<{ vault: Vault; content: string }> {
    const kept = await read();
    if (!kept) throw new Shut("none");
    const key = await aes(bytes(await stretch(passphrase, hex(kept.passphrase.salt), kept.passphrase.work)));
    return Vault.#with(await unsealed(key, kept.passphrase.key), kept);
  }

  static async openByDevice(): Promise<{ vault: Vault; content: string }> {
    const kept = await read();
    if (!kept?.device) throw new Shut("none");
    return Vault.#with(await unsealed(await secret(kept.device.id, kept.device.salt), kept.device.key), kept);
  }

  static async #with(raw: Uint8Array<ArrayBuffer>, kept: Kept): Promise<{ vault: Vault; content: string }> {
    const key = await aes(raw);
    return { vault: new Vault(raw, key, kept), content: new TextDecoder().decode(await unsealed(key, kept.content)) };
  }

  get byDevice(): boolean { return this.#kept.device !== undefined; }
  get size(): number { return this.#kept.content.data.byteLength; }

  /** save keeps a content. If another window has kept one since, that one stays. */
  async save(content: string): Promise<void> { await this.#put({ ...this.#kept, content: await sealed(this.#key, utf8.encode(content)) }); }

  async changePassphrase(passphrase: string, stretch: Stretch): Promise<void> {
    await this.#put({ ...this.#kept, passphrase: await lock(this.#raw, passphrase, stretch) });
  }

  /** useDevice lets the device's authenticator open the vault, beside the passphrase. */
  async useDevice(): Promise<void> {
    const salt = random(32);
    let id: ArrayBuffer;
    try {
      const made = await navigator.credentials.create({ publicKey: {
        rp: { name: "Pratique", id: location.hostname }, user: { id: random(16), name: "wallet", displayName: "wallet" }, challenge: random(32),
        pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
        authenticatorSelection: { userVerification: "required", residentKey: "discouraged" }, attestation: "none", extensions: { prf: {} },
      } });
      if (!(made instanceof PublicKeyCredential) || made.getClientExtensionResults().prf?.enabled !== true) throw new Shut("device");
      id = made.rawId;
    } catch {
      throw new Shut("device");
    }
    await this.#put({ ...this.#kept, device: { id, salt, key: await sealed(await secret(id, salt), this.#raw) } });
  }

  async leaveDevice(): Promise<void> {
    const { device: _, ...rest } = this.#kept;
    await this.#put(rest);
  }

  async #put(next: Kept): Promise<void> {
    const mine = this.#kept.rev;
    const kept = { ...next, rev: mine + 1 };
    await within<Shut | undefined>("readwrite", (s, give) => {
      const r = s.get(name);
      r.onsuccess = () => {
        if ((r.result as Kept | undefined)?.rev !== mine) give(new Shut("elsewhere"));
        else write(s, kept, give);
      };
    });
    this.#kept = kept;
  }
}

async function lock(raw: Uint8Array<ArrayBuffer>, passphrase: string, stretch: Stretch): Promise<Lock & { work: number }> {
  const salt = random(16);
  return { salt, work, key: await sealed(await aes(bytes(await stretch(passphrase, hex(salt), work))), raw) };
}

/** secret is a key that the authenticator alone can make, once it knows its owner. */
async function secret(id: ArrayBuffer, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  let first: BufferSource | undefined;
  try {
    const got = await navigator.credentials.get({ publicKey: {
      challenge: random(32), rpId: location.hostname, userVerification: "required", allowCredentials: [{ type: "public-key", id }],
      extensions: { prf: { eval: { first: salt } } },
    } });
    first = got instanceof PublicKeyCredential ? got.getClientExtensionResults().prf?.results?.first : undefined;
  } catch {
    throw new Shut("device");
  }
  if (!first) throw new Shut("device");
  const from = await crypto.subtle.importKey("raw", first, "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info: about }, from, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** canUseDevice says whether this browser has an authenticator that may do. */
export async function canUseDevice(): Promise<boolean> {
  try {
    return typeof PublicKeyCredential !== "undefined" && (await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable());
  } catch {
    return false;
  }
}

/** erase takes everything of this page out of the browser. */
export async function erase(): Promise<void> {
  await within<void>("readwrite", (s) => { s.clear(); });
  await new Promise<void>((done) => {
    const r = indexedDB.deleteDatabase(database);
    r.onsuccess = r.onerror = r.onblocked = () => done();
  });
  try {
    localStorage.removeItem("pratique.likings");
  } catch {
    // storage is off
  }
}
