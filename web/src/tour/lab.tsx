// A laboratory of Norland, as small as the story needs it: a form, a preview, a
// code and a sheet, a register from which something can be withdrawn.
import { useEffect, useRef, useState } from "preact/hooks";
import { post, type Entry, type Form, type Preview, type State } from "./state";

interface Props { s: State; took(s: State): void; withdrawing: boolean }

export function Laboratory({ s, took, withdrawing }: Props) {
  return withdrawing ? <Register s={s} took={took} /> : <Issue s={s} took={took} />;
}

const results: Record<string, string> = { not_detected: "Not detected", detected: "Detected" };

function Issue({ s, took }: Omit<Props, "withdrawing">) {
  const [form, setForm] = useState<Form>(s.form);
  const [p, setP] = useState<Preview>();
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const [again, setAgain] = useState(false);
  const handed = useRef<HTMLHeadingElement>(null);
  const last = s.issued.at(-1);
  useEffect(() => {
    let wanted = true;
    const i = setTimeout(() => void post<Preview>("preview", form).then((x) => { if (wanted) { setP(x); setTrouble(""); } }, (err: Error) => { if (wanted) setTrouble(err.message); }), 150);
    return () => { wanted = false; clearTimeout(i); };
  }, [form, s.clock]);
  const put = (f: Partial<Form>) => setForm({ ...form, ...f });
  const issue = async () => {
    setBusy(true);
    try {
      took(await post("issue", form));
      setAgain(false);
      requestAnimationFrame(() => handed.current?.focus());
    } catch (err) {
      setTrouble((err as Error).message);
    } finally {
      setBusy(false);
    }
  };
  if (last && !again) return <Handed e={last} head={handed} again={() => setAgain(true)} />;
  const good = p !== undefined && p.wrong.length === 0;
  return (
    <section>
      <h1 tabIndex={-1}>New certificate</h1>
      <p class="office">Norland Institute of Health, Laboratory 7</p>
      <div class="lab">
        <form class="lab-form card" onSubmit={(e) => { e.preventDefault(); void issue(); }}>
          <h2><span class="count" aria-hidden="true">1</span>Person</h2>
          <label>Passport lines, scanned or typed
            <textarea class="lines" rows={2} dir="ltr" spellcheck={false} autocomplete="off" value={form.lines} onInput={(e) => put({ lines: e.currentTarget.value })} aria-describedby="lines-hint" />
          </label>
          <p id="lines-hint" class="hint">The name in the letters of passports is read from here, so that it fits at every border.</p>
          <div class="row">
            <label>Family name as printed<input type="text" required maxLength={80} autocomplete="off" value={form.family} onInput={(e) => put({ family: e.currentTarget.value })} /></label>
            <label>Given names as printed<input type="text" maxLength={80} autocomplete="off" value={form.given} onInput={(e) => put({ given: e.currentTarget.value })} /></label>
          </div>
          <label>Date of birth<input type="date" required value={form.born} onInput={(e) => put({ born: e.currentTarget.value })} /></label>
          <h2><span class="count" aria-hidden="true">2</span>Result</h2>
          <fieldset class="result">
            <legend>Nucleic acid test for COVID-19</legend>
            {Object.entries(results).map(([code, text]) => (
              <label class="check" key={code}><input type="radio" name="result" checked={form.result === code} onChange={() => put({ result: code })} /> {text}</label>
            ))}
          </fieldset>
          <p class="hint">Sample taken on {p?.sampled ?? "…"}</p>
          <h2><span class="count" aria-hidden="true">3</span>Issue</h2>
          {p && p.wrong.length > 0 && <ul class="trouble" role="alert">{p.wrong.map((w) => <li key={w}>{w}</li>)}</ul>}
          {trouble && <p class="trouble" role="alert">{trouble}</p>}
          <button type="submit" class="primary" disabled={busy || !good}>Sign and issue</button>
        </form>
        <section class="preview" aria-label="Preview">
          <p class="preview-mark">Preview · not signed</p>
          <p class="preview-name">{p?.name || "…"}</p>
          <p class="preview-icao" dir="ltr">{p?.icao || "…"}</p>
          <p class={"fit " + (p?.fits ? "fit-good" : "fit-look")}><span aria-hidden="true">{p?.fits ? "✓" : "!"}</span> {p?.fits ? "The printed name is that of the passport" : "Compare name and passport lines"}{p?.match && p.match !== "same" && p.fits && ` (${p.match})`}</p>
          <dl>
            <div><dt>Born</dt><dd>{p?.born}</dd></div>
            <div><dt>Evidence</dt><dd>Nucleic acid test, COVID-19</dd></div>
            <div><dt>Result</dt><dd class="preview-result">{results[form.result]}</dd></div>
            <div><dt>Sample taken</dt><dd>{p?.sampled}</dd></div>
            <div><dt>Issuer</dt><dd>Norland Institute of Health (XA)</dd></div>
          </dl>
          <p class="demo-mark">DEMO – NOT VALID</p>
        </section>
      </div>
    </section>
  );
}

