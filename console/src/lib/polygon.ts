/** Corners that a person draws on a picture, in shares of its width and height from its top left. */

export type Corner = readonly [number, number];

export const LEAST_CORNERS = 3;
export const MOST_CORNERS = 1000;
/** Nearer than this to a corner counts as the corner; a finger is no needle. */
const SAME = 1e-4;

const inside = (value: number): number => Math.min(1, Math.max(0, value));

/** Four decimals are a fifth of a pixel of a 1080p picture. */
export const corner = (x: number, y: number): Corner => [
  Math.round(inside(x) * 1e4) / 1e4,
  Math.round(inside(y) * 1e4) / 1e4,
];

const cross = (o: Corner, a: Corner, b: Corner): number =>
  (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);

const between = (a: Corner, b: Corner, p: Corner): boolean =>
  Math.min(a[0], b[0]) - SAME <= p[0] &&
  p[0] <= Math.max(a[0], b[0]) + SAME &&
  Math.min(a[1], b[1]) - SAME <= p[1] &&
  p[1] <= Math.max(a[1], b[1]) + SAME;

/** Whether two sides have a point in common, ends included. */
function meet(a: Corner, b: Corner, c: Corner, d: Corner): boolean {
  const [p, q, r, s] = [cross(a, b, c), cross(a, b, d), cross(c, d, a), cross(c, d, b)];
  if (((p > 0 && q < 0) || (p < 0 && q > 0)) && ((r > 0 && s < 0) || (r < 0 && s > 0))) return true;
  return (
    (p === 0 && between(a, b, c)) ||
    (q === 0 && between(a, b, d)) ||
    (r === 0 && between(c, d, a)) ||
    (s === 0 && between(c, d, b))
  );
}

const same = (a: Corner, b: Corner): boolean =>
  Math.abs(a[0] - b[0]) < SAME && Math.abs(a[1] - b[1]) < SAME;

/** Sides that cross another one, by the number of their first corner. */
export function crossings(corners: readonly Corner[], closed: boolean): Set<number> {
  const found = new Set<number>();
  const count = corners.length;
  const sides = closed && count >= LEAST_CORNERS ? count : count - 1;
  const at = (index: number): Corner => corners[index % count] as Corner;
  for (let one = 0; one < sides; one++) {
    if (same(at(one), at(one + 1))) found.add(one);
    for (let other = one + 1; other < sides; other++) {
      const next = other === one + 1;
      const last = closed && one === 0 && other === count - 1;
      if (next || last) {
        // Neighbours share a corner; they may not lie on each other.
        const [tip, mid, end] = next
          ? [at(one), at(other), at(other + 1)]
          : [at(other), at(0), at(1)];
        const folds =
          Math.abs(cross(tip, mid, end)) < 1e-12 &&
          (tip[0] - mid[0]) * (end[0] - mid[0]) + (tip[1] - mid[1]) * (end[1] - mid[1]) > 0;
        if (folds) found.add(one).add(other);
      } else if (meet(at(one), at(one + 1), at(other), at(other + 1))) {
        found.add(one).add(other);
      }
    }
  }
  return found;
}

/** Share of the picture inside the corners. */
export function share(corners: readonly Corner[]): number {
  const twice = corners.reduce((sum, [x, y], index) => {
    const [next_x, next_y] = corners[(index + 1) % corners.length] as Corner;
    return sum + x * next_y - next_x * y;
  }, 0);
  return Math.abs(twice) / 2;
}

export type Fault = "few" | "crossed" | "flat" | "many";

/** What is wrong with a region, as the server would say it; null for one that can be kept. */
export function fault(corners: readonly Corner[]): Fault | null {
  if (corners.length < LEAST_CORNERS) return "few";
  if (corners.length > MOST_CORNERS) return "many";
  if (crossings(corners, true).size > 0) return "crossed";
  return share(corners) <= 0 ? "flat" : null;
}

/** Middles of all sides, to pull a new corner out of one. */
export const middles = (corners: readonly Corner[]): Corner[] =>
  corners.map(([x, y], index) => {
    const [next_x, next_y] = corners[(index + 1) % corners.length] as Corner;
    return corner((x + next_x) / 2, (y + next_y) / 2);
  });
