import { defineConfig } from 'vitest/config';

// Where .ci/run asks for a count, the results also go to a file.
const report = process.env['TEST_REPORT'];
const counted = report === undefined ? {} : { reporters: ['default', 'json'], outputFile: { json: report } };

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, pool: 'threads', ...counted },
});
