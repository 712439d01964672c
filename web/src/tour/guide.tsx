// The bar above every page of the tour: where one is, what is to be seen, back
// and next, and each step done by a button. The clock first: it must stand before
// any script of a page looks at it.
import "./guide.css";
import { install, setClock } from "./clock";
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { address, steps, type Act } from "./steps";
import { changed, clear, get, onChange, post, step, type State } from "./state";

install(Number((document.currentScript as HTMLScriptElement | null)?.dataset["clock"]));

function Guide() {
  const [n, setN] = useState(step);
  const [s, setS] = useState<State>();
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [, look] = useState(0);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const head = useRef<HTMLHeadingElement>(null);
  const at = steps[n] ?? steps[0]!;

  useEffect(() => {
    void get("state").then(setS, (err: unknown) => setTrouble(String((err as Error).message)));
    const stop = onChange((x) => { setS(x); setClock(Date.parse(x.clock)); });
    const went = () => { setN(step()); setSeen(new Set()); setTrouble(""); requestAnimationFrame(() => { head.current?.focus(); window.scrollTo(0, 0); }); };
    addEventListener("hashchange", went);
    return () => { stop(); removeEventListener("hashchange", went); };
  }, []);

  // The page below is watched, so that the bar knows what is done and what comes next.
  useEffect(() => {
    let due = false;
    const again = () => { if (!due) { due = true; setTimeout(() => { due = false; look((x) => x + 1); }, 100); } };
    const o = new MutationObserver(again);
    o.observe(document.getElementById("app")!, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled", "class"] });
    return () => o.disconnect();
  }, []);

  const now = (a: Act, i: number): boolean => a.done() && (!a.after || seen.has(at.acts[i - 1]?.label ?? ""));
  const done = (a: Act): boolean => (a.moves && s ? Date.parse(s.clock) >= Date.parse(s.moments[a.moves].at) : seen.has(a.label) || now(a, at.acts.indexOf(a)));
  useEffect(() => {
    const more = at.acts.filter((a, i) => !a.moves && !seen.has(a.label) && now(a, i));
    if (more.length > 0) setSeen(new Set([...seen, ...more.map((a) => a.label)]));
  });

  const run = async (a: Act) => {
    if (!s || busy) return;
    setBusy(true);
    setTrouble("");
    try {
      if (a.moves) {
        changed(await post("clock", { to: s.moments[a.moves].at }));
        if (at.page === "desk") return location.reload(); // another day, another shift
      } else await a.run(s);
      if (a.marks) setSeen((before) => new Set([...before, a.label]));
    } catch (err) {
      setTrouble((err as Error).message);
    } finally {
      setBusy(false);
    }
  };

  const open = at.acts.filter((a) => !done(a));
  const first = open.find((a) => a.moves || a.ready());
  const past = (a: Act) => !a.moves && at.acts.indexOf(a) < at.acts.map(done).lastIndexOf(true); // a later one is done: this one was not needed
  const finished = open.every(past);
  const last = n === steps.length - 1;
  return (
    <section class="guide" aria-label="Guided tour" lang="en" dir="ltr" data-step={n}>
      <div class="guide-top">
        <p class="guide-demo"><strong>DEMO</strong> <span>invented countries, not valid</span></p>
        <nav class="guide-steps" aria-label="Steps of the tour">
          <ol>{steps.map((x, i) => (
            <li key={i}><a href={address(i)} aria-current={i === n ? "step" : undefined} class={i < n ? "past" : ""} aria-label={`Step ${i}: ${x.title}`} title={x.title}><span aria-hidden="true">{i}</span></a></li>
          ))}</ol>
        </nav>
        {s && <Clock s={s} reload={at.page === "desk"} trouble={setTrouble} />}
      </div>
      <div class="guide-body">
        <div class="guide-words">
          <h2 ref={head} tabIndex={-1}><span class="guide-place">{n === 0 ? "The tour" : `${n} of ${steps.length - 1} · ${at.place}`}</span> <span class="guide-title">{at.title}</span></h2>
          {at.tells && <p>{at.tells}</p>}
          {trouble && <p class="guide-trouble" role="alert">{trouble}</p>}
        </div>
        {at.code && s?.codes[at.code] && <Code name={at.code} whose={s.codes[at.code]!.whose} text={s.codes[at.code]!.text} />}
      </div>
      <p class="guide-unseen" role="status">{finished && at.acts.length > 0 ? "This step is done." : ""}</p>
      <div class="guide-foot">
        <p class="guide-chip" aria-hidden="true">DEMO</p>
        <div class="guide-acts" role="group" aria-label="Done for you">
          {at.acts.map((a) => {
            const was = done(a) || past(a), may = Boolean(a.moves) || a.ready();
            return (
              <button type="button" key={a.label} class={"guide-act" + (was ? " was" : a === first ? " primary" : "")} aria-disabled={busy || was || !may} onClick={() => { if (!was && may) void run(a); }}>
                {was && <span aria-hidden="true">✓ </span>}{a.label}{was && <span class="guide-unseen"> (done)</span>}
              </button>
            );
          })}
        </div>
        <div class="guide-ways">
          {n > 0 && <a class="guide-way" href={address(n - 1)}>Back</a>}
          {!last && <a class={"guide-way" + (finished && n > 0 ? " primary" : "")} href={address(n + 1)}>{n === 0 ? "Start the tour" : "Next"}<span class="guide-unseen">: {steps[n + 1]!.title}</span></a>}
        </div>
      </div>
    </section>
  );
}

/** Code is the code that the step is about: to be dragged onto the page, saved as a picture, or copied. */
function Code({ name, whose, text }: { name: string; whose: string; text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => setCopied(false), [text]);
  const picture = `/tour/api/picture?of=${name}&n=${text.length}`;
  return (
    <div class="guide-code">
      <img src={picture} alt={`Code of ${whose}. Drag it onto the page.`} draggable onDragStart={(e) => { e.dataTransfer?.clearData(); e.dataTransfer?.setData("text/plain", text); }} />
      <p>{whose}<br /><a href={picture} download={name + ".png"}>Save</a> · <button type="button" class="guide-link" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false))}>{copied ? "Copied" : "Copy"}</button></p>
    </div>
  );
}

