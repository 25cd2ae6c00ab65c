// Describes the elements for editors and tools, from their class comments: the custom-elements manifest, and what
// Visual Studio Code and JetBrains' editors read, all in `dist`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { create, ts } from '@custom-elements-manifest/analyzer';
import { litPlugin } from '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js';
import { getWebTypesData } from 'custom-element-jet-brains-integration';
import { getVsCodeCssCustomData, getVsCodeHtmlCustomData } from 'custom-element-vs-code-integration';

const SOURCES = new URL('../src/elements/', import.meta.url);
const DIST = new URL('../dist/', import.meta.url);
/** What a page imports: the manifest speaks of the package as it is published. */
const MODULE = 'dist/elements.js';

/** The modules of the elements, by their file names. */
export function elementSources() {
  const names = readdirSync(SOURCES).filter((name) => name.endsWith('.ts'));
  return new Map(names.map((name) => [name, readFileSync(new URL(name, SOURCES), 'utf8')]));
}

/** The custom-elements manifest of these modules: the tags of `define.ts` and the events of `events.ts`. */
export function manifestOf(sources) {
  const tags = tagsOf(parsed('define.ts', sources.get('define.ts')));
  const defaults = defaultsOf(sources.get('base.styles.ts'));
  const names = [...[...tags.values()].map(({ file }) => file), 'events.ts'];
  const { modules } = create({
    modules: names.map((name) => parsed(name, sources.get(name))),
    plugins: litPlugin(),
  });
  const classes = new Map(
    modules
      .flatMap(({ declarations }) => declarations)
      .filter(({ kind }) => kind === 'class')
      .map((declaration) => [declaration.name, declaration]),
  );
  const events = modules.find(({ path }) => path === 'events.ts').declarations;
  const elements = [...tags].map(([tag, { name }]) => elementOf(tag, classes.get(name), defaults));
  const declaration = (name) => ({ name, module: MODULE });
  const described = [...elements, ...events.filter(({ kind }) => kind === 'class').map(eventOf)];
  return {
    schemaVersion: '2.1.0',
    modules: [
      {
        kind: 'javascript-module',
        path: MODULE,
        declarations: described,
        exports: [
          ...described.map(({ name }) => ({ kind: 'js', name, declaration: declaration(name) })),
          ...elements.map(({ tagName, name }) => ({
            kind: 'custom-element-definition',
            name: tagName,
            declaration: declaration(name),
          })),
        ],
      },
    ],
  };
}

function parsed(name, source) {
  if (source === undefined) throw new Error(`There is no src/elements/${name}.`);
  return ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true);
}

/** The class of every tag and the file that it is in, as `define.ts` imports and lists them. */
function tagsOf(module) {
  const files = new Map();
  const tags = new Map();
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      for (const { name } of node.importClause?.namedBindings?.elements ?? [])
        files.set(name.text, node.moduleSpecifier.text.replace('./', ''));
    }
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name) && ts.isIdentifier(node.initializer))
      tags.set(node.name.text, { name: node.initializer.text, file: files.get(node.initializer.text) });
    ts.forEachChild(node, visit);
  };
  visit(module);
  return tags;
}

/** What the public custom properties are unless a page sets them: the second argument of `var()` in the styles. */
function defaultsOf(styles) {
  const defaults = new Map();
  const opening = 'var(--agent-chat-';
  // On one line, whatever the formatter made of it.
  const css = oneLine(styles).replaceAll('var( ', 'var(');
  for (let at = css.indexOf(opening); at >= 0; at = css.indexOf(opening, at + 1)) {
    const comma = css.indexOf(',', at);
    let end = comma;
    for (let depth = 1; depth > 0 && end < css.length; ) {
      end += 1;
      if (css[end] === '(') depth += 1;
      else if (css[end] === ')') depth -= 1;
    }
    defaults.set(css.slice(at + 'var('.length, comma), css.slice(comma + 1, end).trim());
  }
  return defaults;
}

function elementOf(tagName, declaration, defaults) {
  const {
    name,
    summary,
    slots,
    events,
    cssParts,
    cssProperties,
    cssStates,
    attributes,
    members,
    superclass,
  } = declaration;
  const isPublic = ({ privacy, name: member }) => privacy === undefined && !member.startsWith('#');
  return {
    kind: 'class',
    name,
    tagName,
    customElement: true,
    superclass,
    ...present({
      summary: summary && oneLine(summary),
      // Where the comment says nothing, the analyzer offers what it guesses from the code.
      events: events?.filter(({ name: event }) => event?.startsWith('agent-')).map(tidy),
      slots: slots?.map(tidy),
      cssParts: cssParts?.map(tidy),
      cssProperties: cssProperties?.map((property) => ({
        ...present({ default: defaults.get(property.name) }),
        ...tidy(property),
      })),
      cssStates: cssStates?.map(tidy),
      attributes: attributes?.map(tidy),
      members: members?.filter(isPublic).map(tidy),
    }),
  };
}

function eventOf({ name, description, members }) {
  return {
    kind: 'class',
    name,
    superclass: { name: 'Event', package: 'global:' },
    ...present({
      description: description && oneLine(description),
      members: members?.map(({ default: value, ...member }) =>
        // The others are given to the constructor.
        tidy(member.static ? { ...member, default: value } : member),
      ),
    }),
  };
}

/** Descriptions and types on one line each. */
function tidy({ description, type, ...rest }) {
  return {
    ...rest,
    ...present({
      description: description && oneLine(description),
      type: type && { ...type, text: oneLine(type.text).replace(/^\| /, '') },
    }),
  };
}

function oneLine(text) {
  return text.trim().split(/\s+/).join(' ');
}

/** Without fields that say nothing. */
function present(fields) {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value && (!Array.isArray(value) || value.length > 0)),
  );
}

/** What is written into `dist`, by file name. */
export function dataFiles(manifest) {
  const options = { hideLogs: true };
  return {
    'custom-elements.json': manifest,
    'vscode.html-custom-data.json': JSON.parse(getVsCodeHtmlCustomData(manifest, options)),
    'vscode.css-custom-data.json': JSON.parse(getVsCodeCssCustomData(manifest, options)),
    'web-types.json': JSON.parse(
      getWebTypesData(manifest, { ...options, modulePathTemplate: (_, path) => `./${path}` }),
    ),
  };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const files = dataFiles(manifestOf(elementSources()));
  for (const [name, data] of Object.entries(files))
    writeFileSync(new URL(name, DIST), `${JSON.stringify(data, null, 2)}\n`);
}
