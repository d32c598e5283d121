import type { SettingsNamespace, SettingsStore } from '../android/settings.ts';
import type { Program } from '../system.ts';

const NAMESPACES: readonly string[] = ['global', 'system', 'secure'] satisfies SettingsNamespace[];

/** `settings [--user N] get|put|delete|list|reset NAMESPACE KEY [VALUE]` (SettingsService's shell command). */
export function createSettingsCommand(settings: SettingsStore): Program {
  return (io) => {
    const words = io.argv.slice(1);
    if (words[0] === '--user') words.splice(0, 2);
    const [verb = 'help', namespace = '', key, value] = words;
    if (verb === 'help') {
      io.out('Settings provider (settings) commands:\n  get|put|delete|list|reset NAMESPACE [KEY [VALUE]]\n');
      return 0;
    }
    if (!['get', 'put', 'delete', 'list', 'reset'].includes(verb)) {
      io.out(`Unknown command: ${verb}\n`);
      return 255;
    }
    if (!isNamespace(namespace.toLowerCase())) {
      io.err(`Invalid namespace '${namespace}'\n`);
      return 255;
    }
    const table = namespace.toLowerCase() as SettingsNamespace;
    if (verb === 'list') {
      io.out(
        settings
          .list(table)
          .map(([name, text]) => `${name}=${text}\n`)
          .join(''),
      );
      return 0;
    }
    if (verb === 'reset') return 0;
    if (key === undefined) {
      io.err('Bad arguments\n');
      return 255;
    }
    if (verb === 'get') io.out(`${settings.get(table, key) ?? 'null'}\n`);
    else if (verb === 'delete') io.out(`Deleted ${settings.remove(table, key) ? 1 : 0} rows\n`);
    else if (value === undefined) {
      io.err('Bad arguments\n');
      return 255;
    } else settings.put(table, key, value.slice(0, 65_536));
    return 0;
  };
}

function isNamespace(text: string): boolean {
  return NAMESPACES.includes(text);
}
