/** A video element that is fed with boxes: kept at the newest picture, and asked what it shows. */

import { madeAt, noteOf, referenceOf, type Box, type LiveNote, type Reference } from "./liveBoxes";
import { edgeOf, LEAST_BEHIND_S, MOST_BEHIND_S } from "./liveEdge";

const KEPT_S = 20;
const TRIM_AFTER_S = 40;
const REFERENCES = 500;
const MOST_QUEUED = 32 * 2 ** 20;

/** This browser does not play such video. */
export class NoPlayer extends Error {}

export interface Shown {
  /** When the picture on the screen was made, Unix milliseconds by the server's clock. */
  made_ms: number;
  /** How long ago that is. */
  behind_s: number;
}

export class LiveScreen {
  private readonly source = new MediaSource();
  private readonly address = URL.createObjectURL(this.source);
  private readonly opened: Promise<void>;
  private buffer: SourceBuffer | null = null;
  private codec = "";
  private kind = "";
  private head: Uint8Array<ArrayBuffer> | null = null;
  private queue: Uint8Array<ArrayBuffer>[] = [];
  private queued = 0;
  private references: Reference[] = [];
  private offset_ms = Infinity;
  private target_s = LEAST_BEHIND_S;
  private callback = 0;
  private made_ms: number | null = null;
  private failed = "";

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onShown: (shown: Shown) => void,
  ) {
    this.opened = new Promise((resolve) =>
      this.source.addEventListener("sourceopen", () => resolve(), { once: true }),
    );
    video.src = this.address;
    video.addEventListener("waiting", this.ranDry);
    video.addEventListener("error", this.broke);
    if ("requestVideoFrameCallback" in video) this.callback = video.requestVideoFrameCallback(this.shown);
    else (video as HTMLVideoElement).addEventListener("timeupdate", this.moved); // older browsers
  }

  /** Words of the server: also by how much its clock differs from this page's. */
  note(box: Box): LiveNote {
    const note = noteOf(box);
    // What a line adds at its fastest cannot be told from the clocks' difference.
    this.offset_ms = Math.min(this.offset_ms, performance.now() - note.now);
    if (note.codec !== undefined) this.codec = note.codec;
    return note;
  }

  async take(box: Box): Promise<void> {
    if (this.failed !== "") throw new Error(this.failed);
    if (box.kind === "ftyp") this.head = box.data;
    else if (box.kind === "moov") await this.begin(box.data);
    else if (box.kind === "prft") this.references = [...this.references.slice(-REFERENCES), referenceOf(box)];
    else this.append(box.data);
  }

  /** Keep at the edge, throw away what is over, say how old the picture on the screen is. */
  tick(): void {
    this.follow();
    this.tell();
    const { buffer, video } = this;
    if (buffer === null || buffer.updating || buffer.buffered.length === 0) return;
    const from_s = buffer.buffered.start(0);
    if (video.currentTime - from_s > TRIM_AFTER_S) buffer.remove(from_s, video.currentTime - KEPT_S);
  }

  close(): void {
    if (this.callback !== 0) this.video.cancelVideoFrameCallback(this.callback);
    this.video.removeEventListener("timeupdate", this.moved);
    this.video.removeEventListener("waiting", this.ranDry);
    this.video.removeEventListener("error", this.broke);
    this.video.removeAttribute("src");
    this.video.load(); // lets go of the decoder
    URL.revokeObjectURL(this.address);
  }

  private async begin(moov: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.opened;
    const kind = `video/mp4; codecs="${this.codec}"`;
    if (!MediaSource.isTypeSupported(kind)) throw new NoPlayer(kind);
    if (this.buffer === null) {
      this.buffer = this.source.addSourceBuffer(kind);
      this.buffer.addEventListener("updateend", this.flush);
    } else if (kind !== this.kind) {
      await this.idle();
      this.buffer.changeType(kind);
    }
    this.kind = kind;
    if (this.head !== null) this.append(this.head);
    this.append(moov);
  }

  /** Until all that was handed over is taken. */
  private async idle(): Promise<void> {
    const { buffer } = this;
    while (buffer !== null && (buffer.updating || this.queue.length > 0) && this.failed === "")
      await new Promise((resolve) => buffer.addEventListener("updateend", resolve, { once: true }));
  }

  private append(data: Uint8Array<ArrayBuffer>): void {
    this.queue.push(data);
    this.queued += data.length;
    if (this.queued > MOST_QUEUED) throw new Error("the player does not keep up");
    this.flush();
  }

  private readonly flush = (): void => {
    const { buffer, queue } = this;
    if (buffer === null || buffer.updating || this.source.readyState !== "open") return;
    this.follow();
    const next = queue.shift();
    if (next === undefined) return;
    this.queued -= next.length;
    try {
      buffer.appendBuffer(next);
    } catch (error) {
      this.failed = String(error);
    }
  };

  private follow(): void {
    const { buffer, video } = this;
    const ranges = buffer?.buffered;
    if (ranges === undefined || ranges.length === 0) return;
    const last = ranges.length - 1;
    const edge = edgeOf(ranges.start(last), ranges.end(last), video.currentTime, this.target_s);
    if (edge.seek_s !== null) video.currentTime = edge.seek_s;
    if (video.playbackRate !== edge.rate) video.playbackRate = edge.rate;
    if (video.paused) void video.play().catch(() => undefined);
  }

  private tell(): void {
    if (this.made_ms === null) return;
    const behind_s = (performance.now() - this.offset_ms - this.made_ms) / 1000;
    this.onShown({ made_ms: this.made_ms, behind_s: Math.max(0, behind_s) });
  }

  private show(media_s: number): void {
    this.made_ms = madeAt(this.references, media_s) ?? this.made_ms;
    this.tell();
  }

  private readonly moved = (): void => this.show(this.video.currentTime);

  private readonly shown = (_now: number, frame: VideoFrameCallbackMetadata): void => {
    this.show(frame.mediaTime);
    this.callback = this.video.requestVideoFrameCallback(this.shown);
  };

  private readonly ranDry = (): void => {
    this.target_s = Math.min(MOST_BEHIND_S, this.target_s + 0.15);
  };

  private readonly broke = (): void => {
    this.failed = this.video.error?.message ?? "the player broke";
  };
}
