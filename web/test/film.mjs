// Films for the camera that a browser plays in tests: our own pictures of codes,
// upright, tilted or moved by a hand, in Y4M (YUV4MPEG2, 4:2:0).
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { inflateSync } from "node:zlib";

const width = 960, height = 720;

/** film writes frames, each of which shows pictures as a function of its number says. */
export function film(file, frames, shown, fps = 20) {
  const f = openSync(file, "w");
  writeSync(f, `YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`);
  const colour = Buffer.alloc(width * height / 2, 128);
  for (let n = 0; n < frames; n++) {
    writeSync(f, "FRAME\n");
    writeSync(f, frame(shown(n)));
    writeSync(f, colour);
  }
  closeSync(f);
  return file;
}

export const upright = (picture) => () => ({ picture, turn: 0, size: 560, x: width / 2, y: height / 2 });
export const tilted = (picture, turn = 30) => () => ({ picture, turn, size: 460, x: width / 2, y: height / 2, slant: 0.12 });
/** A hand that comes into the picture, shakes and turns. */
export const moving = (picture) => (n) => ({
  picture, turn: 8 * Math.sin(n / 5), size: 500 + 20 * Math.sin(n / 7), x: width / 2 + 90 * Math.sin(n / 4), y: height / 2 + 50 * Math.cos(n / 6), smear: 2, slant: 0.05,
});

/** frame is the light of a picture on a table: what a camera sees of it. */
function frame({ picture, turn, size, x, y, slant = 0, smear = 0 }) {
  const out = Buffer.alloc(width * height);
  const sin = Math.sin(turn * Math.PI / 180), cos = Math.cos(turn * Math.PI / 180), scale = picture.width / size;
  let seed = 1;
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      let light = 0;
      for (let s = 0; s <= smear; s++) {
        const dx = u - x + s, dy = v - y, w = 1 + slant * dy / height;
        const px = Math.round((cos * dx + sin * dy) * w * scale + picture.width / 2), py = Math.round((cos * dy - sin * dx) * w * scale + picture.height / 2);
        light += px >= 0 && py >= 0 && px < picture.width && py < picture.height ? 35 + picture.pixels[py * picture.width + px] * 0.75 : 110;
      }
      seed = (seed * 1664525 + 1013904223) >>> 0;
      out[v * width + u] = Math.min(235, light / (smear + 1) + 18 * u / width + (seed >>> 28));
    }
  }
  return out;
}

/** png reads a picture that the program wrote: one bit, two colours or grey. */
export function png(file) {
  const data = readFileSync(file);
  let at = 8, packed = [], head;
  while (at < data.length) {
    const n = data.readUInt32BE(at), kind = data.toString("latin1", at + 4, at + 8), body = data.subarray(at + 8, at + 8 + n);
    if (kind === "IHDR") head = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), depth: body[8], colour: body[9] };
    if (kind === "PLTE") head.palette = body;
    if (kind === "IDAT") packed.push(body);
    at += n + 12;
  }
  if (head.depth !== 1) throw new Error("not a picture of ours");
  const raw = inflateSync(Buffer.concat(packed)), stride = Math.ceil(head.width / 8);
  const pixels = Buffer.alloc(head.width * head.height);
  let above = Buffer.alloc(stride);
  for (let y = 0; y < head.height; y++) {
    const filter = raw[y * (stride + 1)], row = Buffer.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    if (filter === 2) for (let i = 0; i < stride; i++) row[i] = row[i] + above[i] & 255;
    else if (filter !== 0) throw new Error("filter " + filter);
    for (let x = 0; x < head.width; x++) {
      const bit = row[x >> 3] >> (7 - (x & 7)) & 1;
      pixels[y * head.width + x] = head.palette ? head.palette[bit * 3] : bit * 255;
    }
    above = row;
  }
  return { width: head.width, height: head.height, pixels };
}
