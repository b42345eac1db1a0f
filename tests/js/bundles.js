/** Editor bundles for the tests, as the API gives them. */

export const PHOTO = { id: "photo-1", name: "door.jpg", width: 1000, height: 500, display_url: "/media/photos/photo-1/display" };

const quadAt = (index) => {
  const left = 100 + index * 40;
  return [[left, 200], [left + 36, 200], [left + 36, 260], [left, 260]];
};

export const REGION = [[100, 200], [780, 200], [780, 260], [100, 260]];

/** Characters of a text; `doubts` gives some positions a lower confidence and other options. */
export function charactersOf(text, doubts = {}) {
  return [...text].map((symbol, index) => ({
    index, symbol, quad: quadAt(index), confidence: doubts[index]?.confidence ?? 0.99,
    alternatives: doubts[index]?.alternatives ?? [],
  }));
}

export const DOUBTS = {
  3: { confidence: 0.8, alternatives: [{ symbol: "6", confidence: 0.1 }] },
  11: { confidence: 0.4, alternatives: [{ symbol: "8", confidence: 0.35 }, { symbol: "3", confidence: 0.2 }] },
};

export const VIN = "1HGCM82633A004352";

export function predictionOf(vin = VIN, doubts = DOUBTS) {
  return { model_version: "v1", vin, confidence: 0.7, region: REGION, characters: charactersOf(vin, doubts), quality: {} };
}

export function bundleOf(changes = {}) {
  return {
    lease: { id: "lease-1", kind: "annotate", seconds: 300 },
    task: { id: "task-1", revision: 0, rejection_reason: "", waiting: 3 },
    photo: PHOTO, prediction: predictionOf(), annotation: null, readings: [], draft: null, ...changes,
  };
}
