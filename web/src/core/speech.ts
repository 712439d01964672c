// What the page says itself: strings by key and language. Sentences about a
// certificate come from the catalogue of the verifier.
import { useEffect, useState } from "preact/hooks";
import ar from "../../strings/ar.json";
import en from "../../strings/en.json";
import es from "../../strings/es.json";
import fr from "../../strings/fr.json";
import ru from "../../strings/ru.json";
import zh from "../../strings/zh.json";

export type Key = keyof typeof en;

/** Languages of the United Nations. A draft was not reviewed by somebody who speaks it, and says so. */
export const languages: { code: string; name: string; draft: boolean; rtl?: boolean }[] = [
  { code: "ar", name: "العربية", draft: true, rtl: true },
  { code: "en", name: "English", draft: false },
  { code: "es", name: "Español", draft: true },
  { code: "fr", name: "Français", draft: false },
  { code: "ru", name: "Русский", draft: true },
  { code: "zh", name: "中文", draft: true },
];

const strings: Record<string, Partial<Record<Key, string>>> = { ar, en, es, fr, ru, zh };

let lang = "en";
const listeners = new Set<() => void>();

export const language = (): string => lang;
export const isDraft = (code: string): boolean => languages.find((l) => l.code === code)?.draft ?? true;
export const direction = (code: string): "rtl" | "ltr" => (languages.find((l) => l.code === code)?.rtl ? "rtl" : "ltr");

/** beside is the reviewed language that stands beside a draft: the one of the two that the reader set before the other. */
export const beside = (code: string): string => (isDraft(code) ? navigator.languages.map((l) => l.slice(0, 2)).find((l) => l === "en" || l === "fr") ?? "en" : code);

/** speak makes a language that of the page. */
export function speak(code: string): void {
  if (!strings[code]) return;
  lang = code;
  document.documentElement.lang = code;
  document.documentElement.dir = direction(code);
  document.title = t((document.documentElement.dataset["title"] ?? "title") as Key); // which page this is, its HTML says
  for (const f of listeners) f();
}

/** useLanguage draws a component again when the language changes. */
export function useLanguage(): string {
  const [, again] = useState(0);
  useEffect(() => {
    const f = () => again((n) => n + 1);
    listeners.add(f);
    return () => void listeners.delete(f);
  }, []);
  return lang;
}

/** t says a string, in English where the language lacks it. */
export function t(key: Key, params: Record<string, string | number> = {}): string {
  return tIn(lang, key, params);
}

export function tIn(code: string, key: Key, params: Record<string, string | number> = {}): string {
  const s = strings[code]?.[key] ?? en[key];
  return s.replace(/\{([a-z_]+)\}/g, (_, name: string) => String(params[name] ?? "?"));
}

/** moment says a moment as people do, the month as a word. */
export function moment(iso: string | Date | undefined, code = lang): string {
  if (!iso) return "";
  const d = typeof iso === "string" ? new Date(iso) : iso;
  // What is medium in Arabic has the month as a number, which may be taken for the day.
  if (code === "ar") return new Intl.DateTimeFormat("ar-u-nu-latn", { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(d);
  return new Intl.DateTimeFormat(code, { dateStyle: "medium", timeStyle: "short", hour12: false }).format(d);
}

/** day says a date, and what is known of one that lacks its day or month. */
export function day(date: string | undefined, code = lang): string {
  const [y, m, d] = (date ?? "").split("-").map(Number);
  if (!y) return "";
  const at = new Date(Date.UTC(y, (m || 1) - 1, d || 1));
  const form: Intl.DateTimeFormatOptions = { timeZone: "UTC", year: "numeric", ...(m ? { month: "long" } : {}), ...(d ? { day: "numeric" } : {}) };
  return new Intl.DateTimeFormat(code === "ar" ? "ar-u-nu-latn" : code, form).format(at);
}

/** number says a whole number. */
export const number = (n: number): string => new Intl.NumberFormat(lang === "ar" ? "ar-u-nu-latn" : lang).format(n);