/** Handed is what the person leaves with: a code, and a sheet of paper. */
function Handed({ e, head, again }: { e: Entry; head: preact.RefObject<HTMLHeadingElement | null>; again(): void }) {
  const picture = `/tour/api/picture?of=anna&n=${encodeURIComponent(e.id.slice(-4))}`;
  return (
    <section class="handed">
      <h1 ref={head} tabIndex={-1} class="screen-only">Issued: hand it over</h1>
      <div class="ways screen-only">
        <button type="button" class="primary" onClick={() => window.print()}>Print the sheet</button>
        <a class="button" href={picture} download="certificate.png">Save the code</a>
        <button type="button" onClick={again}>Issue another</button>
      </div>
      <article class="paper" aria-label="The sheet">
        <header><div><p class="paper-of">Norland Institute of Health</p><h2>Certificate of a test</h2></div><p class="demo-mark">DEMO – NOT VALID</p></header>
        <div class="paper-body">
          <dl>
            <div><dt>Name</dt><dd class="paper-name">{e.name}</dd></div>
            <div><dt>Born</dt><dd>{e.born}</dd></div>
            <div><dt>Test</dt><dd>Nucleic acid, COVID-19</dd></div>
            <div><dt>Result</dt><dd>{results[e.result]}</dd></div>
            <div><dt>Sample taken</dt><dd>{e.sampled.replace("T", " ").slice(0, 16)} <span class="hint">UTC{e.sampled.slice(19)}</span></dd></div>
            <div><dt>Certificate</dt><dd class="mono">{e.id}</dd></div>
          </dl>
          <figure>
            <img src={picture} alt="The code of this certificate" />
            <figcaption>{e.text.length} letters, signed. It can be checked without a network, by everybody who has Norland’s public key.</figcaption>
          </figure>
        </div>
        <footer>Compare the name with the identity document. Whether a country accepts this certificate, its own rules say. Was something wrong: https://appeals.norland.example/</footer>
      </article>
    </section>
  );
}

const reasons: Record<string, string> = { error: "An error: the result or the person is not the right one", fraud: "Fraud: it should never have been issued", "key-lost": "The signing key was lost; nothing speaks against the person" };

function Register({ s, took }: Omit<Props, "withdrawing">) {
  const [asking, setAsking] = useState("");
  const [reason, setReason] = useState("");
  const [trouble, setTrouble] = useState("");
  const withdraw = async (id: string) => {
    try {
      took(await post("withdraw", { id, reason }));
      setAsking("");
      setTrouble("");
    } catch (err) {
      setTrouble((err as Error).message);
    }
  };
  return (
    <section class="register">
      <h1 tabIndex={-1}>Register of the laboratory</h1>
      <p class="office">Norland Institute of Health, Laboratory 7</p>
      {s.issued.length === 0 && <p class="card">Nothing was issued yet. <a href="/tour/#1">Issue a certificate first</a>.</p>}
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      <ul class="entries">
        {s.issued.map((e) => (
          <li class="card" key={e.id}>
            <div class="entry">
              <div><p class="entry-name">{e.name}</p><p class="hint">{results[e.result]} · <span class="mono">{e.id}</span></p></div>
              {e.withdrawn
                ? <p class="withdrawn"><span aria-hidden="true">✕</span> Withdrawn: {e.withdrawn}</p>
                : asking !== e.id && <button type="button" class="withdraw" onClick={() => { setAsking(e.id); setReason(""); }} aria-label={`Withdraw the certificate of ${e.name} …`}>Withdraw …</button>}
            </div>
            {asking === e.id && !e.withdrawn && (
              <form class="asking" onSubmit={(x) => { x.preventDefault(); void withdraw(e.id); }}>
                <label>Why is it withdrawn?
                  <select required value={reason} onChange={(x) => setReason(x.currentTarget.value)}>
                    <option value="">Choose a reason</option>
                    {Object.entries(reasons).map(([code, text]) => <option key={code} value={code}>{text}</option>)}
                  </select>
                </label>
                <p class="note">This cannot be taken back: {e.name} needs another certificate. The published list has a hash and the reason, and no name.</p>
                <p class="row"><button type="submit" class="danger" disabled={reason === ""}>Withdraw and publish</button> <button type="button" onClick={() => setAsking("")}>Keep it</button></p>
              </form>
            )}
          </li>
        ))}
      </ul>
      {s.issued.some((e) => e.withdrawn) && <p class="note" role="status">Published. Sudmark’s desk has fetched the new list, as of the tour’s clock.</p>}
    </section>
  );
}
