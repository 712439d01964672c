// What everybody holds: people, and their things, the newest first.
import { useEffect, useState } from "preact/hooks";
import { Shape } from "../core/shapes";
import { Title } from "../core/said";
import { day, language, number, t, type Key } from "../core/speech";
import { Dialog } from "../core/dialog";
import { Add } from "./add";
import { Code } from "./code";
import type { Item, Person, Travel } from "./holder";
import { download, legs, now, sorry, useHome } from "./state";

const aDay = 86_400_000;

export function HomeScreen() {
  const h = useHome();
  const [shown, setShown] = useState<{ of: Person; item: Item }>();
  const [trip, setTrip] = useState<Travel>();
  const lang = language();
  const way = h.content.way;
  // The chip is the answer for one journey: the one that was asked about last, if it is still ahead.
  useEffect(() => {
    setTrip(undefined);
    const last = way?.legs.at(-1);
    if (!way || !last?.place || !(Date.parse(last.at + ":00" + last.offset) > Date.now())) return;
    h.holder.travel(h.content.wallet, { labels: way.labels, legs: legs(way), category: way.category, now: now(), lang }).then(setTrip, () => undefined);
  }, [h.holder, h.content.wallet, way, lang]);
  return (
    <section>
      <Title k="wallet.title" />
      <Add />
      {h.people.length === 0 && <p class="card">{t("wallet.empty")}</p>}
      {h.people.map((p) => <PersonCard key={p.label} of={p} trip={trip} show={(item) => setShown({ of: p, item })} />)}
      {shown && <Code of={shown.of} item={shown.item} close={() => setShown(undefined)} />}
    </section>
  );
}

function PersonCard({ of, trip, show }: { of: Person; trip: Travel | undefined; show(i: Item): void }) {
  const h = useHome();
  const [changing, setChanging] = useState(false);
  const last = trip?.legs.at(-1);
  const answer = last?.people.find((p) => p.label === of.label);
  const codes = of.items.filter((i) => !i.declared), said = of.items.filter((i) => i.declared);
  return (
    <section class="person" aria-label={of.label}>
      <div class="person-head">
        <h2 dir="auto">{of.label}</h2>
        {answer && last && (
          <button type="button" class="chip" onClick={() => h.go("travel")}><Shape of={answer.verdict} /><span dir="auto">{last.place}, {day(last.arrive.slice(0, 10))}: {answer.word}</span></button>
        )}
        <button type="button" class="quiet" onClick={() => setChanging(true)} aria-label={t("wallet.change.of", { who: of.label })}>{t("wallet.change")}</button>
      </div>
      {codes.length === 0 && <p class="hint">{t("wallet.nothing")}</p>}
      <ul class="things">{codes.map((i) => <Thing key={i.id} of={of} item={i} show={show} />)}</ul>
      {said.length > 0 && <p class="hint">{t("wallet.said", { n: number(said.length) })} <button type="button" class="quiet" onClick={() => h.go("colour")}>{t("wallet.tab.colour")}</button></p>}
      {changing && <Change of={of} close={() => setChanging(false)} />}
    </section>
  );
}

// Signs and not the shapes of verdicts: an authentic certificate is no answer for any journey.
const proof = { pass: "✓", fail: "✕", unknown: "?" } as const;

function Thing({ of, item, show }: { of: Person; item: Item; show(i: Item): void }) {
  const [more, setMore] = useState(false);
  const end = item.until ? Date.parse(item.until) : NaN;
  const left = Math.floor((end - Date.now()) / aDay);
  return (
    <li class="card thing">
      <div class="thing-head">
        <p class="thing-title" dir="auto">{item.title}</p>
        {item.place && <p class="thing-place" dir="auto">{item.place}</p>}
        {item.until && <p class="thing-until">{left >= 0 ? t("wallet.until", { at: day(item.until.slice(0, 10)) }) + " · " + t("wallet.left", { n: number(left) }) : t("wallet.over", { at: day(item.until.slice(0, 10)) })}</p>}
        {item.proved && <p class={"proof proof-" + item.proved}><span aria-hidden="true">{proof[item.proved]}</span> {t(("wallet.proof." + item.proved) as Key)}</p>}
        {item.demo && <p class="demo-mark">{t("demo")}</p>}
      </div>
      <p class="row">
        {item.text && item.kind !== "receipt" && <button type="button" class="primary" onClick={() => show(item)} aria-label={t("wallet.show.what", { what: item.title })}>{t("wallet.show")}</button>}
        <button type="button" onClick={() => setMore(true)} aria-label={t("wallet.more.what", { what: item.title })}>{t("wallet.more")}</button>
      </p>
      {more && <Details of={of} item={item} close={() => setMore(false)} />}
    </li>
  );
}