/** Clock is what the clock shows, and how it is moved. */
function Clock({ s, reload, trouble }: { s: State; reload: boolean; trouble(why: string): void }) {
  const now = Date.parse(s.clock);
  const said = Object.values(s.moments).find((m) => Date.parse(m.at) === now)?.said ?? new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }).format(now) + " here";
  const to = (ms: number) => void post("clock", { to: new Date(ms).toISOString() }).then((x) => { changed(x); if (reload) location.reload(); }, (err: Error) => trouble(err.message));
  return (
    <details class="guide-clock">
      <summary><span class="guide-unseen">The tour’s clock: </span><time dateTime={s.clock}>{said}</time></summary>
      <div class="guide-menu">
        <p>The clock stands still until you move it, and every page goes by it.</p>
        <button type="button" onClick={() => to(now + 3_600_000)}>An hour later</button>
        <button type="button" onClick={() => to(now + 86_400_000)}>A day later</button>
        <button type="button" onClick={() => void clear().then(() => post("restart", {})).then(() => { location.href = "/tour/"; }, (err: Error) => trouble(err.message))}>Start the tour again</button>
      </div>
    </details>
  );
}

document.addEventListener("DOMContentLoaded", () => {
  const root = document.createElement("div");
  document.body.prepend(root);
  root.className = "guide-root";
  render(<Guide />, root);
  // Of a bar that is scrolled away its last line stays.
  new ResizeObserver(() => {
    const foot = root.querySelector<HTMLElement>(".guide-foot");
    if (foot) root.style.insetBlockStart = -(foot.offsetTop - 6) + "px";
  }).observe(root);
});
