// An answer, as every screen of the wallet shows it.
import { Shape } from "../core/shapes";
import { beside, direction, language, moment, t } from "../core/speech";
import type { Colour, Obligation, Reason } from "../core/verifier";
import type { RulesAsked } from "./holder";

/** Beside is what is said in the reviewed language, beside a draft. */
function Beside({ text }: { text: string | undefined }) {
  const other = beside(language());
  return text ? <p class="also" lang={other} dir={direction(other)}>{text}</p> : null;
}

export function Verdict({ of, word, also, level = 3, children }: { of: Colour; word: string; also?: string | undefined; level?: 2 | 3; children?: preact.ComponentChildren }) {
  const H = level === 2 ? "h2" : "h3";
  return <div class={"answer answer-" + of}><Shape of={of} /><div><H tabIndex={-1}>{word}</H><Beside text={also} />{children}</div></div>;
}

/** said is what the authority of an order wrote to the person, where the sentence lacks it. */
function said(r: Pick<Reason, "text" | "params">): string {
  const s = r.params?.["says"];
  return typeof s === "string" && !r.text.includes(s) ? s : "";
}

export function Reasons({ of, also }: { of: Pick<Reason, "text" | "next" | "by" | "params">[]; also?: Pick<Reason, "text" | "next">[] | undefined }) {
  return (
    <ul class="reasons">
      {of.map((r, n) => (
        <li class="reason" key={r.text + r.by}>
          <p class="reason-text" dir="auto">{r.text}</p>
          {said(r) && <p dir="auto">{t("wallet.says", { text: said(r) })}</p>}
          {r.next && <p dir="auto"><strong>{t("verdict.next")}</strong> {r.next}</p>}
          {r.by && <p>{t("verdict.by", { at: moment(r.by) })}</p>}
          <Beside text={[also?.[n]?.text, also?.[n]?.next].filter(Boolean).join(" ")} />
        </li>
      ))}
    </ul>
  );
}

export function Obligations({ of, also }: { of: Obligation[]; also?: Obligation[] | undefined }) {
  if (of.length === 0) return null;
  return (
    <>
      <h4>{t("verdict.obligations")}</h4>
      <ul>{of.map((o, n) => <li key={o.id}><span dir="auto">{o.what}</span>{o.by && <> · {t("verdict.by", { at: moment(o.by) })}</>}{o.where && <span dir="auto"> · {o.where}</span>}{o.unsure && <em> · {t("verdict.unsure")}</em>}{also?.[n]?.what !== o.what && <Beside text={also?.[n]?.what} />}</li>)}</ul>
    </>
  );
}

/** Rules says which rules were asked, of when they are, and where the law stands. An address is shown and not linked: nothing here leads elsewhere by accident. */
export function Rules({ of }: { of: RulesAsked[] }) {
  return (
    <ul class="rules">
      {of.map((s) => (
        <li key={s.id + s.version}>
          <span dir="auto">{s.title}</span> <span class="hint">({s.id} {s.version})</span>
          <p class="hint">{t("wallet.rules.when", { from: moment(s.from), until: moment(s.until) })}</p>
          <p class="hint" dir="auto">{s.basis}{s.url && <> <span dir="ltr">{s.url}</span></>}</p>
        </li>
      ))}
    </ul>
  );
}
