/** One plane seen by two lenses: shares of one picture to shares of another. */

export type Place = readonly [number, number];

/** Nine numbers by rows. */
export type Matrix = readonly number[];

export interface PlacePair {
  from: Place;
  to: Place;
}

export const LEAST_PAIRS = 4;
/** Below it a pivot is nothing but rounding: the places do not tell all eight numbers. */
const SLIGHT = 1e-7;

/** Where a place lies in the other picture; null for one behind its lens. */
export function mapped(matrix: Matrix, [x, y]: Place): Place | null {
  const [a, b, c, d, e, f, g, h, i] = matrix as [number, number, number, number, number, number, number, number, number];
  const depth = g * x + h * y + i;
  return depth > 0 ? [(a * x + b * y + c) / depth, (d * x + e * y + f) / depth] : null;
}

function times(a: Matrix, b: Matrix): number[] {
  return Array.from({ length: 9 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3) * 3, at % 3];
    return a[row]! * b[column]! + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!;
  });
}

/** The places about their middle, in units of their spread: otherwise squares of small numbers are lost. */
function usual(places: readonly Place[]): { x: number; y: number; unit: number } | null {
  const x = places.reduce((sum, it) => sum + it[0], 0) / places.length;
  const y = places.reduce((sum, it) => sum + it[1], 0) / places.length;
  const unit = Math.sqrt(places.reduce((sum, it) => sum + (it[0] - x) ** 2 + (it[1] - y) ** 2, 0) / places.length);
  return unit > SLIGHT ? { x, y, unit } : null;
}

/** Solves in place; null where the rows do not tell every unknown. */
function solved(rows: number[][]): number[] | null {
  const size = rows.length;
  for (let at = 0; at < size; at++) {
    const best = rows.reduce((most, row, index) => (index >= at && Math.abs(row[at]!) > Math.abs(rows[most]![at]!) ? index : most), at);
    [rows[at], rows[best]] = [rows[best]!, rows[at]!];
    const pivot = rows[at]![at]!;
    if (Math.abs(pivot) < SLIGHT) return null;
    for (let index = 0; index < size; index++) {
      if (index === at) continue;
      const by = rows[index]![at]! / pivot;
      for (let column = at; column <= size; column++) rows[index]![column]! -= by * rows[at]![column]!;
    }
  }
  return rows.map((row, at) => row[size]! / row[at]!);
}

/**
 * The homography that fits these places best; null for fewer than four, for places on one line, and
 * for what no two lenses of one head can see: a picture that is mirrored, or that lies behind the other.
 */
export function homographyOf(pairs: readonly PlacePair[]): Matrix | null {
  if (pairs.length < LEAST_PAIRS) return null;
  const [from, to] = [usual(pairs.map((it) => it.from)), usual(pairs.map((it) => it.to))];
  if (from === null || to === null) return null;
  const normal = Array.from({ length: 8 }, () => new Array<number>(9).fill(0));
  const take = (row: readonly number[], value: number): void => {
    for (let a = 0; a < 8; a++) {
      for (let b = 0; b < 8; b++) normal[a]![b]! += row[a]! * row[b]!;
      normal[a]![8]! += row[a]! * value;
    }
  };
  for (const pair of pairs) {
    const [x, y] = [(pair.from[0] - from.x) / from.unit, (pair.from[1] - from.y) / from.unit];
    const [u, v] = [(pair.to[0] - to.x) / to.unit, (pair.to[1] - to.y) / to.unit];
    take([x, y, 1, 0, 0, 0, -u * x, -u * y], u);
    take([0, 0, 0, x, y, 1, -v * x, -v * y], v);
  }
  const found = solved(normal);
  if (found === null) return null;
  const there = [1 / from.unit, 0, -from.x / from.unit, 0, 1 / from.unit, -from.y / from.unit, 0, 0, 1];
  const back = [to.unit, 0, to.x, 0, to.unit, to.y, 0, 0, 1];
  const matrix = times(back, times([...found, 1], there));
  return matrix.every(Number.isFinite) && isLens(matrix) ? matrix : null;
}

const CORNERS: readonly Place[] = [[0, 0], [1, 0], [1, 1], [0, 1]];

/** Whether the whole picture lies before the other lens, upright side up. */
function isLens(matrix: Matrix): boolean {
  const corners = outlineOf(matrix);
  if (corners === null) return false;
  const turns = corners.map((it, at) => {
    const [next, after] = [corners[(at + 1) % 4]!, corners[(at + 2) % 4]!];
    return (next[0] - it[0]) * (after[1] - next[1]) - (next[1] - it[1]) * (after[0] - next[0]);
  });
  return turns.every((it) => it > SLIGHT);
}

/** Corners of the first picture in the other one; null where one lies behind its lens. */
export function outlineOf(matrix: Matrix): Place[] | null {
  const corners = CORNERS.flatMap((it) => {
    const there = mapped(matrix, it);
    return there === null ? [] : [there];
  });
  return corners.length === 4 ? corners : null;
}

/** How far each place is from where the matrix puts it, shares of the other picture's width. */
export function residuals(matrix: Matrix, pairs: readonly PlacePair[], aspect: number): number[] {
  return pairs.map(({ from, to }) => {
    const there = mapped(matrix, from);
    return there === null ? Number.POSITIVE_INFINITY : Math.hypot(there[0] - to[0], (there[1] - to[1]) / aspect);
  });
}

/**
 * Standard deviation of a place by what is left over of more places than a homography needs, share of
 * the other picture's width; null with four, which always fit.
 */
export function doubtOf(misfits: readonly number[]): number | null {
  const spare = 2 * misfits.length - 8;
  return spare > 0 ? Math.sqrt(misfits.reduce((sum, it) => sum + it * it, 0) / spare) : null;
}

/** As a transformation of an element that fills a box of this size, about its upper left corner. */
export function cssMatrix(matrix: Matrix, width_px: number, height_px: number): string {
  const m = times([width_px, 0, 0, 0, height_px, 0, 0, 0, 1], times(matrix, [1 / width_px, 0, 0, 0, 1 / height_px, 0, 0, 0, 1]));
  const columns = [m[0], m[3], 0, m[6], m[1], m[4], 0, m[7], 0, 0, 1, 0, m[2], m[5], 0, m[8]];
  return `matrix3d(${columns.map((it) => Number(it!.toPrecision(10))).join(", ")})`;
}
