/** Every third-party package has a reason in package.json, and is imported where that says and nowhere else. */
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependenciesBecause: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;
const packages = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).sort();
/** The reason, then where it is imported (files, or folders with a slash) or that it is a tool. */
const REASON = /^.{10,}; (?:imported by (?<places>[^;]+) only|a tool)$/;

const files = [
  ...['src', 'parsers', 'reports', 'test'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('scan/assembly'))
      .map((file) => `${folder}/${file}`),
  ),
  ...readdirSync(root).filter((file) => /\.(mjs|ts)$/.test(file)),
];

/** Package → files that import it. */
const importers = new Map<string, string[]>();
for (const file of files) {
  const text = readFileSync(`${root}${file}`, 'utf8');
  for (const match of text.matchAll(
    /^(?:import|export)\b[^'"`;]*?from '([^'.][^']*)'|^import '([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm,
  )) {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    if (name === '' || isBuiltin(name)) continue;
    const owner = name.split('/', name.startsWith('@') ? 2 : 1).join('/');
    importers.set(owner, [...(importers.get(owner) ?? []), file]);
  }
}

test('each package has a reason, and each reason a package', () => {
  expect(Object.keys(manifest.dependenciesBecause).sort()).toEqual(packages);
});

test('nothing is imported that package.json does not name', () => {
  expect(files.length).toBeGreaterThan(100);
  expect([...importers.keys()].filter((name) => !packages.includes(name))).toEqual([]);
});

test('what is shipped needs no package of development', () => {
  const needed = [...importers].filter(([, by]) => by.some((file) => /^(src|parsers|reports)\//.test(file))).map(([name]) => name);
  expect(needed.filter((name) => manifest.dependencies[name] === undefined)).toEqual([]);
});

describe.each(packages)('%s', (name) => {
  const reason = manifest.dependenciesBecause[name] ?? '';
  const places = (REASON.exec(reason)?.groups?.['places'] ?? '').split(', ').filter((place) => place !== '');
  const stands = (file: string, place: string): boolean => (place.endsWith('/') ? file.startsWith(place) : file === place);

  it('says why it is here and where', () => expect(reason).toMatch(REASON));
  it('is imported there and nowhere else', () => {
    const by = [...new Set(importers.get(name) ?? [])];
    expect(by.filter((file) => !places.some((place) => stands(file, place)))).toEqual([]);
    expect(places.filter((place) => !by.some((file) => stands(file, place)))).toEqual([]);
  });
});