/** Details say who could learn what, and take the thing out of the wallet. */
function Details({ of, item, close }: { of: Person; item: Item; close(): void }) {
  const h = useHome();
  const [sure, setSure] = useState(false);
  const [trouble, setTrouble] = useState("");
  const run = (f: () => Promise<void>) => void f().then(close, (err: unknown) => setTrouble(sorry(err)));
  return (
    <Dialog title={item.title} close={close}>
      {item.owner && <p dir="auto">{t("wallet.owner", { who: item.owner })}</p>}
      {item.reasons && item.reasons.length > 0 && <ul>{item.reasons.map((r) => <li key={r} dir="auto">{r}</li>)}</ul>}
      <h3>{t("wallet.learn")}</h3>
      <ul>{item.learn.map((l) => <li key={l} dir="auto">{l}</li>)}</ul>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {sure && <p class="note" role="alert">{t("wallet.delete.sure")}</p>}
      <p class="row">
        <button type="button" onClick={() => run(async () => download("pratique-part.txt", "text/plain", (await h.holder.part(h.content.wallet, of.label, [item.id])).wallet))}>{t("wallet.part")}</button>
        <button type="button" class="danger" onClick={() => (sure ? run(async () => h.change({ wallet: (await h.holder.forget(h.content.wallet, of.label, [item.id])).wallet })) : setSure(true))}>{t(sure ? "wallet.delete.yes" : "wallet.delete")}</button>
      </p>
    </Dialog>
  );
}

/** Change changes what the wallet says of somebody. */
function Change({ of, close }: { of: Person; close(): void }) {
  const h = useHome();
  const [label, setLabel] = useState(of.label);
  const [name, setName] = useState(of.name ?? "");
  const [mrz, setMrz] = useState("");
  const [sure, setSure] = useState(false);
  const [trouble, setTrouble] = useState("");
  const run = (f: () => Promise<string>) => void f().then((wallet) => h.change({ wallet })).then(close, (err: unknown) => setTrouble(sorry(err)));
  const save = () => run(async () => (await h.holder.person(h.content.wallet, of.label, { to: label.trim(), name: name.trim(), ...(mrz.trim() ? { mrz: mrz.trim() } : {}) })).wallet);
  return (
    <Dialog title={t("wallet.change.of", { who: of.label })} close={close}>
      <form class="stack" onSubmit={(e) => { e.preventDefault(); save(); }}>
        <label>{t("wallet.whose.label")}<input type="text" maxLength={100} required dir="auto" autocomplete="off" value={label} onInput={(e) => setLabel(e.currentTarget.value)} /></label>
        <label>{t("wallet.name")}<input type="text" maxLength={100} dir="auto" autocomplete="off" value={name} onInput={(e) => setName(e.currentTarget.value)} /></label>
        <label>{t("wallet.document")}{of.document && <span class="hint"> {t("wallet.document.have", { what: of.document })}</span>}
          <textarea rows={3} dir="ltr" spellcheck={false} autocomplete="off" autocapitalize="characters" value={mrz} onInput={(e) => setMrz(e.currentTarget.value)} />
        </label>
        <p class="hint">{t("wallet.document.why")}</p>
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
        {sure && <p class="note" role="alert">{t("wallet.delete.sure")}</p>}
        <p class="row">
          <button type="submit" class="primary">{t("wallet.save")}</button>
          <button type="button" class="danger" onClick={() => (sure ? run(async () => (await h.holder.forget(h.content.wallet, of.label)).wallet) : setSure(true))}>{t(sure ? "wallet.delete.yes" : "wallet.delete.person")}</button>
        </p>
      </form>
    </Dialog>
  );
}
