/**
 * Quads and homographies. A point is [x, y], y down; a quad is top-left, top-right, bottom-right, bottom-left of
 * the upright text; a homography is nine numbers, row by row.
 */

/** The homography from the unit square to a quad (Heckbert 1989, "Fundamentals of Texture Mapping", 2.2.3). */
export function squareToQuad([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const [dx1, dx2, dx3] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, dy3] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const determinant = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / determinant;
  const h = (dx1 * dy3 - dx3 * dy1) / determinant;
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
}

export function multiply(a, b) {
  const rows = [0, 3, 6];
  return rows.flatMap((r) => [0, 1, 2].map((c) => a[r] * b[c] + a[r + 1] * b[c + 3] + a[r + 2] * b[c + 6]));
}

/** The inverse up to scale, which is all that a homography needs. */
export function invert([a, b, c, d, e, f, g, h, i]) {
  const adjugate = [
    e * i - f * h, c * h - b * i, b * f - c * e,
    f * g - d * i, a * i - c * g, c * d - a * f,
    d * h - e * g, b * g - a * h, a * e - b * d,
  ];
  return adjugate.map((value) => value / adjugate[8]);
}

export function apply([a, b, c, d, e, f, g, h, i], [x, y]) {
  const w = g * x + h * y + i;
  return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
}

export const applyToQuad = (homography, quad) => quad.map((point) => apply(homography, point));

/** A homography as the argument of CSS `matrix3d()`, which is column by column and has a z of its own. */
export function toMatrix3d([a, b, c, d, e, f, g, h, i]) {
  return [a, d, 0, g, b, e, 0, h, 0, 0, 1, 0, c, f, 0, i].map((value) => Number(value.toPrecision(12)));
}

const distance = ([x0, y0], [x1, y1]) => Math.hypot(x1 - x0, y1 - y0);

/** Mean width and height of a quad along its own edges. */
export function sizeOf([tl, tr, br, bl]) {
  return { width: (distance(tl, tr) + distance(bl, br)) / 2, height: (distance(tl, bl) + distance(tr, br)) / 2 };
}

export function centerOf(quad) {
  return [0, 1].map((axis) => quad.reduce((sum, point) => sum + point[axis], 0) / quad.length);
}

/** Whether the corners turn clockwise on the screen all the way round, as those of a text do. */
export function isUpright(quad) {
  return quad.every(([x0, y0], index) => {
    const [x1, y1] = quad[(index + 1) % 4];
    const [x2, y2] = quad[(index + 2) % 4];
    return (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1) > 1e-6;
  });
}

/** Which corner of a quad is nearest to a point. */
export function nearestCorner(quad, point) {
  const away = quad.map((corner) => distance(corner, point));
  return away.indexOf(Math.min(...away));
}

/** The smallest side, in photo pixels, of anything drawn. */
const SMALLEST = 3;

