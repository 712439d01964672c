// What a desk's page has at hand, and what it knows of this shift.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { present, rfc3339 } from "../core/clock";
import type { Liking } from "../core/keep";
import type { Office, Settings } from "../core/office";
import type { Camera, Scanner } from "../core/scanner";
import { language } from "../core/speech";
import type { Answer, Colour, Joint, Known, Question, Verifier } from "../core/verifier";

/** Journey is the context in which travellers are judged until it is changed. */
export interface Journey { purpose: string; from: string; via: string; category: string }

export interface Shift { officer: string; signs: boolean }

/** Case is one traveller at the desk: codes that were shown, and the answer. */
export interface Case {
  texts: string[];
  mrz: string;
  journey: Journey;
  at: string; // moment of the question, which the receipt repeats
  answer: Answer; // the one that counts
  verdict: Colour;
  alone: Colour; // the verdict of the code that a receipt is for, which may need the others
  strangers: number; // codes of somebody else
  paper?: string; // the kind of paper, where no code is at hand
  seen: number; // performance.now() when the code was in the picture
}

/** Outcome is what the officer chose; confirm is the passphrase of a second officer, which is kept no longer than it takes. */
export interface Outcome { outcome: string; override: string; sentence: string; officers: string[]; confirm: string }

/** Decided is a decision that was taken. */
export interface Decided { of: Case; outcome: Outcome; receipt: string; signed: boolean; counted: boolean }

export interface Station {
  verifier: Verifier; scanner: Scanner; camera: Camera; office: Office;
  settings: Settings; known: Known; shift: Shift | undefined;
  liking: Liking; like(l: Liking): void;
  journey: Journey; travel(j: Journey): void;
  go(s: Screen): void;
  tell(text: string): void; // to screen readers, and nobody else
}

export type Screen =
  | { at: "shift" }
  | { at: "scan"; more?: Case; note?: string }
  | { at: "verdict"; case: Case; group?: Case[] }
  | { at: "paper" }
  | { at: "slip"; decided: Decided; group?: Case[] }
  | { at: "group"; cases: Case[]; table?: string }
  | { at: "kiosk" }
  | { at: "return" };

export const Here = createContext<Station | undefined>(undefined);

export function useStation(): Station {
  const s = useContext(Here);
  if (!s) throw new Error("no station");
  return s;
}

/** question is what is asked of a code in a journey. */
export function question(s: Station, j: Journey, at: string, mrz: string, lang = language()): Question {
  return {
    to: s.settings.country, purpose: j.purpose, at, now: at, lang,
    ...(s.settings.region ? { region: s.settings.region } : {}),
    ...(j.from ? { from: j.from } : {}), ...(j.via ? { via: [j.via] } : {}), ...(j.category ? { category: j.category } : {}),
    ...(mrz ? { mrz } : {}),
  };
}

const nothing: Answer = {
  format: "", content: "", verdict: "grey", word: "", reasons: [], obligations: [], data: {}, key: { kid: "", country: "", source: "" },
  checks: { signature: "unknown", key_use: "unknown", in_force: "unknown", schema: "unknown", unrevoked: "unknown", recognised: "unknown", rules: "unknown" },
};

/** judge asks the verifier about the codes of one traveller. */
export async function judge(s: Station, texts: string[], j: Journey, mrz: string, seen: number, paper?: string): Promise<Case> {
  const at = rfc3339(present());
  const joint: Joint = await s.verifier.together(texts, question(s, j, at, mrz));
  const alone = joint.answers[joint.by] ?? nothing;
  return { texts: order(texts, joint.by), mrz, journey: j, at, answer: joint.answer ?? alone, verdict: joint.verdict, alone: alone.verdict, strangers: joint.others.length, seen, ...(paper ? { paper } : {}) };
}

/** order puts the text that counts first: a receipt is for it. */
function order(texts: string[], by: number): string[] {
  const first = texts[by];
  return first === undefined ? texts : [first, ...texts.filter((_, i) => i !== by)];
}

/** said is the answer in another language. */
export async function said(s: Station, c: Case, lang: string): Promise<Answer> {
  const joint = await s.verifier.together(c.texts, question(s, c.journey, c.at, c.mrz, lang));
  return joint.answer ?? joint.answers[joint.by] ?? nothing;
}

/** Shown is what came of codes that were shown: a case, or what to do so that one comes of it. */
export type Shown = { case: Case } | { held: string[]; note: string };

/** show judges what was shown. Parts of a card that is spread over several codes are held until all are there; what is no health code is named. */
export async function show(s: Station, before: string[], held: string[], texts: string[], mrz: string, seen: number): Promise<Shown> {
  const only = (t: string[]) => judge(s, [...new Set([...before, ...t])], s.journey, mrz, seen);
  let c = await judge(s, texts, s.journey, mrz, seen);
  const all = [...new Set([...held, ...texts])];
  if (c.answer.reasons[0]?.code === "code_part" && all.length > 1) {
    texts = [all.join("\n")];
    c = await judge(s, texts, s.journey, mrz, seen);
  }
  const first = c.answer.reasons[0];
  if (first?.code === "code_part") return { held: all, note: sentence(first) };
  if (c.answer.format === "" && first) return { held: [], note: sentence(first) };
  return { case: before.length > 0 ? await only(texts) : c };
}

const sentence = (r: { text: string; next?: string }) => [r.text, r.next].filter(Boolean).join(" ");

/** wanted are the texts of what was scanned that a health code may be in: all that are one, else the first. */
export async function wanted(s: Station, texts: string[]): Promise<{ texts: string[]; passport?: string }> {
  const { kinds, health } = await s.verifier.choose(texts);
  const passport = texts[kinds.indexOf("passport_lines")];
  if (health.length > 0) return { texts: health.map((i) => texts[i]!) };
  return passport !== undefined ? { texts: [], passport } : { texts: texts.slice(0, 1) };
}

