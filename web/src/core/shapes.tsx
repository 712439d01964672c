// A verdict is a colour, a shape and a word: whoever does not see one sees another.
import type { Colour } from "./verifier";

const outline: Record<Colour, string> = {
  green: "M50 4a46 46 0 1 1 0 92a46 46 0 0 1 0-92z", // a circle
  amber: "M50 6L98 92H2z", // a triangle
  red: "M31 4h38l27 27v38L69 96H31L4 69V31z", // an octagon
  grey: "M6 6h88v88H6z", // a square
};
const sign: Record<Colour, string> = {
  green: "M26 52l17 18 32-38", // a tick
  amber: "M50 34v30M50 75v7", // an exclamation mark
  red: "M33 33l34 34M67 33L33 67", // a cross
  grey: "M36 38c0-20 29-19 29-2 0 12-15 12-15 25M50 72v7", // a question mark
};

/** Shape is the shape of a verdict. The word stands beside it, so it says nothing to a screen reader. */
export function Shape({ of }: { of: Colour }) {
  return (
    <svg class={"shape shape-" + of} viewBox="0 0 100 100" aria-hidden="true" focusable="false">
      <path class="shape-ground" d={outline[of]} />
      <path class="shape-sign" d={sign[of]} fill="none" stroke-width="10" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