/** Whether a quad can be a region or a box: large enough, and not folded over. */
export function isUsable(quad) {
  const { width, height } = sizeOf(quad);
  return isUpright(quad) && width >= SMALLEST && height >= SMALLEST;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export const clampPoint = ([x, y], { width, height }) => [clamp(x, 0, width), clamp(y, 0, height)];

/** Area of a quad whose sides do not cross. */
export function areaOf(quad) {
  const crossed = quad.map(([x, y], index) => {
    const [nextX, nextY] = quad[(index + 1) % 4];
    return x * nextY - y * nextX;
  });
  return Math.abs(crossed.reduce((sum, term) => sum + term, 0)) / 2;
}

/** The part of a quad that can be kept: its corners brought into the photo; null where nothing of it is in there. */
export function keepInside(quad, photo) {
  const kept = quad.map((point) => clampPoint(point, photo));
  return areaOf(kept) < 1 ? null : kept;
}

/** The quad moved as little as it takes to lie inside the photo. */
export function shiftInside(quad, { width, height }) {
  const shift = (values, limit) => Math.max(0, -Math.min(...values)) + Math.min(0, limit - Math.max(...values));
  const dx = shift(quad.map(([x]) => x), width);
  const dy = shift(quad.map(([, y]) => y), height);
  return quad.map(([x, y]) => clampPoint([x + dx, y + dy], { width, height }));
}

/** The quad half-way between two others: where a character between two known ones is. */
export const between = (left, right) => mix(left, right, 0.5);

/** The quad as far beyond `last` as `last` is beyond `before`. */
export function beyond(before, last) {
  return last.map(([x, y], index) => [2 * x - before[index][0], 2 * y - before[index][1]]);
}

/** The quad `share` of the way from one to another. */
export function mix(from, to, share) {
  return from.map(([x, y], index) => [x + (to[index][0] - x) * share, y + (to[index][1] - y) * share]);
}

/** Turned clockwise about a point. */
export function rotate(quad, degrees, [cx, cy]) {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return quad.map(([x, y]) => [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos]);
}

/** The part of a quad between two places of its unit square. */
export function partOf(quad, { left = 0, right = 1, top = 0, bottom = 1 }) {
  return applyToQuad(squareToQuad(quad), rectangle({ left, right, top, bottom }));
}

/** The smallest quad in the directions and the perspective of `frame` that holds all these points. */
export function encloseIn(frame, points) {
  const bounds = boundsOf(applyToQuad(invert(squareToQuad(frame)), points));
  return applyToQuad(squareToQuad(frame), rectangle(bounds));
}

/** `count` quads side by side across a quad, evenly in the perspective of that quad. */
export function divide(quad, count) {
  const homography = squareToQuad(quad);
  const gap = 0.08;
  return Array.from({ length: count }, (_, index) => {
    const [left, right] = [(index + gap) / count, (index + 1 - gap) / count];
    return applyToQuad(homography, [[left, 0], [right, 0], [right, 1], [left, 1]]);
  });
}

/** The smallest upright rectangle around points. */
export function boundsOf(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

export const rectangle = ({ left, right, top, bottom }) => [[left, top], [right, top], [right, bottom], [left, bottom]];

/** How far outside of a region, in its own width and height, a character of it may have its middle. */
const REACH = { x: 0.03, y: 0.5 };

/** Whether a box is one of the characters of a region. */
export function isOver(quad, region) {
  const [x, y] = centerOf(applyToQuad(invert(squareToQuad(region)), quad));
  return x > -REACH.x && x < 1 + REACH.x && y > -REACH.y && y < 1 + REACH.y;
}

/** How much of the photo around a region its strip shows, in heights of the region. */
const MARGIN = { x: 0.45, y: 0.28 };

/**
 * The magnified, rectified strip of a region, as large as fits.
 * @returns {{width: number, height: number, homography: number[]}} photo pixels -> strip pixels
 */
export function layOutStrip(region, maximum) {
  const size = sizeOf(region);
  const aspect = size.width / Math.max(size.height, 1);
  const fullWidth = aspect + 2 * MARGIN.x;
  const fullHeight = 1 + 2 * MARGIN.y;
  const scale = Math.min(maximum.width / fullWidth, maximum.height / fullHeight);
  const toStrip = [scale * aspect, 0, scale * MARGIN.x, 0, scale, scale * MARGIN.y, 0, 0, 1];
  return {
    width: scale * fullWidth,
    height: scale * fullHeight,
    homography: multiply(toStrip, invert(squareToQuad(region))),
  };
}

/** How many times as large as at its smallest a strip may show the photo: beyond, it is a smear. */
const MOST_STRETCH = 12;

/**
 * Whether a region is so far from a rectangle that nothing can be seen in its strip: the horizon of its perspective
 * comes into the strip, or near to it.
 */
export function isWedge(region) {
  const size = sizeOf(region);
  const [g, h] = squareToQuad(region).slice(6);
  const along = (MARGIN.x * size.height) / size.width;
  const depths = [-along, 1 + along].flatMap((u) => [-MARGIN.y, 1 + MARGIN.y].map((v) => g * u + h * v + 1));
  return Math.min(...depths) * MOST_STRETCH < Math.max(...depths);
}

/**
 * Where cells stand so that each is as near its own character as their width allows, in their order.
 * Least squares under a minimum distance, by pooling neighbours that would overlap (isotonic regression).
 * @param {number[]} wanted centers, one per cell
 * @returns {number[]} centers at least `pitch` apart and inside 0..width where they fit
 */
export function placeCells(wanted, pitch, width) {
  const pools = [];
  wanted.forEach((center, index) => {
    pools.push({ sum: center - index * pitch, count: 1 });
    while (pools.length > 1 && mean(pools.at(-2)) > mean(pools.at(-1))) {
      const last = pools.pop();
      pools.at(-1).sum += last.sum;
      pools.at(-1).count += last.count;
    }
  });
  const lowest = pitch / 2;
  const highest = Math.max(lowest, width - pitch / 2 - (wanted.length - 1) * pitch);
  const offsets = pools.flatMap((pool) => Array(pool.count).fill(clamp(mean(pool), lowest, highest)));
  return offsets.map((offset, index) => offset + index * pitch);
}

const mean = ({ sum, count }) => sum / count;
