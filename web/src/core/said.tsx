// What is said twice: a draft of a language never stands alone.
import { useRef } from "preact/hooks";
import { beside, direction, isDraft, language, languages, t, tIn, useLanguage, type Key } from "./speech";

/** Also is a string in the reviewed language beside a draft, and nothing elsewhere. */
export function Also({ k, params }: { k: Key; params?: Record<string, string | number> }) {
  const lang = language(), other = beside(lang);
  return lang === other ? null : <span class="also" lang={other} dir={direction(other)}>{tIn(other, k, params)}</span>;
}

/** Title is the heading of a screen, which gets the focus so that a screen reader begins there. */
export function Title({ k }: { k: Key }) {
  return <h1 tabIndex={-1}>{t(k)}<Also k={k} /></h1>;
}

/** Draft marks a draft, and turns the page into the reviewed language and back. */
export function Draft({ choose }: { choose(code: string): void }) {
  const lang = useLanguage();
  const last = useRef("");
  if (isDraft(lang)) last.current = lang;
  const other = isDraft(lang) ? beside(lang) : last.current;
  const name = languages.find((l) => l.code === other)?.name;
  return (
    <>
      {isDraft(lang) && <p class="draft" title={t("draft.long")}>{t("draft")}</p>}
      {name && <button type="button" class="quiet" lang={other} dir={direction(other)} onClick={() => choose(other)}>{name}</button>}
    </>
  );
}

/** LanguageChoice is on every screen. */
export function LanguageChoice({ choose }: { choose(code: string): void }) {
  const lang = useLanguage();
  return (
    <label class="language">
      <span class="unseen">{t("language")}</span>
      <select value={lang} onChange={(e) => choose(e.currentTarget.value)}>
        {languages.map((l) => <option key={l.code} value={l.code} lang={l.code} dir={direction(l.code)}>{l.name}</option>)}
      </select>
    </label>
  );
}
