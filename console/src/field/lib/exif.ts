/**
 * What a photo says of itself before it is sent: its time and its place, from Exif.
 *
 * For the person who holds the phone only; the server reads the file itself. Exif 2.32, sections
 * 4.6.5 and 4.6.6. A time without an offset is the phone's own and is given as it is written.
 */

export interface PhotoFacts {
  /** As written, `2026-11-25 10:30:00`; with its offset where there is one. */
  taken: string | null;
  /** WGS 84, degrees; null without a fix. */
  lon_deg: number | null;
  lat_deg: number | null;
}

/** Exif stands in front of the picture. */
export const HEAD_BYTES = 256 * 1024;

const NOTHING: PhotoFacts = { taken: null, lon_deg: null, lat_deg: null };
const SIZES: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };
const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;

interface Field {
  kind: number;
  count: number;
  at: number;
}

/** Read the head of a JPEG; nothing is known of whatever is not one, or is damaged. */
export function factsOf(head: ArrayBuffer): PhotoFacts {
  try {
    const tiff = tiffOf(new DataView(head));
    return tiff === null ? NOTHING : factsOfTiff(tiff);
  } catch {
    return NOTHING; // a number that points past the end
  }
}

function tiffOf(view: DataView): DataView | null {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const size = view.getUint16(at + 2);
    if (marker === 0xda) return null;
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966 && view.getUint16(at + 8) === 0)
      return new DataView(view.buffer, at + 10, Math.min(size - 8, view.byteLength - at - 10));
    at += 2 + size;
  }
  return null;
}

function factsOfTiff(tiff: DataView): PhotoFacts {
  const order = tiff.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return NOTHING;
  const little = order === 0x4949;

  function directory(at: number): Map<number, Field> {
    const found = new Map<number, Field>();
    const count = tiff.getUint16(at, little);
    for (let each = 0; each < count; each += 1) {
      const entry = at + 2 + 12 * each;
      const kind = tiff.getUint16(entry + 2, little);
      const size = (SIZES[kind] ?? 1) * tiff.getUint32(entry + 4, little);
      const place = size <= 4 ? entry + 8 : tiff.getUint32(entry + 8, little);
      found.set(tiff.getUint16(entry, little), { kind, count: tiff.getUint32(entry + 4, little), at: place });
    }
    return found;
  }

  function below(root: Map<number, Field>, tag: number): Map<number, Field> {
    const field = root.get(tag);
    return field === undefined ? new Map() : directory(tiff.getUint32(field.at, little));
  }

  function text(from: Map<number, Field>, tag: number): string {
    const field = from.get(tag);
    if (field === undefined || field.kind !== 2) return "";
    let said = "";
    for (let each = 0; each < field.count; each += 1) said += String.fromCharCode(tiff.getUint8(field.at + each));
    return said.replace(/\0[\s\S]*$/, "").trim();
  }

  function degrees(from: Map<number, Field>, tag: number, negative: string): number | null {
    const field = from.get(tag);
    if (field === undefined || field.kind !== 5 || field.count !== 3) return null;
    const part = (each: number) =>
      tiff.getUint32(field.at + 8 * each, little) / tiff.getUint32(field.at + 8 * each + 4, little);
    const value = part(0) + part(1) / 60 + part(2) / 3600;
    return Number.isFinite(value) ? (text(from, tag - 1) === negative ? -value : value) : null;
  }

  const root = directory(tiff.getUint32(4, little));
  const exif = below(root, EXIF_IFD);
  const gps = below(root, GPS_IFD);
  const written = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text(exif, 0x9003));
  const offset = text(exif, 0x9011);
  const taken = written && `${written[1]}-${written[2]}-${written[3]} ${written[4]}${offset === "" ? "" : ` ${offset}`}`;
  const lat_deg = degrees(gps, 0x0002, "S");
  const lon_deg = degrees(gps, 0x0004, "W");
  // 0, 0 is what is written without a fix, and V says that there was none.
  const fixed = lat_deg !== null && lon_deg !== null && (lat_deg !== 0 || lon_deg !== 0) && text(gps, 0x0009) !== "V";
  const inside = fixed && Math.abs(lat_deg) <= 90 && Math.abs(lon_deg) <= 180;
  return { taken, lon_deg: inside ? lon_deg : null, lat_deg: inside ? lat_deg : null };
}
