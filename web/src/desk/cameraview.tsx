// What the camera sees, until it sees a code.
import { useEffect, useRef, useState } from "preact/hooks";
import type { CameraTrouble, Seen } from "../core/scanner";
import { t, type Key } from "../core/speech";
import { useStation } from "./station";

/** CameraView tells what it sees; seen says whether that was all. */
export function CameraView({ facing, seen, stop }: { facing: "environment" | "user"; seen(s: Seen): boolean | Promise<boolean>; stop?: () => void }) {
  const { camera, tell } = useStation();
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(seen);
  latest.current = seen;
  const [trouble, setTrouble] = useState<CameraTrouble>();
  useEffect(() => {
    const v = video.current;
    if (!v) return;
    void camera.watch(v, facing, (s) => latest.current(s), (why) => { setTrouble(why); tell(t(("camera." + why) as Key)); });
    return () => camera.stop(v);
  }, [camera, facing, tell]);
  return (
    <div class="camera">
      {trouble
        ? <p class="trouble" role="alert">{t(("camera." + trouble) as Key)}</p>
        : <>
            <video ref={video} muted playsInline aria-label={t("camera.label")} />
            <p class="hint">{t("camera.hold")}</p>
          </>}
      {stop && <button type="button" onClick={stop}>{t("camera.stop")}</button>}
    </div>
  );
}
