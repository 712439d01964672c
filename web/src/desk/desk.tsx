// The page of a border desk. It asks the verifier, shows what it answers and
// writes down what the officer decides; nothing about a certificate is decided here.
import "../style/desk.css";
import "../style/print.css"; // after all others: on paper it counts
import { render } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { like, likings, type Liking } from "../core/keep";
import { Office, type Settings, Trouble } from "../core/office";
import { Camera, Scanner } from "../core/scanner";
import { Draft, LanguageChoice } from "../core/said";
import { language, speak, t, useLanguage } from "../core/speech";
import { scriptURL } from "../core/trusted";
import { Refused, Verifier, type Known } from "../core/verifier";
import { Freshness, useTick } from "./freshness";
import { Group } from "./group";
import { Kiosk } from "./kiosk";
import { Paper } from "./paper";
import { Return } from "./return";
import { Scan } from "./scan";
import { Preferences } from "./preferences";
import { ShiftStart } from "./shift";
import { SlipScreen } from "./slip";
import { Here, useStation, type Journey, type Screen, type Shift, type Station } from "./station";
import { Verdict } from "./verdict";

const verifier = new Verifier(BORDER_WORKER);
const scanner = new Scanner();
const camera = new Camera(scanner);
const office = new Office();

interface Opened { settings: Settings; known: Known }

function App() {
  const lang = useLanguage();
  useTick(60_000); // ages and lights
  const [opened, setOpened] = useState<Opened>();
  const [trouble, setTrouble] = useState("");
  const [screen, setScreen] = useState<Screen>({ at: location.search === "?kiosk" ? "kiosk" : "shift" });
  const [shift, setShift] = useState<Shift>();
  const [liking, setLiking] = useState<Liking>(likings);
  const [journey, setJourney] = useState<Journey>({ purpose: "entry", from: "", via: "", category: "" });
  const [told, setTold] = useState("");
  const [preferring, setPreferring] = useState(false);
  const main = useRef<HTMLElement>(null);

  useEffect(() => {
    open().then(setOpened, (err: unknown) => setTrouble(err instanceof Refused ? t("trouble.data", { why: err.message }) : t("trouble.away")));
  }, []);

  // Newer data, which somebody brought during the shift. What cannot be read is not taken.
  useEffect(() => office.watch((world) => {
    verifier.load(world).then((known) => setOpened((o) => o && { ...o, known }), () => undefined);
  }), []);

  // The first heading of a new screen gets the focus: a screen reader begins there.
  // It does so with the screen, and calls nobody back who has gone on by keyboard.
  useLayoutEffect(() => {
    main.current?.querySelector<HTMLElement>("h1")?.focus();
    window.scrollTo(0, 0);
  }, [screen, opened]);

  useEffect(() => { document.documentElement.classList.toggle("discreet", liking.discreet); }, [liking.discreet]);

  const changeLiking = useCallback((l: Liking) => {
    setLiking(l);
    like(l);
    if (l.lang !== language()) void speak(l.lang);
  }, []);

  const station = useMemo<Station | undefined>(() => opened && {
    verifier, scanner, camera, office, ...opened, shift, liking, like: changeLiking, journey, travel: setJourney, go: setScreen, tell: setTold,
  }, [opened, shift, liking, journey, changeLiking]);

  if (!station) {
    return <main ref={main} class="opening"><h1 tabIndex={-1}>{t("title")}</h1><p role="status">{trouble || t("opening")}</p></main>;
  }
  return (
    <Here.Provider value={station}>
      <Bar shift={shift} end={() => { void office.end(); camera.close(); setShift(undefined); setScreen({ at: "shift" }); }} prefer={() => setPreferring(true)} />
      <main ref={main} lang={lang}>
        {screen.at === "shift" && <ShiftStart begun={(s) => { setShift(s); setScreen({ at: "scan" }); }} />}
        {screen.at === "scan" && <Scan more={screen.more} note={screen.note} />}
        {screen.at === "verdict" && <Verdict key={screen.case.at + screen.case.texts.length} case={screen.case} group={screen.group} />}
        {screen.at === "paper" && <Paper />}
        {screen.at === "slip" && <SlipScreen decided={screen.decided} group={screen.group} />}
        {screen.at === "group" && <Group cases={screen.cases} table={screen.table} />}
        {screen.at === "kiosk" && <Kiosk />}
        {screen.at === "return" && <Return />}
      </main>
      <p class="unseen" role="status" aria-live="polite">{told}</p>
      {preferring && <Preferences close={() => setPreferring(false)} />}
    </Here.Provider>
  );
}

/** Bar is the line above all screens: which desk, how old the data is, the language. */
function Bar({ shift, end, prefer }: { shift: Shift | undefined; end(): void; prefer(): void }) {
  const s = useStation();
  const choose = (lang: string) => s.like({ ...s.liking, lang });
  return (
    <header class="bar">
      <p class="bar-desk"><strong>{t("title")}</strong> <DeskName /></p>
      <Freshness />
      <Draft choose={choose} />
      <div class="bar-buttons">
        <LanguageChoice choose={choose} />
        <button type="button" onClick={prefer}>{t("preferences")}</button>
        {shift && <button type="button" onClick={end}>{t("shift.end")}</button>}
      </div>
    </header>
  );
}

function DeskName() {
  return <Here.Consumer>{(s) => s && <span>{s.settings.desk}{s.shift && " · " + s.shift.officer}</span>}</Here.Consumer>;
}

async function open(): Promise<Opened> {
  const [settings, world] = await Promise.all([office.settings(), office.world()]);
  if (settings.country.length < 2) throw new Trouble("away", "no settings");
  const known = await verifier.load(world);
  void scanner.ready().then(later); // while the officer begins the shift
  return { settings, known };
}

/** later has the service worker fetch what few need, so that it is there without a network too. */
function later(): void {
  void navigator.serviceWorker?.ready.then((r) => r.active?.postMessage("later")).catch(() => undefined);
}

void speak(likings().lang).then(() => {
  render(<App />, document.getElementById("app")!);
  document.querySelector("#app > noscript")?.remove();
});
if ("serviceWorker" in navigator) void navigator.serviceWorker.register(scriptURL("/sw.js"), { scope: "/desk/" }).catch(() => undefined); // without one the page works, but not offline
