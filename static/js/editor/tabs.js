/** The other tabs of this browser: whoever opens a photo tells the others, so that two never write over each other. */

/**
 * @param {BroadcastChannel|null} channel null where the browser has none
 * @param {(task: string) => void} onOpened another tab has opened this task
 */
export function createTabs(channel, onOpened) {
  const hear = ({ data }) => onOpened(data.opened);
  channel?.addEventListener("message", hear);
  return {
    tell: (task) => channel?.postMessage({ opened: task }),
    stop: () => channel?.removeEventListener("message", hear),
  };
}
