// What the page asks about a wallet. The shapes are those of command web/wasm;
// nothing is decided here.
import { Verifier, type Answer, type Colour, type Obligation, type Reason } from "../core/verifier";

export interface Item {
  id: string; kind: string; title: string; country?: string; place?: string; until?: string; text?: string;
  proved?: "pass" | "fail" | "unknown"; reasons?: string[]; owner?: string; demo?: boolean; learn: string[]; declared?: boolean;
}
export interface Person { label: string; name?: string; document?: string; items: Item[] }
export interface Seen { text: string; kind?: string; title?: string; label?: string; why?: string; part?: boolean }
export interface Kept { wallet: string; new: number; known: number; people: string[]; conflicts: { code: string; label: string; other?: string }[] }
export interface Declared { kind: string; in?: string; region?: string; from: string; until?: string; risk?: string; word?: string }

export interface Leg { jurisdiction: string; region?: string; airport_only?: boolean; arrive?: string }
export interface RulesAsked { id: string; version: string; title: string; from: string; until: string; basis: string; url?: string; appeal: string }
export interface TravelPerson { label: string; verdict: Colour; word: string; item?: string; title?: string; answer?: Answer; reasons: { text: string; next?: string }[] }
export interface TravelLeg { jurisdiction: string; place: string; airport_only: boolean; purpose: string; arrive: string; rules: RulesAsked[]; people: TravelPerson[] }
export interface Travel { legs: TravelLeg[]; verdict: Colour; word: string }

export interface Own {
  verdict: Colour; word: string; at: string; reasons: Reason[]; used: Reason[]; obligations: Obligation[];
  aside: { kind: string; number: number; used?: boolean; reasons: Reason[] }[]; kinds: string[];
  changes_at?: string; changes_to?: Colour; green_at?: string; asked: RulesAsked[];
  explained: { rule: string; verdict: string; text: string; steps: { text: string; outcome: string }[] }[];
  calendar?: string;
}

export interface SheetCell { x: number; y: number; size: number; text_x: number; wide: number; title: string; lines: string[]; side: number; path: string }
export interface Sheet { title: string; lang: string; left: number; pages: { label: string; name?: string; number: string; head: string[]; foot: string[]; cells: SheetCell[] }[] }

/** No is a refusal: a word of the page's strings. */
export class No extends Error {
  constructor(readonly word: string) { super(word); }
}

async function asked<T>(v: Verifier, name: string, options: object): Promise<T> {
  const a = await v.ask<T & { refused?: string }>(name, options);
  if (typeof a.refused === "string") throw new No(a.refused);
  return a;
}

/** Holder is the wallet's part of the verifier. */
export class Holder {
  constructor(readonly verifier: Verifier) {}
  #ask<T>(name: string, options: object): Promise<T> { return asked(this.verifier, name, options); }

  held(wallet: string, now: string, lang: string): Promise<{ people: Person[] }> { return this.#ask("held", { wallet, now, lang }); }
  recognise(wallet: string, texts: string[], lang: string): Promise<{ seen: Seen[] }> { return this.#ask("recognise", { wallet, texts, lang }); }
  keep(wallet: string, label: string, texts: string[]): Promise<Kept> { return this.#ask("keep", { wallet, label, texts }); }
  declare(wallet: string, label: string, declare: Declared): Promise<Kept> { return this.#ask("keep", { wallet, label, declare }); }
  part(wallet: string, label: string, ids: string[]): Promise<Kept> { return this.#ask("part", { wallet, label, ids }); }
  forget(wallet: string, label: string, ids: string[] = []): Promise<Kept> { return this.#ask("forget", { wallet, label, ids }); }
  person(wallet: string, label: string, change: { to?: string; name?: string; mrz?: string }): Promise<Kept> { return this.#ask("person", { wallet, label, ...change }); }
  travel(wallet: string, q: { labels: string[]; legs: Leg[]; category: string; now: string; lang: string }): Promise<Travel> { return this.#ask("travel", { wallet, ...q }); }
  own(wallet: string, q: { label: string; in: string; region: string; at: string; now: string; lang: string }): Promise<Own> { return this.#ask("own", { wallet, ...q }); }
  sheet(wallet: string, q: { labels: string[]; now: string; lang: string; named: boolean; document: boolean }): Promise<Sheet> { return this.#ask("sheet", { wallet, ...q }); }
}

/** apart asks a verifier that lives as long as the answer takes: a passphrase needs a quarter of a gigabyte, which is given back. */
async function apart<T>(name: string, options: object): Promise<T> {
  const v = new Verifier();
  try {
    return await asked<T>(v, name, options);
  } finally {
    v.end();
  }
}

export const stretch = async (passphrase: string, salt: string, work: number): Promise<string> => (await apart<{ key: string }>("stretch", { passphrase, salt, work })).key;
export const seal = async (wallet: string, passphrase: string): Promise<string> => (await apart<{ sealed: string }>("seal", { wallet, passphrase })).sealed;
export const unseal = async (sealed: string, passphrase: string): Promise<string> => (await apart<Kept>("unseal", { sealed, passphrase })).wallet;
