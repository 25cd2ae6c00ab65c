import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The files below a folder of the project, by their paths in it, with what they contain. */
export function filesIn(folder: string, ending = '.ts'): ReadonlyMap<string, string> {
  const names = readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith(ending),
  );
  return new Map(names.sort().map((name) => [name, readFileSync(`${ROOT}${folder}/${name}`, 'utf8')]));
}

/** What a module imports, type imports included. */
export function importsOf(
  source: string,
): readonly { readonly specifier: string; readonly typeOnly: boolean }[] {
  const statements = source.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm,
  );
  return [...statements].map(([, type, named, dynamic]) => ({
    specifier: named ?? dynamic ?? '',
    typeOnly: type !== undefined,
  }));
}

export interface PackageJson {
  readonly exports: Readonly<Record<string, string | { readonly source: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly sideEffects: readonly string[];
}

export const packageJson: PackageJson = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));

/** The package's entries by subpath: `.`, `./elements` and so on. */
export const entries: ReadonlyMap<string, { readonly source: string; readonly default: string }> = new Map(
  Object.entries(packageJson.exports).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [[subpath, target] as const],
  ),
);
