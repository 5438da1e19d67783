/** What the JVM prints of an exception below the line of a logger. */

// A stack may name several, each the cause of the one above. Grails 2 writes `Message: ` in front, and a table instead of a stack.
const FIRST_LINE = /^(?:Message: |Caused by: )?((?:[a-z]\w{0,40}\.){1,8}[A-Z]\w{0,80}(?:Exception|Error)(?:: .{0,300})?)$/;

/** The exception whose stack begins with this line; undefined = none does. */
export const exceptionIn = (line: string | undefined): string | undefined => FIRST_LINE.exec(line ?? '')?.[1];
