// What ts-blank-space makes of TypeScript files, as acorn reads it: node blank.mjs < list > trees
// In: a JSON list of files. Out: for each file a list of [node type, start] in source order, starts
// in code points; null where the compiler reports an error or types cannot just be blanked out.
// Decorators are blanked out as well.
import fs from 'node:fs';

import * as acorn from 'acorn';
import { blankSourceFile } from 'ts-blank-space';
import ts from 'typescript';

const options = {
  ecmaVersion: 'latest',
  sourceType: 'module',
  allowHashBang: true,
  allowReturnOutsideFunction: true,
};

function withoutDecorators(code, file) {
  const units = code.split('');
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.Decorator) {
      for (let i = node.getStart(file); i < node.end; i += 1) {
        if (!/[\r\n]/.test(units[i])) units[i] = ' ';
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return units.join('');
}

function codePoints(text) {
  const places = new Int32Array(text.length + 1);
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    places[i] = count;
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit >= 0xdc00) count += 1;
  }
  places[text.length] = count;
  return places;
}

function nodes(tree, places) {
  const found = [];
  const visit = (node) => {
    if (node === null || typeof node !== 'object' || node instanceof RegExp) return;
    if (typeof node.type === 'string') found.push([node.type, places[node.start]]);
    for (const child of Object.values(node)) visit(child);
  };
  visit(tree);
  return found;
}

function trees(path) {
  const text = fs.readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
  if (file.parseDiagnostics.length) return null;
  let erasable = true;
  const blanked = blankSourceFile(file, () => { erasable = false; });
  if (!erasable) return null;
  const code = withoutDecorators(blanked, file);
  return nodes(acorn.parse(code, options), codePoints(code));
}

const files = JSON.parse(fs.readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(Object.fromEntries(files.map((path) => [path, trees(path)]))));
