// Let Node run TypeScript as it stands: node --enable-source-maps -r ./register.cjs src/server.ts
// The compiler itself transpiles each file and finds each module (paths, package.json imports).
'use strict';

const Module = require('node:module');
const path = require('node:path');
const fs = require('node:fs');
const ts = require('typescript');

const configs = new Map();

function options(file) {
  const found = ts.findConfigFile(path.dirname(file), ts.sys.fileExists) || '';
  if (!configs.has(found)) {
    const { config } = found ? ts.readConfigFile(found, ts.sys.readFile) : { config: {} };
    const parsed = ts.parseJsonConfigFileContent(
      config, ts.sys, path.dirname(found || file), undefined, found || undefined,
    );
    configs.set(found, parsed.options);
  }
  return configs.get(found);
}

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const from = parent && parent.filename;
  if (from && /\.[cm]?tsx?$/.test(from) && !Module.isBuiltin(request)) {
    const { resolvedModule } = ts.resolveModuleName(request, from, options(from), ts.sys);
    const file = resolvedModule && resolvedModule.resolvedFileName;
    if (file && !resolvedModule.isExternalLibraryImport && !file.endsWith('.d.ts')) return file;
  }
  return resolve.call(this, request, parent, ...rest);
};

for (const suffix of ['.ts', '.cts']) {
  Module._extensions[suffix] = (module, file) => {
    const { outputText } = ts.transpileModule(fs.readFileSync(file, 'utf8'), {
      fileName: file,
      compilerOptions: {
        ...options(file),
        module: ts.ModuleKind.CommonJS,
        moduleResolution: ts.ModuleResolutionKind.Node10,
        inlineSourceMap: true,
      },
    });
    module._compile(outputText, file);
  };
}
