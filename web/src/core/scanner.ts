// Reading codes: from a camera, from pictures that were dropped, pasted or chosen.
import { Worked } from "./calls";
import { scriptURL } from "./trusted";

/** Scanner reads codes out of pictures. */
export class Scanner {
  readonly #worked = new Worked(new Worker(scriptURL(SCANNER_WORKER)));
  ready(): Promise<boolean> { return this.#worked.call("ready", undefined); }
  frame(picture: ImageBitmap, thorough: boolean): Promise<string[]> { return this.#worked.call("frame", { picture, thorough }, [picture]); }
  file(file: Blob): Promise<string[]> { return this.#worked.call("file", file); }
}

/** CameraTrouble is why there is no picture, as a word of the page's strings. */
export type CameraTrouble = "denied" | "missing" | "busy" | "insecure" | "lost";

export interface Seen { texts: string[]; at: number } // at: performance.now() when the picture was taken

const widest = 1280; // pixels of a frame that are looked at
const rest = 20_000; // ms that a camera stays on after its last use

/** Camera shows what a camera sees, and reads it. */
export class Camera {
  readonly #scanner: Scanner;
  #stream: MediaStream | undefined;
  #facing = "";
  #watching = 0; // number of the watch that is on; 0: none
  #watches = 0;
  #off: ReturnType<typeof setTimeout> | undefined;

  constructor(scanner: Scanner) { this.#scanner = scanner; }

  /** watch shows the camera in a video and tells what it sees, until stop or until told tells it to. */
  async watch(video: HTMLVideoElement, facing: "environment" | "user", told: (seen: Seen) => boolean | Promise<boolean>, trouble: (why: CameraTrouble) => void): Promise<void> {
    const mine = (this.#watching = ++this.#watches);
    clearTimeout(this.#off);
    try {
      await this.#open(facing);
      if (mine !== this.#watching) return;
      video.srcObject = this.#stream ?? null;
      await video.play();
    } catch (err) {
      if (mine === this.#watching) trouble(whyNot(err));
      return;
    }
    const track = this.#stream?.getVideoTracks()[0];
    track?.addEventListener("ended", () => { if (mine === this.#watching) trouble("lost"); }, { once: true });
    for (let n = 0; mine === this.#watching; n++) {
      await nextFrame(video);
      if (mine !== this.#watching || video.videoWidth === 0) continue;
      const at = performance.now();
      const scale = Math.min(1, widest / video.videoWidth);
      try {
        const picture = await createImageBitmap(video, { resizeWidth: Math.round(video.videoWidth * scale), resizeHeight: Math.round(video.videoHeight * scale), resizeQuality: "low" });
        const texts = await this.#scanner.frame(picture, n % 8 === 7);
        if (texts.length > 0 && mine === this.#watching && (await told({ texts, at }))) this.stop(video);
      } catch {
        // a frame between two pictures: the next one is near
      }
    }
  }

  /** stop ends the watch. The camera stays on for the next traveller for a while. */
  stop(video?: HTMLVideoElement | null): void {
    this.#watching = 0;
    if (video) video.srcObject = null;
    clearTimeout(this.#off);
    this.#off = setTimeout(() => this.close(), rest);
  }

  close(): void {
    this.#watching = 0;
    for (const t of this.#stream?.getTracks() ?? []) t.stop();
    this.#stream = undefined;
  }

  async #open(facing: "environment" | "user"): Promise<void> {
    const live = this.#stream?.getVideoTracks()[0]?.readyState === "live";
    if (live && this.#facing === facing) return;
    this.#stream?.getTracks().forEach((t) => t.stop());
    if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: facing }, width: { ideal: widest }, height: { ideal: 720 } } });
    this.#facing = facing;
  }
}

function whyNot(err: unknown): CameraTrouble {
  switch (err instanceof DOMException ? err.name : "") {
    case "NotAllowedError": return "denied";
    case "SecurityError": return "insecure";
    case "NotFoundError": case "OverconstrainedError": return "missing";
  }
  return "busy";
}

function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((go) => {
    const slow = setTimeout(go, 200); // a video that stands still must not hold the page
    const ready = () => { clearTimeout(slow); go(); };
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(ready);
    else requestAnimationFrame(ready);
  });
}
