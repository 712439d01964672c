// The page of somebody who holds certificates. It keeps them in this browser,
// encrypted, and asks the verifier; nothing is decided and nothing is sent here.
import "../style/wallet.css";
import { render } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { like, likings, type Liking } from "../core/keep";
import { Camera, Scanner } from "../core/scanner";
import { Draft, LanguageChoice, Title } from "../core/said";
import { language, moment, speak, t, useLanguage, type Key } from "../core/speech";
import { scriptURL } from "../core/trusted";
import { Verifier, type Known } from "../core/verifier";
import { ColourScreen } from "./colour";
import { Holder, type Person } from "./holder";
import { HomeScreen } from "./home";
import { Begin, Open } from "./lock";
import { MoreScreen } from "./more";
import { PrintScreen } from "./print";
import { Here, now, sorry, type Content, type Home, type Screen } from "./state";
import { TravelScreen } from "./travel";
import { peek, Shut, type Vault } from "./vault";

const verifier = new Verifier();
const holder = new Holder(verifier);

interface Public { known: Known; data: Home["data"] }
type Phase = { at: "opening" } | { at: "begin" } | { at: "shut"; device: boolean; note: string } | { at: "open" } | { at: "trouble"; why: string };

const screens: Screen[] = ["home", "travel", "colour", "print", "more"];

function App() {
  const lang = useLanguage();
  const [phase, setPhase] = useState<Phase>({ at: "opening" });
  const [pub, setPub] = useState<Public>();
  const [vault, setVault] = useState<Vault>();
  const [content, setContent] = useState<Content>({ wallet: "", idle: 5 });
  const [people, setPeople] = useState<Person[]>([]);
  const [screen, setScreen] = useState<Screen>("home");
  const [liking, setLiking] = useState<Liking>(likings);
  const [unsaved, setUnsaved] = useState("");
  const [told, setTold] = useState("");
  const main = useRef<HTMLElement>(null);
  const eyes = useRef<{ scanner: Scanner; camera: Camera } | undefined>(undefined); // fetched once the wallet is open

  const shut = useCallback(async (note = "") => {
    eyes.current?.camera.close();
    setVault(undefined);
    setContent({ wallet: "", idle: 5 });
    setPeople([]);
    setUnsaved("");
    setScreen("home");
    try {
      const { there, device } = await peek();
      setPhase(there ? { at: "shut", device, note } : { at: "begin" });
    } catch (err) {
      setPhase({ at: "trouble", why: sorry(err) });
    }
  }, []);

  useEffect(() => {
    void shut();
    publicData().then(setPub, (err: unknown) => setPhase({ at: "trouble", why: sorry(err) }));
  }, [shut]);

  // The first heading of a new screen gets the focus: a screen reader begins there.
  // It does so with the screen, and calls nobody back who has gone on by keyboard.
  useLayoutEffect(() => {
    main.current?.querySelector<HTMLElement>("h1")?.focus();
    window.scrollTo(0, 0);
  }, [screen, phase.at]);

  useIdle(phase.at === "open" ? content.idle : 0, () => void shut(t("wallet.locked.idle")));

  const show = useCallback(async (wallet: string) => setPeople((await holder.held(wallet, now(), language())).people), []);
  useEffect(() => { if (phase.at === "open") void show(content.wallet); }, [phase.at, content.wallet, lang, pub, show]);

  const opened = async (v: Vault, c: Content) => {
    await show(c.wallet);
    if (!eyes.current) {
      const scanner = new Scanner();
      eyes.current = { scanner, camera: new Camera(scanner) };
    }
    setVault(v);
    setContent(c);
    setPhase({ at: "open" });
    void navigator.serviceWorker?.ready.then((r) => r.active?.postMessage("later")).catch(() => undefined);
  };

  const home = useMemo<Home | undefined>(() => (pub && vault && eyes.current ? {
    holder, ...eyes.current, ...pub, vault, content, people, liking,
    change: async (c) => {
      const next = { ...content, ...c };
      try {
        await vault.save(JSON.stringify(next));
        setUnsaved("");
      } catch (err) {
        // Another window's wallet is the newer one; else it is kept as long as this window is open.
        if (err instanceof Shut && err.why === "elsewhere") { void shut(sorry(err)); throw err; }
        setUnsaved(sorry(err));
      }
      await show(next.wallet);
      setContent(next);
    },
    like: (l) => { setLiking(l); like(l); if (l.lang !== language()) void speak(l.lang); },
    go: setScreen, lock: () => void shut(), erased: () => void shut(), tell: setTold,
  } : undefined), [pub, vault, content, people, liking, shut, show]);

  const changeLanguage = (code: string) => { const l = { ...liking, lang: code }; setLiking(l); like(l); void speak(code); };
  const open = phase.at === "open" && home;
  return (
    <Here.Provider value={home}>
      <header class="bar screen-only">
        <p><strong>{t("wallet.title")}</strong></p>
        {pub && <Data of={pub} />}
        <Draft choose={changeLanguage} />
        <div class="bar-buttons">
          <LanguageChoice choose={changeLanguage} />
          {open && <button type="button" onClick={() => void shut()}>{t("wallet.lock")}</button>}
        </div>
      </header>
      {open && (
        <nav class="tabs screen-only" aria-label={t("wallet.tabs")}>
          {screens.map((s) => <button type="button" key={s} aria-current={s === screen ? "page" : undefined} onClick={() => setScreen(s)}>{t((s === "print" ? "wallet.print" : "wallet.tab." + s) as Key)}</button>)}
        </nav>
      )}
      <main ref={main} lang={lang}>
        {open && pub && clockWrong(pub.known) && <p class="trouble screen-only" role="alert">{t("wallet.clock", { now: moment(new Date()), of: moment(pub.known.as_of) })}</p>}
        {unsaved && <p class="trouble screen-only" role="alert">{unsaved} {t("wallet.unsaved")}</p>}
        {(phase.at === "opening" || !pub && phase.at !== "trouble") && <section class="shut"><Title k="wallet.title" /><p role="status">{t("wallet.opening")}</p></section>}
        {phase.at === "trouble" && <section class="shut"><Title k="wallet.title" /><p class="trouble" role="alert">{phase.why}</p></section>}
        {pub && phase.at === "begin" && <Begin begun={(v, c) => void opened(v, c)} />}
        {pub && phase.at === "shut" && <Open device={phase.device} note={phase.note} opened={(v, c) => void opened(v, c)} erased={() => void shut()} />}
        {open && screen === "home" && <HomeScreen />}
        {open && screen === "travel" && <TravelScreen />}
        {open && screen === "colour" && <ColourScreen />}
        {open && screen === "print" && <PrintScreen />}
        {open && screen === "more" && <MoreScreen />}
      </main>
      <p class="unseen" role="status" aria-live="polite">{told}</p>
    </Here.Provider>
  );
}

