/**
 * PM2 names an application's log files by it, with what is neither a letter nor a digit as `-`: `<app>-out.log` and `<app>-error.log`, in
 * cluster mode with the instance's number (lib/Common.js), and pm2-logrotate adds the day.
 */
const FILE = /(?:^|\/)([^/]{1,100})-(?:out|error)(?:-\d{1,4})?(?:__[\d_-]{8,30})?\.log(?:\.gz)?$/;

/** The application whose output a file of this name holds, if it is PM2's. */
export const appOfFile = (source: string): string | undefined => FILE.exec(source)?.[1];

/** How an application's name stands in the names of its files. */
export const fileNameOf = (app: string): string => app.replace(/[^a-zA-Z0-9\\.-]/g, '-');
