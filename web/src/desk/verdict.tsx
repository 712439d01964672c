// The answer: a colour, a shape, a word; who it is about; what to do next.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { Shape } from "../core/shapes";
import { beside, day, direction, isDraft, language, languages, moment, t, type Key } from "../core/speech";
import type { Answer, Reason } from "../core/verifier";
import { inField } from "../core/wedge";
import { Decide } from "./decide";
import { Dialog } from "../core/dialog";
import { useInputs } from "./inputs";
import { judge, said, useStation, wanted, type Case } from "./station";

export function Verdict({ case: first, group }: { case: Case; group: Case[] | undefined }) {
  const s = useStation();
  const [c, setCase] = useState(first);
  const [side, setSide] = useState(false);
  const [trouble, setTrouble] = useState("");
  const lang = language();
  const a = useAnswer(c, lang);
  const other = useAnswer(c, beside(lang));
  const also = isDraft(lang) ? other : undefined;

  useEffect(() => {
    requestAnimationFrame(() => requestAnimationFrame(() => performance.measure("scan-to-verdict", { start: first.seen, end: performance.now() })));
  }, [first]);

  const withPassport = async (lines: string) => {
    try {
      setCase(await judge(s, c.texts, c.journey, lines, c.seen));
      setTrouble("");
      s.tell(t("passport.compared"));
    } catch {
      setTrouble(t("passport.unreadable"));
    }
  };

  // Passport lines belong to this traveller, a code begins the next one.
  useInputs(s.scanner, (came) => {
    if (!("texts" in came)) return;
    void wanted(s, came.texts).then(async ({ texts, passport }) => {
      if (passport !== undefined) await withPassport(passport);
      else setTrouble(t("verdict.decide_first"));
      return texts;
    });
  });

  const deciding = a.reasons.filter((r) => r.colour === a.verdict);
  const rest = a.reasons.filter((r) => r.colour !== a.verdict);
  return (
    <section class={"verdict verdict-" + c.verdict} aria-labelledby="verdict">
      <div class="verdict-head">
        <Shape of={c.verdict} />
        <div>
          <h1 id="verdict" tabIndex={-1}>{a.word}</h1>
          {also && <p class="also" lang={beside(lang)} dir="ltr">{also.word}</p>}
          {a.person
            ? <><p class="name" dir="auto">{a.person.name}</p><p class="born">{t("verdict.born", { date: day(a.person.birth_date) })}</p></>
            : <p class="born">{c.paper ? t("paper.nobody") : t("verdict.nobody")}</p>}
        </div>
      </div>
      {a.key.demo && <p class="demo-mark">{t("demo")}</p>}
      {c.strangers > 0 && <p class="note" role="alert">{t("verdict.strangers")}</p>}
      {a.passport && <PassportMatch match={a.passport} />}
      <ul class="reasons">{deciding.map((r) => <ReasonLine key={r.code + r.text} r={r} also={also?.reasons.find((x) => x.code === r.code && x.by === r.by)} />)}</ul>
      {a.obligations.length > 0 && <Obligations of={a} />}
      {a.changes_at && a.changes_to && <p class="changes">{t("verdict.changes", { at: moment(a.changes_at), to: t(("colour." + a.changes_to) as Key) })}</p>}
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {a.person && <p class="compare">{t("verdict.compare")}</p>}
      <Decide case={c} group={group} />
      <div class="ways">
        {c.verdict !== "green" && c.verdict !== "red" && <button type="button" onClick={() => s.go({ at: "scan", more: c })}>{t("verdict.more")}</button>}
        <button type="button" onClick={() => setSide(true)}>{t("verdict.side")}</button>
        {group && <button type="button" onClick={() => s.go({ at: "group", cases: group })}>{t("group.back")}</button>}
      </div>
      <PassportLines compare={withPassport} />
      <Details a={a} rest={rest} />
      {side && <TravellerSide case={c} close={() => setSide(false)} />}
    </section>
  );
}

/** useAnswer is the answer in a language; until it is there, that in the language of the page. */
function useAnswer(c: Case, lang: string): Answer {
  const s = useStation();
  const [a, set] = useState<{ of: Case; lang: string; answer: Answer }>();
  const [asked] = useState(language()); // in which c.answer is
  useEffect(() => {
    if (lang === asked && c.answer) return set({ of: c, lang, answer: c.answer });
    let wanted = true;
    void said(s, c, lang).then((answer) => { if (wanted) set({ of: c, lang, answer }); });
    return () => { wanted = false; };
  }, [s.verifier, c, lang, asked]);
  return a && a.of === c && a.lang === lang ? a.answer : c.answer;
}

function ReasonLine({ r, also }: { r: Reason; also?: Reason | undefined }) {
  return (
    <li class="reason">
      <p class="reason-text" dir="auto">{r.text}</p>
      {r.next && <p class="reason-next" dir="auto"><strong>{t("verdict.next")}</strong> {r.next}</p>}
      {r.by && <p class="reason-by">{t("verdict.by", { at: moment(r.by) })}</p>}
      {also && <p class="also" lang={beside(language())} dir="ltr">{also.text} {also.next}</p>}
    </li>
  );
}

