/** Escape sequences of terminals: colours and styles (CSI), titles and links (OSC). */
const ANSI = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)/g;

/** The text as a terminal shows it, without colours: loggers keep them when they print into a container's log. */
export const withoutAnsi = (text: string): string => (text.includes('\x1b') ? text.replace(ANSI, '') : text);
