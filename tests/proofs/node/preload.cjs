// Loaded before an example (node -r): makes it listen on a free port of the loopback, tells the
// port, and serves an app that is only exported. PROOF_MODULES names the folder whose `express`
// is the version under test, also for packages that require Express themselves.
'use strict';

const http = require('node:http');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const modules = process.env.PROOF_MODULES;
const entry = path.resolve(process.env.PROOF_ENTRY);

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, isMain, options) {
  if (request === 'express' || request.startsWith('express/')) {
    try {
      return resolve.call(this, path.join(modules, 'node_modules', request), parent, isMain);
    } catch (error) {
      error.message = error.message.replace(/'[^']*'/, `'${request}'`);
      throw error;
    }
  }
  return resolve.call(this, request, parent, isMain, options);
};

let told = false;
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (...args) {
  const callback = args.find((arg) => typeof arg === 'function');
  this.once('listening', () => {
    if (told) return;
    told = true;
    process.stdout.write(`\n@@listening ${this.address().port}\n`);
  });
  return listen.call(this, 0, '127.0.0.1', callback);
};

const isApp = (value) =>
  typeof value === 'function' && typeof value.handle === 'function' && typeof value.set === 'function';

async function serveExport() {
  if (told) return;
  const cached = require.cache[entry];
  const exported = cached ? cached.exports : await import(pathToFileURL(entry));
  await new Promise((done) => setTimeout(done, 30));
  if (told || !exported) return;
  const found = [exported, exported.app, exported.default, exported.default?.app, exported.server];
  const target = found.find((value) => isApp(value) || value instanceof http.Server);
  if (target) return target.listen();
  const factory = [exported.createApp, exported.default?.createApp].find(
    (value) => typeof value === 'function',
  );
  if (factory) {
    const made = await factory();
    (made.app ?? made).listen();
  }
}

setImmediate(() => {
  serveExport().catch((error) => {
    console.error(error);
    process.exit(1);
  });
});
