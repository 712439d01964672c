// The steps of the tour: where each is, what it tells, and what the bar can do
// for the visitor on the page that is shown.
import { fill, has, one, paste, press, submit, tick, until } from "./hands";
import type { State } from "./state";

export interface Act {
  label: string;
  ready(): boolean; // the page is where this can be done
  done(): boolean; // it was done, by the visitor or by the bar
  run(s: State): void | Promise<void>;
  moves?: keyof State["moments"]; // it moves the clock
  marks?: true; // the page does not show that it was done: the bar remembers it
  after?: true; // it counts as done only once the one before was
}

export interface Step {
  page: "tour" | "wallet" | "desk";
  place: string;
  title: string;
  tells: string;
  code?: string; // which code is at hand here
  acts: Act[];
}

export const passphrase = "calm demo horses";

const shift: Act = {
  label: "Begin the shift",
  ready: () => has("form.shift"), done: () => has(".scan, .verdict, .decided"),
  run: async () => {
    await until("fieldset.journey option[value=XA]");
    fill(one("input[name=officer]"), "o-17");
    await tick();
    fill(one("fieldset.journey label:nth-of-type(2) select"), "XA");
    await tick();
    submit("input[name=officer]");
    await until(".scan");
  },
};

const scan = (label: string, code: string, colour: string): Act => ({
  label,
  ready: () => has(".scan, .decided"), done: () => has(".verdict-" + colour),
  run: async (s) => {
    if (has(".decided")) press(".decided .primary");
    await until(".scan");
    paste(text(s, code));
  },
});

const decide = (label: string, outcome: string, colour: string): Act => ({
  label, after: true, ready: () => has(".verdict-" + colour), done: () => has(".decided"),
  run: async () => {
    press(".verdict .outcome-" + outcome);
    await until(".decided, dialog[open]");
  },
});

const move = (label: string, moves: keyof State["moments"]): Act => ({ label, moves, ready: () => true, done: () => false, run: () => undefined });

const openWallet: Act = {
  label: "Begin the wallet for me",
  ready: () => has("input[type=password]"), done: () => has(".tabs"),
  run: async () => {
    for (const field of document.querySelectorAll<HTMLInputElement>("#app input[type=password]")) fill(field, passphrase);
    await tick();
    submit("input[type=password]");
    await until(".tabs", 60);
  },
};

const put = (label: string, code: string, there: () => boolean): Act => ({
  label, ready: () => has(".add"), done: there,
  run: async (s) => {
    paste(text(s, code));
    await until("dialog[open] form .primary");
  },
});

/** text is the text of a code, once there is one. */
function text(s: State, code: string): string {
  const c = s.codes[code];
  if (!c) throw new Error("There is no certificate of Anna yet: step 1 issues it.");
  return c.text;
}

const things = (): number => document.querySelectorAll("#app .thing").length;
const tab = (n: number): void => press(`.tabs button:nth-child(${n})`);

