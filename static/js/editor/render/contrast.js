/** The filter that stretches the contrast, measured anew for each photo and region. */

import { PLAIN, stretchOver } from "../contrast.js";
import { part, setAttribute } from "./dom.js";

/** As many pixels of the region as tell its tones. */
const SAMPLE = { width: 170, height: 24 };

export function createContrast(root) {
  const image = part(root, "stage");
  const channels = [...root.querySelectorAll("[data-contrast-channel]")];
  const canvas = Object.assign(document.createElement("canvas"), SAMPLE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let measured = "";
  let last = null;

  function render({ state, screen }) {
    last = { state, screen };
    const { photo } = screen.bundle;
    const isReady = image.complete && image.naturalWidth > 0;
    const wanted = JSON.stringify([photo.display_url, state.region, isReady]);
    if (!screen.view.contrast || wanted === measured) return;
    measured = wanted;
    const { slope, intercept } = isReady ? stretchOver(sample(photo, state.region)) : PLAIN;
    for (const channel of channels) {
      setAttribute(channel, "slope", slope.toFixed(3));
      setAttribute(channel, "intercept", intercept.toFixed(3));
    }
  }

  /** The pixels of the region, straightened by the sides that meet at its first corner; of the photo where there is none. */
  function sample({ width, height }, region) {
    const [from, right, , down] = region ?? [[0, 0], [width, 0], [width, height], [0, height]];
    const along = [right[0] - from[0], right[1] - from[1]].map((value) => value / SAMPLE.width);
    const across = [down[0] - from[0], down[1] - from[1]].map((value) => value / SAMPLE.height);
    context.resetTransform();
    context.clearRect(0, 0, SAMPLE.width, SAMPLE.height);
    context.setTransform(new DOMMatrix([...along, ...across, ...from]).inverse());
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, SAMPLE.width, SAMPLE.height).data;
  }

  image.addEventListener("load", () => { if (last) render(last); });
  return render;
}
