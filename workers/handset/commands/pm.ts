import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { GRANTABLE_BY_SHELL, isRuntimePermission } from '../android/permissions.ts';
import { parseComponent, shortComponent } from '../android/component.ts';
import { clearData, endPackage, uninstall } from '../android/state.ts';
import type { AndroidState } from '../android/state.ts';
import type { InstallParts } from '../android/install.ts';
import type { Program, ProgramIo } from '../system.ts';
import { readOptions, throwException } from './answer.ts';
import { createPmInstall } from './pm-install.ts';
import { createPmList } from './pm-list.ts';
import { createPmQuery } from './pm-query.ts';

/** `pm …` and `cmd package …`: texts and statuses of PackageManagerShellCommand. */
export function createPm(state: AndroidState): Program {
  const { parts, packages } = state;
  const installParts: InstallParts = {
    bus: parts.bus,
    clock: parts.clock,
    files: parts.files,
    properties: parts.properties,
    config: parts.config,
    packages,
    log: state.log,
    apks: state.apks,
    stop: (name, why) => endPackage(state, name, `stop ${name} due to ${why}`),
  };
  const subcommands: Readonly<Record<string, Program>> = {
    ...createPmInstall(installParts),
    ...createPmQuery(state),
    list: createPmList(packages, parts.config.apiLevel),
    path: (io) => path(io, state),
    uninstall: (io) => uninstallCommand(io, state),
    clear: (io) => clear(io, state),
    grant: (io) => changePermission(io, state, true),
    revoke: (io) => changePermission(io, state, false),
    'reset-permissions': () => 0,
    enable: (io) => setEnabled(io, state, 1, 'enabled'),
    disable: (io) => setEnabled(io, state, 2, 'disabled'),
    'disable-user': (io) => setEnabled(io, state, 3, 'disabled-user'),
    'disable-until-used': (io) => setEnabled(io, state, 2, 'disabled-until-used'),
    'default-state': (io) => setEnabled(io, state, 0, 'default'),
    'set-installer': (io) => {
      const record = packages.get(io.argv[2] ?? '');
      if (!record)
        return throwException(
          io,
          'set-installer',
          `java.lang.IllegalArgumentException: Unknown target package: ${io.argv[2] ?? ''}`,
        );
      record.installer = io.argv[3] ?? null;
      io.out('Success\n');
      return 0;
    },
    compile: (io) => (io.out('Success\n'), 0),
    'bg-dexopt-job': (io) => (io.out('Success\n'), 0),
    'trim-caches': () => 0,
    dump: async (io) => io.run(`dumpsys package ${quote(io.argv[2] ?? '')}`),
  };
  return async (io) => {
    const name = io.argv[1] ?? 'help';
    const known = lookUp(subcommands, name);
    if (known) return known(io);
    if (name === 'help' || name === '-h' || name === '--help') {
      io.out(
        `Package manager (package) commands:\n  help\n${Object.keys(subcommands)
          .map((one) => `  ${one}\n`)
          .join('')}`,
      );
      return 0;
    }
    io.out(`Unknown command: ${name}\n`);
    return 255;
  };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function path(io: ProgramIo, state: AndroidState): number {
  const { rest } = readOptions(io.argv.slice(2), ['--user'], []);
  const record = state.packages.get(rest[0] ?? '');
  if (!record) return 1;
  io.out(record.paths.map((one) => `package:${one}\n`).join(''));
  return 0;
}

function uninstallCommand(io: ProgramIo, state: AndroidState): number {
  const { given, rest } = readOptions(io.argv.slice(2), ['--user', '--versionCode'], ['-k']);
  const name = rest[0];
  if (name === undefined) {
    io.err('Error: package name not specified\n');
    return 1;
  }
  const result = uninstall(state, name, given.has('-k'));
  if (result === 'removed') {
    io.out('Success\n');
    return 0;
  }
  io.out(
    `Failure [${result === 'system' && given.has('--user') ? 'not installed for 0' : 'DELETE_FAILED_INTERNAL_ERROR'}]\n`,
  );
  return 1;
}

function clear(io: ProgramIo, state: AndroidState): number {
  const { rest } = readOptions(io.argv.slice(2), ['--user'], ['--cache-only']);
  if (rest[0] === undefined) {
    io.err('Error: no package specified\n');
    return 1;
  }
  const cleared = clearData(state, rest[0]);
  io.out(cleared ? 'Success\n' : 'Failed\n');
  return cleared ? 0 : 1;
}

function changePermission(io: ProgramIo, state: AndroidState, grant: boolean): number {
  const command = grant ? 'grant' : 'revoke';
  const { rest } = readOptions(io.argv.slice(2), ['--user'], ['--all-permissions']);
  const [name, permission] = rest;
  if (name === undefined || permission === undefined) {
    io.err(name === undefined ? 'Error: no package specified\n' : 'Error: no permission specified\n');
    return 1;
  }
  const record = state.packages.get(name);
  if (!record) return throwException(io, command, `java.lang.IllegalArgumentException: Unknown package: ${name}`);
  const runtime = isRuntimePermission(permission, state.parts.config.apiLevel);
  if (!record.facts.permissions.includes(permission)) {
    return throwException(
      io,
      command,
      `java.lang.SecurityException: Package ${name} has not requested permission ${permission}`,
    );
  }
  if (!runtime && !GRANTABLE_BY_SHELL.has(permission)) {
    return throwException(
      io,
      command,
      `java.lang.SecurityException: Permission ${permission} requested by ${name} is not a changeable permission type`,
    );
  }
  if (grant) record.granted.add(permission);
  else if (record.granted.delete(permission)) state.processes.killPackage(name, 'permissions revoked');
  return 0;
}

function setEnabled(io: ProgramIo, state: AndroidState, enabled: 0 | 1 | 2 | 3, word: string): number {
  const { rest } = readOptions(io.argv.slice(2), ['--user'], []);
  const target = rest[0] ?? '';
  const component = parseComponent(target);
  const record = state.packages.get(component?.packageName ?? target);
  const command = io.argv[1] ?? '';
  if (!record) return throwException(io, command, `java.lang.IllegalArgumentException: Unknown package: ${target}`);
  if (component) {
    if (!record.facts.components.some((one) => one.name === component.className)) {
      return throwException(
        io,
        command,
        `java.lang.IllegalArgumentException: Component class ${component.className} does not exist in ${record.name}`,
      );
    }
    const disabled = enabled === 2 || enabled === 3;
    const components = record.facts.components.map((one) =>
      one.name === component.className ? { ...one, enabled: !disabled } : one,
    );
    record.facts = { ...record.facts, components };
    io.out(`Component {${shortComponent(component)}} new state: ${word}\n`);
    return 0;
  }
  if (enabled >= 2) endPackage(state, record.name, `stop ${record.name} due to pkg change`);
  record.enabled = enabled;
  io.out(`Package ${record.name} new state: ${word}\n`);
  return 0;
}
