/** What the JVM and .NET print of an exception below the line of a logger. */

// A stack may name several, each the cause of the one above. Grails 2 writes `Message: ` in front, and a table instead of a stack; Android Studio indents what follows upon a record's first line; .NET the number of an error of Windows behind the type.
const FIRST_LINE =
  /^\s{0,8}(?:Message: |Caused by: )?((?:[A-Za-z]\w{0,40}\.){1,8}[A-Z]\w{0,80}(?:Exception|Error)(?: \(0x[0-9A-Fa-f]{8}\))?(?:: .{0,300})?)$/;

/** The exception whose stack begins with this line; undefined = none does. */
export const exceptionIn = (line: string | undefined): string | undefined => FIRST_LINE.exec(line ?? '')?.[1];

/** What .NET lists below an exception's line, each the cause of the one above, in the language of the machine. */
const INNER =
  /^\s{0,16}---> ((?:[A-Za-z]\w{0,40}\.){1,8}[A-Z]\w{0,80}(?:Exception|Error)(?: \((?:0x[0-9A-Fa-f]{8}|\d{1,5})\))?(?:: .{0,300})?)$/;

/** What it all came from, of the lines below a .NET exception's; undefined = it had no cause. */
export function innermost(below: readonly string[]): string | undefined {
  let found: string | undefined;
  for (const line of below) {
    const [, inner] = INNER.exec(line) ?? [];
    if (inner === undefined) break;
    found = inner;
  }
  return found;
}