export const steps: Step[] = [
  { page: "tour", place: "Start", title: "One certificate, from a laboratory to a border", tells: "", acts: [] },
  {
    page: "tour", place: "Laboratory", title: "Norland: a result becomes a code", code: "anna",
    tells: "A laboratory has a negative test of Anna. Her name is read from her passport, not typed. Issue the certificate: it is signed, and fits into one code.",
    acts: [{
      label: "Issue it for me", ready: () => has(".lab-form button.primary:not(:disabled)"), done: () => has(".handed"),
      run: async () => { press(".lab-form button.primary"); await until(".handed"); },
    }],
  },
  {
    page: "wallet", place: "Wallet", title: "Anna keeps it in a page", code: "anna",
    tells: "The wallet lies encrypted in this browser alone: no account, no server. Begin it, take the code in, and say whose it is (Keep).",
    acts: [openWallet, put("Skip the camera: use Anna’s code", "anna", () => things() > 0)],
  },
  {
    page: "wallet", place: "Wallet", title: "Can I travel to Sudmark on Thursday?", code: "anna",
    tells: "Sudmark’s rules are asked here, in the page. Nobody learns that she thinks of travelling. Expect green, with what she owes after entry.",
    acts: [openWallet,
      {
        label: "Fill in the journey and ask", ready: () => has(".tabs"), done: () => has("#travel-answer"),
        run: async () => {
          tab(2);
          await until(".leg option[value=XB]");
          const legs = document.querySelectorAll("#app fieldset.leg");
          fill(legs[0]?.querySelector("select"), "XA");
          await tick();
          fill(legs[1]?.querySelector("select"), "XB");
          await tick();
          fill(legs[1]?.querySelector("input[type=datetime-local]"), "2026-12-03T14:20");
          await tick();
          fill(legs[1]?.querySelector("select[dir=ltr]"), "+08:00");
          await tick();
          submit(".leg select");
          await until("#travel-answer");
        },
      }],
  },
  {
    page: "desk", place: "Border desk", title: "Sudmark’s border: green", code: "anna",
    tells: "Anna has landed. The officer begins a shift and scans. Authentic and accepted are two questions; both are answered yes. The officer decides, and Anna leaves with a receipt that does not name her.",
    acts: [move("Fly to Sudmark", "arrival"), shift, scan("Skip the camera: use Anna’s code", "anna", "green"), decide("Admit her", "admitted", "green")],
  },
  {
    page: "desk", place: "Border desk", title: "A positive test: red", code: "positive",
    tells: "Bo’s test found the virus. Red has a reason, a next step and an end. He is not turned away: the health service at the border takes over.",
    acts: [shift, scan("Skip the camera: use Bo’s code", "positive", "red"), decide("To the health service", "health_service", "red")],
  },
  {
    page: "desk", place: "Border desk", title: "A signer that nobody knows: grey", code: "unknown",
    tells: "Dora’s certificate may be as good as any, but this desk has no key for who signed it. It does not guess: it cannot say, and it does not show what it could not check.",
    acts: [shift, scan("Skip the camera: use Dora’s code", "unknown", "grey"), decide("To the second desk", "second_desk", "grey")],
  },
  {
    page: "desk", place: "Border desk", title: "Another kind of evidence: green", code: "recovery",
    tells: "Clara has no test. She was ill in September and has recovered, which Sudmark’s rules accept from 11 to 180 days. The same desk, the same four answers.",
    acts: [shift, scan("Skip the camera: use Clara’s code", "recovery", "green"), decide("Admit her", "admitted", "green")],
  },
  {
    page: "desk", place: "Border desk", title: "80 hours after the sample: amber", code: "anna",
    tells: "Had Anna’s flight been late by two days: the same code, as authentic as before and no longer enough. Amber says what would do, and by when. Move the clock; it is another officer’s shift then.",
    acts: [move("Two days later", "late"), shift, scan("Skip the camera: use Anna’s code", "anna", "amber"), decide("To the second desk", "second_desk", "amber")],
  },
  {
    page: "tour", place: "Laboratory", title: "The laboratory withdraws", code: "anna",
    tells: "Two samples were exchanged. Withdrawing takes a reason of a list, and a second look. What is published is a hash: it names nobody. The desk’s data is brought up to date.",
    acts: [{
      label: "Withdraw it for me", ready: () => has(".register .withdraw"), done: () => has(".register .withdrawn"),
      run: async () => {
        press(".register .withdraw");
        fill(await until(".register select"), "error");
        await tick();
        submit(".register select");
        await until(".register .withdrawn");
      },
    }],
  },
  {
    page: "desk", place: "Border desk", title: "The next scan: red, withdrawn", code: "anna",
    tells: "Nobody called the desk, and the desk called nobody about Anna. The word is withdrawn, never forged, and it says where she can object.",
    acts: [shift, scan("Skip the camera: use Anna’s code", "anna", "red"), decide("To the second desk", "second_desk", "red")],
  },
  {
    page: "wallet", place: "Wallet", title: "Anna’s own colour", code: "notice",
    tells: "At home Anna gets a notice: somebody in her row was infectious. Notice and stamp are bound to her passport, and name nobody. With them her page works out her own colour, and explains it. Nobody else sees it.",
    acts: [move("Go home to Norland", "home"), { ...openWallet, label: "Open the wallet" },
      put("Take in her travels and a stamp", "history", () => things() > 1),
      put("Take in the notice", "notice", () => things() > 2),
      {
        label: "Name her passport", marks: true, ready: () => things() > 2, done: () => false,
        run: async (s) => {
          tab(1);
          (await until(".person-head .quiet")).click();
          fill(await until("dialog[open] textarea"), s.form.lines);
          await tick();
          submit("dialog[open] textarea");
          for (let i = 0; i < 100 && has("dialog[open]"); i++) await tick();
        },
      },
      {
        label: "Ask for her colour", ready: () => has(".tabs"), done: () => has(".answer"),
        run: async () => {
          tab(3);
          await until("form.card option[value=XA]");
          fill(one("form.card select"), "XA");
          await tick();
          fill(one("form.card input[type=text]"), "01");
          await tick();
          submit("form.card input[type=text]");
          await until(".answer");
        },
      }],
  },
  { page: "tour", place: "The end", title: "What was stored, and where", tells: "Nothing on this page is a promise: it is read now, from the disk of the program and from this browser.", acts: [] },
];

export const address = (n: number): string => `/${steps[n]?.page ?? "tour"}/#${n}`;
