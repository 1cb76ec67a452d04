// Dump the route table of an Express 4 or 5 app: node -r ./express_dump.cjs app.js
// (DUMP_OUT: file for the JSON; DUMP_ROOT: the project's folder; DUMP_WAIT: milliseconds to wait
// after the first listen or, for an app that never listens, after load.) An ES module that only
// exports an app works too. The server never listens.
//
// Row: methods, path, chain [{name, file, line}] of middleware, handlers, handler, registered.
// Paths and call sites are noted at registration, since Express 4's layers keep neither.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const Module = require('node:module');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const root = fs.realpathSync(process.env.DUMP_ROOT || process.cwd());
const wait = Number(process.env.DUMP_WAIT || 300);
const notes = new WeakMap(); // layer → {path, at}
const subApps = new WeakMap(); // layer → app
const apps = [];
const mounted = new Set();
const patched = new WeakSet();
const patterns = new Set(); // texts of regular expressions among the paths

// Packages that register what the project tells them to.
const handing = /[\\/]node_modules[\\/](express[45]?|router|express-promise-router|express-ws)[\\/]/;

/** Where the project registers; `via`: the package that does it on its own account. */
function callSite() {
  let via;
  const lines = (new Error().stack || '').split('\n').slice(2);
  for (const line of lines) {
    const match = /\(?((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(line.trim());
    if (!match) continue;
    const file = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1];
    if (file === __filename || handing.test(file)) continue;
    const inside = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file);
    if (inside) {
      via = via || inside[1];
      continue;
    }
    const relative = path.relative(root, file);
    if (relative.startsWith('..')) continue;
    return { file: relative, line: Number(match[2]), via };
  }
  return null;
}

const isApp = (value) =>
  typeof value === 'function' && typeof value.handle === 'function' && typeof value.set === 'function';

function shown(value) {
  if (Array.isArray(value)) return value.map(shown);
  if (!(value instanceof RegExp)) return value;
  patterns.add(String(value));
  return String(value);
}

function firstPath(args) {
  let first = args[0];
  while (Array.isArray(first) && first.length) first = first[0];
  return typeof first === 'function' ? '/' : shown(args[0]);
}

function patch(express) {
  if (!express || !express.application || patched.has(express)) return;
  patched.add(express);
  const proto = express.Router.prototype && express.Router.prototype.use
    ? express.Router.prototype
    : express.Router;
  const use = proto.use;
  proto.use = function (...args) {
    const before = this.stack.length;
    const at = callSite();
    const result = use.apply(this, args);
    for (const layer of this.stack.slice(before)) notes.set(layer, { path: firstPath(args), at });
    return result;
  };
  const route = proto.route;
  proto.route = function (routePath) {
    const before = this.stack.length;
    const at = callSite();
    const result = route.call(this, routePath);
    for (const layer of this.stack.slice(before)) notes.set(layer, { path: shown(routePath), at });
    return result;
  };
  for (const verb of [...http.METHODS.map((method) => method.toLowerCase()), 'all']) {
    const original = express.Route.prototype[verb];
    if (!original) continue;
    express.Route.prototype[verb] = function (...args) {
      const before = this.stack.length;
      const at = callSite();
      const result = original.apply(this, args);
      for (const layer of this.stack.slice(before)) notes.set(layer, { at });
      return result;
    };
  }
  const application = express.application;
  const appUse = application.use;
  application.use = function (...args) {
    const subs = args.flat(Infinity).filter((arg) => isApp(arg));
    subs.forEach((sub) => mounted.add(sub));
    if (this.lazyrouter) this.lazyrouter();
    const before = stackOf(this).length;
    const result = appUse.apply(this, args);
    const added = stackOf(this).slice(before).filter((layer) => layer.name === 'mounted_app');
    added.forEach((layer, index) => subApps.set(layer, subs[index]));
    return result;
  };
  const init = application.init;
  application.init = function (...args) {
    apps.push(this);
    return init.apply(this, args);
  };
  application.listen = function () {
    finish();
    return fakeServer();
  };
}

function fakeServer() {
  const server = new http.Server();
  server.address = () => ({ port: 0, address: '127.0.0.1' });
  return server;
}

const stubs = new Set((process.env.DUMP_STUBS || '').split(',').filter(Boolean));
const stub = new Proxy(function stub(req, res, next) {}, {
  get: (target, key) => {
    if (key === Symbol.toPrimitive) return () => 'stub';
    if (key === Symbol.iterator) return function* none() {};
    return key === 'then' || key === 'prototype' || key === 'length' ? target[key] : stub;
  },
  apply: () => stub,
  construct: () => stub,
});

const load = Module._load;
Module._load = function (request, parent, isMain) {
  if (stubs.has(request)) return stub;
  const loaded = load.call(this, request, parent, isMain);
  if (typeof loaded === 'function' && loaded.application && loaded.Router) patch(loaded);
  return loaded;
};
// An ES module imports Express without Module._load telling: have it patched beforehand.
try {
  require(require.resolve('express', { paths: [process.env.DUMP_FROM || process.cwd()] }));
} catch (error) {
  // Not resolvable from here; the app itself will tell.
}

for (const module of [http, https]) {
  module.Server.prototype.listen = function (...args) {
    finish();
    return this;
  };
}

function stackOf(app) {
  const router = app.lazyrouter ? app._router : app.router;
  return router ? router.stack : [];
}

function join(prefix, part) {
  if (patterns.has(part)) return prefix === '/' ? part : prefix + part;
  return `${prefix}/${part}`.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
}
const name = (handle) => handle.name || '<anonymous>';
const many = (value) => (Array.isArray(value) ? value.flat(Infinity) : [value]);

/** Whether middleware on one of these paths can run for a route's path. */
function covers(paths, routePath) {
  const segments = routePath.split('/').filter(Boolean);
  return paths.some((one) =>
    one
      .split('/')
      .filter(Boolean)
      .every((part, index) => {
        const other = segments[index];
        const open = (text) => /[:*(){}^$]/.test(text);
        return open(part) || (other !== undefined && (open(other) || part === other));
      }),
  );
}

function walk(stack, prefix, chain, rows, seen) {
  chain = [...chain];
  for (const layer of stack) {
    const note = notes.get(layer) || { path: '/', at: null };
    const inner = subApps.get(layer);
    const below = inner ? stackOf(inner) : layer.handle && layer.handle.stack;
    if (layer.route) {
      // A handler of route.all() has no method, and runs for each of the others too.
      const verbs = new Set(layer.route.stack.map((one) => one.method || '_all'));
      for (const verb of verbs) {
        const handlers = layer.route.stack.filter((one) => !one.method || one.method === verb);
        for (const each of many(note.path)) {
          rows.push({
            methods: [verb === '_all' ? 'ALL' : verb.toUpperCase()],
            path: join(prefix, each),
            chain: chain.filter((one) => covers(one.path, join(prefix, each))).map((one) => one.name),
            handlers: handlers.map((one) => name(one.handle)),
            registered: place(note.at, (notes.get(handlers.at(-1)) || note).at),
          });
        }
      }
    } else if (below && !seen.includes(below)) {
      for (const each of many(note.path)) {
        walk(below, join(prefix, each), chain, rows, [...seen, below]);
      }
    } else if (layer.handle && layer.handle.length !== 4) {
      if (['query', 'expressInit'].includes(layer.name)) continue;
      const paths = many(note.path).map((each) => join(prefix, each));
      chain.push({ name: name(layer.handle), path: paths });
    }
  }
}

/** Where a route was registered; without a line when route() and the verb stand on two lines. */
function place(route, verb) {
  if (!route || !verb || route.file !== verb.file) return verb || route;
  return route.line === verb.line ? verb : { file: verb.file, via: verb.via };
}

const VERBS = http.METHODS.length - 8;

/** One ALL row for what app.all expanded to one row a verb. */
function collapse(rows) {
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.path, row.registered, row.handlers]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  const out = [];
  const done = new Set();
  for (const row of rows) {
    const key = JSON.stringify([row.path, row.registered, row.handlers]);
    const group = groups.get(key);
    if (group.length < VERBS) out.push(row);
    else if (!done.has(key)) out.push({ ...row, methods: ['ALL'] });
    done.add(key);
  }
  return out;
}

let finishing = false;
function finish() {
  if (finishing) return;
  finishing = true;
  setTimeout(write, wait);
}

function write() {
  const rows = [];
  for (const app of apps) {
    if (mounted.has(app)) continue;
    const stack = stackOf(app);
    walk(stack, '', [], rows, [stack]);
  }
  const text = JSON.stringify(collapse(rows), null, 1) + '\n';
  if (process.env.DUMP_OUT) fs.writeFileSync(process.env.DUMP_OUT, text);
  else fs.writeSync(1, text);
  process.exit(0);
}

process.on('uncaughtException', (error) => console.error('while dumping:', error));
process.on('unhandledRejection', (error) => console.error('while dumping:', error));
setTimeout(write, Number(process.env.DUMP_LIMIT || 8000)).unref();
process.on('beforeExit', () => write());
const exit = process.exit;
process.exit = (code) => {
  // A database that is not there must not end the run before the routes are told.
  if (finishing || apps.length) {
    process.exit = exit;
    return write();
  }
  return exit(code);
};