function Obligations({ of }: { of: Answer }) {
  return (
    <div class="obligations">
      <h2>{t("verdict.obligations")}</h2>
      <ul>
        {of.obligations.map((o) => (
          <li key={o.id}>
            <span dir="auto">{o.what}</span>
            {o.by && <span> · {t("verdict.by", { at: moment(o.by) })}</span>}
            {o.where && <span dir="auto"> · {o.where}</span>}
            {o.ends && <span dir="auto"> · {o.ends}</span>}
            {o.unsure && <em> · {t("verdict.unsure")}</em>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function PassportMatch({ match }: { match: NonNullable<Answer["passport"]> }) {
  const { verifier } = useStation();
  const lang = language();
  const [word, setWord] = useState("");
  useEffect(() => { void verifier.say(lang, ["name_" + match.name]).then((a) => setWord(a.said["name_" + match.name]?.text ?? "")); }, [verifier, lang, match.name]);
  const good = match.name === "same" || match.name === "variant" || match.name === "truncated";
  return (
    <div class={"match match-" + (good ? "good" : "look")}>
      <p><strong>{t("passport.name")}</strong> {word}{match.near && <em> {t("passport.near")}</em>}</p>
      <p><strong>{t("passport.birth")}</strong> {t(("passport.birth." + match.birth_date) as Key)}</p>
      {match.why && match.why.length > 0 && <ul>{match.why.map((w) => <li key={w.part + w.code + w.text} dir="auto">{w.text}</li>)}</ul>}
    </div>
  );
}

/** PassportLines takes the lines of a passport, typed or from a reader that types. */
function PassportLines({ compare }: { compare(lines: string): Promise<void> }) {
  const [lines, setLines] = useState("");
  return (
    <details class="card passport">
      <summary>{t("passport.title")}</summary>
      <form onSubmit={(e) => { e.preventDefault(); void compare(lines); }}>
        <label>{t("passport.lines")}
          <textarea rows={3} dir="ltr" spellcheck={false} autocomplete="off" autocapitalize="characters" value={lines} onInput={(e) => setLines(e.currentTarget.value)} />
        </label>
        <button type="submit" disabled={lines.trim() === ""}>{t("passport.compare")}</button>
      </form>
    </details>
  );
}

const authentic = ["signature", "key_use", "in_force", "schema", "unrevoked"] as const;
const acceptable = ["recognised", "rules"] as const;

/** Details are closed at first: authentic and acceptable, each in its own block. */
function Details({ a, rest }: { a: Answer; rest: Reason[] }) {
  const line = (name: keyof Answer["checks"]) => (
    <tr key={name}><th scope="row">{t(("check." + name) as Key)}</th><td class={"check-" + a.checks[name]}>{t(("check." + a.checks[name]) as Key)}</td></tr>
  );
  return (
    <details class="card">
      <summary>{t("details.title")}</summary>
      <table><caption>{t("details.authentic")}</caption><tbody>{authentic.map(line)}</tbody></table>
      <table><caption>{t("details.acceptable")}</caption><tbody>{acceptable.map(line)}</tbody></table>
      {rest.length > 0 && <ul>{rest.map((r) => <li key={r.code + r.text} dir="auto">{r.text} {r.next}</li>)}</ul>}
      <p>{t("details.key", { country: a.key.country || "?", source: a.key.source || "?", kid: a.key.kid || "?" })}</p>
      {a.data.as_of && <p>{t("details.data", { at: moment(a.data.as_of) })}</p>}
    </details>
  );
}

/** TravellerSide is for the person across the desk: their language, and the officer's beside. */
export function TravellerSide({ case: c, close }: { case: Case; close(): void }) {
  const s = useStation();
  const [lang, setLang] = useState(s.liking.traveller);
  const a = useAnswer(c, lang);
  const also = useAnswer(c, beside(lang));
  return (
    <Dialog title={t("side.title")} close={close} wide>
      <div class="row languages" role="group" aria-label={t("language")}>
        {languages.map((l) => (
          <button type="button" key={l.code} lang={l.code} dir={direction(l.code)} aria-pressed={l.code === lang}
            onClick={() => { setLang(l.code); s.like({ ...s.liking, traveller: l.code }); }}>{l.name}</button>
        ))}
      </div>
      <div class="side" lang={lang} dir={direction(lang)}>
        {isDraft(lang) && <p class="draft">{t("draft")}</p>}
        <p class="side-word">{a.word}</p>
        <ul>{a.reasons.filter((r) => r.colour === a.verdict).map((r) => <li key={r.code + r.text} dir="auto"><p>{r.text}</p>{r.next && <p>{r.next}</p>}</li>)}</ul>
        {a.obligations.map((o) => <p key={o.id} dir="auto">{o.what}{o.by && " · " + moment(o.by, lang)}</p>)}
      </div>
      {lang !== beside(lang) && (
        <div class="side also" lang={beside(lang)} dir="ltr">
          <p>{also.word}</p>
          <ul>{also.reasons.filter((r) => r.colour === also.verdict).map((r) => <li key={r.code + r.text}>{r.text} {r.next}</li>)}</ul>
        </div>
      )}
    </Dialog>
  );
}

/** useSpace calls on the space key, where nothing else takes it. */
export function useSpace(f: (() => void) | undefined): void {
  useLayoutEffect(() => {
    if (!f) return;
    const key = (e: KeyboardEvent) => {
      if (e.key !== " " || inField(e.target) || (e.target as HTMLElement).closest("button, a, summary, dialog")) return;
      e.preventDefault();
      f();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [f]);
}
