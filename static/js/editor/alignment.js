/** Which symbol of one text stands for which of another, by the fewest edits. */

/**
 * Aligns two texts (Wagner and Fischer 1974). Ties prefer a replaced symbol to a missing and a spurious one.
 * @param {string[]} before
 * @param {string[]} after
 * @returns {{before: number|null, after: number|null}[]} indexes, in order; null on the side that has none
 */
export function align(before, after) {
  const costs = editCosts(before, after);
  const pairs = [];
  let [i, j] = [before.length, after.length];
  while (i > 0 || j > 0) {
    const replaced = i > 0 && j > 0 && costs[i][j] === costs[i - 1][j - 1] + Number(before[i - 1] !== after[j - 1]);
    const removed = !replaced && i > 0 && costs[i][j] === costs[i - 1][j] + 1;
    const added = !replaced && !removed;
    pairs.push({ before: added ? null : i - 1, after: removed ? null : j - 1 });
    i -= Number(!added);
    j -= Number(!removed);
  }
  return pairs.reverse();
}

function editCosts(before, after) {
  const costs = [Array.from({ length: after.length + 1 }, (_, j) => j)];
  before.forEach((symbol, i) => {
    const row = [i + 1];
    after.forEach((other, j) => {
      row.push(Math.min(costs[i][j] + Number(symbol !== other), costs[i][j + 1] + 1, row[j] + 1));
    });
    costs.push(row);
  });
  return costs;
}