/** Data says of when the public data is, or that there is none. */
function Data({ of }: { of: Public }) {
  const { known, data } = of;
  const text = data === "none" ? t("wallet.data.none") : known.as_of ? t("wallet.data.of", { at: moment(known.as_of) }) : t("fresh.unknown");
  return <p class="hint data">{text}{data === "kept" && " · " + t("wallet.data.kept")}{known.demo && <strong> · DEMO</strong>}</p>;
}

/** clockWrong says whether this device's clock shows a time before that of the public data. */
const clockWrong = (k: Known): boolean => (k.as_of !== undefined && Date.now() < Date.parse(k.as_of) - 86_400_000) || new Date().getFullYear() < 2020;

/** publicData is what all answers rest on: the same for everybody, asked for without saying anything. */
async function publicData(): Promise<Public> {
  let text = "{}", data: Home["data"] = "none";
  try {
    const r = await fetch("/api/world", { cache: "no-store", credentials: "omit" });
    if (r.ok) {
      text = await r.text();
      data = r.headers.get("X-Kept") === null ? "new" : "kept";
    }
  } catch {
    // the wallet opens without; answers are grey then, and say why
  }
  return { known: await verifier.load(text), data };
}

/** useIdle calls after some minutes in which nobody did anything, also if the device slept meanwhile. */
function useIdle(minutes: number, call: () => void): void {
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    if (minutes === 0) return;
    let last = Date.now();
    const look = () => { if (Date.now() - last >= minutes * 60_000) latest.current(); };
    const move = () => { look(); last = Date.now(); };
    const i = setInterval(look, 5_000);
    const events = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
    for (const e of events) document.addEventListener(e, move, { capture: true, passive: true });
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(i);
      for (const e of events) document.removeEventListener(e, move, { capture: true });
      document.removeEventListener("visibilitychange", look);
    };
  }, [minutes]);
}

void speak(likings().lang).then(() => {
  render(<App />, document.getElementById("app")!);
  document.querySelector("#app > noscript")?.remove();
});
if ("serviceWorker" in navigator) void navigator.serviceWorker.register(scriptURL("/sw.js"), { scope: "/wallet/" }).catch(() => undefined); // without one the page works, but not offline
