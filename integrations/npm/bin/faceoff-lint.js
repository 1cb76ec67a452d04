#!/usr/bin/env node
// Finds faceoff-lint, a Python program, and runs it with the same arguments.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { version } = require('../package.json');

const WINDOWS = process.platform === 'win32';
// Set for what this script starts: whoever comes back here with it has found this script again.
const GUARD = 'FACEOFF_LINT_FROM_NPM';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const NOTHING_FOUND = `faceoff-lint: the program itself, which is written in Python, was not found.
Install it in one of these ways:
  pip install faceoff-lint         in the project's virtual environment
  uv tool install faceoff-lint     or have uv there: it is then fetched by uvx
  pipx install faceoff-lint        or have pipx there
or name it in the variable FACEOFF_LINT.`;

function fail(message) {
  console.error(message);
  process.exit(2);
}

/** The real path of an executable file, or null. */
function executable(file) {
  try {
    const real = fs.realpathSync(file);
    if (!fs.statSync(real).isFile()) return null;
    fs.accessSync(real, fs.constants.X_OK);
    return real;
  } catch {
    return null;
  }
}

/** A program of this name in a folder. On Windows only `.exe`: npm's own shims are `.cmd`. */
function inFolder(folder, name) {
  const file = path.join(folder, WINDOWS ? `${name}.exe` : name);
  const real = executable(file);
  return real === null || real === fs.realpathSync(__filename) ? null : file;
}

function onPath(name) {
  for (const folder of (process.env.PATH || '').split(path.delimiter)) {
    // What npm links into node_modules/.bin is a package like this one. A relative entry would
    // depend on the current folder.
    if (!path.isAbsolute(folder) || /[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder)) continue;
    const found = inFolder(folder, name);
    if (found !== null) return found;
  }
  return null;
}

function inEnvironment(folder) {
  return inFolder(path.join(folder, WINDOWS ? 'Scripts' : 'bin'), 'faceoff-lint');
}

/** The current folder and those above it up to the repository's; without one, just the first. */
function projectFolders() {
  const folders = [process.cwd()];
  for (;;) {
    const folder = folders[folders.length - 1];
    if (fs.existsSync(path.join(folder, '.git'))) return folders;
    const parent = path.dirname(folder);
    if (parent === folder) return folders.slice(0, 1);
    folders.push(parent);
  }
}

function inProject() {
  for (const folder of projectFolders()) {
    for (const name of ['.venv', 'venv']) {
      const found = inEnvironment(path.join(folder, name));
      if (found !== null) return found;
    }
  }
  return null;
}

/** The program to run, and what comes before the user's arguments. */
function find() {
  const given = process.env.FACEOFF_LINT;
  if (given) {
    if (!path.isAbsolute(given) || executable(given) === null) {
      fail(`faceoff-lint: FACEOFF_LINT is not the full path of a program: ${given}`);
    }
    return [given, []];
  }
  const active = process.env.VIRTUAL_ENV;
  const installed =
    (active && inEnvironment(active)) || inProject() || onPath('faceoff-lint');
  if (installed) return [installed, []];
  const wanted = `faceoff-lint==${version}`;
  const uvx = onPath('uvx');
  if (uvx) return [uvx, ['--from', wanted, 'faceoff-lint']];
  const pipx = onPath('pipx');
  if (pipx) return [pipx, ['run', '--spec', wanted, 'faceoff-lint']];
  return fail(NOTHING_FOUND);
}

function main() {
  if (process.env[GUARD]) {
    fail(`faceoff-lint: found itself instead of the program.\n${NOTHING_FOUND}`);
  }
  const [program, before] = find();
  const child = spawn(program, [...before, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [GUARD]: '1' },
  });
  const pass = (signal) => {
    // A terminal sends Ctrl-C to both.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  child.on('error', (error) => fail(`faceoff-lint: cannot run ${program}: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exit(code);
    }
    // End as the program did, so that a shell sees it.
    for (const one of SIGNALS) process.removeListener(one, pass);
    process.kill(process.pid, signal);
    // A signal that does not end a process ends it here, with the number that shells give.
    setTimeout(() => process.exit(128 + (os.constants.signals[signal] || 1)), 100);
  });
}

main();
